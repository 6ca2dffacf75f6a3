//! `System.Xml.XmlReader`: goes forward through a document, which is read whole when the reader is made; what is wrong
//! with it is an exception of the call that comes to it.

mod content;
mod cursor;
mod moves;
mod settings;

pub use settings::{DTD_PROCESSING, READ_STATE, XML_READER_SETTINGS};

use super::linq_node::{LinqNode, NODE_BYTES};
use super::namespace_manager::name_table;
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use cursor::{Cursor, Ignored, kind};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use xml::reader::read_up_to_error;
use xml::{Kind, Node, NodeId, Tree};

/// A reader.
pub static XML_READER: Class = Class::new("System.Xml.XmlReader", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS)
    .more(&[NODE_ROWS, moves::ROWS, content::ROWS, content::TYPED]);

const ROWS: &[Row] = &[
    row(
        "static XmlReader Create(TextReader input)",
        r#"XmlReader.Create(new StringReader("<a/>")).ReadState"#,
        "Initial",
        create,
    ),
    row(
        "static XmlReader Create(TextReader input, XmlReaderSettings settings)",
        r#"XmlReader.Create(new StringReader("<a/>"), new XmlReaderSettings { IgnoreComments = true }).EOF"#,
        "False",
        create,
    ),
    row(
        "static bool IsName(string str)",
        r#"XmlReader.IsName("a:b")"#,
        "True",
        |_, a| {
            let name = a.text_or_null(0).ok_or_else(Thrown::null_reference)?;
            let starts = name.starts_with(|c| xml::name::is_name_start(c) || c == ':');
            Ok((starts && name.chars().all(is_name_character)).into())
        },
    ),
    row(
        "static bool IsNameToken(string str)",
        r#"XmlReader.IsNameToken("1a")"#,
        "True",
        |_, a| {
            let name = a.text_or_null(0).ok_or_else(Thrown::null_reference)?;
            Ok((!name.is_empty() && name.chars().all(is_name_character)).into())
        },
    ),
    row(
        "ReadState ReadState { get; }",
        r#"XElement.Parse("<a/>").CreateReader().ReadState"#,
        "Initial",
        |_, a| Ok(Value::Enum(ClassRef(&READ_STATE), of(a, 0)?.0.lock().state())),
    ),
    row(
        "bool EOF { get; }",
        r#"XElement.Parse("<a/>").CreateReader().EOF"#,
        "False",
        |_, a| Ok((of(a, 0)?.0.lock().state() == 3).into()),
    ),
    row(
        "XmlNameTable NameTable { get; }",
        r#"XElement.Parse("<a/>").CreateReader().NameTable == null"#,
        "False",
        |_, _| Ok(name_table()),
    ),
    row("void Close()", "", "", close),
    row("void Dispose()", "", "", close),
];

