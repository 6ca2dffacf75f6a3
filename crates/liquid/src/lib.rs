//! Liquid templates as DotLiquid runs them in C# mode: filters with .NET's names, .NET's formats, and its quirks.
//!
//! [`Template::parse`] reads a text once (`lexer` → `parse` with `scanner` → `syntax`); [`Template::render`] writes it for an
//! exchange. `body` and `context` are looked into when a template asks ([`bind`]); `filters` is a table, a row a filter.
//! Steps, memory and output are bounded by the evaluation's budget. Never here: HTTP, policies, reading files.

pub mod bind;
mod compare;
mod filters;
mod lexer;
mod parse;
mod render;
mod scanner;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub use value::{Object, Value};

use expression::Budget;
use expression::context::Context;
use expression::runtime::{Fault, Runtime};
use std::ops::Range;
use syntax::Node;

/// Something that is wrong with a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Bytes of the template.
    pub range: Range<usize>,
    /// What was found and expected.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// It works, but very likely not as its author means.
    pub is_warning: bool,
}

impl Problem {
    pub(crate) fn error(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            range,
            message: message.into(),
            help: None,
            is_warning: false,
        }
    }

    pub(crate) fn warning(range: Range<usize>, message: impl Into<String>) -> Self {
        Self {
            is_warning: true,
            ..Self::error(range, message)
        }
    }

    pub(crate) fn with_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }
}

/// How much a rendering may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps and memory.
    pub budget: Budget,
    /// Bytes that it may write.
    pub output: usize,
}

/// What stopped a rendering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// In words.
    pub message: String,
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self { message: fault.message }
    }
}

/// A compiled template, shared by all exchanges.
#[derive(Debug)]
pub struct Template {
    nodes: Vec<Node>,
}

impl Template {
    /// Reads a template. Warnings come with it; with an error there is none.
    pub fn parse(text: &str) -> (Option<Self>, Vec<Problem>) {
        let mut problems = Vec::new();
        let nodes = parse::parse(text, &mut problems);
        problems.sort_by_key(|problem| problem.range.start);
        let is_whole = problems.iter().all(|problem| problem.is_warning);
        (is_whole.then_some(Self { nodes }), problems)
    }

    /// Whether it names something, such as `body`, outside of what it sets itself.
    pub fn names(&self, name: &str) -> bool {
        syntax::any_name(&self.nodes, &mut |named| named.eq_ignore_ascii_case(name))
    }

    /// Writes it for an exchange, whose message's body is `body`.
    ///
    /// # Errors
    /// A limit that is used up.
    pub fn render<'v>(&self, context: &'v dyn Context, body: Value<'v>, limits: Limits) -> Result<String, Stopped> {
        let runtime = Runtime::new(context, limits.budget);
        let roots = vec![("body", body), ("context", bind::context(context))];
        Ok(render::render(&self.nodes, runtime, roots, limits.output)?)
    }
}
