//! A pattern as a tree.

use super::set::Set;

/// A part of a pattern.
#[derive(Clone, Debug)]
pub enum Node {
    /// One character; whether case makes no difference.
    Char(char, bool),
    /// One of some characters.
    Set(Set),
    /// One after the other; none at all matches the empty text.
    Sequence(Vec<Self>),
    /// The first of these that leads to a match.
    Choice(Vec<Self>),
    /// A place between characters.
    Anchor(Anchor),
    /// `(…)`: keeps what it matched as a capture of one group, and takes away the last capture of another.
    Capture {
        body: Box<Self>,
        keep: Option<usize>,
        take: Option<usize>,
    },
    /// `…{least,most}`
    Repeat {
        body: Box<Self>,
        least: u32,
        most: u32,
        lazy: bool,
    },
    /// `(?=…)`, `(?!…)`, `(?<=…)`, `(?<!…)`
    Look {
        body: Box<Self>,
        behind: bool,
        negative: bool,
    },
    /// `(?>…)`
    Atomic(Box<Self>),
    /// `\1`: the last capture of a group; whether case makes no difference.
    Reference(usize, bool),
    /// `(?(1)…|…)`
    IfCaptured(usize, Box<Self>, Box<Self>),
    /// `(?(…)…|…)`
    IfAhead(Box<Self>, Box<Self>, Box<Self>),
}

impl Node {
    /// Whether it may match the empty text; what looks at captures may.
    pub fn may_be_empty(&self) -> bool {
        match self {
            Self::Char(..) | Self::Set(_) => false,
            Self::Sequence(nodes) => nodes.iter().all(Self::may_be_empty),
            Self::Choice(choices) => choices.iter().any(Self::may_be_empty),
            Self::Capture { body, .. } | Self::Atomic(body) => body.may_be_empty(),
            Self::Repeat { body, least, .. } => *least == 0 || body.may_be_empty(),
            Self::Anchor(_) | Self::Look { .. } | Self::Reference(..) | Self::IfCaptured(..) | Self::IfAhead(..) => {
                true
            }
        }
    }
}

/// Places between characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// `\A`, `^`
    Begin,
    /// `^` of every line
    LineBegin,
    /// `\z`
    End,
    /// `\Z`, `$`: the end, or before the line feed that ends the text
    LastLineEnd,
    /// `$` of every line
    LineEnd,
    /// `\G`: where the search began
    Here,
    /// `\b`
    Boundary,
    /// `\B`
    NoBoundary,
}