/// What the node is that the reader is at.
const NODE_ROWS: &[Row] = &[
    row(
        "XmlNodeType NodeType { get; }",
        r#"XElement.Parse("<a/>").CreateReader().MoveToContent()"#,
        "Element",
        |_, a| Ok(node_type(of(a, 0)?.0.lock().kind())),
    ),
    row(
        "string Name { get; }",
        r#"XElement.Parse("<a/>").CreateReader().Name"#,
        "",
        |_, a| told(a, name),
    ),
    row(
        "string LocalName { get; }",
        r#"XElement.Parse("<a/>").CreateReader().LocalName"#,
        "",
        |_, a| told(a, local_name),
    ),
    row(
        "string Prefix { get; }",
        r#"XElement.Parse("<a/>").CreateReader().Prefix"#,
        "",
        |_, a| told(a, |tree, id| tree.prefix(id).map(shared)),
    ),
    row(
        "string NamespaceURI { get; }",
        r#"XElement.Parse("<a/>").CreateReader().NamespaceURI"#,
        "",
        |_, a| told(a, |tree, id| tree.name(id).map(|name| shared(name.namespace()))),
    ),
    row(
        "string Value { get; }",
        r#"XElement.Parse("<a/>").CreateReader().Value"#,
        "",
        |call, a| {
            let text = value_of(&of(a, 0)?.0.lock());
            call.allocate(text.len())?;
            Ok(text.into())
        },
    ),
    row(
        "bool HasValue { get; }",
        r#"XElement.Parse("<a/>").CreateReader().HasValue"#,
        "False",
        |_, a| {
            // Element, end tags and the like have none.
            const WITH_VALUE: i32 = 0x2_659c;
            Ok(((WITH_VALUE >> of(a, 0)?.0.lock().kind()) & 1 == 1).into())
        },
    ),
    row(
        "int Depth { get; }",
        r#"XElement.Parse("<a/>").CreateReader().Depth"#,
        "0",
        |call, a| {
            let depth = of(a, 0)?.0.lock().depth();
            call.step(depth as u64 / 8)?;
            Ok((depth as i32).into())
        },
    ),
    row(
        "bool IsEmptyElement { get; }",
        r#"XElement.Parse("<a/>").CreateReader().IsEmptyElement"#,
        "False",
        |_, a| Ok(of(a, 0)?.0.lock().is_empty_element().into()),
    ),
    row(
        "bool IsDefault { get; }",
        r#"XElement.Parse("<a/>").CreateReader().IsDefault"#,
        "False",
        |_, _| Ok(false.into()),
    ),
    row(
        "string BaseURI { get; }",
        r#"XElement.Parse("<a/>").CreateReader().BaseURI"#,
        "",
        |_, _| Ok("".into()),
    ),
    row(
        "string XmlLang { get; }",
        r#"XElement.Parse("<a/>").CreateReader().XmlLang"#,
        "",
        |_, a| {
            let cursor = of(a, 0)?.0.lock();
            let found = cursor.owner().and_then(|id| cursor.inherited(id, "lang"));
            Ok(found.map_or_else(|| "".into(), |lang| Text::from(lang).into()))
        },
    ),
    row(
        "string LookupNamespace(string prefix)",
        r#"XElement.Parse("<a/>").CreateReader().LookupNamespace("p") == null"#,
        "True",
        |call, a| {
            let prefix = a.text(1)?;
            let cursor = of(a, 0)?.0.lock();
            call.step(cursor.depth() as u64)?;
            let found = cursor
                .owner()
                .and_then(|id| cursor.tree().namespace_of_prefix(id, prefix));
            Ok(found.map(Text::from).into())
        },
    ),
];

fn is_name_character(c: char) -> bool {
    xml::name::is_name_part(c) || c == ':'
}

/// A reader as a value.
struct XmlReader(Mutex<Cursor>);

impl fmt::Debug for XmlReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("XmlReader")
    }
}

impl Object for XmlReader {
    fn type_name(&self) -> String {
        XML_READER.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, index: usize) -> Result<&XmlReader, Thrown> {
    a.value(index).object().ok_or_else(|| a.null(index))
}

fn close(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    of(a, 0)?.0.lock().close();
    Ok(Value::Null)
}

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let text = crate::library::io::rest(a, 0)?;
    let (ignored, refuses_types) = settings::read(a.value(1));
    of_text(call.frame, &text, ignored, refuses_types)
}

fn of_text(frame: &mut Frame<'_>, text: &str, ignored: Ignored, refuses_types: bool) -> Outcome {
    frame.read(text.len() * 8)?;
    frame.allocate(text.len() * 2)?;
    let read = read_up_to_error(text, true);
    frame.allocate(read.tree.len() * NODE_BYTES)?;
    Ok(Value::of(XmlReader(Mutex::new(Cursor::of_text(
        read,
        ignored,
        refuses_types,
    )))))
}

/// `XNode.CreateReader()`
///
/// # Errors
/// When the budget is used up: the reader keeps the tree as it is, so that a change of it makes a copy.
pub fn of_node(frame: &mut Frame<'_>, node: &Node) -> Outcome {
    let count = node.read(|tree, _| tree.len());
    frame.step(count as u64 / 8)?;
    frame.allocate(count * NODE_BYTES)?;
    Ok(Value::of(XmlReader(Mutex::new(Cursor::of_node(node)))))
}

fn node_type(number: i32) -> Value {
    Value::Enum(ClassRef(&super::options::XML_NODE_TYPE), number)
}

