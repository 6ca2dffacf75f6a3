//! `cors` for preflights and for actual requests.

use crate::step::Flow;
use crate::testing::{Bench, ready, reports, response_text, run};

/// A `cors` element; the attributes and lists that are not given are absent.
fn cors(attributes: &str, origins: &[&str], lists: &str) -> String {
    let origins = origins.join("</origin><origin>");
    format!("<cors {attributes}><allowed-origins><origin>{origins}</origin></allowed-origins>{lists}</cors>")
}

fn preflight(documents: &[(&str, &str)], request: &str) -> String {
    let mut bench = Bench::with_documents(documents);
    let plan = bench.plan(None);
    let mut exchange = bench.exchange(request);
    match ready(plan.preflight(&mut exchange)) {
        Flow::Next => "(not answered)".to_owned(),
        Flow::Answer => response_text(&mut exchange),
    }
}

fn check_preflight(cors: &str, request: &str, expected: &str) {
    let document = format!("<policies><inbound><set-status code='500' />{cors}</inbound></policies>");
    assert_eq!(
        preflight(&[("api", &document)], &format!("OPTIONS /\n{request}")),
        expected,
        "{cors} {request}"
    );
}

#[test]
fn a_preflight_is_told_what_is_allowed() {
    let request =
        "Origin: https://A.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: X-One, x-two";
    check_preflight(
        &cors("", &["*"], "<allowed-headers><header>*</header></allowed-headers>"),
        request,
        "200 OK\naccess-control-allow-headers: X-One,x-two\naccess-control-allow-methods: GET,POST\naccess-control-allow-origin: *",
    );
    check_preflight(
        &cors(
            "allow-credentials='true'",
            &["https://a.example:443/"],
            "<allowed-methods preflight-result-max-age='300'><method>*</method></allowed-methods>\
             <allowed-headers><header>x-one</header><header>X-Two</header></allowed-headers>\
             <expose-headers><header>x</header></expose-headers>",
        ),
        request,
        "200 OK\naccess-control-allow-credentials: true\naccess-control-allow-headers: X-One,x-two\n\
         access-control-allow-methods: POST\naccess-control-allow-origin: https://A.example\n\
         access-control-max-age: 300\nvary: Origin",
    );
}

#[test]
fn a_preflight_that_is_not_allowed_gets_an_empty_answer() {
    let all = "<allowed-headers><header>X</header></allowed-headers>";
    for request in [
        "Origin: https://b.example\nAccess-Control-Request-Method: POST",
        "Origin: null\nAccess-Control-Request-Method: POST",
        "Origin: https://a.example:8443\nAccess-Control-Request-Method: POST",
        "Origin: http://a.example\nAccess-Control-Request-Method: POST",
        "Origin: https://a.example\nAccess-Control-Request-Method: DELETE",
        "Origin: https://a.example\nAccess-Control-Request-Method: POST\nAccess-Control-Request-Headers: X, Y",
    ] {
        check_preflight(&cors("", &["https://a.example"], all), request, "200 OK");
        let lenient = cors("terminate-unmatched-request='false'", &["https://a.example"], all);
        check_preflight(&lenient, request, "200 OK");
    }
    check_preflight(
        "",
        "Origin: https://a.example\nAccess-Control-Request-Method: POST",
        "(not answered)",
    );
}

#[test]
fn another_policy_may_know_the_origin_if_the_first_lets_it() {
    let global = format!(
        "<policies><inbound>{}</inbound></policies>",
        cors("", &["https://b.example"], "")
    );
    let request = "OPTIONS /\nOrigin: https://b.example\nAccess-Control-Request-Method: GET";
    for (terminate, expected) in [("true", 1), ("false", 4)] {
        let first = cors(
            &format!("terminate-unmatched-request='{terminate}'"),
            &["https://a.example"],
            "",
        );
        let api = format!("<policies><inbound>{first}<base /></inbound></policies>");
        let response = preflight(&[("global", &global), ("api", &api)], request);
        assert_eq!(response.lines().count(), expected, "{response}");
    }
}

