//! Blocks in YAML: a tree with places, and what is asked of it by name.
//!
//! Never here: what a setting means.

use crate::block::{Block, Problems};
use crate::codes;
use catalog::document::{Value, read_yaml};
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
        let text = member.value.scalar();
        if text.is_none() && !member.value.is_null() {
            wrong(block, member.value.span, problems, "a text", member.value.type_name());
        }
        texts.push((member.key.clone(), text));
    }
    texts
}

/// Reports a value of the wrong type.
pub fn wrong(block: &Block, span: Span, problems: &mut Problems, expected: &str, found: &str) {
    let message = format!("expected {expected}, found {found}");
    problems.error(codes::BAD_VALUE, block.place(span), message);
}
