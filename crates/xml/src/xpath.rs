//! `XPath` 1.0 (W3C recommendation of 1999) over a [`Tree`].
//!
//! A query is parsed once and evaluated under a [`Host`] that knows prefixes and stops what takes too long. Nothing here
//! recurses deeper than expressions are nested, which is limited. Never here: variables, functions of a host, the
//! namespace axis (it is empty), `id()`.

mod ast;
mod axis;
mod compare;
mod evaluate;
mod functions;
mod lexer;
mod parser;
mod strings;
mod value;

pub use value::{Answer, number_text, text_number};

use crate::tree::{NodeId, Tree};
use ast::Expr;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

/// Why a query gives nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum XPathError {
    /// It is no `XPath`.
    Malformed(String),
    /// It uses a prefix that means nothing.
    Prefix(String),
    /// It needs nodes where there is another value.
    NoNodes,
    /// `id()`: no declaration is read that would say which attributes identify.
    Identifiers,
    /// The host stopped it.
    Stopped,
}

impl fmt::Display for XPathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(message) => formatter.write_str(message),
            Self::Prefix(prefix) => write!(formatter, "Namespace prefix '{prefix}' is not defined."),
            Self::NoNodes => formatter.write_str("Expression must evaluate to a node-set."),
            Self::Identifiers => formatter.write_str("id() is not supported: no document type is read"),
            Self::Stopped => formatter.write_str("the query takes too long"),
        }
    }
}

/// What a query is evaluated under.
pub trait Host {
    /// The namespace of a prefix.
    fn namespace(&self, prefix: &str) -> Option<Arc<str>>;
    /// Accounts for nodes and characters that are looked at; whether to go on.
    fn charge(&mut self, steps: u64) -> bool;
}

/// A query, parsed.
#[derive(Debug)]
pub struct Query {
    expression: Expr,
    prefixes: Vec<Arc<str>>,
}

impl Query {
    /// Parses a query.
    ///
    /// # Errors
    /// [`XPathError::Malformed`]
    pub fn parse(text: &str) -> Result<Self, XPathError> {
        parser::parse(text)
    }

    /// What the query gives at a node.
    ///
    /// # Errors
    /// Every kind but [`XPathError::Malformed`].
    pub fn evaluate(&self, tree: &Tree, at: NodeId, host: &mut dyn Host) -> Result<Answer, XPathError> {
        let mut namespaces = HashMap::new();
        for prefix in &self.prefixes {
            let namespace = host.namespace(prefix);
            let namespace = namespace.ok_or_else(|| XPathError::Prefix(prefix.to_string()))?;
            namespaces.insert(Arc::clone(prefix), namespace);
        }
        evaluate::evaluate(&self.expression, (tree, at), namespaces, host)
    }
}

#[cfg(test)]
mod tests;
