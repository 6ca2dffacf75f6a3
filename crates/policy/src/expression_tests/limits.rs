//! Limits whose attributes are computed, and what documents do with a refusal.

use crate::testing::Bench;

/// Runs each request in turn and asserts the beginning of each response.
#[track_caller]
fn check(policies: &str, exchanges: &[(&str, &str)]) {
    let mut bench = Bench::new(policies);
    for (turn, (request, expected)) in exchanges.iter().enumerate() {
        let response = bench.run(request);
        assert!(
            response.starts_with(expected),
            "request {turn} {request}: {response}\nof {policies}"
        );
    }
}

fn limit(attributes: &str, rest: &str) -> String {
    format!("<inbound><rate-limit-by-key renewal-period=\"60\" {attributes} /></inbound><backend />{rest}")
}

#[test]
fn callers_are_counted_by_what_the_key_gives() {
    let by_header = limit(
        r#"calls="1" counter-key="@(context.Request.Headers.GetValueOrDefault("K"))""#,
        "",
    );
    check(
        &by_header,
        &[
            ("GET /\nK: a", "200"),
            ("GET /\nK: b", "200"),
            ("GET /\nK: a", "429"),
            ("GET /\nK: ", "200"),
            ("GET /", "500"),
        ],
    );
    let mixed = limit(
        r#"calls="1" counter-key="@(context.Request.IpAddress)-@(context.Request.Method)""#,
        "",
    );
    check(&mixed, &[("GET /", "200"), ("PUT /", "200"), ("GET /", "429")]);
    let typed = limit(r#"calls="1" counter-key="@(context.Request.Headers.Count)""#, "");
    check(
        &typed,
        &[("GET /", "200"), ("GET /\nA: 1", "200"), ("GET /\nB: 1", "429")],
    );
}

#[test]
fn the_limit_may_depend_on_the_caller() {
    let policies = limit(
        r#"calls="@(context.Request.Headers.ContainsKey("Gold") ? 3 : 1)" counter-key="k""#,
        "",
    );
    check(
        &policies,
        &[
            ("GET /", "200"),
            ("GET /", "429"),
            ("GET /\nGold: 1", "200"),
            ("GET /\nGold: 1", "200"),
            ("GET /\nGold: 1", "429"),
        ],
    );
}

#[test]
fn a_computed_increment_counts_when_the_response_leaves() {
    let outbound = r#"<outbound><set-status code="@(context.Request.Headers.ContainsKey("Fail") ? 500 : 200)" /><set-header name="N"><value>2</value></set-header></outbound>"#;
    let condition = r#"increment-condition="@(context.Response.StatusCode == 200)""#;
    let count = r#"increment-count="@(int.Parse(context.Response.Headers.GetValueOrDefault("N", "1")))""#;
    check(
        &limit(&format!(r#"calls="2" counter-key="k" {condition} {count}"#), outbound),
        &[
            ("GET /\nFail: 1", "500"),
            ("GET /\nFail: 1", "500"),
            ("GET /\nFail: 1", "500"),
            ("GET /", "200"),
            ("GET /", "429"),
        ],
    );
    // One that throws counts nothing: the response is made.
    check(
        &limit(
            r#"calls="1" counter-key="k" increment-condition="@(((string)null).Length == 0)""#,
            outbound,
        ),
        &[("GET /", "200"), ("GET /", "200")],
    );
    // The body that it reads is kept and still sent.
    check(
        &limit(
            r#"calls="5" counter-key="k" increment-count="@((int)context.Response.Body.As<JObject>(true)["used"])""#,
            "<outbound><set-body>{\"used\":5}</set-body></outbound>",
        ),
        &[("GET /", "200 OK\n\n{\"used\":5}"), ("GET /", "429")],
    );
    // Refusals by later policies count as responses too.
    check(
        &format!(
            r#"<inbound><rate-limit-by-key calls="1" renewal-period="60" counter-key="k" increment-condition="@(context.Response.StatusCode == 403)" /><ip-filter action="forbid"><address>192.0.2.7</address></ip-filter></inbound>{}"#,
            "<backend />"
        ),
        &[("GET /", "403"), ("GET /", "429")],
    );
}

#[test]
fn later_policies_see_what_remains() {
    let policies = r#"<inbound><rate-limit-by-key calls="10" renewal-period="60" counter-key="k" remaining-calls-variable-name="left" />
        <return-response><set-body>@(context.Variables.GetValueOrDefault<int>("left") - 1)</set-body></return-response></inbound>"#;
    check(policies, &[("GET /", "200 OK\n\n8"), ("GET /", "200 OK\n\n7")]);
}

/// A document as published: the wait is told as a moment.
#[test]
fn a_refusal_can_be_rewritten_in_on_error() {
    let policies = r#"<inbound>
            <rate-limit-by-key calls="1" renewal-period="60" counter-key="@(context.Request.IpAddress)"
                increment-condition="@(context.Response.StatusCode == 200)"
                remaining-calls-variable-name="remainingCallsPerIP" retry-after-header-name="Retry-After"
                remaining-calls-header-name="Requests-Remaining" retry-after-variable-name="retryAfter" />
        </inbound><backend />
        <on-error><choose><when condition="@(context.LastError.Reason == "RateLimitExceeded")">
            <set-header name="Retry-After" exists-action="override">
                <value>@(DateTime.UtcNow.AddSeconds(context.Variables.GetValueOrDefault<int>("retryAfter")).ToString("o"))</value>
            </set-header>
        </when></choose></on-error>"#;
    check(
        policies,
        &[
            ("GET /", "200 OK\nrequests-remaining: 1"),
            (
                "GET /",
                "429 Too Many Requests\ncontent-type: application/json\nretry-after: 2022-09-28T22:14:20.0000000Z\n\n\
                 { \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 60 seconds.\" }",
            ),
        ],
    );
}
