//! `System.Xml.XmlNodeList`. What it shows is what was there when it was asked for.

use super::attribute_collection;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;

/// Nodes in order.
pub static XML_NODE_LIST: Class = Class::new("System.Xml.XmlNodeList", ClassKind::Class)
    .inherits(&["IEnumerable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        "new XmlDocument().ChildNodes.Count",
        "0",
        |_, a| Ok(i32::try_from(list(a.value(0))?.0.len()).unwrap_or(i32::MAX).into()),
    ),
    row(
        "XmlNode this[int i] { get; }",
        "new XmlDocument().ChildNodes[0] == null",
        "True",
        |_, a| Ok(list(a.value(0))?.at(a.long(1))),
    ),
    row(
        "XmlNode Item(int index)",
        "new XmlDocument().ChildNodes.Item(0) == null",
        "True",
        |_, a| Ok(list(a.value(0))?.at(a.long(1))),
    ),
];

/// Nodes.
#[derive(Debug)]
struct NodeList(Vec<Value>);

impl NodeList {
    fn at(&self, index: i64) -> Value {
        let index = usize::try_from(index).ok();
        index.and_then(|index| self.0.get(index)).cloned().unwrap_or_default()
    }
}

impl Object for NodeList {
    fn type_name(&self) -> String {
        XML_NODE_LIST.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A list of nodes.
pub fn node_list(nodes: Vec<Value>) -> Value {
    Value::of(NodeList(nodes))
}

fn list(value: &Value) -> Result<&NodeList, Thrown> {
    value.object().ok_or_else(Thrown::null_reference)
}

/// What `foreach` over a list or an element's attributes gives.
pub fn items(value: &Value) -> Option<Vec<Value>> {
    let list = value.object::<NodeList>().map(|list| list.0.clone());
    list.or_else(|| attribute_collection::items(value))
}
