//! What a step changed: the messages before and after it.
//!
//! Never here: bodies, variables.

use super::Trace;
use crate::exchange::Exchange;
use crate::headers::text_of;
use expression::text::Text;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde_json::{Map, Value, json};

/// Request, response and backend at a moment.
#[derive(Clone)]
pub(super) struct Messages {
    method: Method,
    path: Text,
    query: Text,
    headers: HeaderMap,
    response: Option<(StatusCode, Option<Text>, HeaderMap)>,
    base_url: Option<Text>,
    backend: Option<String>,
}

impl Messages {
    pub fn of(exchange: &Exchange) -> Self {
        let (request, target) = (&exchange.request, &exchange.target);
        Self {
            method: request.method.clone(),
            path: request.path.clone(),
            query: request.query.clone(),
            headers: request.headers.clone(),
            response: exchange
                .response
                .as_ref()
                .map(|response| (response.status, response.reason.clone(), response.headers.clone())),
            base_url: target.base_url.clone(),
            backend: target
                .member
                .as_ref()
                .or(target.backend.as_ref())
                .map(|backend| backend.id.clone()),
        }
    }

    /// What is different in `now`.
    pub fn changes(&self, now: &Self, trace: &Trace) -> Map<String, Value> {
        let mut all = Map::new();
        let mut request = Map::new();
        let mut put = |name: &str, value: Value| drop(request.insert(name.to_owned(), value));
        if self.method != now.method {
            put("method", now.method.as_str().into());
        }
        if self.path != now.path {
            put("path", trace.text(&now.path).into());
        }
        if self.query != now.query {
            put("query", trace.query(&now.query).into());
        }
        if let Some(headers) = header_changes(&self.headers, &now.headers, trace) {
            put("headers", headers);
        }
        if !request.is_empty() {
            all.insert("request".to_owned(), request.into());
        }
        if let Some(response) = self.response_changes(now, trace) {
            all.insert("response".to_owned(), response);
        }
        if self.base_url != now.base_url || self.backend != now.backend {
            let url = now.base_url.as_ref().map(|url| trace.url(url));
            all.insert("backend".to_owned(), json!({ "id": now.backend, "url": url }));
        }
        all
    }

    fn response_changes(&self, now: &Self, trace: &Trace) -> Option<Value> {
        let none = HeaderMap::new();
        let before = self.response.as_ref();
        let Some((status, reason, headers)) = &now.response else {
            return before.map(|_| json!({ "removed": true }));
        };
        let mut response = Map::new();
        let mut put = |name: &str, value: Value| drop(response.insert(name.to_owned(), value));
        if before.is_none_or(|(old, old_reason, _)| old != status || old_reason != reason) {
            put("status", status.as_u16().into());
            if let Some(reason) = reason {
                put("reason", trace.text(reason).into());
            }
        }
        let old = before.map_or(&none, |(_, _, headers)| headers);
        if let Some(headers) = header_changes(old, headers, trace) {
            put("headers", headers);
        }
        (!response.is_empty()).then(|| response.into())
    }
}

fn header_changes(before: &HeaderMap, now: &HeaderMap, trace: &Trace) -> Option<Value> {
    let same = |name: &http::HeaderName| before.get_all(name).iter().eq(now.get_all(name).iter());
    let mut set = HeaderMap::new();
    for (name, value) in now.iter().filter(|(name, _)| !same(name)) {
        set.append(name, value.clone());
    }
    let removed: Vec<&str> = before
        .keys()
        .filter(|name| !now.contains_key(*name))
        .map(http::HeaderName::as_str)
        .collect();
    if set.is_empty() && removed.is_empty() {
        return None;
    }
    Some(json!({ "set": headers(trace, &set), "removed": removed }))
}

/// Headers as a list of names and values.
pub(super) fn headers(trace: &Trace, headers: &HeaderMap) -> Value {
    let shown = |name: &http::HeaderName, value: &HeaderValue| {
        if value.is_sensitive() {
            super::secrets::MASK.to_owned()
        } else {
            trace.header(name.as_str(), &text_of(value))
        }
    };
    let header = |(name, value)| json!({ "name": http::HeaderName::as_str(name), "value": shown(name, value) });
    headers.iter().map(header).collect()
}
