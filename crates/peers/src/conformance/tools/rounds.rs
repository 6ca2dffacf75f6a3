//! The tools that the suite added with `input_required` in 2026-07-28: one or several rounds, with and without state.
//!
//! Never here: how a round is carried out ([`crate::conformance::question`]).

use rmcp::ErrorData;
use rmcp::model::{CallToolResponse, InputResponses};
use serde_json::{Value, json};

use crate::conformance::question::{Outcome, Question, Round};
use crate::conformance::tools::plain;
use crate::mcp::text;

/// The tools' definitions.
pub fn definitions() -> Vec<Value> {
    [
        ("elicitation", "Greets the user by name"),
        ("sampling", "Asks the client's model for a capital"),
        ("list_roots", "Names the client's roots"),
        (
            "request_state",
            "Asks for a confirmation and keeps state with the client",
        ),
        ("tampered_state", "Refuses state that was tampered with"),
        ("multiple_inputs", "Asks the user, the model and for the roots at once"),
        ("multi_round", "Asks the user twice"),
        ("capabilities", "Asks only for what the client can answer"),
    ]
    .into_iter()
    .map(|(name, description)| plain(&format!("test_input_required_result_{name}"), description))
    .collect()
}

/// The result of the tool that `round` calls, where it is one of these.
pub async fn call(round: &Round) -> Option<Result<CallToolResponse, ErrorData>> {
    let tool = round.subject.strip_prefix("test_input_required_result_")?;
    let (questions, state) = match tool {
        "elicitation" => (vec![name("What is your name?")], None),
        "sampling" => (vec![capital()], None),
        "list_roots" => (vec![Question::roots("client_roots")], None),
        "request_state" | "tampered_state" => (vec![confirmation()], Some(json!({"asked": "confirm"}))),
        "multiple_inputs" => {
            let greeting = Question::sampling("greeting", "Generate a greeting", 50);
            let questions = vec![name("What is your name?"), greeting, Question::roots("client_roots")];
            (questions, Some(json!({"asked": "all"})))
        }
        "capabilities" => (round.answerable(vec![name("What is your name?"), capital()]), None),
        "multi_round" => return Some(two_rounds(round).await),
        _ => return None,
    };
    Some(
        round
            .ask(&questions, state.as_ref())
            .await
            .map(|outcome| match outcome {
                Outcome::Ask(result) => result.into(),
                Outcome::Answers(answers) => text(told(tool, &answers)).into(),
            }),
    )
}

/// The state between the rounds is what the first one learnt; an empty one says that the first was asked.
async fn two_rounds(round: &Round) -> Result<CallToolResponse, ErrorData> {
    let known = round.state()?.and_then(|state| state.get("name").cloned());
    let name = if let Some(name) = known {
        name
    } else {
        let question = form("step1", "Step 1: What is your name?", "name", "string");
        match round.ask(&[question], Some(&json!({}))).await? {
            Outcome::Ask(result) => return Ok(result.into()),
            Outcome::Answers(answers) => json!(field(&answers, "step1", "name")),
        }
    };
    let question = form("step2", "Step 2: What is your favorite color?", "color", "string");
    match round.ask(&[question], Some(&json!({"name": name}))).await? {
        Outcome::Ask(result) => Ok(result.into()),
        Outcome::Answers(answers) => {
            let name = name.as_str().unwrap_or_default();
            Ok(text(format!("{name} likes {}.", field(&answers, "step2", "color"))).into())
        }
    }
}

fn told(tool: &str, answers: &InputResponses) -> String {
    let hello = || format!("Hello, {}!", field(answers, "user_name", "name"));
    match tool {
        "elicitation" => hello(),
        "sampling" => sampled(answers, "capital_question"),
        "list_roots" => format!("The client's roots: {}", roots(answers)),
        "multiple_inputs" => format!("{} {} Roots: {}", hello(), sampled(answers, "greeting"), roots(answers)),
        "capabilities" => format!("The client answered {} questions.", answers.len()),
        _ => format!("state-ok, confirmed: {}", field(answers, "confirm", "ok")),
    }
}

/// A field of an accepted form as text, `none` where the user declined.
fn field(answers: &InputResponses, key: &str, name: &str) -> String {
    let value = answers.get(key).and_then(|answer| answer.get("content")?.get(name));
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "none".to_owned(),
    }
}

fn sampled(answers: &InputResponses, key: &str) -> String {
    let text = answers.get(key).and_then(|answer| answer.pointer("/content/text"));
    text.and_then(Value::as_str).unwrap_or("none").to_owned()
}

fn roots(answers: &InputResponses) -> String {
    let roots = answers
        .get("client_roots")
        .and_then(|answer| answer.get("roots")?.as_array());
    let uris = roots.into_iter().flatten().filter_map(|root| root.get("uri")?.as_str());
    uris.collect::<Vec<_>>().join(", ")
}

fn name(message: &str) -> Question {
    form("user_name", message, "name", "string")
}

fn confirmation() -> Question {
    form("confirm", "Please confirm", "ok", "boolean")
}

fn capital() -> Question {
    Question::sampling("capital_question", "What is the capital of France?", 100)
}

fn form(key: &'static str, message: &str, field: &str, kind: &str) -> Question {
    Question::elicitation(
        key,
        message,
        &json!({"type": "object", "properties": {field: {"type": kind}}, "required": [field]}),
    )
}
