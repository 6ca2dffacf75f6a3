//! Where the outcome of a rate limit is told: headers of the response, and variables.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Readable;
use expression::text::Text;
use expression::value::Value as Object;
use expression::{Reads, Target};
use http::StatusCode;
use http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use std::time::Duration;
use store::Taken;

/// Seconds from 1 to 300.
#[derive(Clone, Copy)]
pub(crate) struct RenewalPeriod(pub Duration);

impl Readable for RenewalPeriod {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a number of seconds from 1 to 300";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse()
            .ok()
            .filter(|seconds| (1..=300).contains(seconds))
            .map(|it| Self(Duration::from_secs(it)))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&i64::from_object(object)?.to_string())
    }
}

/// Where the outcome is told.
pub(crate) struct Announced {
    retry_after_header: HeaderName,
    retry_after_variable: Option<Text>,
    remaining_header: Option<HeaderName>,
    remaining_variable: Option<Text>,
    total_header: Option<HeaderName>,
}

impl Announced {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        Self {
            retry_after_header: element.literal("retry-after-header-name").unwrap_or(RETRY_AFTER),
            retry_after_variable: element.literal("retry-after-variable-name"),
            remaining_header: element.literal("remaining-calls-header-name"),
            remaining_variable: element.literal("remaining-calls-variable-name"),
            total_header: element.literal("total-calls-header-name"),
        }
    }

    /// Sets the variable that says what remains.
    pub fn set_remaining(&self, exchange: &mut Exchange, taken: &Taken) {
        if let Some(name) = &self.remaining_variable {
            exchange.set_variable(name, int(taken.remaining).into());
        }
    }

    /// The refusal; the time to wait is set for on-error before it runs.
    pub fn refusal(&self, exchange: &mut Exchange, taken: &Taken, calls: u32) -> Failure {
        if !taken.counted {
            return Failure::counters_away();
        }
        let seconds = taken.retry_after.as_nanos().div_ceil(1_000_000_000).max(1) as u64;
        if let Some(name) = &self.retry_after_variable {
            exchange.set_variable(name, int(seconds).into());
        }
        let message = format!("Rate limit is exceeded. Try again in {seconds} seconds.");
        let status = StatusCode::TOO_MANY_REQUESTS;
        let mut failure = Failure::refused("RateLimitExceeded", status, "Rate limit is exceeded", message);
        failure.headers.insert(self.retry_after_header.clone(), seconds.into());
        if let Some(name) = &self.total_header {
            failure.headers.insert(name.clone(), calls.into());
        }
        failure
    }

    /// Has the response carry what remains.
    pub fn tell_client(&self, exchange: &mut Exchange, taken: &Taken, calls: u32) {
        let remaining = self
            .remaining_header
            .clone()
            .map(|name| (name, HeaderValue::from(taken.remaining)));
        let total = self.total_header.clone().map(|name| (name, HeaderValue::from(calls)));
        if remaining.is_none() && total.is_none() {
            return;
        }
        exchange.when_leaving(Reads::default(), move |exchange| {
            exchange
                .response_mut()
                .headers
                .extend(remaining.into_iter().chain(total));
            None
        });
    }
}

fn int(number: u64) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
