//! `cache-lookup` and `cache-store` together: which requests share a response, and what becomes of it.

use crate::testing::{Bench, ready, reports, response_text};
use expression::context::{Api, Group, User};
use std::sync::Arc;

/// A cached API: its lookup with these attributes and children, and what else outbound does.
fn bench(attributes: &str, children: &str, before: &str, after: &str) -> Bench {
    Bench::new(&format!(
        "<inbound><cache-lookup vary-by-developer='false' vary-by-developer-groups='false' {attributes}>{children}\
         </cache-lookup></inbound><outbound>{before}<cache-store duration='60' />{after}</outbound>"
    ))
}

fn plain() -> Bench {
    bench("", "", "", "")
}

/// How often the upstream was called for these requests, one after the other.
fn calls(bench: &mut Bench, requests: &[&str]) -> usize {
    let before = bench.sent.borrow().len();
    let plan = bench.plan(None);
    for request in requests {
        let mut exchange = bench.exchange(request);
        exchange.matched.api = Some(Arc::new(Api {
            id: "orders".into(),
            subscription_key_query: "subscription-key".into(),
            ..Api::default()
        }));
        ready(plan.run(&mut exchange));
    }
    bench.sent.borrow().len() - before
}

#[test]
fn a_hit_is_the_response_that_was_kept_and_asks_no_backend() {
    let mut bench = plain().answer("200 Fine\nX-A: 1\nX-A: 2\nCache-Control: max-age=5\n\nbody");
    let expected = "200 OK\ncache-control: no-cache, no-store\nx-a: 1\nx-a: 2\n\nbody";
    assert_eq!(bench.run("GET /a"), expected);
    bench.answer = Some(Ok("200\n\nother".into()));
    bench.clock.pass(59);
    assert_eq!(bench.run("GET /a"), expected);
    assert_eq!(bench.sent.borrow().len(), 1);
    bench.clock.pass(1);
    assert_eq!(
        bench.run("GET /a"),
        "200 OK\ncache-control: no-cache, no-store\n\nother"
    );
}

#[test]
fn outbound_goes_on_behind_the_store_and_the_rest_of_inbound_does_not() {
    let append =
        |value: &str| format!("<set-header name='way' exists-action='append'><value>{value}</value></set-header>");
    let mut bench = Bench::with_documents(&[
        (
            "global",
            &format!(
                "<policies><inbound><base /></inbound><backend><forward-request /></backend><outbound>{}</outbound></policies>",
                append("global")
            ),
        ),
        (
            "api",
            &format!(
                "<policies><inbound><cache-lookup vary-by-developer='false' vary-by-developer-groups='false' />\
                 <set-variable name='missed' value='yes' /></inbound><backend><base /></backend><outbound>{}<choose>\
                 <when condition='true'><cache-store duration='60' />{}</when></choose>{}<base /><set-header name='missed'>\
                 <value>@(context.Variables.GetValueOrDefault(\"missed\", \"no\"))</value></set-header></outbound></policies>",
                append("before"),
                append("inside"),
                append("after")
            ),
        ),
    ])
    .answer("200");
    let way = |missed: &str, way: &str| format!("200 OK\ncache-control: no-cache, no-store\nmissed: {missed}{way}");
    let all = "\nway: before,inside,after,global";
    let hit = "\nway: before,after,global";
    assert_eq!(bench.run("GET /"), way("yes", all));
    assert_eq!(bench.run("GET /"), way("no", hit));
}

#[test]
fn what_stands_behind_the_store_is_not_kept() {
    let mut bench = bench(
        "",
        "",
        "",
        "<set-body>@(context.Response.Body.As&lt;string>() + \"!\")</set-body>",
    );
    bench.answer = Some(Ok("200\n\nbody".into()));
    for _ in 0..3 {
        assert!(bench.run("GET /").ends_with("\n\nbody!"));
    }
    assert_eq!(bench.sent.borrow().len(), 1);
}

