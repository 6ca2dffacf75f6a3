//! What came, beside what was expected.
//!
//! Never here: how it came.

use crate::pattern::{ANY, matches};
use crate::recorder::{Logged, Seen};
use crate::scenario::{Event, Expected, Sent, What};
use crate::servers::ToIssuer;
use bytes::Bytes;
use diagnostic::Span;
use expression::context::LastError;
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::ext::ReasonPhrase;
use policy::{BodyError, Connection};
use serde_json::Value;
use std::fmt::Write;
use std::time::Duration;

/// What must not be there.
pub const NONE: &str = "<none>";

/// Members of `context.LastError`.
pub const ERROR: [&str; 7] = ["source", "reason", "message", "scope", "section", "path", "policy-id"];

/// An expectation that does not hold.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Where it stands.
    pub span: Span,
    /// What differs: "status", "header `Retry-After`".
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What came.
    pub found: String,
}

/// Gathers differences of one expectation.
struct Differences<'d> {
    span: Span,
    found: &'d mut Vec<Difference>,
}

impl Differences<'_> {
    fn add(&mut self, what: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) {
        self.found.push(Difference {
            span: self.span,
            what: what.into(),
            expected: expected.into(),
            found: found.into(),
        });
    }

    /// Headers that are there, and with `is_whole` no others.
    fn headers(&mut self, expected: &[(String, String)], found: &HeaderMap, is_whole: bool) {
        // By the value's own place: bytes may be shared, and empty ones are.
        let mut used: Vec<*const HeaderValue> = Vec::new();
        for (name, pattern) in expected {
            let values = || found.get_all(name.as_str()).iter();
            let text = || {
                let all: Vec<_> = values()
                    .map(|value| String::from_utf8_lossy(value.as_bytes()))
                    .collect();
                if all.is_empty() {
                    NONE.to_owned()
                } else {
                    all.join("\n")
                }
            };
            if pattern == NONE {
                if values().next().is_some() {
                    self.add(format!("header `{name}`"), NONE, text());
                }
                continue;
            }
            let fits = values().find(|value| {
                !used.contains(&std::ptr::from_ref(*value))
                    && matches(pattern, &String::from_utf8_lossy(value.as_bytes()))
            });
            match fits {
                Some(value) => used.push(std::ptr::from_ref(value)),
                None => self.add(format!("header `{name}`"), pattern.as_str(), text()),
            }
        }
        // What differs from what was expected of its name is told already.
        let told: Vec<_> = self
            .found
            .iter()
            .map(|difference| difference.what.to_lowercase())
            .collect();
        let is_other = |name: &str, value: &HeaderValue| {
            is_whole && !used.contains(&std::ptr::from_ref(value)) && !told.contains(&format!("header `{name}`"))
        };
        for (name, value) in found.iter().filter(|(name, value)| is_other(name.as_str(), value)) {
            self.add(
                format!("header `{name}`"),
                NONE,
                String::from_utf8_lossy(value.as_bytes()),
            );
        }
    }

    fn body(&mut self, expected: Option<&str>, found: &[u8], is_json: bool) {
        let Some(expected) = expected else { return };
        let text = String::from_utf8_lossy(found);
        if expected != NONE
            && is_json
            && let (Some(expected), Some(found)) = (json(expected), json(&text))
        {
            if !is(&found, &expected) {
                let found = arranged(found, &expected);
                self.add("body", format!("{:#}", filled(expected, &found)), format!("{found:#}"));
            }
            return;
        }
        let fits = match expected {
            NONE => found.is_empty(),
            _ => !is_json && matches(expected, &text),
        };
        if !fits {
            self.add("body", expected, text);
        }
    }

    /// Something of a connection that may be expected.
    fn option(&mut self, what: &str, expected: Option<&str>, found: Option<String>) {
        let Some(expected) = expected else { return };
        let found = found.unwrap_or_else(|| NONE.to_owned());
        if !matches(expected, &found) {
            self.add(what, expected, found);
        }
    }

    fn lines(&mut self, what: &str, expected: &[String], found: &[String]) {
        let fits =
            expected.len() == found.len() && expected.iter().zip(found).all(|(pattern, line)| matches(pattern, line));
        if !fits {
            self.add(what, expected.join("\n"), found.join("\n"));
        }
    }
}

