//! Specifications as YAML: sections with a `title`, `blocks` and `scenarios` below them.
//!
//! A block is an object of which one name says what it is; the others are its options:
//! `- { request: GET /orders, from: 192.0.2.9 }`. What Markdown writes as YAML may be written as it is.
//! Never here: what a block means.

use crate::block::{Block, KINDS, Place, Problems, Section, Word};
use crate::codes;
use catalog::document::{Content, Value, read_yaml};
use diagnostic::Span;

const NAMES: [&str; 3] = ["title", "blocks", "scenarios"];

/// Reads a document; its first section stands for what comes before any heading.
pub fn read(text: &str, problems: &mut Problems) -> Section {
    let document = match read_yaml(text) {
        Ok(document) => document,
        Err(problem) => {
            problems.error(codes::MALFORMED_YAML, problem.span, problem.message);
            return Section::default();
        }
    };
    for duplicate in document.duplicates {
        problems.error(codes::MALFORMED_YAML, duplicate.span, duplicate.message);
    }
    Section {
        inside: vec![section(&document.root, problems)],
        ..Section::default()
    }
}

fn section(value: &Value, problems: &mut Problems) -> Section {
    let mut section = Section {
        span: value.span,
        ..Section::default()
    };
    expect(
        value,
        value.object().is_some(),
        "a section with `title`, `blocks` and `scenarios`",
        problems,
    );
    for member in value.members() {
        let inside = &member.value;
        match member.key.as_str() {
            "title" => {
                section.title = inside.scalar().unwrap_or_default();
                section.span = inside.span;
            }
            "blocks" => {
                expect(inside, !inside.items().is_empty(), "a list of blocks", problems);
                section.blocks = inside.items().iter().filter_map(|item| block(item, problems)).collect();
            }
            "scenarios" => {
                expect(inside, !inside.items().is_empty(), "a list of sections", problems);
                section.inside = inside
                    .items()
                    .iter()
                    .map(|item| self::section(item, problems))
                    .collect();
            }
            _ => problems.unknown(&word(&member.key, member.key_span), "part of a section", &NAMES),
        }
    }
    section
}

fn expect(value: &Value, is_one: bool, expected: &str, problems: &mut Problems) {
    if !is_one {
        let message = format!("expected {expected}, found {}", value.type_name());
        problems.error(codes::BAD_VALUE, value.span, message);
    }
}

fn word(text: &str, span: Span) -> Word {
    Word {
        text: text.to_owned(),
        span,
    }
}

fn block(value: &Value, problems: &mut Problems) -> Option<Block> {
    let members = value.members();
    let Some(kind) = members.iter().find(|member| KINDS.contains(&member.key.as_str())) else {
        let message = format!("expected a block, which has one of these names: {}", KINDS.join(", "));
        problems.error(codes::UNKNOWN_WORD, value.span, message);
        return None;
    };
    let options = members.iter().filter(|member| member.key != kind.key).map(|member| {
        let text = member.value.scalar().unwrap_or_default();
        (word(&member.key, member.key_span), word(&text, member.value.span))
    });
    Some(Block {
        kind: word(&kind.key, kind.key_span),
        options: options.collect(),
        text: text(&kind.value),
        place: Place::Within(kind.value.span),
    })
}

/// A text as it is, a list as lines, and everything else as JSON, which is YAML too.
fn text(value: &Value) -> String {
    match &value.content {
        Content::Null => String::new(),
        Content::Array(items) => items
            .iter()
            .map(|item| item.scalar().unwrap_or_default() + "\n")
            .collect(),
        Content::Object(_) => value.to_json(),
        Content::String(_) | Content::Number(_) | Content::Bool(_) => value.scalar().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::Source;

    #[test]
    fn sections_hold_blocks_and_sections() {
        let text = "title: A\nblocks:\n  - given: { clock: 2026-01-01T00:00:00Z }\nscenarios:\n  - title: B\n    blocks:\n      - request: |\n          GET /\n        from: 192.0.2.9\n      - response: 200\n      - steps: [a, b]\n";
        let mut problems = Problems::of(&Source::new("a.yaml", text));
        let root = read(text, &mut problems);
        assert!(problems.list.is_empty(), "{}", diagnostic::render(&problems.list));
        let outer = &root.inside[0];
        assert_eq!(outer.title, "A");
        assert_eq!(outer.blocks[0].text, r#"{"clock":"2026-01-01T00:00:00Z"}"#);
        let blocks: Vec<_> = outer.inside[0].blocks.iter().map(|block| block.text.as_str()).collect();
        assert_eq!(blocks, ["GET /\n", "200", "a\nb\n"]);
        assert_eq!(outer.inside[0].blocks[0].option("from").unwrap().text, "192.0.2.9");
    }

    #[test]
    fn what_is_no_block_is_told() {
        for (text, expected) in [
            (
                "titel: A",
                "`titel` is no part of a section, expected one of title, blocks, scenarios",
            ),
            ("blocks: {}", "expected a list of blocks, found an object"),
            (
                "blocks: [{ reqest: GET / }]",
                "expected a block, which has one of these names: given, policy, fragment, file, backend, request, response, sent, variables, trace, steps, error, metrics, traced",
            ),
            (
                "- a",
                "expected a section with `title`, `blocks` and `scenarios`, found an array",
            ),
        ] {
            let mut problems = Problems::of(&Source::new("a.yaml", text));
            read(text, &mut problems);
            assert_eq!(problems.list[0].message, expected, "{text}");
        }
    }
}
