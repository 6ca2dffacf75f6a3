//! Expressions as published policies have them, evaluated over recorded exchanges.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use expression::recorded::RecordedContext;
use expression::value::Value;
use expression::{Budget, Expression, Reads, Target};

fn check(source: &str, target: Target, exchange: &str, expected: &str) {
    let expression = Expression::compile(source, target).unwrap_or_else(|problems| panic!("{source}: {problems:#?}"));
    let context = RecordedContext::from_json(exchange).unwrap();
    let found = match expression.evaluate(&context, Budget::default()) {
        Ok(value) => value.display_string().to_string(),
        Err(exception) => format!("{}: {}", exception.type_name, exception.message),
    };
    assert_eq!(found, expected, "{source}\nover {exchange}");
}

const IS_LIST: &str = r#"@{ var body = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
    if (body == null) { return false; } var rpcMethod = (string)body["method"];
    return string.Equals(rpcMethod, "tools/list", System.StringComparison.OrdinalIgnoreCase); }"#;

const IS_BLOCKED: &str = r#"@{ var body = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
    if (body == null) { return false; } var rpcMethod = (string)body["method"]; var toolName = (string)body["params"]?["name"];
    return string.Equals(rpcMethod, "tools/call", System.StringComparison.OrdinalIgnoreCase)
      && string.Equals(toolName, "microsoft_code_sample_search", System.StringComparison.OrdinalIgnoreCase); }"#;

#[test]
fn a_tool_call_is_recognised() {
    for (body, list, blocked) in [
        (r#"{"method": "TOOLS/LIST"}"#, "True", "False"),
        (
            r#"{"method": "tools/call", "params": {"name": "Microsoft_Code_Sample_Search"}}"#,
            "False",
            "True",
        ),
        (r#"{"method": "tools/call", "params": {}}"#, "False", "False"),
        (r#"{"method": "tools/call"}"#, "False", "False"),
        (r#""""#, "False", "False"),
    ] {
        let exchange = format!(r#"{{"request": {{"method": "POST", "body": {body}}}}}"#);
        check(IS_LIST, Target::Boolean, &exchange, list);
        check(IS_BLOCKED, Target::Boolean, &exchange, blocked);
    }
    check(
        IS_LIST,
        Target::Boolean,
        "{}",
        "System.NullReferenceException: Object reference not set to an instance of an object.",
    );
}

#[test]
fn a_refusal_is_built() {
    let source = r#"@{ var req = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
        var id = req != null ? req["id"] : Newtonsoft.Json.Linq.JValue.CreateNull();
        var error = new Newtonsoft.Json.Linq.JObject( new Newtonsoft.Json.Linq.JProperty("jsonrpc", "2.0"),
          new Newtonsoft.Json.Linq.JProperty("id", id), new Newtonsoft.Json.Linq.JProperty("error", new Newtonsoft.Json.Linq.JObject(
            new Newtonsoft.Json.Linq.JProperty("code", -32601), new Newtonsoft.Json.Linq.JProperty("message", "no")) ) );
        return error.ToString(Newtonsoft.Json.Formatting.None); }"#;
    check(
        source,
        Target::String,
        r#"{"request": {"body": {"id": 7}}}"#,
        r#"{"jsonrpc":"2.0","id":7,"error":{"code":-32601,"message":"no"}}"#,
    );
    check(
        source,
        Target::String,
        r#"{"request": {"body": ""}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32601,"message":"no"}}"#,
    );
}

#[test]
fn a_list_of_tools_is_filtered() {
    let source = r#"@{ var bodyText = context.Response.Body.As<string>(preserveContent: true);
        if (string.IsNullOrEmpty(bodyText)) { return bodyText; }
        var resp = Newtonsoft.Json.Linq.JObject.Parse(bodyText);
        var tools = resp["result"]?["tools"] as Newtonsoft.Json.Linq.JArray; if (tools == null) { return bodyText; }
        var filtered = new Newtonsoft.Json.Linq.JArray();
        foreach (var t in tools) { var name = (string)t?["name"];
          if (!string.Equals(name, "b", System.StringComparison.OrdinalIgnoreCase)) { filtered.Add(t); } }
        ((Newtonsoft.Json.Linq.JObject)resp["result"])["tools"] = filtered;
        return resp.ToString(Newtonsoft.Json.Formatting.None); }"#;
    for (body, expected) in [
        (
            r#"{"result": {"tools": [{"name": "a"}, {"name": "B"}, {"name": "c"}]}}"#,
            r#"{"result":{"tools":[{"name":"a"},{"name":"c"}]}}"#,
        ),
        (r#"{"result": {}}"#, r#"{"result":{}}"#),
        (r#""""#, ""),
    ] {
        check(
            source,
            Target::Body,
            &format!(r#"{{"response": {{"body": {body}}}}}"#),
            expected,
        );
    }
}

#[test]
fn small_ones() {
    for (source, exchange, expected) in [
        (r#"@(context.Subscription?.Id ?? "anonymous")"#, "{}", "anonymous"),
        (
            r#"@(context.Subscription?.Id ?? "anonymous")"#,
            r#"{"subscription": {"id": "s"}}"#,
            "s",
        ),
        (
            r#"@("Bearer " + (string)context.Variables["token"])"#,
            r#"{"variables": {"token": "t"}}"#,
            "Bearer t",
        ),
        (r#"@("Bearer " + (string)context.Variables["token"])"#, "{}", "Bearer "),
        ("@(context.Request.IpAddress)", "{}", "192.0.2.1"),
        (
            r#"@(context.LastError.Reason == "RateLimitExceeded")"#,
            r#"{"lastError": {"reason": "RateLimitExceeded"}}"#,
            "True",
        ),
        (
            r#"@(DateTime.UtcNow.AddSeconds(context.Variables.GetValueOrDefault<int>("retryAfter")).ToString("o"))"#,
            r#"{"variables": {"retryAfter": 5}}"#,
            "2026-01-02T03:04:10.0000000Z",
        ),
        (
            "@(context.Response.StatusCode == 200)",
            "{}",
            "System.NullReferenceException: Object reference not set to an instance of an object.",
        ),
    ] {
        check(source, Target::String, exchange, expected);
    }
}

#[test]
fn reads_are_found_while_checking() {
    for (source, request_body, response_body) in [
        (IS_LIST, true, false),
        ("@(context.Response.Body.As<string>(true))", false, true),
        ("@(context.Response.StatusCode)", false, false),
        (
            r#"@(((IResponse)context.Variables["r"]).Body.As<string>())"#,
            false,
            false,
        ),
        (
            "@{ var r = context.Response; return r.Body.As<string>(); }",
            false,
            true,
        ),
        ("@(context.Response)", false, true),
        ("@{ var r = context.Response; return r; }", false, true),
        (
            "@{ Func<string> f = () => context.Request.Body.As<string>(); return f(); }",
            true,
            false,
        ),
    ] {
        let found = Expression::compile(source, Target::Object).unwrap().reads();
        assert_eq!(
            found,
            Reads {
                request_body,
                response_body
            },
            "{source}"
        );
    }
}

#[test]
fn a_body_is_consumed_once() {
    let context = RecordedContext::from_json(r#"{"request": {"body": "x"}}"#).unwrap();
    let expression = Expression::compile("@(context.Request.Body.As<string>())", Target::Object).unwrap();
    assert_eq!(
        expression
            .evaluate(&context, Budget::default())
            .unwrap()
            .display_string(),
        "x"
    );
    assert!(matches!(
        expression.evaluate(&context, Budget::default()).unwrap(),
        Value::Null
    ));
}
