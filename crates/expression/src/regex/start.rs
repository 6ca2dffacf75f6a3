//! Where in a text a match may begin, so that the matcher need not try everywhere.

use super::fold::variants;
use super::tree::{Anchor, Node};

/// Where a match may begin.
#[derive(Debug)]
pub enum Start {
    /// At the begin of the text alone.
    Begin,
    /// Where the search begins alone.
    Here,
    /// Where this text is.
    Text(Box<str>),
    /// Before one of these of the first 128 characters, or before any other if `beyond`.
    Among { ascii: u128, beyond: bool },
    /// Anywhere.
    Anywhere,
}

impl Start {
    /// Where a match of a pattern may begin.
    pub fn of(node: &Node) -> Self {
        match leading(node) {
            Some(Node::Anchor(Anchor::Begin)) => return Self::Begin,
            Some(Node::Anchor(Anchor::Here)) => return Self::Here,
            _ => {}
        }
        let mut text = String::new();
        prefix(node, &mut text);
        if !text.is_empty() {
            return Self::Text(text.into());
        }
        let mut first = First::default();
        if first.node(node) {
            return Self::Anywhere;
        }
        Self::Among {
            ascii: first.ascii,
            beyond: first.beyond,
        }
    }
}

/// What a pattern begins with, whatever way is taken.
fn leading(node: &Node) -> Option<&Node> {
    match node {
        Node::Sequence(nodes) => nodes.first().and_then(leading),
        Node::Capture { body, .. } | Node::Atomic(body) => leading(body),
        other => Some(other),
    }
}

/// Appends the text that every match begins with; whether all of the node is that text.
fn prefix(node: &Node, text: &mut String) -> bool {
    match node {
        Node::Char(c, false) => {
            text.push(*c);
            true
        }
        Node::Sequence(nodes) => nodes.iter().all(|node| prefix(node, text)),
        Node::Capture { body, .. } | Node::Atomic(body) => prefix(body, text),
        _ => false,
    }
}

/// The characters that a match may begin with.
#[derive(Default)]
struct First {
    ascii: u128,
    beyond: bool,
}

impl First {
    fn anything(&mut self) {
        (self.ascii, self.beyond) = (u128::MAX, true);
    }

    fn char(&mut self, c: char) {
        if c.is_ascii() {
            self.ascii |= 1 << (c as u32);
        } else {
            self.beyond = true;
        }
    }

    /// Adds what a node may begin with; whether it may match the empty text.
    fn node(&mut self, node: &Node) -> bool {
        match node {
            Node::Char(c, true) => {
                for variant in variants(*c) {
                    self.char(variant);
                }
                false
            }
            Node::Char(c, false) => {
                self.char(*c);
                false
            }
            Node::Set(set) => {
                self.ascii |= set.ascii();
                self.beyond = true;
                false
            }
            Node::Sequence(nodes) => nodes.iter().all(|node| self.node(node)),
            // Every way counts.
            Node::Choice(choices) => choices.iter().filter(|node| self.node(node)).count() > 0,
            Node::Anchor(_) | Node::Look { .. } => true,
            Node::Capture { body, .. } | Node::Atomic(body) => self.node(body),
            Node::Repeat { body, least, .. } => self.node(body) || *least == 0,
            Node::Reference(..) => {
                self.anything();
                true
            }
            Node::IfCaptured(_, yes, no) | Node::IfAhead(_, yes, no) => {
                let yes = self.node(yes);
                self.node(no) || yes
            }
        }
    }
}
