//! Templates and what they give.

mod data;
mod hostile;
mod tags;

use crate::{Limits, Template, Value, bind};
use expression::Budget;
use expression::recorded::RecordedContext;

/// What every test's `body` is.
const BODY: &str = r#"{
    "name": "Ann", "Age": 41, "price": 2.5, "ok": true, "off": false, "none": null, "blank": "",
    "when": "2024-05-06T07:08:09Z", "day": "2024-05-06",
    "list": [3, 1, null, 2], "words": ["b", "A", "c"], "nested": [[1, 2], [3]], "nothing": [],
    "things": [{"name": "pen", "price": 1}, {"name": "Ink", "price": 2.5}],
    "person": {"first": "Ann", "size": 7}
}"#;

const CONTEXT: &str = r#"{
    "request": {
        "method": "POST", "url": "https://backend.example:8443/p/1?a=1&b=2&a=3", "originalUrl": "https://api.example/x?q=y",
        "ipAddress": "192.0.2.7", "headers": {"X-One": ["1"], "X-Two": ["1", "2"]},
        "matchedParameters": {"orderId": "42"}, "body": "text"
    },
    "response": {"statusCode": 201, "statusReason": "Created", "headers": {"Content-Type": ["a/b"]}, "body": ""},
    "variables": {
        "text": "t", "n": 5, "flag": true, "json": {"$json": {"a": [1, 2]}}, "array": {"$array": ["x", "y"]},
        "date": {"$date": "2024-05-06T07:08:09Z"}
    }
}"#;

fn limits() -> Limits {
    Limits {
        budget: Budget::default(),
        output: 1 << 20,
    }
}

fn context() -> RecordedContext {
    RecordedContext::from_json(CONTEXT).unwrap()
}

/// What a template without errors gives over a body.
fn over<'v>(template: &str, context: &'v RecordedContext, body: Value<'v>) -> String {
    let (parsed, problems) = Template::parse(template);
    let Some(parsed) = parsed else {
        panic!("{template}: {problems:?}");
    };
    parsed
        .render(context, body, limits())
        .unwrap_or_else(|stopped| stopped.message)
}

fn rendered(template: &str) -> String {
    over(template, &context(), bind::json(&BODY.into(), true).unwrap())
}

fn check(rows: &[(&str, &str)]) {
    for (template, expected) in rows {
        assert_eq!(rendered(template), *expected, "{template}");
    }
}

#[test]
fn filters_give_what_their_examples_say() {
    for filter in crate::filters::all() {
        assert_eq!(
            rendered(filter.example),
            filter.shows,
            "{}: {}",
            filter.name,
            filter.example
        );
    }
}

/// Problems as `start..end message`, warnings with a `?`.
fn problems(template: &str) -> Vec<String> {
    let (parsed, problems) = Template::parse(template);
    assert_eq!(
        parsed.is_some(),
        problems.iter().all(|problem| problem.is_warning),
        "{template}"
    );
    let text = problems.into_iter().map(|problem| {
        let sign = if problem.is_warning { "?" } else { "" };
        let help = problem.help.map(|help| format!(" ({help})")).unwrap_or_default();
        format!(
            "{}..{} {sign}{}{help}",
            problem.range.start, problem.range.end, problem.message
        )
    });
    text.collect()
}
