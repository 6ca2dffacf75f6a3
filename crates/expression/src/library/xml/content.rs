//! Functional construction: what `new XElement("a", …)`, `Add`, `ReplaceWith` and their kin do with their arguments.

use super::linq_node::{LinqNode, NODE_BYTES, copy};
use super::text::text_of;
use crate::collection::collect;
use crate::frame::Frame;
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::Value;
use xml::name::is_blank;
use xml::{Kind, Node, NodeId, Tree};

/// A piece of content.
pub enum Item {
    /// Text; what stands side by side becomes one.
    Text(Text),
    /// A node.
    Node(Node),
    /// An attribute.
    Attribute(Node),
}

/// Takes content apart: sequences into their elements, null into nothing, values into text.
///
/// # Errors
/// What going through a sequence throws; when the budget is used up.
pub fn items(frame: &mut Frame<'_>, content: &Value) -> Result<Vec<Item>, Thrown> {
    let mut all = Vec::new();
    gather(frame, content, &mut all)?;
    Ok(all)
}

fn gather(frame: &mut Frame<'_>, content: &Value, all: &mut Vec<Item>) -> Result<(), Thrown> {
    frame.step(1)?;
    frame.allocate(NODE_BYTES / 2)?;
    if let Some(LinqNode(node)) = content.object() {
        let attribute = node.read(Tree::is_attribute);
        let node = node.clone();
        all.push(if attribute {
            Item::Attribute(node)
        } else {
            Item::Node(node)
        });
        return Ok(());
    }
    match content {
        Value::Null => {}
        Value::String(text) => all.push(Item::Text(text.clone())),
        Value::Json(_) | Value::Host(_) | Value::Object(_) if content.runtime_type().element().is_some() => {
            let values = collect(content, frame)?;
            return frame.deeper(4, |frame| values.iter().try_for_each(|value| gather(frame, value, all)));
        }
        other => all.push(Item::Text(text_of(other)?)),
    }
    Ok(())
}

/// Puts content behind the last child of a container, attributes behind the last attribute.
///
/// # Errors
/// What may not stand there; when the budget is used up.
pub fn add(frame: &mut Frame<'_>, parent: &Node, items: Vec<Item>) -> Result<(), Thrown> {
    let last = parent.sibling_handle(Tree::last_child);
    insert(frame, parent, last, items)
}

/// Puts content behind a child of a container, or before all children.
///
/// # Errors
/// As [`add`].
pub fn insert(frame: &mut Frame<'_>, parent: &Node, after: Option<Node>, items: Vec<Item>) -> Result<(), Thrown> {
    let mut after = after;
    for item in items {
        frame.step(1)?;
        after = match item {
            Item::Text(text) => insert_text(frame, parent, after, &text)?,
            Item::Attribute(attribute) => {
                add_attribute(frame, parent, &attribute)?;
                after
            }
            Item::Node(node) => Some(insert_node(frame, parent, after.as_ref(), &node)?),
        };
    }
    Ok(())
}

fn insert_text(frame: &mut Frame<'_>, parent: &Node, after: Option<Node>, text: &Text) -> Result<Option<Node>, Thrown> {
    let in_document = parent.read(|tree, id| matches!(tree.kind(id), Kind::Document { .. }));
    if in_document && !is_blank(text) {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Non white space characters cannot be added to content.",
        ));
    }
    if text.is_empty() {
        // An empty text makes `<a></a>` of `<a />` and is no node.
        parent.write(|tree, id| {
            if tree.first_child(id).is_none() {
                tree.set_open(id, true);
            }
        });
        return Ok(after);
    }
    if let Some(last) = &after
        && let Some(known) = last.read(|tree, id| match tree.kind(id) {
            Kind::Text(known) => Some(known.clone()),
            _ => None,
        })
    {
        frame.allocate(known.len() + text.len())?;
        frame.read(known.len() + text.len())?;
        last.write(|tree, id| tree.set_text(id, format!("{known}{text}").into()));
        return Ok(after);
    }
    frame.allocate(NODE_BYTES + text.len())?;
    let node = Node::new(Kind::Text(text.as_str().into()));
    place(parent, after.as_ref(), &node);
    Ok(Some(node))
}

fn place(parent: &Node, after: Option<&Node>, node: &Node) {
    match after {
        Some(after) => after.join(node, |tree, after, id| {
            if let Some(parent) = tree.parent(after) {
                tree.insert(parent, Some(after), id);
            }
        }),
        None => parent.join(node, |tree, parent, id| tree.insert(parent, None, id)),
    }
}

