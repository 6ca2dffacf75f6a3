//! Stylesheets that transform, stylesheets that are refused, and transformations that are stopped.

mod transformed;

use super::{Limits, Stylesheet};
use std::collections::HashMap;
use xml::reader::{read_document, read_with_places};

const LIMITS: Limits = Limits {
    steps: 1_000_000,
    bytes: 1_000_000,
    depth: 10_000,
    // Without regard to case first, lower case before upper case.
    collate: |left, right| left.to_lowercase().cmp(&right.to_lowercase()).then(right.cmp(left)),
};

fn transformed(attributes: &str, content: &str, source: &str, limits: &Limits) -> String {
    let text = format!(
        "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\" {attributes}>{content}</xsl:stylesheet>"
    );
    let (tree, places) = match read_with_places(&text, true) {
        Ok(read) => read,
        Err(error) => return format!("no XML: {error}"),
    };
    let sheet = match Stylesheet::compile(&tree, &places) {
        Ok(sheet) => sheet,
        Err(problems) => {
            let shown = problems.iter().map(|problem| {
                let name = text[problem.at..].split([' ', '>', '/']).next().unwrap_or_default();
                format!("{name}: {}", problem.message)
            });
            return shown.collect::<Vec<_>>().join("\n");
        }
    };
    let parameters = HashMap::from([("given".to_owned(), "G".to_owned())]);
    match sheet.transform(read_document(source, true).unwrap(), &parameters, limits) {
        Ok(result) => String::from_utf8_lossy(&result).into_owned(),
        Err(error) => format!("failed: {error}"),
    }
}

/// A stylesheet's content and what it makes, without an XML declaration.
fn check(attributes: &str, content: &str, source: &str, expected: &str) {
    let whole = format!("<xsl:output omit-xml-declaration=\"yes\"/>{content}");
    check_whole(attributes, &whole, source, expected);
}

/// A stylesheet's content and what it makes.
fn check_whole(attributes: &str, content: &str, source: &str, expected: &str) {
    assert_eq!(transformed(attributes, content, source, &LIMITS), expected, "{content}");
}

/// What stands in the template of the root, and what is said of it.
fn check_refused(body: &str, expected: &str) {
    check(
        "",
        &format!("<xsl:template match=\"/\">{body}</xsl:template>"),
        "<r><b>5</b></r>",
        expected,
    );
}

#[test]
fn all_that_is_wrong_with_a_stylesheet_is_told() {
    check_refused(
        "<o><xsl:value-of select=\"$nope\"/><xsl:bogus/><xsl:if/></o>",
        "xsl:value-of: '$nope': The variable or parameter 'nope' is not defined or it is out of scope.\n\
         xsl:bogus: xsl:bogus is not known, and has no xsl:fallback\n\
         xsl:if: xsl:if lacks its attribute 'test'",
    );
    for (body, expected) in [
        (
            "<xsl:value-of select=\"document('x')\"/>",
            "xsl:value-of: 'document('x')': document() is not available: a transformation reads nothing but the body",
        ),
        (
            "<xsl:value-of select=\"foo()\"/>",
            "xsl:value-of: 'foo()': 'foo()' is an unknown XSLT function",
        ),
        (
            "<xsl:value-of select=\"key('k')\"/>",
            "xsl:value-of: 'key('k')': 'key()' takes 2 arguments, not 1",
        ),
        (
            "<xsl:value-of select=\"q:x\"/>",
            "xsl:value-of: 'q:x': Namespace prefix 'q' is not defined.",
        ),
        (
            "<xsl:variable name=\"x\"/><xsl:variable name=\"x\"/>",
            "xsl:variable: the variable or parameter 'x' is there twice within the same scope",
        ),
        (
            "<xsl:variable name=\"x\" select=\"1\">2</xsl:variable>",
            "xsl:variable: has both 'select' and content; expected one of them",
        ),
        (
            "<xsl:call-template name=\"zz\"/>",
            "xsl:call-template: there is no template of the name 'zz'; there are none",
        ),
        (
            "<xsl:copy select=\".\"/>",
            "xsl:copy: 'select' is no attribute of xsl:copy; it has use-attribute-sets",
        ),
        ("<xsl:choose/>", "xsl:choose: xsl:choose has no xsl:when"),
        ("<xsl:when test=\"1\"/>", "xsl:when: xsl:when cannot stand here"),
        ("<o a=\"{1\"/>", "o: the brace '{' in '{1' is not closed"),
        (
            "<o a=\"1}\"/>",
            "o: a '}' in '1}' closes nothing; write '}}' for the character",
        ),
        (
            "<o xsl:use-attribute-sets=\"s\"/>",
            "o: there is no attribute set of the name 's'",
        ),
        (
            "<xsl:text disable-output-escaping=\"maybe\">x</xsl:text>",
            "xsl:text: 'disable-output-escaping' is 'maybe'; expected 'yes' or 'no'",
        ),
        (
            "<xsl:for-each select=\"b\">x<xsl:sort/></xsl:for-each>",
            "xsl:sort: xsl:sort must stand before everything else in xsl:for-each",
        ),
    ] {
        check_refused(body, expected);
    }
    for (top, expected) in [
        (
            "<xsl:import href=\"x\"/>",
            "xsl:import: xsl:import is not available: nothing but this stylesheet is read",
        ),
        (
            "<xsl:template/>",
            "xsl:template: xsl:template has neither 'match' nor 'name'",
        ),
        (
            "<xsl:template match=\"a + b\"/>",
            "xsl:template: 'a + b': 'a + b' is an invalid XSLT pattern.",
        ),
        (
            "<xsl:template match=\"ancestor::a\"/>",
            "xsl:template: 'ancestor::a': 'ancestor::a' is an invalid XSLT pattern.",
        ),
        (
            "<xsl:output method=\"json\"/>",
            "xsl:output: 'method' is 'json'; expected xml, html or text",
        ),
        (
            "<o/>",
            "o: an element of a stylesheet's top must be of XSLT or of another namespace",
        ),
    ] {
        check("", top, "<r/>", expected);
    }
}

