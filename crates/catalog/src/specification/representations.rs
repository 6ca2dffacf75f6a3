//! The bodies that a response declares, with the examples that stand in the description.

use super::openapi::Description;
use crate::Representation;
use crate::document::Value;

/// Examples and samples of one description take no more bytes than this; those beyond are left out.
const MAX_WRITTEN: usize = 32 * 1024 * 1024;

impl<'d> Description<'d> {
    /// All representations of a response, one per content type.
    pub fn representations(&self, operation: &'d Value, response: &'d Value) -> Vec<Representation> {
        if self.is_swagger {
            self.of_swagger(operation, response)
        } else {
            self.of_openapi(response)
        }
    }

    fn of_openapi(&self, response: &'d Value) -> Vec<Representation> {
        let of_media_type = |member: &'d crate::document::Member| {
            let media_type = self.resolved(&member.value);
            let single = media_type.get("example").into_iter();
            let named = media_type.get("examples").map(Value::members).unwrap_or_default();
            let named = named
                .iter()
                .filter_map(|example| self.resolved(&example.value).get("value"));
            self.representation(&member.key, single.chain(named), media_type.get("schema"))
        };
        response
            .get("content")
            .map(Value::members)
            .unwrap_or_default()
            .iter()
            .map(of_media_type)
            .collect()
    }

    fn of_swagger(&self, operation: &'d Value, response: &'d Value) -> Vec<Representation> {
        let produces = operation.get("produces").or_else(|| self.root.get("produces"));
        let produces = produces.map(Value::items).unwrap_or_default();
        let examples = response.get("examples").map(Value::members).unwrap_or_default();
        let schema = response.get("schema");
        let mut content_types: Vec<&str> = examples.iter().map(|example| example.key.as_str()).collect();
        if schema.is_some() {
            content_types.extend(produces.iter().filter_map(Value::text));
            if content_types.is_empty() {
                content_types.push("application/json");
            }
        }
        let mut seen = Vec::new();
        content_types.retain(|one| {
            !seen.contains(one) && {
                seen.push(*one);
                true
            }
        });
        let of_type = |content_type: &str| {
            let own = examples
                .iter()
                .filter(|example| example.key == content_type)
                .map(|example| &example.value);
            self.representation(content_type, own, schema)
        };
        content_types.into_iter().map(of_type).collect()
    }

    fn representation(
        &self,
        content_type: &str,
        examples: impl Iterator<Item = &'d Value>,
        schema: Option<&'d Value>,
    ) -> Representation {
        let json = is_json(content_type);
        let examples: Vec<String> = examples
            .filter_map(|example| self.counted(as_sent(example, json)))
            .collect();
        let schema = schema.filter(|_| examples.is_empty() && self.written.get() < MAX_WRITTEN);
        let sample = schema.and_then(|schema| match self.sample(schema)? {
            serde_json::Value::String(text) if !json => Some(text),
            sample => json.then(|| sample.to_string()),
        });
        let sample = sample.and_then(|sample| self.counted(sample));
        Representation {
            content_type: content_type.to_owned(),
            examples,
            sample,
        }
    }

    fn counted(&self, text: String) -> Option<String> {
        let written = self.written.get().saturating_add(text.len());
        (written <= MAX_WRITTEN).then(|| {
            self.written.set(written);
            text
        })
    }
}

/// Whether bodies of this type are JSON.
pub(crate) fn is_json(content_type: &str) -> bool {
    let media_type = content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase();
    media_type.ends_with("/json") || media_type.ends_with("+json")
}

/// An example as it would be sent. A text that is a JSON document already is sent as it stands.
pub(crate) fn as_sent(example: &Value, json: bool) -> String {
    match example.text() {
        Some(text) if !json || crate::document::read_json(text).is_ok() => text.to_owned(),
        _ => example.to_json(),
    }
}
