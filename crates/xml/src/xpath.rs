//! `XPath` 1.0 (W3C recommendation of 1999) over a [`Tree`].
//!
//! A [`Query`] is parsed once and evaluated under a [`Host`] that knows prefixes and stops what takes too long. A
//! [`Bound`] query, and a [`Pattern`] of `XSLT`, has its prefixes, variables and further functions resolved by [`Names`]
//! when it is parsed. Nothing here recurses deeper than expressions are nested, which is limited. Never here: values of
//! variables, functions beyond the recommendation, `id()`.

mod ast;
mod axis;
mod compare;
mod evaluate;
mod functions;
mod lexer;
mod parser;
mod pattern;
mod strings;
mod value;

pub use evaluate::{Place, truth};
pub use pattern::Pattern;
pub use value::{Answer, number_text, text_number};

use crate::name::Name;
use crate::tree::{NodeId, Tree};
use ast::Expr;
use evaluate::Evaluation;
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
    /// A function or variable of the host gives nothing, for this reason.
    Host(String),
}

impl fmt::Display for XPathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(message) | Self::Host(message) => formatter.write_str(message),
            Self::Prefix(prefix) => write!(formatter, "Namespace prefix '{prefix}' is not defined."),
            Self::NoNodes => formatter.write_str("Expression must evaluate to a node-set."),
            Self::Identifiers => formatter.write_str("id() is not supported: no document type is read"),
            Self::Stopped => formatter.write_str("the query takes too long"),
        }
    }
}

/// What a query is evaluated under.
pub trait Host {
    /// The namespace of a prefix of a [`Query`]; a [`Bound`] one has resolved its own.
    fn namespace(&self, prefix: &str) -> Option<Arc<str>> {
        let _ = prefix;
        None
    }
    /// Accounts for nodes and characters that are looked at; whether to go on.
    fn charge(&mut self, steps: u64) -> bool;
    /// Whether nodes were numbered in document order, so that none need to be counted to sort them.
    fn is_in_order(&self) -> bool {
        false
    }
    /// `string(number)`.
    fn number_text(&self, number: f64) -> String {
        number_text(number)
    }
    /// The value of the variable that [`Names::variable`] gave this number.
    ///
    /// # Errors
    /// Why there is none.
    fn variable(&mut self, number: usize) -> Result<Answer, XPathError> {
        Err(XPathError::Host(format!("there is no variable {number}")))
    }
    /// What the function gives whose call [`Names::function`] gave this number.
    ///
    /// # Errors
    /// Why it gives nothing.
    fn call(&mut self, number: usize, arguments: Vec<Answer>, at: (&Tree, Place)) -> Result<Answer, XPathError> {
        let _ = (arguments, at);
        Err(XPathError::Host(format!("there is no function {number}")))
    }
}

/// What the names in a [`Bound`] query or a [`Pattern`] mean.
pub trait Names {
    /// The namespace of a prefix.
    fn namespace(&self, prefix: &str) -> Option<Arc<str>>;
    /// The number of a variable that is in scope.
    fn variable(&mut self, name: &Name) -> Option<usize>;
    /// The number of one call of a function that is none of the recommendation's.
    ///
    /// # Errors
    /// What is wrong with the name or the number of arguments.
    fn function(&mut self, name: &Name, arguments: usize) -> Result<usize, String>;
}

type Namespaces = HashMap<Arc<str>, Arc<str>>;

fn resolved(prefixes: &[Arc<str>], of: impl Fn(&str) -> Option<Arc<str>>) -> Result<Namespaces, XPathError> {
    let mut namespaces = HashMap::new();
    for prefix in prefixes {
        let namespace = of(prefix).ok_or_else(|| XPathError::Prefix(prefix.to_string()))?;
        namespaces.insert(Arc::clone(prefix), namespace);
    }
    Ok(namespaces)
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
        let parser::Parsed { expression, prefixes } = parser::parse(text, None)?;
        Ok(Self { expression, prefixes })
    }

    /// What the query gives at a node.
    ///
    /// # Errors
    /// Every kind but [`XPathError::Malformed`].
    pub fn evaluate(&self, tree: &Tree, at: NodeId, host: &mut dyn Host) -> Result<Answer, XPathError> {
        let namespaces = resolved(&self.prefixes, |prefix| host.namespace(prefix))?;
        Evaluation::new(tree, &namespaces, host).value(&self.expression, Place::alone(at))
    }
}

/// A query whose names are resolved.
#[derive(Debug)]
pub struct Bound {
    expression: Expr,
    namespaces: Namespaces,
}

impl Bound {
    /// Parses a query.
    ///
    /// # Errors
    /// [`XPathError::Malformed`], [`XPathError::Prefix`].
    pub fn parse(text: &str, names: &mut dyn Names) -> Result<Self, XPathError> {
        let parser::Parsed { expression, prefixes } = parser::parse(text, Some(&mut *names))?;
        let namespaces = resolved(&prefixes, |prefix| names.namespace(prefix))?;
        Ok(Self { expression, namespaces })
    }

    /// What the query gives at a place.
    ///
    /// # Errors
    /// Every kind but [`XPathError::Malformed`] and [`XPathError::Prefix`].
    pub fn evaluate(&self, tree: &Tree, at: Place, host: &mut dyn Host) -> Result<Answer, XPathError> {
        Evaluation::new(tree, &self.namespaces, host).value(&self.expression, at)
    }

    /// What the query gives at a place, as a text.
    ///
    /// # Errors
    /// As [`Bound::evaluate`].
    pub fn text(&self, tree: &Tree, at: Place, host: &mut dyn Host) -> Result<String, XPathError> {
        Evaluation::new(tree, &self.namespaces, host).text(&self.expression, at)
    }

    /// What the query gives at a place, as a number.
    ///
    /// # Errors
    /// As [`Bound::evaluate`].
    pub fn number(&self, tree: &Tree, at: Place, host: &mut dyn Host) -> Result<f64, XPathError> {
        Evaluation::new(tree, &self.namespaces, host).number(&self.expression, at)
    }

    /// The nodes that the query gives at a place, in document order.
    ///
    /// # Errors
    /// As [`Bound::evaluate`]; [`XPathError::NoNodes`].
    pub fn nodes(&self, tree: &Tree, at: Place, host: &mut dyn Host) -> Result<Vec<NodeId>, XPathError> {
        Evaluation::new(tree, &self.namespaces, host).nodes(&self.expression, at)
    }

    /// Whether what the query gives at a place counts as true.
    ///
    /// # Errors
    /// As [`Bound::evaluate`].
    pub fn truth(&self, tree: &Tree, at: Place, host: &mut dyn Host) -> Result<bool, XPathError> {
        Ok(truth(&self.evaluate(tree, at, host)?))
    }
}

/// Whether `XPath` 1.0 has a function of this name.
pub fn is_function(name: &str) -> bool {
    ast::Function::named(name).is_some()
}

/// A value as a text: of nodes the first one's.
///
/// # Errors
/// [`XPathError::Stopped`]
pub fn text_of(tree: &Tree, value: &Answer, host: &mut dyn Host) -> Result<String, XPathError> {
    Evaluation::new(tree, &HashMap::new(), host).text_of(value)
}

#[cfg(test)]
mod tests;
