//! Tracing of requests: who may ask for a trace, and the traces that wait for whoever asked.
//!
//! As in APIM: an operator gets a token for one API (`listDebugCredentials`), a request carries it in
//! `Apim-Debug-Authorization`, its response says `Apim-Trace-Id`, and the operator gets the trace (`listTrace`). Both
//! pages are on the admin address and need the key that is configured; without one there is no tracing at all.
//! Never here: what a trace says, how a page is served.

use aws_lc_rs::{constant_time, hmac};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use expression::date::{DateTime, DateTimeKind};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The header that carries a token.
pub const AUTHORIZATION: HeaderName = HeaderName::from_static("apim-debug-authorization");
/// The header that names the trace.
pub const TRACE_ID: HeaderName = HeaderName::from_static("apim-trace-id");

const EXPIRED: HeaderName = HeaderName::from_static("apim-debug-authorization-expired");
const WRONG_API: HeaderName = HeaderName::from_static("apim-debug-authorization-wrongapi");

/// How long a token works at most.
pub const LONGEST: Duration = Duration::from_hours(1);
/// Traces that are kept.
const MOST: usize = 200;
/// Bytes of the traces that are kept.
const MOST_BYTES: usize = 16 << 20;
const TICKS_PER_SECOND: i64 = 10_000_000;

/// Who may trace, and what was traced.
pub struct Tracing {
    /// What the operator must show.
    key: hmac::Tag,
    /// Signs tokens; derived from the key, so that gateways with one key take each other's tokens.
    secret: hmac::Key,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    traces: VecDeque<(String, Arc<str>)>,
    bytes: usize,
}

/// What a token is good for.
#[derive(Debug, PartialEq)]
pub enum Verdict {
    /// A trace.
    Good,
    /// Nothing, and nothing is said of it.
    Unknown,
    /// Nothing, which this header of the response says.
    Refused(HeaderName, HeaderValue),
}

fn digest(key: &str) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"tracing key"), key.as_bytes())
}

impl Tracing {
    /// With the operator's key.
    pub fn new(key: &str) -> Self {
        Self {
            key: digest(key),
            secret: hmac::Key::new(hmac::HMAC_SHA256, format!("debug credentials {key}").as_bytes()),
            kept: Mutex::default(),
        }
    }

    /// Whether this is the operator's key.
    pub fn is_key(&self, presented: &str) -> bool {
        constant_time::verify_slices_are_equal(digest(presented).as_ref(), self.key.as_ref()).is_ok()
    }

    /// A token for the API of this id.
    pub fn token(&self, api: &str, lifetime: Duration, now: i64) -> String {
        let seconds = i64::try_from(lifetime.min(LONGEST).as_secs()).unwrap_or_default();
        let expires = now / TICKS_PER_SECOND + seconds;
        let api = BASE64_STANDARD.encode(api);
        let claims = format!("aid={api}&p=tracing&ex={expires}");
        let signature = BASE64_STANDARD.encode(hmac::sign(&self.secret, claims.as_bytes()));
        format!("{claims}&sn={signature}")
    }

    /// What the token of a request for the API of this id is good for.
    pub fn verdict(&self, token: &HeaderValue, api: &str, now: i64) -> Verdict {
        self.read(token).map_or(Verdict::Unknown, |(own, expires)| {
            if now / TICKS_PER_SECOND >= expires {
                let moment = DateTime::new(expires.saturating_mul(TICKS_PER_SECOND), DateTimeKind::Utc);
                return refused(EXPIRED, &moment.map_or_else(String::new, DateTime::iso));
            }
            if own != api {
                return refused(WRONG_API, "The debug credentials are for another API.");
            }
            Verdict::Good
        })
    }

    /// API and end of a token that was signed here.
    fn read(&self, token: &HeaderValue) -> Option<(String, i64)> {
        let (claims, signature) = token.to_str().ok()?.trim().split_once("&sn=")?;
        let signature = BASE64_STANDARD.decode(signature).ok()?;
        hmac::verify(&self.secret, claims.as_bytes(), &signature).ok()?;
        let (api, rest) = claims.strip_prefix("aid=")?.split_once("&p=tracing&ex=")?;
        let api = String::from_utf8(BASE64_STANDARD.decode(api).ok()?).ok()?;
        Some((api, rest.parse().ok()?))
    }

    /// Keeps a trace, in place of the oldest ones when there are many.
    pub fn keep(&self, id: String, trace: String) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += trace.len();
        kept.traces.push_back((id, trace.into()));
        while kept.traces.len() > MOST || kept.bytes > MOST_BYTES {
            let Some((_, oldest)) = kept.traces.pop_front() else {
                return;
            };
            kept.bytes -= oldest.len();
        }
    }

    /// A trace that is kept.
    pub fn find(&self, id: &str) -> Option<Arc<str>> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.traces.iter().rev().find(|(known, _)| known == id);
        found.map(|(_, trace)| Arc::clone(trace))
    }
}

fn refused(name: HeaderName, value: &str) -> Verdict {
    HeaderValue::from_str(value).map_or(Verdict::Unknown, |value| Verdict::Refused(name, value))
}

/// Takes the token out of a request's headers: it is nobody's business behind the gateway.
pub fn take_token(headers: &mut HeaderMap) -> Option<HeaderValue> {
    headers.remove(AUTHORIZATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 638_000_000_000_000_000;

    #[test]
    fn tokens_are_for_one_api_and_a_while() {
        let (tracing, other) = (Tracing::new("one"), Tracing::new("other"));
        let token = |tracing: &Tracing| tracing.token("a&b=é", Duration::from_mins(10), NOW);
        let later = NOW + 600 * TICKS_PER_SECOND;
        let expired = Verdict::Refused(EXPIRED, HeaderValue::from_static("2022-09-28T22:23:20Z"));
        let wrong = Verdict::Refused(
            WRONG_API,
            HeaderValue::from_static("The debug credentials are for another API."),
        );
        for (token, api, now, expected) in [
            (token(&tracing), "a&b=é", NOW, Verdict::Good),
            (token(&tracing), "a&b=é", later - 1, Verdict::Good),
            (token(&tracing), "a&b=é", later, expired),
            (token(&tracing), "a", NOW, wrong),
            (token(&other), "a&b=é", NOW, Verdict::Unknown),
            (
                token(&tracing).replace("&ex=6", "&ex=7"),
                "a&b=é",
                NOW,
                Verdict::Unknown,
            ),
            (String::new(), "a", NOW, Verdict::Unknown),
            ("aid=&p=tracing&ex=1&sn=".into(), "", NOW, Verdict::Unknown),
        ] {
            let header = HeaderValue::from_str(&token).unwrap();
            assert_eq!(tracing.verdict(&header, api, now), expected, "{token}");
        }
        assert!(tracing.is_key("one") && !tracing.is_key("other") && !tracing.is_key(""));
    }

    #[test]
    fn so_many_traces_are_kept() {
        let tracing = Tracing::new("key");
        for number in 0..MOST + 2 {
            tracing.keep(number.to_string(), format!("trace {number}"));
        }
        assert!(tracing.find("1").is_none());
        assert_eq!(&*tracing.find("2").unwrap(), "trace 2");
        tracing.keep("large".into(), "x".repeat(MOST_BYTES - 100));
        assert!(tracing.find("2").is_none());
        assert!(tracing.find("large").is_some());
    }
}
