//! No input makes the parser panic, hang or overflow the stack.

use super::ast::Tree;
use super::{expression_end, parse};
use proptest::prelude::*;
use std::time::{Duration, Instant};

/// Parses on a stack as small as those of worker threads.
fn parses_fast(source: &str) -> Tree {
    let start = Instant::now();
    let (tree, problems) = parse(source);
    for problem in &problems {
        assert!(
            problem.span.start <= problem.span.end && problem.span.end <= source.len(),
            "{problem:?}"
        );
        assert!(
            source.is_char_boundary(problem.span.start) && source.is_char_boundary(problem.span.end),
            "{problem:?}"
        );
    }
    if let Some(at) = source.find("@(").or_else(|| source.find("@{")) {
        assert!(expression_end(source, at).is_ok_and(|end| end <= source.len()) || expression_end(source, at).is_err());
    }
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "took {:?}: {:.40}",
        start.elapsed(),
        source
    );
    tree
}

/// Every span of the tree lies in the source and does not split a character.
fn spans_are_in_range(source: &str) {
    let tree = format!("{:?}", parses_fast(source));
    for span in tree.split("Span { start: ").skip(1) {
        let (start, rest) = span.split_once(", end: ").expect("a span");
        let (end, _) = rest.split_once(' ').expect("a span");
        let range = start.parse().expect("a number")..end.parse().expect("a number");
        assert!(source.get(range).is_some(), "{start}..{end} of {source:?}");
    }
}

#[test]
fn repetitions_stay_linear() {
    let pieces = [
        "(",
        ")",
        "[",
        "{",
        "}",
        "a<",
        "a<a,",
        "a<(a,",
        "x?",
        "x?x:",
        "x??",
        "(a)",
        "-",
        "!",
        "a.",
        "a?.b",
        "a?[",
        "a+",
        "a=",
        "$\"{",
        "$@\"{",
        "\"",
        "'",
        "x=>",
        "(x)=>",
        "(x,",
        "new A{A=",
        "new{",
        "new[]{",
        "new int[",
        "if(a)",
        "else ",
        "a:",
        "from x in ",
        "a is ",
        "a as b?",
        "int[]",
        "b?[]",
        "case a:",
        "switch(a){case ",
        "try{",
        "f(",
        "delegate{",
        "await ",
        "throw ",
        "typeof(",
        "default(",
        "a<b>.",
        "(int,",
        "var (",
        "a ",
        ";",
        "{{",
        "/*",
        "//",
        "@",
        "\\",
        "#",
        "..",
        "^",
        "a switch{",
        "int f()=>",
        "for(",
        "foreach(",
        "using(",
        "ref ",
        "::",
        "do ",
        "goto case ",
        "a ? b<c>(d) : ",
        "checked{",
        "a*b+",
        "a||b&&",
        "out ",
        "a,b<",
        "from x in a where ",
        "from x in a join y in ",
        "foreach(var a in b)",
        "using(var a=b)",
        "while(a)",
        "f(a => { if (b) { return $\"{",
        "(a, b: ",
        "a.b(c)[d]",
        "a ?? ",
        "a < b > ",
        "a<b,c,d,",
    ];
    for piece in pieces {
        let body = piece.repeat(40_000 / piece.len());
        parses_fast(&format!("@({body})"));
        parses_fast(&format!("@{{{body}"));
    }
}

#[test]
fn matched_nesting_is_refused_beyond_its_limit() {
    let nested = |depth: usize| format!("@({}1{})", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(parse(&nested(150)).1, []);
    let problems = parse(&nested(5000)).1;
    assert_eq!(
        problems.iter().map(|problem| problem.code).collect::<Vec<_>>(),
        ["CS8078"]
    );
}

#[test]
fn chains_are_refused_beyond_their_limit() {
    let sum = |length: usize| format!("@(a{})", " + \"b\"".repeat(length));
    assert_eq!(parse(&sum(250)).1, []);
    assert_eq!(parse(&sum(5000)).1.len(), 1);
}

/// Words of C# in any order.
fn words() -> impl Strategy<Value = String> {
    let words = [
        "a", "B", "1", "\"s\"", "'c'", "$\"", "{", "}", "(", ")", "[", "]", "<", ">", ",", ";", ":", ".", "?", "??",
        "?.", "=>", "=", "==", "+", "-", "is", "as", "new", "var", "int", "if", "else", "for", "foreach", "in",
        "while", "do", "switch", "case", "default", "try", "catch", "finally", "return", "throw", "from", "select",
        "where", "out", "ref", "typeof", "nameof", "when", "await", "delegate", "using", "!", "&&", "^", "..", "\n",
        "//", "/*", "*/", "@\"", "\"", "yield", "goto", "const", "_", "::", "static",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        spans_are_in_range(&text);
        spans_are_in_range(&format!("@({text})"));
        spans_are_in_range(&format!("@{{{text}}}"));
    }

    #[test]
    fn any_words_are_parsed(text in words()) {
        spans_are_in_range(&format!("@({text})"));
        spans_are_in_range(&format!("@{{{text}}}"));
    }
}
