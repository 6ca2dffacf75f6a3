//! `validate-graphql-request` lets a request to a GraphQL API through if it conforms to the API's schema, is not too large,
//! and asks for nothing that is forbidden.
//!
//! - The request is the JSON of a POST (`query`, `operationName`), an `application/graphql` body, or the parameters of a
//!   GET. It may have `max-size` bytes (APIM takes up to 102400), `max-depth` fields within each other (6 unless given) and
//!   250 fields, those of fragments counted wherever they are used.
//! - `authorize` has a `rule` for a `path`: `/Type/field`, or the beginning of such with `*` behind it; `/__*` is what
//!   introspection asks for (`__schema`, `__type`, but not `__typename`). For each field, the rule with the most exact path
//!   counts, the first of equals; one whose `action` is `ignore` gives way to the next. `reject` refuses the request,
//!   `remove` takes the field out of it, `allow` (which is also what counts where no rule does) lets it pass. A field of an
//!   interface is also a field of each type that implements it; the strictest action counts.
//! - What was removed is told in the `errors` of the response, if that is a JSON object. A request of which nothing is
//!   left is refused.
//! - A handshake of WebSocket to an API with resolvers holds no request: it passes, and each subscription that comes over
//!   the connection is checked the same way, by what `context` was at the handshake. A refused one is answered with its
//!   errors; what was removed is told in the `errors` of each event.
//!
//! A refused request is answered with 400 and an object that has `errors` and no `data`, the reason is `Bad request`; on-error
//! runs. All errors, also of removed fields, are in the variable `GraphQLErrors` and the one that `error-variable-name`
//! names: an array of objects with `message`, and `locations` or `path` where they are known. An API whose schema is not
//! known refuses everything.

mod rules;

