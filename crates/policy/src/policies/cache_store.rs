//! `cache-store` keeps the response as it stands for `duration` seconds, for the next request that is the same to
//! `cache-lookup`.
//!
//! - Only after a `cache-lookup` that has found nothing; see there for which requests these are.
//! - With `cache-response` true whatever its status, with false never; without the attribute 200 only.
//! - Never 206 and 304, which answer what one client has asked of its own; never with `Set-Cookie`, with trailers, an
//!   event stream, an upgraded connection, or a body of more than 2 MiB: these go on as they are.
//! - The body is waited for, up to those 2 MiB. What policies behind this one do to the response is not kept, and
//!   happens to kept responses as well.

mod gather;

use crate::body::{Body, Trailers};
use crate::caching::{self, Entry, LARGEST, Missed};
use crate::coding;
use crate::element::ElementReader;
use crate::exchange::{Exchange, ResponseMessage};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use bytes::Bytes;
use gather::{Gathered, gather};
use http::StatusCode;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, SET_COOKIE};
use std::time::Duration;

pub(crate) const CACHE_STORE: Policy = Policy {
    sections: Sections::OUTBOUND,
    once: true,
    keeps_response: true,
    ..Policy::new("cache-store", parse)
};

struct CacheStore {
    duration: Value<Duration>,
    /// Whether any status is kept; `None`: 200 only.
    cache_response: Option<Value<bool>>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let duration = element.required("duration");
    let cache_response = element.optional("cache-response");
    waiting(CacheStore {
        duration: duration?,
        cache_response,
    })
}

impl WaitingStep for CacheStore {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let duration = match self.wanted(exchange) {
            Ok(Some(duration)) => duration,
            Ok(None) => return Outcome::Now(Ok(Flow::Next)),
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let Some(missed) = exchange.state.missed.take() else {
            return Outcome::Now(Ok(Flow::Next));
        };
        let response = exchange.response_mut();
        if response.extensions.get::<Trailers>().is_some() {
            return Outcome::Now(Ok(Flow::Next));
        }
        let body = match &mut response.body {
            Body::Stream(_) => return Outcome::Later(Box::pin(gather_and_keep(missed, duration, exchange))),
            Body::Empty => Bytes::new(),
            Body::Buffered(body) if body.is_consumed() => Bytes::new(),
            Body::Buffered(body) => body.bytes().clone(),
            Body::Answer(_) | Body::Answered(..) => return Outcome::Now(Ok(Flow::Next)),
        };
        keep(missed, body, duration, exchange);
        Outcome::Now(Ok(Flow::Next))
    }
}

impl CacheStore {
    /// For how long the response is to be kept, if it is.
    fn wanted(&self, exchange: &Exchange) -> Result<Option<Duration>, Failure> {
        let (Some(_), Some(response)) = (&exchange.state.missed, &exchange.response) else {
            return Ok(None);
        };
        let duration = self.duration.get(exchange)?;
        let wanted = match &self.cache_response {
            Some(wanted) => wanted.get(exchange)?,
            None => response.status == StatusCode::OK,
        };
        Ok((wanted && can_be_kept(response)).then_some(duration))
    }
}

fn can_be_kept(response: &ResponseMessage) -> bool {
    let text = |name| response.headers.get(name).and_then(|value| value.to_str().ok());
    let is_event_stream = text(CONTENT_TYPE).is_some_and(|content_type: &str| {
        let (media_type, _) = content_type.split_once(';').unwrap_or((content_type, ""));
        media_type.trim().eq_ignore_ascii_case("text/event-stream")
    });
    let length = text(CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let is_for_one = matches!(response.status, StatusCode::PARTIAL_CONTENT | StatusCode::NOT_MODIFIED);
    !response.status.is_informational()
        && !is_for_one
        && !response.headers.contains_key(SET_COOKIE)
        && !is_event_stream
        && length.is_none_or(|length| length <= LARGEST as u64)
}

async fn gather_and_keep(missed: Missed, duration: Duration, exchange: &mut Exchange) -> Result<Flow, Failure> {
    let limit = exchange.services.buffer_limit;
    let response = exchange.response_mut();
    let Body::Stream(stream) = std::mem::take(&mut response.body) else {
        return Ok(Flow::Next);
    };
    match gather(stream, LARGEST).await? {
        Gathered::Whole(bytes) => {
            response.body = Body::Buffered(coding::kept(&response.headers, bytes.clone(), limit));
            keep(missed, bytes, duration, exchange);
        }
        Gathered::More(stream) => response.body = Body::Stream(stream),
    }
    Ok(Flow::Next)
}

fn keep(missed: Missed, body: Bytes, duration: Duration, exchange: &mut Exchange) {
    let ticks = i64::try_from(duration.as_nanos() / 100).unwrap_or(i64::MAX);
    let ends = exchange.services.clock.ticks().saturating_add(ticks);
    let response = exchange.response_mut();
    let mut headers = response.headers.clone();
    headers.remove(CONTENT_LENGTH);
    let entry = Entry {
        ends,
        lasts: ticks,
        status: response.status,
        reason: response.reason.as_ref().map(ToString::to_string),
        headers,
        body,
    };
    let bytes = entry.encode().filter(|bytes| bytes.len() <= LARGEST);
    let cache = missed.caching_type.cache(exchange);
    if let (Some(bytes), Some(cache)) = (bytes, cache) {
        cache.put(&missed.key, bytes, duration, caching::now(exchange));
        missed.downstream.tell(duration, exchange);
    }
}
