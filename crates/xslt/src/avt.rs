//! Attribute value templates: `text {query} text` (7.6.2).

use crate::instruction::Select;
use std::sync::Arc;
use xml::xpath::{Bound, Names};

/// A part of an attribute value template.
#[derive(Debug)]
pub enum Part {
    /// Text.
    Text(Arc<str>),
    /// A query.
    Query(Select),
}

/// An attribute value template.
#[derive(Debug, Default)]
pub struct Avt(pub Vec<Part>);

impl Avt {
    /// A template that is a text.
    pub fn fixed(text: &str) -> Self {
        Self(vec![Part::Text(text.into())])
    }

    /// The text of a template without queries.
    pub fn as_fixed(&self) -> Option<&str> {
        match self.0.as_slice() {
            [] => Some(""),
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }

    /// Reads a template.
    ///
    /// # Errors
    /// What is wrong with its braces or its queries.
    pub fn parse(text: &str, names: &mut dyn Names) -> Result<Self, String> {
        let (mut parts, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{") {
                plain.push('{');
                rest = after;
            } else if let Some(after) = from.strip_prefix("}}") {
                plain.push('}');
                rest = after;
            } else if let Some(after) = from.strip_prefix('{') {
                let end = query_end(after).ok_or_else(|| format!("the brace '{{' in '{text}' is not closed"))?;
                let (query, after) = after.split_at(end);
                if !plain.is_empty() {
                    parts.push(Part::Text(std::mem::take(&mut plain).into()));
                }
                let bound = Bound::parse(query, names).map_err(|error| format!("'{query}': {error}"))?;
                parts.push(Part::Query(Select {
                    query: bound,
                    text: query.into(),
                }));
                rest = after.strip_prefix('}').unwrap_or_default();
            } else {
                return Err(format!(
                    "a '}}' in '{text}' closes nothing; write '}}}}' for the character"
                ));
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(Part::Text(plain.into()));
        }
        Ok(Self(parts))
    }
}

/// Where a query ends: at a brace that stands in no literal.
fn query_end(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '}') => return Some(at),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
    }
    None
}
