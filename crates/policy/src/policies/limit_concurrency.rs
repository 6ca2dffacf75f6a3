//! `limit-concurrency` lets at most `max-count` requests of one `key` be within its policies at the same time; one more
//! is refused with 429 at once.
//!
//! Keys are counted over all documents of the gateway: two policies with one key share its places. A place is free
//! again when the policies inside are done, have answered or failed, and when the client goes away. Around
//! `forward-request` that is when the response's head has come: its body flows on outside.

use crate::block::Block;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::registry::{Policy, waiting};
use crate::step::{Outcome, Run, WaitingStep};
use crate::value::Value;
use expression::text::Text;
use http::StatusCode;

pub(crate) const LIMIT_CONCURRENCY: Policy = Policy::new("limit-concurrency", parse);

struct LimitConcurrency {
    key: Value<Text>,
    most: u32,
    block: Block,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("key");
    let most = element.required_literal("max-count");
    let block = element.steps();
    element.ends(block.ends());
    waiting(LimitConcurrency {
        key: key?,
        most: most?,
        block,
    })
}

impl WaitingStep for LimitConcurrency {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let key = match self.key.get(exchange) {
            Ok(key) => key,
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let Some(slot) = exchange.services.slots.take(&key, self.most) else {
            return Outcome::Now(Err(refusal()));
        };
        Outcome::Later(Box::pin(async move {
            let result = self.block.run(exchange).await;
            drop(slot);
            result
        }))
    }
}

fn refusal() -> Failure {
    let message = "Concurrency limit is exceeded.";
    Failure::refused(
        "ConcurrencyLimitExceeded",
        StatusCode::TOO_MANY_REQUESTS,
        message,
        message,
    )
}

#[cfg(test)]
mod tests {
    use crate::LocalFuture;
    use crate::exchange::Services;
    use crate::testing::{Bench, ready, reports, response_text};
    use crate::upstream::UpstreamFailure;
    use crate::upstream::{Call, Reply, Upstream};
    use expression::text::Text;
    use std::rc::Rc;
    use std::task::{Context, Waker};

    /// Never answers.
    struct Silent;

    impl Upstream for Silent {
        fn send(&self, _: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>> {
            Box::pin(std::future::pending())
        }
    }

    const AROUND: &str = "<backend><limit-concurrency key='@(context.Request.Method)' max-count='1'><forward-request /></limit-concurrency></backend>";

    const REFUSED: &str = "429 Too Many Requests\ncontent-type: application/json\n\n\
                           { \"statusCode\": 429, \"message\": \"Concurrency limit is exceeded.\" }";

    #[test]
    fn one_more_than_there_is_room_for_is_refused() {
        let mut bench = Bench::new(AROUND).answer("204");
        let place = bench.slots.take(&Text::from("GET"), 1);
        assert_eq!(bench.run("GET /"), REFUSED);
        assert_eq!(bench.run("POST /"), "204 No Content");
        drop(place);
        assert_eq!(bench.run("GET /"), "204 No Content");
    }

    #[test]
    fn one_inside_of_another_takes_two_places() {
        let nested =
            "<limit-concurrency key='k' max-count='1'><limit-concurrency key='k' max-count='1' /></limit-concurrency>";
        let policies = format!("<inbound>{nested}</inbound>");
        assert_eq!(Bench::new(&policies).run("GET /"), REFUSED);
    }

    #[test]
    fn the_place_is_free_again_after_a_failure_an_answer_and_when_the_client_goes() {
        let mut failing = Bench::new(AROUND).fails(UpstreamFailure::Connection("refused".into()));
        let answer = "<limit-concurrency key='k' max-count='1'><return-response /></limit-concurrency>";
        let mut answering = Bench::new(&format!("<inbound>{answer}</inbound>"));
        for _ in 0..2 {
            assert!(failing.run("GET /").starts_with("500 "));
            assert_eq!(answering.run("GET /"), "200 OK");
        }
        let mut bench = Bench::new(AROUND).answer("204");
        let plan = bench.plan(None);
        let mut exchange = bench.exchange("GET /");
        exchange.services = Rc::new(Services {
            upstream: Rc::new(Silent),
            ..Services::clone(&exchange.services)
        });
        let mut running = Box::pin(plan.run(&mut exchange));
        let mut context = Context::from_waker(Waker::noop());
        assert!(running.as_mut().poll(&mut context).is_pending());
        assert_eq!(bench.run("GET /"), REFUSED);
        drop(running);
        let mut second = bench.exchange("GET /");
        ready(plan.run(&mut second));
        assert_eq!(response_text(&mut second), "204 No Content");
    }

    #[test]
    fn key_and_count_must_be_there() {
        reports(&[
            (
                "<limit-concurrency />",
                "`<limit-concurrency>` lacks the attribute `key`\n`<limit-concurrency>` lacks the attribute `max-count`",
            ),
            (
                "<limit-concurrency key='k' max-count='@(1)' />",
                "`max-count` of `<limit-concurrency>` takes no expression, expected a literal",
            ),
        ]);
    }
}
