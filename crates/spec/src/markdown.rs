//! Specifications as Markdown: headings, and blocks that are fenced in by backticks.
//!
//! A block's first line names its language, for those who look at it, and then what it is and its options:
//! `` ```http request from=192.0.2.9 ``. A block with a language alone is an illustration and says nothing here.
//! Never here: what a block means.

use crate::block::{Block, KINDS, Place, Problems, Section, Word};
use crate::codes;
use diagnostic::Span;

/// Reads a document; its first section stands for what comes before any heading.
pub fn read(text: &str, problems: &mut Problems) -> Section {
    let mut open = vec![(0, Section::default())];
    let mut lines = Lines { text, at: 0 };
    while let Some((line, span)) = lines.next() {
        if let Some((level, title)) = heading(line) {
            close(&mut open, level);
            let section = Section {
                title: title.to_owned(),
                span,
                ..Section::default()
            };
            open.push((level, section));
        } else if let Some(fence) = fence(line) {
            let info = line.get(fence.len()..).unwrap_or_default();
            let block = block(info, span.start + fence.len(), problems);
            let start = lines.at;
            let Some(end) = lines.end_of(fence) else {
                problems.error(codes::NOT_CLOSED, span, "this block is not closed");
                break;
            };
            if let (Some(block), Some((_, section))) = (block, open.last_mut()) {
                let inside = text.get(start..end).unwrap_or_default();
                section.blocks.push(Block {
                    text: inside.to_owned(),
                    place: Place::Verbatim(start),
                    ..block
                });
            }
        }
    }
    close(&mut open, 1);
    open.pop().map(|(_, root)| root).unwrap_or_default()
}

/// Puts the sections of this level and deeper into those around them.
fn close(open: &mut Vec<(usize, Section)>, level: usize) {
    while open
        .last()
        .is_some_and(|(deepest, _)| *deepest >= level && *deepest > 0)
    {
        let Some((_, section)) = open.pop() else { return };
        if let Some((_, around)) = open.last_mut() {
            around.inside.push(section);
        }
    }
}

struct Lines<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lines<'t> {
    fn next(&mut self) -> Option<(&'t str, Span)> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length)?.trim_end_matches(['\n', '\r']);
        let span = Span::new(self.at, self.at + line.len());
        self.at += length;
        Some((line, span))
    }

    /// The byte at which the block ends that this fence has opened.
    fn end_of(&mut self, fence: &str) -> Option<usize> {
        while let Some((line, span)) = self.next() {
            let closes = line.trim_end();
            if closes.len() >= fence.len() && closes.bytes().all(|byte| byte == b'`') {
                return Some(span.start);
            }
        }
        None
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim()))
}

fn fence(line: &str) -> Option<&str> {
    let length = line.bytes().take_while(|byte| *byte == b'`').count();
    line.get(..length).filter(|fence| fence.len() >= 3)
}

/// What a block's first line says of it; nothing for an illustration.
fn block(info: &str, start: usize, problems: &mut Problems) -> Option<Block> {
    let mut words = words(info, start).into_iter().skip(1);
    let kind = words.next()?;
    if !KINDS.contains(&kind.text.as_str()) {
        problems.unknown(&kind, "kind of block", &KINDS);
        return None;
    }
    let options = words.map(|word| {
        let (name, value) = word.text.split_once('=').unwrap_or((&word.text, "true"));
        let of = |text: &str| Word {
            text: text.to_owned(),
            span: word.span,
        };
        (of(name), of(value.trim_matches('"')))
    });
    Some(Block {
        options: options.collect(),
        kind,
        text: String::new(),
        place: Place::Verbatim(0),
    })
}

/// Words between blanks; blanks within quotes belong to a word.
fn words(text: &str, start: usize) -> Vec<Word> {
    let mut words = Vec::new();
    let (mut begun, mut quoted) = (None, false);
    for (at, character) in text.char_indices().chain([(text.len(), ' ')]) {
        quoted ^= character == '"';
        let ends = character.is_whitespace() && (!quoted || at == text.len());
        match begun {
            None if !ends => begun = Some(at),
            Some(from) if ends => {
                words.push(Word {
                    text: text.get(from..at).unwrap_or_default().to_owned(),
                    span: Span::new(start + from, start + at),
                });
                begun = None;
            }
            _ => {}
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use diagnostic::Source;

    fn outline(section: &Section, depth: usize, out: &mut Vec<String>) {
        out.push(format!("{}{}", " ".repeat(depth), section.title));
        for block in &section.blocks {
            let options = block
                .options
                .iter()
                .map(|(name, value)| format!(" {}={}", name.text, value.text));
            let options: String = options.collect();
            out.push(format!(
                "{}- {}{options} {:?}",
                " ".repeat(depth),
                block.kind.text,
                block.text
            ));
        }
        for inside in &section.inside {
            outline(inside, depth + 1, out);
        }
    }

    fn check(text: &str, expected: &[&str]) {
        let mut problems = Problems::of(&Source::new("a.md", text));
        let root = read(text, &mut problems);
        let mut lines = Vec::new();
        outline(&root, 0, &mut lines);
        lines.extend(
            problems
                .list
                .iter()
                .map(|it| format!("{}: {}", it.position().line, it.message)),
        );
        assert_eq!(lines, expected, "{text}");
    }

    #[test]
    fn headings_hold_blocks() {
        check(
            "# A\ntext\n```xml policy\n<a>\n```\n## B\n````http request at=\"x y\" once\n```\n````\n```xml\nonly shown\n```\n# C\n",
            &[
                "",
                " A",
                " - policy \"<a>\\n\"",
                "  B",
                "  - request at=x y once=true \"```\\n\"",
                " C",
            ],
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        check(
            "```http reqest\nGET /\n```\n```http request\n",
            &[
                "",
                "1: `reqest` is no kind of block, expected one of given, policy, fragment, file, backend, request, response, sent, variables, trace, steps, error, metrics, traced",
                "4: this block is not closed",
            ],
        );
    }
}
