//! The shapes that answers share: JSON, fixed bytes, a streamed body, and the refusal of a request.
//!
//! Never here: any one operation.

use std::io;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Full};
use serde_json::{Value, json};

use crate::listener::Body;

/// What an operation makes of a request.
pub type Answer = Result<Response<Body>, Refusal>;

/// A request that cannot be served, with the reason for whoever sent it.
pub struct Refusal {
    status: StatusCode,
    reason: String,
}

impl From<Refusal> for Response<Body> {
    fn from(refusal: Refusal) -> Self {
        json(refusal.status, &json!({ "error": refusal.reason }))
    }
}

/// Where the parts of a streamed body go. It waits while the client does not read.
pub type Parts = Sender<Bytes, io::Error>;

/// A body that is known in full.
pub fn fixed(status: StatusCode, content_type: &'static str, body: Bytes) -> Response<Body> {
    answer(status, content_type, Full::new(body).map_err(io::Error::other).boxed())
}

/// A JSON document.
pub fn json(status: StatusCode, document: &Value) -> Response<Body> {
    fixed(status, "application/json", Bytes::from(document.to_string()))
}

/// A request refused because of `reason`.
pub fn refusal(status: StatusCode, reason: impl Into<String>) -> Refusal {
    Refusal {
        status,
        reason: reason.into(),
    }
}

/// A body that is produced while it is sent.
pub fn streamed(content_type: &'static str) -> (Parts, Response<Body>) {
    let (parts, body) = Channel::new(1);
    (parts, answer(StatusCode::OK, content_type, body.boxed()))
}

fn answer(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
