//! The execution of a request whose fields are resolved by somebody else (GraphQL, October 2021, section 6).
//!
//! An [`Execution`] goes through the request as far as it can and tells which [`Call`]s it needs; when it has been told
//! what they gave, it goes through again, and so on. The calls of one turn do not depend on each other, so that they may
//! run at the same time; of a mutation's own fields, each waits for the one before and all below it.
//! Never here: what a resolver does, waiting.

mod pass;

use crate::{Error, Request};
use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::resolvers::Execution as Engine;
use apollo_compiler::response::{ExecutionResponse, JsonMap, JsonValue};
use apollo_compiler::validation::Valid;
use pass::{Answers, Node, Pass, Passed, Resolves, weight};
use std::collections::HashMap;

/// How much one request may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Calls of resolvers.
    pub calls: usize,
    /// Bytes of what resolvers give, and of the response, about.
    pub bytes: usize,
}

impl Limits {
    /// Bytes of what is kept as values: these take more than their text.
    fn kept(self) -> usize {
        self.bytes.saturating_mul(4)
    }
}

/// Values of variables, times the fields that they may be arguments of, times how often these are gone through.
const MOST_VARIED: usize = 5_000_000;

/// A field that a resolver gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Where in the response it stands: names and places in lists.
    path: String,
    /// The type that the field belongs to.
    pub type_name: String,
    /// The field.
    pub field: String,
    /// Its arguments: a JSON object.
    pub arguments: String,
    /// The object that the field belongs to (JSON); null for the fields of the request itself.
    pub parent: String,
}

/// What is to be executed of a request, and how.
#[derive(Clone, Copy)]
pub struct Wanted<'w> {
    /// The operation of this name; without one the only one.
    pub operation: Option<&'w str>,
    /// Values of its variables: a JSON object.
    pub variables: Option<&'w str>,
    /// Which fields of which types have a resolver; all others are members of their object.
    pub resolves: Resolves<'w>,
    /// What it may cost.
    pub limits: Limits,
}

/// A request being executed.
pub struct Execution<'r> {
    request: &'r Request<'r>,
    operation: &'r Operation,
    variables: Valid<JsonMap>,
    resolves: Resolves<'r>,
    limits: Limits,
    answers: Answers,
    /// Bytes of what resolvers gave so far.
    given: usize,
    /// Bytes that the calls took to ask so far, about.
    asked: usize,
    /// Which of a mutation's own fields is under way; none behind the last, and for queries.
    only: Option<usize>,
    response: Option<ExecutionResponse>,
}

impl<'r> Execution<'r> {
    /// Prepares a query or mutation.
    ///
    /// # Errors
    /// No such operation, a subscription, or variables that it does not take.
    pub fn new(request: &'r Request<'r>, wanted: &Wanted<'r>) -> Result<Self, Vec<Error>> {
        Self::prepare(request, wanted, false)
    }

    /// Prepares a subscription for one event, which is the value of its field: [`Wanted::resolves`] must say that this
    /// field has a resolver.
    ///
    /// # Errors
    /// No such operation, no subscription, or variables that it does not take.
    pub fn of_event(request: &'r Request<'r>, wanted: &Wanted<'r>) -> Result<Self, Vec<Error>> {
        Self::prepare(request, wanted, true)
    }

