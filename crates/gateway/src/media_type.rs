//! What kind of content a message has (RFC 9110, section 8.3.1).
//!
//! Never here: what is done with which kind.

use http::HeaderMap;
use http::header::CONTENT_TYPE;

/// The media type without its parameters; empty where none is named.
fn named(headers: &HeaderMap) -> &str {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.unwrap_or_default().split(';').next();
    media_type.unwrap_or_default().trim()
}

/// Whether what comes are server-sent events.
pub fn is_event_stream(headers: &HeaderMap) -> bool {
    named(headers).eq_ignore_ascii_case("text/event-stream")
}

/// Whether what comes are messages, of which the other side may wait for each: server-sent events and gRPC.
pub fn is_messages(headers: &HeaderMap) -> bool {
    is_event_stream(headers) || begins_with_grpc(named(headers)).is_some()
}

/// Whether what comes are messages of gRPC itself, in any encoding; not of gRPC for browsers.
pub fn is_grpc(headers: &HeaderMap) -> bool {
    begins_with_grpc(named(headers)).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
}

/// What follows on `application/grpc`.
fn begins_with_grpc(media_type: &str) -> Option<&str> {
    const GRPC: &str = "application/grpc";
    let (start, rest) = media_type.split_at_checked(GRPC.len())?;
    start.eq_ignore_ascii_case(GRPC).then_some(rest)
}
