//! What the reader makes of documents: well-formed, raw, loose and broken ones.

use super::*;
use crate::findings::{Findings, Options};
use diagnostic::Source;
use proptest::prelude::*;
use std::fmt::Write;

/// The tree on one line (`@‹…›` is an expression), then the problems as `line:column code message`.
fn dump(text: &str) -> String {
    let source = Source::new("a.xml", text);
    let mut findings = Findings::new(Options::default());
    let nodes = read(&source, &mut findings);
    let mut out = String::new();
    for node in &nodes {
        dump_node(node, &mut out);
    }
    for problem in findings.finish() {
        let position = problem.position();
        let _ = write!(
            out,
            "\n{}:{} {} {}",
            position.line, position.column, problem.code, problem.message
        );
    }
    out
}

fn dump_node(node: &Node, out: &mut String) {
    match node {
        Node::Text(pieces) => dump_pieces(pieces, out),
        Node::Element(element) => {
            let _ = write!(out, "<{}", element.name.text);
            for attribute in &element.attributes {
                let _ = write!(out, " {}=", attribute.name.text);
                out.push('\'');
                dump_pieces(&attribute.value, out);
                out.push('\'');
            }
            out.push('>');
            for node in &element.content {
                dump_node(node, out);
            }
            out.push_str("</>");
        }
    }
}

fn dump_pieces(pieces: &[Piece], out: &mut String) {
    for piece in pieces {
        match piece {
            Piece::Literal { text, .. } => out.push_str(text),
            Piece::Expression { source, .. } => {
                let _ = write!(out, "@‹{}›", source.text());
            }
        }
    }
}

#[track_caller]
fn reads(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(dump(text), *expected, "of {text}");
    }
}

#[test]
fn well_formed() {
    reads(&[
        (
            "<a b='1' c=\"x &lt; &#65;&#x42;\">t&amp;u<d/></a>",
            "<a b='1' c='x < AB'>t&u<d></></>",
        ),
        ("\u{feff}<?xml version=\"1.0\"?><!-- <b> @( --><a/>", "<a></>"),
        (
            "<a><![CDATA[<x> &amp; @(1 > 0 && \"]]>\" == null)]]></a>",
            "<a><x> &amp; @‹@(1 > 0 && \"]]>\" == null)›</>",
        ),
        ("<a b='1\n2\t3'/>", "<a b='1 2 3'></>"),
        ("me@x.org @@(a) {b@}", "me@x.org @(a) {b@}"),
    ]);
}

#[test]
fn expressions_are_raw_or_escaped() {
    reads(&[
        ("<a b=\"@(x[\"y\"] < 3 && c)\"/>", "<a b='@‹@(x[\"y\"] < 3 && c)›'></>"),
        (
            "<a b=\"@(x[&quot;y)&quot;] &lt; 3 &amp;&amp; c)\"/>",
            "<a b='@‹@(x[\"y)\"] < 3 && c)›'></>",
        ),
        ("<a b=\"@(x[\"y\"] &amp;&amp; c)\"/>", "<a b='@‹@(x[\"y\"] && c)›'></>"),
        (
            "<a b='@(\"it\" + '\\'' + @\"a\"\")\")'/>",
            "<a b='@‹@(\"it\" + '\\'' + @\"a\"\")\")›'></>",
        ),
        (
            "<a b=\"Bearer @(t), @{return 1;}!\"/>",
            "<a b='Bearer @‹@(t)›, @‹@{return 1;}›!'></>",
        ),
        (
            "<a>@{ if (a < b) { return \"</a>\"; } // }\n }</a>",
            "<a>@‹@{ if (a < b) { return \"</a>\"; } // }\n }›</>",
        ),
    ]);
}

#[test]
fn what_is_loose_is_understood() {
    reads(&[
        (
            "<a b=\"1\"c=\"2\"/>",
            "<a b='1' c='2'></>\n1:9 TG3010 white space is missing between attributes",
        ),
        (
            "<a b={{x y}} c=1/>",
            "<a b='{{x y}}' c='1'></>\n1:6 TG3010 an attribute's value must stand in quotes\n1:16 TG3010 an attribute's value must stand in quotes",
        ),
        ("<a>1 < 2 & 3</a>", "<a>1 < 2 & 3</>"),
        (
            "<a>&nbsp;</a>",
            "<a>&nbsp;</>\n1:4 TG3009 `&nbsp;` is no entity of XML; it stays as it is",
        ),
        ("<!-- a -- b -->", "\n1:8 TG3010 `--` may not stand inside a comment"),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>",
            "<a></>\n1:1 TG3010 a document type declaration has no meaning in a policy document",
        ),
    ]);
}

