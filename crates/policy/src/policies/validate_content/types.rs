//! Content types: how they are compared, and what `content-type-map` takes them to be.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use expression::text::Text;

/// What a message's content type is taken to be.
#[derive(Default)]
pub(super) struct TypeMap {
    any: Option<String>,
    missing: Option<String>,
    types: Vec<(Condition, String)>,
}

enum Condition {
    From(String),
    When(Value<bool>),
}

/// Reads `content-type-map`.
pub(super) fn read(element: &mut ElementReader<'_, '_>) -> TypeMap {
    let any = value(element, "any-content-type-value", "any-content-type");
    let missing = value(element, "missing-content-type-value", "missing-content-type");
    let types = element.children("type", |element| {
        element.exactly_one(&["from", "when"]);
        let from: Option<Text> = element.literal("from");
        let when = element.optional("when");
        let to: Option<Text> = element.required_literal("to");
        let from = from.map(|from| Condition::From(media_type(&from)));
        Some((from.or(when.map(Condition::When))?, media_type(&to?)))
    });
    TypeMap { any, missing, types }
}

/// A content type, whose attribute some documents write without `-value`.
fn value(element: &mut ElementReader<'_, '_>, name: &'static str, short: &'static str) -> Option<String> {
    let mut used = name;
    if !element.has(name) && element.has(short) {
        let message = format!("`{short}` is a misspelling of `{name}`");
        let span = element.attribute_span(short);
        element.compiler.refused_by_apim(codes::ALIAS, span, message);
        used = short;
    }
    let written: Option<Text> = element.literal(used);
    written.map(|written| media_type(&written))
}

impl TypeMap {
    /// What a content type is taken to be; it is empty when there is none.
    pub fn mapped(&self, content_type: &str, exchange: &Exchange) -> Result<String, Failure> {
        for (condition, to) in &self.types {
            let applies = match condition {
                Condition::From(from) => from == content_type,
                Condition::When(when) => when.get(exchange)?,
            };
            if applies {
                return Ok(to.clone());
            }
        }
        let missing = self.missing.as_ref().filter(|_| content_type.is_empty());
        Ok(missing
            .or(self.any.as_ref())
            .map_or(content_type, String::as_str)
            .to_owned())
    }
}

/// A content type without parameters, in lower case.
pub(super) fn media_type(content_type: &str) -> String {
    content_type
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
}

/// Whether a content type is one that a description has, where `text/*` and `*/*` stand for several.
pub(super) fn fits(described: &str, content_type: &str) -> bool {
    let range = described.strip_suffix('*').filter(|range| range.ends_with('/'));
    described == content_type || described == "*/*" || range.is_some_and(|range| content_type.starts_with(range))
}
