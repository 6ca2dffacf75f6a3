//! Where a GraphQL request stands in an HTTP request, and how an error is written.
//!
//! Never here: what a request means.

use crate::context::decode_query;
use crate::exchange::{Exchange, Message};
use crate::query::{encoded, pairs};
use graphql::Error;
use http::Method;
use http::header::CONTENT_TYPE;
use serde_json::{Map, Value, json};
use std::fmt::Write;

/// A GraphQL request as it was sent.
pub(crate) struct Sent {
    pub query: String,
    /// The operation that is meant.
    pub operation: Option<String>,
    /// Values of its variables: a JSON object.
    pub variables: Option<String>,
    /// Bytes of the body, of the URL's query, or of the message.
    pub size: u64,
    form: Form,
}

enum Form {
    /// Parameters of the URL.
    Url,
    /// The body is the query.
    Plain,
    /// A member of the body.
    Json(Map<String, Value>),
    /// A message of a socket, of which nothing else is kept.
    Message,
}

impl Sent {
    /// Finds it; says what is wrong otherwise.
    pub fn read(exchange: &Exchange) -> Result<Self, String> {
        let request = &exchange.request;
        if request.method == Method::GET {
            return Self::of_url(&request.query);
        }
        let Some(body) = exchange.body_as_kept(Message::Request) else {
            return Err("The request has no body.".to_owned());
        };
        if let Some(fault) = body.fault() {
            return Err(fault.to_owned());
        }
        let size = body.content().len() as u64;
        let content_type = request
            .headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        if media_type.eq_ignore_ascii_case("application/graphql") {
            return Ok(Self {
                query: body.text().to_string(),
                operation: None,
                variables: None,
                size,
                form: Form::Plain,
            });
        }
        match serde_json::from_str(&body.text()) {
            Ok(request) => Self::of_json(request, size),
            Err(error) => Err(format!("The body is no JSON: {error}.")),
        }
    }

    /// Finds it in a JSON object.
    fn of_json(request: Value, size: u64) -> Result<Self, String> {
        let Value::Object(members) = request else {
            return Err("The body must be a JSON object.".to_owned());
        };
        let Some(query) = members.get("query").and_then(Value::as_str) else {
            return Err("The body has no `query`.".to_owned());
        };
        let operation = match members.get("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name.clone()).filter(|name| !name.is_empty()),
            Some(_) => return Err("`operationName` must be a text.".to_owned()),
        };
        let variables = members.get("variables").filter(|variables| !variables.is_null());
        Ok(Self {
            query: query.to_owned(),
            operation,
            variables: variables.map(Value::to_string),
            size,
            form: Form::Json(members),
        })
    }

    /// Finds it in the payload of a message that begins a subscription.
    pub fn of_message(payload: Value, size: u64) -> Result<Self, String> {
        let form = Form::Message;
        Self::of_json(payload, size).map(|sent| Self { form, ..sent })
    }

    /// The same with another query.
    pub fn with_query(self, query: String) -> Self {
        Self { query, ..self }
    }

    fn of_url(query: &str) -> Result<Self, String> {
        let named = |wanted: &str| -> Result<Option<String>, String> {
            let mut found = pairs(query).filter_map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode_query(name) == wanted).then(|| decode_query(value))
            });
            let first = found.next();
            // Who comes later might take the other one.
            if found.next().is_some() {
                return Err(format!("The parameter `{wanted}` stands twice."));
            }
            Ok(first)
        };
        let Some(text) = named("query")? else {
            return Err("The request has no parameter `query`.".to_owned());
        };
        Ok(Self {
            query: text,
            operation: named("operationName")?.filter(|name| !name.is_empty()),
            variables: named("variables")?.filter(|text| !text.trim().is_empty()),
            size: query.len() as u64,
            form: Form::Url,
        })
    }

    /// Puts another query in its place.
    pub fn replace(self, query: String, exchange: &mut Exchange) {
        match self.form {
            Form::Message => {}
            Form::Plain => exchange.rewrite_body(Message::Request, query),
            Form::Json(mut members) => {
                members.insert("query".to_owned(), Value::String(query));
                exchange.rewrite_body(Message::Request, Value::Object(members).to_string());
            }
            Form::Url => {
                let mut written = String::new();
                for pair in pairs(&exchange.request.query) {
                    let (name, _) = pair.split_once('=').unwrap_or((pair, ""));
                    let separator = if written.is_empty() { "" } else { "&" };
                    let _ = if decode_query(name) == "query" {
                        write!(written, "{separator}query={}", encoded(&query, b""))
                    } else {
                        write!(written, "{separator}{pair}")
                    };
                }
                exchange.request.query = written.into();
            }
        }
    }
}

/// Adds errors to a response, if it is a JSON object.
pub(crate) fn with_errors(response: &[u8], errors: impl IntoIterator<Item = Value>) -> Option<String> {
    let mut response: Map<String, Value> = serde_json::from_slice(response).ok()?;
    match response.get_mut("errors") {
        Some(Value::Array(known)) => known.extend(errors),
        _ => {
            response.insert("errors".to_owned(), errors.into_iter().collect());
        }
    }
    Some(Value::Object(response).to_string())
}

/// An error as GraphQL writes it.
pub(crate) fn entry(error: &Error) -> Value {
    let mut entry = json!({ "message": error.message });
    if let Some((line, column)) = error.location
        && let Some(members) = entry.as_object_mut()
    {
        members.insert("locations".to_owned(), json!([{ "line": line, "column": column }]));
    }
    if !error.path.is_empty()
        && let Some(members) = entry.as_object_mut()
    {
        members.insert("path".to_owned(), json!(error.path));
    }
    entry
}
