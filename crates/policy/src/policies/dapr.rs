//! What the policies for the Dapr runtime beside the gateway share: their common attributes, names, the request.
//!
//! Never here: what any of them sends.

use super::send_request::request::{Prepared, may_be_ignored};
use crate::body::Body;
use crate::codes;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::step::Flow;
use crate::value::{Readable, Value};
use bytes::Bytes;
use expression::Target;
use expression::body::MessageBody;
use expression::text::Text;
use expression::value::Value as Object;
use http::Uri;
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

/// The one type of content.
const CONTENT_TYPES: Words<()> = &[("application/json", ())];

/// What an element says of the request to the runtime.
pub(super) struct Request {
    ignores_error: bool,
    variable: Option<Text>,
    timeout: Value<Timeout>,
}

/// 1 to 240 seconds.
#[derive(Clone, Copy)]
struct Timeout(Duration);

impl Timeout {
    fn of(time: Duration) -> Option<Self> {
        (1.0..=240.0).contains(&time.as_secs_f64()).then_some(Self(time))
    }
}

impl Readable for Timeout {
    const TARGET: Target = Target::Double;
    const EXPECTED: &'static str = "a number of seconds from 1 to 240";
    fn from_literal(text: &str) -> Option<Self> {
        Self::of(Duration::from_literal(text)?)
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::of(Duration::from_object(object)?)
    }
}

impl Request {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        element.literal_word("content-type", CONTENT_TYPES);
        Self {
            ignores_error: element.literal("ignore-error").unwrap_or(false),
            variable: element.literal("response-variable-name"),
            timeout: element.or("timeout", Timeout(Duration::from_secs(5))),
        }
    }

    /// Posts JSON to a path of the runtime. An answer goes into the variable, whatever it says.
    pub async fn post(&self, exchange: &mut Exchange, path: &str, body: Bytes) -> Result<Flow, Failure> {
        let url = format!("{}{path}", exchange.services.dapr.trim_end_matches('/'));
        let url: Uri = url
            .parse()
            .map_err(|_| failure("the base URL of the Dapr runtime is none"))?;
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let Timeout(timeout) = self.timeout.get(exchange)?;
        let body = Body::Buffered(MessageBody::new(body));
        let prepared = Prepared::post(exchange, url, headers, body, timeout);
        let (value, result) = match prepared.send().await.result {
            Ok(response) => {
                let status = response.status_code;
                exchange.note("received", || json!({ "status": status }));
                let result = if (200..300).contains(&status) {
                    Ok(Flow::Next)
                } else {
                    Err(failure(&format!("the Dapr runtime answered {status}")))
                };
                (Arc::new(response).into_value(), result)
            }
            Err(failure) => (Object::Null, Err(failure)),
        };
        if let Some(variable) = &self.variable {
            exchange.set_variable(variable, value);
        }
        match result {
            Err(failure) if self.ignores_error && may_be_ignored(&failure) => Ok(Flow::Next),
            result => result,
        }
    }
}

fn failure(message: &str) -> Failure {
    Failure::internal("DaprRuntimeError", message)
}

/// A name of an application, namespace or component: letters, digits, `-`, `_` and `.`, so that no caller leads the
/// request elsewhere.
pub(super) fn name(attribute: &str, text: Text) -> Result<Text, String> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if text.bytes().all(fits) && !text.bytes().all(|byte| byte == b'.') {
        return Ok(text);
    }
    Err(format!(
        "`{attribute}` \"{text}\" is no name, expected letters, digits, `-`, `_` and `.`"
    ))
}

/// The name of a component, which must not be empty.
pub(super) fn component(attribute: &str, text: Text) -> Result<Text, Failure> {
    if text.is_empty() {
        return Err(failure(&format!("`{attribute}` is empty")));
    }
    name(attribute, text).map_err(|message| failure(&message))
}

/// Segments of a path, encoded, none of which leads elsewhere.
pub(super) fn path(attribute: &str, text: &str) -> Result<String, Failure> {
    let leads_elsewhere = |segment: &str| segment.is_empty() || segment.bytes().all(|byte| byte == b'.');
    if text.split('/').any(leads_elsewhere) {
        return Err(failure(&format!("`{attribute}` \"{text}\" is no name")));
    }
    Ok(crate::query::encoded(text, b"/"))
}

/// Reports a second spelling of an attribute that another tool writes, which counts where the right one is not there.
pub(super) fn misspelt(element: &mut ElementReader<'_, '_>, name: &'static str, right: &str) -> Option<Value<Text>> {
    if element.has(name) {
        let span = element.attribute_span(name);
        let message = format!("`{name}` is a misspelling of `{right}`");
        element.compiler.refused_by_apim(codes::ALIAS, span, message);
        return element.optional(name);
    }
    None
}
