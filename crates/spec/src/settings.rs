//! Blocks in YAML: a tree with places, and what is asked of it by name.
//!
//! Never here: what a setting means.

use crate::block::{Block, Problems};
use crate::codes;
use catalog::document::{Content, Value, read_yaml};
use diagnostic::Span;

/// A block's YAML; what is wrong is reported.
pub fn read(block: &Block, problems: &mut Problems) -> Option<Value> {
    if let Some(value) = &block.value {
        return Some(value.clone());
    }
    match read_yaml(block.text.text()) {
        Ok(document) => {
            for duplicate in document.duplicates {
                problems.error(codes::MALFORMED_YAML, block.place(duplicate.span), duplicate.message);
            }
            Some(document.root)
        }
        Err(problem) => {
            problems.error(codes::MALFORMED_YAML, block.place(problem.span), problem.message);
            None
        }
    }
}

/// Names and texts of an object, in order; `null` is none.
pub fn texts(block: &Block, value: &Value, problems: &mut Problems) -> Vec<(String, Option<String>)> {
    if value.object().is_none() && !value.is_null() {
        wrong(block, value.span, problems, "names and values", value.type_name());
    }
    let mut texts = Vec::new();
    for member in value.members() {
        let text = scalar(block, &member.value, problems);
        if text.is_none() && !member.value.is_null() {
            wrong(block, member.value.span, problems, "a text", member.value.type_name());
        }
        texts.push((member.key.clone(), text));
    }
    texts
}

/// A text as its author wrote it: `1.10` and `007` are texts here, not numbers.
pub fn scalar(block: &Block, value: &Value, problems: &Problems) -> Option<String> {
    match block.value {
        Some(_) => written(value, problems.source.text()),
        None => written(value, block.text.text()),
    }
}

/// A value of a document as a text, as it is written there.
pub fn written(value: &Value, document: &str) -> Option<String> {
    let text = value.scalar()?;
    match (&value.content, document.get(value.span.start..value.span.end)) {
        (Content::Number(_) | Content::Bool(_), Some(written)) => Some(written.trim().to_owned()),
        _ => Some(text),
    }
}

/// Reports a value of the wrong type.
pub fn wrong(block: &Block, span: Span, problems: &mut Problems, expected: &str, found: &str) {
    let message = format!("expected {expected}, found {found}");
    problems.error(codes::BAD_VALUE, block.place(span), message);
}
