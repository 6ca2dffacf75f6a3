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
    const GRPC: &str = "application/grpc";
    let named = named(headers);
    is_event_stream(headers)
        || named
            .get(..GRPC.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(GRPC))
}