#[test]
fn only_requests_that_are_the_same_share_a_response() {
    for (children, requests, expected) in [
        ("", ["GET /a", "GET /b"], 2),
        ("", ["GET /a?x=1&y=2", "GET /a?y=2&X=1"], 1),
        ("", ["GET /a?x=1", "GET /a?x=2"], 2),
        ("", ["GET /a?x=1&x=2", "GET /a?x=2&x=1"], 2),
        ("", ["GET /a?subscription-key=1", "GET /a?Subscription-Key=2"], 1),
        ("", ["GET /a\nAccept: x", "GET /a\nAccept: y"], 1),
        ("", ["HEAD /a", "GET /a"], 2),
        (
            "<vary-by-query-parameter>x; y</vary-by-query-parameter>",
            ["GET /a?x=1&z=1", "GET /a?x=1&z=2"],
            1,
        ),
        (
            "<vary-by-query-parameter>x; y</vary-by-query-parameter>",
            ["GET /a?x=1&y=1", "GET /a?x=1&y=2"],
            2,
        ),
        (
            "<vary-by-header>Accept</vary-by-header>",
            ["GET /a\nAccept: x", "GET /a\nAccept: y"],
            2,
        ),
        (
            "<vary-by-header>Accept</vary-by-header>",
            ["GET /a\nAccept: x", "GET /a"],
            2,
        ),
        (
            "<vary-by-header>Accept</vary-by-header>",
            ["GET /a\nAccept: x", "GET /a\nAccept: x"],
            1,
        ),
    ] {
        let found = calls(&mut bench("", children, "", ""), &requests);
        assert_eq!(found, expected, "{children} {requests:?}");
    }
}

#[test]
fn developers_and_their_groups_may_have_responses_of_their_own() {
    let user = |id: &str, groups: &[&str]| {
        let groups = groups.iter().map(|id| {
            Arc::new(Group {
                id: (*id).into(),
                ..Group::default()
            })
        });
        Some(Arc::new(User {
            id: id.into(),
            groups: groups.collect(),
            ..User::default()
        }))
    };
    let (ann, bob, none) = (user("ann", &["a", "b"]), user("bob", &["b", "a"]), None);
    for (by_developer, by_groups, one, other, expected) in [
        (false, false, &ann, &bob, 1),
        (true, false, &ann, &bob, 2),
        (true, false, &ann, &ann, 1),
        (true, false, &ann, &none, 2),
        (false, true, &ann, &bob, 1),
        (false, true, &ann, &none, 2),
    ] {
        let mut bench = Bench::new(&format!(
            "<inbound><cache-lookup vary-by-developer='@({by_developer})' vary-by-developer-groups='{by_groups}' />\
             </inbound><outbound><cache-store duration='60' /></outbound>"
        ));
        let plan = bench.plan(None);
        for user in [one, other] {
            let mut exchange = bench.exchange("GET /");
            exchange.identity.user.clone_from(user);
            ready(plan.run(&mut exchange));
        }
        assert_eq!(bench.sent.borrow().len(), expected, "{by_developer} {by_groups}");
    }
}

#[test]
fn authorized_requests_are_shared_only_when_the_document_says_so() {
    let requests = ["GET /\nAuthorization: x", "GET /\nAuthorization: y", "GET /"];
    assert_eq!(calls(&mut plain(), &requests), 3);
    assert_eq!(
        calls(
            &mut bench("allow-private-response-caching='true'", "", "", ""),
            &requests
        ),
        1
    );
}

#[test]
fn other_caches_are_told_what_they_may_do() {
    let vary = "<vary-by-header>accept</vary-by-header>";
    for (attributes, first, second) in [
        ("", "no-cache, no-store", "no-cache, no-store"),
        (
            "downstream-caching-type='public'",
            "public, max-age=60, must-revalidate\nvary: accept",
            "public, max-age=40, must-revalidate\nvary: accept",
        ),
        (
            "downstream-caching-type='@(\"Private\")' must-revalidate='false'",
            "private, max-age=60\nvary: accept",
            "private, max-age=40\nvary: accept",
        ),
    ] {
        let mut bench = bench(attributes, vary, "", "").answer("200");
        assert_eq!(bench.run("GET /"), format!("200 OK\ncache-control: {first}"));
        bench.clock.pass(20);
        assert_eq!(bench.run("GET /"), format!("200 OK\ncache-control: {second}"));
    }
    let mut failing = plain().answer("404\nCache-Control: max-age=5");
    assert_eq!(failing.run("GET /"), "404 Not Found\ncache-control: max-age=5");
}

