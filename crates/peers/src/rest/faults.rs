//! Answers that go wrong on request: any status, and a body that breaks off.
//!
//! Never here: faults that nobody asked for.

use std::io;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use serde_json::json;

use super::answer::{Answer, json, refusal, streamed};
use super::query::Query;
use super::streams::send_noise;

/// How much more than it sends `/cut` promises, in bytes.
const MISSING: u64 = 1 << 20;

/// How long `/cut` waits before it breaks off, for what it sent to leave the process: the server drops what it has not
/// written when a body fails.
const FLUSH: Duration = Duration::from_millis(50);

/// `GET /status/{code}`, with a `Retry-After` of as many seconds as the parameter `retry-after` says.
pub fn status(code: &str, query: &Query<'_>) -> Answer {
    let final_status = StatusCode::from_bytes(code.as_bytes())
        .ok()
        .filter(|status| !status.is_informational());
    let Some(status) = final_status else {
        let reason = format!("{code:?} is not the status of an answer; it takes 200 to 999");
        return Err(refusal(StatusCode::BAD_REQUEST, reason));
    };
    let mut response = json(status, &json!({ "status": status.as_u16() }));
    if query.text("retry-after").is_some() {
        let seconds = query.number("retry-after", 0, u64::from(u32::MAX))?;
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// `GET /cut?after=N`: promises more than the N bytes it sends, then breaks the connection.
pub fn cut(query: &Query<'_>) -> Answer {
    let after = query.number("after", 1024, u64::MAX - MISSING)?;
    let (parts, mut response) = streamed("application/octet-stream");
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(after + MISSING));
    tokio::spawn(async move {
        if let Some(parts) = send_noise(parts, after).await {
            tokio::time::sleep(FLUSH).await;
            parts.abort(io::Error::other("the caller asked for a broken answer"));
        }
    });
    Ok(response)
}
