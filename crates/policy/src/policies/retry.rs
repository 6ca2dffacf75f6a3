//! `retry` runs the policies inside of it, and again for as long as `condition` is true, `count` more times at most.
//!
//! Without `delta` each wait is `interval`; with it the n-th wait is `interval` + (n − 1) · `delta`; with `max-interval`
//! too it is `interval` + 2ⁿ⁻¹ · a random number from 0.8 to 1.2 times `delta`. No wait is longer than `max-interval`.
//! `first-fast-retry` leaves out the first wait. Seconds may have fractions.
//!
//! A policy that fails is retried like one that does not: the condition is asked, with no response if `forward-request`
//! found none. A condition that fails itself then leaves the first failure as the reason. What the last run came to is
//! what `retry` comes to. `return-response` inside ends everything, as anywhere.
//!
//! Each policy waits for itself: bodies that they read are kept just before they run. A request's body that nobody keeps
//! is gone after it was sent once: `forward-request` inside wants `buffer-request-body`.

use crate::block::{Block, Needs};
use crate::buffer::meet;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::{Readable, Value};
use expression::Target;
use expression::value::Value as Object;
use std::rc::Rc;
use std::time::Duration;

pub(crate) const RETRY: Policy = Policy::new("retry", parse);

struct Retry {
    condition: Value<bool>,
    /// What the condition reads, which each run may make anew.
    needs: Needs,
    count: Value<Count>,
    interval: Value<Duration>,
    delta: Option<Value<Duration>>,
    most: Option<Value<Duration>>,
    first_fast: Value<bool>,
    block: Block,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let condition = element.required("condition");
    let needs = element.needs();
    let (count, interval) = (element.required("count"), element.required("interval"));
    let (delta, most) = (element.optional("delta"), element.optional("max-interval"));
    let first_fast = element.or("first-fast-retry", false);
    if element.count("wait") > 0 {
        let span = element.attribute_span("");
        let message = "`<retry>` should hold no `<wait>`";
        element.compiler.refused_by_apim(codes::UNKNOWN_CHILD, span, message);
    }
    let block = element.steps();
    element.ends(block.ends());
    waiting(Retry {
        condition: condition?,
        needs,
        count: count?,
        interval: interval?,
        delta,
        most,
        first_fast,
        block,
    })
}

/// How often to try again.
#[derive(Clone, Copy)]
struct Count(u32);

impl Readable for Count {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a whole number from 1 to 50";
    fn from_literal(text: &str) -> Option<Self> {
        let count = text.parse().ok()?;
        (1..=50).contains(&count).then_some(Self(count))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&i64::from_object(object)?.to_string())
    }
}

/// The times to wait, in seconds.
struct Waits {
    interval: f64,
    delta: Option<f64>,
    most: Option<f64>,
    first_fast: bool,
}

impl Waits {
    /// Before the `n`-th run after the first; `random` is from 0 to 1.
    fn before(&self, n: u32, random: f64) -> Duration {
        if n == 1 && self.first_fast {
            return Duration::ZERO;
        }
        let before = f64::from(n.saturating_sub(1));
        let more = match (self.delta, self.most) {
            (None, _) => 0.0,
            (Some(delta), None) => before * delta,
            (Some(delta), Some(_)) => before.exp2() * delta * (0.8 + 0.4 * random),
        };
        let seconds = (self.interval + more).min(self.most.unwrap_or(f64::INFINITY));
        Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX)
    }
}

impl WaitingStep for Retry {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.run_and_again(exchange)))
    }
}

impl Retry {
    async fn run_and_again(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let count = self.count.get(exchange)?.0;
        let waits = self.waits(exchange)?;
        let mut result = self.block.run(exchange).await;
        for n in 1..=count {
            if result.as_ref().is_ok_and(|flow| *flow == Flow::Answer) || !self.goes_on(exchange, &mut result).await {
                break;
            }
            let services = Rc::clone(&exchange.services);
            // 53 bits are what a double holds.
            let random = (services.clock.random() >> 11) as f64 / (1_u64 << 53) as f64;
            services.runtime.sleep(waits.before(n, random)).await;
            result = self.block.run(exchange).await;
        }
        result
    }

