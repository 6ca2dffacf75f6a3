//! XML Schema 1.0: schemas and a document in, what is wrong with the document out.
//!
//! [`Schemas::compile`] reads a schema and those it includes and imports, of the ones that are given; it tells all
//! problems with their places. [`Schemas::validate`] reads a document and goes through it once; its faults are in the
//! words of .NET's validator, each with its place.
//!
//! What is not here: that a restriction's content model restricts its base's is not checked, documents are validated by
//! what the restriction says. The structure of the crate: schema documents (`document`) are compiled
//! (`compile`) into a model (`model`) of simple types (`simple`, `value`, `pattern`), content models (`content`) and
//! identity constraints (`identity`), by which documents are validated (`validate`).
//! Never here: files, networks, HTTP, policies.

mod compile;
mod content;
mod document;
mod identity;
mod model;
mod pattern;
mod problem;
mod simple;
mod validate;
mod value;

pub use problem::Problem;
pub use validate::{Fault, Part};

use document::Documents;
use model::Model;
use std::fmt;

/// A schema document.
#[derive(Clone, Copy, Debug)]
pub struct Source<'s> {
    /// What `schemaLocation` names it by.
    pub name: &'s str,
    /// XML Schema, or WSDL with schemas in its types.
    pub text: &'s str,
}

/// Compiled schemas.
pub struct Schemas {
    model: Model,
}

impl fmt::Debug for Schemas {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (types, elements) = (self.model.types.len(), self.model.elements.len());
        write!(formatter, "Schemas({types} types, {elements} elements)")
    }
}

impl Schemas {
    /// Compiles the schema `start`, and of the others what it includes and imports.
    ///
    /// # Errors
    /// All problems of the schemas, as far as there are not too many of them.
    pub fn compile(start: &str, sources: &[Source<'_>]) -> Result<Self, Vec<Problem>> {
        let (documents, problems) = Documents::load(start, sources);
        if !problems.is_empty() {
            return Err(problems);
        }
        compile::compile(&documents).map(|model| Self { model })
    }

    /// What is wrong with a part of a document, at most so many faults.
    ///
    /// # Errors
    /// Why the text is no XML document, or has no such part.
    pub fn validate(&self, text: &str, part: Part, most: usize) -> Result<Vec<Fault>, String> {
        validate::validate(&self.model, text, part, most)
    }
}
