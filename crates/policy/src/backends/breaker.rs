//! A circuit breaker: so many failures within an interval, and the backend is left alone for a while.
//!
//! Failures are counted in stretches of a thirty-second of the interval. Once the time is over it is closed again and
//! counts anew. An answer's status decides; a request without an answer counts as status 500, which is what a client
//! gets, and by its reason. Never here: whose breaker it is.

use catalog::{CircuitBreaker, Threshold};
use std::collections::VecDeque;
use std::time::Duration;

/// Stretches that an interval is counted in.
const STRETCHES: u32 = 32;

/// Requests within an interval from which on their percentage says something.
const ENOUGH: u64 = 10;

/// What came of a request.
#[derive(Clone, Copy)]
pub(crate) enum Outcome<'a> {
    /// An answer with this status, and how long it asks to wait.
    Answered(u16, Option<Duration>),
    /// None, for this reason: `Timeout`, `BackendConnectionFailure`.
    Failed(&'a str),
}

#[derive(Default)]
pub(super) struct Breaker {
    stretches: VecDeque<Stretch>,
    /// When it is closed again.
    open_until: Duration,
}

struct Stretch {
    number: u128,
    requests: u64,
    failures: u64,
}

impl Breaker {
    /// How long it is still open.
    pub fn open(&self, now: Duration) -> Option<Duration> {
        self.open_until.checked_sub(now).filter(|rest| !rest.is_zero())
    }

    /// Counts a request, and opens when that was one failure too many.
    pub fn record(&mut self, rule: &CircuitBreaker, outcome: Outcome<'_>, now: Duration) {
        if self.open(now).is_some() {
            // Sent before it opened.
            return;
        }
        let length = (rule.interval / STRETCHES).as_nanos().max(1);
        let number = now.as_nanos() / length;
        self.stretches
            .retain(|stretch| stretch.number + u128::from(STRETCHES) > number);
        if self.stretches.back().is_none_or(|last| last.number != number) {
            self.stretches.push_back(Stretch {
                number,
                requests: 0,
                failures: 0,
            });
        }
        let failed = is_failure(rule, outcome);
        if let Some(last) = self.stretches.back_mut() {
            last.requests += 1;
            last.failures += u64::from(failed);
        }
        if failed && self.is_too_much(rule.threshold) {
            self.open_until = now.saturating_add(trip_duration(rule, outcome));
            self.stretches.clear();
        }
    }

    fn is_too_much(&self, threshold: Threshold) -> bool {
        let (requests, failures) = self.stretches.iter().fold((0, 0), |(requests, failures), stretch| {
            (requests + stretch.requests, failures + stretch.failures)
        });
        match threshold {
            Threshold::Count(count) => failures >= u64::from(count),
            Threshold::Percentage(percentage) => {
                requests >= ENOUGH && failures * 100 >= requests * u64::from(percentage)
            }
        }
    }
}

fn is_failure(rule: &CircuitBreaker, outcome: Outcome<'_>) -> bool {
    let (status, reason) = match outcome {
        Outcome::Answered(status, _) => (status, None),
        Outcome::Failed(reason) => (500, Some(reason)),
    };
    let is_server_error = (500..=599).contains(&status);
    if rule.status_ranges.is_empty() && rule.error_reasons.is_empty() {
        return is_server_error;
    }
    rule.status_ranges
        .iter()
        .any(|(min, max)| (*min..=*max).contains(&status))
        || rule.error_reasons.iter().any(|named| {
            let is = |text: &str| named.eq_ignore_ascii_case(text);
            reason.is_some_and(is) || is("Server errors") && is_server_error
        })
}

fn trip_duration(rule: &CircuitBreaker, outcome: Outcome<'_>) -> Duration {
    match outcome {
        Outcome::Answered(_, Some(asked)) if rule.accept_retry_after => asked,
        _ => rule.trip_duration,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(threshold: Threshold) -> CircuitBreaker {
        CircuitBreaker {
            threshold,
            interval: Duration::from_secs(32),
            status_ranges: vec![(429, 429), (500, 503)],
            error_reasons: vec!["timeout".into()],
            trip_duration: Duration::from_mins(1),
            accept_retry_after: true,
        }
    }

    /// For each `second outcome`: how long the breaker is open afterwards, in seconds; 0: it is closed.
    fn run(rule: &CircuitBreaker, requests: &[(u64, &str)]) -> Vec<u64> {
        let mut breaker = Breaker::default();
        let mut open = Vec::new();
        for (second, outcome) in requests {
            let now = Duration::from_secs(*second);
            match outcome.split_once(' ').unwrap_or((outcome, "")) {
                (status, retry_after) if status.parse::<u16>().is_ok() => {
                    let asked = retry_after.parse().ok().map(Duration::from_secs);
                    breaker.record(rule, Outcome::Answered(status.parse().unwrap(), asked), now);
                }
                (reason, _) => breaker.record(rule, Outcome::Failed(reason), now),
            }
            open.push(breaker.open(now).map_or(0, |rest| rest.as_secs()));
        }
        open
    }

    #[test]
    fn it_opens_at_so_many_failures_within_the_interval() {
        let rule = rule(Threshold::Count(3));
        for (requests, expected) in [
            (
                &[(0, "500"), (1, "200"), (2, "503"), (3, "429")][..],
                &[0, 0, 0, 60][..],
            ),
            (&[(0, "500"), (1, "504"), (2, "404"), (3, "500")], &[0, 0, 0, 0]),
            (&[(0, "500"), (20, "500"), (40, "500"), (45, "500")], &[0, 0, 0, 60]),
            (
                &[(0, "Timeout"), (1, "Timeout"), (2, "BackendConnectionFailure")],
                &[0, 0, 60],
            ),
            (&[(0, "429"), (1, "429"), (2, "429 7")], &[0, 0, 7]),
        ] {
            assert_eq!(run(&rule, requests), expected, "{requests:?}");
        }
    }

    #[test]
    fn it_closes_again_and_counts_anew() {
        let rule = rule(Threshold::Count(2));
        let requests = [(0, "500"), (1, "500"), (5, "500"), (61, "500"), (62, "500")];
        assert_eq!(run(&rule, &requests), [0, 60, 56, 0, 60]);
    }

    #[test]
    fn a_percentage_needs_some_requests() {
        let rule = rule(Threshold::Percentage(50));
        let mut requests = vec![(0, "500"); 4];
        requests.extend([(1, "200"); 5]);
        requests.push((2, "500"));
        let open = run(&rule, &requests);
        assert_eq!((open[8], open[9]), (0, 60));
    }

    #[test]
    fn without_conditions_server_errors_count() {
        let rule = CircuitBreaker {
            status_ranges: Vec::new(),
            error_reasons: Vec::new(),
            ..rule(Threshold::Count(1))
        };
        assert_eq!(run(&rule, &[(0, "404"), (1, "599")]), [0, 60]);
        assert_eq!(run(&rule, &[(0, "BackendConnectionFailure")]), [60]);
    }
}
