//! The nodes of a tree in one vector: a node is a number, so it stays itself through every change of the tree.
//!
//! Children and attributes are chains (next, previous), so adding, removing and stepping cost the same in trees of any
//! size. A removed node stays in the vector as a root of its own. Never here: locks, checks of what may stand where.

mod copy;
mod walk;

use crate::name::Name;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// A node's place in its tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(NonZeroU32);

impl NodeId {
    /// The node of a new tree, which was pushed first.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    fn of(index: usize) -> Self {
        // 2³² nodes would take 400 GB; every limit on bodies and expressions ends far below.
        let number = u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1);
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MAX))
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }

    /// Its number in its tree, from 1; in a tree that was only read or appended to, the order of the document.
    pub fn number(self) -> u32 {
        self.0.get()
    }

    /// The same node after its tree was appended to another.
    #[must_use]
    pub fn shifted(self, by: u32) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// `<?xml version="1.0" encoding="utf-8" standalone="yes"?>`
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the attribute of its name")]
pub struct Declaration {
    pub version: Option<Arc<str>>,
    pub encoding: Option<Arc<str>>,
    pub standalone: Option<Arc<str>>,
}

/// `<!DOCTYPE name PUBLIC "public" "system" [subset]>`
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DocumentType {
    /// The root element's name.
    pub name: Arc<str>,
    /// The public identifier.
    pub public: Option<Arc<str>>,
    /// The system identifier; nothing is ever fetched from it.
    pub system: Option<Arc<str>>,
    /// What stands between the brackets.
    pub subset: Option<Arc<str>>,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A document.
    Document {
        /// Its XML declaration.
        declaration: Option<Declaration>,
    },
    /// A document's part without a root of its own (DOM).
    Fragment,
    /// An element.
    Element {
        /// Its name.
        name: Name,
        /// The prefix that it was written with.
        prefix: Option<Arc<str>>,
        /// Without children it is written `<a></a>`, not `<a />`.
        open: bool,
    },
    /// An attribute; namespace declarations are attributes here.
    Attribute {
        /// Its name.
        name: Name,
        /// The prefix that it was written with.
        prefix: Option<Arc<str>>,
        /// Its value, without references.
        value: Arc<str>,
    },
    /// Text.
    Text(Arc<str>),
    /// A CDATA section.
    CData(Arc<str>),
    /// A comment.
    Comment(Arc<str>),
    /// A processing instruction.
    Instruction {
        /// Its first word.
        target: Arc<str>,
        /// What follows.
        content: Arc<str>,
    },
    /// A document type declaration.
    DocumentType(Box<DocumentType>),
}

#[derive(Clone, Debug)]
struct Entry {
    kind: Kind,
    /// Tells nodes apart for hashing, whatever tree they move into; not unique.
    stamp: u32,
    parent: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    first_attribute: Option<NodeId>,
    last_attribute: Option<NodeId>,
}

impl Entry {
    fn new(kind: Kind, stamp: u32) -> Self {
        Self {
            kind,
            stamp,
            parent: None,
            previous: None,
            next: None,
            first_child: None,
            last_child: None,
            first_attribute: None,
            last_attribute: None,
        }
    }
}

/// All nodes of a document, and of what was taken out of it.
#[derive(Clone, Debug)]
pub struct Tree {
    entries: Vec<Entry>,
    stamp: u32,
}

/// What a number that belongs to no node shows; no caller makes one.
static MISSING: Entry = Entry {
    kind: Kind::Fragment,
    stamp: 0,
    parent: None,
    previous: None,
    next: None,
    first_child: None,
    last_child: None,
    first_attribute: None,
    last_attribute: None,
};

impl Default for Tree {
    fn default() -> Self {
        static TREES: AtomicU32 = AtomicU32::new(0);
        let stamp = TREES.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B1);
        Self {
            entries: Vec::new(),
            stamp,
        }
    }
}

impl Tree {
    /// A tree of one node, [`NodeId::FIRST`].
    pub fn of(kind: Kind) -> Self {
        let mut tree = Self::default();
        tree.push(kind);
        tree
    }

    /// Number of nodes, removed ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it has no node.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// A new root.
    pub fn push(&mut self, kind: Kind) -> NodeId {
        let id = NodeId::of(self.entries.len());
        self.stamp = self.stamp.wrapping_add(1);
        self.entries.push(Entry::new(kind, self.stamp));
        id
    }

    fn entry(&self, id: NodeId) -> &Entry {
        self.entries.get(id.index()).unwrap_or(&MISSING)
    }

    fn change(&mut self, id: Option<NodeId>, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = id.and_then(|id| self.entries.get_mut(id.index())) {
            change(entry);
        }
    }

