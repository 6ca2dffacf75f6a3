//! Attributes and texts that are computed: of the right type, of a wrong one, and mixed with literals.

use super::{gives, told};
use crate::testing::{Bench, run};

/// Attributes as expressions, each with what the backend is sent or the client gets.
#[test]
fn a_computed_value_is_like_a_literal_one() {
    let sent = |edit: &str| {
        let mut bench = Bench::new(&format!("<inbound>{edit}</inbound>")).answer("204");
        let response = bench.run("GET /a?q=1\nX-A: 1\nOrigin: https://a.example");
        let sent = bench.sent.borrow();
        sent.first().cloned().unwrap_or(response)
    };
    let origin = "\norigin: https://a.example";
    let url = "http://backend.example/base";
    for (edit, expected) in [
        (
            r#"<set-header name="@("X-" + "B")" exists-action="@("app" + "end")"><value>@(1 + 1)</value><value>@(true)</value></set-header>"#,
            format!("GET {url}/a?q=1{origin}\nx-a: 1\nx-b: 2,True"),
        ),
        (
            r#"<set-header name="X-A" exists-action="@("delete")"><value>@(((string)null).Length)</value></set-header>"#,
            format!("GET {url}/a?q=1{origin}"),
        ),
        (
            r#"<set-header name="X-A"><value>@((string)null)</value></set-header>"#,
            format!("GET {url}/a?q=1{origin}\nx-a: "),
        ),
        (
            r#"<set-query-parameter name="@("q")" exists-action="@("Append")"><value>@("a b&c")</value></set-query-parameter>"#,
            format!("GET {url}/a?q=1&q=a%20b%26c{origin}\nx-a: 1"),
        ),
        (
            "<set-method>@(context.Request.Method == \"GET\" ? \"put\" : \"x\")</set-method>",
            format!("PUT {url}/a?q=1{origin}\nx-a: 1"),
        ),
        (
            r#"<rewrite-uri template="@("/b" + context.Request.Url.Path + "?z=" + 2)" copy-unmatched-params="@(1 > 2)" />"#,
            format!("GET {url}/b/a?z=2{origin}\nx-a: 1"),
        ),
        (
            r#"<set-backend-service base-url="@("http://" + context.Request.Headers.GetValueOrDefault("X-A", "") + ".example")" />"#,
            format!("GET http://1.example/a?q=1{origin}\nx-a: 1"),
        ),
        (
            r#"<check-header name="X-A" failed-check-httpcode="@(400 + 1)" failed-check-error-message="@("no " + "key")" ignore-case="@(true)"><value>@("1" + "0")</value></check-header>"#,
            "401 Unauthorized\ncontent-type: application/json\n\n{ \"statusCode\": 401, \"message\": \"no key\" }"
                .to_owned(),
        ),
        (
            r#"<ip-filter action="@("for" + "bid")"><address-range from="@("192.0.2.0")" to="@("192.0.2." + 255)" /></ip-filter>"#,
            "403 Forbidden\ncontent-type: application/json\n\n{ \"statusCode\": 403, \"message\": \"Forbidden\" }"
                .to_owned(),
        ),
        (
            r#"<ip-filter action="@("allow")"><address>@(context.Request.IpAddress)</address></ip-filter>"#,
            format!("GET {url}/a?q=1{origin}\nx-a: 1"),
        ),
        (
            r#"<cors allow-credentials="@(true)" terminate-unmatched-request="@(true)"><allowed-origins><origin>@("https://b.example")</origin></allowed-origins></cors>"#,
            "200 OK".to_owned(),
        ),
        (
            r#"<return-response><set-status code="@(200 + 2)" reason="@("A" + "ccepted, " + 1)" /><set-header name="@("X")"><value>@(1)</value></set-header></return-response>"#,
            "202 Accepted, 1\nx: 1".to_owned(),
        ),
    ] {
        assert_eq!(sent(edit), expected, "{edit}");
    }
}

