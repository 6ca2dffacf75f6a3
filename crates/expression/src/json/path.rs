//! Newtonsoft's dialect of `JSONPath`: a path as a list of filters, each applied to what the one before found.
//!
//! Never here: handles; `=~` (regular expressions), which is refused.

mod evaluate;
mod filter;
mod query;
mod scanner;

pub(super) use evaluate::evaluate;

use super::scalar::Scalar;

/// A parsed path.
#[derive(Debug, PartialEq)]
pub(super) struct Query {
    filters: Vec<Filter>,
}

/// One step.
#[derive(Debug, PartialEq)]
enum Filter {
    /// `$` within a condition.
    Root,
    /// `.name`, `['name']`, `.*` (no name), `['a','b']`; `scan` for `..`.
    Fields { names: Names, scan: bool },
    /// `[0]`, `[0,1]`
    Indexes(Vec<i64>),
    /// `[*]`
    AllElements,
    /// `[start:end:step]`
    Slice {
        start: Option<i64>,
        end: Option<i64>,
        step: Option<i64>,
    },
    /// `[?(…)]`
    Condition { condition: Condition, scan: bool },
}

/// Which properties.
#[derive(Debug, PartialEq)]
enum Names {
    Every,
    One(String),
    Several(Vec<String>),
}

/// What a filtered token must fulfil.
#[derive(Debug, PartialEq)]
enum Condition {
    Exists(Side),
    Compare(Side, Operator, Side),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

/// An operand.
#[derive(Debug)]
enum Side {
    Path(Vec<Filter>),
    Literal(Scalar),
}

impl PartialEq for Side {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Path(left), Self::Path(right)) => left == right,
            (Self::Literal(left), Self::Literal(right)) => left.equals(right),
            _ => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operator {
    Equal,
    NotEqual,
    StrictEqual,
    StrictNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}