/// The response without the upstream's body.
fn actual(cors: &str, rest: &str, request: &str) -> String {
    let response = run(&format!("<inbound>{cors}</inbound>{rest}"), request);
    response.split("\n\n").next().unwrap().to_owned()
}

#[test]
fn a_request_of_an_allowed_origin_gets_its_headers_whatever_answers() {
    let listed = cors(
        "allow-credentials='TRUE'",
        &["https://a.example"],
        "<expose-headers><header>X</header><header>Y</header></expose-headers>",
    );
    let granted = "access-control-allow-credentials: true\naccess-control-allow-origin: https://a.example\naccess-control-expose-headers: X,Y";
    let request = "GET /\nOrigin: https://a.example";
    assert_eq!(actual(&listed, "", request), format!("200 OK\n{granted}\nvary: Origin"));
    assert_eq!(
        actual(
            &listed,
            "<outbound><return-response><set-status code='202' /></return-response></outbound>",
            request
        ),
        format!("202 Accepted\n{granted}\nvary: Origin")
    );
    assert!(
        actual(
            &format!("{listed}<ip-filter action='allow'><address>1.1.1.1</address></ip-filter>"),
            "",
            request
        )
        .starts_with(&format!("403 Forbidden\n{granted}"))
    );
    let from_backend = "<outbound><set-header name='Access-Control-Allow-Origin'><value>*</value></set-header>\
        <set-header name='Vary'><value>Accept, origin</value></set-header></outbound>";
    assert_eq!(
        actual(&listed, from_backend, request),
        format!("200 OK\n{granted}\nvary: Accept, origin")
    );
    assert_eq!(
        actual(&cors("", &["*"], ""), "", request),
        "200 OK\naccess-control-allow-origin: *"
    );
    assert_eq!(actual(&listed, "", "GET /"), "200 OK");
}

#[test]
fn a_simple_request_of_another_origin_is_not_forwarded() {
    let backend = "<backend /><outbound><set-status code='202' /></outbound>";
    for (terminate, method, expected) in [
        ("true", "GET", "200 OK"),
        ("true", "HEAD", "200 OK"),
        ("true", "POST", "202 Accepted"),
        ("false", "GET", "202 Accepted"),
    ] {
        let cors = cors(
            &format!("terminate-unmatched-request='{terminate}'"),
            &["https://a.example"],
            "",
        );
        assert_eq!(
            actual(&cors, backend, &format!("{method} /\nOrigin: https://b.example")),
            expected
        );
    }
}

#[test]
fn the_first_policy_that_allows_the_origin_counts() {
    let global = format!(
        "<policies><inbound>{}</inbound><backend /></policies>",
        cors("", &["*"], "")
    );
    let api = format!(
        "<policies><inbound>{}<base /></inbound><backend><base /></backend></policies>",
        cors("", &["https://a.example"], "")
    );
    let mut bench = Bench::with_documents(&[("global", &global), ("api", &api)]);
    let response = bench.run("POST /\nOrigin: https://a.example");
    assert_eq!(
        response,
        "200 OK\naccess-control-allow-origin: https://a.example\nvary: Origin"
    );
    assert_eq!(
        bench.run("POST /\nOrigin: https://b.example"),
        "200 OK\naccess-control-allow-origin: *"
    );
}

#[test]
fn what_is_no_origin_is_reported() {
    reports(&[
        ("<cors />", "`<cors>` lacks `<allowed-origins>`"),
        (
            &cors("", &["example.com"], "<allowed-methods />"),
            "the text of `<origin>` must be `*` or an origin such as `https://example.com`, found \"example.com\"\n\
             `<allowed-methods>` lacks `<method>`",
        ),
    ]);
}

#[test]
fn an_origin_of_a_named_value_is_not_told() {
    let text = cors("", &["{{secret}}"], "");
    let (source, _) = diagnostic::Source::expanded("a.xml", text, |_| Some("hunter2"));
    let shown = diagnostic::render(&crate::check(&source, crate::Options::default()));
    assert!(shown.contains("<origin>") && !shown.contains("hunter2"), "{shown}");
}