/// Each policy with a value that cannot be had at `{}`.
const PLACES: [(&str, &str); 22] = [
    ("choose", r#"<choose><when condition="{bool}" /></choose>"#),
    ("set-variable", r#"<set-variable name="v" value="{text}" />"#),
    ("set-header", r#"<set-header name="{text}" exists-action="delete" />"#),
    (
        "set-header",
        r#"<set-header name="A"><value>{text}</value></set-header>"#,
    ),
    ("set-header", r#"<set-header name="A" exists-action="{text}" />"#),
    (
        "set-query-parameter",
        r#"<set-query-parameter name="{text}"><value>1</value></set-query-parameter>"#,
    ),
    (
        "set-query-parameter",
        r#"<set-query-parameter name="q"><value>a{text}</value></set-query-parameter>"#,
    ),
    ("rewrite-uri", r#"<rewrite-uri template="{text}" />"#),
    (
        "rewrite-uri",
        r#"<rewrite-uri template="/" copy-unmatched-params="{bool}" />"#,
    ),
    ("set-body", "<set-body>{text}</set-body>"),
    ("set-method", "<set-method>{text}</set-method>"),
    ("set-status", r#"<set-status code="{int}" />"#),
    ("set-status", r#"<set-status code="200" reason="{text}" />"#),
    (
        "check-header",
        r#"<check-header name="X-A" failed-check-httpcode="401" failed-check-error-message="no" ignore-case="{bool}"><value>1</value></check-header>"#,
    ),
    (
        "check-header",
        r#"<check-header name="X-A" failed-check-httpcode="{int}" failed-check-error-message="no" ignore-case="true"><value>2</value></check-header>"#,
    ),
    (
        "ip-filter",
        r#"<ip-filter action="allow"><address>{text}</address></ip-filter>"#,
    ),
    ("set-backend-service", r#"<set-backend-service base-url="{text}" />"#),
    (
        "rate-limit-by-key",
        r#"<rate-limit-by-key calls="{int}" renewal-period="60" counter-key="k" />"#,
    ),
    (
        "rate-limit-by-key",
        r#"<rate-limit-by-key calls="1" renewal-period="{int}" counter-key="k" />"#,
    ),
    (
        "rate-limit-by-key",
        r#"<rate-limit-by-key calls="1" renewal-period="60" counter-key="{text}" />"#,
    ),
    (
        "return-response",
        "<return-response><set-body>{text}</set-body></return-response>",
    ),
    (
        "trace",
        r#"<trace source="s"><message>{text}</message><metadata name="m" value="v" /></trace>"#,
    ),
];

#[test]
fn an_exception_in_any_place_fails_the_policy_and_is_told() {
    for (name, policy) in PLACES {
        let policy = policy
            .replace("{bool}", r#"@(int.Parse("x") > 0)"#)
            .replace("{int}", r#"@(int.Parse("x"))"#)
            .replace("{text}", r#"@("a" + int.Parse("x"))"#);
        let policy = policy.replacen(&format!("<{name}"), &format!("<{name} id=\"me\""), 1);
        let found = told(&format!("<inbound>{policy}</inbound>"), "GET /a?q=1\nX-A: 1");
        let expected = format!(
            "{name}|ExpressionValueEvaluationFailure|Expression evaluation failed. The input string 'x' was not in a \
             correct format.|api|inbound|{name}[1]|me"
        );
        assert_eq!(found, expected, "{policy}");
    }
}

#[test]
fn a_value_of_another_type_fails_the_policy() {
    let failed = |policy: &str, variable: &str| {
        let policies = format!(r#"<inbound><set-variable name="v" value="{variable}" />{policy}</inbound>"#);
        let found = told(&policies, "GET /a\nX-A: 1");
        let mut parts = found.split('|').skip(1);
        match (parts.next(), parts.next()) {
            (Some("ExpressionValueEvaluationFailure"), Some(message)) => {
                message.replacen("Expression evaluation failed. ", "", 1)
            }
            (Some("ExpressionValueValidationFailure"), Some(message)) => {
                message.replacen("Expression value is invalid. ", "invalid: ", 1)
            }
            _ => "none".to_owned(),
        }
    };
    let condition = r#"<choose><when condition="@(context.Variables["v"])" /></choose>"#;
    let status = r#"<set-status code="@(context.Variables["v"])" />"#;
    let name = r#"<set-header name="@(context.Variables["v"])" exists-action="delete" />"#;
    let action = r#"<set-header name="A" exists-action="@(context.Variables["v"])" />"#;
    let period = r#"<rate-limit-by-key calls="1" counter-key="k" renewal-period="@(context.Variables["v"])" />"#;
    let calls = r#"<rate-limit-by-key renewal-period="1" counter-key="k" calls="@(context.Variables["v"])" />"#;
    let template = r#"<rewrite-uri template="@((string)context.Variables["v"])" />"#;
    let key = r#"<rate-limit-by-key calls="1" renewal-period="1" counter-key="@(context.Variables["v"])" />"#;
    let metadata = r#"<trace source="s"><message>m</message><metadata name="n" value="@((string)context.Variables["v"])" /></trace>"#;
    let null = "Object reference not set to an instance of an object.";
    for (policy, variable, expected) in [
        (condition, "@(true)", "none"),
        (
            condition,
            "abc",
            "Unable to cast object of type 'System.String' to type 'System.Boolean'.",
        ),
        (condition, "@((string)null)", null),
        (status, "@(201)", "none"),
        (status, "201", "none"),
        (status, "abc", "The input string 'abc' was not in a correct format."),
        (status, "@((string)null)", null),
        (
            status,
            "@(true)",
            "Unable to cast object of type 'System.Boolean' to type 'System.Int32'.",
        ),
        (
            status,
            "@(1000)",
            "invalid: The value of `code` of `<set-status>` must be a status code from 200 to 999.",
        ),
        (
            name,
            "a b",
            "invalid: Header name is invalid or restricted from modification.",
        ),
        (
            name,
            "content-LENGTH",
            "invalid: Header name is invalid or restricted from modification.",
        ),
        (name, r#"@("")"#, "invalid: The name field is required."),
        (template, "@((string)null)", "invalid: The template field is required."),
        (template, r#"@("")"#, "invalid: The template field is required."),
        (template, "/", "none"),
        (key, "@((string)null)", "invalid: The counter-key field is required."),
        (key, r#"@("")"#, "none"),
        (metadata, "@((string)null)", "invalid: The value field is required."),
        (metadata, r#"@("")"#, "invalid: The value field is required."),
        (metadata, "-", "none"),
        (
            action,
            "replace",
            "invalid: The value of `exists-action` of `<set-header>` must be `override` or `skip` or `append` or `delete`.",
        ),
        (
            period,
            "@(301)",
            "invalid: The value of `renewal-period` of `<rate-limit-by-key>` must be a number of seconds from 1 to 300.",
        ),
        (
            calls,
            "@(-1)",
            "invalid: The value of `calls` of `<rate-limit-by-key>` must be a whole number that is not negative.",
        ),
    ] {
        assert_eq!(failed(policy, variable), expected, "{policy} {variable}");
    }
}

#[test]
fn a_type_that_is_known_to_be_wrong_is_an_error_of_the_document() {
    let problems = |policy: &str| {
        let source = diagnostic::Source::new("snippet.xml", policy);
        let problems = crate::check::check(&source, crate::Options::default());
        problems
            .iter()
            .map(|problem| problem.code)
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (policy, expected) in [
        (r#"<choose><when condition="@("true")" /></choose>"#, "CS0029"),
        (r#"<choose><when condition="@(1)" /></choose>"#, "CS0029"),
        (r#"<set-status code="@(true)" />"#, "CS0029"),
        (r#"<set-status code="@(200L)" />"#, "CS0266"),
        (r#"<set-status code="@("200")" />"#, ""),
        (r#"<set-header name="@(1)"><value>@(1)</value></set-header>"#, ""),
    ] {
        assert_eq!(problems(policy), expected, "{policy}");
    }
}

#[test]
fn a_variable_keeps_its_type_and_text_around_an_expression_makes_text() {
    for (value, expected) in [
        ("1", "String"),
        ("@(1)", "Int32"),
        (" @(1)", "String"),
        ("@(1)@(2)", "String"),
        ("@(1L)", "Int64"),
        ("@(true)", "Boolean"),
        ("@(new JObject())", "JObject"),
        ("@(new [] { 1 })", "Int32[]"),
        ("@(DateTime.UtcNow)", "DateTime"),
        ("@(Guid.NewGuid())", "Guid"),
        ("@(new Dictionary<string, int>())", "Dictionary`2"),
    ] {
        let set = format!(r#"<set-variable name="v" value="{value}" />"#);
        gives(&[(&set, r#"@(context.Variables["v"].GetType().Name)"#, expected)]);
    }
}

#[test]
fn variables_pass_values_between_policies() {
    let set = |name: &str, value: &str| format!(r#"<set-variable name="{name}" value="{value}" />"#);
    let changed = set("o", "@(JObject.Parse(\"{'a':1}\"))")
        + &set(
            "n",
            "@{ var o = (JObject)context.Variables[\"o\"]; o[\"a\"] = 2; return 0; }",
        );
    let counted = set("n", "@(1)") + &set("n", r#"@((int)context.Variables["n"] + 1)"#);
    let mixed = set("m", r#"a @(1) b @("c")@(true)d"#);
    let null = set("v", "@((string)null)");
    gives(&[
        (&changed, r#"@(((JObject)context.Variables["o"])["a"].ToString())"#, "2"),
        (&counted, r#"@(context.Variables["n"])"#, "2"),
        (&mixed, r#"@(context.Variables["m"])"#, "a 1 b cTrued"),
        (&null, r#"@(context.Variables.ContainsKey("v"))"#, "True"),
        (
            &null,
            r#"@(context.Variables.GetValueOrDefault<string>("v") ?? "null")"#,
            "null",
        ),
        ("", r#"@(context.Variables.ContainsKey("v"))"#, "False"),
        (&set("v", "1"), r#"@(context.Variables.ContainsKey("V"))"#, "False"),
        ("", r#"@(context.Variables.GetValueOrDefault("v", 7))"#, "7"),
    ]);
}

#[test]
fn a_condition_decides_and_later_ones_are_not_evaluated() {
    let when = |condition: &str, letter: char| {
        format!(
            r#"<when condition="{condition}"><return-response><set-body>{letter}</set-body></return-response></when>"#
        )
    };
    let throws = r#"@(int.Parse("x") > 0)"#;
    let get = r#"@(context.Request.Method == "GET")"#;
    let otherwise = "<otherwise><return-response><set-body>O</set-body></return-response></otherwise>";
    for (branches, expected) in [
        (when(get, 'A') + &when(throws, 'B'), "A"),
        (
            when("@(false)", 'A') + &when("@{ return context.Response == null; }", 'B'),
            "B",
        ),
        (when("@(!(1 < 2))", 'A') + otherwise, "O"),
        (
            when(r#"@(context.Variables.GetValueOrDefault<bool>("x"))"#, 'A') + otherwise,
            "O",
        ),
        (
            when("@(false)", 'A') + &when(throws, 'B'),
            "choose|ExpressionValueEvaluationFailure|Expression evaluation failed. The input string 'x' was not in a \
             correct format.|api|inbound|choose[1]|",
        ),
    ] {
        let policies = format!("<inbound><choose>{branches}</choose></inbound>");
        assert_eq!(told(&policies, "GET /"), expected, "{branches}");
    }
}

#[test]
fn a_line_break_in_a_computed_value_never_reaches_a_message() {
    let value = r#"@(context.Request.Url.Query.GetValueOrDefault("a"))"#;
    let edits = [
        format!(r#"<set-header name="A"><value>{value}</value></set-header>"#),
        format!(r#"<set-header name="A"><value>x {value}</value></set-header>"#),
        format!(r#"<set-header name="{value}"><value>1</value></set-header>"#),
        format!("<set-method>{value}</set-method>"),
        format!(r#"<set-status code="200" reason="{value}" />"#),
        format!(r#"<set-backend-service base-url="{value}" />"#),
    ];
    for edit in edits {
        for text in ["x%0d%0aEvil:%201", "x%0aEvil", "x%00", "x%0dy"] {
            let response = run(&format!("<inbound>{edit}</inbound>"), &format!("GET /?a={text}"));
            assert!(
                response.starts_with("500 Internal Server Error\ncontent-type: application/json\n\n"),
                "{edit} {text}: {response}"
            );
        }
    }
    // What becomes part of a URL is encoded instead.
    for edit in [
        format!(r#"<set-query-parameter name="b"><value>{value}</value></set-query-parameter>"#),
        format!(r#"<rewrite-uri template="{value}" copy-unmatched-params="false" />"#),
    ] {
        let response = run(&format!("<inbound>{edit}</inbound>"), "GET /?a=x%0d%0aEvil");
        assert_eq!(response.lines().count(), 3, "{response}");
        assert!(response.contains("x%0D%0AEvil"), "{response}");
    }
}
