//! `System.Xml.Linq.XNodeEqualityComparer` and `XNodeDocumentOrderComparer`.

use super::deep_equals::{content_hash, deep_equals};
use super::linq_node::LinqNode;
use super::xnode::order;
use crate::frame::Frame;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;
use std::cmp::Ordering;

/// Nodes are the same when their content is.
pub static EQUALITY: Class = Class::new("System.Xml.Linq.XNodeEqualityComparer", ClassKind::Class)
    .inherits(&["IEqualityComparer<XNode>"])
    .rows(EQUALITY_ROWS);
/// Nodes stand in the order of their document.
pub static ORDER: Class = Class::new("System.Xml.Linq.XNodeDocumentOrderComparer", ClassKind::Class)
    .inherits(&["IComparer<XNode>"])
    .rows(ORDER_ROWS);

const EQUALITY_ROWS: &[Row] = &[
    row(
        "new()",
        r#"new XNodeEqualityComparer().Equals(XElement.Parse("<a/>"), XElement.Parse("<a/>"))"#,
        "True",
        |_, _| Ok(equality_comparer()),
    ),
    row(
        "bool Equals(XNode x, XNode y)",
        r#"XNode.EqualityComparer.Equals(XElement.Parse("<a/>"), null)"#,
        "False",
        |call, a| {
            let (equal, count) = equal(a.value(1), a.value(2));
            call.step(count as u64)?;
            Ok(equal.into())
        },
    ),
    row(
        "int GetHashCode(XNode obj)",
        r#"XNode.EqualityComparer.GetHashCode(XElement.Parse("<a/>")) == XNode.EqualityComparer.GetHashCode(XElement.Parse("<a/>"))"#,
        "True",
        |call, a| match a.value(1).object() {
            Some(LinqNode(node)) => {
                let (hash, count) = content_hash(node);
                call.step(count as u64)?;
                Ok((hash as i32).into())
            }
            None => Ok(0.into()),
        },
    ),
];

const ORDER_ROWS: &[Row] = &[
    row(
        "new()",
        "new XNodeDocumentOrderComparer().Compare(null, null)",
        "0",
        |_, _| Ok(order_comparer()),
    ),
    row(
        "int Compare(XNode x, XNode y)",
        r#"XNode.DocumentOrderComparer.Compare(XElement.Parse("<a/>"), null)"#,
        "1",
        |call, a| Ok((compare(call.frame, a.value(1), a.value(2))? as i32).into()),
    ),
];

#[derive(Debug)]
struct Comparer(ClassRef);

impl Object for Comparer {
    fn type_name(&self) -> String {
        self.0.0.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn is(comparer: &Value, class: &'static Class) -> bool {
    comparer
        .object::<Comparer>()
        .is_some_and(|comparer| comparer.0 == ClassRef(class))
}

/// `XNode.EqualityComparer`
pub fn equality_comparer() -> Value {
    Value::of(Comparer(ClassRef(&EQUALITY)))
}

/// `XNode.DocumentOrderComparer`
pub fn order_comparer() -> Value {
    Value::of(Comparer(ClassRef(&ORDER)))
}

/// Whether a comparer argument compares nodes by content.
pub fn compares_nodes(comparer: &Value) -> bool {
    is(comparer, &EQUALITY)
}

/// Whether a comparer argument orders nodes as they stand in their document.
pub fn orders_nodes(comparer: &Value) -> bool {
    is(comparer, &ORDER)
}

/// Whether two nodes have the same content, and how much was looked at.
pub fn equal(left: &Value, right: &Value) -> (bool, usize) {
    match (left.object(), right.object()) {
        (Some(LinqNode(left)), Some(LinqNode(right))) => deep_equals(left, right),
        _ => (left.equals(right), 0),
    }
}

/// A hash that nodes of the same content share; `None` for what is no node.
pub fn hash(value: &Value) -> Option<u64> {
    let LinqNode(node) = value.object()?;
    Some(content_hash(node).0)
}

/// How much of a document comparing a value reads through; `None` for what is no node.
pub fn size(value: &Value) -> Option<usize> {
    let LinqNode(node) = value.object()?;
    Some(node.read(|tree, id| 1 + tree.descendants(id).count()))
}

/// The order of two nodes in their document; null comes first.
///
/// # Errors
/// `InvalidOperationException` for nodes of two documents.
pub fn compare(frame: &mut Frame<'_>, left: &Value, right: &Value) -> Result<Ordering, Thrown> {
    match (left.object(), right.object()) {
        (Some(LinqNode(left)), Some(LinqNode(right))) => order(frame, left, right),
        _ => Ok(right.is_null().cmp(&left.is_null())),
    }
}