use crate::block::Needs;
use crate::body::Body;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message, ResponseMessage};
use crate::failure::Failure;
use crate::graphql_request::{Sent, entry, with_errors};
use crate::registry::{Policy, Scopes, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::subscriber::{SubscriptionCheck, Verdict, is_handshake};
use crate::validation::Validated;
use crate::value::Value;
use expression::Reads;
use expression::body::MessageBody;
use expression::json::JToken;
use expression::text::Text;
use expression::value::Value as Object;
use graphql::Error;
use http::StatusCode;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use rules::{Action, Rules};
use serde_json::{Value as Json, json};
use std::sync::Arc;

pub(crate) const VALIDATE_GRAPHQL_REQUEST: Policy = Policy {
    sections: Sections::INBOUND,
    scopes: Scopes::GLOBAL.and(Scopes::PRODUCT).and(Scopes::API),
    once: true,
    ..Policy::new("validate-graphql-request", parse)
};

/// Bytes that APIM lets a request have at most.
const MOST_BYTES: u32 = 102_400;
/// Fields that APIM lets a request have at most.
const MOST_FIELDS: usize = 250;
/// The variable that has all errors.
const ERRORS: &str = "GraphQLErrors";

struct ValidateGraphQlRequest {
    variable: Option<Value<Text>>,
    checks: Arc<Checks>,
}

/// What requests are held against.
struct Checks {
    max_size: Value<u32>,
    max_depth: Value<u32>,
    rules: Rules,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let variable = element.optional("error-variable-name");
    let max_size: Option<Value<u32>> = element.required("max-size");
    if max_size
        .as_ref()
        .and_then(Value::constant)
        .is_some_and(|size| *size > MOST_BYTES)
    {
        let span = element.attribute_span("max-size");
        let message = format!("`max-size` may be {MOST_BYTES} at most");
        element.compiler.refused_by_apim(codes::WRONG_VALUE, span, message);
    }
    let max_depth = element.or("max-depth", 6);
    let rules = element.at_most_one("authorize", |element| Some(rules::read(element)));
    element.need(Needs {
        reads: Reads {
            request_body: true,
            response_body: false,
        },
        answer: false,
    });
    element.validates(Validated {
        graphql: true,
        ..Validated::default()
    });
    let checks = Checks {
        max_size: max_size?,
        max_depth,
        rules: rules.unwrap_or_default(),
    };
    now(ValidateGraphQlRequest {
        variable,
        checks: Arc::new(checks),
    })
}

impl SubscriptionCheck for Checks {
    fn judge(&self, sent: &Sent, exchange: &Exchange) -> Result<Verdict, Failure> {
        let limit = self.max_size.get(exchange)?;
        if sent.size > u64::from(limit) {
            let message = format!(
                "The request is {} bytes long and exceeds the limit of {limit} bytes.",
                sent.size
            );
            return Ok(Verdict::Refuse(vec![Error::new(message)]));
        }
        let Some(schema) = &exchange.state.graphql else {
            return Ok(Verdict::Refuse(vec![Error::new("The schema of the API is not known.")]));
        };
        let levels = self.max_depth.get(exchange)? as usize;
        let request = match schema.request(&sent.query, MOST_FIELDS, levels) {
            Ok(request) => request,
            Err(errors) => return Ok(Verdict::Refuse(errors)),
        };
        if !request.has_operation(sent.operation.as_deref()) {
            let message = "The request does not say which of its operations is meant.";
            return Ok(Verdict::Refuse(vec![Error::new(message)]));
        }
        let actions = self.rules.for_exchange(exchange);
        let mut removed = Vec::new();
        for (asked, path) in request.asked() {
            let whose = || {
                format!(
                    "`{}` of `{}`",
                    asked.name,
                    asked.types.first().map_or("", String::as_str)
                )
            };
            match actions.of(&asked)? {
                Action::Allow => {}
                Action::Remove => removed.push(Error {
                    path,
                    ..Error::new(format!("The field {} was removed from the request.", whose()))
                }),
                Action::Reject => {
                    let error = Error::new(format!("The field {} is not allowed.", whose()));
                    return Ok(Verdict::Refuse(vec![Error { path, ..error }]));
                }
            }
        }
        if removed.is_empty() {
            return Ok(Verdict::Pass);
        }
        // All actions are known by now.
        let left = request.without(|asked| matches!(actions.of(asked), Ok(Action::Remove)));
        Ok(match left {
            Some(left) => Verdict::Without(left, removed),
            None => Verdict::Refuse(removed),
        })
    }
}

impl ValidateGraphQlRequest {
    fn tell(&self, errors: &[Error], exchange: &mut Exchange) -> Result<Json, Failure> {
        let list = Json::from(errors.iter().map(entry).collect::<Vec<_>>());
        let own = self.variable.as_ref().map(|name| name.get(exchange)).transpose()?;
        for name in own.into_iter().chain([Text::from(ERRORS)]) {
            let list = JToken::parse_without_dates(&list.to_string().into());
            let list = list.map_err(|error| Failure::internal("ValidationFailed", error.message))?;
            exchange.set_variable(&name, Object::Json(list));
        }
        Ok(list)
    }

    fn refuse(&self, errors: &[Error], exchange: &mut Exchange) -> Result<Flow, Failure> {
        let list = self.tell(errors, exchange)?;
        let json = HeaderValue::from_static("application/json");
        exchange.response = Some(ResponseMessage {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, json)]),
            body: Body::Buffered(MessageBody::new(json!({ "errors": list }).to_string())),
            ..ResponseMessage::default()
        });
        let message = errors.first().map(|error| error.message.clone()).unwrap_or_default();
        Err(Failure {
            keeps_response: true,
            ..Failure::refused("Bad request", StatusCode::BAD_REQUEST, message, "")
        })
    }
}

/// Adds errors to a response, if it is a JSON object.
fn add_errors(exchange: &mut Exchange, errors: Vec<Json>) {
    let body = exchange.body_as_kept(Message::Response);
    if let Some(response) = body.and_then(|body| with_errors(body.content(), errors)) {
        exchange.rewrite_body(Message::Response, response);
    }
}

impl Step for ValidateGraphQlRequest {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        if exchange.state.resolvers.is_some() && is_handshake(&exchange.request) {
            let checks: Arc<dyn SubscriptionCheck> = Arc::clone(&self.checks) as _;
            exchange.state.subscription_checks.push(checks);
            return Ok(Flow::Next);
        }
        let sent = match Sent::read(exchange) {
            Ok(sent) => sent,
            Err(message) => return self.refuse(&[Error::new(message)], exchange),
        };
        match self.checks.judge(&sent, exchange)? {
            Verdict::Pass => Ok(Flow::Next),
            Verdict::Refuse(errors) => self.refuse(&errors, exchange),
            Verdict::Without(query, errors) => {
                self.tell(&errors, exchange)?;
                sent.replace(query, exchange);
                let entries = errors.iter().map(entry).collect();
                let reads = Reads {
                    request_body: false,
                    response_body: true,
                };
                exchange.when_leaving(reads, move |exchange| {
                    add_errors(exchange, entries);
                    None
                });
                Ok(Flow::Next)
            }
        }
    }
}

#[cfg(test)]
mod tests;
