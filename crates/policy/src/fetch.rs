//! A small document from another server, read whole: an issuer's keys, a token.
//!
//! Never here: what is in it, keeping it.

use crate::body::Body;
use crate::buffer::read_whole;
use crate::connection::Connection;
use crate::exchange::{Clock, Services};
use crate::runtime::Runtime;
use crate::upstream::{Call, HttpVersion, Upstream};
use bytes::Bytes;
use expression::body::MessageBody;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, Uri};
use serde_json::Value;
use std::time::Duration;

/// Bytes of such a document at most.
const LARGEST: u64 = 1 << 20;
/// How long its head may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What fetching needs of the outside.
#[derive(Clone, Copy)]
pub(crate) struct Reach<'s> {
    pub upstream: &'s dyn Upstream,
    pub clock: &'s dyn Clock,
    pub runtime: &'s dyn Runtime,
}

impl<'s> Reach<'s> {
    pub fn of(services: &'s Services) -> Self {
        Self {
            upstream: &*services.upstream,
            clock: &*services.clock,
            runtime: &*services.runtime,
        }
    }
}

/// Waits before a server that is busy is asked again; Azure's metadata service wants them to grow.
const PAUSES: [Duration; 3] = [
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
];

/// A URL as messages name it: without the name and the password that may stand in it.
pub(crate) fn shown(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{behind}")
}

/// A request for a document.
#[derive(Clone)]
pub(crate) struct Wanted {
    url: String,
    headers: HeaderMap,
    form: Option<String>,
}

impl Wanted {
    /// By `GET`.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            headers: HeaderMap::new(),
            form: None,
        }
    }

    /// By `POST` of a form.
    pub fn post(url: impl Into<String>, form: &[(&str, &str)]) -> Self {
        let pair = |(name, value): &(&str, &str)| format!("{name}={}", crate::query::encoded(value, b""));
        let form: Vec<String> = form.iter().map(pair).collect();
        Self {
            form: Some(form.join("&")),
            ..Self::get(url)
        }
    }

    /// With a header; a value that none can have is left out.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Status and bytes.
    pub async fn fetch(self, reach: Reach<'_>) -> Result<(StatusCode, Bytes), String> {
        let url: Uri = self.url.parse().map_err(|_| "it is no absolute URL".to_owned())?;
        if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none_or(str::is_empty) {
            return Err("it is no absolute URL of http or https".to_owned());
        }
        let mut headers = self.headers;
        headers.insert(http::header::ACCEPT, HeaderValue::from_static("application/json"));
        let (method, body) = match self.form {
            None => (Method::GET, Body::Empty),
            Some(form) => {
                let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
                headers.insert(http::header::CONTENT_TYPE, kind);
                (Method::POST, Body::Buffered(MessageBody::new(form)))
            }
        };
        let call = Call {
            // A secret in a form or header goes where it was sent, and nowhere else.
            follow_redirects: method == Method::GET && headers.len() == 1,
            method,
            url,
            headers,
            body,
            backend: None,
            connection: Connection::default(),
            timeout: TIMEOUT,
            continue_timeout: None,
            version: HttpVersion::default(),
            buffer_response: true,
            extensions: Extensions::new(),
            wants_answer: false,
        };
        let reply = reach.upstream.send(call).await.map_err(|failure| failure.to_string())?;
        let body = match reply.body {
            Body::Stream(mut stream) => read_whole(&mut stream, LARGEST)
                .await
                .map_err(|error| error.to_string())?,
            Body::Buffered(body) => body.bytes().clone(),
            _ => Bytes::new(),
        };
        Ok((reply.status, body))
    }

    /// The same as [`json`](Self::json), from a server that may be busy for a moment.
    pub async fn json_with_patience(self, reach: Reach<'_>) -> Result<Value, String> {
        for pause in PAUSES {
            let (status, body) = self.clone().fetch(reach).await?;
            if status != StatusCode::TOO_MANY_REQUESTS && status != StatusCode::GONE && !status.is_server_error() {
                return Self::read(status, &body);
            }
            reach.runtime.sleep(pause).await;
        }
        self.json(reach).await
    }

    /// The JSON object of an answer that succeeds.
    pub async fn json(self, reach: Reach<'_>) -> Result<Value, String> {
        let (status, body) = self.fetch(reach).await?;
        Self::read(status, &body)
    }

    fn read(status: StatusCode, body: &[u8]) -> Result<Value, String> {
        let json: Option<Value> = serde_json::from_slice(body).ok().filter(Value::is_object);
        if !status.is_success() {
            // Errors of OAuth and of Azure say what is wrong without secrets.
            let text = |path: &str| json.as_ref()?.pointer(path)?.as_str().map(str::to_owned);
            let reason = ["/error", "/error_description", "/error/code", "/error/message"].map(text);
            let reason: Vec<String> = reason.into_iter().flatten().collect();
            return Err(format!("it answered {} {}", status.as_u16(), reason.join(" "))
                .trim_end()
                .to_owned());
        }
        json.ok_or_else(|| "it answered with something that is no JSON object".to_owned())
    }
}

/// A text of a JSON object.
pub(crate) fn text<'v>(json: &'v Value, name: &str) -> Option<&'v str> {
    json.get(name).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn a_url_is_shown_without_credentials() {
        for (url, expected) in [
            ("https://user:pass@host:1/a?b=c@d", "https://host:1/a?b=c@d"),
            ("https://us@er@host", "https://host"),
            ("https://host/a@b", "https://host/a@b"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(shown(url), expected);
        }
    }
}
