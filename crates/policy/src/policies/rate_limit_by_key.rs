//! `rate-limit-by-key` refuses a call when the calls with the same key within `renewal-period` seconds reach `calls`.
//!
//! The window slides. A key has one counter for the whole gateway, wherever its policies stand; policies whose periods
//! differ count apart. With `increment-condition` or `increment-count` as expression, or `increment-after-response`,
//! a call is counted when its response leaves and only the check is made on entry, so a burst may pass the limit.
//! A refusal is 429 with the whole seconds to wait in `retry-after-header-name` (`Retry-After`) and, as an int, in the
//! variable of `retry-after-variable-name`. What remains is told in the response's header and in the variable that the
//! document names; `total-calls-header-name` repeats `calls`. A key of null fails the request, an empty key is a key.
//! `flexible-retry-window`, which APIM's page does not know, is read and has no effect.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::key::Key;
use crate::limits::{Announced, Counting, RenewalPeriod};
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::Value;
use std::fmt::Write;
use store::{CounterName, Period, Reply, Taken, Window};

pub(crate) const RATE_LIMIT_BY_KEY: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("rate-limit-by-key", parse)
};

struct RateLimitByKey {
    calls: Value<u32>,
    period: Value<RenewalPeriod>,
    key: Value<Key>,
    counting: Counting,
    announced: Announced,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let calls = element.required("calls");
    let period = element.required("renewal-period");
    let key = element.required("counter-key");
    let announced = Announced::read(element);
    element.literal::<bool>("flexible-retry-window");
    let after_response = element.literal("increment-after-response").unwrap_or(false);
    let counting = Counting::read(element, after_response);
    waiting(RateLimitByKey {
        calls: calls?,
        period: period?,
        key: key?,
        counting,
        announced,
    })
}

/// A call that asks its counter.
struct Asking {
    calls: u32,
    window: Window,
    counter: CounterName,
}

impl WaitingStep for RateLimitByKey {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let asking = match self.asking(exchange) {
            Ok(asking) => asking,
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let amount = match &self.counting {
            Counting::OnEntry(amount) => u64::from(*amount),
            Counting::OnLeaving(_) => 0,
        };
        let now = exchange.services.clock.monotonic();
        let counters = &exchange.services.counters;
        match counters.take(&asking.counter, asking.window, amount, now) {
            Reply::Now(taken) => Outcome::Now(self.decide(asking, taken, exchange)),
            Reply::Later(taken) => Outcome::Later(Box::pin(async move {
                let taken = taken.await;
                self.decide(asking, taken, exchange)
            })),
        }
    }
}

impl RateLimitByKey {
    fn asking(&self, exchange: &Exchange) -> Result<Asking, Failure> {
        let calls = self.calls.get(exchange)?;
        let RenewalPeriod(period) = self.period.get(exchange)?;
        let Key(key) = self.key.get(exchange)?;
        let mut counter = String::with_capacity("rate-limit-by-key/300/".len() + key.len());
        let _ = write!(counter, "rate-limit-by-key/{}/", period.as_secs());
        counter.push_str(&key);
        let window = Window {
            limit: calls.into(),
            period: Period::Sliding(period),
        };
        Ok(Asking {
            calls,
            window,
            counter: CounterName::alone(counter),
        })
    }

