//! Policies together with the expressions in them: bodies that are kept, types that survive, values that are refused.

use crate::testing::{Bench, responds, run};

#[test]
fn a_line_break_in_a_computed_header_is_an_evaluation_failure() {
    let policies = r#"<inbound><set-header name="A"><value>@(context.Request.Url.Query.GetValueOrDefault("a"))</value></set-header></inbound>
        <on-error><set-body>@(context.LastError.Source + "|" + context.LastError.Reason + "|" + context.LastError.Message)</set-body></on-error>"#;
    assert!(run(policies, "GET /?a=x").contains("\na: x"));
    let refused = "500 Internal Server Error\ncontent-type: application/json\n\nset-header|ExpressionValueEvaluationFailure|\
                   Expression evaluation failed. the value of the text of `<value>` must be a header value without control characters";
    for value in ["x%0d%0aEvil:%201", "x%0aEvil", "x%00"] {
        assert_eq!(run(policies, &format!("GET /?a={value}")), refused);
    }
}

#[test]
fn the_request_body_is_kept_for_whoever_reads_it_later() {
    let late = r"<outbound><set-body>@(context.Request.Body.As<string>(preserveContent: true))</set-body></outbound>";
    let branch = r#"<inbound><choose><when condition="true"><set-header name="A"><value>@(context.Request.Body.As<string>(preserveContent: true))</value></set-header></when></choose></inbound>"#;
    let consumed = r#"<inbound><set-variable name="b" value="@(context.Request.Body.As<string>())" /></inbound>"#;
    let sent = "200 OK\n\nPOST http://backend.example/base/";
    responds(&[
        (late, "POST /\n\nhello", "200 OK\n\nhello"),
        (branch, "POST /\n\nhello", &format!("{sent}\na: hello\n\nhello")),
        (consumed, "POST /\n\nhello", sent),
    ]);
}

#[test]
fn a_variable_keeps_its_type_and_text_around_an_expression_makes_text() {
    let show = |value: &str| {
        let policies = format!(
            r#"<inbound><set-variable name="v" value="{value}" /><return-response><set-body>@(context.Variables["v"].GetType().Name)</set-body></return-response></inbound>"#
        );
        run(&policies, "GET /")
    };
    for (value, expected) in [
        ("1", "String"),
        ("@(1)", "Int32"),
        (" @(1)", "String"),
        ("@(1L)", "Int64"),
        ("@(true)", "Boolean"),
    ] {
        assert_eq!(show(value), format!("200 OK\n\n{expected}"), "{value}");
    }
}

#[test]
fn mcp_policies_see_and_change_the_answering_message() {
    let policies = r#"<inbound /><backend /><outbound><choose>
        <when condition="@((string)context.Request.Body.As<JObject>(preserveContent: true)["method"] == "tools/list")">
            <set-body>@{
                var answer = JObject.Parse(context.Response.Body.As<string>(preserveContent: true));
                answer["tools"] = 0;
                return answer.ToString(Newtonsoft.Json.Formatting.None);
            }</set-body>
        </when>
    </choose></outbound>"#;
    let answer = |method: &str| {
        let request = format!("POST /mcp\n\n{{\"method\":\"{method}\"}}");
        Bench::new(policies).mcp(r#"{"tools":[1]}"#).run(&request)
    };
    assert_eq!(answer("tools/list"), "200 OK\n\nbefore|{\"tools\":0}|after");
    assert_eq!(answer("ping"), "200 OK\n\nbefore|{\"tools\":[1]}|after");
}

#[test]
fn a_body_is_text_json_or_bytes() {
    for (expression, expected) in [
        (r#"@("a")"#, "\n\na"),
        (
            r#"@(new JObject(new JProperty("a", 1)).ToString(Newtonsoft.Json.Formatting.None))"#,
            "\n\n{\"a\":1}",
        ),
        ("@(Encoding.UTF8.GetBytes(\"é\"))", "\n\né"),
        ("@((string)null)", ""),
        ("@(12)", "\n\n12"),
    ] {
        let policies =
            format!("<inbound><return-response><set-body>{expression}</set-body></return-response></inbound>");
        assert_eq!(run(&policies, "GET /"), format!("200 OK{expected}"), "{expression}");
    }
}
