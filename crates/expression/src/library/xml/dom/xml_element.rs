//! `System.Xml.XmlElement`

use super::super::content::remove;
use super::super::linq_node::NODE_BYTES;
use super::super::xname::checked;
use super::attribute_collection::attribute;
use super::node_list::node_list;
use super::{node, qualified, value};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::{Kind, Node, Tree};

/// An element.
pub static XML_ELEMENT: Class = Class::new("System.Xml.XmlElement", ClassKind::Class)
    .inherits(&["XmlLinkedNode"])
    .rows(ROWS)
    .more(&[super::by_namespace::ELEMENT_ROWS]);

const ROWS: &[Row] = &[
    row(
        "string GetAttribute(string name)",
        r#"new XmlDocument().CreateElement("a").GetAttribute("b")"#,
        "",
        |call, a| {
            let found = found(call, a)?;
            Ok(Text::from(found.map(|node| node.read(Tree::value)).unwrap_or_default()).into())
        },
    ),
    row("XmlAttribute GetAttributeNode(string name)", "", "", |call, a| {
        Ok(found(call, a)?.map_or(Value::Null, value))
    }),
    row(
        "bool HasAttribute(string name)",
        r#"new XmlDocument().CreateElement("a").HasAttribute("b")"#,
        "False",
        |call, a| Ok(found(call, a)?.is_some().into()),
    ),
    row(
        "bool HasAttributes { get; }",
        r#"new XmlDocument().CreateElement("a").HasAttributes"#,
        "False",
        |_, a| Ok(node(a, 0)?.read(|tree, id| tree.first_attribute(id).is_some()).into()),
    ),
    row("void SetAttribute(string name, string value)", "", "", set_attribute),
    row("void RemoveAttribute(string name)", "", "", |call, a| {
        if let Some(known) = found(call, a)? {
            remove(&known)?;
        }
        Ok(Value::Null)
    }),
    row(
        "bool IsEmpty { get; }",
        r#"new XmlDocument().CreateElement("a").IsEmpty"#,
        "True",
        |_, a| {
            let empty = |tree: &Tree, id| tree.first_child(id).is_none() && !tree.is_open(id);
            Ok(node(a, 0)?.read(empty).into())
        },
    ),
    row(
        "XmlNodeList GetElementsByTagName(string name)",
        r#"new XmlDocument().CreateElement("a").GetElementsByTagName("*").Count"#,
        "0",
        by_tag_name,
    ),
];

fn found(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Option<Node>, Thrown> {
    let (own, name) = (node(a, 0)?, a.text(1)?);
    call.step(own.read(|tree, id| tree.attributes(id).count() as u64) / 8)?;
    Ok(own.sibling_handle(|tree, id| attribute(tree, id, name)))
}

fn set_attribute(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let text = a.text_or_null(2).map_or("", |text| text.as_str());
    call.allocate(NODE_BYTES + text.len())?;
    if let Some(known) = found(call, a)? {
        known.write(|tree, id| tree.set_text(id, text.into()));
        return Ok(Value::Null);
    }
    let own = node(a, 0)?;
    let (prefix, local) = a.text(1)?.split_once(':').unwrap_or(("", a.text(1)?));
    let namespace = match prefix {
        "" => None,
        "xmlns" => Some(xml::name::XMLNS_NAMESPACE.into()),
        _ => own.read(|tree, id| tree.namespace_of_prefix(id, prefix)),
    };
    let new = Node::new(Kind::Attribute {
        name: checked(&namespace.unwrap_or_default(), local)?,
        prefix: Some(prefix).filter(|prefix| !prefix.is_empty()).map(Into::into),
        value: text.into(),
    });
    own.join(&new, Tree::append_attribute);
    Ok(Value::Null)
}

/// Elements below of a qualified name, or all for `*`.
pub fn by_tag_name(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (own, name) = (node(a, 0)?, a.text(1)?);
    let mut visited = 0;
    let found = own.handles(|tree, id| {
        let walk = tree.descendants(id).inspect(|_| visited += 1);
        let wanted = |id| name.as_str() == "*" || qualified(tree, id).as_deref() == Some(name.as_str());
        walk.filter(|id| tree.is_element(*id) && wanted(*id)).collect()
    });
    call.step(visited)?;
    call.allocate(found.len() * NODE_BYTES / 2)?;
    Ok(node_list(found.into_iter().map(value).collect()))
}