    fn waits(&self, exchange: &Exchange) -> Result<Waits, Failure> {
        let seconds = |value: &Option<Value<Duration>>| {
            let value = value.as_ref().map(|value| value.get(exchange)).transpose();
            value.map(|value| value.map(|time| time.as_secs_f64()))
        };
        Ok(Waits {
            interval: self.interval.get(exchange)?.as_secs_f64(),
            delta: seconds(&self.delta)?,
            most: seconds(&self.most)?,
            first_fast: self.first_fast.get(exchange)?,
        })
    }

    /// Whether the condition is true after a run that came to `result`, which is then forgotten. A condition that fails
    /// becomes the result unless the run failed already.
    async fn goes_on(&self, exchange: &mut Exchange, result: &mut Result<Flow, Failure>) -> bool {
        let failed_at = exchange.state.failed_at.take();
        let asked = match meet(self.needs, exchange).await {
            Ok(()) => self.condition.get(exchange),
            Err(failure) => Err(failure),
        };
        match asked {
            Ok(true) => return true,
            Err(failure) if result.is_ok() => *result = Err(failure),
            Ok(false) | Err(_) => {}
        }
        exchange.state.failed_at = failed_at;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, ready, reports};
    use crate::upstream::UpstreamFailure;

    /// Response, requests sent, and the seconds slept.
    fn tried(bench: &mut Bench, request: &str) -> (String, usize, Vec<f64>) {
        let response = bench.run(request);
        let slept = bench.slept.borrow().iter().map(Duration::as_secs_f64).collect();
        (response, bench.sent.borrow().len(), slept)
    }

    fn retry(attributes: &str, inside: &str) -> String {
        format!("<backend><retry {attributes}>{inside}</retry></backend>")
    }

    const FORWARD: &str = "<forward-request buffer-request-body='true' />";
    const ON_503: &str = "condition='@(context.Response.StatusCode == 503)'";

    #[test]
    fn it_tries_again_while_the_condition_is_true() {
        let policies = retry(&format!("{ON_503} count='3' interval='2'"), FORWARD);
        let mut bench = Bench::new(&policies)
            .then(Ok("503"))
            .then(Ok("503"))
            .answer("200\n\nfine");
        assert_eq!(tried(&mut bench, "GET /"), ("200 OK\n\nfine".into(), 3, vec![2.0, 2.0]));
        let mut bench = Bench::new(&policies).answer("503\n\nbusy");
        let (response, sent, slept) = tried(&mut bench, "GET /");
        assert_eq!(
            (response.as_str(), sent, slept.len()),
            ("503 Service Unavailable\n\nbusy", 4, 3)
        );
    }

    #[test]
    fn a_body_that_is_kept_is_sent_each_time() {
        for (forward, second) in [(FORWARD, "\n\nhello"), ("<forward-request />", "")] {
            let policies = retry(&format!("{ON_503} count='1' interval='0'"), forward);
            let mut bench = Bench::new(&policies).then(Ok("503")).answer("204");
            bench.run("POST /\n\nhello");
            let sent = bench.sent.borrow();
            assert_eq!(
                *sent,
                [
                    "POST http://backend.example/base/\n\nhello".to_owned(),
                    format!("POST http://backend.example/base/{second}")
                ]
            );
        }
    }

    #[test]
    fn a_condition_may_read_the_body_of_each_response() {
        let condition = r#"condition='@(context.Response.Body.As<string>(true) == "busy")'"#;
        let policies = retry(&format!("{condition} count='5' interval='1'"), FORWARD);
        let mut bench = Bench::new(&policies).then(Ok("200\n\nbusy")).answer("200\n\nfine");
        assert_eq!(tried(&mut bench, "GET /"), ("200 OK\n\nfine".into(), 2, vec![1.0]));
    }

    #[test]
    fn failures_are_retried_and_the_last_one_counts() {
        let refused = || UpstreamFailure::Connection("refused".into());
        let condition = "condition='@(context.Response == null || context.Response.StatusCode == 503)'";
        let policies = retry(&format!("{condition} count='2' interval='0'"), FORWARD);
        let mut bench = Bench::new(&policies).then(Err(refused())).answer("200\n\nfine");
        assert_eq!(tried(&mut bench, "GET /").0, "200 OK\n\nfine");
        let mut bench = Bench::new(&policies).fails(refused());
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        assert_eq!(bench.sent.borrow().len(), 3);
        let error = exchange.last_error.unwrap();
        assert_eq!(
            [&*error.source, &*error.reason, &*error.path],
            [
                "forward-request",
                "BackendConnectionFailure",
                "retry[1]/forward-request[1]"
            ]
        );
    }