#[test]
fn what_cannot_be_done_with_a_document_fails() {
    for (body, expected) in [
        (
            "<o><xsl:message terminate=\"yes\">stop <xsl:value-of select=\"//b\"/></xsl:message></o>",
            "failed: the stylesheet ended the transformation: stop 5",
        ),
        (
            "<xsl:attribute name=\"a\">1</xsl:attribute>",
            "failed: the attribute 'a' stands outside of any element",
        ),
        (
            "<o>t<xsl:attribute name=\"a\">1</xsl:attribute></o>",
            "failed: the attribute 'a' comes after content of its element; attributes must be added before it",
        ),
        (
            "<o><xsl:attribute name=\"xmlns\">u</xsl:attribute></o>",
            "failed: 'xmlns' is an invalid name for an attribute",
        ),
        (
            "<xsl:element name=\"{1}x\"/>",
            "failed: '1x' is an invalid name for an element",
        ),
        (
            "<xsl:element name=\"z:x\"/>",
            "failed: the prefix 'z' of 'z:x' is not declared",
        ),
        (
            "<xsl:value-of select=\"format-number(5, '0#')\"/>",
            "failed: 'format-number(5, '0#')': the picture '0#' has '#' behind '0'",
        ),
        (
            "<xsl:value-of select=\"key('nope', 1)\"/>",
            "failed: 'key('nope', 1)': there is no xsl:key of the name 'nope'",
        ),
        (
            "<xsl:for-each select=\"1\"/>",
            "failed: '1': Expression must evaluate to a node-set.",
        ),
    ] {
        check_refused(body, expected);
    }
    check(
        "",
        "<xsl:variable name=\"a\" select=\"$b\"/><xsl:variable name=\"b\" select=\"$a\"/>\
         <xsl:template match=\"/\"><xsl:value-of select=\"$a\"/></xsl:template>",
        "<r/>",
        "failed: the value of the global variable 'a' needs itself",
    );
}

#[test]
fn reserved_prefixes_are_not_declared_otherwise() {
    for (prefix, expected) in [
        ("xmlns", "<o xp_0:a=\"1\" xmlns:xp_0=\"u\" />"),
        ("xml", "<o xp_0:a=\"1\" xmlns:xp_0=\"u\" />"),
        ("p", "<o p:a=\"1\" xmlns:p=\"u\" />"),
    ] {
        check_refused(
            &format!("<o><xsl:attribute name=\"{prefix}:a\" namespace=\"u\">1</xsl:attribute></o>"),
            expected,
        );
    }
}

