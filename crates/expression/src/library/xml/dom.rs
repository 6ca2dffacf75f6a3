//! `System.Xml`: documents as `XmlDocument` has them, handles to nodes like those of `System.Xml.Linq`.

mod attribute_collection;
mod by_namespace;
mod children;
mod contents;
mod creation;
mod node_list;
mod select;
mod xml_attribute;
mod xml_document;
mod xml_element;
mod xml_node;
mod xml_text;

use crate::library::{Arguments, Class, named_type};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use xml::{Kind, Node, NodeId, Tree};

/// Its types.
pub const CLASSES: &[&Class] = &[
    &attribute_collection::XML_ATTRIBUTE_COLLECTION,
    &node_list::XML_NODE_LIST,
    &xml_attribute::XML_ATTRIBUTE,
    &xml_document::XML_DOCUMENT,
    &xml_element::XML_ELEMENT,
    &xml_node::XML_NODE,
    &xml_text::XML_CDATA_SECTION,
    &xml_text::XML_CHARACTER_DATA,
    &xml_text::XML_COMMENT,
    &xml_text::XML_DECLARATION,
    &xml_text::XML_DOCUMENT_TYPE,
    &xml_text::XML_LINKED_NODE,
    &xml_text::XML_PROCESSING_INSTRUCTION,
    &xml_text::XML_TEXT,
];

pub use node_list::items;
pub use xml_document::{empty_document, load, take_over};

/// An `XmlNode`.
#[derive(Debug)]
pub struct DomNode(pub Node);

/// The .NET type of a node.
fn class_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Document { .. } | Kind::Fragment => "System.Xml.XmlDocument",
        Kind::Element { .. } => "System.Xml.XmlElement",
        Kind::Attribute { .. } => "System.Xml.XmlAttribute",
        Kind::Text(_) => "System.Xml.XmlText",
        Kind::CData(_) => "System.Xml.XmlCDataSection",
        Kind::Comment(_) => "System.Xml.XmlComment",
        // The declaration is a node of its own here.
        Kind::Instruction { target, .. } if **target == *"xml" => "System.Xml.XmlDeclaration",
        Kind::Instruction { .. } => "System.Xml.XmlProcessingInstruction",
        Kind::DocumentType(_) => "System.Xml.XmlDocumentType",
    }
}

impl Object for DomNode {
    fn type_name(&self) -> String {
        self.0.read(|tree, id| class_name(tree.kind(id))).to_owned()
    }
    fn runtime_type(&self) -> Type {
        let name = self.0.read(|tree, id| class_name(tree.kind(id)));
        named_type(name, Vec::new()).unwrap_or(Type::OBJECT)
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.0.is_same(&other.0))
    }
    fn is_same(&self, other: &Value) -> bool {
        self.equals(other)
    }
    fn hash_code(&self) -> u64 {
        self.0.read(Tree::stamp).into()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A node as a value.
pub fn value(node: Node) -> Value {
    Value::of(DomNode(node))
}

/// The node of an argument.
///
/// # Errors
/// `NullReferenceException`, `ArgumentNullException`
pub fn node(a: Arguments<'_>, index: usize) -> Result<&Node, Thrown> {
    let node = a.value(index).object::<DomNode>().map(|node| &node.0);
    node.ok_or_else(|| a.null(index))
}

/// Another node of the same tree; null when there is none.
fn related(node: &Node, pick: impl FnOnce(&Tree, NodeId) -> Option<NodeId>) -> Value {
    node.sibling_handle(pick).map_or(Value::Null, value)
}

/// `prefix:local`
fn qualified(tree: &Tree, id: NodeId) -> Option<String> {
    let name = tree.name(id)?;
    Some(match tree.prefix(id) {
        Some(prefix) if !prefix.is_empty() => format!("{prefix}:{}", name.local()),
        _ => name.local().to_string(),
    })
}
