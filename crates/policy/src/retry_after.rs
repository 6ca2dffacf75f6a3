//! `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
//!
//! Never here: who waits.

use crate::exchange::Clock;
use crate::token::seconds_now;
use http::HeaderMap;
use http::header::RETRY_AFTER;
use std::time::{Duration, UNIX_EPOCH};

/// How long an answer asks to wait. A date that is over asks for no wait, and what is neither seconds nor a date for
/// nothing.
pub fn retry_after(headers: &HeaderMap, clock: &dyn Clock) -> Option<Duration> {
    asked(headers, || Duration::from_secs_f64(seconds_now(clock).max(0.0)))
}

/// The same, where `now` tells the time since 1970.
fn asked(headers: &HeaderMap, now: impl FnOnce() -> Duration) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    let date = date.duration_since(UNIX_EPOCH).unwrap_or_default();
    Some(date.saturating_sub(now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates_are_read() {
        // Half a second before 2026-01-01T00:00:00Z.
        let now = Duration::from_millis(1_767_225_599_500);
        for (value, expected) in [
            ("7", Some(7_000)),
            (" 0 ", Some(0)),
            ("Thu, 01 Jan 2026 00:00:10 GMT", Some(10_500)),
            ("Wed, 31 Dec 2025 23:59:59 GMT", Some(0)),
            ("-1", None),
            ("soon", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
            let found = asked(&headers, || now);
            assert_eq!(found, expected.map(Duration::from_millis), "{value:?}");
        }
        assert_eq!(asked(&HeaderMap::new(), || now), None);
    }
}
