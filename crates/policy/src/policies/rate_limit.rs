//! `rate-limit` refuses a subscription's call when its calls within `renewal-period` seconds reach `calls`.
//!
//! - Calls are counted for each subscription, within what the document is for: a product, an API or an operation. A call
//!   without a subscription is neither counted nor refused. In a fragment they are counted for the fragment, wherever it
//!   is included, as APIM was seen to do.
//! - Children limit an API of it (`api`) or an operation of that API (`operation`) besides, by `id` or, without one, by
//!   `name`. Each has a counter of its own; a call must be within all of them and then counts in all.
//! - The window slides, and a refusal is told, as with `rate-limit-by-key`. With several limits what remains is told of
//!   the one with the least, and a refusal is that of the first without room, the broadest first.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::limits::{Announced, RenewalPeriod, Scoped, Taking};
use crate::registry::{Policy, Scopes, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use store::{Ask, CounterName, Period, Window};

pub(crate) const RATE_LIMIT: Policy = Policy {
    sections: Sections::INBOUND,
    scopes: Scopes::PRODUCT.and(Scopes::API).and(Scopes::OPERATION),
    once: true,
    ..Policy::new("rate-limit", parse)
};

struct RateLimit {
    limits: Scoped<Limit>,
    announced: Announced,
}

struct Limit {
    calls: u32,
    period: RenewalPeriod,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let limits = Scoped::read(element, |element| {
        let calls = element.required_literal("calls");
        let period = element.required_literal("renewal-period");
        Some(Limit {
            calls: calls?,
            period: period?,
        })
    });
    let announced = Announced::read(element);
    waiting(RateLimit {
        limits: limits?,
        announced,
    })
}

impl WaitingStep for RateLimit {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let Some((group, limits)) = self.limits.of("rate-limit", exchange) else {
            return Outcome::Now(Ok(Flow::Next));
        };
        let asks = limits.into_iter().map(|(part, limit)| {
            let RenewalPeriod(period) = limit.period;
            Ask {
                counter: CounterName::of_group(&group, &format!("{part}/{}", period.as_secs())),
                window: Window {
                    limit: limit.calls.into(),
                    period: Period::Sliding(period),
                },
                amount: 1,
            }
        });
        Taking::run(asks.collect(), exchange, |taking, exchange| {
            self.decide(&taking, exchange)
        })
    }
}

impl RateLimit {
    fn decide(&self, taking: &Taking, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let calls = |ask: &Ask| u32::try_from(ask.window.limit).unwrap_or(u32::MAX);
        if let Some((ask, taken)) = taking.refused() {
            self.announced.set_remaining(exchange, &taken);
            return Err(self.announced.refusal(exchange, &taken, calls(ask)));
        }
        if let Some((ask, taken)) = taking.answered().min_by_key(|(_, taken)| taken.remaining) {
            self.announced.set_remaining(exchange, &taken);
            self.announced.tell_client(exchange, &taken, calls(ask));
        }
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, Caller, reports};

    fn document(limit: &str) -> String {
        format!("<policies><inbound>{limit}</inbound><backend /></policies>")
    }

    fn bench(scope: &str, limit: &str) -> Bench {
        Bench::with_documents(&[(scope, &document(limit))])
    }

    /// The statuses of these callers' requests, one after the other.
    fn statuses(bench: &mut Bench, callers: &[Caller]) -> Vec<String> {
        let responses = callers.iter().map(|caller| bench.run_as(caller, "GET /"));
        responses.map(|response| response[..3].to_owned()).collect()
    }

    #[test]
    fn a_subscription_has_its_calls_and_no_more() {
        let mut bench = bench("api", "<rate-limit calls='2' renewal-period='60' />");
        let (ann, bob) = (Caller::subscribed("ann"), Caller::subscribed("bob"));
        let found = statuses(
            &mut bench,
            &[ann.clone(), ann.clone(), ann.clone(), bob, Caller::default()],
        );
        assert_eq!(found, ["200", "200", "429", "200", "200"]);
        bench.clock.pass(3);
        assert_eq!(
            bench.run_as(&ann, "GET /"),
            "429 Too Many Requests\ncontent-type: application/json\nretry-after: 57\n\n\
             { \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 57 seconds.\" }"
        );
        bench.clock.pass(57);
        assert_eq!(statuses(&mut bench, &[ann]), ["200"]);
    }

    #[test]
    fn a_call_without_a_subscription_is_never_refused() {
        let mut bench = bench("api", "<rate-limit calls='0' renewal-period='60' />");
        assert_eq!(
            statuses(&mut bench, &[Caller::default(), Caller::subscribed("ann")]),
            ["200", "429"]
        );
    }

    #[test]
    fn what_is_counted_together_depends_on_the_scope() {
        let ann = |api: &str, operation: &str| Caller::subscribed("ann").calling(api, operation);
        let calls = [ann("a", "x"), ann("a", "y"), ann("b", "x"), ann("a", "x")];
        let limit = "<rate-limit calls='1' renewal-period='60' />";
        for (scope, expected) in [
            ("product", ["200", "429", "429", "429"]),
            ("api", ["200", "429", "200", "429"]),
            ("operation", ["200", "200", "200", "429"]),
        ] {
            assert_eq!(statuses(&mut bench(scope, limit), &calls), expected, "{scope}");
        }
    }

    #[test]
    fn apis_and_operations_have_limits_of_their_own_besides() {
        let ann = |api: &str, operation: &str| Caller::subscribed("ann").calling(api, operation);
        let limit = "<rate-limit calls='5' renewal-period='60' remaining-calls-header-name='left' total-calls-header-name='of'>\
            <api name='Name of a' calls='3' renewal-period='60'>\
            <operation id='x' name='not its name' calls='1' renewal-period='10' /></api></rate-limit>";
        let mut bench = bench("product", limit);
        let left = |bench: &mut Bench, caller| {
            let response = bench.run_as(&caller, "GET /");
            let head = response.split_once("\n\n").map_or(response.as_str(), |(head, _)| head);
            head.replace("\ncontent-type: application/json", "").replace('\n', " ")
        };
        for (api, operation, expected) in [
            ("a", "x", "200 OK left: 0 of: 1"),
            ("a", "x", "429 Too Many Requests of: 1 retry-after: 10"),
            ("a", "y", "200 OK left: 1 of: 3"),
            ("a", "y", "200 OK left: 0 of: 3"),
            ("a", "y", "429 Too Many Requests of: 3 retry-after: 60"),
            ("b", "x", "200 OK left: 1 of: 5"),
            ("b", "x", "200 OK left: 0 of: 5"),
            ("b", "x", "429 Too Many Requests of: 5 retry-after: 60"),
        ] {
            assert_eq!(left(&mut bench, ann(api, operation)), expected, "{api} {operation}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_reported() {
        reports(&[
            (
                "<rate-limit calls='@(1)'><api calls='1' renewal-period='301'><operation name='a' /></api></rate-limit>",
                "`<rate-limit>` lacks the attribute `renewal-period`\n\
                 `calls` of `<rate-limit>` takes no expression, expected a literal\n\
                 `<api>` lacks the attribute `name` or `id`\n\
                 `renewal-period` of `<api>` must be a number of seconds from 1 to 300, found \"301\"\n\
                 `<operation>` lacks the attribute `calls`\n\
                 `<operation>` lacks the attribute `renewal-period`",
            ),
            (
                "<rate-limit calls='1' renewal-period='1' scope='subscription' />",
                "`<rate-limit>` has no attribute `scope`",
            ),
        ]);
    }
}
