//! What becomes of failures: on-error sections, what they see and what they may do.

use super::{TELL, told};
use crate::testing::{Bench, responds};
use crate::upstream::UpstreamFailure;

const THROWS: &str = r#"<set-variable name="v" value="@(((string)null).Length)" />"#;
const INTERNAL: &str = "500 Internal Server Error\ncontent-type: application/json\n\n\
    { \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"01234567-89ab-cdef-0123-456789abcdef\" }";

#[test]
fn on_error_sees_the_failure_of_any_section() {
    let null = "ExpressionValueEvaluationFailure|Expression evaluation failed. Object reference not set to an instance of an object.";
    for section in ["inbound", "backend", "outbound"] {
        let told = told(&format!("<{section}>{THROWS}</{section}>"), "GET /");
        assert_eq!(told, format!("set-variable|{null}|api|{section}|set-variable[1]|"));
        let nested = format!(
            r#"<{section}><choose><when condition="@(true)"><set-method>GET</set-method>{THROWS}</when></choose></{section}>"#
        );
        let told = super::told(&nested, "GET /");
        let path = "choose[1]/when[1]/set-variable[1]";
        assert_eq!(told, format!("set-variable|{null}|api|{section}|{path}|"));
    }
}

#[test]
fn a_backend_that_does_not_answer_is_told_too() {
    let policies = format!("<outbound />{TELL}");
    let response = Bench::new(&policies)
        .fails(UpstreamFailure::Connection("refused".into()))
        .run("GET /");
    let path = "forward-request[1]";
    assert!(
        response.ends_with(&format!(
            "forward-request|BackendConnectionFailure|refused|global|backend|{path}|"
        )),
        "{response}"
    );
}

