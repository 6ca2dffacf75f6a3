//! Typed access to the properties of an entity; what is missing or of the wrong type is reported where it stands. As
//! Azure takes them, numbers and truth values may be written as texts, and texts as numbers.

use crate::codes;
use crate::document::{Content, Value};
use crate::problems::{Problems, suggest};
use diagnostic::{Diagnostic, Source, Span};
use std::sync::Arc;
use std::time::SystemTime;

/// An object of a document, with what is needed to report problems in it.
#[derive(Clone, Copy)]
pub(crate) struct Fields<'d> {
    /// The document's text.
    pub source: &'d Arc<Source>,
    /// The object.
    pub value: &'d Value,
    /// Where problems go.
    pub problems: &'d Problems,
}

/// A string property.
#[derive(Clone, Copy)]
pub(crate) struct Text<'d> {
    /// Its text.
    pub value: &'d str,
    /// Where it stands, quotation marks included.
    pub span: Span,
}

/// The text of a plain value.
fn text(value: &Value) -> Option<Text<'_>> {
    let text = match &value.content {
        Content::String(text) | Content::Number(text) => text,
        Content::Bool(true) => "true",
        Content::Bool(false) => "false",
        Content::Null | Content::Array(_) | Content::Object(_) => return None,
    };
    Some(Text {
        value: text,
        span: value.span,
    })
}

impl<'d> Fields<'d> {
    /// A property that is there and not `null`.
    pub fn get(&self, key: &str) -> Option<&'d Value> {
        self.value.get(key).filter(|value| !value.is_null())
    }

    /// A point in time as RFC 3339 writes it; without an offset it is UTC's, and a day starts at midnight. An empty one is
    /// none.
    pub fn moment(&self, key: &str) -> Option<SystemTime> {
        let Text { value, span } = self.string(key).filter(|text| !text.value.is_empty())?;
        let in_utc = |time: jiff::civil::DateTime| jiff::tz::TimeZone::UTC.to_timestamp(time);
        let timestamp = value
            .parse::<jiff::Timestamp>()
            .or_else(|_| value.parse().and_then(in_utc))
            .ok();
        let instant = timestamp.and_then(|timestamp| SystemTime::try_from(timestamp).ok());
        if instant.is_none() {
            let message = format!("`{key}` must be a time such as `2026-01-31T00:00:00Z`, found \"{value}\"");
            self.report(codes::BAD_VALUE, span, message);
        }
        instant
    }

    /// A string property.
    pub fn string(&self, key: &str) -> Option<Text<'d>> {
        let value = self.get(key)?;
        text(value).or_else(|| self.wrong_type(key, value, "a string"))
    }

    /// A string property that must be there.
    pub fn required(&self, key: &str) -> Option<Text<'d>> {
        if self.get(key).is_none() {
            let problem = self.error(
                codes::MISSING_PROPERTY,
                self.head(),
                format!("required property `{key}` is missing"),
            );
            let alike = self.value.members().iter().map(|member| member.key.as_str());
            let near = diagnostic::nearest(key, alike).filter(|near| near.eq_ignore_ascii_case(key));
            self.problems.push(match near {
                Some(near) => problem.with_help(format!("`{near}` must be written `{key}`")),
                None => problem,
            });
        }
        self.string(key)
    }

    /// A string property as owned text, empty when it is not there.
    pub fn text(&self, key: &str) -> String {
        self.string(key).map(|text| text.value.to_owned()).unwrap_or_default()
    }

    /// A truth value.
    pub fn boolean(&self, key: &str) -> Option<bool> {
        let value = self.get(key)?;
        match &value.content {
            Content::Bool(truth) => Some(*truth),
            Content::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Content::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => self.wrong_type(key, value, "`true` or `false`"),
        }
    }

    /// A whole number from 0 on.
    pub fn number(&self, key: &str) -> Option<u32> {
        let value = self.get(key)?;
        let number = match &value.content {
            Content::Number(text) | Content::String(text) => text.parse().ok(),
            _ => None,
        };
        number.or_else(|| self.wrong_type(key, value, "a whole number from 0 on"))
    }

    /// An object.
    pub fn object(&self, key: &str) -> Option<Fields<'d>> {
        let value = self.get(key)?;
        match value.content {
            Content::Object(_) => Some(Fields { value, ..*self }),
            _ => self.wrong_type(key, value, "an object"),
        }
    }

    /// The items of an array; none when it is not there.
    pub fn array(&self, key: &str) -> &'d [Value] {
        let Some(value) = self.get(key) else { return &[] };
        match &value.content {
            Content::Array(items) => items,
            _ => self.wrong_type(key, value, "an array").unwrap_or_default(),
        }
    }

    /// The objects of an array; other items are reported.
    pub fn objects(&self, key: &str) -> Vec<Fields<'d>> {
        let of_object = |value: &'d Value| match value.content {
            Content::Object(_) => Some(Fields { value, ..*self }),
            _ => self.wrong_type(key, value, "only objects"),
        };
        self.array(key).iter().filter_map(of_object).collect()
    }

    /// The strings of an array, or the only one of a plain string.
    pub fn strings(&self, key: &str) -> Vec<Text<'d>> {
        if let Some(only) = self.get(key).and_then(text) {
            return vec![only];
        }
        let of_text = |value: &'d Value| text(value).or_else(|| self.wrong_type(key, value, "only strings"));
        self.array(key).iter().filter_map(of_text).collect()
    }

    /// One of a few words, in any letter case; any other is an error.
    pub fn choice<T: Copy>(&self, key: &str, words: &[(&str, T)]) -> Option<T> {
        let text = self.string(key)?;
        self.choose(key, text, words)
    }

    /// The meaning of `text` among `words`, in any letter case; any other is an error.
    pub fn choose<T: Copy>(&self, key: &str, text: Text<'_>, words: &[(&str, T)]) -> Option<T> {
        if let Some((_, meaning)) = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.value)) {
            return Some(*meaning);
        }
        let all: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
        let message = format!("`{key}` must be one of {}, found \"{}\"", all.join(", "), text.value);
        let problem = self.error(codes::BAD_VALUE, text.span, message);
        self.problems
            .push(suggest(problem, text.value, words.iter().map(|(word, _)| *word)));
        None
    }

    /// The start of this object, for problems of it as a whole.
    pub fn head(&self) -> Span {
        Span::new(
            self.value.span.start,
            (self.value.span.start + 1).min(self.value.span.end),
        )
    }

    /// An error in this document, not yet reported.
    pub fn error(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, self.source, span, message)
    }

    /// Reports an error in this document.
    pub fn report(&self, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems.push(self.error(code, span, message));
    }

    /// Reports a warning in this document.
    pub fn warn(&self, code: &'static str, span: Span, message: impl Into<String>) {
        self.problems
            .push(Diagnostic::warning(code, self.source, span, message));
    }

    fn wrong_type<T>(&self, key: &str, found: &Value, expected: &str) -> Option<T> {
        let message = format!("`{key}` must be {expected}, found {}", found.type_name());
        self.report(codes::WRONG_TYPE, found.span, message);
        None
    }
}