#[test]
fn what_has_no_end_is_stopped() {
    let forever = "<xsl:template match=\"/\" name=\"t\"><o><xsl:call-template name=\"t\"/></o></xsl:template>";
    check(
        "",
        forever,
        "<r/>",
        "failed: templates are nested too deep: the transformation was stopped at a depth of 10000; is a recursion without end?",
    );
    let growing = "<xsl:template match=\"/\" name=\"t\"><xsl:param name=\"x\" select=\"'0123456789'\"/>\
         <xsl:call-template name=\"t\"><xsl:with-param name=\"x\" select=\"concat($x, $x)\"/></xsl:call-template></xsl:template>";
    let shown = transformed("", growing, "<r/>", &LIMITS);
    assert!(
        shown.starts_with("failed: the transformation needs too much room"),
        "{shown}"
    );
    let slow = "<xsl:template match=\"/\"><xsl:value-of select=\"count(//*[//*[//*]])\"/></xsl:template>";
    let source = format!("<r>{}</r>", "<a/>".repeat(2000));
    check(
        "",
        slow,
        &source,
        "failed: the transformation takes too long: it was stopped after 1000000 steps",
    );
}

#[test]
fn arguments_are_not_copied_for_each_node() {
    let body = "<xsl:template match='/r'><xsl:apply-templates select='n'><xsl:with-param name='t' select='string(t)'/>\
                </xsl:apply-templates></xsl:template><xsl:template match='n'>.</xsl:template>";
    let source = format!("<r><t>{}</t>{}</r>", "x".repeat(8 << 20), "<n/>".repeat(200_000));
    let limits = Limits {
        steps: 10_000_000,
        bytes: 64 << 20,
        ..LIMITS
    };
    // As copies they would be 1.6 TB.
    let made = transformed("", body, &source, &limits);
    assert!(made.ends_with(&".".repeat(200_000)), "{made:.200}");
}

#[test]
fn deep_recursion_and_deep_documents_need_no_stack() {
    let count = "<xsl:template match=\"/\"><xsl:call-template name=\"t\"/></xsl:template>\
        <xsl:template name=\"t\"><xsl:param name=\"i\" select=\"0\"/><xsl:choose><xsl:when test=\"$i = 3000\">done</xsl:when>\
        <xsl:otherwise><xsl:call-template name=\"t\"><xsl:with-param name=\"i\" select=\"$i + 1\"/></xsl:call-template>.</xsl:otherwise>\
        </xsl:choose></xsl:template>";
    let expected = format!("done{}", ".".repeat(3000));
    check("", count, "<r/>", &expected);
    let copy = "<xsl:template match=\"@*|node()\"><xsl:copy><xsl:apply-templates select=\"@*|node()\"/></xsl:copy></xsl:template>";
    let deep = format!("{}x{}", "<a>".repeat(900), "</a>".repeat(900));
    check("", copy, &deep, &deep);
}

#[test]
fn results_have_the_encoding_that_is_asked_for() {
    let bytes = |encoding: &str| {
        let text = format!(
            "<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">\
             <xsl:output method=\"text\" encoding=\"{encoding}\"/><xsl:template match=\"/\">é€</xsl:template></xsl:stylesheet>"
        );
        let (tree, places) = read_with_places(&text, true).unwrap();
        let sheet = Stylesheet::compile(&tree, &places).unwrap();
        sheet
            .transform(read_document("<r/>", true).unwrap(), &HashMap::new(), &LIMITS)
            .unwrap()
    };
    assert_eq!(bytes("utf-8"), "é€".as_bytes());
    assert_eq!(bytes("UTF-16"), [0xFF, 0xFE, 0xE9, 0x00, 0xAC, 0x20]);
    assert_eq!(bytes("iso-8859-1"), [0xE9, b'?']);
    assert_eq!(bytes("us-ascii"), *b"??");
}

