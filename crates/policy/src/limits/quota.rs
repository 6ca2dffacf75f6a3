//! Quotas: calls and bytes within fixed stretches of time.

use super::taking::Taking;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Readable;
use expression::Target;
use expression::date::{TICKS_PER_SECOND, format_time_span};
use expression::value::Value as Object;
use http::StatusCode;
use http::header::RETRY_AFTER;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use store::{Ask, CounterName, Period, Window};

/// `renewal-period`: whole seconds, 0 for a period that never ends.
#[derive(Clone, Copy)]
pub(crate) struct Renewal(u32);

impl Readable for Renewal {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a number of seconds that is not negative";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }
    fn from_object(object: Object) -> Option<Self> {
        u32::from_object(object).map(Self)
    }
}

impl Renewal {
    /// Seconds; 0 for a period that never ends.
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// The stretch that `now` is in, when the first begins at `start`; both in ticks.
    pub fn stretch(self, start: i64, now: i64) -> Stretch {
        if self.0 == 0 {
            return Stretch {
                number: 0,
                left: Duration::MAX,
            };
        }
        let length = i64::from(self.0) * TICKS_PER_SECOND;
        let since = now.saturating_sub(start);
        let left = u64::try_from(length - since.rem_euclid(length)).unwrap_or(0);
        Stretch {
            number: since.div_euclid(length),
            left: Duration::from_micros(left.div_ceil(10)),
        }
    }
}

/// A stretch of time that a quota holds in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    /// Its place among all.
    pub number: i64,
    /// What is left of it; [`Duration::MAX`] when it never ends.
    pub left: Duration,
}

/// What a quota allows in a stretch.
#[derive(Clone, Copy)]
pub(crate) struct Amounts {
    pub calls: Option<u32>,
    /// In 1024 bytes.
    pub bandwidth: Option<u32>,
    pub renewal: Renewal,
}

impl Amounts {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Option<Self> {
        let amounts = (element.literal("calls"), element.literal("bandwidth"));
        if !element.has("calls") && !element.has("bandwidth") {
            let message = format!("`<{}>` lacks the attribute `calls` or `bandwidth`", element.name());
            element.error_at("", codes::MISSING_ATTRIBUTE, message);
        }
        Some(Self {
            calls: amounts.0,
            bandwidth: amounts.1,
            renewal: element.required_literal("renewal-period")?,
        })
    }
}

/// What the names of counters end with.
const CALLS: &str = "/calls";
const BYTES: &str = "/bytes";

/// The counters of one quota in the stretch that is running.
#[derive(Clone)]
pub(crate) struct Tally {
    name: Arc<str>,
    /// Bytes of the name that are the group's.
    group: usize,
    stretch: Stretch,
    /// When the stretch ends, by the clock that counters go by.
    ends: Duration,
}

impl Tally {
    /// The counters of a group that begin with `part`.
    pub fn new(group: &str, part: &str, renewal: Renewal, stretch: Stretch, exchange: &Exchange) -> Self {
        let now = exchange.services.clock.monotonic();
        Self {
            name: format!("{group}{part}/{}/{}", renewal.seconds(), stretch.number).into(),
            group: group.len(),
            stretch,
            ends: now.saturating_add(stretch.left),
        }
    }

    /// The counter of this kind, [`CALLS`] or [`BYTES`].
    fn counter(&self, kind: &str) -> CounterName {
        let (group, part) = self.name.split_at_checked(self.group).unwrap_or((&self.name, ""));
        CounterName::of_group(group, &[part, kind].concat())
    }

