//! Small faults that a policy document could have: what tests of it should notice.
//!
//! A policy or `<base />` left out, a condition turned round, another operator, number, word or text. A fault may make the
//! document one that does not compile; whoever tries it finds out.
//! Never here: trying them.

use crate::findings::{Findings, Options};
use crate::xml::{Attribute, Element, Node, Piece};
use diagnostic::{Position, Source, Span};
use std::sync::Arc;

/// A fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// The bytes of the document that it replaces.
    pub span: Span,
    /// What stands there instead.
    pub replacement: String,
    /// What people read of it.
    pub what: String,
    /// Where the policy stands that it is in; none: it is the section's.
    pub step: Option<Position>,
}

/// The faults that a document could have. `is_step` tells where policies stand.
pub fn mutations(source: &Arc<Source>, is_step: impl Fn(Position) -> bool) -> Vec<Mutation> {
    let mut finder = Finder {
        source,
        is_step,
        step: None,
        found: Vec::new(),
    };
    let nodes = crate::xml::read(source, &mut Findings::new(Options::default()));
    finder.nodes(&nodes);
    finder.found
}

struct Finder<'s, F> {
    source: &'s Arc<Source>,
    is_step: F,
    /// The policy that is being looked at.
    step: Option<Position>,
    found: Vec<Mutation>,
}

impl<F: Fn(Position) -> bool> Finder<'_, F> {
    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            if let Node::Element(element) = node {
                self.element(element);
            }
        }
    }

    fn element(&mut self, element: &Element) {
        if element.name.text == "base" && self.step.is_none() {
            let what = "`<base />` left out".to_owned();
            self.add(self.whole(element), String::new(), what);
            return;
        }
        let around = self.step;
        let position = self.source.position(element.name.span.start);
        if (self.is_step)(position) {
            self.step = Some(position);
            let what = format!("`<{}>` left out", element.name.text);
            self.add(self.whole(element), String::new(), what);
        }
        if self.step.is_some() {
            for attribute in &element.attributes {
                self.attribute(attribute);
            }
            self.text(element);
        }
        self.nodes(&element.content);
        self.step = around;
    }

    fn add(&mut self, span: Span, replacement: String, what: impl Into<String>) {
        self.found.push(Mutation {
            span,
            replacement,
            what: what.into(),
            step: self.step,
        });
    }

    /// An element with its tags.
    fn whole(&self, element: &Element) -> Span {
        let text = self.source.text();
        let (start, inner) = (element.name.span.start.saturating_sub(1), element.inner);
        let closes_itself = text.get(..inner.start).is_some_and(|before| before.ends_with("/>"));
        let end = if closes_itself && inner.start == inner.end {
            inner.end
        } else {
            let rest = text.get(inner.end..).unwrap_or_default();
            rest.find('>').map_or(text.len(), |close| inner.end + close + 1)
        };
        Span::new(start, end)
    }

    fn attribute(&mut self, attribute: &Attribute) {
        match attribute.value.as_slice() {
            [Piece::Literal { text, span }] => {
                if let Some(other) = another(text.trim()) {
                    let what = format!("`{}` is {other} instead of {}", attribute.name.text, text.trim());
                    self.add(*span, other, what);
                }
            }
            pieces => {
                let is_condition = attribute.name.text == "condition";
                for piece in pieces {
                    self.piece(piece, is_condition);
                }
            }
        }
    }

    /// The text of an element that holds nothing else.
    fn text(&mut self, element: &Element) {
        if element.children().next().is_some() {
            return;
        }
        for piece in element.text() {
            match piece {
                Piece::Literal { text, span } if !text.trim().is_empty() => {
                    let text = text.trim();
                    let other = another(text).unwrap_or_else(|| "another text".to_owned());
                    let what = format!("the text of `<{}>` is \"{other}\"", element.name.text);
                    self.add(*span, other, what);
                }
                piece => self.piece(piece, false),
            }
        }
    }

    fn piece(&mut self, piece: &Piece, is_condition: bool) {
        let Piece::Expression { source, .. } = piece else {
            return;
        };
        let text = source.text();
        if is_condition && let Some(inner) = text.strip_prefix("@(").and_then(|rest| rest.strip_suffix(')')) {
            let span = source.original(Span::new(2, 2 + inner.len()));
            let written = self.source.text().get(span.start..span.end).unwrap_or_default();
            let (replacement, what) = (
                format!("!({written})"),
                format!("the condition `{}` turned round", inner.trim()),
            );
            self.add(span, replacement, what);
        }
        for (span, replacement) in in_expression(text) {
            let old = text.get(span.start..span.end).unwrap_or_default();
            let what = format!("`{replacement}` instead of `{old}` in `{}`", excerpt(text));
            self.add(source.original(span), replacement, what);
        }
    }
}

/// The beginning of an expression, on one line.
fn excerpt(text: &str) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

/// Another number or truth value.
fn another(text: &str) -> Option<String> {
    if text.eq_ignore_ascii_case("true") {
        return Some("false".to_owned());
    }
    if text.eq_ignore_ascii_case("false") {
        return Some("true".to_owned());
    }
    text.parse::<i64>().ok()?.checked_add(1).map(|next| next.to_string())
}

