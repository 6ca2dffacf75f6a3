//! Specifications as YAML: sections with a `title`, `blocks` and `scenarios` below them.
//!
//! A block is an object of which one name says what it is; the others are its options:
//! `- { request: GET /orders, from: 192.0.2.9 }`. What Markdown writes as YAML may be written as it is.
//! Never here: what a block means.

use crate::block::{Block, KINDS, Problems, Section, Word};
use crate::codes;
use crate::settings;
use catalog::document::{Content, Value, read_yaml};
use diagnostic::{Mapped, Span};
use std::sync::Arc;

const NAMES: [&str; 3] = ["title", "blocks", "scenarios"];

/// Blocks that are a text, however it is written.
const TEXTS: [&str; 7] = ["policy", "fragment", "backend", "request", "response", "sent", "event"];

/// Blocks that are lines: a text or a list of texts.
const LINES: [&str; 3] = ["trace", "steps", "metrics"];

/// Reads a document; its first section stands for what comes before any heading.
pub fn read(text: &str, problems: &mut Problems) -> Section {
    let document = match read_yaml(text) {
        Ok(document) => document,
        Err(problem) => {
            problems.error(codes::MALFORMED_YAML, problem.span, problem.message);
            return Section::default();
        }
    };
    if document.root.is_null() {
        let message = "this document says nothing, expected `title`, `blocks` and `scenarios`";
        problems.error(codes::NO_SCENARIO, document.root.span, message);
        return Section::default();
    }
    if let Some(at) = second_document(text) {
        let message = "a second document begins here, expected one in a file: what it says would not be read";
        problems.error(codes::MALFORMED_YAML, Span::new(at, at + 3), message);
    }
    for duplicate in document.duplicates {
        problems.error(codes::MALFORMED_YAML, duplicate.span, duplicate.message);
    }
    Section {
        inside: vec![section(&document.root, problems)],
        ..Section::default()
    }
}

/// Where `---` ends a document that says something: at the start of a line it does so in texts, too.
fn second_document(text: &str) -> Option<usize> {
    let (mut at, mut is_inside) = (0, false);
    for line in text.split_inclusive('\n') {
        let rest = line
            .strip_prefix("---")
            .filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if rest.is_some() && is_inside {
            return Some(at);
        }
        let said = rest.unwrap_or(line).trim_start_matches('\u{feff}').trim();
        is_inside |= !said.is_empty() && !said.starts_with(['#', '%']) && said != "...";
        at += line.len();
    }
    None
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
                expect(inside, inside.scalar().is_some(), "a text", problems);
                section.title = settings::written(inside, problems.source.text()).unwrap_or_default();
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
        match members.first() {
            Some(first) => problems.unknown(&word(&first.key, first.key_span), "kind of block", &KINDS),
            None => expect(value, false, "a block such as `request: GET /`", problems),
        }
        return None;
    };
    let others = members.iter().filter(|member| member.key != kind.key);
    for other in others.filter(|member| KINDS.contains(&member.key.as_str())) {
        let message = format!(
            "`{}` stands in the block of `{}`, expected a block of its own: write `- {}: …`",
            other.key, kind.key, other.key
        );
        problems.error(codes::MISPLACED, other.key_span, message);
    }
    let is_option = |key: &str| !KINDS.contains(&key);
    let document = Arc::clone(problems.source.text());
    let options = members.iter().filter(|member| is_option(&member.key)).map(|member| {
        let text = settings::written(&member.value, &document).unwrap_or_else(|| member.value.to_json());
        (word(&member.key, member.key_span), word(&text, member.value.span))
    });
    let is_text = !matches!(kind.value.content, Content::Array(_) | Content::Object(_));
    if TEXTS.contains(&kind.key.as_str()) && !is_text {
        expect(&kind.value, false, "a text", problems);
        return None;
    }
    if LINES.contains(&kind.key.as_str()) {
        let value = &kind.value;
        let is_list = matches!(value.content, Content::Array(_));
        let are_lines = value.text().is_some() || value.is_null() || is_list;
        expect(value, are_lines, "a text or a list of texts", problems);
        for item in value.items() {
            expect(item, item.text().is_some(), "a text", problems);
        }
    }
    Some(Block {
        kind: word(&kind.key, kind.key_span),
        options: options.collect(),
        text: text(&kind.value, &document),
        value: (!is_text).then(|| kind.value.clone()),
    })
}

/// A text as it is, a list as lines, and everything else as JSON, which is YAML too.
fn text(value: &Value, document: &str) -> Mapped {
    let mut text = Mapped::default();
    match &value.content {
        Content::Null => text.push("", value.span),
        Content::Array(items) => {
            for item in items {
                text.append(&scalar(item, document));
                text.push("\n", Span::at(item.span.end));
            }
        }
        Content::Object(_) => text.push(&value.to_json(), value.span),
        Content::String(_) | Content::Number(_) | Content::Bool(_) => return scalar(value, document),
    }
    text
}

