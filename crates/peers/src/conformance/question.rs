//! Asking the client something in the midst of a call, in the way of its era: up to 2025-11-25 by a request to the
//! client, from 2026-07-28 on by an `input_required` result that the client answers with a repeated call.
//!
//! Never here: what is asked, or what becomes of the answers.

use std::time::Duration;

use rmcp::model::{InputRequests, InputRequiredResult, InputResponses, ProtocolVersion, ServerRequest};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer};
use serde_json::{Value, json};

use super::state;
use crate::mcp::typed;

/// How long a client of the older era may take to answer.
const PATIENCE: Duration = Duration::from_mins(1);

/// One thing to ask the client, under a key that its answer comes back with.
pub struct Question {
    key: &'static str,
    kind: Kind,
    params: Value,
}

#[derive(Clone, Copy)]
enum Kind {
    Elicitation,
    Sampling,
    Roots,
}

impl Kind {
    fn method(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation/create",
            Self::Sampling => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }

    fn capability(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation",
            Self::Sampling => "sampling",
            Self::Roots => "roots",
        }
    }
}

impl Question {
    /// A form for the user.
    pub fn elicitation(key: &'static str, message: &str, schema: &Value) -> Self {
        let params = json!({"mode": "form", "message": message, "requestedSchema": schema});
        Self {
            key,
            kind: Kind::Elicitation,
            params,
        }
    }

    /// A prompt for the client's model.
    pub fn sampling(key: &'static str, prompt: &str, most_tokens: u32) -> Self {
        let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
        Self {
            key,
            kind: Kind::Sampling,
            params: json!({"messages": [message], "maxTokens": most_tokens}),
        }
    }

    /// The client's roots.
    pub fn roots(key: &'static str) -> Self {
        Self {
            key,
            kind: Kind::Roots,
            params: json!({}),
        }
    }

    fn document(&self) -> Value {
        json!({"method": self.kind.method(), "params": self.params})
    }

    /// Whether `answer` has the shape that the question's method promises, and the fields that the form requires.
    fn is_answered_by(&self, answer: &Value) -> bool {
        match self.kind {
            Kind::Sampling => answer
                .get("content")
                .is_some_and(|content| content.is_object() || content.is_array()),
            Kind::Roots => answer.get("roots").is_some_and(Value::is_array),
            Kind::Elicitation => match answer.get("action").and_then(Value::as_str) {
                Some("accept") => {
                    let required = self
                        .params
                        .pointer("/requestedSchema/required")
                        .and_then(Value::as_array);
                    let names = required.into_iter().flatten().filter_map(Value::as_str);
                    let content = answer.get("content").and_then(Value::as_object);
                    content.is_some_and(|content| names.into_iter().all(|name| content.contains_key(name)))
                }
                Some("decline" | "cancel") => true,
                _ => false,
            },
        }
    }
}

/// What came of asking.
pub enum Outcome {
    /// All answers, by key.
    Answers(InputResponses),
    /// The result that asks; the call is over for now.
    Ask(InputRequiredResult),
}

/// One round of a call: what the client sent with it, and the way back to the client.
pub struct Round {
    /// The name of the tool or prompt that is called.
    pub subject: String,
    /// The request's context.
    pub context: RequestContext<RoleServer>,
    given: InputResponses,
    sealed: Option<String>,
}

impl Round {
    /// The round that a request begins.
    pub fn new(
        subject: String,
        given: Option<InputResponses>,
        sealed: Option<String>,
        context: RequestContext<RoleServer>,
    ) -> Self {
        Self {
            subject,
            context,
            given: given.unwrap_or_default(),
            sealed,
        }
    }

    /// Whether the client speaks 2026-07-28 or newer.
    pub fn is_modern(&self) -> bool {
        let version = self.context.protocol_version();
        version.is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
    }

    /// The state that an earlier round left with the client; an error where it was tampered with.
    pub fn state(&self) -> Result<Option<Value>, ErrorData> {
        self.sealed
            .as_deref()
            .map(|sealed| state::open(sealed, &self.subject))
            .transpose()
    }

