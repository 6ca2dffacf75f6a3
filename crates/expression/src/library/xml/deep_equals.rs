//! `XNode.DeepEquals`: same names, attributes in the same order, same content; texts side by side count as one,
//! `<a/>` and `<a></a>` as two.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;
use xml::{DocumentType, Kind, Name, Node, NodeId, Tree};

/// What a walk through a node comes by.
#[derive(PartialEq, Hash)]
enum Event {
    Start(Name, Vec<(Name, Arc<str>)>, bool),
    End,
    Document,
    Text(String),
    CData(Arc<str>),
    Comment(Arc<str>),
    Instruction(Arc<str>, Arc<str>),
    Type(Box<DocumentType>),
    Attribute(Name, Arc<str>),
}

/// Whether two nodes are equal, and how many were looked at.
pub fn deep_equals(left: &Node, right: &Node) -> (bool, usize) {
    let events = |node: &Node| {
        let (tree, id) = node.snapshot();
        events(&tree, id)
    };
    let (left, right) = (events(left), events(right));
    (left == right, left.len() + right.len())
}

/// A hash that equal nodes share, and how much was looked at.
pub fn content_hash(node: &Node) -> (u64, usize) {
    let (tree, id) = node.snapshot();
    let events = events(&tree, id);
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(&events);
    (hash, events.len())
}

fn events(tree: &Tree, top: NodeId) -> Vec<Event> {
    let mut all = Vec::new();
    let mut node = top;
    loop {
        enter(tree, node, &mut all);
        if let Some(child) = tree.first_child(node) {
            node = child;
            continue;
        }
        loop {
            if tree.is_element(node) {
                all.push(Event::End);
            }
            if node == top {
                return all;
            }
            if let Some(next) = tree.next(node) {
                node = next;
                break;
            }
            let Some(parent) = tree.parent(node) else { return all };
            node = parent;
        }
    }
}

fn enter(tree: &Tree, id: NodeId, all: &mut Vec<Event>) {
    let event = match tree.kind(id) {
        Kind::Element { name, .. } => {
            let attribute = |id| Some((tree.name(id)?.clone(), Arc::clone(tree.attribute_value(id)?)));
            let attributes = tree.attributes(id).filter_map(attribute).collect();
            Event::Start(
                name.clone(),
                attributes,
                tree.is_open(id) && tree.first_child(id).is_none(),
            )
        }
        Kind::Text(text) => {
            if let Some(Event::Text(known)) = all.last_mut() {
                known.push_str(text);
                return;
            }
            Event::Text(text.to_string())
        }
        Kind::Document { .. } | Kind::Fragment => Event::Document,
        Kind::CData(text) => Event::CData(Arc::clone(text)),
        Kind::Comment(text) => Event::Comment(Arc::clone(text)),
        Kind::Instruction { target, content } => Event::Instruction(Arc::clone(target), Arc::clone(content)),
        Kind::DocumentType(kind) => Event::Type(kind.clone()),
        Kind::Attribute { name, value, .. } => Event::Attribute(name.clone(), Arc::clone(value)),
    };
    all.push(event);
}
