//! Requests against a schema.

use super::*;

const SCHEMA: &str = "
type Query { user(id: ID!): User, users(first: Int): [User!]!, node: Node, hello: String }
type Mutation { deleteUser(id: ID!): User }
interface Node { id: ID! }
type User implements Node { id: ID!, name(upper: Boolean): String, friend: User }
type Robot implements Node { id: ID!, model: String }
";

fn schema() -> Schema {
    Schema::parse(SCHEMA).unwrap()
}

/// The errors of a request, a line each; `sound` when there are none.
fn check(text: &str) -> String {
    match schema().request(text, 10, 4) {
        Ok(_) => "sound".to_owned(),
        Err(errors) => {
            let line = |error: &Error| match error.location {
                Some((line, column)) => format!("{} {line}:{column}", error.message),
                None => error.message.clone(),
            };
            errors.iter().map(line).collect::<Vec<_>>().join("\n")
        }
    }
}

#[test]
fn requests_must_conform() {
    for (text, expected) in [
        ("{ hello }", "sound"),
        (
            "query($id: ID!) { user(id: $id) { ...F } } fragment F on User { id name }",
            "sound",
        ),
        ("{ nope }", "type `Query` does not have a field `nope` 1:3"),
        (
            "{ user { id } }",
            "the required argument `Query.user(id:)` is not provided 1:3",
        ),
        ("{ hello", "syntax error: expected R_CURLY, got EOF 1:8"),
        ("", "syntax error: Unexpected <EOF>. 1:1"),
        (
            "{ a: users { id friend { id friend { id friend { id } } } } }",
            "The request is 5 levels deep and exceeds the maximum depth of 4.",
        ),
        (
            "{ users { a: id b: id c: id d: id e: id f: id g: id h: id i: id j: id } }",
            "The request has more than 10 fields.",
        ),
        (
            "{ a: users { ...F } b: users { ...F } c: users { ...F } d: users { ...F } } fragment F on User { id name }",
            "The request has more than 10 fields.",
        ),
    ] {
        assert_eq!(check(text), expected, "{text}");
    }
}

#[test]
fn a_schema_must_be_sound() {
    let errors = Schema::parse("type Query { a: Nope }").unwrap_err();
    assert_eq!(errors[0].message, "cannot find type `Nope` in this document");
    assert_eq!(errors[0].location, Some((1, 17)));
}

#[test]
fn what_a_peer_sends_ends() {
    for text in [
        "{".repeat(100_000),
        "{a".repeat(50_000),
        format!("{{ hello(a: {}", "[".repeat(50_000)),
        "{ hello } ".repeat(30_000),
    ] {
        assert_ne!(check(&text), "sound");
    }
    let circle = "{ user(id: 1) { ...A } } fragment A on User { ...B } fragment B on User { ...A }";
    assert_ne!(check(circle), "sound");
    // Fragments that double each other's fields.
    let mut doubling = "{ user(id: 1) { ...F0 } } ".to_owned();
    for (at, next) in [("0", "1"), ("1", "2"), ("2", "3"), ("3", "4")] {
        doubling += &[
            "fragment F",
            at,
            " on User { a: friend { ...F",
            next,
            " } b: friend { ...F",
            next,
            " } } ",
        ]
        .concat();
    }
    doubling.push_str("fragment F4 on User { id }");
    assert_eq!(check(&doubling), "The request has more than 10 fields.");
}

#[test]
fn each_field_is_told_with_its_place() {
    let schema = schema();
    let request = schema
        .request(
            "{ me: user(id: 1) { ...F } node { id } __typename } fragment F on User { n: name }",
            10,
            4,
        )
        .unwrap();
    let line =
        |(asked, path): (Asked, Vec<String>)| format!("{}/{} {}", asked.types.join("|"), asked.name, path.join("."));
    let lines: Vec<String> = request.asked().into_iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "Query/user me",
            "User/name me.n",
            "Query/node node",
            "Node|User|Robot/id node.id",
            "Query/__typename __typename"
        ]
    );
}

#[test]
fn operations_are_named() {
    let schema = schema();
    let one = schema.request("{ hello }", 10, 4).unwrap();
    assert!(one.has_operation(None) && !one.has_operation(Some("A")));
    let two = schema.request("query A { hello } query B { hello }", 10, 4).unwrap();
    assert!(two.has_operation(Some("A")) && !two.has_operation(None));
}

#[test]
fn fields_can_be_taken_out() {
    let schema = schema();
    for (text, removed, expected) in [
        ("{ hello node { id } }", "Query.hello", Some("{ node { id } }")),
        ("{ hello }", "Query.hello", None),
        (
            "query($a: ID!, $u: Boolean) { user(id: $a) { id name(upper: $u) } }",
            "User.name",
            Some("query($a: ID!) { user(id: $a) { id } }"),
        ),
        (
            "{ user(id: 1) { id ...F } } fragment F on User { name ...G } fragment G on User { name }",
            "User.name",
            Some("{ user(id: 1) { id } }"),
        ),
        (
            "{ hello user(id: 1) { friend { ...F } } } fragment F on User { name }",
            "User.name",
            Some("{ hello }"),
        ),
        (
            "query A($u: Boolean) { users { ...F } hello } query B { hello } fragment F on User { id name(upper: $u) }",
            "Query.hello",
            None,
        ),
        (
            "{ users { ...F } hello } fragment F on User { id n: name @skip(if: true) }",
            "Query.hello",
            Some("{ users { ...F } } fragment F on User { id n: name @skip(if: true) }"),
        ),
    ] {
        let request = schema.request(text, 10, 4).unwrap();
        let left = request.without(|asked| asked.types.iter().any(|ty| format!("{ty}.{}", asked.name) == removed));
        let left = left.map(|left| left.split_whitespace().collect::<Vec<_>>().join(" "));
        assert_eq!(left.as_deref(), expected, "{text}");
        if let Some(left) = left {
            assert!(schema.request(&left, 10, 4).is_ok(), "{left}");
        }
    }
}

proptest::proptest! {
    #[test]
    fn any_text_ends(text in "[a-c{}() :$.@!\\[\\]\"1]{0,60}") {
        check(&text);
    }
}
