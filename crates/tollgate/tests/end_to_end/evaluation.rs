//! `eval`: one expression, or many with their contexts, line by line.

use crate::support::artifacts::Artifacts;
use crate::support::shell::{run, run_with};
use serde_json::{Value, json};
use std::fmt::Display;

fn lines(texts: impl Iterator<Item = impl Display>) -> String {
    texts.fold(String::new(), |lines, text| lines + &text.to_string() + "\n")
}

#[test]
fn eval_prints_the_value_of_one_expression() {
    let context = json!({
        "request": {"method": "POST", "url": "https://gateway.example/api/x?a=1", "headers": {"x-team": ["red"]}, "body": "{\"n\":41}"},
        "variables": {"v": "from before"},
    });
    let folder = Artifacts::of(&[
        ("context.json", &context.to_string()),
        ("broken.json", "{"),
        ("misspelled.json", r#"{"requst": {}}"#),
    ]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (expression, printed) in [
        ("@(1 + 2)", "3"),
        ("@(\"a\" + 'b' + 1.5m)", "ab1.5"),
        (
            "@(context.Request.Headers.GetValueOrDefault(\"X-Team\", \"none\").ToUpper())",
            "RED",
        ),
        ("@((string)context.Variables[\"v\"])", "from before"),
        ("@((int)context.Request.Body.As<JObject>()[\"n\"] + 1)", "42"),
        ("@{ var s = context.Request.Method; return s.Length; }", "4"),
    ] {
        let outcome = run(&["eval", expression, "--context", &path("context.json")]);
        assert_eq!(
            (outcome.code, outcome.output.trim_end()),
            (Some(0), printed),
            "{expression}: {outcome:?}"
        );
    }
    let outcome = run(&["eval", "@(1)", "--context", &path("misspelled.json")]);
    assert_eq!((outcome.code, outcome.output.trim_end()), (Some(0), "1"), "{outcome:?}");
    assert!(outcome.errors.contains("nothing reads `requst`"), "{outcome:?}");
    assert!(outcome.errors.contains("did you mean `request`?"), "{outcome:?}");
    for (arguments, code, part) in [
        (vec!["eval", "@(1 + )"], 1, "error"),
        (vec!["eval", "@(context.Nothing)"], 1, "Nothing"),
        (vec!["eval", "@(int.Parse(\"x\"))"], 1, "FormatException"),
        (
            vec!["eval", "@(1)", "--context", &path("broken.json")],
            2,
            "broken.json",
        ),
        (
            vec!["eval", "@(1)", "--context", &path("nothing.json")],
            2,
            "nothing.json",
        ),
    ] {
        let outcome = run(&arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        assert!(outcome.errors.contains(part), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn eval_shows_types_and_steps() {
    let expression = "@(context.Request.Method.Length + int.Parse(\"2\") * 2)";
    let parts = |column: [&str; 5]| {
        let parts = [
            "context.Request.Method",
            "context.Request.Method.Length",
            "int.Parse(\"2\")",
            "int.Parse(\"2\") * 2",
            "context.Request.Method.Length + int.Parse(\"2\") * 2",
        ];
        lines(
            parts
                .iter()
                .zip(column)
                .map(|(part, told)| format!("{part:50}  {told}")),
        )
    };
    let [text, int] = ["System.String", "System.Int32"];
    let types = parts([text, int, int, int, int]) + "System.Int32\n";
    let given = [
        "\"GET\"  (System.String)",
        "3  (System.Int32)",
        "2  (System.Int32)",
        "4  (System.Int32)",
        "7  (System.Int32)",
    ];
    let steps = parts(given) + "7\n";
    for (option, printed) in [("--type", types), ("--explain", steps)] {
        let outcome = run(&["eval", option, expression]);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert_eq!(outcome.output, printed);
    }
    let outcome = run(&["eval", "--explain", "@(1 + int.Parse(\"x\"))"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .output
            .contains("int.Parse(\"x\")  throws System.FormatException"),
        "{outcome:?}"
    );
}

#[test]
fn eval_keeps_a_context_between_the_lines_that_are_typed() {
    let typed = "1 + 1\n:set x JObject.Parse(\"{\\\"a\\\": 5}\")\n((JObject)context.Variables[\"x\"])[\"a\"]\n\
        @{ return \"block\"; }\n:nothing\nint.Parse(\"x\")\n:set y 1 +\n:quit\n9\n";
    let outcome = run_with(&["eval"], typed);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert_eq!(outcome.output, "2\n5\nblock\n", "{outcome:?}");
    for part in ["no command :nothing", "FormatException", "expression expected"] {
        assert!(outcome.errors.contains(part), "{part}: {outcome:?}");
    }
}

#[test]
fn eval_answers_line_by_line() {
    let rows = [
        (
            json!({"id": 1, "expr": "@(1 + 2)"}),
            json!({"id": 1, "type": "System.Int32", "text": "3"}),
        ),
        (
            json!({"id": "two", "expr": "@(\"é\")"}),
            json!({"id": "two", "type": "System.String", "text": "é"}),
        ),
        (
            json!({"id": 3, "expr": "@(context.Request.Method)", "context": {"request": {"method": "PUT"}}}),
            json!({"id": 3, "type": "System.String", "text": "PUT"}),
        ),
        (
            json!({"id": 4, "expr": "@(context.Variables.GetValueOrDefault<int>(\"n\") * 2)", "context": {"variables": {"n": 21}}}),
            json!({"id": 4, "type": "System.Int32", "text": "42"}),
        ),
    ];
    let input = lines(rows.iter().map(|(line, _)| line));
    let outcome = run_with(&["eval", "--jsonl"], &input);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let answers = outcome
        .output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    for ((asked, expected), answer) in rows.iter().zip(answers.collect::<Vec<_>>()) {
        for member in ["id", "type", "text"] {
            assert_eq!(answer[member], expected[member], "{asked}: {answer}");
        }
    }

    let broken = [
        (r#"{"id": 5, "expr": "@(int.Parse(\"x\"))"}"#, "error"),
        (r#"{"id": 6, "expr": "@(1 +)"}"#, "compileError"),
        (r#"{"id": 7, "expr": "@(context.Nothing)"}"#, "compileError"),
        (r#"{"id": 8, "expr": "@{ while (true) { } }"}"#, "error"),
    ];
    let input = lines(broken.iter().map(|(line, _)| line));
    let outcome = run_with(&["eval", "--jsonl"], &input);
    let answers = outcome
        .output
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect::<Vec<_>>();
    assert_eq!(answers.len(), broken.len(), "{outcome:?}");
    for ((asked, member), answer) in broken.iter().zip(answers) {
        assert!(
            answer[member].as_str().is_some_and(|text| !text.is_empty()),
            "{asked}: {answer}"
        );
    }
}
