//! What a query is made of. Operators of one rank stand side by side, so that a long row of them is no deep tree.

use std::sync::Arc;

/// An expression.
#[derive(Debug)]
pub enum Expr {
    Number(f64),
    Literal(Arc<str>),
    /// The operand with a minus before it.
    Negated(Box<Expr>),
    /// Operands with the operators between them, all of one rank, from left to right.
    Row(Box<Expr>, Vec<(Operator, Expr)>),
    /// Nodes of any of these.
    Union(Vec<Expr>),
    Call(Function, Vec<Expr>),
    /// A variable of the host, by its number.
    Variable(usize),
    /// A call of a function of the host, by the call's number.
    HostCall(usize, Vec<Expr>),
    /// Steps from somewhere.
    Path(Start, Vec<Step>),
    /// Nodes of an expression for which the predicates hold.
    Filter(Box<Expr>, Vec<Expr>),
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// Where a path starts.
#[derive(Debug)]
pub enum Start {
    Root,
    Context,
    Nodes(Box<Expr>),
}

/// A step of a path.
#[derive(Debug)]
pub struct Step {
    pub axis: Axis,
    pub test: Test,
    pub predicates: Vec<Expr>,
}

/// Directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Namespace,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

impl Axis {
    /// The axis of a name.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "ancestor" => Self::Ancestor,
            "ancestor-or-self" => Self::AncestorOrSelf,
            "attribute" => Self::Attribute,
            "child" => Self::Child,
            "descendant" => Self::Descendant,
            "descendant-or-self" => Self::DescendantOrSelf,
            "following" => Self::Following,
            "following-sibling" => Self::FollowingSibling,
            "namespace" => Self::Namespace,
            "parent" => Self::Parent,
            "preceding" => Self::Preceding,
            "preceding-sibling" => Self::PrecedingSibling,
            "self" => Self::Itself,
            _ => return None,
        })
    }

    /// Whether nodes come in reverse document order.
    pub fn is_reverse(self) -> bool {
        matches!(
            self,
            Self::Ancestor | Self::AncestorOrSelf | Self::Parent | Self::Preceding | Self::PrecedingSibling
        )
    }
}

/// Which nodes of an axis a step takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// `*`
    AnyName,
    /// `p:*`
    AnyIn(Arc<str>),
    /// `name`
    Local(Arc<str>),
    /// `p:name`
    Named(Arc<str>, Arc<str>),
    /// `node()`
    AnyNode,
    /// `text()`
    Text,
    /// `comment()`
    Comment,
    /// `processing-instruction('target')`
    Instruction(Option<Arc<str>>),
}

/// The functions of the recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    Last,
    Position,
    Count,
    Id,
    LocalName,
    NamespaceUri,
    Name,
    String,
    Concat,
    StartsWith,
    Contains,
    SubstringBefore,
    SubstringAfter,
    Substring,
    StringLength,
    NormalizeSpace,
    Translate,
    Boolean,
    Not,
    True,
    False,
    Lang,
    Number,
    Sum,
    Floor,
    Ceiling,
    Round,
}

impl Function {
    /// The function of a name, and how many arguments it takes at least and at most.
    pub fn named(name: &str) -> Option<(Self, usize, usize)> {
        Some(match name {
            "last" => (Self::Last, 0, 0),
            "position" => (Self::Position, 0, 0),
            "count" => (Self::Count, 1, 1),
            "id" => (Self::Id, 1, 1),
            "local-name" => (Self::LocalName, 0, 1),
            "namespace-uri" => (Self::NamespaceUri, 0, 1),
            "name" => (Self::Name, 0, 1),
            "string" => (Self::String, 0, 1),
            "concat" => (Self::Concat, 2, usize::MAX),
            "starts-with" => (Self::StartsWith, 2, 2),
            "contains" => (Self::Contains, 2, 2),
            "substring-before" => (Self::SubstringBefore, 2, 2),
            "substring-after" => (Self::SubstringAfter, 2, 2),
            "substring" => (Self::Substring, 2, 3),
            "string-length" => (Self::StringLength, 0, 1),
            "normalize-space" => (Self::NormalizeSpace, 0, 1),
            "translate" => (Self::Translate, 3, 3),
            "boolean" => (Self::Boolean, 1, 1),
            "not" => (Self::Not, 1, 1),
            "true" => (Self::True, 0, 0),
            "false" => (Self::False, 0, 0),
            "lang" => (Self::Lang, 1, 1),
            "number" => (Self::Number, 0, 1),
            "sum" => (Self::Sum, 1, 1),
            "floor" => (Self::Floor, 1, 1),
            "ceiling" => (Self::Ceiling, 1, 1),
            "round" => (Self::Round, 1, 1),
            _ => return None,
        })
    }
}
