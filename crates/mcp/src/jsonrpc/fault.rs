//! What is wrong with a message, as the JSON-RPC error that answers it.

use super::Id;
use bytes::Bytes;
use http::StatusCode;
use thiserror::Error;

/// Error codes of JSON-RPC 2.0 and of MCP.
pub mod code {
    /// Not JSON.
    pub const PARSE_ERROR: i64 = -32700;
    /// JSON and not a message.
    pub const INVALID_REQUEST: i64 = -32600;
    /// The method does not exist.
    pub const METHOD_NOT_FOUND: i64 = -32601;
    /// `params` is wrong.
    pub const INVALID_PARAMS: i64 = -32602;
    /// The answering side failed.
    pub const INTERNAL_ERROR: i64 = -32603;
    /// A header says something else than the body (revision 2026-07-28).
    pub const HEADER_MISMATCH: i64 = -32020;
}

/// A message that is not let through.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{message}")]
pub struct Fault {
    /// The JSON-RPC error code, one of [`code`].
    pub code: i64,
    /// What was found and what was expected.
    pub message: String,
    /// The message's id, where it could be read.
    pub id: Option<Id>,
}

impl Fault {
    /// Status of the HTTP response: 400 for everything a reader refuses, in each revision.
    pub const STATUS: StatusCode = StatusCode::BAD_REQUEST;

    /// The body of the response.
    pub fn body(&self) -> Bytes {
        error_response(self.id.as_ref(), self.code, &self.message)
    }

    pub(crate) fn parse(message: impl Into<String>) -> Self {
        Self {
            code: code::PARSE_ERROR,
            message: message.into(),
            id: None,
        }
    }

    pub(crate) fn not_json(wrong: &serde_json::Error) -> Self {
        Self::parse(format!("the message is not JSON: {wrong}"))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self {
            code: code::INVALID_REQUEST,
            message: message.into(),
            id: None,
        }
    }

    pub(crate) fn params(message: impl Into<String>) -> Self {
        Self {
            code: code::INVALID_PARAMS,
            message: message.into(),
            id: None,
        }
    }
}

/// A JSON-RPC error response. Without an id the member is left out: MCP's schema has no null there.
pub fn error_response(id: Option<&Id>, code: i64, message: &str) -> Bytes {
    let mut body = br#"{"jsonrpc":"2.0","#.to_vec();
    if let Some(id) = id {
        body.extend_from_slice(br#""id":"#);
        body.extend_from_slice(id.raw());
        body.push(b',');
    }
    let message = serde_json::Value::from(message);
    body.extend_from_slice(format!(r#""error":{{"code":{code},"message":{message}}}}}"#).as_bytes());
    Bytes::from(body)
}