    /// Of `questions` those that the client declared it can answer.
    pub fn answerable(&self, questions: Vec<Question>) -> Vec<Question> {
        let declared = self.declared();
        questions
            .into_iter()
            .filter(|question| declared.get(question.kind.capability()).is_some())
            .collect()
    }

    /// The error that names `capability` as missing, unless the client declared it.
    pub fn require(&self, capability: &'static str) -> Result<(), ErrorData> {
        if self.declared().get(capability).is_some() {
            return Ok(());
        }
        if self.is_modern() {
            return Err(ErrorData::missing_required_client_capability(typed(
                json!({capability: {}}),
            )?));
        }
        Err(ErrorData::invalid_request(
            format!("this call needs a client with the capability {capability}"),
            None,
        ))
    }

    /// Asks `questions`. With a `state`, answers count only beside a state that this server gave out; it is for the next
    /// round, where the client's era has rounds.
    pub async fn ask(&self, questions: &[Question], state: Option<&Value>) -> Result<Outcome, ErrorData> {
        for question in questions {
            self.require(question.kind.capability())?;
        }
        if !self.is_modern() {
            return self.ask_now(questions).await.map(Outcome::Answers);
        }
        let opened = self.state()?;
        let counts = state.is_none() || opened.is_some();
        let answers = questions
            .iter()
            .filter_map(|question| {
                let answer = self
                    .given
                    .get(question.key)
                    .filter(|answer| question.is_answered_by(answer))?;
                Some((question.key.to_owned(), answer.clone()))
            })
            .collect::<InputResponses>();
        if counts && answers.len() == questions.len() {
            return Ok(Outcome::Answers(answers));
        }
        let requests = questions
            .iter()
            .map(|question| Ok((question.key.to_owned(), typed(question.document())?)))
            .collect::<Result<InputRequests, ErrorData>>()?;
        let sealed = state.map(|state| state::seal(state, &self.subject)).transpose()?;
        Ok(Outcome::Ask(InputRequiredResult::new(Some(requests), sealed)))
    }

    async fn ask_now(&self, questions: &[Question]) -> Result<InputResponses, ErrorData> {
        let mut answers = InputResponses::new();
        for question in questions {
            let request = typed::<ServerRequest>(question.document())?;
            let method = question.kind.method();
            let answer = tokio::time::timeout(PATIENCE, self.context.peer.send_request(request))
                .await
                .map_err(|_| ErrorData::internal_error(format!("the client did not answer {method}"), None))?
                .map_err(|error| ErrorData::internal_error(format!("the client refused {method}: {error}"), None))?;
            let answer = serde_json::to_value(answer).map_err(|error| {
                ErrorData::internal_error(format!("the answer to {method} is unclear: {error}"), None)
            })?;
            answers.insert(question.key.to_owned(), answer);
        }
        Ok(answers)
    }

    fn declared(&self) -> Value {
        serde_json::to_value(self.context.client_capabilities()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_must_have_the_shape_of_its_question() {
        let name = Question::elicitation("k", "Name?", &json!({"type": "object", "required": ["name"]}));
        let capital = Question::sampling("k", "Capital?", 10);
        for (question, answer, expected) in [
            (
                &name,
                json!({"action": "accept", "content": {"name": "A", "more": 1}}),
                true,
            ),
            (&name, json!({"action": "accept", "content": {}}), false),
            (&name, json!({"action": "accept"}), false),
            (&name, json!({"action": "decline"}), true),
            (&name, json!({"action": "maybe"}), false),
            (&name, json!(12345), false),
            (
                &capital,
                json!({"role": "assistant", "content": {"type": "text", "text": "Paris"}}),
                true,
            ),
            (&capital, json!({"content": "Paris"}), false),
            (&Question::roots("k"), json!({"roots": []}), true),
            (&Question::roots("k"), json!(null), false),
        ] {
            assert_eq!(question.is_answered_by(&answer), expected, "{answer}");
        }
    }
}
