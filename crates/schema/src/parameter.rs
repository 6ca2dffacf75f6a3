//! The value that the text of a parameter or header stands for, by the type that its schema declares.
//!
//! Never here: where such texts stand, how several are written as one.

use crate::{Schema, followed};
use serde_json::Value;

/// Schemas within each other that are asked for a type.
const MAX_HOPS: usize = 8;

/// A text that is no value of the declared type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl Schema {
    /// Whether it is of arrays.
    pub fn is_list(&self) -> bool {
        self.types(&self.written).contains(&"array")
    }

    /// Whether it is of objects.
    pub fn is_object(&self) -> bool {
        self.types(&self.written).contains(&"object")
    }

    /// The value of a text.
    ///
    /// # Errors
    /// The declared type is written as JSON, and the text is not.
    pub fn value_of(&self, text: &str) -> Result<Value, Unreadable> {
        self.typed(&self.written, text)
    }

    /// The value of a text that is an item of an array.
    ///
    /// # Errors
    /// As [`Self::value_of`].
    pub fn item_of(&self, text: &str) -> Result<Value, Unreadable> {
        match followed(&self.root, &self.written).get("items") {
            Some(items) => self.typed(items, text),
            None => Ok(Value::from(text)),
        }
    }

    /// The value of a text that is a property of an object.
    ///
    /// # Errors
    /// As [`Self::value_of`].
    pub fn property_of(&self, name: &str, text: &str) -> Result<Value, Unreadable> {
        let properties = followed(&self.root, &self.written).get("properties");
        match properties.and_then(|properties| properties.get(name)) {
            Some(property) => self.typed(property, text),
            None => Ok(Value::from(text)),
        }
    }

    fn typed(&self, schema: &Value, text: &str) -> Result<Value, Unreadable> {
        let types = self.types(schema);
        let is_text = types.is_empty() || types.contains(&"string");
        if is_text && types.len() <= 1 {
            return Ok(Value::from(text));
        }
        match serde_json::from_str::<Value>(text) {
            Ok(value) if !is_text || is_of(&value, &types) => Ok(value),
            _ if is_text => Ok(Value::from(text)),
            _ => Err(Unreadable),
        }
    }

    /// The types that a schema declares, itself or in the first of its parts that does.
    fn types<'s>(&'s self, schema: &'s Value) -> Vec<&'s str> {
        let mut schema = schema;
        for _ in 0..MAX_HOPS {
            schema = followed(&self.root, schema);
            match schema.get("type") {
                Some(Value::String(name)) => return vec![name],
                Some(Value::Array(names)) => return names.iter().filter_map(Value::as_str).collect(),
                _ => {}
            }
            let parts = ["allOf", "oneOf", "anyOf"]
                .into_iter()
                .find_map(|key| schema.get(key)?.get(0));
            match parts {
                Some(part) => schema = part,
                None => break,
            }
        }
        Vec::new()
    }
}

fn is_of(value: &Value, types: &[&str]) -> bool {
    let name = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => return types.contains(&"number") || types.contains(&"integer"),
        Value::String(_) => return false,
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    types.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::Arc;

    #[test]
    fn texts_become_values_of_the_declared_type() {
        let root = Arc::new(
            json!({"a": {"type": "integer"}, "b": {"allOf": [{"$ref": "#/a"}]}, "c": {"allOf": [{"$ref": "#/c"}]}}),
        );
        for (schema, text, expected) in [
            (json!({}), "1", Ok(json!("1"))),
            (json!({"type": "string"}), "1", Ok(json!("1"))),
            (json!({"type": "integer"}), "12", Ok(json!(12))),
            (json!({"type": "integer"}), "x", Err(Unreadable)),
            (json!({"type": "integer"}), "", Err(Unreadable)),
            (json!({"type": "number"}), "1e3", Ok(json!(1000.0))),
            (json!({"type": "boolean"}), "true", Ok(json!(true))),
            (json!({"type": "boolean"}), "1", Ok(json!(1))),
            (json!({"type": ["string", "integer"]}), "1", Ok(json!(1))),
            (json!({"type": ["string", "integer"]}), "true", Ok(json!("true"))),
            (json!({"$ref": "#/b"}), "7", Ok(json!(7))),
            (json!({"$ref": "#/c"}), "7", Ok(json!("7"))),
        ] {
            assert_eq!(
                Schema::new("S", &root, schema.clone()).value_of(text),
                expected,
                "{schema} {text}"
            );
        }
        let object = Schema::new("S", &root, json!({"properties": {"n": {"$ref": "#/a"}}}));
        assert_eq!(
            (object.property_of("n", "3"), object.property_of("m", "3")),
            (Ok(json!(3)), Ok(json!("3")))
        );
        let list = Schema::new("S", &root, json!({"type": "array", "items": {"$ref": "#/a"}}));
        assert_eq!(
            (list.is_list(), list.item_of("3"), list.item_of("x")),
            (true, Ok(json!(3)), Err(Unreadable))
        );
    }
}
