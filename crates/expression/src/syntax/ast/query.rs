//! LINQ query expressions, as the author wrote them.

use super::{Expression, Identifier, TypeName};

/// A LINQ query expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// Its clauses; the first is a [`QueryClause::From`].
    pub clauses: Vec<QueryClause>,
    /// Its end.
    pub end: QueryEnd,
    /// `into x …`: the rest of the query over the results so far, whose first `from` is implied.
    pub continuation: Option<(Identifier, Box<Query>)>,
}

/// A clause of a query.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "few of them exist at a time")]
pub enum QueryClause {
    /// `from T x in xs`
    From {
        /// The type, where written.
        type_name: Option<TypeName>,
        /// The range variable.
        name: Identifier,
        /// The source.
        source: Expression,
    },
    /// `let x = e`
    Let {
        /// The range variable.
        name: Identifier,
        /// Its value.
        value: Expression,
    },
    /// `where c`
    Where(Expression),
    /// `join T x in xs on a equals b into g`
    Join {
        /// The type, where written.
        type_name: Option<TypeName>,
        /// The range variable.
        name: Identifier,
        /// The inner source.
        source: Expression,
        /// The outer key.
        left: Expression,
        /// The inner key.
        right: Expression,
        /// `into g`
        into: Option<Identifier>,
    },
    /// `orderby a, b descending`
    OrderBy(Vec<(Expression, Direction)>),
}

/// Sort direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `ascending`, or nothing
    Ascending,
    /// `descending`
    Descending,
}

/// The end of a query.
#[derive(Clone, Debug, PartialEq)]
pub enum QueryEnd {
    /// `select e`
    Select(Expression),
    /// `group e by k`
    Group {
        /// The elements.
        element: Expression,
        /// The key.
        key: Expression,
    },
}
