//! Problems found in documents: what was found, what was expected, where it stands, and what to do about it.
//!
//! A [`Diagnostic`] is plain data with a stable code; [`Source`] knows the text it points into, also when that text
//! came about by replacing named values ([`Source::expanded`]) or by decoding XML entities ([`Mapped`]).
//! [`render`] draws diagnostics for people, [`Report`] is their form for machines.
//!
//! Never here: reading files, deciding what is a problem, exit codes.

mod mapped;
mod nearest;
mod render;
mod source;

pub use mapped::Mapped;
pub use nearest::nearest;
pub use render::{Report, render};
pub use source::{Position, Source, Span};

use std::sync::Arc;

/// How bad a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The document works, but APIM would refuse it, or it very likely does not do what its author means.
    Warning,
    /// The document cannot be used.
    Error,
}

/// One problem at one place.
///
/// Texts are lower case without a full stop, quote the offending value as the author wrote it, and never contain a
/// secret: values of named values are not quoted, their names are, whatever the reporter quoted.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// Stable number of this kind of problem: `TG` and four digits, or C#'s own (`CS1061`).
    pub code: &'static str,
    /// What was found and what was expected, in one sentence.
    pub message: String,
    /// Where, as bytes of `source`'s text; an empty span points between two characters.
    pub span: Span,
    /// The document; absent for problems of a file that could not be read at all.
    pub source: Option<Arc<Source>>,
    /// What to do about it, where that is known.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error at `span` of `source`.
    pub fn error(code: &'static str, source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: source.discreet(span, message.into()),
            span,
            source: Some(Arc::clone(source)),
            help: None,
        }
    }

    /// A warning at `span` of `source`.
    pub fn warning(code: &'static str, source: &Arc<Source>, span: Span, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, source, span, message)
        }
    }

    /// The same problem with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        let help = help.into();
        self.help = Some(match &self.source {
            Some(source) => source.discreet(self.span, help),
            None => help,
        });
        self
    }

    /// Whether this problem makes its document unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Where the problem stands, counted from 1; 1:1 when there is no source.
    pub fn position(&self) -> Position {
        self.source.as_ref().map_or(Position { line: 1, column: 1 }, |source| {
            source.position(self.span.start)
        })
    }

    /// Where what it is about ends, one past the last character; 1:1 when there is no source.
    pub fn end(&self) -> Position {
        self.source.as_ref().map_or(Position { line: 1, column: 1 }, |source| {
            source.written_position(source.written_span(self.span).end)
        })
    }

    /// The document's name as it was loaded, or an empty string.
    pub fn file(&self) -> &str {
        self.source.as_ref().map_or("", |source| source.name())
    }
}
