//! Answers that are produced while they are sent: downloads, server-sent events, trailers.
//!
//! Never here: answers that break; those are faults.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_LENGTH, TRAILER};
use http::{HeaderMap, HeaderValue, Response};

use super::LONGEST_WAIT;
use super::answer::{Answer, Parts, streamed};
use super::noise::{BLOCK, Block, Noise};
use super::query::Query;
use crate::listener::Body;

/// How much of a download is made at a time, in bytes.
const PART: u64 = 64 << 10;

/// `GET /download?bytes=N`
pub fn download(query: &Query<'_>) -> Answer {
    let total = query.number("bytes", 1 << 20, u64::MAX)?;
    let (parts, mut response) = streamed("application/octet-stream");
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(total));
    tokio::spawn(send_noise(parts, total));
    Ok(response)
}

/// `GET /flood?bytes=N`: nothing is made for it, so that whoever measures a proxy does not measure this.
pub fn flood(query: &Query<'_>, noise: &Block) -> Answer {
    let mut left = query.number("bytes", 1 << 20, u64::MAX)?;
    let (mut parts, mut response) = streamed("application/octet-stream");
    response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(left));
    let block = noise.prefix(BLOCK);
    tokio::spawn(async move {
        while left > 0 {
            let part = block.slice(..left.min(BLOCK as u64) as usize);
            left -= part.len() as u64;
            if parts.send_data(part).await.is_err() {
                return;
            }
        }
    });
    Ok(response)
}

/// Sends the first `total` bytes of the noise; gives the sender back when all of them are on their way.
pub async fn send_noise(mut parts: Parts, total: u64) -> Option<Parts> {
    let mut noise = Noise::default();
    let mut left = total;
    while left > 0 {
        let part = left.min(PART);
        let bytes = noise.next(part as usize).slice(..part as usize);
        parts.send_data(bytes).await.ok()?;
        left -= part;
    }
    Some(parts)
}

/// `GET /events?count=N&interval=MS`: events with the ids 1 to N, that far apart.
pub fn events(query: &Query<'_>) -> Answer {
    let count = query.number("count", 10, 1_000_000)?;
    let interval = Duration::from_millis(query.number("interval", 100, LONGEST_WAIT)?);
    let (mut parts, mut response) = streamed("text/event-stream");
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    tokio::spawn(async move {
        for id in 1..=count {
            let event = Bytes::from(format!(
                "id: {id}\nevent: tick\ndata: {{\"tick\":{id},\"of\":{count}}}\n\n"
            ));
            if parts.send_data(event).await.is_err() {
                return;
            }
            if id < count {
                tokio::time::sleep(interval).await;
            }
        }
    });
    Ok(response)
}

/// `GET /trailers`: over HTTP/1.1 the trailer is sent only to those who say `TE: trailers` (RFC 9110, section 6.5.1).
pub fn trailers() -> Response<Body> {
    let (mut parts, mut response) = streamed("text/plain");
    response
        .headers_mut()
        .insert(TRAILER, HeaderValue::from_static("x-checksum"));
    tokio::spawn(async move {
        for word in ["one ", "two ", "three\n"] {
            if parts.send_data(Bytes::from_static(word.as_bytes())).await.is_err() {
                return;
            }
        }
        let trailers = HeaderMap::from_iter([(
            http::HeaderName::from_static("x-checksum"),
            HeaderValue::from_static("three-words"),
        )]);
        // Whoever no longer reads needs no trailer.
        let _ = parts.send_trailers(trailers).await;
    });
    response
}