/// What of `parts` is missing in `whole`: where it is looked for, what it is, and what is there. Parts are members that
/// are named, and entries of lists in their order.
fn missing<'v>(whole: &'v Value, parts: &'v Value, path: String) -> Option<(String, &'v Value, &'v Value)> {
    match (whole, parts) {
        (Value::Object(members), Value::Object(parts)) => parts.iter().find_map(|(name, part)| {
            let Some(member) = members.get(name) else {
                return Some((format!("{path}/{name}"), part, whole));
            };
            missing(member, part, format!("{path}/{name}"))
        }),
        (Value::Array(entries), Value::Array(parts)) => {
            let mut left = entries.iter();
            let lacks = |part: &&Value| !left.any(|entry| missing(entry, part, String::new()).is_none());
            parts.iter().find(lacks).map(|part| (path, part, whole))
        }
        _ => (!is(whole, parts)).then_some((path, parts, whole)),
    }
}

/// Whether both are the same, where `<any>` stands for any text, and as the whole text for any value.
fn is(found: &Value, expected: &Value) -> bool {
    match (found, expected) {
        (_, Value::String(pattern)) if pattern == ANY => true,
        (Value::String(text), Value::String(pattern)) => matches(pattern, text),
        (Value::Object(found), Value::Object(expected)) => {
            found.len() == expected.len()
                && expected
                    .iter()
                    .all(|(name, value)| found.get(name).is_some_and(|found| is(found, value)))
        }
        (Value::Array(found), Value::Array(expected)) => {
            found.len() == expected.len() && found.iter().zip(expected).all(|(found, expected)| is(found, expected))
        }
        _ => found == expected,
    }
}

/// A value with its members in the order in which another has them, so that lines of both stand beside each other.
fn arranged(value: Value, like: &Value) -> Value {
    match (value, like) {
        (Value::Object(mut members), Value::Object(like)) => {
            let mut ordered = serde_json::Map::new();
            for (name, like) in like {
                if let Some(value) = members.shift_remove(name) {
                    ordered.insert(name.clone(), arranged(value, like));
                }
            }
            ordered.extend(members);
            Value::Object(ordered)
        }
        (Value::Array(entries), Value::Array(like)) => {
            let like = like.iter().chain(std::iter::repeat(&Value::Null));
            Value::Array(
                entries
                    .into_iter()
                    .zip(like)
                    .map(|(value, like)| arranged(value, like))
                    .collect(),
            )
        }
        (value, _) => value,
    }
}

/// What is expected, with what came in the places of texts that fit it.
fn filled(expected: Value, found: &Value) -> Value {
    match (expected, found) {
        (expected, found) if is(found, &expected) => found.clone(),
        (Value::Object(members), Value::Object(found)) => {
            let filled = members.into_iter().map(|(name, value)| match found.get(&name) {
                Some(found) => (name, filled(value, found)),
                None => (name, value),
            });
            Value::Object(filled.collect())
        }
        (Value::Array(entries), Value::Array(found)) => {
            let found = found.iter().chain(std::iter::repeat(&Value::Null));
            Value::Array(
                entries
                    .into_iter()
                    .zip(found)
                    .map(|(value, found)| filled(value, found))
                    .collect(),
            )
        }
        (expected, _) => expected,
    }
}

fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// Compares a response with what was expected of it.
pub fn response(
    expected: &Expected,
    response: &Response<Result<Bytes, BodyError>>,
    took: Duration,
    found: &mut Vec<Difference>,
) {
    let mut differences = Differences {
        span: expected.message.span,
        found,
    };
    let (status, reason) = (response.status().as_u16(), reason(response));
    let expected_reason = expected.message.status().and_then(|(_, reason)| reason);
    if status != expected.status || expected_reason.is_some_and(|expected| !matches(expected, &reason)) {
        differences.add("status", expected.message.first.as_str(), format!("{status} {reason}"));
    }
    differences.headers(&expected.message.headers, response.headers(), expected.is_whole);
    match response.body() {
        Ok(bytes) if !expected.breaks => {
            differences.body(expected.message.body.as_deref(), bytes, expected.is_json);
        }
        Ok(_) => differences.add("body", "it breaks off", "it is whole"),
        Err(error) if !expected.breaks => differences.add("body", "it is whole", error.to_string()),
        Err(_) => {}
    }
    if let Some(expected) = expected.took.filter(|expected| *expected != took) {
        let shown = |time: Duration| {
            if time.is_zero() {
                "0s".to_owned()
            } else {
                format!("{time:?}")
            }
        };
        differences.add("time taken", shown(expected), shown(took));
    }
}

/// The reason phrase as it is sent.
fn reason<B>(response: &Response<B>) -> String {
    let own = response.extensions().get::<ReasonPhrase>();
    own.map_or_else(
        || response.status().canonical_reason().unwrap_or_default().to_owned(),
        |own| String::from_utf8_lossy(own.as_bytes()).into_owned(),
    )
}

/// Compares what servers got with what was expected. Requests to issuers that nobody had to give need not be expected.
pub fn sent(expected: &[Sent], got: &[Request<Bytes>], span: Span, found: &mut Vec<Difference>) {
    let line = |request: &Request<Bytes>| format!("{} {}", request.method(), request.uri());
    let is_expected = |request: &Request<Bytes>| {
        let line = line(request);
        let names =
            |sent: &Sent| !sent.message.first.contains(&format!(" {ANY}")) && matches(&sent.message.first, &line);
        expected.iter().any(names)
    };
    let to_issuer = |request: &&Request<Bytes>| request.extensions().get::<ToIssuer>().is_some();
    let names_issuers = got.iter().filter(to_issuer).any(is_expected);
    let got: Vec<&Request<Bytes>> = got
        .iter()
        .filter(|request| names_issuers || !to_issuer(request))
        .collect();
    if expected.len() != got.len() {
        found.push(Difference {
            span: expected.first().map_or(span, |first| first.message.span),
            what: "requests that servers got".to_owned(),
            expected: list(expected.iter().map(|sent| sent.message.first.clone())),
            found: list(got.iter().map(|request| line(request))),
        });
        return;
    }
    for (sent, request) in expected.iter().zip(got) {
        let message = &sent.message;
        let mut differences = Differences {
            span: message.span,
            found,
        };
        let first = line(request);
        if let Some((method, url)) = message.method_and_url()
            && !matches(&format!("{method} {url}"), &first)
        {
            differences.add("request that a server got", message.first.as_str(), first);
        }
        differences.headers(&message.headers, request.headers(), false);
        differences.body(message.body.as_deref(), request.body(), sent.is_json);
        let connection = request.extensions().get::<Connection>();
        let proxy = connection.and_then(|it| it.proxy.as_ref());
        let proxy = proxy.map(|proxy| format!("{}:{}", proxy.host, proxy.port));
        differences.option("proxy", sent.proxy.as_deref(), proxy);
        let certificate = connection.and_then(|it| it.certificate.as_ref());
        let thumbprint = certificate.map(|certificate| certificate.thumbprint.clone());
        differences.option("certificate", sent.certificate.as_deref(), thumbprint);
    }
}

/// Lines, or that there is none.
fn list(lines: impl Iterator<Item = String>) -> String {
    let all = lines.collect::<Vec<_>>().join("\n");
    if all.is_empty() { NONE.to_owned() } else { all }
}

