//! `System.Xml.Linq.Extensions`: axes from every node of a sequence.

use super::comparers::compare;
use super::content::remove;
use super::linq_node::LinqNode;
use super::search::{Axis, Only, element, find};
use crate::collection::{Sequence, collect};
use crate::library::{Arguments, Class, ClassKind, Row, row, sort_values};
use crate::thrown::Outcome;
use crate::value::Value;

/// Extension methods of sequences of nodes.
pub static EXTENSIONS: Class = Class::new("System.Xml.Linq.Extensions", ClassKind::Static).rows(ROWS);

macro_rules! axis {
    ($result:literal, $name:literal, $source:literal, $example:literal, $expected:literal, $axis:ident, $only:expr) => {
        row(
            concat!(
                "static IEnumerable<",
                $result,
                "> ",
                $name,
                "(this IEnumerable<",
                $source,
                "> source)"
            ),
            $example,
            $expected,
            |_, a| from_each(a, Axis::$axis, $only),
        )
    };
    ($result:literal, $name:literal, $source:literal, $axis:ident) => {
        row(
            concat!(
                "static IEnumerable<",
                $result,
                "> ",
                $name,
                "(this IEnumerable<",
                $source,
                "> source, XName name)"
            ),
            "",
            "",
            |_, a| from_each(a, Axis::$axis, Only::named(a, 1)),
        )
    };
}

const ROWS: &[Row] = &[
    axis!(
        "XElement",
        "Elements",
        "XContainer",
        r#"XElement.Parse("<a><b><c/></b><b/></a>").Elements("b").Elements().Count()"#,
        "1",
        Children,
        Only::Elements
    ),
    axis!("XElement", "Elements", "XContainer", Children),
    axis!(
        "XElement",
        "Descendants",
        "XContainer",
        r#"XElement.Parse("<a><b><c/></b><b/></a>").Elements("b").Descendants().Count()"#,
        "1",
        Descendants,
        Only::Elements
    ),
    axis!("XElement", "Descendants", "XContainer", Descendants),
    axis!(
        "XElement",
        "DescendantsAndSelf",
        "XElement",
        r#"XElement.Parse("<a><b><c/></b><b/></a>").Elements("b").DescendantsAndSelf().Count()"#,
        "3",
        DescendantsAndSelf,
        Only::Elements
    ),
    axis!("XElement", "DescendantsAndSelf", "XElement", DescendantsAndSelf),
    axis!(
        "XElement",
        "Ancestors",
        "XNode",
        r#"XElement.Parse("<a><b/><b/></a>").Elements("b").Ancestors().Count()"#,
        "2",
        Ancestors,
        Only::Elements
    ),
    axis!("XElement", "Ancestors", "XNode", Ancestors),
    axis!(
        "XElement",
        "AncestorsAndSelf",
        "XElement",
        r#"XElement.Parse("<a><b/><b/></a>").Elements("b").AncestorsAndSelf().Count()"#,
        "4",
        AncestorsAndSelf,
        Only::Elements
    ),
    axis!("XElement", "AncestorsAndSelf", "XElement", AncestorsAndSelf),
    axis!(
        "XAttribute",
        "Attributes",
        "XElement",
        r#"XElement.Parse("<a><b c='1'/><b c='2'/></a>").Elements("b").Attributes().Count()"#,
        "2",
        Attributes,
        Only::All
    ),
    axis!("XAttribute", "Attributes", "XElement", Attributes),
    axis!(
        "XNode",
        "Nodes",
        "XContainer",
        r#"XElement.Parse("<a><b>x</b><b/></a>").Elements("b").Nodes().Count()"#,
        "1",
        Children,
        Only::All
    ),
    axis!(
        "XNode",
        "DescendantNodes",
        "XContainer",
        r#"XElement.Parse("<a><b>x</b><b/></a>").Elements("b").DescendantNodes().Count()"#,
        "1",
        Descendants,
        Only::All
    ),
    axis!(
        "XNode",
        "DescendantNodesAndSelf",
        "XElement",
        r#"new[] { XElement.Parse("<a>x</a>") }.DescendantNodesAndSelf().Count()"#,
        "2",
        DescendantsAndSelf,
        Only::All
    ),
    row(
        "static IEnumerable<T> InDocumentOrder<T>(this IEnumerable<T> source)",
        r#"XElement.Parse("<a><b/><c/></a>").Elements().Reverse().InDocumentOrder().First()"#,
        "<b />",
        |call, a| {
            let source = a.required(0)?.clone();
            Ok(Sequence::new(call.type_argument(0), move |frame| {
                let nodes = collect(&source, frame)?;
                Ok(sort_values(frame, nodes, &mut compare)?.into_iter())
            }))
        },
    ),
    row(
        "static void Remove(this IEnumerable<XNode> source)",
        "",
        "",
        |call, a| {
            let nodes = collect(a.required(0)?, call.frame)?;
            remove_all(&nodes)
        },
    ),
    row(
        "static void Remove(this IEnumerable<XAttribute> source)",
        "",
        "",
        |call, a| {
            let attributes = collect(a.required(0)?, call.frame)?;
            remove_all(&attributes)
        },
    ),
];

fn remove_all(values: &[Value]) -> Outcome {
    for value in values {
        if let Some(LinqNode(node)) = value.object() {
            remove(node)?;
        }
    }
    Ok(Value::Null)
}

fn from_each(a: Arguments<'_>, axis: Axis, only: Only) -> Outcome {
    let source = a.required(0)?.clone();
    Ok(Sequence::new(element(axis, &only), move |frame| {
        let mut all = Vec::new();
        for value in collect(&source, frame)? {
            if let Some(LinqNode(node)) = value.object() {
                all.append(&mut find(frame, node, axis, &only)?);
            }
        }
        Ok(all.into_iter())
    }))
}
