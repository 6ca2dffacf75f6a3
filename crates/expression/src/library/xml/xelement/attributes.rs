//! `XElement`'s members for its attributes.

use super::super::content::{Item, add, items, remove, remove_attributes};
use super::super::linq_node::{NODE_BYTES, node, related, value};
use super::super::search::{Axis, Only, along, first};
use super::super::text::text_of;
use super::super::xname;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Outcome;
use crate::value::Value;
use xml::{Kind, Node, Tree};

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "XAttribute Attribute(XName name)",
        r#"XElement.Parse("<a b='1'/>").Attribute("b").Value"#,
        "1",
        |call, a| {
            let found = first(call.frame, node(a, 0)?, Axis::Attributes, &Only::named(a, 1))?;
            Ok(found.map_or(Value::Null, value))
        },
    ),
    row(
        "IEnumerable<XAttribute> Attributes()",
        r#"XElement.Parse("<a b='1' c='2'/>").Attributes().Count()"#,
        "2",
        |_, a| along(a, Axis::Attributes, Only::All),
    ),
    row(
        "IEnumerable<XAttribute> Attributes(XName name)",
        r#"XElement.Parse("<a b='1' c='2'/>").Attributes("c").Count()"#,
        "1",
        |_, a| along(a, Axis::Attributes, Only::named(a, 1)),
    ),
    row(
        "XAttribute FirstAttribute { get; }",
        r#"XElement.Parse("<a b='1' c='2'/>").FirstAttribute"#,
        r#"b="1""#,
        |_, a| Ok(related(node(a, 0)?, Tree::first_attribute)),
    ),
    row(
        "XAttribute LastAttribute { get; }",
        r#"XElement.Parse("<a b='1' c='2'/>").LastAttribute"#,
        r#"c="2""#,
        |_, a| Ok(related(node(a, 0)?, Tree::last_attribute)),
    ),
    row(
        "bool HasAttributes { get; }",
        r#"XElement.Parse("<a/>").HasAttributes"#,
        "False",
        |_, a| Ok(node(a, 0)?.read(|tree, id| tree.first_attribute(id).is_some()).into()),
    ),
    row("void SetAttributeValue(XName name, object value)", "", "", set),
    row("void RemoveAttributes()", "", "", |_, a| {
        remove_attributes(node(a, 0)?);
        Ok(Value::Null)
    }),
    row("void ReplaceAttributes(object content)", "", "", replace),
    row("void ReplaceAttributes(params object[] content)", "", "", replace),
];

fn set(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (own, name) = (node(a, 0)?, xname::required(a, 1)?);
    let known = first(call.frame, own, Axis::Attributes, &Only::Named(name.clone()))?;
    if a.value(2).is_null() {
        if let Some(known) = known {
            remove(&known)?;
        }
        return Ok(Value::Null);
    }
    let text = text_of(a.value(2))?;
    call.allocate(NODE_BYTES + text.len())?;
    if let Some(known) = known {
        known.write(|tree, id| tree.set_text(id, text.as_str().into()));
        return Ok(Value::Null);
    }
    let attribute = Node::new(Kind::Attribute {
        name: name.clone(),
        prefix: None,
        value: text.as_str().into(),
    });
    add(call.frame, own, vec![Item::Attribute(attribute)])?;
    Ok(Value::Null)
}

fn replace(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = items(call.frame, a.value(1))?;
    remove_attributes(node(a, 0)?);
    add(call.frame, node(a, 0)?, items)?;
    Ok(Value::Null)
}
