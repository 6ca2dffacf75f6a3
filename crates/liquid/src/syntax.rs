//! What stands in outputs and tags: values, filters and conditions, as they are once read.
//!
//! Never here: characters (`scanner`), what they give (`render`).

use crate::filters::Filter;
use expression::text::Text;

/// A value to be had.
#[derive(Clone, Debug)]
pub(crate) enum Operand {
    /// `nil`, `null`
    Nil,
    /// `empty`, `blank`
    Empty,
    /// `true`, `false`
    Boolean(bool),
    /// Digits.
    Integer(i64),
    /// Digits with a point.
    Double(f64),
    /// A quoted string.
    Text(Text),
    /// `(first..last)`
    Range(Box<Self>, Box<Self>),
    /// `name.member[index]`
    Path(Part, Vec<Part>),
}

/// A step on a path.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// A name.
    Name(Text),
    /// A value in brackets.
    Index(Box<Operand>),
}

/// A value and the filters that it goes through.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// What goes in.
    pub operand: Operand,
    /// The filters in order.
    pub filters: Vec<Call>,
}

/// A filter with its arguments.
#[derive(Debug)]
pub(crate) struct Call {
    /// The filter.
    pub filter: &'static Filter,
    /// Its arguments behind the input.
    pub arguments: Vec<Operand>,
}

/// What `if` asks.
#[derive(Debug)]
pub(crate) enum Condition {
    /// `else`
    Always,
    /// Whether a value is there and not false.
    Truth(Operand),
    /// `left operator right`
    Compare(Operand, Operator, Operand),
    /// `left and rest`: everything behind it belongs to the right side.
    And(Box<Self>, Box<Self>),
    /// `left or rest`
    Or(Box<Self>, Box<Self>),
    /// What `unless` makes of it.
    Not(Box<Self>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Contains,
    StartsWith,
    EndsWith,
    HasKey,
    HasValue,
}

/// A stretch of a template with everything in it.
#[derive(Debug)]
pub(crate) enum Node {
    /// Characters.
    Text(String),
    /// `{{ … }}`
    Output(Pipeline),
    /// `{% assign name = … %}`
    Assign(Text, Pipeline),
    /// `{% capture name %}`
    Capture(Text, Vec<Self>),
    /// `{% if %}`, `{% unless %}`, `{% case %}`: the first branch whose condition holds.
    Branches(Vec<(Condition, Vec<Self>)>),
    /// `{% case %}`
    Case(Operand, Vec<(Vec<Operand>, Vec<Self>)>, Vec<Self>),
    /// `{% for %}` and its kin.
    Loop(Box<Loop>),
    /// `{% break %}`
    Break,
    /// `{% continue %}`
    Continue,
    /// `{% cycle group: values %}`
    Cycle(Option<Operand>, String, Vec<Operand>),
    /// `{% ifchanged %}`
    IfChanged(Vec<Self>),
    /// `{% increment name %}`, `{% decrement name %}`
    Counter(Text, bool),
}

/// A loop.
#[derive(Debug)]
pub(crate) struct Loop {
    /// What it writes around its items.
    pub kind: LoopKind,
    /// The name of an item.
    pub variable: Text,
    /// `item-collection`
    pub name: Text,
    /// What it goes through.
    pub collection: Operand,
    /// `reversed`
    pub is_reversed: bool,
    /// `limit:`
    pub limit: Option<Operand>,
    /// `offset:`
    pub offset: Option<Offset>,
    /// What is written for each item.
    pub content: Vec<Node>,
    /// What is written where there is no item.
    pub otherwise: Vec<Node>,
}

/// Where a loop begins.
#[derive(Debug)]
pub(crate) enum Offset {
    /// At this item.
    At(Operand),
    /// Where the last loop of its name ended.
    Continue,
}

/// What a loop writes around its items.
#[derive(Debug)]
pub(crate) enum LoopKind {
    /// `for`: nothing.
    Plain,
    /// `JSONArrayFor`: a comma between them.
    JsonArray,
    /// `tablerow`: HTML's rows and cells, so many in a row.
    Table(Option<Operand>),
}

/// Whether `is` holds for a name that the nodes mention: of a variable or a member. Text in brackets counts as one.
pub(crate) fn any_name(nodes: &[Node], is: &mut dyn FnMut(&str) -> bool) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(_) | Node::Break | Node::Continue | Node::Counter(..) => false,
        Node::Output(pipeline) | Node::Assign(_, pipeline) => pipeline.mentions(is),
        Node::Capture(_, content) | Node::IfChanged(content) => any_name(content, is),
        Node::Branches(branches) => branches
            .iter()
            .any(|(condition, content)| condition.mentions(is) || any_name(content, is)),
        Node::Case(value, branches, otherwise) => {
            value.mentions(is)
                || branches
                    .iter()
                    .any(|(values, content)| values.iter().any(|value| value.mentions(is)) || any_name(content, is))
                || any_name(otherwise, is)
        }
        Node::Loop(head) => {
            let offset = match &head.offset {
                Some(Offset::At(operand)) => Some(operand),
                _ => None,
            };
            let columns = match &head.kind {
                LoopKind::Table(columns) => columns.as_ref(),
                _ => None,
            };
            let operands = [Some(&head.collection), head.limit.as_ref(), offset, columns];
            operands.into_iter().flatten().any(|operand| operand.mentions(is))
                || any_name(&head.content, is)
                || any_name(&head.otherwise, is)
        }
        Node::Cycle(group, _, values) => group.iter().chain(values).any(|value| value.mentions(is)),
    })
}

impl Pipeline {
    fn mentions(&self, is: &mut dyn FnMut(&str) -> bool) -> bool {
        self.operand.mentions(is)
            || self
                .filters
                .iter()
                .any(|call| call.arguments.iter().any(|argument| argument.mentions(is)))
    }
}

impl Condition {
    fn mentions(&self, is: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Self::Always => false,
            Self::Truth(operand) => operand.mentions(is),
            Self::Compare(left, _, right) => left.mentions(is) || right.mentions(is),
            Self::And(left, right) | Self::Or(left, right) => left.mentions(is) || right.mentions(is),
            Self::Not(inner) => inner.mentions(is),
        }
    }
}

impl Operand {
    fn mentions(&self, is: &mut dyn FnMut(&str) -> bool) -> bool {
        match self {
            Self::Nil | Self::Empty | Self::Boolean(_) | Self::Integer(_) | Self::Double(_) => false,
            Self::Text(text) => is(text),
            Self::Range(first, last) => first.mentions(is) || last.mentions(is),
            Self::Path(root, parts) => std::iter::once(root).chain(parts).any(|part| match part {
                Part::Name(name) => is(name),
                Part::Index(operand) => operand.mentions(is),
            }),
        }
    }
}
