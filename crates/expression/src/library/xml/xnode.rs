//! `System.Xml.Linq.XNode`

use super::content::{Item, insert, items, no_parent, remove};
use super::deep_equals::deep_equals;
use super::linq_node::{LinqNode, node, related, text_of};
use super::search::{Axis, Only, along};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use std::cmp::Ordering;
use xml::writer::Style;
use xml::{Node, Tree};

/// A node, which attributes are not.
pub static XNODE: Class = Class::new("System.Xml.Linq.XNode", ClassKind::Class)
    .inherits(&["XObject"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "XNode NextNode { get; }",
        r#"XElement.Parse("<a><b/><c/></a>").Element("b").NextNode"#,
        "<c />",
        |_, a| Ok(related(node(a, 0)?, Tree::next)),
    ),
    row(
        "XNode PreviousNode { get; }",
        r#"XElement.Parse("<a><b/><c/></a>").Element("c").PreviousNode"#,
        "<b />",
        |_, a| Ok(related(node(a, 0)?, Tree::previous)),
    ),
    row(
        "IEnumerable<XElement> Ancestors()",
        r#"XElement.Parse("<a><b><c/></b></a>").Descendants("c").First().Ancestors().Count()"#,
        "2",
        |_, a| along(a, Axis::Ancestors, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> Ancestors(XName name)",
        r#"XElement.Parse("<a><b><c/></b></a>").Descendants("c").First().Ancestors("a").Count()"#,
        "1",
        |_, a| along(a, Axis::Ancestors, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XElement> ElementsAfterSelf()",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("b").ElementsAfterSelf().Count()"#,
        "1",
        |_, a| along(a, Axis::After, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> ElementsAfterSelf(XName name)",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("b").ElementsAfterSelf("d").Count()"#,
        "0",
        |_, a| along(a, Axis::After, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XElement> ElementsBeforeSelf()",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("c").ElementsBeforeSelf().Count()"#,
        "1",
        |_, a| along(a, Axis::Before, Only::Elements),
    ),
    row(
        "IEnumerable<XElement> ElementsBeforeSelf(XName name)",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("c").ElementsBeforeSelf("b").Count()"#,
        "1",
        |_, a| along(a, Axis::Before, Only::named(a, 1)),
    ),
    row(
        "IEnumerable<XNode> NodesAfterSelf()",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("b").NodesAfterSelf().Count()"#,
        "2",
        |_, a| along(a, Axis::After, Only::All),
    ),
    row(
        "IEnumerable<XNode> NodesBeforeSelf()",
        r#"XElement.Parse("<a><b/>x<c/></a>").Element("c").NodesBeforeSelf().Count()"#,
        "2",
        |_, a| along(a, Axis::Before, Only::All),
    ),
    row("void Remove()", "", "", |_, a| {
        remove(node(a, 0)?).map(|()| Value::Null)
    }),
    row("void AddAfterSelf(object content)", "", "", |call, a| {
        beside(call, a, false)
    }),
    row("void AddAfterSelf(params object[] content)", "", "", |call, a| {
        beside(call, a, false)
    }),
    row("void AddBeforeSelf(object content)", "", "", |call, a| {
        beside(call, a, true)
    }),
    row("void AddBeforeSelf(params object[] content)", "", "", |call, a| {
        beside(call, a, true)
    }),
    row("void ReplaceWith(object content)", "", "", replace),
    row("void ReplaceWith(params object[] content)", "", "", replace),
    row(
        "bool IsAfter(XNode node)",
        r#"XElement.Parse("<a/>").IsAfter(null)"#,
        "False",
        |call, a| Ok((order_of(call.frame, a)? == Some(Ordering::Greater)).into()),
    ),
    row(
        "bool IsBefore(XNode node)",
        r#"XElement.Parse("<a><b/><c/></a>").IsBefore(null)"#,
        "False",
        |call, a| Ok((order_of(call.frame, a)? == Some(Ordering::Less)).into()),
    ),
    row(
        "static bool DeepEquals(XNode n1, XNode n2)",
        r#"XNode.DeepEquals(XElement.Parse("<a></a>"), XElement.Parse("<a/>"))"#,
        "False",
        |call, a| match (a.value(0).object(), a.value(1).object()) {
            (Some(LinqNode(left)), Some(LinqNode(right))) => {
                let (equal, count) = deep_equals(left, right);
                call.step(count as u64)?;
                Ok(equal.into())
            }
            _ => Ok((a.value(0).is_null() && a.value(1).is_null()).into()),
        },
    ),
    row(
        "static int CompareDocumentOrder(XNode n1, XNode n2)",
        r#"XNode.CompareDocumentOrder(null, XElement.Parse("<a/>"))"#,
        "-1",
        |call, a| Ok((super::comparers::compare(call.frame, a.value(0), a.value(1))? as i32).into()),
    ),
    row(
        "static XNodeDocumentOrderComparer DocumentOrderComparer { get; }",
        "XNode.DocumentOrderComparer != null",
        "True",
        |_, _| Ok(super::comparers::order_comparer()),
    ),
    row(
        "static XNodeEqualityComparer EqualityComparer { get; }",
        "XNode.EqualityComparer != null",
        "True",
        |_, _| Ok(super::comparers::equality_comparer()),
    ),
    row(
        "XmlReader CreateReader()",
        r#"XElement.Parse("<a/>").CreateReader().Read()"#,
        "True",
        |call, a| super::xml_reader::of_node(call.frame, node(a, 0)?),
    ),
    row("static XNode ReadFrom(XmlReader reader)", "", "", |call, a| {
        super::xml_reader::read_node(call.frame, a, 0)
    }),
    row(
        "string ToString()",
        r#"XElement.Parse("<a><b/></a>").ToString()"#,
        "<a>\n  <b />\n</a>",
        |call, a| text_of(call.frame, node(a, 0)?, Style::Indented),
    ),
    row(
        "string ToString(SaveOptions options)",
        r#"XElement.Parse("<a> <b/> </a>").ToString(SaveOptions.DisableFormatting)"#,
        "<a><b /></a>",
        |call, a| {
            let style = if a.int(1) & 1 == 1 {
                Style::OneLine
            } else {
                Style::Indented
            };
            text_of(call.frame, node(a, 0)?, style)
        },
    ),
];

fn parent(node: &Node) -> Result<Node, Thrown> {
    node.sibling_handle(Tree::parent).ok_or_else(no_parent)
}

fn beside(call: &mut Call<'_, '_>, a: Arguments<'_>, before: bool) -> Outcome {
    let own = node(a, 0)?;
    let parent = parent(own)?;
    let items = items(call.frame, a.value(1))?;
    let anchor = if before {
        own.sibling_handle(Tree::previous)
    } else {
        Some(own.clone())
    };
    insert(call.frame, &parent, anchor, items)?;
    Ok(Value::Null)
}

/// The items are taken apart first: a sequence may depend on the node that goes.
fn replace(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let own = node(a, 0)?;
    let parent = parent(own)?;
    let items: Vec<Item> = items(call.frame, a.value(1))?;
    let anchor = own.sibling_handle(Tree::previous);
    remove(own)?;
    insert(call.frame, &parent, anchor, items)?;
    Ok(Value::Null)
}

/// Which of the two comes first; `None` without a second one.
fn order_of(frame: &mut Frame<'_>, a: Arguments<'_>) -> Result<Option<Ordering>, Thrown> {
    let own = node(a, 0)?;
    match a.value(1).object() {
        Some(LinqNode(other)) => order(frame, own, other).map(Some),
        None => Ok(None),
    }
}

/// Which of two nodes comes first in their document.
///
/// # Errors
/// `InvalidOperationException` for nodes of two documents.
pub fn order(frame: &mut Frame<'_>, own: &Node, other: &Node) -> Result<Ordering, Thrown> {
    frame.step(own.read(|tree, _| tree.len() as u64 / 16))?;
    let (_, id) = other.snapshot();
    let of_one_tree = is_of_one_tree(own, other);
    let order = of_one_tree.then(|| own.read(|tree, own| tree.order(own, id))).flatten();
    order.ok_or_else(|| Thrown::invalid_operation("A common ancestor is missing."))
}

fn is_of_one_tree(left: &Node, right: &Node) -> bool {
    let root = |node: &Node| node.sibling_handle(|tree, id| Some(tree.root(id)));
    matches!((root(left), root(right)), (Some(left), Some(right)) if left.is_same(&right))
}
