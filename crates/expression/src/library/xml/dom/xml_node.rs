//! `System.Xml.XmlNode`: what a node is and where it stands.

use super::super::options::{XML_NODE_TYPE, node_type};
use super::attribute_collection::attributes;
use super::node_list::node_list;
use super::{by_namespace, children, contents, node, qualified, related, select, value};
use crate::library::{Class, ClassKind, Row, row};
use crate::text::Text;
use crate::types::ClassRef;
use crate::value::Value;
use xml::{Kind, Tree};

/// A node of a document.
pub static XML_NODE: Class = Class::new("System.Xml.XmlNode", ClassKind::Class).rows(ROWS).more(&[
    by_namespace::NODE_ROWS,
    children::ROWS,
    contents::ROWS,
    select::ROWS,
]);

const ROWS: &[Row] = &[
    row("string Name { get; }", "new XmlDocument().Name", "#document", |_, a| {
        let name = node(a, 0)?.read(|tree, id| {
            qualified(tree, id).unwrap_or_else(|| match tree.kind(id) {
                Kind::Text(_) => "#text".to_owned(),
                Kind::CData(_) => "#cdata-section".to_owned(),
                Kind::Comment(_) => "#comment".to_owned(),
                Kind::Instruction { target, .. } => target.to_string(),
                Kind::DocumentType(kind) => kind.name.to_string(),
                _ => "#document".to_owned(),
            })
        });
        Ok(name.into())
    }),
    row(
        "string LocalName { get; }",
        "new XmlDocument().LocalName",
        "#document",
        |_, a| {
            let name = node(a, 0)?.read(|tree, id| match (tree.name(id), tree.kind(id)) {
                (Some(name), _) => name.local().to_string(),
                (None, Kind::Text(_)) => "#text".to_owned(),
                (None, Kind::CData(_)) => "#cdata-section".to_owned(),
                (None, Kind::Comment(_)) => "#comment".to_owned(),
                (None, Kind::Instruction { target, .. }) => target.to_string(),
                (None, Kind::DocumentType(kind)) => kind.name.to_string(),
                (None, _) => "#document".to_owned(),
            });
            Ok(name.into())
        },
    ),
    row(
        "string NamespaceURI { get; }",
        "new XmlDocument().NamespaceURI",
        "",
        |_, a| {
            let namespace = node(a, 0)?.read(|tree, id| tree.name(id).map(|name| name.namespace().clone()));
            Ok(Text::from(namespace.unwrap_or_default()).into())
        },
    ),
    row("string Prefix { get; }", "new XmlDocument().Prefix", "", |_, a| {
        let prefix = node(a, 0)?.read(|tree, id| tree.prefix(id).cloned());
        Ok(Text::from(prefix.unwrap_or_default()).into())
    }),
    row(
        "XmlNodeType NodeType { get; }",
        "new XmlDocument().NodeType",
        "Document",
        |_, a| {
            Ok(node(a, 0)?.read(|tree, id| match tree.kind(id) {
                Kind::Instruction { target, .. } if **target == *"xml" => Value::Enum(ClassRef(&XML_NODE_TYPE), 17),
                kind => node_type(kind),
            }))
        },
    ),
    row(
        "XmlNode ParentNode { get; }",
        "new XmlDocument().ParentNode == null",
        "True",
        |_, a| {
            // An attribute belongs to an element and is no child of it.
            let parent = |tree: &Tree, id| tree.parent(id).filter(|_| !tree.is_attribute(id));
            Ok(related(node(a, 0)?, parent))
        },
    ),
    row(
        "XmlNode FirstChild { get; }",
        "new XmlDocument().FirstChild == null",
        "True",
        |_, a| Ok(related(node(a, 0)?, Tree::first_child)),
    ),
    row(
        "XmlNode LastChild { get; }",
        "new XmlDocument().LastChild == null",
        "True",
        |_, a| Ok(related(node(a, 0)?, Tree::last_child)),
    ),
    row(
        "XmlNode NextSibling { get; }",
        "new XmlDocument().NextSibling == null",
        "True",
        |_, a| {
            let next = |tree: &Tree, id| tree.next(id).filter(|_| !tree.is_attribute(id));
            Ok(related(node(a, 0)?, next))
        },
    ),
    row(
        "XmlNode PreviousSibling { get; }",
        "new XmlDocument().PreviousSibling == null",
        "True",
        |_, a| {
            let previous = |tree: &Tree, id| tree.previous(id).filter(|_| !tree.is_attribute(id));
            Ok(related(node(a, 0)?, previous))
        },
    ),
    row(
        "bool HasChildNodes { get; }",
        "new XmlDocument().HasChildNodes",
        "False",
        |_, a| Ok(node(a, 0)?.read(|tree, id| tree.first_child(id).is_some()).into()),
    ),
    row(
        "XmlNodeList ChildNodes { get; }",
        "new XmlDocument().ChildNodes.Count",
        "0",
        |call, a| {
            let found = node(a, 0)?.handles(|tree, id| tree.children(id).collect());
            call.step(found.len() as u64)?;
            call.allocate(found.len() * 80)?;
            Ok(node_list(found.into_iter().map(value).collect()))
        },
    ),
    row(
        "XmlAttributeCollection Attributes { get; }",
        "new XmlDocument().Attributes == null",
        "True",
        |_, a| Ok(attributes(node(a, 0)?)),
    ),
    row(
        "XmlElement this[string name] { get; }",
        r#"new XmlDocument()["a"] == null"#,
        "True",
        |call, a| {
            let (own, name) = (node(a, 0)?, a.text(1)?);
            let mut visited = 0;
            let found = own.sibling_handle(|tree, id| {
                let mut walk = tree.children(id).inspect(|_| visited += 1);
                walk.find(|id| tree.is_element(*id) && qualified(tree, *id).as_deref() == Some(name.as_str()))
            });
            call.step(visited / 8)?;
            Ok(found.map_or(Value::Null, value))
        },
    ),
    row(
        "XmlDocument OwnerDocument { get; }",
        "new XmlDocument().OwnerDocument == null",
        "True",
        |call, a| {
            let mut depth = 0;
            let document = node(a, 0)?.sibling_handle(|tree, id| {
                let root = tree.ancestors_and_self(id).inspect(|_| depth += 1).last()?;
                (root != id && matches!(tree.kind(root), Kind::Document { .. })).then_some(root)
            });
            call.step(depth / 8)?;
            Ok(document.map_or(Value::Null, value))
        },
    ),
];