#[test]
fn what_is_broken_is_reported_where_it_begins() {
    reads(&[
        (
            "<a><b></a>",
            "<a><b></></>\n1:5 TG3002 `<b>` is still open at `</a>` in line 1",
        ),
        (
            "<a>\n<b></c></b></a>",
            "<a>\n<b></></>\n2:6 TG3004 found `</c>`, expected `</b>` for the element opened at line 2",
        ),
        (
            "<a><b>",
            "<a><b></></>\n1:2 TG3003 `<a>` has no `</a>`\n1:5 TG3003 `<b>` has no `</b>`",
        ),
        ("</a>", "\n1:3 TG3004 `</a>` closes nothing"),
        (
            "<a b c='1' \"=\"/>",
            "<a c='1'></>\n1:4 TG3005 `b` in the tag `<a>` has no value\n1:12 TG3005 found \"\"=\"\" in the tag `<a>`, expected an attribute or `>`",
        ),
        (
            "<a b='1' b='2'/>",
            "<a b='1'></>\n1:10 TG3007 attribute `b` stands twice on `<a>`",
        ),
        (
            "<a\n<b/>",
            "<a><b></></>\n1:2 TG3005 the tag `<a` has no `>`\n1:2 TG3003 `<a>` has no `</a>`",
        ),
        (
            "<a b=\"@(x\"/>\n<c/>",
            "<a b='@‹@{ throw null; }›'></>\n<c></>\n1:7 TG3001 the expression that starts here has no closing `)`",
        ),
        (
            "<a b=\"@(x[\"y\"]\" c='1'>@{ if</a>\n<c/>",
            "<a b='@‹@{ throw null; }›' c='1'>@‹@{ throw null; }›</>\n<c></>\n1:7 TG3001 the expression that starts here has no closing `)`\n1:23 TG3001 the expression that starts here has no closing `}`",
        ),
        (
            "<a b=\"@x(\"y\", \"z\")\" c='1'/>",
            "<a b='@‹@{ throw null; }›' c='1'></>\n1:7 TG3015 `@` without a bracket begins no expression",
        ),
        (
            "<a b=\"@x == \"y\"\"><c/></a>",
            "<a b='@‹@{ throw null; }›'><c></></>\n1:7 TG3015 `@` without a bracket begins no expression",
        ),
        (
            "<a b=\"@ (x[\"y\"])\"/>",
            "<a b='@‹@{ throw null; }›'></>\n1:7 TG3015 `@` without a bracket begins no expression",
        ),
        (
            "<a b=\"@x\"c='1' d=\"@y\"\n e=\"@\"/>",
            "<a b='@x' c='1' d='@y' e='@'></>\n1:10 TG3010 white space is missing between attributes",
        ),
        (
            "<a b=\"@(x\n<c/>",
            "\n1:7 TG3001 the expression that starts here has no closing `)`",
        ),
        (
            "<a b=\"x/>\n<c/>",
            "\n1:6 TG3006 the attribute value that starts here has no end",
        ),
        (
            "<a><!-- b</a>",
            "<a></>\n1:4 TG3006 the comment that starts here has no end",
        ),
    ]);
}

#[test]
fn depth_and_size_are_limited() {
    assert!(dump(&"<a>".repeat(50_000)).contains("TG3008"));
    assert!(!dump(&("<a>".repeat(256) + &"</a>".repeat(256))).contains("TG"));
    // What is cut off is left out, lest it be told to lack what it has.
    let deep = format!("<p><i>1</i>\n<i>{}{}</i></p>", "<c>".repeat(255), "</c>".repeat(255));
    assert_eq!(
        dump(&deep),
        "<p><i>1</>\n</>\n2:767 TG3008 elements are nested deeper than 256 levels"
    );
    assert!(dump(&" ".repeat(2 << 20)).contains("TG3008"));
    assert!(dump(&format!("<a {}/>", "b=1 ".repeat(500))).contains("TG3007"));
}

/// Texts that make a careless reader look at the same bytes again and again.
#[test]
fn hostile_texts_take_linear_time() {
    let seeds = [
        "<",
        "</",
        "<a ",
        "<a b=\"",
        "@(",
        "@(&quot;)",
        "@(1//)",
        "<a b=\"@(1//)\"/>",
        "@(/*)*/)",
        "@($\"{1}\")",
        "<a b='@(&quot;'/>",
        "<![CDATA[",
        "<!--",
        "&",
        "&a;",
        "</a>",
        "<a b={{",
        "<!",
        "<?",
        "'",
        "<a>@@(",
    ];
    for seed in seeds {
        let text = seed.repeat((1 << 20) / seed.len());
        let start = std::time::Instant::now();
        dump(&text.chars().take(1 << 18).collect::<String>());
        assert!(start.elapsed().as_secs() < 5, "{seed}: {:?}", start.elapsed());
    }
}

const WHOLE: &str = "<policies><inbound><base /><set-header name=\"X\"><value>@(context.Request.Url.Path + \"}&gt;\")</value></set-header><!-- c --></inbound><outbound><![CDATA[x]]></outbound></policies>";

proptest! {
    #[test]
    fn never_panics(text in "(<|</|>|/>|a|b|=|\"|'|@\\(|@\\{|\\)|\\}|<!--|-->|<!\\[CDATA\\[|\\]\\]>|&|quot;|;|\\{\\{| |\n|é|\\PC){0,60}") {
        dump(&text);
    }

    #[test]
    fn never_panics_on_mutated_documents(at in 0..WHOLE.len(), length in 0..12usize, new in "\\PC{0,6}") {
        let mut text = WHOLE.to_owned();
        text.replace_range(at..(at + length).min(WHOLE.len()), &new);
        dump(&text);
    }
}
