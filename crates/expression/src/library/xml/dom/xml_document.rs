//! `System.Xml.XmlDocument`

use super::super::content::remove_children;
use super::super::linq_node::{NODE_BYTES, read};
use super::super::namespace_manager::name_table;
use super::super::xname::checked;
use super::xml_element::by_tag_name;
use super::{node, related, value};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::{Declaration, Kind, Name, Node, Tree};

/// A document.
pub static XML_DOCUMENT: Class = Class::new("System.Xml.XmlDocument", ClassKind::Class)
    .inherits(&["XmlNode"])
    .rows(ROWS)
    .more(&[super::creation::ROWS]);

const ROWS: &[Row] = &[
    row(
        "new()",
        "new XmlDocument().DocumentElement == null",
        "True",
        |call, _| {
            call.allocate(NODE_BYTES)?;
            Ok(value(empty_document()))
        },
    ),
    row("void Load(TextReader txtReader)", "", "", |call, a| {
        let text = crate::library::io::rest(a, 1)?;
        load(call.frame, node(a, 0)?, &text)?;
        Ok(Value::Null)
    }),
    row("void LoadXml(string xml)", "", "", |call, a| {
        let text = a.text(1)?;
        load(call.frame, node(a, 0)?, text)?;
        Ok(Value::Null)
    }),
    row(
        "XmlElement DocumentElement { get; }",
        "new XmlDocument().DocumentElement == null",
        "True",
        |_, a| {
            Ok(related(node(a, 0)?, |tree, id| {
                tree.children(id).find(|id| tree.is_element(*id))
            }))
        },
    ),
    row(
        "XmlNameTable NameTable { get; }",
        "new XmlDocument().NameTable != null",
        "True",
        |_, _| Ok(name_table()),
    ),
    row(
        "XmlNodeList GetElementsByTagName(string name)",
        r#"new XmlDocument().GetElementsByTagName("a").Count"#,
        "0",
        by_tag_name,
    ),
    row(
        "XmlElement CreateElement(string name)",
        r#"new XmlDocument().CreateElement("a").OuterXml"#,
        "<a />",
        |call, a| {
            let name = element_name(a.text(1)?)?;
            create_element(call, name, None)
        },
    ),
    row(
        "XmlElement CreateElement(string qualifiedName, string namespaceURI)",
        r#"new XmlDocument().CreateElement("p:a", "u").OuterXml"#,
        r#"<p:a xmlns:p="u" />"#,
        |call, a| {
            let (prefix, local) = a.text(1)?.split_once(':').unwrap_or(("", a.text(1)?));
            let name = checked(a.text_or_null(2).map_or("", |text| text.as_str()), local)?;
            create_element(call, name, Some(prefix))
        },
    ),
    row(
        "XmlText CreateTextNode(string text)",
        r#"new XmlDocument().CreateTextNode("<").OuterXml"#,
        "&lt;",
        |call, a| create(call, a, Kind::Text),
    ),
    row(
        "XmlCDataSection CreateCDataSection(string data)",
        r#"new XmlDocument().CreateCDataSection("<").OuterXml"#,
        "<![CDATA[<]]>",
        |call, a| create(call, a, Kind::CData),
    ),
    row(
        "XmlComment CreateComment(string data)",
        r#"new XmlDocument().CreateComment("c").OuterXml"#,
        "<!--c-->",
        |call, a| create(call, a, Kind::Comment),
    ),
    row(
        "XmlAttribute CreateAttribute(string name)",
        r#"new XmlDocument().CreateAttribute("a").Name"#,
        "a",
        |call, a| {
            call.allocate(NODE_BYTES)?;
            let name = checked("", a.text(1)?)?;
            Ok(value(Node::new(Kind::Attribute {
                name,
                prefix: None,
                value: "".into(),
            })))
        },
    ),
];

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>, kind: fn(std::sync::Arc<str>) -> Kind) -> Outcome {
    let text = a.text_or_null(1).map_or("", |text| text.as_str());
    call.allocate(NODE_BYTES + text.len())?;
    Ok(value(Node::new(kind(text.into()))))
}

/// An element with a name and the prefix that it is written with.
///
/// # Errors
/// When the budget is used up.
pub fn create_element(call: &mut Call<'_, '_>, name: Name, prefix: Option<&str>) -> Outcome {
    call.allocate(NODE_BYTES)?;
    Ok(value(Node::new(Kind::Element {
        name,
        prefix: prefix.filter(|prefix| !prefix.is_empty()).map(Into::into),
        open: false,
    })))
}

fn element_name(text: &str) -> Result<Name, Thrown> {
    if text.is_empty() {
        let message = "The local name for elements or attributes cannot be null or an empty string.";
        return Err(Thrown::new("System.ArgumentException", message));
    }
    checked("", text)
}

/// Reads a text into a document, in the place of what it held.
///
/// # Errors
/// `XmlException`; when the budget is used up.
pub fn load(frame: &mut Frame<'_>, document: &Node, text: &str) -> Result<(), Thrown> {
    let parsed = Node::from(read(frame, text, false)?);
    take_over(document, &parsed);
    Ok(())
}

/// A document without content.
pub fn empty_document() -> Node {
    Node::new(Kind::Document { declaration: None })
}

/// Moves the content of another document into one, in the place of what it held; the declaration becomes a node.
pub fn take_over(document: &Node, parsed: &Node) {
    remove_children(document);
    let declaration = parsed.read(|tree, id| match tree.kind(id) {
        Kind::Document { declaration } => declaration.clone(),
        _ => None,
    });
    if let Some(declaration) = declaration {
        let content = declared(&declaration).into();
        let target = "xml".into();
        let node = Node::new(Kind::Instruction { target, content });
        document.join(&node, Tree::append_child);
    }
    for child in parsed.handles(|tree, id| tree.children(id).collect()) {
        child.write(Tree::unlink);
        document.join(&child, Tree::append_child);
    }
}

/// The content of the node that a declaration is.
pub fn declared(declaration: &Declaration) -> String {
    let parts = [
        ("version", &declaration.version),
        ("encoding", &declaration.encoding),
        ("standalone", &declaration.standalone),
    ];
    let known: Vec<String> = parts
        .into_iter()
        .filter_map(|(name, part)| Some(format!("{name}=\"{}\"", part.as_ref()?)))
        .collect();
    known.join(" ")
}
