//! Nodes and attributes of `System.Xml.Linq` as values: handles to a node of a tree, one object as .NET sees it.

use crate::frame::Frame;
use crate::library::{Arguments, Call, named_type};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use xml::reader::{XmlError, read_document};
use xml::writer::{Style, WriteError, write};
use xml::{Kind, Node, NodeId, Tree};

/// What a node costs of the allocation budget, in bytes.
pub const NODE_BYTES: usize = 160;
/// How long the text of a node may become where no budget is at hand.
const LONGEST_TEXT: usize = 64 << 20;

/// An `XObject`.
#[derive(Debug)]
pub struct LinqNode(pub Node);

/// The .NET type of a node.
pub fn class_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::Document { .. } | Kind::Fragment => "System.Xml.Linq.XDocument",
        Kind::Element { .. } => "System.Xml.Linq.XElement",
        Kind::Attribute { .. } => "System.Xml.Linq.XAttribute",
        Kind::Text(_) => "System.Xml.Linq.XText",
        Kind::CData(_) => "System.Xml.Linq.XCData",
        Kind::Comment(_) => "System.Xml.Linq.XComment",
        Kind::Instruction { .. } => "System.Xml.Linq.XProcessingInstruction",
        Kind::DocumentType(_) => "System.Xml.Linq.XDocumentType",
    }
}

impl Object for LinqNode {
    fn type_name(&self) -> String {
        self.0.read(|tree, id| class_name(tree.kind(id))).to_owned()
    }
    fn runtime_type(&self) -> Type {
        let name = self.0.read(|tree, id| class_name(tree.kind(id)));
        named_type(name, Vec::new()).unwrap_or(Type::OBJECT)
    }
    fn display(&self) -> String {
        // `ToString()` called by name throws what is swallowed here.
        written(&self.0, Style::Indented, LONGEST_TEXT).unwrap_or_else(|_| self.type_name())
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
    Value::of(LinqNode(node))
}

/// The node of an argument.
///
/// # Errors
/// `NullReferenceException` for the receiver, `ArgumentNullException` for others.
pub fn node(a: Arguments<'_>, index: usize) -> Result<&Node, Thrown> {
    a.value(index)
        .object::<LinqNode>()
        .map(|node| &node.0)
        .ok_or_else(|| a.null(index))
}

/// Another node of the same tree; null when there is none.
pub fn related(node: &Node, pick: impl FnOnce(&Tree, NodeId) -> Option<NodeId>) -> Value {
    node.sibling_handle(pick).map_or(Value::Null, value)
}

impl From<XmlError> for Thrown {
    fn from(error: XmlError) -> Self {
        Self::new("System.Xml.XmlException", error.message)
    }
}

impl From<WriteError> for Thrown {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Redefined(message) => Self::new("System.Xml.XmlException", message),
            WriteError::Character(message) => Self::new("System.ArgumentException", message),
            WriteError::TooLong => {
                Self::limit("the expression was stopped: it used more memory than an expression may")
            }
        }
    }
}

fn written(node: &Node, style: Style, limit: usize) -> Result<String, WriteError> {
    let (tree, id) = node.snapshot();
    write(&tree, id, style, limit)
}

/// The text of a node, accounted for.
///
/// # Errors
/// What cannot be written; when the budget is used up.
pub fn text_of(frame: &mut Frame<'_>, node: &Node, style: Style) -> Outcome {
    let text = written(node, style, frame.bytes_left())?;
    frame.read(text.len())?;
    frame.text(text)
}

/// `Save(TextWriter)` and `Save(TextWriter, SaveOptions)` of a document or an element: with a declaration that names the
/// encoding of writers that write into strings.
///
/// # Errors
/// `InvalidOperationException` for a document without an element; what the writer throws; when the budget is used up.
pub fn save(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let own = node(a, 0)?;
    let one_line = a.int(2) & 1 == 1;
    let (standalone, has_root) = own.read(|tree, id| match tree.kind(id) {
        Kind::Document { declaration } => (
            declaration.as_ref().and_then(|known| known.standalone.clone()),
            tree.children(id).any(|id| tree.is_element(id)),
        ),
        _ => (None, true),
    });
    if !has_root {
        return Err(Thrown::invalid_operation(
            "Token EndDocument in state Document would result in an invalid XML document.",
        ));
    }
    let style = if one_line { Style::OneLine } else { Style::Indented };
    let standalone = standalone
        .map(|value| format!(" standalone=\"{value}\""))
        .unwrap_or_default();
    let line = if one_line { "" } else { "\n" };
    let declaration = format!("<?xml version=\"1.0\" encoding=\"utf-16\"{standalone}?>{line}");
    crate::library::io::write(call, a, 1, &declaration)?;
    let text = text_of(call.frame, own, style)?;
    crate::library::io::write(call, a, 1, &text.display_string())?;
    Ok(Value::Null)
}

/// Reads a document into a tree, accounted for: a node costs three bytes of text at least.
///
/// # Errors
/// `XmlException`; when the budget is used up.
pub fn read(frame: &mut Frame<'_>, text: &str, keeps_whitespace: bool) -> Result<Tree, Thrown> {
    frame.read(text.len() * 8)?;
    frame.allocate(text.len() * 2)?;
    let tree = read_document(text, keeps_whitespace)?;
    frame.allocate(tree.len() * NODE_BYTES)?;
    Ok(tree)
}

/// `XDocument.Parse`
///
/// # Errors
/// As [`read`].
pub fn parse_document(frame: &mut Frame<'_>, text: &str, keeps_whitespace: bool) -> Outcome {
    Ok(value(read(frame, text, keeps_whitespace)?.into()))
}

/// `XElement.Parse`: the root element alone.
///
/// # Errors
/// As [`read`].
pub fn parse_element(frame: &mut Frame<'_>, text: &str, keeps_whitespace: bool) -> Outcome {
    read_element(frame, text, keeps_whitespace).map(value)
}

/// As [`read`]: the root element alone.
///
/// # Errors
/// As [`read`].
pub fn read_element(frame: &mut Frame<'_>, text: &str, keeps_whitespace: bool) -> Result<Node, Thrown> {
    let mut tree = read(frame, text, keeps_whitespace)?;
    let root = tree.children(NodeId::FIRST).find(|id| tree.is_element(*id));
    if let Some(root) = root {
        tree.unlink(root);
    }
    // A document that could be read has one.
    Node::from(tree)
        .sibling_handle(|_, _| root)
        .ok_or_else(Thrown::null_reference)
}

/// A copy of a node and all below it, accounted for.
///
/// # Errors
/// When the budget is used up.
pub fn copy(frame: &mut Frame<'_>, node: &Node) -> Result<Node, Thrown> {
    let tree = node.read(Tree::extract);
    frame.step(tree.len() as u64)?;
    frame.allocate(tree.len() * NODE_BYTES)?;
    Ok(tree.into())
}
