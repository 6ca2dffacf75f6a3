//! GraphQL requests through policies.

use crate::testing::Bench;
use std::sync::Arc;

const SCHEMA: &str = "
type Query { user(id: ID!): User, hello: String, node: Node, self: Query }
type Mutation { deleteUser(id: ID!): User }
interface Node { id: ID! }
type User implements Node { id: ID!, name: String, friend: User }
";

fn bench(policy: &str) -> Bench {
    let mut bench = Bench::new(&format!(
        "<inbound>{policy}</inbound><on-error><set-header name='r'><value>@(context.LastError.Source + \"|\" + context.LastError.Reason + \"|\" + \
         context.LastError.Message)</value></set-header></on-error>"
    ));
    Arc::get_mut(&mut bench.catalog.apis[0]).unwrap().graphql_schema = Some(SCHEMA.into());
    bench
}

fn policy(rules: &str) -> String {
    format!(
        "<validate-graphql-request max-size='300' max-depth='3'><authorize>{rules}</authorize></validate-graphql-request>"
    )
}

fn post(query: &str) -> String {
    format!(
        "POST /\nContent-Type: application/json\n\n{}",
        serde_json::json!({ "query": query })
    )
}

/// The message of the error that a request is refused with; `passed` when it is not.
fn refusal(rules: &str, request: &str) -> String {
    let answer = bench(&policy(rules)).run(request);
    if answer.starts_with("200 OK") {
        return "passed".to_owned();
    }
    let (head, body) = answer.split_once("\n\n").unwrap();
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert!(body.get("data").is_none());
    let message = body["errors"][0]["message"].as_str().unwrap().to_owned();
    let expected =
        format!("400 Bad Request\ncontent-type: application/json\nr: validate-graphql-request|Bad request|{message}");
    assert_eq!(head, expected);
    message
}

#[test]
fn requests_must_conform() {
    let long = format!("{{ hello }} #{}", "x".repeat(300));
    for (request, expected) in [
        (post("{ hello }"), "passed".to_owned()),
        ("GET /?query=%7Bhello%7D&variables=%7B%7D".into(), "passed".into()),
        (
            "POST /\nContent-Type: application/graphql\n\n{ hello }".into(),
            "passed".into(),
        ),
        (post("{ nope }"), "type `Query` does not have a field `nope`".into()),
        (post("{ hello"), "syntax error: expected R_CURLY, got EOF".into()),
        (
            post("{ user(id: 1) { friend { friend { id } } } }"),
            "The request is 4 levels deep and exceeds the maximum depth of 3.".into(),
        ),
        (
            post(&long),
            "The request is 323 bytes long and exceeds the limit of 300 bytes.".into(),
        ),
        (
            post("query A { hello } query B { hello }"),
            "The request does not say which of its operations is meant.".into(),
        ),
        (
            "POST /\n\n{\"query\":\"query A { hello } query B { hello }\",\"operationName\":\"B\"}".into(),
            "passed".into(),
        ),
        (
            "POST /\n\n{\"query\":\"{ hello }\",\"operationName\":\"B\"}".into(),
            "The request does not say which of its operations is meant.".into(),
        ),
        (
            "POST /\n\n{\"query\":\"{ hello }\",\"operationName\":1}".into(),
            "`operationName` must be a text.".into(),
        ),
        (
            "POST /\n\n[{\"query\":\"{ hello }\"}]".into(),
            "The body must be a JSON object.".into(),
        ),
        ("POST /\n\n{\"a\":1}".into(), "The body has no `query`.".into()),
        (
            "POST /\n\n{".into(),
            "The body is no JSON: EOF while parsing an object at line 1 column 1.".into(),
        ),
        ("POST /".into(), "The request has no body.".into()),
        ("GET /?a=1".into(), "The request has no parameter `query`.".into()),
        (
            "GET /?query=%7Bhello%7D&query=x".into(),
            "The parameter `query` stands twice.".into(),
        ),
    ] {
        assert_eq!(refusal("", &request), expected, "{request}");
    }
}

#[test]
fn rules_say_who_may_ask_for_what() {
    let not_allowed = |field: &str, ty: &str| format!("The field `{field}` of `{ty}` is not allowed.");
    let user = "{ user(id: 1) { id name } }";
    let if_get = "@(context.Request.Method == \"GET\" ? \"allow\" : \"reject\")";
    for (rules, query, expected) in [
        (
            "<rule path='/__*' action='reject' />".to_owned(),
            "{ __schema { types { name } } }",
            not_allowed("__schema", "Query"),
        ),
        (
            "<rule path='/__*' action='reject' />".into(),
            "{ self { __type(name: \"User\") { name } } }",
            not_allowed("__type", "Query"),
        ),
        (
            "<rule path='/__*' action='reject' />".into(),
            "{ __typename hello }",
            "passed".into(),
        ),
        (
            "<rule path='/__schema' action='reject' />".into(),
            "{ __schema { types { name } } }",
            not_allowed("__schema", "Query"),
        ),
        (
            "<rule path='/User/name' action='reject' />".into(),
            user,
            not_allowed("name", "User"),
        ),
        (
            "<rule path='/User/name' action='reject' />".into(),
            "{ user(id: 1) { ...F } } fragment F on User { n: name }",
            not_allowed("name", "User"),
        ),
        ("<rule path='/User/name' />".into(), user, "passed".into()),
        (
            format!("<rule path='/User/name' action='{if_get}' />"),
            user,
            not_allowed("name", "User"),
        ),
        (
            "<rule path='/User/*' action='reject' /><rule path='/User/name' action='allow' />".into(),
            "{ user(id: 1) { name } }",
            "passed".into(),
        ),
        (
            "<rule path='/User/*' action='reject' /><rule path='/User/name' action='allow' />".into(),
            user,
            not_allowed("id", "User"),
        ),
        (
            "<rule path='/User/name' action='ignore' /><rule path='/User/*' action='reject' />".into(),
            "{ user(id: 1) { name } }",
            not_allowed("name", "User"),
        ),
        (
            "<rule path='/*' action='reject' /><rule path='/Query/*' action='allow' />".into(),
            "{ hello }",
            "passed".into(),
        ),
        (
            "<rule path='/*' action='reject' />".into(),
            "{ hello }",
            not_allowed("hello", "Query"),
        ),
        (
            "<rule path='/User/id' action='reject' />".into(),
            "{ node { id } }",
            not_allowed("id", "Node"),
        ),
        (
            "<rule path='/Mutation/deleteUser' action='reject' />".into(),
            "mutation { deleteUser(id: 1) { id } }",
            not_allowed("deleteUser", "Mutation"),
        ),
    ] {
        assert_eq!(refusal(&rules, &post(query)), expected, "{rules} {query}");
    }
}

