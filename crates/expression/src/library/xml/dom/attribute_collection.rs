//! `System.Xml.XmlAttributeCollection`

use super::{qualified, value};
use crate::frame::Frame;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use xml::{Node, NodeId, Tree};

/// An element's attributes.
pub static XML_ATTRIBUTE_COLLECTION: Class = Class::new("System.Xml.XmlAttributeCollection", ClassKind::Class)
    .inherits(&["IEnumerable"])
    .rows(ROWS)
    .more(&[super::by_namespace::COLLECTION_ROWS]);

const ROWS: &[Row] = &[
    row("int Count { get; }", "", "", |call, a| {
        let count = own(a)?.read(|tree, id| tree.attributes(id).count());
        call.step(count as u64 / 8)?;
        Ok(i32::try_from(count).unwrap_or(i32::MAX).into())
    }),
    row("XmlAttribute this[string name] { get; }", "", "", |call, a| {
        found(call.frame, own(a)?, a.text(1)?)
    }),
    row("XmlAttribute this[int i] { get; }", "", "", |call, a| {
        let index = usize::try_from(a.long(1)).map_err(|_| Thrown::index_out_of_range())?;
        call.step(index as u64 / 8)?;
        let attribute = own(a)?.sibling_handle(|tree, id| tree.attributes(id).nth(index));
        attribute.map(value).ok_or_else(Thrown::index_out_of_range)
    }),
    row("XmlNode GetNamedItem(string name)", "", "", |call, a| {
        found(call.frame, own(a)?, a.text(1)?)
    }),
];

/// The attributes of an element.
#[derive(Debug)]
struct Attributes(Node);

impl Object for Attributes {
    fn type_name(&self) -> String {
        XML_ATTRIBUTE_COLLECTION.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The attributes of an element; null for another node.
pub fn attributes(node: &Node) -> Value {
    if node.read(Tree::is_element) {
        Value::of(Attributes(node.clone()))
    } else {
        Value::Null
    }
}

/// The element whose attributes the receiver is.
///
/// # Errors
/// `NullReferenceException`
pub fn own(a: Arguments<'_>) -> Result<&Node, Thrown> {
    let own = a.value(0).object::<Attributes>().map(|attributes| &attributes.0);
    own.ok_or_else(|| a.null(0))
}

/// All of them.
pub fn items(collection: &Value) -> Option<Vec<Value>> {
    let own = &collection.object::<Attributes>()?.0;
    let handles = own.handles(|tree, id| tree.attributes(id).collect());
    Some(handles.into_iter().map(value).collect())
}

/// The attribute of a qualified name.
pub fn attribute(tree: &Tree, element: NodeId, name: &str) -> Option<NodeId> {
    tree.attributes(element)
        .find(|id| qualified(tree, *id).as_deref() == Some(name))
}

fn found(frame: &mut Frame<'_>, element: &Node, name: &str) -> Outcome {
    frame.step(element.read(|tree, id| tree.attributes(id).count() as u64) / 8)?;
    Ok(super::related(element, |tree, id| attribute(tree, id, name)))
}
