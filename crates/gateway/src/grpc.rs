//! What clients of gRPC are told when a call fails before it comes to a service, or comes back as no gRPC response.
//!
//! Such a client reads `grpc-status` and `grpc-message` (gRPC over HTTP/2, "Responses"): a response with a status of
//! HTTP's becomes one with these headers, a status 200 and no body. Never here: calls that went well, their messages.

use crate::media_type::is_grpc;
use http::StatusCode;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue};
use policy::{Body, ResponseMessage, Trailers};
use std::fmt::Write;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// Bytes of a body in which a message is looked for.
const LONGEST: usize = 8 << 10;

/// The response to a call as clients of gRPC read it; `reason` is why the exchange failed, if it did.
pub fn told(mut response: ResponseMessage, reason: Option<&str>) -> ResponseMessage {
    if response.status.is_success() || is_grpc(&response.headers) {
        return response;
    }
    let status = match reason {
        Some("BackendConnectionFailure") => "14",
        Some("Timeout") => "4",
        _ => status(response.status),
    };
    let message = message(&response);
    for name in [CONTENT_LENGTH, CONTENT_ENCODING] {
        response.headers.remove(name);
    }
    response.extensions.remove::<Trailers>();
    let headers = &mut response.headers;
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(STATUS, HeaderValue::from_static(status));
    if let Ok(message) = HeaderValue::try_from(encoded(&message)) {
        headers.insert(MESSAGE, message);
    }
    ResponseMessage {
        status: StatusCode::OK,
        reason: None,
        body: Body::Empty,
        ..response
    }
}

/// The code that clients would make of a status ("HTTP to gRPC Status Code Mapping"), finer where the gateway knows.
fn status(status: StatusCode) -> &'static str {
    match status.as_u16() {
        400 | 431 => "3",
        401 => "16",
        403 => "7",
        404 | 405 | 501 => "12",
        408 | 504 => "4",
        413 | 429 => "8",
        500 => "13",
        502 | 503 => "14",
        _ => "2",
    }
}

/// What the body says, else the status's own words.
fn message(response: &ResponseMessage) -> String {
    let own = match &response.body {
        Body::Buffered(body) if body.bytes().len() <= LONGEST => {
            let parsed = serde_json::from_slice::<serde_json::Value>(body.bytes()).ok();
            parsed.and_then(|parsed| parsed.get("message")?.as_str().map(str::to_owned))
        }
        _ => None,
    };
    own.unwrap_or_else(|| {
        let standard = policy::reason::standard(response.status);
        response.reason.as_deref().unwrap_or(standard).to_owned()
    })
}

/// Percent-encoded, but for what is printable and no `%`.
fn encoded(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for byte in message.bytes() {
        if matches!(byte, b' '..=b'~') && byte != b'%' {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expression::body::MessageBody;
    use http::HeaderMap;

    fn failed(status: u16, content_type: &'static str, body: &str) -> ResponseMessage {
        ResponseMessage {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::from_iter([
                (CONTENT_TYPE, HeaderValue::from_static(content_type)),
                (http::header::RETRY_AFTER, HeaderValue::from_static("7")),
            ]),
            body: Body::Buffered(MessageBody::new(body.to_owned())),
            ..ResponseMessage::default()
        }
    }

    #[test]
    fn a_failure_is_told_in_headers() {
        let json = r#"{ "statusCode": 429, "message": "100% é" }"#;
        for (status, reason, body, code, message) in [
            (429, None, json, "8", "100%25 %C3%A9"),
            (401, None, "no JSON", "16", "Unauthorized"),
            (
                500,
                Some("BackendConnectionFailure"),
                "{}",
                "14",
                "Internal Server Error",
            ),
            (500, Some("Timeout"), "[]", "4", "Internal Server Error"),
            (418, None, "", "2", "I'm a teapot"),
        ] {
            let told = told(failed(status, "application/json", body), reason);
            assert_eq!(told.status, StatusCode::OK);
            assert_eq!(told.headers["content-type"], "application/grpc");
            assert_eq!(told.headers["grpc-status"], code, "{status}");
            assert_eq!(told.headers["grpc-message"], message, "{status}");
            assert_eq!(told.headers["retry-after"], "7");
            assert!(matches!(told.body, Body::Empty));
        }
    }

    #[test]
    fn what_a_service_says_stays() {
        for (status, content_type) in [(200, "application/json"), (503, "application/grpc+proto")] {
            let told = told(failed(status, content_type, "x"), None);
            assert_eq!(told.status.as_u16(), status);
            assert_eq!(told.headers.get("grpc-status"), None);
        }
    }
}
