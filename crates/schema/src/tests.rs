//! Schemas against documents.

use super::*;
use serde_json::json;

fn faults(root: &Value, schema: &Value, used: Use, text: &str) -> String {
    let schema = Schema::new("S", &Arc::new(root.clone()), schema.clone());
    let document: Value = serde_json::from_str(text).unwrap();
    let found = match schema.faults(used, &document, 25) {
        Ok(found) => found,
        Err(error) => return format!("error: {error}"),
    };
    let line = |fault: &Fault| {
        let (line, position) = position(text, &fault.place, used.ignores_case);
        format!("{} {line}:{position}", fault.message)
    };
    found.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(schema: &Value, text: &str, expected: &str) {
    assert_eq!(
        faults(&json!({"openapi": "3.0.1"}), schema, Use::default(), text),
        expected,
        "{schema} {text}"
    );
}

#[test]
fn what_is_wrong_is_said_in_newtonsofts_words() {
    for (schema, text, expected) in [
        (
            json!({"type": "string"}),
            "1",
            "Invalid type. Expected String but got Integer. 1:1",
        ),
        (
            json!({"type": ["null", "string"]}),
            "1.5",
            "Invalid type. Expected String, Null but got Number. 1:3",
        ),
        (
            json!({"type": "integer"}),
            "{}",
            "Invalid type. Expected Integer but got Object. 1:1",
        ),
        (
            json!({"required": ["a", "b"]}),
            "{\"c\": 1}",
            "Required properties are missing from object: a, b. 1:1",
        ),
        (
            json!({"properties": {"a": {}}, "additionalProperties": false}),
            "{\"a\":1,\n \"x\": 2}",
            "Property 'x' has not been defined and the schema does not allow additional properties. 2:5",
        ),
        (
            json!({"properties": {"a": {"enum": ["x"]}}}),
            "{\"a\":\"y\"}",
            "Value \"y\" is not defined in enum. 1:8",
        ),
        (
            json!({"maxLength": 2}),
            "\"abc\"",
            "String 'abc' exceeds maximum length of 2. 1:5",
        ),
        (
            json!({"minLength": 2}),
            "\"a\"",
            "String 'a' is less than minimum length of 2. 1:3",
        ),
        (
            json!({"pattern": "^a$"}),
            "\"b\"",
            "String 'b' does not match regex pattern '^a$'. 1:3",
        ),
        (
            json!({"format": "date"}),
            "\"b\"",
            "String 'b' does not validate against format 'date'. 1:3",
        ),
        (json!({"format": "int32"}), "\"b\"", ""),
        (
            json!({"maximum": 10}),
            "11",
            "Integer 11 exceeds maximum value of 10. 1:2",
        ),
        (
            json!({"minimum": 5.5}),
            "1",
            "Integer 1 is less than minimum value of 5.5. 1:1",
        ),
        (
            json!({"maximum": 10, "exclusiveMaximum": true}),
            "10",
            "Integer 10 equals maximum value of 10 and exclusive maximum is true. 1:2",
        ),
        (json!({"minimum": 1, "exclusiveMinimum": false}), "1", ""),
        (json!({"multipleOf": 2}), "7", "Integer 7 is not a multiple of 2. 1:1"),
        (
            json!({"maxItems": 1}),
            "[1,2]",
            "Array item count 2 exceeds maximum count of 1. 1:1",
        ),
        (
            json!({"minItems": 1}),
            "[]",
            "Array item count 0 is less than minimum count of 1. 1:1",
        ),
        (
            json!({"maxProperties": 0}),
            "{\"a\":1}",
            "Object property count 1 exceeds maximum count of 0. 1:1",
        ),
        (
            json!({"uniqueItems": true}),
            "[1,1]",
            "Non-unique array item at index 1. 1:1",
        ),
        (
            json!({"items": {"type": "string"}}),
            "[\"a\", [], 2]",
            "Invalid type. Expected String but got Array. 1:7\nInvalid type. Expected String but got Integer. 1:11",
        ),
        (
            json!({"anyOf": [{"type": "string"}]}),
            "1",
            "JSON does not match any schemas from 'anyOf'. 1:1",
        ),
        (
            json!({"oneOf": [{"type": "string"}]}),
            "1",
            "JSON is valid against no schemas from 'oneOf'. 1:1",
        ),
        (
            json!({"oneOf": [{}, {}]}),
            "1",
            "JSON is valid against more than one schema from 'oneOf'. Valid schema indexes: 0, 1. 1:1",
        ),
        (json!({"not": {}}), "1", "JSON is valid against schema from 'not'. 1:1"),
        // OpenAPI's own words.
        (json!({"type": "string", "nullable": true, "enum": ["a"]}), "null", ""),
        (json!({"nullable": true, "maxLength": 1}), "null", ""),
        (json!({"type": "file"}), "1", ""),
        (
            json!({"type": "object", "properties": {"a": {"required": true}}}),
            "{}",
            "",
        ),
    ] {
        check(&schema, text, expected);
    }
}

#[test]
fn references_are_followed_within_the_document() {
    let root = json!({
        "openapi": "3.0.1",
        "components": {"schemas": {
            "Node": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "integer"}, "next": {"$ref": "#/components/schemas/Node"}, "a/b": {"$ref": "#/components/schemas/A~1B"}}},
            "A/B": {"type": "string"},
            "Loop": {"$ref": "#/components/schemas/Loop"},
            "Lost": {"$ref": "#/components/schemas/None"},
            "Away": {"$ref": "other.json#/a"},
        }},
        "paths": {"/a": {"get": {"parameters": [{"schema": {"type": "boolean"}}]}}},
    });
    for (schema, text, expected) in [
        (
            "#/components/schemas/Node",
            r#"{"id":1,"next":{"id":"x"}}"#,
            "Invalid type. Expected Integer but got String. 1:24",
        ),
        (
            "#/components/schemas/Node",
            r#"{"id":1,"a/b":1}"#,
            "Invalid type. Expected String but got Integer. 1:15",
        ),
        (
            "#/components/schemas/Lost",
            "1",
            "error: there is no `#/components/schemas/None`",
        ),
        (
            "#/components/schemas/Away",
            "1",
            "error: `other.json#/a` is not in this document",
        ),
        (
            "#/paths/~1a/get/parameters/0/schema",
            "1",
            "Invalid type. Expected Boolean but got Integer. 1:1",
        ),
    ] {
        assert_eq!(
            faults(&root, &json!({"$ref": schema}), Use::default(), text),
            expected,
            "{schema}"
        );
    }
    // One that refers to nothing but itself says nothing; it must end.
    faults(
        &root,
        &json!({"$ref": "#/components/schemas/Loop"}),
        Use::default(),
        "1",
    );
}

