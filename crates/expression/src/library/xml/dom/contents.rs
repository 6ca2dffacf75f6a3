//! `XmlNode`'s members for what a node contains, as text and as XML.

use super::super::content::remove_children;
use super::super::linq_node::{NODE_BYTES, read, text_of};
use super::node;
use crate::frame::Frame;
use crate::library::{Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::writer::Style;
use xml::{Kind, Node, NodeId, Tree};

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "string Value { get; }",
        "new XmlDocument().Value == null",
        "True",
        |_, a| {
            let own = node(a, 0)?;
            let has = own.read(|tree, id| !is_around(tree, id));
            Ok(has.then(|| Text::from(own.read(Tree::value))).into())
        },
    ),
    row("string Value { set; }", "", "", |call, a| {
        let (own, text) = (node(a, 0)?, a.text_or_null(1).map_or("", |text| text.as_str()));
        if own.read(is_around) {
            return Err(Thrown::invalid_operation("Cannot set a value on this type of node."));
        }
        set_text(call.frame, own, text)
    }),
    row(
        "string InnerText { get; }",
        "new XmlDocument().InnerText",
        "",
        |call, a| {
            let text = node(a, 0)?.read(Tree::value);
            call.read(text.len())?;
            call.allocate(text.len())?;
            Ok(Text::from(text).into())
        },
    ),
    row("string InnerText { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).map_or("", |text| text.as_str());
        set_text(call.frame, node(a, 0)?, text)
    }),
    row(
        "string OuterXml { get; }",
        "new XmlDocument().OuterXml",
        "",
        |call, a| text_of(call.frame, node(a, 0)?, Style::Prefixed),
    ),
    row(
        "string InnerXml { get; }",
        "new XmlDocument().InnerXml",
        "",
        |call, a| {
            let mut all = String::new();
            for child in node(a, 0)?.handles(|tree, id| tree.children(id).collect()) {
                if let Value::String(text) = text_of(call.frame, &child, Style::Prefixed)? {
                    all.push_str(&text);
                }
            }
            call.text(all)
        },
    ),
    row("string InnerXml { set; }", "", "", |call, a| {
        let own = node(a, 0)?;
        let text = a.text_or_null(1).map_or("", |text| text.as_str());
        // Prefixes that are declared outside are not known inside.
        let inside = Node::from(read(call.frame, &format!("<x>{text}</x>"), false)?);
        remove_children(own);
        let roots = inside.handles(|tree, id| {
            tree.first_child(id)
                .map(|id| tree.children(id).collect())
                .unwrap_or_default()
        });
        for child in roots {
            child.write(Tree::unlink);
            own.join(&child, Tree::append_child);
        }
        Ok(Value::Null)
    }),
];

fn is_around(tree: &Tree, id: NodeId) -> bool {
    matches!(
        tree.kind(id),
        Kind::Element { .. } | Kind::Document { .. } | Kind::Fragment | Kind::DocumentType(_)
    )
}

fn set_text(frame: &mut Frame<'_>, own: &Node, text: &str) -> Outcome {
    frame.allocate(NODE_BYTES + text.len())?;
    match own.read(|tree, id| (is_around(tree, id), tree.is_element(id))) {
        (false, _) => own.write(|tree, id| tree.set_text(id, text.into())),
        (true, true) => {
            remove_children(own);
            own.write(|tree, id| {
                if text.is_empty() {
                    tree.set_open(id, true);
                } else {
                    let child = tree.push(Kind::Text(text.into()));
                    tree.append_child(id, child);
                }
            });
        }
        (true, false) => {
            return Err(Thrown::invalid_operation(
                "The 'InnerText' of a 'Document' node is read-only.",
            ));
        }
    }
    Ok(Value::Null)
}
