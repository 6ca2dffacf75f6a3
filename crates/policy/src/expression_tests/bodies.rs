//! Messages as expressions see and make them.

use super::{gives, told};
use crate::testing::{Bench, responds, run};

#[test]
fn the_request_body_is_kept_for_whoever_reads_it_later() {
    let late = r"<outbound><set-body>@(context.Request.Body.As<string>(preserveContent: true))</set-body></outbound>";
    let branch = r#"<inbound><choose><when condition="true"><set-header name="A"><value>@(context.Request.Body.As<string>(preserveContent: true))</value></set-header></when></choose></inbound>"#;
    let consumed = r#"<inbound><set-variable name="b" value="@(context.Request.Body.As<string>())" /></inbound>"#;
    let replaced = r"<inbound><set-body>@(context.Request.Body.As<string>().ToUpper())</set-body></inbound>";
    let twice = r#"<inbound><set-variable name="b" value="@(context.Request.Body.As<string>())" /><set-body>@(context.Request.Body.As<string>() + "!")</set-body></inbound>"#;
    let sent = "200 OK\n\nPOST http://backend.example/base/";
    responds(&[
        (late, "POST /\n\nhello", "200 OK\n\nhello"),
        (branch, "POST /\n\nhello", &format!("{sent}\na: hello\n\nhello")),
        (consumed, "POST /\n\nhello", sent),
        (replaced, "POST /\n\nhello", &format!("{sent}\n\nHELLO")),
        (twice, "POST /\n\nhello", &format!("{sent}\n\n!")),
    ]);
}

#[test]
fn the_response_body_is_kept_for_whoever_reads_it() {
    let tests: [(&str, &str); 5] = [
        (
            "<set-body>@(context.Response.Body.As<JObject>()[\"a\"].ToString())</set-body>",
            "200 OK\n\n1",
        ),
        (
            r#"<set-variable name="b" value="@(context.Response.Body.As<string>())" />"#,
            "200 OK",
        ),
        (
            r#"<set-variable name="b" value="@(context.Response.Body.As<JObject>(true))" />"#,
            "200 OK\n\n{\"a\":1}",
        ),
        (
            r#"<set-variable name="b" value="@(context.Response.Body.As<byte[]>(preserveContent: true))" /><set-body>@((byte[])context.Variables["b"])</set-body>"#,
            "200 OK\n\n{\"a\":1}",
        ),
        (
            r#"<set-body>@{ var o = context.Response.Body.As<JObject>(); o.Add("b", new JArray(1, null)); return o.ToString(Newtonsoft.Json.Formatting.None); }</set-body>"#,
            "200 OK\n\n{\"a\":1,\"b\":[1,null]}",
        ),
    ];
    for (edit, expected) in tests {
        let mut bench = Bench::new(&format!("<outbound>{edit}</outbound>")).answer("200\n\n{\"a\":1}");
        assert_eq!(bench.run("GET /"), expected, "{edit}");
    }
}

#[test]
fn there_is_no_response_before_the_backend_has_answered() {
    let null = "Expression evaluation failed. Object reference not set to an instance of an object.";
    gives(&[
        ("", "@(context.Response == null)", "True"),
        ("", "@(context.Response?.StatusCode ?? 0)", "0"),
        (
            "",
            "@(context.Response.StatusCode)",
            &format!("return-response|ExpressionValueEvaluationFailure|{null}|api|inbound|return-response[1]|"),
        ),
        ("", "@(context.LastError == null)", "True"),
        ("", "@(context.Request.Body == null)", "True"),
        (r#"<set-status code="201" />"#, "@(context.Response.StatusCode)", "201"),
    ]);
}

#[test]
fn a_body_is_text_json_or_bytes() {
    for (expression, expected) in [
        (r#"@("a")"#, "\n\na"),
        (
            r#"@(new JObject(new JProperty("a", 1)).ToString(Newtonsoft.Json.Formatting.None))"#,
            "\n\n{\"a\":1}",
        ),
        (r#"@(new JObject(new JProperty("a", 1)))"#, "\n\n{\r\n  \"a\": 1\r\n}"),
        ("@(new JArray())", "\n\n[]"),
        (r#"@((JToken)"a")"#, "\n\na"),
        ("@(JValue.CreateNull())", ""),
        ("@(Encoding.UTF8.GetBytes(\"é\"))", "\n\né"),
        ("@(new byte[0])", ""),
        ("@((string)null)", ""),
        ("@((object)null)", ""),
        ("@(12)", "\n\n12"),
        ("@(1.5)", "\n\n1.5"),
        ("@(true)", "\n\nTrue"),
        ("@(new [] { 1, 2 })", "\n\nSystem.Int32[]"),
        ("@(DateTime.MinValue)", "\n\n01/01/0001 00:00:00"),
    ] {
        let policies =
            format!("<inbound><return-response><set-body>{expression}</set-body></return-response></inbound>");
        let newline = |text: &str| text.replace("\r\n", "\n");
        assert_eq!(
            newline(&run(&policies, "GET /")),
            newline(&format!("200 OK{expected}")),
            "{expression}"
        );
    }
}

#[test]
fn bytes_are_sent_as_they_are() {
    let policies = r#"<inbound><return-response><set-body>@(Convert.FromBase64String("AP/+gA=="))</set-body></return-response></inbound>"#;
    let mut bench = Bench::new(policies);
    let plan = bench.plan(None);
    let mut exchange = bench.exchange("GET /");
    crate::testing::ready(plan.run(&mut exchange));
    match exchange.response.unwrap().body {
        crate::Body::Buffered(body) => assert_eq!(body.bytes().as_ref(), [0, 255, 254, 128]),
        _ => panic!("expected bytes"),
    }
}

#[test]
fn what_policies_have_changed_is_what_expressions_see() {
    let change = r#"<set-method>PUT</set-method><set-header name="X-A"><value>2</value></set-header>
        <set-query-parameter name="q"><value>2</value></set-query-parameter><set-body>{"a":[1]}</set-body>"#;
    gives(&[
        (change, "@(context.Request.Method)", "PUT"),
        (
            change,
            r#"@(context.Request.Headers.GetValueOrDefault("x-a", ""))"#,
            "2",
        ),
        (change, "@(context.Request.Url.QueryString)", "?q=2"),
        (change, "@(context.Request.OriginalUrl.QueryString)", "?q=1"),
        (change, r#"@((int)context.Request.Body.As<JObject>()["a"][0])"#, "1"),
    ]);
    let rewritten = r#"<inbound><rewrite-uri template="/b?d=1" /><return-response><set-body>@(context.Request.Url.Path + context.Request.Url.QueryString)</set-body></return-response></inbound>"#;
    assert_eq!(told(rewritten, "GET /a?q=1"), "/b?d=1&q=1");
}

#[test]
fn a_body_that_is_no_json_fails_the_policy() {
    let policies = "<inbound><set-body>@(context.Request.Body.As<JObject>().ToString())</set-body></inbound>";
    let found = told(policies, "POST /\n\n[1");
    assert!(
        found.starts_with("set-body|ExpressionValueEvaluationFailure|Expression evaluation failed. "),
        "{found}"
    );
}
