//! Tools that ask the client once before they answer, under the names the suite has had since 2025-06-18.
//!
//! Never here: the tools that the suite added with `input_required` ([`super::rounds`]).

use rmcp::ErrorData;
use rmcp::model::{CallToolResponse, InputResponses, JsonObject};
use serde_json::{Value, json};

use crate::conformance::question::{Outcome, Question, Round};
use crate::conformance::tools::plain;
use crate::mcp::{failure, text};

/// The key that all of these ask under.
const ANSWER: &str = "answer";

/// The tools' definitions.
pub fn definitions() -> Vec<Value> {
    let one_text = |name: &str, description: &str, argument: &str| {
        json!({
            "name": name,
            "description": description,
            "inputSchema": {"type": "object", "properties": {argument: {"type": "string"}}, "required": [argument]},
        })
    };
    vec![
        one_text("test_sampling", "Asks the client's model", "prompt"),
        one_text("test_elicitation", "Asks the user for a name and an address", "message"),
        plain(
            "test_elicitation_sep1034_defaults",
            "Asks the user with a form that has defaults",
        ),
        plain(
            "test_elicitation_sep1330_enums",
            "Asks the user with a form that has every kind of choice",
        ),
        plain("test_streaming_elicitation", "Asks the user for a confirmation"),
        plain(
            "test_missing_capability",
            "Refuses clients without the sampling capability",
        ),
    ]
}

/// The result of the tool that `round` calls, where it is one of these.
pub async fn call(arguments: &JsonObject, round: &Round) -> Option<Result<CallToolResponse, ErrorData>> {
    let argument = |name: &str| arguments.get(name).and_then(Value::as_str);
    let question = match round.subject.as_str() {
        "test_sampling" => argument("prompt").map(|prompt| Question::sampling(ANSWER, prompt, 100)),
        "test_elicitation" => argument("message").map(|message| Question::elicitation(ANSWER, message, &contact())),
        "test_elicitation_sep1034_defaults" => Some(form("Please review the values", &defaults())),
        "test_elicitation_sep1330_enums" => Some(form("Please choose", &choices())),
        "test_streaming_elicitation" => Some(form("Please confirm", &confirmation())),
        "test_missing_capability" => {
            return Some(
                round
                    .require("sampling")
                    .map(|()| text("The client declares sampling.").into()),
            );
        }
        _ => return None,
    };
    let Some(question) = question else {
        return Some(Ok(failure("the required argument is missing or is not a text").into()));
    };
    Some(round.ask(&[question], None).await.map(|outcome| match outcome {
        Outcome::Ask(result) => result.into(),
        Outcome::Answers(answers) => text(told(&round.subject, &answers)).into(),
    }))
}

fn told(tool: &str, answers: &InputResponses) -> String {
    let part = |pointer: &str| answers.get(ANSWER).and_then(|answer| answer.pointer(pointer));
    if tool == "test_sampling" {
        return format!(
            "LLM response: {}",
            part("/content/text").and_then(Value::as_str).unwrap_or("none")
        );
    }
    let action = part("/action").and_then(Value::as_str).unwrap_or("none");
    let content = part("/content").unwrap_or(&Value::Null);
    let opening = if tool == "test_elicitation" {
        "User response"
    } else {
        "Elicitation completed"
    };
    format!("{opening}: action={action}, content={content}")
}

fn form(message: &str, schema: &Value) -> Question {
    Question::elicitation(ANSWER, message, schema)
}

fn contact() -> Value {
    json!({
        "type": "object",
        "properties": {
            "username": {"type": "string", "description": "User's response"},
            "email": {"type": "string", "description": "User's email address"},
        },
        "required": ["username", "email"],
    })
}

fn defaults() -> Value {
    json!({
        "type": "object",
        "properties": {
            "name": {"type": "string", "default": "John Doe"},
            "age": {"type": "integer", "default": 30},
            "score": {"type": "number", "default": 95.5},
            "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
            "verified": {"type": "boolean", "default": true},
        },
        "required": [],
    })
}

fn choices() -> Value {
    let titled = json!([
        {"const": "value1", "title": "First option"},
        {"const": "value2", "title": "Second option"},
        {"const": "value3", "title": "Third option"},
    ]);
    let untitled = json!(["option1", "option2", "option3"]);
    json!({
        "type": "object",
        "properties": {
            "untitledSingle": {"type": "string", "enum": untitled},
            "titledSingle": {"type": "string", "oneOf": titled},
            "legacyEnum": {
                "type": "string",
                "enum": ["opt1", "opt2", "opt3"],
                "enumNames": ["Option one", "Option two", "Option three"],
            },
            "untitledMulti": {"type": "array", "items": {"type": "string", "enum": untitled}},
            "titledMulti": {"type": "array", "items": {"anyOf": titled}},
        },
        "required": [],
    })
}

fn confirmation() -> Value {
    json!({"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]})
}