    /// What a node is.
    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.entry(id).kind
    }

    /// Makes a node something else; it must stay what its place allows.
    pub fn set_kind(&mut self, id: NodeId, kind: Kind) {
        self.change(Some(id), |entry| entry.kind = kind);
    }

    /// A number for hashing that a node keeps wherever its tree moves.
    pub fn stamp(&self, id: NodeId) -> u32 {
        self.entry(id).stamp
    }

    /// The name of an element or attribute.
    pub fn name(&self, id: NodeId) -> Option<&Name> {
        match self.kind(id) {
            Kind::Element { name, .. } | Kind::Attribute { name, .. } => Some(name),
            _ => None,
        }
    }

    /// The prefix that an element or attribute was written with.
    pub fn prefix(&self, id: NodeId) -> Option<&Arc<str>> {
        match self.kind(id) {
            Kind::Element { prefix, .. } | Kind::Attribute { prefix, .. } => prefix.as_ref(),
            _ => None,
        }
    }

    /// Whether it is an element.
    pub fn is_element(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Element { .. })
    }

    /// Whether it is an attribute.
    pub fn is_attribute(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Attribute { .. })
    }

    /// The text of a text node or CDATA section.
    pub fn text(&self, id: NodeId) -> Option<&Arc<str>> {
        match self.kind(id) {
            Kind::Text(text) | Kind::CData(text) => Some(text),
            _ => None,
        }
    }

    /// Sets what an attribute, text, comment or instruction says.
    pub fn set_text(&mut self, id: NodeId, new: Arc<str>) {
        self.change(Some(id), |entry| match &mut entry.kind {
            Kind::Attribute { value: text, .. }
            | Kind::Text(text)
            | Kind::CData(text)
            | Kind::Comment(text)
            | Kind::Instruction { content: text, .. } => *text = new,
            _ => {}
        });
    }

    /// Sets an element's name.
    pub fn set_name(&mut self, id: NodeId, new: Name) {
        self.change(Some(id), |entry| {
            if let Kind::Element { name, prefix, .. } = &mut entry.kind {
                (*name, *prefix) = (new, None);
            }
        });
    }

    /// Whether an element without children is written `<a></a>`.
    pub fn is_open(&self, id: NodeId) -> bool {
        matches!(self.kind(id), Kind::Element { open: true, .. })
    }

    /// Sets whether an element without children is written `<a></a>`.
    pub fn set_open(&mut self, id: NodeId, is_open: bool) {
        self.change(Some(id), |entry| {
            if let Kind::Element { open, .. } = &mut entry.kind {
                *open = is_open;
            }
        });
    }

    /// Puts a root behind the child `after` of `parent`, or before all children.
    pub fn insert(&mut self, parent: NodeId, after: Option<NodeId>, id: NodeId) {
        let next = match after {
            Some(after) => self.next(after),
            None => self.first_child(parent),
        };
        self.change(Some(id), |entry| {
            entry.parent = Some(parent);
            entry.previous = after;
            entry.next = next;
        });
        match after {
            Some(_) => self.change(after, |entry| entry.next = Some(id)),
            None => self.change(Some(parent), |entry| entry.first_child = Some(id)),
        }
        match next {
            Some(_) => self.change(next, |entry| entry.previous = Some(id)),
            None => self.change(Some(parent), |entry| entry.last_child = Some(id)),
        }
    }

    /// Puts a root behind the last child.
    pub fn append_child(&mut self, parent: NodeId, id: NodeId) {
        self.insert(parent, self.last_child(parent), id);
    }

    /// Puts an attribute that is a root behind an element's last attribute.
    pub fn append_attribute(&mut self, element: NodeId, id: NodeId) {
        let last = self.last_attribute(element);
        self.change(Some(id), |entry| {
            entry.parent = Some(element);
            entry.previous = last;
        });
        match last {
            Some(_) => self.change(last, |entry| entry.next = Some(id)),
            None => self.change(Some(element), |entry| entry.first_attribute = Some(id)),
        }
        self.change(Some(element), |entry| entry.last_attribute = Some(id));
    }

    /// Takes a node or attribute out of its parent; it becomes a root.
    pub fn unlink(&mut self, id: NodeId) {
        let (parent, previous, next) = (self.parent(id), self.previous(id), self.next(id));
        let attribute = self.is_attribute(id);
        match (previous, attribute) {
            (Some(_), _) => self.change(previous, |entry| entry.next = next),
            (None, true) => self.change(parent, |entry| entry.first_attribute = next),
            (None, false) => self.change(parent, |entry| entry.first_child = next),
        }
        match (next, attribute) {
            (Some(_), _) => self.change(next, |entry| entry.previous = previous),
            (None, true) => self.change(parent, |entry| entry.last_attribute = previous),
            (None, false) => self.change(parent, |entry| entry.last_child = previous),
        }
        self.change(Some(id), |entry| {
            (entry.parent, entry.previous, entry.next) = (None, None, None);
        });
    }

    /// Takes all children out; they become roots.
    pub fn unlink_children(&mut self, parent: NodeId) {
        while let Some(child) = self.last_child(parent) {
            self.unlink(child);
        }
    }
}