/// A text, and where each of its lines stands, as far as they stand in the document as they are.
fn scalar(value: &Value, document: &str) -> Mapped {
    let (written, span) = (settings::written(value, document).unwrap_or_default(), value.span);
    let quoted = document
        .get(span.start..)
        .is_some_and(|rest| rest.starts_with(['"', '\'']));
    let start = span.start + usize::from(quoted);
    let before = document.get(..start).unwrap_or_default();
    let indent = start - before.rfind('\n').map_or(0, |end| end + 1);
    let (mut text, mut at) = (Mapped::default(), start);
    for line in written.split_inclusive('\n') {
        let rest = document.get(at..).unwrap_or_default();
        if !rest.starts_with(line.trim_end_matches('\n')) {
            return elsewhere(&written, span);
        }
        text.push(line, Span::new(at, at + line.len()));
        at += line.len();
        let next = document.get(at..).unwrap_or_default();
        at += next.bytes().take(indent).take_while(|byte| *byte == b' ').count();
    }
    text
}

/// A text that is written in another way: all of it stands where it begins.
fn elsewhere(written: &str, span: Span) -> Mapped {
    let mut text = Mapped::default();
    for character in written.chars() {
        text.push(character.encode_utf8(&mut [0; 4]), span);
    }
    text
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
        assert_eq!(outer.blocks[0].text.text(), r#"{"clock":"2026-01-01T00:00:00Z"}"#);
        let blocks: Vec<_> = outer.inside[0].blocks.iter().map(|block| block.text.text()).collect();
        assert_eq!(blocks, ["GET /\n", "200", "a\nb\n"]);
        assert_eq!(outer.inside[0].blocks[0].option("from").unwrap().text, "192.0.2.9");
    }

    #[test]
    fn numbers_are_texts_as_they_are_written() {
        let text = "title: 1.10\nblocks:\n  - { request: 007, from: 0x1F }\n";
        let root = read(text, &mut Problems::of(&Source::new("a.yaml", text)));
        let section = &root.inside[0];
        let block = &section.blocks[0];
        let from = &block.option("from").unwrap().text;
        assert_eq!(
            (section.title.as_str(), block.text.text(), from.as_str()),
            ("1.10", "007", "0x1F")
        );
    }

    #[test]
    fn texts_stand_where_they_are_written() {
        for (text, part) in [
            ("blocks:\n  - request: |\n      GET /\n\n      here: ü\n      b", "here"),
            ("blocks:\n  - request: |\n      GET /\n        here\n", "here"),
            ("blocks:\n  - request: here\n", "here"),
            ("blocks:\n  - request: 'over here'\n", "here"),
            ("blocks:\n  - steps:\n      - one\n      - here\n", "here"),
        ] {
            let mut problems = Problems::of(&Source::new("a.yaml", text));
            let root = read(text, &mut problems);
            let block = &root.inside[0].blocks[0];
            let at = block.text.text().find(part).unwrap();
            let span = block.text.original(Span::new(at, at + part.len()));
            assert_eq!(text.get(span.start..span.end), Some(part), "{text}");
        }
        let text = "blocks:\n  - request: >\n      GET\n      /here\n";
        let mut problems = Problems::of(&Source::new("a.yaml", text));
        let root = read(text, &mut problems);
        assert_eq!(
            root.inside[0].blocks[0].text.original(Span::new(5, 9)).start,
            text.find("GET").unwrap()
        );
    }

    #[test]
    fn one_document_may_have_its_mark() {
        for text in [
            "---\ntitle: A\n",
            "\u{feff}# x\n%YAML 1.2\n---\ntitle: A\n",
            "title: ----\na: b\n----\n",
            "",
        ] {
            assert_eq!(second_document(text), None, "{text}");
        }
        assert_eq!(second_document("title: A\r\n---\r\nb: c"), Some(10));
    }

    #[test]
    fn what_is_no_block_is_told() {
        for (text, expected) in [
            (
                "titel: A",
                "`titel` is no part of a section, expected one of title, blocks, scenarios",
            ),
            ("title: [A]", "expected a text, found an array"),
            ("blocks: {}", "expected a list of blocks, found an object"),
            (
                "blocks: [{ reqest: GET / }]",
                "`reqest` is no kind of block, expected one of given, policy, fragment, file, backend, request, response, sent, event, variables, trace, steps, error, metrics, traced",
            ),
            (
                "blocks: [a]",
                "expected a block such as `request: GET /`, found a string",
            ),
            (
                "blocks: [{ request: GET /, response: 200 }]",
                "`response` stands in the block of `request`, expected a block of its own: write `- response: …`",
            ),
            (
                "# one\n---\ntitle: A\n--- \ntitle: B\n",
                "a second document begins here, expected one in a file: what it says would not be read",
            ),
            ("blocks: [{ request: { GET: / } }]", "expected a text, found an object"),
            (
                "blocks: [{ steps: 3 }]",
                "expected a text or a list of texts, found a number",
            ),
            (
                "blocks: [{ trace: { a: 1 } }]",
                "expected a text or a list of texts, found an object",
            ),
            (
                "# nothing\n",
                "this document says nothing, expected `title`, `blocks` and `scenarios`",
            ),
            ("blocks: [{ metrics: [[1]] }]", "expected a text, found an array"),
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