/// Operators with those that are mistaken for them; longer ones first.
const OPERATORS: [(&str, &str); 10] = [
    ("==", "!="),
    ("!=", "=="),
    ("<=", "<"),
    (">=", ">"),
    ("&&", "||"),
    ("||", "&&"),
    ("=>", ""),
    ("<", "<="),
    (">", ">="),
    ("+", "-"),
];

/// Faults in C#, outside of comments: operators, numbers, truth values, texts.
fn in_expression(text: &str) -> Vec<(Span, String)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if let Some(length) = string(rest) {
            let whole = rest.get(..length).unwrap_or_default();
            let is_plain = whole.starts_with('"') && length > 2;
            if is_plain {
                found.push((Span::new(at, at + length), "\"another text\"".to_owned()));
            }
            length
        } else if let Some((operator, other)) = OPERATORS.iter().find(|(operator, _)| rest.starts_with(operator)) {
            // `++` and `+=` count and gather; `-` would have them do something else entirely.
            let counts = *operator == "+" && rest.get(1..).is_some_and(|next| next.starts_with(['+', '=']));
            if !other.is_empty() && !counts {
                found.push((Span::new(at, at + operator.len()), (*other).to_owned()));
            }
            operator.len() + usize::from(counts)
        } else {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let word = rest.get(..length).unwrap_or_default();
            if let Some(other) = another(word) {
                found.push((Span::new(at, at + length), other));
            }
            length.max(rest.chars().next().map_or(1, char::len_utf8))
        };
        at += length.max(1);
    }
    found
}

/// How long the string or character is that a text begins with.
fn string(text: &str) -> Option<usize> {
    let prefix = ["$@\"", "@$\"", "@\"", "$\"", "\"", "'"]
        .into_iter()
        .find(|start| text.starts_with(start))?;
    let is_verbatim = prefix.contains('@');
    let quote = prefix.chars().last()?;
    let mut characters = text.char_indices().skip(prefix.len()).peekable();
    while let Some((at, character)) = characters.next() {
        let doubled = is_verbatim && characters.peek().is_some_and(|(_, next)| *next == quote);
        if character == quote && !doubled {
            return Some(at + 1);
        }
        if character == '\\' && !is_verbatim || character == quote {
            characters.next();
        }
    }
    Some(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The documents that come of a document, by what is wrong with each.
    fn check(document: &str, expected: &[(&str, &str)]) {
        let source = Source::new("a.xml", document);
        let steps = ["choose", "set-header", "set-method"];
        let is_step = |position: Position| {
            let rest = document.get(position.column - 1..).unwrap_or_default();
            steps.iter().any(|step| rest.starts_with(step))
        };
        let found = mutations(&source, is_step);
        let told: Vec<_> = found
            .iter()
            .map(|mutation| {
                let mut text = document.to_owned();
                text.replace_range(mutation.span.start..mutation.span.end, &mutation.replacement);
                (mutation.what.as_str().to_owned(), text)
            })
            .collect();
        let told: Vec<_> = told.iter().map(|(what, text)| (what.as_str(), text.as_str())).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn policies_are_left_out_and_say_something_else() {
        check(
            "<inbound><set-method>GET</set-method></inbound>",
            &[
                ("`<set-method>` left out", "<inbound></inbound>"),
                (
                    "the text of `<set-method>` is \"another text\"",
                    "<inbound><set-method>another text</set-method></inbound>",
                ),
            ],
        );
        check("<a><base /><b /></a>", &[("`<base />` left out", "<a><b /></a>")]);
        check(
            "<a><set-header n='1' /></a>",
            &[
                ("`<set-header>` left out", "<a></a>"),
                ("`n` is 2 instead of 1", "<a><set-header n='2' /></a>"),
            ],
        );
    }

    #[test]
    fn conditions_are_turned_round_and_operators_mistaken() {
        check(
            "<choose><when condition=\"@(1 &lt; 2)\" /></choose>",
            &[
                ("`<choose>` left out", ""),
                (
                    "the condition `1 < 2` turned round",
                    "<choose><when condition=\"@(!(1 &lt; 2))\" /></choose>",
                ),
                (
                    "`2` instead of `1` in `@(1 < 2)`",
                    "<choose><when condition=\"@(2 &lt; 2)\" /></choose>",
                ),
                (
                    "`<=` instead of `<` in `@(1 < 2)`",
                    "<choose><when condition=\"@(1 <= 2)\" /></choose>",
                ),
                (
                    "`3` instead of `2` in `@(1 < 2)`",
                    "<choose><when condition=\"@(1 &lt; 3)\" /></choose>",
                ),
            ],
        );
    }

    #[test]
    fn strings_and_comments_hold_no_operators() {
        let found = |text: &str| -> Vec<String> {
            let faults = in_expression(text).into_iter();
            faults
                .map(|(span, other)| format!("{}→{other}", &text[span.start..span.end]))
                .collect()
        };
        assert_eq!(
            found("a == \"x\\\"==\" // ==\n+ @\"\"\"==\" + '+'"),
            ["==→!=", "\"x\\\"==\"→\"another text\"", "+→-", "+→-"]
        );
        assert_eq!(found("i++; x1 += y2; list.Where(i => i)"), Vec::<String>::new());
        assert_eq!(found("\"open"), ["\"open→\"another text\""]);
    }
}
