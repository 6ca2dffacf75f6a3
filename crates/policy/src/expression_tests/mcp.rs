//! Policies of MCP servers: requests with and without a body, answers within a stream.

use crate::testing::Bench;

/// The published deny-list: one tool can neither be called nor seen.
const DENY: &str = r#"<inbound><choose><when condition="@{
        var body = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
        if (body == null) { return false; }
        var rpcMethod = (string)body["method"];
        var toolName = (string)body["params"]?["name"];
        return string.Equals(rpcMethod, "tools/call", System.StringComparison.OrdinalIgnoreCase) && string.Equals(toolName, "secret", System.StringComparison.OrdinalIgnoreCase);
    }"><return-response><set-status code="200" reason="OK" /><set-header name="Content-Type" exists-action="override"><value>application/json</value></set-header><set-body>@{
        var req = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
        var id = req != null ? req["id"] : Newtonsoft.Json.Linq.JValue.CreateNull();
        return new Newtonsoft.Json.Linq.JObject(new Newtonsoft.Json.Linq.JProperty("id", id), new Newtonsoft.Json.Linq.JProperty("error", "disabled")).ToString(Newtonsoft.Json.Formatting.None);
    }</set-body></return-response></when></choose></inbound><backend />
    <outbound><choose><when condition="@{
        var req = context.Request.Body.As<Newtonsoft.Json.Linq.JObject>(preserveContent: true);
        if (req == null) { return false; }
        return string.Equals((string)req["method"], "tools/list", System.StringComparison.OrdinalIgnoreCase);
    }"><set-body>@{
        var bodyText = context.Response.Body.As<string>(preserveContent: true);
        if (string.IsNullOrEmpty(bodyText)) { return bodyText; }
        var resp = Newtonsoft.Json.Linq.JObject.Parse(bodyText);
        var tools = resp["result"]?["tools"] as Newtonsoft.Json.Linq.JArray;
        if (tools == null) { return bodyText; }
        var filtered = new Newtonsoft.Json.Linq.JArray();
        foreach (var t in tools) {
            var name = (string)t?["name"];
            if (!string.Equals(name, "secret", System.StringComparison.OrdinalIgnoreCase)) { filtered.Add(t); }
        }
        ((Newtonsoft.Json.Linq.JObject)resp["result"])["tools"] = filtered;
        return resp.ToString(Newtonsoft.Json.Formatting.None);
    }</set-body></when></choose></outbound>"#;

fn answer(policies: &str, answer: &'static str, request: &str) -> String {
    Bench::new(policies).mcp(answer).run(request)
}

#[test]
fn a_tool_on_the_deny_list_can_be_neither_called_nor_seen() {
    const TOOLS: &str = r#"{"id":1,"result":{"tools":[{"name":"a"},{"name":"Secret","x":[1]},{"name":"b"}]}}"#;
    let post = |body: &str| format!("POST /mcp\n\n{body}");
    for (request, message, expected) in [
        (
            r#"{"id":7,"method":"tools/call","params":{"name":"SECRET"}}"#,
            TOOLS,
            "200 OK\ncontent-type: application/json\n\n{\"id\":7,\"error\":\"disabled\"}",
        ),
        (
            r#"{"id":1,"method":"tools/list"}"#,
            TOOLS,
            "200 OK\n\nbefore|{\"id\":1,\"result\":{\"tools\":[{\"name\":\"a\"},{\"name\":\"b\"}]}}|after",
        ),
        (
            r#"{"id":1,"method":"tools/call","params":{"name":"a"}}"#,
            r#"{ "id": 1 }"#,
            "200 OK\n\nbefore|{ \"id\": 1 }|after",
        ),
        (
            r#"{"id":1,"method":"tools/list"}"#,
            r#"{"id":1, "error":{}}"#,
            "200 OK\n\nbefore|{\"id\":1, \"error\":{}}|after",
        ),
        (r#"{"method":"x","params":{}}"#, "{}", "200 OK\n\nbefore|{}|after"),
    ] {
        assert_eq!(answer(DENY, message, &post(request)), expected, "{request}");
    }
    // Newtonsoft has no names in an array: nothing passes that the policy could not look into.
    assert!(answer(DENY, "{}", &post(r#"{"method":"tools/call","params":["secret"]}"#)).starts_with("500"));
    // A stream that the client opens has no body; policies find an empty one.
    assert_eq!(answer(DENY, "{}", "GET /mcp"), "200 OK\n\nbefore|{}|after");
}

#[test]
fn a_request_without_a_body_has_an_empty_one() {
    for (expression, expected) in [
        ("@(context.Request.Body == null)", "False"),
        ("@(context.Request.Body.As<string>(preserveContent: true).Length)", "0"),
        (
            "@(context.Request.Body.As<JObject>(preserveContent: true) == null)",
            "True",
        ),
    ] {
        let policies =
            format!("<inbound><return-response><set-body>{expression}</set-body></return-response></inbound>");
        assert_eq!(
            answer(&policies, "{}", "GET /mcp"),
            format!("200 OK\n\n{expected}"),
            "{expression}"
        );
    }
}

#[test]
fn a_broken_answer_ends_in_on_error() {
    let policies = r"<backend /><outbound><set-body>@(context.Response.Body.As<JObject>().ToString())</set-body></outbound>
        <on-error><return-response><set-body>@(context.LastError.Reason)</set-body></return-response></on-error>";
    assert_eq!(
        answer(policies, "no json", "POST /mcp\n\n{}"),
        "200 OK\n\nExpressionValueEvaluationFailure"
    );
}