proptest::proptest! {
    #[test]
    fn no_stylesheet_panics(parts in proptest::collection::vec(0usize..40, 0..12), match_at in 0usize..8) {
        const PARTS: [&str; 40] = [
            "<o>", "</o>", "t", "<o a=\"{.}\"/>", "<xsl:value-of select=\".\"/>", "<xsl:apply-templates/>",
            "<xsl:apply-templates select=\"//*\"/>", "<xsl:copy>", "</xsl:copy>", "<xsl:copy-of select=\"/\"/>",
            "<xsl:for-each select=\"//node()|//@*\">", "</xsl:for-each>", "<xsl:sort select=\".\"/>",
            "<xsl:variable name=\"v\">", "</xsl:variable>", "<xsl:copy-of select=\"$v\"/>", "<xsl:value-of select=\"count($v)\"/>",
            "<xsl:if test=\"position() = 1\">", "</xsl:if>", "<xsl:element name=\"{name()}\">", "</xsl:element>",
            "<xsl:attribute name=\"{name()}\">", "</xsl:attribute>", "<xsl:comment>--</xsl:comment>", "<xsl:number/>",
            "<xsl:number level=\"any\"/>", "<xsl:number level=\"multiple\" count=\"*\"/>", "<xsl:call-template name=\"t\"/>",
            "<xsl:processing-instruction name=\"p\">?></xsl:processing-instruction>", "<xsl:message>m</xsl:message>",
            "<xsl:text disable-output-escaping=\"yes\">&lt;</xsl:text>", "<p:o xmlns:p=\"u\" p:a=\"1\">", "</p:o>",
            "<xsl:value-of select=\"format-number(., '0.0')\"/>", "<xsl:value-of select=\"generate-id()\"/>",
            "<xsl:value-of select=\"current()/../@*\"/>", "<xsl:param name=\"q\"/>", "<xsl:fallback/>",
            "<xsl:apply-imports/>", "<xsl:otherwise/>",
        ];
        const MATCHES: [&str; 8] = ["/", "*", "node()|@*", "a[1]", "a//b", "text()", "a/@*", "*[last()]"];
        let body: String = parts.iter().map(|part| PARTS[*part]).collect();
        let content = format!(
            "<xsl:template match=\"{}\" name=\"t\">{body}</xsl:template>", MATCHES[match_at]
        );
        let limits = Limits { steps: 20_000, bytes: 100_000, depth: 500, ..LIMITS };
        transformed("", &content, "<a x='1'><b y='2'>t</b><!--c--><a/><?p q?></a>", &limits);
    }

    #[test]
    fn no_attribute_panics(text in "[{}'/@*.a-c()\\[\\] $:|0-9-]{0,20}") {
        for element in [
            format!("<o a=\"{text}\"/>"),
            format!("<xsl:for-each select=\"{text}\"/>"),
            format!("<xsl:number value=\"7\" format=\"{text}\"/>"),
            format!("<xsl:number count=\"{text}\"/>"),
            format!("<xsl:value-of select=\"format-number(1234.5, concat('{}', ''))\"/>", text.replace('\'', "")),
        ] {
            let content = format!("<xsl:template match=\"/\">{element}</xsl:template><xsl:template match=\"{text}\"/>");
            transformed("", &content, "<a><b/></a>", &LIMITS);
        }
    }
}

#[test]
fn look_ups_of_attributes_and_prefixes_are_counted() {
    let identity =
        "<xsl:template match='@*|node()'><xsl:copy><xsl:apply-templates select='@*|node()'/></xsl:copy></xsl:template>";
    let names = "<xsl:template match='/r'><xsl:for-each select='*'><xsl:value-of select='name()'/></xsl:for-each></xsl:template>";
    let many = |number: usize, of: fn(usize) -> String| (0..number).map(of).collect::<String>();
    let attributes = format!("<r{}/>", many(6000, |at| format!(" a{at}=''")));
    let declared = |children: usize| {
        let declarations = many(300, |at| format!(" xmlns:p{at}='u{at}'"));
        format!("<r{declarations}>{}</r>", "<p0:a/>".repeat(children))
    };
    for (sheet, source) in [
        (identity, attributes),
        (identity, declared(300)),
        (names, declared(50_000)),
    ] {
        let made = transformed("", sheet, &source, &LIMITS);
        let expected = "failed: the transformation takes too long: it was stopped after 1000000 steps";
        assert_eq!(format!("{made:.77}"), expected, "{source:.100}");
    }
    let made = transformed("", identity, &declared(10), &LIMITS);
    assert!(made.ends_with("<p0:a /></r>"), "{made:.100}");
}
