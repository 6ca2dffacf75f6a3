//! A clock that somebody puts forward or back: nothing fails, nothing waits longer than it would, and no limit is free.
//!
//! Limits, caches and circuit breakers go by a clock that nobody sets. Only what the wall clock means follows it: the
//! periods of quotas, the validity of tokens, `context.Timestamp`.

use crate::testing::{Bench, TestClock};
use catalog::{Backend, BackendCredentials, BackendKind, CircuitBreaker, Threshold};
use std::time::Duration;

/// Seconds by which the clock is put, from where the bench's clock starts: a little, much, to the first moment that
/// Unix has, and to the last one that .NET has.
const JUMPS: [i64; 8] = [
    1,
    -1,
    3600,
    -3600,
    400 * 86_400,
    -400 * 86_400,
    -1_664_403_200,
    251_737_897_599,
];

/// Does something under each wrong clock, and under the right one in between.
fn under_each(bench: &mut Bench, mut check: impl FnMut(&mut Bench, i64)) {
    for jump in JUMPS {
        bench.clock.put(jump);
        check(bench, jump);
        bench.clock.put(-jump);
        check(bench, 0);
    }
}

fn status(response: &str) -> &str {
    response.split(' ').next().unwrap_or_default()
}

#[test]
fn limits_of_calls_go_by_time_that_passes() {
    let limit = "<rate-limit-by-key calls='2' renewal-period='60' counter-key='k' />";
    let mut bench = Bench::new(&format!("<inbound>{limit}</inbound><backend />"));
    assert_eq!([bench.run("GET /"), bench.run("GET /")], ["200 OK", "200 OK"]);
    under_each(&mut bench, |bench, jump| {
        let response = bench.run("GET /");
        assert!(response.contains("\nretry-after: 60\n"), "{jump}: {response}");
    });
    bench.clock.put(-86_400);
    bench.clock.pass(60);
    assert_eq!(bench.run("GET /"), "200 OK");
}

#[test]
fn a_quota_holds_in_each_period_that_the_clock_shows() {
    let quota = "<quota-by-key calls='2' renewal-period='3600' counter-key='k' />";
    let mut bench = Bench::new(&format!("<inbound>{quota}</inbound><backend />"));
    let passed = |bench: &mut Bench| (0..5).filter(|_| status(&bench.run("GET /")) == "200").count();
    assert_eq!(passed(&mut bench), 2);
    under_each(&mut bench, |bench, jump| {
        // Within the period it is the same, beyond it another, with its own calls.
        let expected = if jump.abs() > 1 { 2 } else { 0 };
        assert_eq!(passed(bench), expected, "{jump}");
    });
    for jump in JUMPS {
        bench.clock.put(jump);
        assert_eq!(passed(&mut bench), 0, "{jump} once more");
        bench.clock.put(-jump);
    }
}

#[test]
fn a_quota_that_never_renews_is_not_renewed_by_a_clock() {
    let quota = "<quota-by-key calls='1' bandwidth='1' renewal-period='0' counter-key='k' />";
    let mut bench = Bench::new(&format!("<inbound>{quota}</inbound><backend />"));
    assert_eq!(bench.run("GET /"), "200 OK");
    under_each(&mut bench, |bench, jump| {
        assert_eq!(status(&bench.run("GET /")), "403", "{jump}");
    });
}

#[test]
fn a_response_is_kept_for_the_time_that_passes_and_never_told_to_last_longer() {
    let mut bench = Bench::new(
        "<inbound><cache-lookup vary-by-developer='false' vary-by-developer-groups='false' \
         downstream-caching-type='public' /></inbound><outbound><cache-store duration='60' /></outbound>",
    )
    .answer("200\n\nfirst");
    bench.run("GET /");
    bench.answer = Some(Ok("200\n\nsecond".to_owned()));
    under_each(&mut bench, |bench, jump| {
        let response = bench.run("GET /");
        let told = response.split_once("max-age=").map_or("", |(_, rest)| rest);
        let told: i64 = told.split([',', '\n']).next().unwrap().parse().unwrap();
        assert!(response.ends_with("first"), "{jump}: {response}");
        assert_eq!(told, (60 - jump).clamp(0, 60), "{jump}");
    });
    bench.clock.put(-86_400);
    bench.clock.pass(60);
    assert!(bench.run("GET /").ends_with("second"));
}

#[test]
fn a_value_is_kept_for_the_time_that_passes() {
    let mut bench = Bench::new(
        "<inbound><cache-lookup-value key='k' variable-name='v' />\
         <choose><when condition='@(!context.Variables.ContainsKey(\"v\"))'><cache-store-value key='k' value='kept' duration='60' /></when></choose>\
         <return-response><set-body>@(context.Variables.GetValueOrDefault&lt;string&gt;(\"v\", \"new\"))</set-body></return-response></inbound>",
    );
    assert!(bench.run("GET /").ends_with("new"));
    under_each(&mut bench, |bench, jump| {
        let response = bench.run("GET /");
        assert!(response.ends_with("kept"), "{jump}: {response}");
    });
    bench.clock.put(-86_400);
    bench.clock.pass(60);
    assert!(bench.run("GET /").ends_with("new"));
}

#[test]
fn a_circuit_breaker_closes_after_the_time_that_passes() {
    let backend = Backend {
        id: "b".into(),
        kind: BackendKind::Single {
            url: "http://b.example".into(),
        },
        credentials: BackendCredentials::default(),
        validate_certificate_chain: true,
        validate_certificate_name: true,
        proxy: None,
        circuit_breaker: Some(CircuitBreaker {
            threshold: Threshold::Count(1),
            interval: Duration::from_mins(1),
            status_ranges: vec![(500, 599)],
            error_reasons: Vec::new(),
            trip_duration: Duration::from_secs(30),
            accept_retry_after: false,
        }),
        azure_region: String::new(),
    };
    let mut bench = Bench::new("<inbound><set-backend-service backend-id='b' /></inbound>")
        .backend("b", backend)
        .answer("500\n\nbroken");
    assert_eq!(status(&bench.run("GET /")), "500");
    under_each(&mut bench, |bench, jump| {
        let response = bench.run("GET /");
        assert!(response.contains("\nretry-after: 30\n"), "{jump}: {response}");
    });
    assert_eq!(bench.sent.borrow().len(), 1);
    bench.clock.put(-86_400);
    bench.clock.pass(30);
    assert_eq!(status(&bench.run("GET /")), "500");
    assert_eq!(bench.sent.borrow().len(), 2);
}

#[test]
fn what_has_elapsed_is_what_has_passed() {
    let mut bench = Bench::new(
        "<inbound><return-response><set-body>@(context.Elapsed.TotalSeconds + \" of \" + context.Timestamp.Year + \
         \", now \" + DateTime.UtcNow.Year)</set-body></return-response></inbound>",
    );
    let plan = bench.plan(None);
    let told = |jump: i64| {
        let mut exchange = bench.exchange("GET /");
        let clock: &TestClock = &bench.clock;
        clock.put(jump);
        clock.pass(2);
        crate::testing::ready(plan.run(&mut exchange));
        clock.put(-jump);
        crate::testing::response_text(&mut exchange)
    };
    assert_eq!(told(0), "200 OK\n\n2 of 2022, now 2022");
    assert_eq!(told(-1_664_403_200), "200 OK\n\n2 of 2022, now 1970");
    assert_eq!(told(251_737_890_000), "200 OK\n\n2 of 2022, now 9999");
}