    fn prepare(request: &'r Request<'r>, wanted: &Wanted<'r>, of_event: bool) -> Result<Self, Vec<Error>> {
        let refused = |message: String| vec![Error::new(message)];
        let chosen = request.operation(wanted.operation)?;
        if chosen.is_subscription() != of_event {
            let message = if of_event {
                "Only subscriptions are served here: send queries and mutations by HTTP."
            } else {
                "A subscription needs a WebSocket with the protocol graphql-transport-ws: by HTTP, ask for a query or a mutation."
            };
            return Err(refused(message.to_owned()));
        }
        let given: JsonMap = match wanted.variables {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| refused(format!("`variables` is no JSON object: {error}.")))?,
            None => JsonMap::new(),
        };
        let times = if chosen.is_mutation() {
            chosen.root_fields(&request.document).count()
        } else {
            1
        };
        let varied = given.values().map(values).fold(0, usize::saturating_add);
        if varied.saturating_mul(request.fields).saturating_mul(times) > MOST_VARIED {
            let message = format!("`variables` hold {varied} values, too many for so many fields.");
            return Err(refused(message));
        }
        let variables = apollo_compiler::request::coerce_variable_values(&request.schema.definitions, chosen, &given);
        Ok(Self {
            request,
            operation: chosen,
            variables: variables.map_err(|error| refused(error.message().to_string()))?,
            resolves: wanted.resolves,
            limits: wanted.limits,
            answers: HashMap::new(),
            given: 0,
            asked: 0,
            only: chosen.is_mutation().then_some(0),
            response: None,
        })
    }

    /// Whether it is a mutation.
    pub fn changes(&self) -> bool {
        self.operation.is_mutation()
    }

    /// Goes through the request; gives the calls that are needed to come further. When there are none, it is done.
    pub fn turn(&mut self) -> Vec<Call> {
        loop {
            let (response, passed) = self.pass();
            self.asked = passed.asked;
            if !passed.calls.is_empty() {
                return passed.calls;
            }
            match self.only {
                None => {
                    self.response = Some(response);
                    return Vec::new();
                }
                Some(done) => self.only = passed.more.then_some(done.saturating_add(1)),
            }
        }
    }

    fn pass(&self) -> (ExecutionResponse, Passed) {
        let definitions = &self.request.schema.definitions;
        let pass = Pass::new(
            definitions,
            (self.resolves, &self.answers),
            self.only,
            self.limits,
            self.asked,
        );
        let document: &Valid<ExecutableDocument> = Valid::assume_valid_ref(&self.request.document);
        let engine = Engine::new(definitions, document)
            .operation(self.operation)
            .coerced_variable_values(&self.variables)
            .enable_schema_introspection(true);
        let response = engine.execute_sync(&Node::root(&pass, self.operation.object_type()));
        let response = response.unwrap_or_else(|error| ExecutionResponse {
            errors: vec![error.to_graphql_error(&self.request.document.sources)],
            data: None,
        });
        (response, pass.outcome())
    }

    /// Tells what a call gave: JSON, or why there is none.
    pub fn answer(&mut self, call: Call, given: Result<&[u8], String>) {
        let answer = given.and_then(|bytes| {
            self.given = self.given.saturating_add(bytes.len());
            if self.given > self.limits.bytes {
                return Err(format!(
                    "The resolvers of this request gave more than {} bytes.",
                    self.limits.bytes
                ));
            }
            if bytes.iter().all(u8::is_ascii_whitespace) {
                return Ok(JsonValue::Null);
            }
            serde_json::from_slice(bytes).map_err(|error| format!("The resolver gave no JSON: {error}."))
        });
        // What is parsed takes more than its text: many small values.
        let answer = answer.and_then(|value| {
            if weight(&value) > self.limits.kept() {
                return Err("The resolver gave too many values.".to_owned());
            }
            Ok(value)
        });
        self.answers.insert(call.path, answer);
    }

    /// The response (JSON) once [`Execution::turn`] asks for nothing more: `data`, and `errors` where there are any.
    pub fn response(self) -> String {
        let mut response = self.response.unwrap_or(ExecutionResponse {
            errors: Vec::new(),
            data: None,
        });
        // What the engine puts before the words of whoever resolves.
        for error in &mut response.errors {
            if let Some(own) = error.message.strip_prefix("resolver error: ") {
                error.message = own.to_owned();
            }
        }
        serde_json::to_string(&response).unwrap_or_default()
    }
}

/// How many values there are in one.
fn values(value: &JsonValue) -> usize {
    match value {
        JsonValue::Array(items) => items.iter().map(values).fold(1, usize::saturating_add),
        JsonValue::Object(members) => members.values().map(values).fold(1, usize::saturating_add),
        _ => 1,
    }
}

#[cfg(test)]
mod tests;
