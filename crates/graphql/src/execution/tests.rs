//! Requests over resolvers, as tables of the calls of each turn and the response.

use super::*;
use crate::Schema;
use proptest::prelude::*;

const SCHEMA: &str = "
    type Query { user(id: ID!, kind: Kind = PLAIN): User users: [User!] pet: Pet thing: Thing numbers: [Int] any: Any
        anys: [Any] echo(of: Any): Any grid: [[Int!]] price: Float flag: Boolean text: String kind: Kind }
    type Mutation { add(name: String!): User drop: Boolean }
    type Subscription { added: User }
    enum Kind { PLAIN SPECIAL }
    scalar Any
    type User { id: ID! name: String tags(of: Any): String friends(first: Int = 2): [User] orders: [Order!]! }
    type Order { id: Int! total: Float owner: User! }
    interface Pet { name: String }
    type Cat implements Pet { name: String lives: Int }
    type Dog implements Pet { name: String }
    union Thing = User | Order";

const LIMITS: Limits = Limits { calls: 20, bytes: 4000 };

/// The calls of each turn, and the response. Resolvers are `Type.field=json` or `Type.field!message`, separated by `;`.
fn executed(query: &str, variables: &str, resolvers: &str) -> String {
    let schema = Schema::parse(SCHEMA).unwrap();
    let request = match schema.request(query, 100, 20) {
        Ok(request) => request,
        Err(errors) => return format!("refused: {}", errors[0].message),
    };
    let entries: Vec<(&str, Result<&str, &str>)> = resolvers
        .split(';')
        .filter(|entry| !entry.is_empty())
        .map(|entry| {
            let at = entry.find(['=', '!']).unwrap();
            let (name, value) = (&entry[..at], &entry[at + 1..]);
            (
                name,
                if entry.as_bytes()[at] == b'=' {
                    Ok(value)
                } else {
                    Err(value)
                },
            )
        })
        .collect();
    let find = |type_name: &str, field: &str| {
        let name = format!("{type_name}.{field}");
        entries
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| *value)
    };
    let has_one = |type_name: &str, field: &str| find(type_name, field).is_some();
    let variables = Some(variables).filter(|text| !text.is_empty());
    let wanted = Wanted {
        operation: None,
        variables,
        resolves: &has_one,
        limits: LIMITS,
    };
    let mut execution = match Execution::new(&request, &wanted) {
        Ok(execution) => execution,
        Err(errors) => return format!("refused: {}", errors[0].message),
    };
    let mut turns = String::new();
    loop {
        let calls = execution.turn();
        if calls.is_empty() {
            break;
        }
        for call in calls {
            turns = format!("{turns}{}.{}{} ", call.type_name, call.field, call.arguments);
            let given = find(&call.type_name, &call.field).unwrap();
            execution.answer(call, given.map(str::as_bytes).map_err(str::to_owned));
        }
        turns += "| ";
    }
    turns + &execution.response()
}

#[test]
fn resolvers_are_called_turn_by_turn() {
    for (query, resolvers, expected) in [
        (
            "{ user(id: 7) { id name } }",
            r#"Query.user={"id":"7","name":"Ann"}"#,
            r#"Query.user{"id":7,"kind":"PLAIN"} | {"data":{"user":{"id":"7","name":"Ann"}}}"#,
        ),
        (
            "{ a: user(id: 1, kind: SPECIAL) { name } b: user(id: 2) { name } }",
            r#"Query.user={"id":"7","name":"Ann"}"#,
            r#"Query.user{"id":1,"kind":"SPECIAL"} Query.user{"id":2,"kind":"PLAIN"} | {"data":{"a":{"name":"Ann"},"b":{"name":"Ann"}}}"#,
        ),
        (
            "{ users { id orders { id owner { name } } } }",
            r#"Query.users=[{"id":"1"},{"id":"2"}];User.orders=[{"id":1}];Order.owner={"name":"Bob"}"#,
            r#"Query.users{} | User.orders{} User.orders{} | Order.owner{} Order.owner{} | {"data":{"users":[{"id":"1","orders":[{"id":1,"owner":{"name":"Bob"}}]},{"id":"2","orders":[{"id":1,"owner":{"name":"Bob"}}]}]}}"#,
        ),
        (
            "mutation { a: add(name: \"x\") { orders { id } } b: add(name: \"y\") { id } }",
            r#"Mutation.add={"id":1};User.orders=[]"#,
            r#"Mutation.add{"name":"x"} | User.orders{} | Mutation.add{"name":"y"} | {"data":{"a":{"orders":[]},"b":{"id":"1"}}}"#,
        ),
        (
            "{ ... on Query { numbers } __typename }",
            "Query.numbers=[1,2,null]",
            r#"Query.numbers{} | {"data":{"numbers":[1,2,null],"__typename":"Query"}}"#,
        ),
    ] {
        assert_eq!(executed(query, "", resolvers), expected, "{query}");
    }
}

