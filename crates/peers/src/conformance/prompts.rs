//! The prompts that the suite gets, and the completion of their arguments.
//!
//! Never here: how a prompt asks the client for more ([`super::question`]).

use rmcp::ErrorData;
use rmcp::model::{CompleteResult, CompletionInfo, GetPromptResponse, GetPromptResult, JsonObject, Prompt};
use serde_json::{Value, json};

use super::media::PNG;
use super::question::{Outcome, Question, Round};
use crate::mcp::typed;

/// What arguments complete to.
const WORDS: [&str; 4] = ["paris", "park", "party", "test"];

/// What `prompts/list` answers with.
pub fn list() -> Result<Vec<Prompt>, ErrorData> {
    typed(json!([
        {"name": "test_simple_prompt", "description": "A prompt without arguments"},
        {
            "name": "test_prompt_with_arguments",
            "description": "A prompt that shows its two arguments",
            "arguments": [
                {"name": "arg1", "description": "First argument", "required": true},
                {"name": "arg2", "description": "Second argument", "required": true},
            ],
        },
        {
            "name": "test_prompt_with_embedded_resource",
            "description": "A prompt that embeds a resource",
            "arguments": [{"name": "resourceUri", "description": "URI of the resource to embed", "required": true}],
        },
        {"name": "test_prompt_with_image", "description": "A prompt with an image"},
        {"name": "test_input_required_result_prompt", "description": "A prompt that asks the user for its context"},
    ]))
}

/// The prompt that `round` calls for.
pub async fn get(arguments: &JsonObject, round: &Round) -> Result<GetPromptResponse, ErrorData> {
    let messages = match round.subject.as_str() {
        "test_simple_prompt" => vec![text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments" => {
            let (first, second) = (argument(arguments, "arg1")?, argument(arguments, "arg2")?);
            vec![text(&format!("Prompt with arguments: arg1='{first}', arg2='{second}'"))]
        }
        "test_prompt_with_embedded_resource" => {
            let resource = json!({
                "uri": argument(arguments, "resourceUri")?,
                "mimeType": "text/plain",
                "text": "Embedded resource content for testing.",
            });
            vec![
                json!({"type": "resource", "resource": resource}),
                text("Please process the embedded resource above."),
            ]
        }
        "test_prompt_with_image" => vec![
            json!({"type": "image", "data": PNG, "mimeType": "image/png"}),
            text("Please analyze the image above."),
        ],
        "test_input_required_result_prompt" => return with_context(round).await,
        other => {
            let reason = format!("no prompt is called {other:?}; prompts/list names those there are");
            return Err(ErrorData::invalid_params(reason, None));
        }
    };
    prompt(messages).map(Into::into)
}

async fn with_context(round: &Round) -> Result<GetPromptResponse, ErrorData> {
    let schema = json!({"type": "object", "properties": {"context": {"type": "string"}}, "required": ["context"]});
    let question = Question::elicitation("user_context", "What context should the prompt use?", &schema);
    match round.ask(&[question], None).await? {
        Outcome::Ask(result) => Ok(result.into()),
        Outcome::Answers(answers) => {
            let context = answers
                .get("user_context")
                .and_then(|answer| answer.pointer("/content/context"));
            let context = context.and_then(Value::as_str).unwrap_or("none");
            prompt(vec![text(&format!("Answer in this context: {context}"))]).map(Into::into)
        }
    }
}

/// The words that begin with `start`.
pub fn complete(start: &str) -> Result<CompleteResult, ErrorData> {
    let values = WORDS
        .into_iter()
        .filter(|word| word.starts_with(start))
        .map(str::to_owned)
        .collect();
    CompletionInfo::with_all_values(values)
        .map(CompleteResult::new)
        .map_err(|error| ErrorData::internal_error(error, None))
}

fn argument<'a>(arguments: &'a JsonObject, name: &str) -> Result<&'a str, ErrorData> {
    let missing = || ErrorData::invalid_params(format!("the argument {name} is missing or is not a text"), None);
    arguments.get(name).and_then(Value::as_str).ok_or_else(missing)
}

fn prompt(messages: Vec<Value>) -> Result<GetPromptResult, ErrorData> {
    let messages = messages
        .into_iter()
        .map(|content| json!({"role": "user", "content": content}));
    typed(json!({"resultType": "complete", "messages": messages.collect::<Vec<_>>()}))
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}
