//! `XmlNode`'s members that change its children.

use super::super::content::{remove, remove_attributes, remove_children};
use super::super::linq_node::copy;
use super::{node, value};
use crate::library::{Arguments, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::{Kind, Node, Tree};

/// The members.
pub const ROWS: &[Row] = &[
    row("XmlNode AppendChild(XmlNode newChild)", "", "", |_, a| {
        let last = node(a, 0)?.sibling_handle(Tree::last_child);
        insert(a, last.as_ref())
    }),
    row("XmlNode PrependChild(XmlNode newChild)", "", "", |_, a| insert(a, None)),
    row(
        "XmlNode InsertAfter(XmlNode newChild, XmlNode refChild)",
        "",
        "",
        |_, a| {
            if a.value(2).is_null() {
                return insert(a, None);
            }
            insert(a, Some(child(a, 2)?))
        },
    ),
    row(
        "XmlNode InsertBefore(XmlNode newChild, XmlNode refChild)",
        "",
        "",
        |_, a| {
            let before = if a.value(2).is_null() {
                node(a, 0)?.sibling_handle(Tree::last_child)
            } else {
                child(a, 2)?.sibling_handle(Tree::previous)
            };
            insert(a, before.as_ref())
        },
    ),
    row("XmlNode RemoveChild(XmlNode oldChild)", "", "", |_, a| {
        remove(child(a, 1)?)?;
        Ok(a.value(1).clone())
    }),
    row(
        "XmlNode ReplaceChild(XmlNode newChild, XmlNode oldChild)",
        "",
        "",
        |_, a| {
            let old = child(a, 2)?;
            insert(a, Some(old))?;
            if !old.is_same(node(a, 1)?) {
                remove(old)?;
            }
            Ok(a.value(2).clone())
        },
    ),
    row("void RemoveAll()", "", "", |_, a| {
        remove_children(node(a, 0)?);
        remove_attributes(node(a, 0)?);
        node(a, 0)?.write(|tree, id| tree.set_open(id, true));
        Ok(Value::Null)
    }),
    row(
        "XmlNode Clone()",
        "new XmlDocument().Clone().Name",
        "#document",
        |call, a| Ok(value(copy(call.frame, node(a, 0)?)?)),
    ),
    row(
        "XmlNode CloneNode(bool deep)",
        "new XmlDocument().CloneNode(true).Name",
        "#document",
        |call, a| {
            let copied = copy(call.frame, node(a, 0)?)?;
            if !a.bool(1) {
                copied.write(Tree::unlink_children);
            }
            Ok(value(copied))
        },
    ),
];

/// The argument at a place, which must be a child of the receiver.
fn child(a: Arguments<'_>, index: usize) -> Result<&Node, Thrown> {
    let found = node(a, index)?;
    let parent = found.sibling_handle(Tree::parent).ok_or_else(no_child)?;
    if parent.is_same(node(a, 0)?) {
        Ok(found)
    } else {
        Err(no_child())
    }
}

fn no_child() -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        "The reference node is not a child of this node.",
    )
}

/// Moves the first argument behind a child, or before all.
fn insert(a: Arguments<'_>, after: Option<&Node>) -> Outcome {
    let (own, new) = (node(a, 0)?, node(a, 1)?);
    if after.is_some_and(|after| after.is_same(new)) {
        return Ok(a.value(1).clone());
    }
    let invalid = |message: &str| Err(Thrown::invalid_operation(message));
    let is_document = |tree: &Tree, id| matches!(tree.kind(id), Kind::Document { .. });
    if new.read(|tree, id| is_document(tree, id) || tree.is_attribute(id)) {
        return invalid("The specified node cannot be inserted as the valid child of this node.");
    }
    if !own.read(|tree, id| tree.is_element(id) || is_document(tree, id)) {
        return invalid("The current node cannot contain other nodes.");
    }
    let root = own.sibling_handle(|tree, id| Some(tree.root(id)));
    if root.is_some_and(|root| root.is_same(new)) || around(own, new) {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Cannot insert a node or any ancestor of that node as a child of itself.",
        ));
    }
    let second = own.read(|tree, id| is_document(tree, id) && tree.children(id).any(|id| tree.is_element(id)));
    if second
        && new.read(Tree::is_element)
        && new
            .sibling_handle(Tree::parent)
            .is_none_or(|parent| !parent.is_same(own))
    {
        return invalid("This document already has a 'DocumentElement' node.");
    }
    if new.read(|tree, id| tree.parent(id).is_some()) {
        remove(new)?;
    }
    match after {
        Some(after) => after.join(new, |tree, after, id| {
            if let Some(parent) = tree.parent(after) {
                tree.insert(parent, Some(after), id);
            }
        }),
        None => own.join(new, |tree, parent, id| tree.insert(parent, None, id)),
    }
    Ok(a.value(1).clone())
}

/// Whether a node is `inner` itself or around it.
fn around(inner: &Node, node: &Node) -> bool {
    let ancestors = inner.handles(|tree, id| tree.ancestors_and_self(id).collect());
    ancestors.iter().any(|ancestor| ancestor.is_same(node))
}