#[test]
fn what_is_removed_is_told_in_the_response() {
    let rules = policy("<rule path='/User/name' action='remove' />");
    let sent = |request: &str, answer: &str| {
        let mut bench = bench(&rules).answer(&format!("200\n\n{answer}"));
        let answer = bench.run(request);
        let sent = bench.sent.borrow().concat();
        (sent.split_whitespace().collect::<Vec<_>>().join(" "), answer)
    };
    let error = r#"{"message":"The field `name` of `User` was removed from the request.","path":["me","name"]}"#;
    let request = "POST /\n\n{\"variables\":{},\"query\":\"{ hello me: user(id: 1) { name } }\"}";
    let (backend, answer) = sent(request, "{\"data\":{\"hello\":\"a\"}}");
    assert!(
        backend.ends_with(r#"{"variables":{},"query":"{ hello }"}"#),
        "{backend}"
    );
    assert_eq!(
        answer,
        format!("200 OK\n\n{{\"data\":{{\"hello\":\"a\"}},\"errors\":[{error}]}}")
    );
    let (_, answer) = sent(request, "{\"errors\":[1]}");
    assert_eq!(answer, format!("200 OK\n\n{{\"errors\":[1,{error}]}}"));
    let (_, answer) = sent(request, "oops");
    assert_eq!(answer, "200 OK\n\noops");
    let (backend, _) = sent("GET /?a=1&query=%7Bhello%20user(id:1)%7Bname%7D%7D&b=2", "{}");
    assert!(
        backend.starts_with("GET http://backend.example/base/?a=1&query=%7B")
            && !backend.contains("name")
            && backend.ends_with("&b=2"),
        "{backend}"
    );
    assert_eq!(
        refusal(
            "<rule path='/User/name' action='remove' />",
            &post("{ user(id: 1) { name } }")
        ),
        "The field `name` of `User` was removed from the request."
    );
}

#[test]
fn errors_are_in_both_variables() {
    let policies = "<validate-graphql-request max-size='99' error-variable-name='@(\"mine\")' />";
    let mut bench = bench(policies);
    let on_error = "<on-error><set-body>@(((JArray)context.Variables[\"mine\"]).Count + \" \" + ((JArray)context.Variables[\"GraphQLErrors\"])[0][\"locations\"].ToString(Newtonsoft.Json.Formatting.None))</set-body></on-error>";
    let mut told = Bench::new(&format!("<inbound>{policies}</inbound>{on_error}"));
    Arc::get_mut(&mut told.catalog.apis[0]).unwrap().graphql_schema = Some(SCHEMA.into());
    assert!(
        told.run(&post("{ nope }"))
            .ends_with("\n\n1 [{\"line\":1,\"column\":3}]")
    );
    assert!(bench.run(&post("{ hello }")).starts_with("200 OK"));
}

#[test]
fn an_api_whose_schema_is_not_known_refuses() {
    for (schema, warning) in [
        (
            None,
            "API `orders` has no GraphQL schema to validate requests by, so that all are refused: it has no `specification.graphql`",
        ),
        (
            Some("type Query { a: Nope }".into()),
            "API `orders`: its GraphQL schema cannot be used, so that all requests are refused: cannot find type `Nope` in this document (line 1, column 17)",
        ),
    ] {
        let mut bench = bench("<validate-graphql-request max-size='99' />");
        Arc::get_mut(&mut bench.catalog.apis[0]).unwrap().graphql_schema = schema;
        let (_, problems) = crate::plan::Plans::compile(&bench.catalog);
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, [warning]);
        assert!(
            bench
                .run(&post("{ hello }"))
                .contains("The schema of the API is not known.")
        );
    }
}

#[test]
fn paths_that_mean_nothing_are_refused() {
    for path in ["User/name", "/User", "/", "/User/*name", "/User/name/first"] {
        let document = format!(
            "<policies><inbound>{}</inbound></policies>",
            policy(&format!("<rule path='{path}' />"))
        );
        let (_, problems) = crate::plan::Plans::compile(&Bench::with_documents(&[("api", &document)]).catalog);
        assert!(
            problems
                .iter()
                .any(|problem| problem.is_error() && problem.code == crate::codes::WRONG_VALUE),
            "{path}"
        );
    }
}