#[test]
fn on_error_may_use_what_earlier_sections_have_made() {
    let inbound = format!(r#"<inbound><set-variable name="n" value="@(1)" />{THROWS}</inbound>"#);
    let on_error = |policies: &str| format!("{inbound}<on-error>{policies}</on-error>");
    responds(&[
        (
            &on_error(
                r#"<set-status code="@((int)context.Variables["n"] + 400)" reason="@(context.LastError.Reason)" />"#,
            ),
            "GET /",
            &INTERNAL.replacen("500 Internal Server Error", "401 ExpressionValueEvaluationFailure", 1),
        ),
        (
            &on_error(r"<set-body>@(context.Response.StatusCode + context.LastError.Source)</set-body>"),
            "GET /",
            "500 Internal Server Error\ncontent-type: application/json\n\n500set-variable",
        ),
        (
            &on_error(
                r#"<choose><when condition="@(context.LastError.Source == "set-variable")"><return-response><set-status code="418" /></return-response></when></choose>"#,
            ),
            "GET /",
            "418 I'm a teapot",
        ),
        (
            &on_error(
                r#"<set-body>@(JObject.Parse(context.Response.Body.As<string>())["message"].ToString())</set-body>"#,
            ),
            "GET /",
            "500 Internal Server Error\ncontent-type: application/json\n\nInternal server error",
        ),
    ]);
}

#[test]
fn a_failure_within_on_error_answers_with_the_first_failure() {
    let policies = |inbound: &str| {
        format!(
            r#"<inbound>{inbound}</inbound><on-error><set-header name="A"><value>1</value></set-header>{THROWS}<set-status code="200" /></on-error>"#
        )
    };
    responds(&[
        (&policies(THROWS), "GET /", INTERNAL),
        (
            &policies(r#"<ip-filter action="forbid"><address>192.0.2.7</address></ip-filter>"#),
            "GET /",
            "403 Forbidden\ncontent-type: application/json\n\n{ \"statusCode\": 403, \"message\": \"Forbidden\" }",
        ),
    ]);
}

#[test]
fn return_response_answers_in_every_section() {
    let answer = r#"<return-response><set-status code="@(400 + 18)" /><set-header name="A"><value>@(context.Request.Method)</value></set-header><set-body>@(context.Response == null)</set-body></return-response>"#;
    let marked = r#"<outbound><set-header name="Out"><value>1</value></set-header></outbound>"#;
    responds(&[
        (
            &format!("<inbound>{answer}</inbound>{marked}"),
            "GET /",
            "418 I'm a teapot\na: GET\n\nTrue",
        ),
        (
            &format!("<backend>{answer}</backend>{marked}"),
            "GET /",
            "418 I'm a teapot\na: GET\n\nTrue",
        ),
        (
            &format!("<outbound>{answer}<set-status code='200' /></outbound>"),
            "GET /",
            "418 I'm a teapot\na: GET\n\nFalse",
        ),
        (
            &format!("<inbound>{THROWS}</inbound><on-error>{answer}<set-status code='200' /></on-error>"),
            "GET /",
            "418 I'm a teapot\na: GET\n\nFalse",
        ),
    ]);
}

#[test]
fn base_runs_the_sections_of_the_scopes_around() {
    let add = |letter: char| {
        format!(r#"<set-variable name="way" value="@(context.Variables.GetValueOrDefault("way", "") + "{letter}")" />"#)
    };
    let document = |before: char, after: char| {
        let (before, after) = (add(before), add(after));
        format!(
            "<policies><inbound>{before}<base />{after}</inbound><backend><base /></backend><outbound>{before}<base />{after}</outbound><on-error>{before}<base />{after}</on-error></policies>"
        )
    };
    let global = format!(
        r#"<policies><inbound>{}</inbound><backend><forward-request /></backend><outbound>{}</outbound><on-error><set-header name="Way"><value>@(context.Variables["way"])</value></set-header></on-error></policies>"#,
        add('G'),
        add('g')
    );
    let operation = format!(
        r#"<policies><inbound><base /></inbound><backend><base /></backend><outbound><base /><set-header name="Way"><value>@(context.Variables["way"])</value></set-header></outbound><on-error><base />{}</on-error></policies>"#,
        add('!')
    );
    let documents = [
        ("global", global),
        ("product", document('P', 'p')),
        ("api", document('A', 'a')),
        ("operation", operation),
    ];
    let documents: Vec<_> = documents.iter().map(|(scope, text)| (*scope, text.as_str())).collect();
    let mut bench = Bench::with_documents(&documents).answer("204");
    assert_eq!(bench.run_under_product("GET /"), "204 No Content\nway: APGpaAPgpa");
    assert_eq!(bench.run("GET /"), "204 No Content\nway: AGaAga");
    let mut failing = Bench::with_documents(&documents).fails(UpstreamFailure::Connection("refused".into()));
    assert!(failing.run_under_product("GET /").contains("\nway: APGpaAP\n"));
}

#[test]
fn a_fragment_runs_in_the_place_that_includes_it() {
    let api = r#"<policies><inbound><set-variable name="n" value="@(2)" /><include-fragment fragment-id="f" /></inbound>
        <outbound><include-fragment fragment-id="f" /></outbound></policies>"#;
    let f = r#"<fragment><choose><when condition="@(context.Response == null)"><set-header name="In"><value>@((int)context.Variables["n"] * 2)</value></set-header></when>
        <otherwise><set-header name="Out"><value>@(context.Request.Headers.GetValueOrDefault("In", "none"))</value></set-header></otherwise></choose></fragment>"#;
    let global = "<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>";
    let api = api.replace("<outbound>", "<backend><base /></backend><outbound>");
    let documents = [("global", global), ("api", &api), ("f", f)];
    let mut bench = Bench::with_documents(&documents);
    assert_eq!(
        bench.run("GET /"),
        "200 OK\nout: 4\n\nGET http://backend.example/base/\nin: 4"
    );
}

#[test]
fn an_expression_without_end_is_stopped() {
    for body in [
        "while (true) { } return 1;",
        "var n = 0; for (;;) { n++; }",
        r#"var s = "a"; while (true) { s += s; }"#,
        "Func<int, int> f = null; f = x => f(x + 1); return f(0);",
        "var l = new List<int>(); while (true) { l.Add(1); }",
        "var s = context.Request.Body.As<string>(); var n = 0; for (var i = 0; i < s.Length; i++) { n += s[i]; } return n;",
        r#"var s = context.Request.Body.As<string>(); var n = 0; for (;;) { n += s.IndexOf("x"); }"#,
        "var s = context.Request.Body.As<string>(); var t = s + s; var u = s + s; for (;;) { if (t != u) { t = s; } }",
    ] {
        let found = told(
            &format!(r#"<inbound><set-variable name="v" value="@{{ {body} }}" /></inbound>"#),
            &format!("POST /\n\n{}", "é".repeat(20_000)),
        );
        let expected =
            "set-variable|ExpressionValueEvaluationFailure|Expression evaluation failed. the expression was stopped: ";
        assert!(found.starts_with(expected), "{body}: {found}");
    }
}

#[test]
fn refusals_have_their_words() {
    for (policy, expected) in [
        (
            r#"<check-header name="X-B" failed-check-httpcode="401" failed-check-error-message="no" ignore-case="true" />"#,
            "check-header|HeaderNotFound|Header X-B was not found in the request. Access denied.|api|inbound|check-header[1]|",
        ),
        (
            r#"<check-header name="X-A" failed-check-httpcode="401" failed-check-error-message="no" ignore-case="true"><value>@("2")</value></check-header>"#,
            "check-header|HeaderValueNotAllowed|Header X-A value of 1 is not allowed. Access denied.|api|inbound|check-header[1]|",
        ),
        (
            r#"<ip-filter action="allow"><address>@("192.0.2.8")</address></ip-filter>"#,
            "ip-filter|CallerIpNotAllowed|Caller IP address 192.0.2.7 is not allowed. Access denied.|api|inbound|ip-filter[1]|",
        ),
        (
            r#"<ip-filter action="forbid"><address>@(context.Request.IpAddress)</address></ip-filter>"#,
            "ip-filter|CallerIpBlocked|Caller IP address is blocked. Access denied.|api|inbound|ip-filter[1]|",
        ),
        (
            r#"<set-backend-service base-url="@("no url")" />"#,
            "set-backend-service|BackendNotFound|`base-url` is no absolute URL|api|inbound|set-backend-service[1]|",
        ),
    ] {
        let found = told(&format!("<inbound>{policy}</inbound>"), "GET /\nX-A: 1");
        assert_eq!(found, expected, "{policy}");
    }
}