#[test]
fn what_is_kept_depends_on_the_response_and_on_the_document() {
    let large = format!("200\n\n{}", "x".repeat(crate::caching::LARGEST + 1));
    let nearly = format!("200\n\n{}", "x".repeat(crate::caching::LARGEST - 1000));
    for (answer, attribute, expected) in [
        ("200\n\na", "", 1),
        ("204", "", 2),
        ("404\n\na", "", 2),
        ("404\n\na", "cache-response='true'", 1),
        ("206\n\na", "cache-response='true'", 2),
        ("304", "cache-response='true'", 2),
        ("404\n\na", "cache-response='@(context.Response.StatusCode == 404)'", 1),
        ("200\n\na", "cache-response='false'", 2),
        ("200\nSet-Cookie: a=b\n\na", "cache-response='true'", 2),
        ("200\nContent-Type: text/event-stream; charset=utf-8\n\na", "", 2),
        ("200\nContent-Length: 3000000\n\na", "", 2),
        (&large, "", 2),
        (&nearly, "", 1),
    ] {
        let mut bench = Bench::new(&format!(
            "<inbound><cache-lookup vary-by-developer='false' vary-by-developer-groups='false' /></inbound>\
             <outbound><cache-store duration='60' {attribute} /></outbound>"
        ))
        .answer(answer);
        let first = bench.run("GET /");
        let second = bench.run("GET /");
        let head = &answer[..answer.len().min(40)];
        assert_eq!(bench.sent.borrow().len(), expected, "{head} {attribute}");
        assert_eq!(first, second, "{head}");
        assert!(
            first.ends_with(answer.split_once("\n\n").map_or("", |(_, body)| body)),
            "{head}"
        );
    }
}

#[test]
fn one_without_the_other_does_nothing() {
    let lookup = "<inbound><cache-lookup vary-by-developer='false' vary-by-developer-groups='false' /></inbound>";
    let store = "<outbound><cache-store duration='60' /></outbound>";
    for policies in [lookup, store] {
        let mut bench = Bench::new(policies).answer("200\n\na");
        assert_eq!(calls(&mut bench, &["GET /", "GET /"]), 2);
        assert_eq!(bench.run("GET /"), "200 OK\n\na");
    }
}

#[test]
fn an_external_cache_that_is_not_there_keeps_nothing() {
    let mut external = bench("caching-type='external'", "", "", "").answer("200\n\na");
    assert_eq!(calls(&mut external, &["GET /", "GET /"]), 2);
    let mut internal = bench("caching-type='internal'", "", "", "").answer("200\n\na");
    assert_eq!(calls(&mut internal, &["GET /", "GET /"]), 1);
}

#[test]
fn a_failure_behind_the_store_is_one_of_outbound() {
    let fails = "<set-status code='@(int.Parse(\"x\"))' />";
    let mut bench = bench("", "", "", fails).answer("200\n\na");
    let plan = bench.plan(None);
    for _ in 0..2 {
        let mut exchange = bench.exchange("GET /");
        ready(plan.run(&mut exchange));
        let error = exchange.last_error.take().unwrap();
        assert_eq!(
            (error.section.as_str(), error.source.as_str()),
            ("outbound", "set-status")
        );
        assert!(response_text(&mut exchange).starts_with("500"));
    }
    assert_eq!(bench.sent.borrow().len(), 1);
}

#[test]
fn what_is_missing_or_wrong_is_reported() {
    reports(&[
        (
            "<cache-lookup vary-by-developer='maybe' downstream-caching-type='internal'><vary-by-header>a b\
             </vary-by-header><vary-by-query-parameter /></cache-lookup>",
            "`<cache-lookup>` lacks the attribute `vary-by-developer-groups`\n\
             `vary-by-developer` of `<cache-lookup>` must be `true` or `false`, found \"maybe\"\n\
             `downstream-caching-type` of `<cache-lookup>` must be `none` or `private` or `public`, found \"internal\"\n\
             the text of `<vary-by-header>` must be a header name, found \"a b\"\n\
             `<vary-by-query-parameter>` is empty, expected text",
        ),
        (
            "<cache-store duration='-1' cache-response='x' />",
            "`duration` of `<cache-store>` must be a number of seconds that is not negative, found \"-1\"\n\
             `cache-response` of `<cache-store>` must be `true` or `false`, found \"x\"",
        ),
        (
            "<fragment><cache-lookup vary-by-developer='true' vary-by-developer-groups='true' /></fragment>",
            "",
        ),
    ]);
}
