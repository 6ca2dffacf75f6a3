//! `System.Xml.XmlText` and the other kinds of nodes that hold text and nothing else.

use super::node;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::Outcome;
use crate::value::Value;
use std::sync::Arc;
use xml::{DocumentType, Kind, Tree};

/// A node that has siblings.
pub static XML_LINKED_NODE: Class = Class::new("System.Xml.XmlLinkedNode", ClassKind::Class).inherits(&["XmlNode"]);
/// A node of characters.
pub static XML_CHARACTER_DATA: Class = Class::new("System.Xml.XmlCharacterData", ClassKind::Class)
    .inherits(&["XmlLinkedNode"])
    .rows(ROWS);
/// Text.
pub static XML_TEXT: Class = Class::new("System.Xml.XmlText", ClassKind::Class).inherits(&["XmlCharacterData"]);
/// A CDATA section.
pub static XML_CDATA_SECTION: Class =
    Class::new("System.Xml.XmlCDataSection", ClassKind::Class).inherits(&["XmlCharacterData"]);
/// A comment.
pub static XML_COMMENT: Class = Class::new("System.Xml.XmlComment", ClassKind::Class).inherits(&["XmlCharacterData"]);
/// A processing instruction.
pub static XML_PROCESSING_INSTRUCTION: Class = Class::new("System.Xml.XmlProcessingInstruction", ClassKind::Class)
    .inherits(&["XmlLinkedNode"])
    .rows(INSTRUCTION_ROWS);
/// The XML declaration.
pub static XML_DECLARATION: Class = Class::new("System.Xml.XmlDeclaration", ClassKind::Class)
    .inherits(&["XmlLinkedNode"])
    .rows(DECLARATION_ROWS);
/// A document type declaration.
pub static XML_DOCUMENT_TYPE: Class = Class::new("System.Xml.XmlDocumentType", ClassKind::Class)
    .inherits(&["XmlLinkedNode"])
    .rows(TYPE_ROWS);

const INSTRUCTION_ROWS: &[Row] = &[
    row(
        "string Target { get; }",
        r#"new XmlDocument().CreateProcessingInstruction("t", "d").Target"#,
        "t",
        |_, a| {
            let target = node(a, 0)?.read(|tree, id| match tree.kind(id) {
                Kind::Instruction { target, .. } => Some(Arc::clone(target)),
                _ => None,
            });
            Ok(target.map(Text::from).into())
        },
    ),
    row(
        "string Data { get; }",
        r#"new XmlDocument().CreateProcessingInstruction("t", "d").Data"#,
        "d",
        |_, a| Ok(Text::from(node(a, 0)?.read(Tree::value)).into()),
    ),
    row("string Data { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).map_or("", |text| text.as_str());
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.into()));
        Ok(Value::Null)
    }),
];

const DECLARATION_ROWS: &[Row] = &[
    row(
        "string Version { get; }",
        r#"new XmlDocument().CreateXmlDeclaration("1.0", null, null).Version"#,
        "1.0",
        |_, a| declared(a, "version"),
    ),
    row(
        "string Encoding { get; }",
        r#"new XmlDocument().CreateXmlDeclaration("1.0", "utf-8", null).Encoding"#,
        "utf-8",
        |_, a| declared(a, "encoding"),
    ),
    row(
        "string Standalone { get; }",
        r#"new XmlDocument().CreateXmlDeclaration("1.0", null, "yes").Standalone"#,
        "yes",
        |_, a| declared(a, "standalone"),
    ),
];

const TYPE_ROWS: &[Row] = &[
    row("string PublicId { get; }", "", "", |_, a| {
        typed(a, |kind| kind.public.clone())
    }),
    row("string SystemId { get; }", "", "", |_, a| {
        typed(a, |kind| kind.system.clone())
    }),
    row("string InternalSubset { get; }", "", "", |_, a| {
        typed(a, |kind| kind.subset.clone().filter(|subset| !subset.is_empty()))
    }),
];

/// A part of the declaration; empty when it is not there.
fn declared(a: Arguments<'_>, name: &str) -> Outcome {
    let content = node(a, 0)?.read(Tree::value);
    let start = format!("{name}=\"");
    let part = content.split_once(&start).and_then(|(_, rest)| rest.split('"').next());
    Ok(part.unwrap_or_default().into())
}

fn typed(a: Arguments<'_>, pick: impl Fn(&DocumentType) -> Option<Arc<str>>) -> Outcome {
    let part = node(a, 0)?.read(|tree, id| match tree.kind(id) {
        Kind::DocumentType(kind) => pick(kind),
        _ => None,
    });
    Ok(part.map(Text::from).into())
}

const ROWS: &[Row] = &[
    row(
        "string Data { get; }",
        r#"new XmlDocument().CreateTextNode("t").Data"#,
        "t",
        |_, a| Ok(Text::from(node(a, 0)?.read(Tree::value)).into()),
    ),
    row("string Data { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).map_or("", |text| text.as_str());
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.into()));
        Ok(Value::Null)
    }),
    row("void AppendData(string strData)", "", "", |call, a| {
        let more = a.text_or_null(1).map_or("", |text| text.as_str());
        let text = format!("{}{more}", node(a, 0)?.read(Tree::value));
        call.read(text.len())?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
    row(
        "int Length { get; }",
        r#"new XmlDocument().CreateTextNode("t").Length"#,
        "1",
        |call, a| {
            let text = node(a, 0)?.read(Tree::value);
            call.read(text.len())?;
            Ok(i32::try_from(text.encode_utf16().count()).unwrap_or(i32::MAX).into())
        },
    ),
];