    fn decide(&self, asking: Asking, taken: Taken, exchange: &mut Exchange) -> Result<Flow, Failure> {
        self.announced.set_remaining(exchange, &taken);
        if !taken.allowed {
            return Err(self.announced.refusal(exchange, &taken, asking.calls));
        }
        self.announced.tell_client(exchange, &taken, asking.calls);
        if let Counting::OnLeaving(increment) = &self.counting {
            let period = asking.window.period;
            increment.when_leaving(exchange, move |exchange, amount| {
                let now = exchange.services.clock.monotonic();
                exchange.services.counters.add(&asking.counter, period, amount, now);
            });
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, ready, reports, response_text};
    use expression::value::Value as Object;

    fn bench(attributes: &str, rest: &str) -> Bench {
        Bench::new(&format!(
            "<inbound><rate-limit-by-key calls='2' renewal-period='60' {attributes} /></inbound><backend />{rest}"
        ))
    }

    #[test]
    fn calls_beyond_the_limit_are_refused_until_the_window_has_moved_on() {
        let mut bench = bench("counter-key='k'", "");
        assert_eq!(bench.run("GET /"), "200 OK");
        assert_eq!(bench.run("GET /"), "200 OK");
        bench.clock.pass(3);
        assert_eq!(
            bench.run("GET /"),
            "429 Too Many Requests\ncontent-type: application/json\nretry-after: 57\n\n\
             { \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 57 seconds.\" }"
        );
        bench.clock.pass(57);
        assert_eq!(bench.run("GET /"), "200 OK");
    }

    #[test]
    fn a_key_has_one_counter_wherever_its_policies_stand() {
        let mut first = bench("counter-key='k'", "");
        first.run("GET /");
        first.run("GET /");
        for (key, status) in [("k", "429"), ("", "200"), ("K", "200")] {
            let mut second = bench(&format!("counter-key='{key}'"), "");
            second.counters = first.counters.clone();
            assert!(second.run("GET /").starts_with(status), "{key}");
        }
    }

    #[test]
    fn the_outcome_is_told_where_the_document_wants_it() {
        let attributes = "counter-key='k' retry-after-header-name='Wait' retry-after-variable-name='wait' \
            remaining-calls-header-name='Left' remaining-calls-variable-name='left' total-calls-header-name='All'";
        let mut bench = bench(attributes, "");
        let plan = bench.plan(None);
        let refusal = "{ \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 60 seconds.\" }";
        for (variables, response) in [
            ("left=1", "200 OK\nall: 2\nleft: 1".to_owned()),
            ("left=0", "200 OK\nall: 2\nleft: 0".to_owned()),
            (
                "left=0 wait=60 rate-limit-by-key/RateLimitExceeded/Rate limit is exceeded",
                format!("429 Too Many Requests\nall: 2\ncontent-type: application/json\nwait: 60\n\n{refusal}"),
            ),
        ] {
            let mut exchange = bench.exchange("GET /");
            ready(plan.run(&mut exchange));
            let mut told: Vec<String> = exchange
                .variables
                .iter()
                .map(|(name, value)| format!("{name}={}", int_of(value)))
                .collect();
            told.extend(
                exchange
                    .last_error
                    .iter()
                    .map(|error| format!("{}/{}/{}", error.source, error.reason, error.message)),
            );
            assert_eq!(
                (told.join(" "), response_text(&mut exchange)),
                (variables.to_owned(), response)
            );
        }
    }

    fn int_of(value: &Object) -> i32 {
        match value {
            Object::Int32(value) => *value,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn literal_increments_count_on_entry() {
        let mut two = bench("counter-key='k' increment-count='2'", "");
        assert_eq!(two.run("GET /"), "200 OK");
        assert!(two.run("GET /").starts_with("429"));
        let mut never = bench("counter-key='k' increment-condition='false'", "");
        for _ in 0..5 {
            assert_eq!(never.run("GET /"), "200 OK");
        }
    }

    #[test]
    fn limits_that_cannot_be_are_reported() {
        let limit = |attributes: &str| format!("<rate-limit-by-key counter-key='k' {attributes} />");
        reports(&[
            (&limit("calls='1' renewal-period='300'"), ""),
            (
                &limit("calls='-1' renewal-period='301' retry-after-header-name='a b'"),
                "`calls` of `<rate-limit-by-key>` must be a whole number that is not negative, found \"-1\"\n\
                 `renewal-period` of `<rate-limit-by-key>` must be a number of seconds from 1 to 300, found \"301\"\n\
                 `retry-after-header-name` of `<rate-limit-by-key>` must be a header name, found \"a b\"",
            ),
        ]);
    }
}
