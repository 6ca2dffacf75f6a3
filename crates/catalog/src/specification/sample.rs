//! A value that satisfies a schema, for mocks where nobody wrote an example.

use super::openapi::Description;
use crate::document::Value;
use serde_json::{Map, Value as Json};

/// Schemas nested deeper than this end there.
const MAX_NESTING: usize = 24;
/// A sample has no more values than this.
const MAX_VALUES: usize = 2_000;

/// What has been made so far.
#[derive(Default)]
struct Progress<'d> {
    /// Schemas that contain the one at hand: one that contains itself ends there.
    around: Vec<&'d Value>,
    values: usize,
}

impl<'d> Description<'d> {
    /// A sample, `None` for a schema that never ends.
    pub fn sample(&self, schema: &'d Value) -> Option<Json> {
        self.sample_within(schema, &mut Progress::default())
    }

    fn sample_within(&self, schema: &'d Value, progress: &mut Progress<'d>) -> Option<Json> {
        let schema = self.resolved(schema);
        progress.values += 1;
        let is_around = progress.around.iter().any(|outer| std::ptr::eq(*outer, schema));
        if is_around || progress.around.len() >= MAX_NESTING || progress.values > MAX_VALUES {
            return None;
        }
        progress.around.push(schema);
        let sample = stated(schema).or_else(|| self.composed(schema, progress));
        let sample = sample.unwrap_or_else(|| self.typed(schema, progress));
        progress.around.pop();
        Some(sample)
    }

    /// The sample of `allOf` (all parts together), `oneOf` or `anyOf` (the first).
    fn composed(&self, schema: &'d Value, progress: &mut Progress<'d>) -> Option<Json> {
        let parts = schema.get("allOf").map(Value::items).unwrap_or_default();
        if !parts.is_empty() {
            let mut members = Map::new();
            for part in parts {
                match self.sample_within(part, progress) {
                    Some(Json::Object(own)) => members.extend(own),
                    Some(Json::Null) | None => {}
                    Some(other) => return Some(other),
                }
            }
            members.extend(self.properties(schema, progress));
            return Some(Json::Object(members));
        }
        let choices = ["oneOf", "anyOf"]
            .into_iter()
            .find_map(|key| schema.get(key))
            .map(Value::items)?;
        choices
            .iter()
            .find_map(|choice| self.sample_within(choice, progress).filter(|sample| !sample.is_null()))
    }

    fn typed(&self, schema: &'d Value, progress: &mut Progress<'d>) -> Json {
        let written = schema.get("type");
        // OpenAPI 3.1 allows several types, the first that is not null is taken.
        let several = written.map(Value::items).unwrap_or_default();
        let name = written
            .and_then(Value::text)
            .or_else(|| several.iter().filter_map(Value::text).find(|name| *name != "null"));
        let name = name.unwrap_or(if schema.get("items").is_some() {
            "array"
        } else {
            "object"
        });
        match name {
            "string" => Json::from(text_of_format(
                schema.get("format").and_then(Value::text).unwrap_or_default(),
            )),
            "integer" | "number" => schema.get("minimum").map_or(Json::from(0), to_json),
            "boolean" => Json::from(true),
            "array" => {
                let item = schema
                    .get("items")
                    .and_then(|items| self.sample_within(items, progress));
                Json::from(item.into_iter().collect::<Vec<_>>())
            }
            "object" => Json::Object(self.properties(schema, progress)),
            _ => Json::Null,
        }
    }

    fn properties(&self, schema: &'d Value, progress: &mut Progress<'d>) -> Map<String, Json> {
        let members = schema.get("properties").map(Value::members).unwrap_or_default();
        members
            .iter()
            .filter_map(|one| Some((one.key.clone(), self.sample_within(&one.value, progress)?)))
            .collect()
    }
}

/// A value that the schema itself names.
fn stated(schema: &Value) -> Option<Json> {
    let first = |key: &str| schema.get(key).and_then(|values| values.items().first());
    let value = schema
        .get("example")
        .or_else(|| first("examples"))
        .or_else(|| schema.get("default"));
    value
        .or_else(|| schema.get("const"))
        .or_else(|| first("enum"))
        .map(to_json)
}

fn to_json(value: &Value) -> Json {
    serde_json::from_str(&value.to_json()).unwrap_or_default()
}

fn text_of_format(format: &str) -> &'static str {
    match format {
        "date-time" => "2024-01-01T00:00:00Z",
        "date" => "2024-01-01",
        "time" => "00:00:00Z",
        "duration" => "PT1H",
        "uuid" => "00000000-0000-0000-0000-000000000000",
        "uri" | "url" => "https://example.com",
        "email" => "user@example.com",
        "hostname" => "example.com",
        "ipv4" => "192.0.2.1",
        "ipv6" => "2001:db8::1",
        "byte" | "binary" => "",
        _ => "string",
    }
}