#[test]
fn types_of_objects_are_told_or_known() {
    for (query, resolvers, expected) in [
        (
            "{ pet { __typename name ... on Cat { lives } } }",
            r#"Query.pet={"__typename":"Cat","name":"Tom","lives":9}"#,
            r#"{"data":{"pet":{"__typename":"Cat","name":"Tom","lives":9}}}"#,
        ),
        (
            "{ pet { name } }",
            r#"Query.pet={"name":"Tom"}"#,
            r#"{"errors":[{"message":"resolver returned an object of type Pet not defined in the schema","locations":[{"line":1,"column":3}],"path":["pet"]}],"data":{"pet":null}}"#,
        ),
        (
            "{ thing { ... on Order { id } } any }",
            r#"Query.thing={"__typename":"Order","id":5};Query.any={"a":[1]}"#,
            r#"{"data":{"thing":{"id":5},"any":{"a":[1]}}}"#,
        ),
    ] {
        let given = executed(query, "", resolvers);
        assert_eq!(given.rsplit("| ").next().unwrap(), expected, "{query}");
    }
}

#[test]
fn what_fails_is_null_up_to_what_may_be() {
    for (query, resolvers, expected) in [
        (
            "{ user(id: 1) { name } }",
            "Query.user!the data source answered 500",
            r#"{"errors":[{"message":"the data source answered 500","locations":[{"line":1,"column":3}],"path":["user"]}],"data":{"user":null}}"#,
        ),
        (
            "{ users { id orders { total } } }",
            r#"Query.users=[{"id":"1"},{"id":"2","orders":[]}];User.orders!no"#,
            r#"{"errors":[{"message":"no","locations":[{"line":1,"column":14}],"path":["users",0,"orders"]}],"data":{"users":null}}"#,
        ),
        (
            "{ user(id: 1) { id } }",
            "Query.user=not json",
            r#"{"errors":[{"message":"The resolver gave no JSON: expected ident at line 1 column 2.","locations":[{"line":1,"column":3}],"path":["user"]}],"data":{"user":null}}"#,
        ),
        ("{ user(id: 1) { name } }", "Query.user= ", r#"{"data":{"user":null}}"#),
    ] {
        let given = executed(query, "", resolvers);
        assert_eq!(given.rsplit("| ").next().unwrap(), expected, "{query}");
    }
}

#[test]
fn variables_are_what_the_operation_takes() {
    let query = "query($id: ID!, $n: Int = 3) { user(id: $id) { friends(first: $n) { id } } }";
    let resolvers = r#"Query.user={"id":1};User.friends=[]"#;
    assert_eq!(
        executed(query, r#"{"id": "9"}"#, resolvers),
        r#"Query.user{"id":"9","kind":"PLAIN"} | User.friends{"first":3} | {"data":{"user":{"friends":[]}}}"#
    );
    for (variables, expected) in [
        ("{}", "refused: missing value for non-null variable 'id'"),
        (
            "[1]",
            "refused: `variables` is no JSON object: invalid type: sequence, expected a map at line 1 column 0.",
        ),
        (r#"{"id": 1, "n": "x"}"#, "refused: could not coerce variable"),
    ] {
        let given = executed(query, variables, resolvers);
        assert!(given.starts_with(expected), "{variables}: {given}");
    }
    assert_eq!(
        executed("subscription { added { id } }", "", ""),
        "refused: A subscription needs a WebSocket with the protocol graphql-transport-ws: by HTTP, ask for a query or a mutation."
    );
    assert_eq!(
        executed("query a { any } query b { any }", "", ""),
        "refused: The request does not say which of its operations is meant."
    );
}

#[test]
fn the_schema_can_be_asked_for() {
    let given = executed(
        "{ __type(name: \"Kind\") { enumValues { name } } __schema { queryType { name } } }",
        "",
        "",
    );
    assert_eq!(
        given,
        r#"{"data":{"__type":{"enumValues":[{"name":"PLAIN"},{"name":"SPECIAL"}]},"__schema":{"queryType":{"name":"Query"}}}}"#
    );
}

#[test]
fn values_are_coerced_where_nothing_is_lost() {
    let fails = |message: &str| format!("!{message}");
    for (field, given, expected) in [
        ("price", "5", "5.0".to_owned()),
        ("price", "\"2.5\"", "2.5".to_owned()),
        ("price", "\"x\"", fails("expected Float")),
        ("numbers", "[7.0,\"8\",null]", "[7,8,null]".to_owned()),
        ("numbers", "[7.5]", fails("expected Int")),
        ("numbers", "[3000000000]", fails("overflows Int")),
        ("numbers", "7", fails("list type [Int] resolved to an object")),
        ("grid", "[[1],[],null]", "[[1],[],null]".to_owned()),
        ("grid", "[[1,null]]", fails("non-null type Int! resolved to null")),
        ("any", "[1,[2]]", "[1,[2]]".to_owned()),
        ("anys", "[[1],{\"a\":2},3]", "[[1],{\"a\":2},3]".to_owned()),
        ("flag", "\"true\"", "true".to_owned()),
        ("flag", "1", fails("expected Boolean")),
        ("text", "12", "\"12\"".to_owned()),
        ("text", "false", "\"false\"".to_owned()),
        ("text", "[1]", fails("expected String")),
        ("kind", "\"SPECIAL\"", "\"SPECIAL\"".to_owned()),
        ("kind", "\"OTHER\"", fails("expected enum Kind")),
    ] {
        let response = executed(&format!("{{ {field} }}"), "", &format!("Query.{field}={given}"));
        match expected.strip_prefix('!') {
            Some(message) => assert!(response.contains(message), "{field} {given}: {response}"),
            None => assert!(
                response.ends_with(&format!("{{\"data\":{{\"{field}\":{expected}}}}}")),
                "{field} {given}: {response}"
            ),
        }
    }
}

#[test]
fn asking_has_limits_too() {
    let given = executed(
        "query($n: Any) { a: echo(of: $n) b: echo(of: $n) }",
        &format!("{{\"n\":\"{}\"}}", "x".repeat(9000)),
        "Query.echo=1",
    );
    let (_, response) = given.split_once("| ").unwrap();
    assert!(
        response.contains("The arguments of this request's fields take too many bytes."),
        "{response}"
    );
    assert!(response.ends_with("\"data\":{\"a\":1,\"b\":null}}"), "{response}");
    // The object itself would be within the limits, many of it are not.
    let parent = format!(
        "Query.user={{\"id\":1,\"more\":\"{}\"}};User.friends=[]",
        "x".repeat(3000)
    );
    let fields: Vec<String> = (0..9).map(|place| format!("f{place}: friends {{ id }}")).collect();
    let given = executed(&format!("{{ user(id: 1) {{ {} }} }}", fields.join(" ")), "", &parent);
    assert_eq!(given.matches("User.friends").count(), 5);
    assert!(given.contains("\"f4\":[],\"f5\":null"), "{given}");
    // Arguments of fields without a resolver count as well.
    let users = format!("Query.users=[{}1]", "{\"id\":1},".repeat(30));
    let given = executed(
        "query($n: Any) { users { tags(of: $n) } }",
        &format!("{{\"n\":\"{}\"}}", "x".repeat(2000)),
        &users,
    );
    assert!(
        given.contains("The arguments of this request's fields take too many bytes."),
        "{given}"
    );
    let list = format!("{{\"n\":[{}1]}}", "1,".repeat(60_000));
    let fields: Vec<String> = (0..90).map(|place| format!("f{place}: any")).collect();
    let fields = fields.join(" ");
    let echo = "e: echo(of: $n)";
    let given = executed(&format!("query($n: Any) {{ {echo} }}"), &list, "");
    assert!(given.contains("take too many bytes"), "{given}");
    assert_eq!(
        executed(&format!("query($n: Any) {{ {echo} {fields} }}"), &list, ""),
        "refused: `variables` hold 60002 values, too many for so many fields."
    );
}

#[test]
fn limits_hold() {
    let many = format!("Query.users=[{}{{\"id\":1}}];User.orders=[]", "{\"id\":1},".repeat(30));
    let given = executed("{ users { orders { id } } }", "", &many);
    assert!(
        given.contains("The request needs more than 20 calls of resolvers."),
        "{given}"
    );
    let large = format!("Query.any=\"{}\"", "x".repeat(5000));
    let given = executed("{ any }", "", &large);
    assert!(
        given.contains("The resolvers of this request gave more than 4000 bytes."),
        "{given}"
    );
    let wide = format!("Query.user={{\"id\":1,\"name\":\"{}\"}}", "x".repeat(900));
    let names: Vec<String> = (0..9).map(|place| format!("n{place}: name")).collect();
    let names = names.join(" ");
    let given = executed(&format!("{{ user(id: 1) {{ {names} }} }}"), "", &wide);
    assert!(given.contains("The response is larger than 4000 bytes."), "{given}");
    assert!(given.len() < 9000, "{given}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever resolvers give, the execution ends with a response.
    #[test]
    fn any_json_ends_in_a_response(
        parts in prop::collection::vec(prop::sample::select(vec!["{", "}", "[", "]", "\"id\":", "\"name\":", "\"orders\":", "\"friends\":", "1", "null", "\"x\"", ",", "true", "1e9", "{\"id\":1}", "[{\"id\":2}]"]), 0..14),
        which in 0..4usize,
    ) {
        let json = parts.concat().replace([';', '!', '='], "");
        let query = "{ users { id name friends { id orders { id total owner { name } } } } pet { name } thing { __typename } numbers any }";
        let name = ["Query.users", "User.friends", "Query.pet", "Query.any"][which];
        let resolvers = format!("Query.users=[{{\"id\":1}}];{name}={json};Query.numbers={json};Query.thing={json}");
        let given = executed(query, "", &resolvers);
        prop_assert!(given.contains("\"data\":"), "{}", given);
    }
}
