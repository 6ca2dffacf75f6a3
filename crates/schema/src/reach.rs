//! What a schema refers to within its document, so that no more than that is compiled.

use crate::MAX_SCHEMA;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// References to references are followed so far.
const MAX_HOPS: usize = 16;

/// Nesting of one document that is looked through.
const MAX_NESTING: usize = 128;

/// A document that is the schema, with everything that it refers to in the places where it refers to it.
pub(crate) fn reachable(root: &Value, schema: &Value) -> Result<Value, String> {
    let mut document = match schema {
        // Beside a reference nothing may stand in older drafts.
        Value::Object(members) if !members.contains_key("$ref") => members.clone(),
        Value::Bool(_) | Value::Object(_) => Map::from_iter([("allOf".to_owned(), Value::Array(vec![schema.clone()]))]),
        _ => return Err("a schema must be an object".to_owned()),
    };
    if let Some(dialect) = root.get("$schema") {
        document.insert("$schema".to_owned(), dialect.clone());
    }
    let mut document = Value::Object(document);
    let mut size = 0;
    let mut known = HashSet::new();
    let mut waiting = Vec::new();
    collect(schema, &mut waiting, 0)?;
    while let Some(pointer) = waiting.pop() {
        if !known.insert(pointer.clone()) {
            continue;
        }
        let target = if pointer.is_empty() {
            Some(schema)
        } else {
            root.pointer(&pointer)
        };
        let Some(target) = target else {
            return Err(format!("there is no `#{pointer}`"));
        };
        size += target.to_string().len();
        if size > MAX_SCHEMA {
            return Err(format!("it is larger than {MAX_SCHEMA} bytes"));
        }
        collect(target, &mut waiting, 0)?;
        put(&mut document, &pointer, target);
    }
    Ok(document)
}

/// What references at the top of a value lead to within its document.
pub fn followed<'v>(root: &'v Value, schema: &'v Value) -> &'v Value {
    let mut schema = schema;
    for _ in 0..MAX_HOPS {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(pointer_of);
        match target.and_then(|pointer| root.pointer(&pointer)) {
            Some(target) => schema = target,
            None => break,
        }
    }
    schema
}

/// Whether a document is an OpenAPI description whose schemas are plain JSON Schema.
pub(crate) fn is_openapi_3_1(root: &Value) -> bool {
    let version = root.get("openapi").and_then(Value::as_str);
    version.is_some_and(|version| !version.starts_with("3.0"))
        || (version.is_none() && root.get("swagger").is_none() && root.get("components").is_none())
}

/// All references in a schema, as pointers.
fn collect(schema: &Value, found: &mut Vec<String>, depth: usize) -> Result<(), String> {
    if depth > MAX_NESTING {
        return Err(format!("it is nested deeper than {MAX_NESTING} levels"));
    }
    match schema {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                let Some(pointer) = pointer_of(reference) else {
                    return Err(format!("`{reference}` is not in this document"));
                };
                found.push(pointer);
            }
            members.values().try_for_each(|value| collect(value, found, depth + 1))
        }
        Value::Array(items) => items.iter().try_for_each(|value| collect(value, found, depth + 1)),
        _ => Ok(()),
    }
}

/// The JSON pointer of a reference into the same document.
fn pointer_of(reference: &str) -> Option<String> {
    let pointer = reference.strip_prefix('#')?;
    (pointer.is_empty() || pointer.starts_with('/')).then(|| pointer.replace("%7B", "{").replace("%7D", "}"))
}

/// Puts a value where a pointer leads, making the objects on the way.
fn put(document: &mut Value, pointer: &str, value: &Value) {
    let mut place = document;
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        if let Value::Array(items) = place {
            let Some(item) = token.parse::<usize>().ok().and_then(|at| items.get_mut(at)) else {
                return;
            };
            place = item;
            continue;
        }
        if !place.is_object() {
            *place = Value::Object(Map::new());
        }
        let Value::Object(members) = place else { return };
        place = members.entry(token).or_insert(Value::Null);
    }
    if !pointer.is_empty() {
        *place = value.clone();
    }
}
