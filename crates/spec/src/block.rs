//! What both forms of a specification come to: sections with blocks in them, each with its place.
//!
//! Never here: Markdown, YAML, what a block means.

use crate::codes;
use catalog::document::Value;
use diagnostic::{Diagnostic, Mapped, Source, Span, nearest};
use std::path::{Component, Path};
use std::sync::Arc;
use std::time::Duration;

/// What blocks there are.
pub const KINDS: [&str; 15] = [
    "given",
    "policy",
    "fragment",
    "file",
    "backend",
    "request",
    "response",
    "sent",
    "event",
    "variables",
    "trace",
    "steps",
    "error",
    "metrics",
    "traced",
];

/// A heading with what stands below it.
#[derive(Default)]
pub struct Section {
    /// The heading's text.
    pub title: String,
    /// Where it stands.
    pub span: Span,
    /// Its own blocks in order.
    pub blocks: Vec<Block>,
    /// Sections below it.
    pub inside: Vec<Section>,
}

/// A word of a document.
#[derive(Clone, Debug)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A block that says something.
#[derive(Clone)]
pub struct Block {
    /// One of [`KINDS`].
    pub kind: Word,
    /// Options: names with their values; a name alone has the value "true".
    pub options: Vec<(Word, Word)>,
    /// Its text, line ends as `\n`, and where that stands in the document.
    pub text: Mapped,
    /// What a YAML document has instead of a text, at its place in the document.
    pub value: Option<Value>,
}

/// Where the problems of a document go.
pub struct Problems {
    /// The document.
    pub source: Arc<Source>,
    /// What was found so far.
    pub list: Vec<Diagnostic>,
}

impl Problems {
    /// None so far.
    pub fn of(source: &Arc<Source>) -> Self {
        Self {
            source: Arc::clone(source),
            list: Vec::new(),
        }
    }

    /// Adds an error.
    pub fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.list.push(Diagnostic::error(code, &self.source, span, message));
    }

    /// Whether a word can name an entity, which is a folder of that name; what cannot is reported.
    pub fn is_name(&mut self, word: &Word) -> bool {
        let mut parts = Path::new(&word.text).components();
        let is_one = matches!((parts.next(), parts.next()), (Some(Component::Normal(_)), None));
        let is_name = is_one && !word.text.contains(['/', '\\']);
        if !is_name {
            let message = format!("expected a name without `/`, found \"{}\"", word.text);
            self.error(codes::BAD_VALUE, word.span, message);
        }
        is_name
    }

    /// Adds an error about a word that is none of those that are known.
    pub fn unknown(&mut self, word: &Word, what: &str, known: &[&str]) {
        let expected = match known {
            [] => "there are none".to_owned(),
            [one] => format!("expected {one}"),
            several => format!("expected one of {}", several.join(", ")),
        };
        let message = format!("`{}` is no {what}, {expected}", word.text);
        let unknown = Diagnostic::error(codes::UNKNOWN_WORD, &self.source, word.span, message);
        self.list.push(match nearest(&word.text, known.iter().copied()) {
            Some(near) => unknown.with_help(format!("did you mean `{near}`?")),
            None => unknown,
        });
    }
}

impl Block {
    /// An option's value.
    pub fn option(&self, name: &str) -> Option<&Word> {
        let found = self.options.iter().find(|(known, _)| known.text == name);
        found.map(|(_, value)| value)
    }

    /// An option's value, read; a wrong one is reported.
    pub fn read<T>(
        &self,
        problems: &mut Problems,
        name: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.option(name)?;
        let read = read(&value.text);
        if read.is_none() {
            let message = format!("`{name}` must be {expected}, found \"{}\"", value.text);
            problems.error(codes::BAD_VALUE, value.span, message);
        }
        read
    }

    /// Whether an option that says yes or no is there.
    pub fn flag(&self, problems: &mut Problems, name: &str) -> bool {
        let flag = self.read(problems, name, "`true` or `false`", |text| text.parse().ok());
        flag.unwrap_or(false)
    }

    /// How often something happens.
    pub fn times(&self, problems: &mut Problems) -> Option<u32> {
        let expected = "a number from 1 to 100000";
        self.read(problems, "times", expected, |text| {
            text.parse().ok().filter(|times| (1..=100_000).contains(times))
        })
    }

    /// Reports options that this kind of block does not have, and those that it has twice.
    pub fn only(&self, problems: &mut Problems, known: &[&str]) {
        for (at, (name, _)) in self.options.iter().enumerate() {
            if !known.contains(&name.text.as_str()) {
                problems.unknown(name, &format!("option of `{}`", self.kind.text), known);
            } else if self.options.iter().take(at).any(|(before, _)| before.text == name.text) {
                let message = format!("the option `{}` stands here twice", name.text);
                problems.error(codes::BAD_VALUE, name.span, message);
            }
        }
    }

    /// Where a stretch of its settings stands in the document.
    pub fn place(&self, span: Span) -> Span {
        match self.value {
            Some(_) => span,
            None => self.text.original(span),
        }
    }
}

/// A time such as `3s`, `250ms`, `2m`, `1h` or `7d`.
pub fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(digits)?;
    let number: f64 = number.parse().ok()?;
    let seconds = match unit {
        "ms" => number / 1000.0,
        "s" => number,
        "m" => number * 60.0,
        "h" => number * 3600.0,
        "d" => number * 86400.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(seconds).ok()
}

/// What [`duration`] reads.
pub const DURATION: &str = "a time such as `3s`, `250ms`, `2m`, `1h` or `7d`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        for (text, expected) in [
            ("3s", Some(3000)),
            ("250ms", Some(250)),
            ("1.5m", Some(90_000)),
            ("1d", Some(86_400_000)),
            ("3", None),
            ("s", None),
            ("3 s", None),
            ("99999999999999999999999d", None),
        ] {
            assert_eq!(duration(text), expected.map(Duration::from_millis), "{text}");
        }
    }
}