    #[test]
    fn a_condition_that_fails_ends_it() {
        let policies = retry(&format!("{ON_503} count='2' interval='0'"), FORWARD);
        for (fails, reason) in [
            (true, "BackendConnectionFailure"),
            (false, "ExpressionValueEvaluationFailure"),
        ] {
            let policies = if fails {
                policies.clone()
            } else {
                retry(&format!("{ON_503} count='2' interval='0'"), "")
            };
            let mut bench = Bench::new(&policies).fails(UpstreamFailure::Connection("refused".into()));
            let plan = bench.plan(None);
            let mut exchange = bench.exchange("GET /");
            ready(plan.run(&mut exchange));
            assert_eq!(exchange.last_error.unwrap().reason, reason);
            assert_eq!(bench.sent.borrow().len(), usize::from(fails));
        }
    }

    #[test]
    fn an_answer_inside_ends_everything() {
        let inside = "<return-response><set-status code='418' /></return-response>";
        let policies = format!("<inbound><retry condition='true' count='9' interval='1'>{inside}</retry></inbound>");
        assert_eq!(
            tried(&mut Bench::new(&policies), "GET /"),
            ("418 I'm a teapot".into(), 0, vec![])
        );
    }

    #[test]
    fn it_is_a_loop_in_any_section() {
        let count = r#"<set-variable name="n" value='@((int)context.Variables.GetValueOrDefault("n", 0) + 1)' />"#;
        let condition = r#"condition='@((int)context.Variables["n"] < 7)'"#;
        let policies = format!(
            "<backend /><outbound><retry {condition} count='50' interval='0'>{count}</retry>\
             <set-body>@(context.Variables[\"n\"].ToString())</set-body></outbound>"
        );
        assert_eq!(Bench::new(&policies).run("GET /"), "200 OK\n\n7");
    }

    #[test]
    fn the_formula_of_waits() {
        let waits = |interval, delta, most, first_fast| Waits {
            interval,
            delta,
            most,
            first_fast,
        };
        let of = |waits: Waits, random| [1, 2, 3, 4, 5].map(|n| waits.before(n, random).as_secs_f64());
        for (waits, random, expected) in [
            (waits(3.0, None, None, false), 0.5, [3.0; 5]),
            (waits(3.0, None, None, true), 0.5, [0.0, 3.0, 3.0, 3.0, 3.0]),
            (waits(3.0, None, Some(2.0), false), 0.5, [2.0; 5]),
            (waits(1.0, Some(2.0), None, false), 0.5, [1.0, 3.0, 5.0, 7.0, 9.0]),
            (
                waits(10.0, Some(10.0), Some(100.0), false),
                0.5,
                [20.0, 30.0, 50.0, 90.0, 100.0],
            ),
            (
                waits(10.0, Some(10.0), Some(100.0), true),
                0.0,
                [0.0, 26.0, 42.0, 74.0, 100.0],
            ),
            (
                waits(0.0, Some(1.0), Some(100.0), false),
                1.0,
                [1.2, 2.4, 4.8, 9.6, 19.2],
            ),
        ] {
            for (found, expected) in of(waits, random).iter().zip(expected) {
                assert!((found - expected).abs() < 1e-6, "{found} {expected}");
            }
        }
        assert_eq!(waits(1e18, Some(1e300), None, false).before(50, 1.0), Duration::MAX);
    }

    #[test]
    fn what_is_wrong_is_reported() {
        reports(&[
            (
                "<retry condition='x' count='51' interval='-1' />",
                "`condition` of `<retry>` must be `true` or `false`, found \"x\"\n\
                 `count` of `<retry>` must be a whole number from 1 to 50, found \"51\"\n\
                 `interval` of `<retry>` must be a number of seconds that is not negative, found \"-1\"",
            ),
            (
                "<retry />",
                "`<retry>` lacks the attribute `condition`\n`<retry>` lacks the attribute `count`\n\
                 `<retry>` lacks the attribute `interval`",
            ),
        ]);
    }
}