    /// Asks for a call of so many units, and whether there is bandwidth left. Units that this exchange has counted
    /// already for the same key are not counted again.
    pub fn asks(&self, amounts: Amounts, units: u64, exchange: &mut Exchange) -> Vec<Ask> {
        let is_counted = exchange.state.counted.contains(&self.name);
        let period = Period::Ending(self.stretch.left);
        let mut asks = Vec::with_capacity(1);
        if let Some(calls) = amounts.calls {
            // A call that is counted needs no more room.
            let limit = u64::from(calls) + u64::from(is_counted);
            asks.push(Ask {
                counter: self.counter(CALLS),
                window: Window { limit, period },
                amount: if is_counted { 0 } else { units },
            });
        }
        if let Some(bandwidth) = amounts.bandwidth {
            let limit = u64::from(bandwidth) * 1024;
            asks.push(Ask {
                counter: self.counter(BYTES),
                window: Window { limit, period },
                amount: 0,
            });
        }
        asks
    }

    /// Counts units when the response leaves, once for each exchange; whether it did.
    pub fn add_calls(&self, units: u64, exchange: &mut Exchange) -> bool {
        let is_new = self.mark_counted(exchange);
        if is_new {
            let now = exchange.services.clock.monotonic();
            let period = Period::Ending(self.ends.saturating_sub(now));
            let counter = self.counter(CALLS);
            exchange.services.counters.add(&counter, period, units, now);
        }
        is_new
    }

    /// Whether this exchange has not been counted before; it has been from now on.
    pub fn mark_counted(&self, exchange: &mut Exchange) -> bool {
        let is_new = !exchange.state.counted.contains(&self.name);
        if is_new {
            exchange.state.counted.push(Arc::clone(&self.name));
        }
        is_new
    }

    /// Counts the bytes of both bodies when they have passed, if `counts` says so by then.
    pub fn add_bytes(self, counts: Rc<Cell<bool>>, exchange: &mut Exchange) {
        let services = Rc::clone(&exchange.services);
        exchange.when_passed(move |bytes| {
            if counts.get() {
                let now = services.clock.monotonic();
                let period = Period::Ending(self.ends.saturating_sub(now));
                services.counters.add(&self.counter(BYTES), period, bytes, now);
            }
        });
    }
}

/// The refusal of a call whose asks were refused, in APIM's words.
pub(crate) fn refusal(taking: &Taking) -> Option<Failure> {
    let (ask, taken) = taking.refused()?;
    if !taken.counted {
        return Some(Failure::counters_away());
    }
    let what = if ask.counter.as_str().ends_with(BYTES) {
        "bandwidth"
    } else {
        "call volume"
    };
    let left = match ask.window.period {
        Period::Ending(left) if left != Duration::MAX => Some(left.as_micros().div_ceil(1_000_000).max(1) as u64),
        _ => None,
    };
    let message = match left {
        Some(seconds) => {
            let span = format_time_span(seconds as i64 * TICKS_PER_SECOND);
            format!("Out of {what} quota. Quota will be replenished in {span}.")
        }
        None => format!("Out of {what} quota."),
    };
    let mut failure = Failure::refused("QuotaExceeded", StatusCode::FORBIDDEN, message.clone(), message);
    if let Some(seconds) = left {
        failure.headers.insert(RETRY_AFTER, seconds.into());
    }
    Some(failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_follow_each_other_from_the_first_on() {
        let second = TICKS_PER_SECOND;
        for (seconds, start, now, number, left) in [
            (300, 0, 0, 0, 300),
            (300, 0, 299, 0, 1),
            (300, 0, 300, 1, 300),
            (300, 100, 0, -1, 100),
            (300, 100, 100, 0, 300),
            (1, 0, 7, 7, 1),
        ] {
            let stretch = Renewal(seconds).stretch(start * second, now * second);
            let expected = Stretch {
                number,
                left: Duration::from_secs(left),
            };
            assert_eq!(stretch, expected, "{seconds} {start} {now}");
        }
        assert_eq!(Renewal(0).stretch(5, 99 * second).left, Duration::MAX);
        assert_eq!(
            Renewal(u32::MAX).stretch(i64::MIN, i64::MAX).number,
            i64::MAX / (i64::from(u32::MAX) * second)
        );
    }
}
