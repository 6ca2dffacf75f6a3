//! No template and no body may panic, hang, or grow without bound.

use super::{BODY, CONTEXT};
use crate::{Limits, Template, bind};
use expression::Budget;
use expression::recorded::RecordedContext;
use proptest::prelude::*;

fn small() -> Limits {
    Limits {
        budget: Budget {
            steps: 50_000,
            allocation: 1 << 20,
            depth: 50,
        },
        output: 1 << 16,
    }
}

fn run(template: &str) -> Result<String, String> {
    let Some(template) = Template::parse(template).0 else {
        return Err("problems".to_owned());
    };
    let context = RecordedContext::from_json(CONTEXT).unwrap();
    let body = bind::json(&BODY.into(), true).unwrap();
    template
        .render(&context, body, small())
        .map_err(|stopped| stopped.message)
}

#[test]
fn what_would_run_on_is_stopped() {
    let doubling = "{% assign x = 'ab' %}{% for i in (1..60) %}{% assign x = x | Append: x %}{% endfor %}";
    let growing = "{% assign x = 'a' %}{% for i in (1..60) %}{% capture x %}{{ x }}{{ x }}{% endcapture %}{% endfor %}";
    for template in [
        "{% for i in (1..999999999999) %}{% endfor %}",
        "{{ (1..9223372036854775807) | Size }}",
        "{{ (-9223372036854775808..9223372036854775807) | Size }}",
        "{% for i in (1..9999) %}{% for j in (1..9999) %}{% endfor %}{% endfor %}",
        "{% for i in (1..9999) %}0123456789{% endfor %}",
        "{{ 'abc' | Times: 999999999 }}",
        doubling,
        growing,
        "{{ body.name | Replace: '', 'x' | Replace: '(a|aa)+$', '' }}{% for i in (1..9999) %}{{ body.things | Sort: 'name' | Size }}{% endfor %}",
    ] {
        let stopped = run(template).unwrap_err();
        assert!(
            stopped.contains("stopped") || stopped.contains("larger"),
            "{template}: {stopped}"
        );
    }
}

#[test]
fn nesting_is_bounded() {
    for (open, close) in [("{% if 1 %}", "{% endif %}"), ("{% for x in (1..1) %}", "{% endfor %}")] {
        let deep = |count: usize| open.repeat(count) + "x" + &close.repeat(count);
        assert_eq!(run(&deep(50)).unwrap(), "x");
        assert!(Template::parse(&deep(100_000)).0.is_none());
    }
    assert!(
        Template::parse(&format!("{{{{ {}a{} }}}}", "a[".repeat(9999), "]".repeat(9999)))
            .0
            .is_none()
    );
    assert!(
        Template::parse(&format!("{{% if {} a %}}{{% endif %}}", "a and ".repeat(9999)))
            .0
            .is_none()
    );
    let json = "[".repeat(5000) + &"]".repeat(5000);
    let context = RecordedContext::from_json(CONTEXT).unwrap();
    let body = bind::json(&json.as_str().into(), true);
    if let Ok(body) = body {
        let template = Template::parse("{{ body }}{{ body | Compact }}{{ body | Uniq | Join }}")
            .0
            .unwrap();
        assert!(template.render(&context, body, small()).is_ok());
    }
}

#[test]
fn errors_are_quick_in_long_texts() {
    for text in [
        "{{",
        "{%",
        "{{ x }}",
        "{% if 1 %}",
        "{% raw %}",
        "{% comment %}",
        "{% x",
        "{{ 'a",
        "{% endraw %}",
    ] {
        let _ = Template::parse(&text.repeat(20_000));
        let _ = Template::parse(&(text.repeat(20_000) + "%}{% endcomment %}{% endraw %}"));
    }
}

const PIECES: &[&str] = &[
    "{{",
    "}}",
    "{%",
    "%}",
    "-",
    " ",
    "\n",
    "if",
    "endif",
    "else",
    "elsif",
    "for x in",
    "endfor",
    "case",
    "when",
    "endcase",
    "raw",
    "endraw",
    "comment",
    "endcomment",
    "assign",
    "capture",
    "endcapture",
    "cycle",
    "JSONArrayFor",
    "endJSONArrayFor",
    "tablerow",
    "endtablerow",
    "cols:",
    "limit:",
    "offset:",
    "continue",
    "reversed",
    "break",
    "ifchanged",
    "endifchanged",
    "increment",
    "body",
    ".list",
    ".things",
    "[",
    "]",
    "(1..3)",
    "..",
    "'a'",
    "\"",
    "'",
    "|",
    ":",
    ",",
    "x",
    "=",
    "==",
    "<",
    "contains",
    "and",
    "or",
    "1",
    "2.5",
    "-9223372036854775808",
    "nil",
    "empty",
    "context.Variables",
    "Size",
    "Replace",
    "'('",
    "Split",
    "Join",
    "Sort",
    "Times",
    "DividedBy",
    "0",
    "Slice",
    "Truncate",
    "Date",
    "'yyyy'",
    "Round",
    "99",
    "Map",
    "Uniq",
    "é",
    "😀",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_pieces_are_read_and_written(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        let _ = run(&pieces.concat());
        let _ = run(&pieces.join(" "));
    }

    #[test]
    fn any_output_is_read_and_written(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..10)) {
        let inside = pieces.join(" ");
        let _ = run(&format!("{{{{ {inside} }}}}"));
        let _ = run(&format!("{{% if {inside} %}}a{{% endif %}}{{% for x in {inside} %}}{{{{ x }}}}{{% endfor %}}"));
        let _ = run(&format!("{{{{ body.list | {inside} }}}}"));
    }

    #[test]
    fn any_text_is_read(text in ".{0,200}") {
        let _ = run(&text);
        let _ = run(&format!("{{{{{text}}}}}"));
        let _ = run(&format!("{{%{text}%}}"));
    }
}
