//! What came, beside what was expected.
//!
//! Never here: how it came.

use crate::pattern::matches;
use crate::recorder::Seen;
use crate::scenario::{Expected, Sent, What};
use bytes::Bytes;
use diagnostic::Span;
use http::{HeaderMap, HeaderValue, Request, Response};
use hyper::ext::ReasonPhrase;
use policy::{BodyError, Connection};
use std::fmt::Write;
use std::time::Duration;

/// What must not be there.
const NONE: &str = "<none>";

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

    fn headers(&mut self, expected: &[(String, String)], found: &HeaderMap) {
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
    }

    /// Every header that came is one that was expected.
    fn no_others(&mut self, expected: &[(String, String)], found: &HeaderMap) {
        for (name, value) in found {
            let is_expected = expected
                .iter()
                .any(|(known, _)| known.eq_ignore_ascii_case(name.as_str()));
            if !is_expected {
                let value = String::from_utf8_lossy(value.as_bytes());
                self.add(format!("header `{name}`"), NONE, value);
            }
        }
    }

    fn body(&mut self, expected: Option<&str>, found: &[u8], is_json: bool) {
        let Some(expected) = expected else { return };
        let text = String::from_utf8_lossy(found);
        let fits = match expected {
            NONE => found.is_empty(),
            _ if is_json => json(expected).is_some_and(|value| json(&text) == Some(value)),
            _ => matches(expected, &text),
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

/// Whether `whole` has these parts: members that are named, and entries of lists in their order.
fn holds(whole: &serde_json::Value, parts: &serde_json::Value) -> bool {
    use serde_json::Value;
    match (whole, parts) {
        (Value::Object(whole), Value::Object(parts)) => parts
            .iter()
            .all(|(name, part)| whole.get(name).is_some_and(|whole| holds(whole, part))),
        (Value::Array(whole), Value::Array(parts)) => {
            let mut left = whole.iter();
            parts.iter().all(|part| left.any(|whole| holds(whole, part)))
        }
        (Value::String(text), Value::String(pattern)) => matches(pattern, text),
        _ => whole == parts,
    }
}

fn json(text: &str) -> Option<serde_json::Value> {
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
    differences.headers(&expected.message.headers, response.headers());
    if expected.is_whole {
        differences.no_others(&expected.message.headers, response.headers());
    }
    match response.body() {
        Ok(bytes) if !expected.breaks => {
            differences.body(expected.message.body.as_deref(), bytes, expected.is_json);
        }
        Ok(_) => differences.add("body", "it breaks off", "it is whole"),
        Err(error) if !expected.breaks => differences.add("body", "it is whole", error.to_string()),
        Err(_) => {}
    }
    if let Some(expected) = expected.took.filter(|expected| *expected != took) {
        differences.add("time taken", format!("{expected:?}"), format!("{took:?}"));
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

/// Compares what servers got with what was expected.
pub fn sent(expected: &[Sent], got: &[Request<Bytes>], span: Span, found: &mut Vec<Difference>) {
    if expected.len() != got.len() {
        let list = |lines: Vec<String>| {
            if lines.is_empty() {
                NONE.to_owned()
            } else {
                lines.join("\n")
            }
        };
        found.push(Difference {
            span: expected.first().map_or(span, |first| first.message.span),
            what: "requests that servers got".to_owned(),
            expected: list(expected.iter().map(|sent| sent.message.first.clone()).collect()),
            found: list(
                got.iter()
                    .map(|request| format!("{} {}", request.method(), request.uri()))
                    .collect(),
            ),
        });
        return;
    }
    for (sent, request) in expected.iter().zip(got) {
        let message = &sent.message;
        let mut differences = Differences {
            span: message.span,
            found,
        };
        let first = format!("{} {}", request.method(), request.uri());
        if let Some((method, url)) = message.method_and_url()
            && !matches(&format!("{method} {url}"), &first)
        {
            differences.add("request that a server got", message.first.as_str(), first);
        }
        differences.headers(&message.headers, request.headers());
        differences.body(message.body.as_deref(), request.body(), false);
        let connection = request.extensions().get::<Connection>();
        let proxy = connection.and_then(|it| it.proxy.as_ref());
        let proxy = proxy.map(|proxy| format!("{}:{}", proxy.host, proxy.port));
        differences.option("proxy", sent.proxy.as_deref(), proxy);
        let certificate = connection.and_then(|it| it.certificate.as_ref());
        let thumbprint = certificate.map(|certificate| certificate.thumbprint.clone());
        differences.option("certificate", sent.certificate.as_deref(), thumbprint);
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
            let whole = trace.and_then(json).unwrap_or_default();
            if !holds(&whole, parts) {
                differences.add("trace of the request", format!("{parts:#}"), format!("{whole:#}"));
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
                    "policy-id" => &error.policy_id,
                    _ => {
                        differences.add(format!("member `{name}` of the last error"), pattern.as_str(), NONE);
                        continue;
                    }
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
