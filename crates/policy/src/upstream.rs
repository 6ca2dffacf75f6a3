//! What `forward-request` (and later `send-request`) asks of the gateway: send this, tell me the head of the answer.

use crate::LocalFuture;
use crate::body::Body;
use crate::connection::Connection;
use catalog::Backend;
use http::{Extensions, HeaderMap, Method, StatusCode};
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// A request to an upstream.
pub struct Call {
    /// Method.
    pub method: Method,
    /// Absolute URL: scheme, authority, path and query.
    pub url: http::Uri,
    /// End-to-end headers as policies left them; the connection adds its own, and removes hop-by-hop ones.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// The backend entity, for its TLS rules; none for plain service URLs.
    pub backend: Option<Arc<Backend>>,
    /// What policies say of the connection.
    pub connection: Connection,
    /// Time until the response's head must be there.
    pub timeout: Duration,
    /// Time to wait for `100 Continue` before the body is sent anyway; `None`: the request's own `Expect` decides.
    pub continue_timeout: Option<Duration>,
    /// Whether redirects are followed.
    pub follow_redirects: bool,
    /// HTTP version to the upstream.
    pub version: HttpVersion,
    /// Whether the answer's chunks may be gathered before they are passed on (never for event streams).
    pub buffer_response: bool,
    /// What the listener attached to the request, such as the connection to upgrade.
    pub extensions: Extensions,
    /// For MCP: that policies will read the response's message.
    pub wants_answer: bool,
}

/// `forward-request`'s `http-version`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HttpVersion {
    /// HTTP/1.1
    #[default]
    One,
    /// HTTP/2 if TLS negotiates it, else HTTP/1.1
    TwoOrOne,
    /// HTTP/2; with prior knowledge when there is no TLS
    Two,
}

/// The head of an upstream's answer, its body still flowing.
pub struct Reply {
    /// Status code.
    pub status: StatusCode,
    /// Reason phrase, where it is not the standard one.
    pub reason: Option<String>,
    /// End-to-end headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// What the connection attached, such as the upgraded connection of a `101`.
    pub extensions: Extensions,
}

/// Why there is no answer.
#[derive(Clone, Debug, Error)]
pub enum UpstreamFailure {
    /// No connection, or it broke before the head of the answer.
    #[error("{0}")]
    Connection(String),
    /// No head within the timeout.
    #[error("the backend did not answer within {} ms", .0.as_millis())]
    Timeout(Duration),
    /// The client went away or its body broke.
    #[error("{0}")]
    Client(String),
    /// The client's body is larger than allowed.
    #[error("the request body is larger than {0} bytes")]
    TooLarge(u64),
}

/// Sends requests to upstreams.
pub trait Upstream {
    /// Sends `call`; returns when the head of the answer is there.
    fn send(&self, call: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>>;
}