#[test]
fn a_use_may_override_the_schema() {
    let root = json!({"openapi": "3.0.1", "components": {"schemas": {
        "Open": {"properties": {"Id": {"type": "integer"}, "Sub": {"properties": {}}}, "required": ["Id"]},
        "Closed": {"properties": {"Id": {}}, "additionalProperties": false}}}});
    let open = json!({"$ref": "#/components/schemas/Open"});
    let closed = json!({"$ref": "#/components/schemas/Closed"});
    let used = |additional_properties, ignores_case| Use {
        additional_properties,
        ignores_case,
    };
    let more = |name: &str, at: &str| {
        format!("Property '{name}' has not been defined and the schema does not allow additional properties. {at}")
    };
    for (schema, used, text, expected) in [
        (&open, used(None, false), r#"{"Id":1,"x":2}"#, String::new()),
        (
            &open,
            used(Some(false), false),
            r#"{"Id":1,"Sub":{"x":2}}"#,
            more("x", "1:19"),
        ),
        (&closed, used(None, false), r#"{"x":2}"#, more("x", "1:5")),
        (&closed, used(Some(true), false), r#"{"x":2}"#, String::new()),
        (&closed, used(None, false), r#"{"id":2}"#, more("id", "1:6")),
        (&closed, used(None, true), r#"{"iD":2}"#, String::new()),
        (
            &open,
            used(None, true),
            r#"{"ID":"a"}"#,
            "Invalid type. Expected Integer but got String. 1:9".into(),
        ),
    ] {
        assert_eq!(faults(&root, schema, used, text), expected, "{schema} {used:?} {text}");
    }
}

#[test]
fn each_use_has_its_place() {
    for (place, used) in Use::all().into_iter().enumerate() {
        assert_eq!(used.index(), place);
    }
}

#[test]
fn dialects_follow_the_document() {
    let schema = json!({"exclusiveMinimum": 1, "prefixItems": [{"type": "string"}]});
    assert_eq!(
        faults(&json!({"openapi": "3.1.0"}), &schema, Use::default(), "[1]"),
        "Invalid type. Expected String but got Integer. 1:2"
    );
    let old = json!({"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": true});
    assert_eq!(
        faults(&old, &old, Use::default(), "1"),
        "Integer 1 equals minimum value of 1 and exclusive minimum is true. 1:1"
    );
}

#[test]
fn the_number_of_faults_and_their_texts_are_bounded() {
    let text = format!("[{}]", vec!["1"; 1000].join(","));
    let schema = Schema::new("S", &Arc::new(json!({})), json!({"items": {"type": "string"}}));
    let found = schema
        .faults(Use::default(), &serde_json::from_str(&text).unwrap(), 3)
        .unwrap();
    assert_eq!(found.len(), 3);
    let long = format!("\"{}\"", "é".repeat(5000));
    assert!(faults(&json!({}), &json!({"maxLength": 1}), Use::default(), &long).len() < 1000);
}

#[test]
fn a_pattern_that_takes_too_long_ends() {
    let schema = json!({"pattern": "^(?=(a+)+$)b"});
    let text = format!("\"{}!\"", "a".repeat(50_000));
    assert!(!faults(&json!({}), &schema, Use::default(), &text).is_empty());
}

proptest::proptest! {
    #[test]
    fn any_place_in_any_text_has_a_position(text in ".{0,40}", path in proptest::collection::vec("[a-c0-2]", 0..3)) {
        position(&text, &Place { path, is_name: true }, true);
    }
}

/// A document of so many objects within each other.
fn nested(depth: usize, innermost: &str) -> String {
    format!("{}{innermost}{}", "{\"next\":".repeat(depth), "}".repeat(depth))
}

#[test]
fn deep_documents_end_whatever_the_schema_asks_of_them() {
    let next = || json!({"$ref": "#/components/schemas/Node"});
    let node = |schema: Value| json!({"openapi": "3.0.1", "components": {"schemas": {"Node": schema}}});
    let two = || json!([{"properties": {"next": next()}, "type": "object"}, {"properties": {"next": next()}, "type": "object"}]);
    for root in [
        node(json!({"type": "object", "properties": {"next": next()}})),
        node(json!({"anyOf": two()})),
        node(json!({"oneOf": two()})),
        node(json!({"allOf": two()})),
        node(json!({"not": {"anyOf": two()}})),
    ] {
        faults(&root, &next(), Use::default(), &nested(120, "1"));
        faults(&root, &next(), Use::default(), &nested(120, "{}"));
    }
}
