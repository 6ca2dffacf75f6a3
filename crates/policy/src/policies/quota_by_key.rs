//! `quota-by-key` refuses a call when the calls with the same key, or the bytes of their bodies, have reached what a
//! period of `renewal-period` seconds allows.
//!
//! - Periods follow each other from `first-period-start` (`0001-01-01T00:00:00Z`); they last 300 seconds at least, or
//!   for ever (0). Each begins at zero.
//! - A key has one counter for the whole gateway, wherever its policies stand; policies whose periods differ count
//!   apart. Of several policies with one key only the first that counts a request does; all of them check.
//! - A call counts `increment-count` (1) if `increment-condition` (true) says so: when it comes, or, where either is an
//!   expression, when its response leaves; the check is made when it comes. Bytes, in units of 1024 for `bandwidth`, are
//!   counted when they have passed, of the calls that the condition counts.
//! - A refusal is as with `quota`. A key of null fails the request, an empty key is a key.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::key::Key;
use crate::limits::{Amounts, Counting, Taking, Tally, refusal};
use crate::registry::{Policy, Sections, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use crate::value::{Readable, Value};
use expression::Target;
use expression::date::parse as parse_date;
use expression::text::Text;
use expression::value::Value as Object;
use std::cell::Cell;
use std::rc::Rc;

pub(crate) const QUOTA_BY_KEY: Policy = Policy {
    sections: Sections::INBOUND,
    ..Policy::new("quota-by-key", parse)
};

struct QuotaByKey {
    key: Value<Key>,
    amounts: Amounts,
    start: Moment,
    counting: Counting,
}

/// The shortest period that ends.
const SHORTEST: u32 = 300;

/// A moment in UTC, in ticks.
#[derive(Clone, Copy, Default)]
struct Moment(i64);

impl Readable for Moment {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a time such as 2025-01-31T00:00:00Z";
    fn from_literal(text: &str) -> Option<Self> {
        let is_utc = text.contains('T') && text.ends_with('Z');
        parse_date(text).filter(|_| is_utc).map(|date| Self(date.ticks))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let key = element.required("counter-key");
    let amounts = Amounts::read(element);
    if let Some(seconds) = amounts.map(|amounts| amounts.renewal.seconds())
        && (1..SHORTEST).contains(&seconds)
    {
        let message =
            format!("`renewal-period` of `<quota-by-key>` must be 0 or {SHORTEST} seconds or more, found {seconds}");
        element.error_at("renewal-period", codes::WRONG_VALUE, message);
    }
    let start = element.literal("first-period-start").unwrap_or_default();
    let counting = Counting::read(element, false);
    waiting(QuotaByKey {
        key: key?,
        amounts: amounts?,
        start,
        counting,
    })
}

impl WaitingStep for QuotaByKey {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        let key = match self.key.get(exchange) {
            Ok(Key(key)) => key,
            Err(failure) => return Outcome::Now(Err(failure)),
        };
        let Moment(start) = self.start;
        let stretch = self.amounts.renewal.stretch(start, exchange.services.clock.ticks());
        let name = format!("quota-by-key/{key:?}/{start}");
        let tally = Tally::new(&name, "", self.amounts.renewal, stretch, exchange);
        let units = match self.counting {
            Counting::OnEntry(units) => units.into(),
            Counting::OnLeaving(_) => 0,
        };
        let asks = tally.asks(self.amounts, units, exchange);
        Taking::run(asks, exchange, |taking, exchange| match refusal(&taking) {
            Some(failure) => Err(failure),
            None => Ok(self.count(tally, exchange)),
        })
    }
}

impl QuotaByKey {
    /// What is counted of a call that is allowed.
    fn count(&self, tally: Tally, exchange: &mut Exchange) -> Flow {
        let counts = Rc::new(Cell::new(false));
        if self.amounts.bandwidth.is_some() {
            tally.clone().add_bytes(Rc::clone(&counts), exchange);
        }
        match &self.counting {
            Counting::OnEntry(0) => {}
            Counting::OnEntry(_) => counts.set(tally.mark_counted(exchange)),
            Counting::OnLeaving(increment) => increment.when_leaving(exchange, move |exchange, units| {
                counts.set(tally.add_calls(units, exchange));
            }),
        }
        Flow::Next
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, reports};

    fn bench(quota: &str) -> Bench {
        Bench::new(&format!("<inbound>{quota}</inbound>")).answer("200\n\n12345")
    }

    fn statuses<const N: usize>(bench: &mut Bench, requests: [&str; N]) -> [String; N] {
        requests.map(|request| bench.run(request)[..3].to_owned())
    }

    const KEY: &str = "counter-key='@(context.Request.Headers.GetValueOrDefault(\"k\", \"\"))'";

    #[test]
    fn a_key_has_its_calls_in_a_period_and_no_more() {
        let mut bench = bench(&format!("<quota-by-key calls='2' renewal-period='300' {KEY} />"));
        let requests = ["GET /\nk: a", "GET /\nk: a", "GET /\nk: a", "GET /\nk: b", "GET /"];
        assert_eq!(statuses(&mut bench, requests), ["200", "200", "403", "200", "200"]);
        // The bench's clock starts 200 seconds into a period of 300.
        assert_eq!(
            bench.run("GET /\nk: a"),
            "403 Forbidden\ncontent-type: application/json\nretry-after: 100\n\n{ \"statusCode\": 403, \
             \"message\": \"Out of call volume quota. Quota will be replenished in 00:01:40.\" }"
        );
        bench.clock.pass(100);
        assert_eq!(statuses(&mut bench, ["GET /\nk: a"]), ["200"]);
    }

    #[test]
    fn periods_begin_where_the_document_says() {
        let quota = |start: &str| {
            format!("<quota-by-key calls='0' renewal-period='86400' counter-key='k' first-period-start='{start}' />")
        };
        // The bench's clock starts at 2022-10-01T22:13:20Z.
        for (start, seconds) in [
            ("2022-10-01T00:00:00Z", 6400),
            ("2022-10-02T22:13:30Z", 10),
            ("2030-01-01T22:13:21Z", 1),
        ] {
            let response = bench(&quota(start)).run("GET /");
            assert!(
                response.contains(&format!("retry-after: {seconds}\n")),
                "{start}: {response}"
            );
        }
    }

    #[test]
    fn expressions_count_when_the_response_leaves() {
        let condition = "increment-condition='@(context.Response.StatusCode &lt; 400)'";
        let mut bench = bench(&format!(
            "<quota-by-key calls='2' renewal-period='300' counter-key='k' {condition} />"
        ));
        bench.answer = Some(Ok("404".into()));
        assert_eq!(statuses(&mut bench, ["GET /"; 3]), ["404"; 3]);
        bench.answer = Some(Ok("200".into()));
        assert_eq!(statuses(&mut bench, ["GET /"; 3]), ["200", "200", "403"]);
    }

    #[test]
    fn calls_may_count_more_than_once_or_not_at_all() {
        for (attributes, expected) in [
            ("increment-count='2'", ["200", "403", "403"]),
            ("increment-count='@(2)'", ["200", "403", "403"]),
            ("increment-condition='false'", ["200", "200", "200"]),
            (
                "increment-condition='@(false)' increment-count='9'",
                ["200", "200", "200"],
            ),
        ] {
            let quota = format!("<quota-by-key calls='2' renewal-period='0' counter-key='k' {attributes} />");
            assert_eq!(statuses(&mut bench(&quota), ["GET /"; 3]), expected, "{attributes}");
        }
    }

    #[test]
    fn several_policies_count_a_key_once() {
        for increment in ["", "increment-condition='@(true)'"] {
            let quota = |calls: u32| {
                format!("<quota-by-key calls='{calls}' renewal-period='300' counter-key='k' {increment} />")
            };
            let mut bench = bench(&format!("{}{}", quota(5), quota(3)));
            let found = statuses(&mut bench, ["GET /"; 5]);
            assert_eq!(found, ["200", "200", "200", "403", "403"], "{increment}");
        }
    }

    #[test]
    fn bytes_are_counted_of_the_calls_that_count() {
        let request = format!("POST /\n\n{}", "x".repeat(1020));
        for (condition, expected) in [
            ("", ["200", "403"]),
            ("increment-condition='false'", ["200", "200"]),
            (
                "increment-condition='@(context.Response.StatusCode == 200)'",
                ["200", "403"],
            ),
            (
                "increment-condition='@(context.Response.StatusCode == 201)'",
                ["200", "200"],
            ),
        ] {
            let quota = format!("<quota-by-key bandwidth='1' renewal-period='300' counter-key='k' {condition} />");
            assert_eq!(statuses(&mut bench(&quota), [&request; 2]), expected, "{condition}");
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_reported() {
        reports(&[
            (
                "<quota-by-key renewal-period='299' first-period-start='2025-01-31' />",
                "`<quota-by-key>` lacks the attribute `counter-key`\n\
                 `<quota-by-key>` lacks the attribute `calls` or `bandwidth`\n\
                 `renewal-period` of `<quota-by-key>` must be 0 or 300 seconds or more, found 299\n\
                 `first-period-start` of `<quota-by-key>` must be a time such as 2025-01-31T00:00:00Z, found \"2025-01-31\"",
            ),
            ("<quota-by-key calls='1' renewal-period='0' counter-key='k' />", ""),
        ]);
        assert!(
            bench("<quota-by-key calls='1' renewal-period='0' counter-key='@((string)null)' />")
                .run("GET /")
                .starts_with("500")
        );
    }
}