fn insert_node(frame: &mut Frame<'_>, parent: &Node, after: Option<&Node>, node: &Node) -> Result<Node, Thrown> {
    fits(parent, node)?;
    let node = own(frame, parent, node)?;
    place(parent, after, &node);
    Ok(node)
}

/// Whether a node may become a child of a container.
fn fits(parent: &Node, node: &Node) -> Result<(), Thrown> {
    let argument = |message: &str| Err(Thrown::new("System.ArgumentException", message));
    let (in_document, has_root, has_type) = parent.read(|tree, id| {
        let document = matches!(tree.kind(id), Kind::Document { .. });
        let child = |wanted: fn(&Tree, NodeId) -> bool| document && tree.children(id).any(|id| wanted(tree, id));
        let has_type = child(|tree, id| matches!(tree.kind(id), Kind::DocumentType(_)));
        (document, child(Tree::is_element), has_type)
    });
    let kind = node.read(|tree, id| tree.kind(id).clone());
    let wrong = match kind {
        Kind::Document { .. } | Kind::Fragment => {
            return argument("A node of type Document cannot be added to content.");
        }
        Kind::DocumentType(_) if !in_document => {
            return argument("A node of type DocumentType cannot be added to content.");
        }
        Kind::Text(text) | Kind::CData(text) if in_document && !is_blank(&text) => {
            return argument("Non white space characters cannot be added to content.");
        }
        Kind::CData(_) if in_document => return argument("A node of type CDATA cannot be added to content."),
        Kind::Element { .. } => has_root,
        Kind::DocumentType(_) => has_root || has_type,
        _ => false,
    };
    if wrong {
        return Err(Thrown::invalid_operation(
            "This operation would create an incorrectly structured document.",
        ));
    }
    Ok(())
}

/// The node itself, or a copy when it has a parent already or is around the container.
fn own(frame: &mut Frame<'_>, parent: &Node, node: &Node) -> Result<Node, Thrown> {
    let mut depth = 0;
    let root = parent.sibling_handle(|tree, id| tree.ancestors_and_self(id).inspect(|_| depth += 1).last());
    frame.step(depth / 8)?;
    let attached = node.read(|tree, id| tree.parent(id).is_some());
    if attached || root.is_some_and(|root| root.is_same(node)) {
        return copy(frame, node);
    }
    Ok(node.clone())
}

fn add_attribute(frame: &mut Frame<'_>, parent: &Node, attribute: &Node) -> Result<(), Thrown> {
    if !parent.read(Tree::is_element) {
        return Err(Thrown::new(
            "System.ArgumentException",
            "An attribute cannot be added to content.",
        ));
    }
    let name = attribute.read(|tree, id| tree.name(id).cloned());
    let mut count = 0;
    let known = parent.read(|tree, id| {
        let mut attributes = tree.attributes(id).inspect(|_| count += 1);
        attributes.any(|id| tree.name(id) == name.as_ref())
    });
    frame.step(count / 8)?;
    if known {
        return Err(Thrown::invalid_operation("Duplicate attribute."));
    }
    let attribute = own(frame, parent, attribute)?;
    parent.join(&attribute, Tree::append_attribute);
    Ok(())
}

/// Takes a node or attribute out of its parent.
///
/// # Errors
/// `InvalidOperationException` when it has none.
pub fn remove(node: &Node) -> Result<(), Thrown> {
    node.write(|tree, id| {
        let parent = tree.parent(id).ok_or_else(no_parent)?;
        let attribute = tree.is_attribute(id);
        tree.unlink(id);
        if !attribute && tree.first_child(parent).is_none() {
            tree.set_open(parent, false);
        }
        Ok(())
    })
}

/// `InvalidOperationException` of a node without a parent.
pub fn no_parent() -> Thrown {
    Thrown::invalid_operation("The parent is missing.")
}

/// Takes all children out.
pub fn remove_children(node: &Node) {
    node.write(|tree, id| {
        tree.unlink_children(id);
        tree.set_open(id, false);
    });
}

/// Takes all attributes out.
pub fn remove_attributes(node: &Node) {
    node.write(|tree, id| {
        while let Some(attribute) = tree.last_attribute(id) {
            tree.unlink(attribute);
        }
    });
}
