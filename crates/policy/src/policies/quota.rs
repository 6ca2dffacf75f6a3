//! `quota` refuses a subscription's call when its calls, or the bytes of its bodies, have reached what a period of
//! `renewal-period` seconds allows.
//!
//! - Periods follow each other from the start of the subscription (its start date; without one, the day it was made); a
//!   `renewal-period` of 0 is one that never ends. Each begins at zero.
//! - `calls` and `bandwidth` (in 1024 bytes, bodies of request and response as the client sent and got them) may stand
//!   together; a call must be within both. A call counts when it comes, its bytes when they have passed, so that the call
//!   that exceeds the bandwidth is still answered.
//! - Children limit an API (`api`) or an operation of it (`operation`) besides, by `id` or, without one, by `name`.
//! - A refusal is 403 with `Retry-After`, and says when the period ends; one that never ends has no `Retry-After`.
//! - A call without a subscription is neither counted nor refused.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::limits::{Amounts, Scoped, Taking, Tally, refusal};
use crate::registry::{Policy, Scopes, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use std::cell::Cell;
use std::rc::Rc;

pub(crate) const QUOTA: Policy = Policy {
    sections: Sections::INBOUND,
    scopes: Scopes::PRODUCT,
    once: true,
    ..Policy::new("quota", parse)
};

struct Quota {
    limits: Scoped<Amounts>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let limits = Scoped::read(element, Amounts::read)?;
    waiting(Quota { limits })
}

impl WaitingStep for Quota {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let Some(subscription) = &exchange.identity.subscription else {
            return Outcome::Now(Ok(Flow::Next));
        };
        let start = subscription.start_date.unwrap_or(subscription.created_date);
        let now = exchange.services.clock.ticks();
        let mut asks = Vec::new();
        let mut measured = Vec::new();
        let (group, limits) = self.limits.of("quota", exchange).unwrap_or_default();
        for (part, amounts) in limits {
            let stretch = amounts.renewal.stretch(start, now);
            let tally = Tally::new(&group, &part, amounts.renewal, stretch, exchange);
            asks.extend(tally.asks(*amounts, 1, exchange));
            measured.extend(amounts.bandwidth.map(|_| tally));
        }
        Taking::run(asks, exchange, |taking, exchange| {
            if let Some(failure) = refusal(&taking) {
                return Err(failure);
            }
            for tally in measured {
                tally.add_bytes(Rc::new(Cell::new(true)), exchange);
            }
            Ok(Flow::Next)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, Caller, reports};
    use diagnostic::Source;

    fn bench(quota: &str) -> Bench {
        let document = format!("<policies><inbound>{quota}</inbound><backend><forward-request /></backend></policies>");
        Bench::with_documents(&[("product", &document)]).answer("200\n\n12345")
    }

    fn refused(what: &str, span: &str, seconds: u64) -> String {
        format!(
            "403 Forbidden\ncontent-type: application/json\nretry-after: {seconds}\n\n{{ \"statusCode\": 403, \
             \"message\": \"Out of {what} quota. Quota will be replenished in {span}.\" }}"
        )
    }

    #[test]
    fn calls_are_counted_in_periods_from_the_subscriptions_start() {
        let mut bench = bench("<quota calls='2' renewal-period='3600' />");
        // The period began half an hour and two seconds ago, many periods after the start.
        let ann = Caller::subscribed("ann").since(-(24 * 3600 + 1802));
        for at in [0, 1] {
            assert_eq!(bench.run_as(&ann, "GET /"), "200 OK\n\n12345", "{at}");
        }
        assert_eq!(bench.run_as(&ann, "GET /"), refused("call volume", "00:29:58", 1798));
        assert_eq!(bench.run_as(&Caller::subscribed("bob"), "GET /"), "200 OK\n\n12345");
        assert_eq!(bench.run_as(&Caller::default(), "GET /"), "200 OK\n\n12345");
        bench.clock.pass(1797);
        assert_eq!(bench.run_as(&ann, "GET /"), refused("call volume", "00:00:01", 1));
        bench.clock.pass(1);
        assert_eq!(bench.run_as(&ann, "GET /"), "200 OK\n\n12345");
    }

    #[test]
    fn long_waits_are_told_in_days_and_endless_ones_not_at_all() {
        let mut long = bench("<quota calls='0' renewal-period='2592000' />");
        assert_eq!(
            long.run_as(&Caller::subscribed("ann"), "GET /"),
            refused("call volume", "30.00:00:00", 2_592_000)
        );
        let mut endless = bench("<quota calls='1' renewal-period='0' />");
        let ann = Caller::subscribed("ann");
        endless.run_as(&ann, "GET /");
        endless.clock.pass(1_000_000_000);
        assert_eq!(
            endless.run_as(&ann, "GET /"),
            "403 Forbidden\ncontent-type: application/json\n\n{ \"statusCode\": 403, \"message\": \"Out of call volume quota.\" }"
        );
    }

    #[test]
    fn bytes_of_both_bodies_are_counted_when_they_have_passed() {
        let mut bench = bench("<quota bandwidth='1' renewal-period='60' />");
        let ann = Caller::subscribed("ann");
        let request = format!("POST /\n\n{}", "x".repeat(500));
        for at in 0..3 {
            assert_eq!(bench.run_as(&ann, &request), "200 OK\n\n12345", "{at}");
        }
        assert_eq!(bench.run_as(&ann, "GET /"), refused("bandwidth", "00:01:00", 60));
        bench.clock.pass(60);
        assert_eq!(bench.run_as(&ann, "GET /"), "200 OK\n\n12345");
    }

    #[test]
    fn a_call_must_be_within_all_limits_and_counts_in_none_when_it_is_not() {
        let mut bench = bench(
            "<quota calls='3' bandwidth='100' renewal-period='60'>\
             <api id='a' calls='1' renewal-period='0' /></quota>",
        );
        let ann = |api: &str| Caller::subscribed("ann").calling(api, "x");
        let statuses = ["a", "a", "a", "b", "b", "b"].map(|api| bench.run_as(&ann(api), "GET /")[..3].to_owned());
        assert_eq!(statuses, ["200", "403", "403", "200", "200", "403"]);
    }

    #[test]
    fn last_error_says_what_the_client_is_told() {
        let document = "<policies><inbound><quota calls='0' renewal-period='60' /></inbound><backend /><on-error>\
            <set-body>@(context.LastError.Source + \" \" + context.LastError.Reason + \" \" + context.LastError.Message)\
            </set-body></on-error></policies>";
        let mut bench = Bench::with_documents(&[("product", document)]);
        let response = bench.run_as(&Caller::subscribed("ann"), "GET /");
        let expected = "quota QuotaExceeded Out of call volume quota. Quota will be replenished in 00:01:00.";
        assert!(response.ends_with(expected), "{response}");
    }

    #[test]
    fn what_is_missing_or_wrong_is_reported() {
        reports(&[(
            "<quota renewal-period='x'><api name='a' calls='-1' renewal-period='1' /></quota>",
            "`<quota>` lacks the attribute `calls` or `bandwidth`\n\
             `renewal-period` of `<quota>` must be a number of seconds that is not negative, found \"x\"\n\
             `calls` of `<api>` must be a whole number that is not negative, found \"-1\"",
        )]);
        let source = Source::new(
            "a.xml",
            "<policies><inbound><quota calls='1' renewal-period='1' /></inbound></policies>",
        );
        assert!(crate::check::check(&source, crate::Options::default()).is_empty());
    }
}
