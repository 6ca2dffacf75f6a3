//! A document's text with its name, and the way from a byte of it to line and column of what the author wrote.

use std::fmt;
use std::sync::Arc;

/// A stretch of bytes in a text: `start` is in it, `end` is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span from `start` up to `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The empty span before byte `at`.
    pub fn at(at: usize) -> Self {
        Self { start: at, end: at }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self {
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }
}

/// A place as editors count it: line and column from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A document: its name, the text its author wrote, and the text that is parsed.
///
/// The two texts differ when named values were replaced. All spans are bytes of the parsed text ([`Source::text`]);
/// positions and excerpts are given in the written one, so that a value never shows in a message.
pub struct Source {
    name: String,
    written: Arc<str>,
    parsed: Arc<str>,
    /// Replaced stretches in order: (span in `parsed`, span in `written`).
    replaced: Vec<(Span, Span)>,
    line_starts: Vec<usize>,
}

impl fmt::Debug for Source {
    /// The name only: the texts may hold secrets.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({})", self.name)
    }
}

impl Source {
    /// Whether another document has the same name and texts.
    pub fn says_the_same(&self, other: &Self) -> bool {
        self.name == other.name
            && self.written == other.written
            && self.parsed == other.parsed
            && self.replaced == other.replaced
    }

    /// A document that is parsed as it was written.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Arc<Self> {
        let written: Arc<str> = text.into();
        Arc::new(Self {
            name: name.into(),
            parsed: Arc::clone(&written),
            replaced: Vec::new(),
            line_starts: line_starts(&written),
            written,
        })
    }

    /// A document in which each `{{name}}` that `value_of` knows is replaced by its value before parsing
    /// (APIM's named values). Names that it does not know are kept and returned with their spans in the new text.
    pub fn expanded<'v>(
        name: impl Into<String>,
        text: impl Into<Arc<str>>,
        value_of: impl Fn(&str) -> Option<&'v str>,
    ) -> (Arc<Self>, Vec<(String, Span)>) {
        let written: Arc<str> = text.into();
        let mut parsed = String::with_capacity(written.len());
        let mut replaced = Vec::new();
        let mut unknown = Vec::new();
        let mut rest = 0;
        while let Some(found) = written.get(rest..).and_then(|tail| tail.find("{{")) {
            let open = rest + found;
            let inside = written.get(open + 2..).unwrap_or_default();
            let Some(length) =
                inside.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')))
            else {
                break;
            };
            let named = inside.get(..length).unwrap_or_default();
            if length == 0 || !inside.get(length..).unwrap_or_default().starts_with("}}") {
                parsed.push_str(written.get(rest..open + 1).unwrap_or_default());
                rest = open + 1;
                continue;
            }
            let close = open + 2 + length + 2;
            parsed.push_str(written.get(rest..open).unwrap_or_default());
            let start = parsed.len();
            if let Some(value) = value_of(named.trim()) {
                parsed.push_str(value);
                replaced.push((Span::new(start, parsed.len()), Span::new(open, close)));
            } else {
                parsed.push_str(written.get(open..close).unwrap_or_default());
                unknown.push((named.trim().to_owned(), Span::new(start, parsed.len())));
            }
            rest = close;
        }
        parsed.push_str(written.get(rest..).unwrap_or_default());
        let source = Self {
            name: name.into(),
            // Most texts name no values.
            parsed: if replaced.is_empty() {
                Arc::clone(&written)
            } else {
                parsed.into()
            },
            replaced,
            line_starts: line_starts(&written),
            written,
        };
        (Arc::new(source), unknown)
    }

    /// The name under which the document was loaded, usually a path.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The text to parse; all spans are bytes of it.
    pub fn text(&self) -> &Arc<str> {
        &self.parsed
    }

    /// Where byte `offset` of the parsed text stands in what the author wrote; inside a replaced value: at its name.
    pub fn position(&self, offset: usize) -> Position {
        self.written_position(self.written_offset(offset))
    }

    /// The author's own words at `span`: named values appear as `{{name}}`, never as their value.
    pub fn quote(&self, span: Span) -> &str {
        let start = self.written_offset(span.start);
        let end = self.written_end(span.end).max(start);
        self.written.get(start..end).unwrap_or_default()
    }

    /// The message about `span` with named values by their names, also where it quotes the parsed text.
    ///
    /// A part of a value is found only as the text at `span`; one that is quoted from elsewhere must go through
    /// [`Source::quote`].
    pub fn discreet(&self, span: Span, message: String) -> String {
        let touches = |(parsed, _): &&(Span, Span)| parsed.start < span.end && span.start < parsed.end;
        let mut message = message;
        if self.replaced.iter().any(|stretch| touches(&stretch))
            && let Some(quoted) = self
                .parsed
                .get(span.start..span.end)
                .filter(|quoted| !quoted.is_empty())
        {
            message = message.replace(quoted, self.quote(span));
        }
        for (parsed, written) in &self.replaced {
            // Shorter values are in every other word, and no secrets.
            let value = self
                .parsed
                .get(parsed.start..parsed.end)
                .filter(|value| value.len() > 3);
            if let (Some(value), Some(name)) = (value, self.written.get(written.start..written.end)) {
                message = message.replace(value, name);
            }
        }
        message
    }

    /// The stretch of the written text that `span` of the parsed text came from.
    pub fn written_span(&self, span: Span) -> Span {
        let start = self.written_offset(span.start);
        Span::new(start, self.written_end(span.end).max(start))
    }

    /// The written text of a line (from 1), without its line end.
    pub fn line(&self, line: usize) -> &str {
        let Some(start) = line.checked_sub(1).and_then(|index| self.line_starts.get(index)) else {
            return "";
        };
        let end = self.line_starts.get(line).copied().unwrap_or(self.written.len());
        self.written
            .get(*start..end)
            .unwrap_or_default()
            .trim_end_matches(['\n', '\r'])
    }

    /// Where byte `offset` of the *written* text stands.
    pub fn written_position(&self, offset: usize) -> Position {
        let line = self.line_starts.partition_point(|start| *start <= offset).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or_default();
        let column = self
            .written
            .get(start..offset.min(self.written.len()))
            .map_or(1, |before| before.chars().count() + 1);
        Position { line, column }
    }

    /// The written byte for a parsed one; inside a replaced value: where its name starts.
    fn written_offset(&self, offset: usize) -> usize {
        let before = self.replaced.partition_point(|(parsed, _)| parsed.start <= offset);
        match before.checked_sub(1).and_then(|index| self.replaced.get(index)) {
            None => offset.min(self.written.len()),
            Some((parsed, written)) if offset < parsed.end => written.start,
            Some((parsed, written)) => (written.end + (offset - parsed.end)).min(self.written.len()),
        }
    }

    /// Like `written_offset` for the end of a span: inside a replaced value, where its name ends.
    fn written_end(&self, offset: usize) -> usize {
        let before = self.replaced.partition_point(|(parsed, _)| parsed.start < offset);
        match before.checked_sub(1).and_then(|index| self.replaced.get(index)) {
            None => offset.min(self.written.len()),
            Some((parsed, written)) if offset <= parsed.end => written.end,
            Some((parsed, written)) => (written.end + (offset - parsed.end)).min(self.written.len()),
        }
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let source = Source::new("a.xml", "é<b>\n  <c/>");
        assert_eq!(source.position(2), Position { line: 1, column: 2 });
        assert_eq!(source.position(8), Position { line: 2, column: 3 });
        assert_eq!(source.line(2), "  <c/>");
    }

    #[test]
    fn a_replaced_value_is_quoted_by_its_name() {
        let (source, unknown) = Source::expanded("a.xml", "k=\"{{key}}\" z {{other}}", |name| {
            (name == "key").then_some("s3cret-value")
        });
        assert_eq!(&**source.text(), "k=\"s3cret-value\" z {{other}}");
        assert_eq!(source.quote(Span::new(3, 15)), "{{key}}");
        assert_eq!(source.quote(Span::new(5, 7)), "{{key}}");
        assert_eq!(source.position(17), Position { line: 1, column: 13 });
        assert_eq!(source.quote(Span::new(17, 18)), "z");
        assert_eq!(unknown, [("other".to_owned(), Span::new(19, 28))]);
    }

    #[test]
    fn messages_that_quote_a_value_are_given_its_name() {
        let (source, _) = Source::expanded("a.xml", "<set-{{key}} n=\"1{{key}}\"/>", |_| Some("hidden-word"));
        let discreet = |start, end, message: &str| source.discreet(Span::new(start, end), message.to_owned());
        assert_eq!(
            discreet(1, 16, "`<set-hidden-word>` is no policy"),
            "`<set-{{key}}>` is no policy"
        );
        assert_eq!(discreet(5, 11, "`hidden` is not known"), "`{{key}}` is not known");
        assert_eq!(discreet(0, 1, "found \"1hidden-word\""), "found \"1{{key}}\"");
        assert_eq!(discreet(1, 4, "`set` is short"), "`set` is short");
    }

    #[test]
    fn braces_that_name_nothing_stay() {
        let (source, unknown) = Source::expanded("a.xml", "{{ }} {{{a}} {{a b|c}} {{", |name| {
            (name == "a").then_some("1")
        });
        assert_eq!(&**source.text(), "{{ }} {1 {{a b|c}} {{");
        assert_eq!(unknown.len(), 1);
    }
}
