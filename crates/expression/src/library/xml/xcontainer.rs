//! `System.Xml.Linq.XContainer`: what elements and documents have in common.

use super::content::{add, insert, items, remove_children};
use super::linq_node::{node, related, value};
use super::search::{Axis, Only, along, first};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::Outcome;
use crate::value::Value;
use xml::Tree;

/// A node that has children.
pub static XCONTAINER: Class = Class::new("System.Xml.Linq.XContainer", ClassKind::Class)
    .inherits(&["XNode"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "XElement Element(XName name)",
        r#"XElement.Parse("<a><b>1</b></a>").Element("b").Value"#,
        "1",
        |call, a| {
            let found = first(call.frame, node(a, 0)?, Axis::Children, &Only::named(a, 1))?;
            Ok(found.map_or(Value::Null, value))
        },
    ),
    row(
        "IEnumerable<XElement> Elements()",
        r#"XElement.Parse("<a><b/>x<c/></a>").Elements().Count()"#,
        "2",
        |_, a| along(a, Axis::Children, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> Elements(XName name)",
        r#"XElement.Parse("<a><b/><c/><b/></a>").Elements("b").Count()"#,
        "2",
        |_, a| along(a, Axis::Children, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XElement> Descendants()",
        r#"XElement.Parse("<a><b><c/></b></a>").Descendants().Count()"#,
        "2",
        |_, a| along(a, Axis::Descendants, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> Descendants(XName name)",
        r#"XElement.Parse("<a><b><c/></b></a>").Descendants("c").Count()"#,
        "1",
        |_, a| along(a, Axis::Descendants, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XNode> DescendantNodes()",
        r#"XElement.Parse("<a><b>x</b></a>").DescendantNodes().Count()"#,
        "2",
        |_, a| along(a, Axis::Descendants, Only::All),
    ),
    row(
        "IEnumerable<XNode> Nodes()",
        r#"XElement.Parse("<a>x<b/></a>").Nodes().Count()"#,
        "2",
        |_, a| along(a, Axis::Children, Only::All),
    ),
    row(
        "XNode FirstNode { get; }",
        r#"XElement.Parse("<a>x<b/></a>").FirstNode"#,
        "x",
        |_, a| Ok(related(node(a, 0)?, Tree::first_child)),
    ),
    row(
        "XNode LastNode { get; }",
        r#"XElement.Parse("<a>x<b/></a>").LastNode"#,
        "<b />",
        |_, a| Ok(related(node(a, 0)?, Tree::last_child)),
    ),
    row("void Add(object content)", "", "", append),
    row("void Add(params object[] content)", "", "", append),
    row("void AddFirst(object content)", "", "", prepend),
    row("void AddFirst(params object[] content)", "", "", prepend),
    row("void RemoveNodes()", "", "", |_, a| {
        remove_children(node(a, 0)?);
        Ok(Value::Null)
    }),
    row("void ReplaceNodes(object content)", "", "", replace),
    row("void ReplaceNodes(params object[] content)", "", "", replace),
];

fn append(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = items(call.frame, a.value(1))?;
    add(call.frame, node(a, 0)?, items)?;
    Ok(Value::Null)
}

fn prepend(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = items(call.frame, a.value(1))?;
    insert(call.frame, node(a, 0)?, None, items)?;
    Ok(Value::Null)
}

fn replace(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = items(call.frame, a.value(1))?;
    remove_children(node(a, 0)?);
    add(call.frame, node(a, 0)?, items)?;
    Ok(Value::Null)
}
