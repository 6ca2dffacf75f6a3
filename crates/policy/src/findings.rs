//! Where problems are gathered while a document is read and compiled, so that all are reported at once.
//!
//! Never here: what is a problem.

use diagnostic::{Diagnostic, Severity, Source, Span};
use std::sync::Arc;

/// How strict to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What works here but is refused by APIM is an error instead of a warning.
    pub strict: bool,
    /// The document will serve requests: what is not ready for that is an error instead of a warning.
    pub serving: bool,
}

/// The problems found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    options: Options,
    list: Vec<Diagnostic>,
    errors: usize,
}

impl Findings {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            options,
            list: Vec::new(),
            errors: 0,
        }
    }

    pub(crate) fn options(&self) -> Options {
        self.options
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.errors += usize::from(diagnostic.is_error());
        self.list.push(diagnostic);
    }

    /// How many problems there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    /// Those behind the first `number`.
    pub(crate) fn since(&self, number: usize) -> Vec<Diagnostic> {
        self.list.get(number..).unwrap_or_default().to_vec()
    }

    /// How many errors there are.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    pub(crate) fn error(&mut self, code: &'static str, source: &Arc<Source>, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::error(code, source, span, message));
    }

    /// What works here although APIM refuses it.
    pub(crate) fn refused_by_apim(&mut self, mut diagnostic: Diagnostic) {
        if self.options.strict {
            diagnostic.severity = Severity::Error;
        }
        self.push(diagnostic);
    }

    /// What is not built, or is left to the deployment: fine to check, impossible to serve.
    pub(crate) fn unready(&mut self, mut diagnostic: Diagnostic) {
        if self.options.serving {
            diagnostic.severity = Severity::Error;
        }
        self.push(diagnostic);
    }

    /// All problems in the order of documents and places, each once however often its fragment was included.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut seen = std::collections::HashSet::new();
        let mut list = self.list;
        list.retain(|diagnostic| {
            let source = diagnostic.source.as_ref().map(Arc::as_ptr);
            seen.insert((source, diagnostic.span, diagnostic.code, diagnostic.message.clone()))
        });
        list.sort_by(|a, b| (a.file(), a.span).cmp(&(b.file(), b.span)));
        list
    }
}