/// Compares what loggers got with what was expected.
pub fn events(expected: &[Event], got: &[Logged], span: Span, found: &mut Vec<Difference>) {
    if expected.len() != got.len() {
        let expected_line = |event: &Event| {
            let body = event.message.body.as_deref();
            body.map_or(event.message.first.clone(), |body| {
                format!("{}: {body}", event.message.first)
            })
        };
        found.push(Difference {
            span: expected.first().map_or(span, |first| first.message.span),
            what: "events that loggers got".to_owned(),
            expected: list(expected.iter().map(expected_line)),
            found: list(got.iter().map(|event| format!("{}: {}", event.logger, event.body))),
        });
        return;
    }
    for (event, logged) in expected.iter().zip(got) {
        let message = &event.message;
        let mut differences = Differences {
            span: message.span,
            found,
        };
        if !matches(&message.first, &logged.logger) {
            differences.add("logger", message.first.as_str(), logged.logger.as_str());
        }
        differences.headers(&message.headers, &logged.partition, false);
        differences.body(message.body.as_deref(), logged.body.as_bytes(), event.is_json);
    }
}

/// Compares what else was seen with what was expected.
pub fn seen(
    expected: &crate::scenario::Seen,
    seen: &Seen,
    traced: &[String],
    measured: &[String],
    trace: Option<&str>,
    found: &mut Vec<Difference>,
) {
    let mut differences = Differences {
        span: expected.span,
        found,
    };
    match &expected.what {
        What::Steps(lines) => differences.lines("policies that ran", lines, &seen.steps),
        What::Trace(lines) => differences.lines("trace", lines, traced),
        What::Metrics(lines) => differences.lines("measurements", lines, measured),
        What::Traced(parts) => {
            let Some(whole) = trace.and_then(json) else {
                let none = "none: the request carries no `Apim-Debug-Authorization: <debug:API>` that holds";
                differences.add("trace of the request", format!("{parts:#}"), none);
                return;
            };
            if let Some((path, part, found)) = missing(&whole, parts, String::new()) {
                let what = match path.as_str() {
                    "" => "trace of the request".to_owned(),
                    path => format!("`{path}` in the trace of the request"),
                };
                let found = arranged(found.clone(), part);
                differences.add(what, format!("{part:#}"), format!("{found:#}"));
            }
        }
        What::Variables(variables) => {
            for (name, pattern) in variables {
                let value = seen.variables.get(name).cloned().flatten();
                let fits = match (pattern, &value) {
                    (None, None) => true,
                    (Some(pattern), Some(value)) => matches(pattern, value),
                    _ => false,
                };
                if !fits {
                    let text = |value: Option<&String>| value.map_or(NONE, String::as_str).to_owned();
                    differences.add(
                        format!("variable `{name}`"),
                        text(pattern.as_ref()),
                        text(value.as_ref()),
                    );
                }
            }
        }
        What::Error(members) => {
            let error = seen.last_error.clone().unwrap_or_default();
            for (name, pattern) in members {
                let value = match name.as_str() {
                    "source" => &error.source,
                    "reason" => &error.reason,
                    "message" => &error.message,
                    "scope" => &error.scope,
                    "section" => &error.section,
                    "path" => &error.path,
                    _ => &error.policy_id,
                };
                if !matches(pattern, value) {
                    differences.add(
                        format!("`{name}` of the last error"),
                        pattern.as_str(),
                        value.to_string(),
                    );
                }
            }
        }
    }
}

/// What failed, where and why, as people read it.
pub fn failure(error: &LastError) -> String {
    let mut out = error.source.to_string();
    for (what, name) in [("in", &error.section), ("at", &error.path)] {
        if !name.is_empty() {
            let _ = write!(out, " {what} {name}");
        }
    }
    for why in [&error.reason, &error.message] {
        if !why.is_empty() {
            let _ = write!(out, "\n{why}");
        }
    }
    out
}

/// A response as people read it.
pub fn written(response: &Response<Result<Bytes, BodyError>>) -> String {
    let mut out = format!("{} {}", response.status().as_u16(), reason(response));
    for (name, value) in response.headers() {
        let _ = write!(out, "\n{name}: {}", String::from_utf8_lossy(value.as_bytes()));
    }
    match response.body() {
        Ok(bytes) if bytes.is_empty() => {}
        Ok(bytes) => {
            let _ = write!(out, "\n\n{}", String::from_utf8_lossy(bytes));
        }
        Err(error) => {
            let _ = write!(out, "\n\n({error})");
        }
    }
    out
}
