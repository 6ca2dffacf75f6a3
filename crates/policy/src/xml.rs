//! Policy markup: XML in which expressions are plain C# that may contain quotes, `<` and `&` (APIM's `rawxml`).
//!
//! [`read`] accepts escaped and raw documents and mixtures of both, never fails, and reports what is wrong.
//! Never here: which elements exist, what they mean, named values (replaced before, see [`diagnostic::Source`]).

mod entities;
mod pieces;
mod reader;
mod tags;
#[cfg(test)]
mod tests;

use diagnostic::{Mapped, Span};

pub(crate) use pieces::{markup_pieces, written_text};
pub(crate) use reader::read;

/// An element with everything in it.
#[derive(Debug)]
pub(crate) struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes in order, each name once.
    pub attributes: Vec<Attribute>,
    /// What stands between its tags.
    pub content: Vec<Node>,
    /// The place between its tags; empty for `<a/>`.
    pub inner: Span,
}

impl Element {
    /// The child elements.
    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.content.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The text outside of child elements, white space included.
    pub fn text(&self) -> Vec<&Piece> {
        text(&self.content)
    }
}

/// The text pieces of `content`, white space included.
pub(crate) fn text(content: &[Node]) -> Vec<&Piece> {
    let pieces = content.iter().filter_map(|node| match node {
        Node::Element(_) => None,
        Node::Text(pieces) => Some(pieces),
    });
    pieces.flatten().collect()
}

/// A name with its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Name {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// An attribute.
#[derive(Debug)]
pub(crate) struct Attribute {
    /// Its name.
    pub name: Name,
    /// Its value.
    pub value: Vec<Piece>,
    /// The place of the value, without quotes.
    pub span: Span,
}

/// What stands in an element.
#[derive(Debug)]
pub(crate) enum Node {
    /// A child element.
    Element(Element),
    /// Text.
    Text(Vec<Piece>),
}

/// A stretch of an attribute's value or of text.
#[derive(Clone, Debug)]
pub(crate) enum Piece {
    /// Characters, entities decoded.
    Literal {
        /// The characters.
        text: String,
        /// Where.
        span: Span,
    },
    /// `@(…)` or `@{…}`, entities decoded.
    Expression {
        /// The source with `@` and brackets.
        source: Mapped,
        /// Where.
        span: Span,
    },
}

impl Piece {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Literal { span, .. } | Self::Expression { span, .. } => *span,
        }
    }

    /// Whether it is nothing but white space.
    pub fn is_blank(&self) -> bool {
        matches!(self, Self::Literal { text, .. } if text.trim().is_empty())
    }
}
