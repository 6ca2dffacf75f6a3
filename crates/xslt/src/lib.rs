//! `XSLT` 1.0 (W3C recommendation of 16 November 1999): a stylesheet is compiled once and transforms documents.
//!
//! [`Stylesheet::compile`] tells everything that is wrong with a stylesheet, with its place; [`Stylesheet::transform`]
//! never recurses and stops at its [`Limits`]. Where the recommendation leaves a choice, .NET's `XslCompiledTransform`
//! decides. Never here: policies, other documents (`document()`, `xsl:import`, `xsl:include`), scripts, extension
//! elements; of extension functions only `node-set()`.

mod avt;
mod compile;
mod format;
mod instruction;
mod output;
mod run;

use std::cmp::Ordering;
use std::collections::HashMap;
use xml::reader::Places;
use xml::{Name, Tree};

/// Something that is wrong with a stylesheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What was found and what was expected.
    pub message: String,
    /// The byte of the stylesheet's text at which the name of the element begins that it is about.
    pub at: usize,
}

/// Why a transformation gives nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransformError {
    /// It took more than [`Limits::steps`].
    #[error("the transformation takes too long: it was stopped after {0} steps")]
    Steps(u64),
    /// It made more than [`Limits::bytes`].
    #[error("the transformation needs too much room: it was stopped at {0} bytes")]
    Bytes(usize),
    /// Templates called each other deeper than [`Limits::depth`].
    #[error(
        "templates are nested too deep: the transformation was stopped at a depth of {0}; is a recursion without end?"
    )]
    Depth(usize),
    /// `<xsl:message terminate="yes">`, with its text.
    #[error("the stylesheet ended the transformation: {0}")]
    Terminated(String),
    /// What was asked for cannot be done with this document.
    #[error("{0}")]
    Failed(String),
}

/// What one transformation may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Nodes and characters that are looked at, roughly.
    pub steps: u64,
    /// Bytes of the result, and of what is held on the way to it.
    pub bytes: usize,
    /// How deep templates and elements may be nested.
    pub depth: usize,
    /// How texts are sorted.
    pub collate: fn(&str, &str) -> Ordering,
}

/// A stylesheet, ready to transform.
#[derive(Debug)]
pub struct Stylesheet(instruction::Program);

impl Stylesheet {
    /// Compiles a stylesheet that was read with whitespace kept.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(tree: &Tree, places: &Places) -> Result<Self, Vec<Problem>> {
        compile::compile(tree, places).map(Self)
    }

    /// Whether it has a parameter of this name, in no namespace.
    pub fn has_parameter(&self, name: &str) -> bool {
        self.0.parameter(&Name::local_only(name)).is_some()
    }

    /// The result of transforming a document, in the encoding that `xsl:output` names (UTF-8 by default). Parameters of
    /// the stylesheet that are not given have their default values; those that it does not have are ignored.
    ///
    /// # Errors
    /// [`TransformError`]
    pub fn transform(
        &self,
        source: Tree,
        parameters: &HashMap<String, String>,
        limits: &Limits,
    ) -> Result<Vec<u8>, TransformError> {
        let finished = run::run(&self.0, source, parameters, limits)?;
        output::write(&finished.tree, finished.result, &self.0.output, limits)
    }
}

#[cfg(test)]
mod tests;
