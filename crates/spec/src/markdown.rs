//! Specifications as Markdown: headings, and blocks that are fenced in by backticks or tildes.
//!
//! A block's first line names its language, for those who look at it, and then what it is and its options:
//! `` ```http request from=192.0.2.9 ``. A block with a language alone is an illustration and says nothing here.
//! Never here: what a block means.

use crate::block::{Block, KINDS, Problems, Section, Word};
use crate::codes;
use diagnostic::{Mapped, Span};

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
        } else if line.starts_with("<!--") {
            if !lines.end_of_comment(line) {
                problems.error(codes::NOT_CLOSED, span, "this comment is not closed");
                break;
            }
        } else if let Some(fence) = fence(line.trim_start()) {
            let indented = line.len() - line.trim_start().len();
            let info = line.get(indented + fence.len()..).unwrap_or_default();
            let start = span.start + indented;
            if indented > 0 {
                out_of_reach(info, Span::new(start, span.end), problems);
                continue;
            }
            let block = block(info, start + fence.len(), problems);
            let start = lines.at;
            let Some(end) = lines.end_of(fence) else {
                problems.error(codes::NOT_CLOSED, span, "this block is not closed");
                break;
            };
            if let (Some(block), Some((_, section))) = (block, open.last_mut()) {
                let inside = text.get(start..end).unwrap_or_default();
                section.blocks.push(Block {
                    text: Mapped::verbatim(inside, start),
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
            let closes = line.trim();
            if self::fence(closes) == Some(closes) && closes.starts_with(fence) {
                return Some(span.start);
            }
        }
        None
    }

    /// Goes behind the comment that this line opens; whether there is an end of it.
    fn end_of_comment(&mut self, line: &str) -> bool {
        let mut line = Some(line);
        while line.is_some_and(|line| !line.contains("-->")) {
            line = self.next().map(|(line, _)| line);
        }
        line.is_some()
    }
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let title = line.get(level..)?.strip_prefix(' ')?;
    (1..=6).contains(&level).then(|| (level, title.trim()))
}

fn fence(line: &str) -> Option<&str> {
    let of = |mark: u8| line.bytes().take_while(|byte| *byte == mark).count();
    line.get(..of(b'`').max(of(b'~'))).filter(|fence| fence.len() >= 3)
}

/// A block in a list or another one of Markdown's containers is not read, which its author must be told.
fn out_of_reach(info: &str, span: Span, problems: &mut Problems) {
    let mut words = info.split_whitespace().skip(1);
    if words.next().is_some_and(|kind| KINDS.contains(&kind)) {
        let message = "this block is indented, as in a list, and says nothing: it must begin at the start of its line";
        problems.error(codes::MISPLACED, span, message);
    }
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
        text: Mapped::default(),
        value: None,
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
                block.text.text()
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
    fn comments_are_not_read_and_tildes_are_fences() {
        check(
            "# A\n<!-- one -->\n<!--\n# B\n```http request\nGET /\n```\n-->\n~~~http request\n```\n~~~~\n",
            &["", " A", " - request \"```\\n\""],
        );
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        check(
            "- list\n\n  ```http request\n  GET /\n  ```\n<!-- open\n",
            &[
                "",
                "3: this block is indented, as in a list, and says nothing: it must begin at the start of its line",
                "6: this comment is not closed",
            ],
        );
        check(
            "```http reqest\nGET /\n```\n```http request\n",
            &[
                "",
                "1: `reqest` is no kind of block, expected one of given, policy, fragment, file, backend, request, response, sent, event, variables, trace, steps, error, metrics, traced",
                "4: this block is not closed",
            ],
        );
    }
}
