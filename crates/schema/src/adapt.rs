//! What OpenAPI means by its schemas, said in plain JSON Schema; and the ways of using one that a policy asks for.

use crate::Use;
use serde_json::{Map, Value, json};

/// Keywords whose values are schemas by name.
const NAMED: [&str; 5] = [
    "properties",
    "patternProperties",
    "definitions",
    "$defs",
    "dependentSchemas",
];
/// Keywords whose value is a schema, or schemas in a list.
const HELD: [&str; 17] = [
    "items",
    "additionalItems",
    "prefixItems",
    "contains",
    "additionalProperties",
    "propertyNames",
    "unevaluatedItems",
    "unevaluatedProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "contentSchema",
    "schema",
];

/// Adapts a schema and all within it. What is beside schemas (`components`, `parameters`, …) holds schemas by name.
pub(crate) fn adapt(schema: &mut Value, used: Use) {
    let is_draft_4 = schema
        .get("$schema")
        .and_then(Value::as_str)
        .is_some_and(|uri| uri.contains("draft-04"));
    Adapter { used, is_draft_4 }.schema(schema);
}

/// A document with the names of all properties in lower case.
pub(crate) fn lowered(document: &Value) -> Value {
    match document {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.to_lowercase(), lowered(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(lowered).collect()),
        other => other.clone(),
    }
}

struct Adapter {
    used: Use,
    /// There, exclusive bounds are truth values.
    is_draft_4: bool,
}

impl Adapter {
    fn schema(&self, schema: &mut Value) {
        match schema {
            Value::Array(schemas) => schemas.iter_mut().for_each(|schema| self.schema(schema)),
            Value::Object(members) => self.members(members),
            _ => {}
        }
    }

    fn members(&self, members: &mut Map<String, Value>) {
        for (keyword, value) in members.iter_mut() {
            let keyword = keyword.as_str();
            if NAMED.contains(&keyword) {
                self.named(value);
            } else if HELD.contains(&keyword) {
                self.schema(value);
            } else if matches!(
                keyword,
                "components" | "parameters" | "responses" | "paths" | "headers" | "schemas"
            ) {
                self.around(value);
            }
        }
        if !self.is_draft_4 {
            bound(members, "exclusiveMinimum", "minimum");
            bound(members, "exclusiveMaximum", "maximum");
            // Draft 3 and untidy descriptions say `required` of a property itself.
            if members.get("required").is_some_and(|required| !required.is_array()) {
                members.remove("required");
            }
        }
        if members.get("type").and_then(Value::as_str) == Some("file") {
            members.remove("type");
        }
        if members.get("nullable") == Some(&Value::Bool(true)) {
            nullable(members);
        }
        match self.used.additional_properties {
            Some(true) if members.get("additionalProperties") == Some(&Value::Bool(false)) => {
                members.insert("additionalProperties".to_owned(), Value::Bool(true));
            }
            Some(false) if says_object(members) => {
                members.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            _ => {}
        }
        if self.used.ignores_case {
            lower_names(members);
        }
    }

    fn named(&self, schemas: &mut Value) {
        if let Value::Object(members) = schemas {
            members.values_mut().for_each(|schema| self.schema(schema));
        }
    }

    /// Goes through parts of a description down to the schemas in them.
    fn around(&self, part: &mut Value) {
        match part {
            Value::Object(members) => {
                for (key, value) in members.iter_mut() {
                    match key.as_str() {
                        "schemas" => self.named(value),
                        "schema" => self.schema(value),
                        "example" | "examples" | "default" | "enum" => {}
                        _ => self.around(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.around(item)),
            _ => {}
        }
    }
}

fn says_object(members: &Map<String, Value>) -> bool {
    members.contains_key("properties")
        || (members.get("type").and_then(Value::as_str) == Some("object") && !members.contains_key("$ref"))
}

/// An exclusive bound as a truth value beside the bound becomes a bound of its own.
fn bound(members: &mut Map<String, Value>, exclusive: &str, inclusive: &str) {
    match members.get(exclusive) {
        Some(Value::Bool(true)) => {
            members.remove(exclusive);
            if let Some(limit) = members.remove(inclusive) {
                members.insert(exclusive.to_owned(), limit);
            }
        }
        Some(Value::Bool(false)) => {
            members.remove(exclusive);
        }
        _ => {}
    }
}

fn nullable(members: &mut Map<String, Value>) {
    members.remove("nullable");
    match members.get_mut("type") {
        Some(Value::String(name)) => {
            let several = json!([name.clone(), "null"]);
            members.insert("type".to_owned(), several);
        }
        Some(Value::Array(names)) if !names.contains(&json!("null")) => names.push(json!("null")),
        Some(_) => {}
        // Without a type of its own, the rest does not apply to null.
        None => {
            let rest = Value::Object(std::mem::take(members));
            members.insert("anyOf".to_owned(), json!([{ "type": "null" }, rest]));
            return;
        }
    }
    if let Some(Value::Array(values)) = members.get_mut("enum")
        && !values.contains(&Value::Null)
    {
        values.push(Value::Null);
    }
}

fn lower_names(members: &mut Map<String, Value>) {
    for keyword in ["properties", "dependencies", "dependentRequired", "dependentSchemas"] {
        if let Some(Value::Object(named)) = members.get_mut(keyword) {
            *named = std::mem::take(named)
                .into_iter()
                .map(|(name, mut value)| {
                    lower_texts(&mut value);
                    (name.to_lowercase(), value)
                })
                .collect();
        }
    }
    if let Some(required) = members.get_mut("required") {
        lower_texts(required);
    }
}

/// The texts of a list in lower case.
fn lower_texts(list: &mut Value) {
    if let Value::Array(items) = list {
        for item in items {
            if let Value::String(text) = item {
                *text = text.to_lowercase();
            }
        }
    }
}