/// A text of the node or attribute that the reader is at; empty when it has none.
fn told(a: Arguments<'_>, tell: impl FnOnce(&Tree, NodeId) -> Option<Text>) -> Outcome {
    let cursor = of(a, 0)?.0.lock();
    let node = cursor.node().filter(|_| !cursor.is_in_attribute_text());
    let text = node.and_then(|id| tell(cursor.tree(), id));
    Ok(text.unwrap_or_default().into())
}

fn name(tree: &Tree, id: NodeId) -> Option<Text> {
    match tree.prefix(id) {
        Some(prefix) if !prefix.is_empty() => Some(format!("{prefix}:{}", tree.name(id)?.local()).into()),
        _ => local_name(tree, id),
    }
}

fn local_name(tree: &Tree, id: NodeId) -> Option<Text> {
    match tree.kind(id) {
        Kind::Instruction { target, .. } => Some(shared(target)),
        Kind::DocumentType(kind) => Some(shared(&kind.name)),
        _ => tree.name(id).map(|name| shared(name.local())),
    }
}

fn value_of(cursor: &Cursor) -> Text {
    let (Some(id), kind) = (cursor.node(), cursor.kind()) else {
        return Text::default();
    };
    match cursor.tree().kind(id) {
        Kind::DocumentType(kind) => kind.subset.as_ref().map(shared).unwrap_or_default(),
        _ if matches!(kind, kind::ELEMENT | kind::END_ELEMENT) => Text::default(),
        _ => Text::from(cursor.tree().value(id)),
    }
}

fn shared(text: &Arc<str>) -> Text {
    Text::from(Arc::clone(text))
}

fn invalid(message: &str) -> Thrown {
    Thrown::new("System.Xml.XmlException", message)
}

/// `XNode.ReadFrom`: the node that the reader is at, with all below it; the reader goes behind it.
///
/// # Errors
/// `InvalidOperationException` where there is none; `XmlException`.
pub fn read_node(frame: &mut Frame<'_>, a: Arguments<'_>, index: usize) -> Outcome {
    let mut cursor = of(a, index)?.0.lock();
    let message = "The XmlReader state should be Interactive.";
    let id = cursor.owner().ok_or_else(|| Thrown::invalid_operation(message))?;
    let number = cursor.kind();
    if !matches!(number, 1 | 3 | 4 | 7 | 8 | 10 | 13 | 14) {
        let message = format!(
            "The XmlReader should not be on a node of type {}.",
            node_type(number).display_string()
        );
        return Err(Thrown::invalid_operation(&message));
    }
    // The end is looked at first: a text that is wrong before it gives no node.
    cursor.move_to_end()?;
    let tree = cursor.tree().extract(id);
    frame.step(tree.len() as u64)?;
    frame.allocate(tree.len() * NODE_BYTES)?;
    cursor.read()?;
    Ok(Value::of(LinqNode(tree.into())))
}

/// `XElement.Load` of a reader: the element that comes, after which nothing may come.
///
/// # Errors
/// `InvalidOperationException`; `XmlException`.
pub fn read_element(frame: &mut Frame<'_>, a: Arguments<'_>, index: usize) -> Outcome {
    if moves::to_content(frame, &mut of(a, index)?.0.lock())? != kind::ELEMENT {
        return Err(Thrown::invalid_operation(
            "The XmlReader must be on a node of type Element.",
        ));
    }
    let element = read_node(frame, a, index)?;
    let mut cursor = of(a, index)?.0.lock();
    moves::to_content(frame, &mut cursor)?;
    if cursor.state() == 3 {
        Ok(element)
    } else {
        Err(Thrown::invalid_operation(
            "The XmlReader state should be EndOfFile after this operation.",
        ))
    }
}

/// Nodes of a tree, written out.
fn written(frame: &mut Frame<'_>, tree: &Arc<Tree>, ids: &[NodeId]) -> Outcome {
    let mut all = String::new();
    for id in ids {
        let limit = frame.bytes_left().saturating_sub(all.len());
        let text = xml::writer::write(tree, *id, xml::writer::Style::Prefixed, limit)?;
        frame.read(text.len())?;
        all.push_str(&text);
    }
    frame.text(all)
}
