//! `System.Xml.XmlText` and the other kinds of nodes that hold text and nothing else.

use super::node;
use crate::library::{Class, ClassKind, Row, row};
use crate::text::Text;
use crate::value::Value;
use xml::Tree;

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
pub static XML_PROCESSING_INSTRUCTION: Class =
    Class::new("System.Xml.XmlProcessingInstruction", ClassKind::Class).inherits(&["XmlLinkedNode"]);
/// The XML declaration.
pub static XML_DECLARATION: Class =
    Class::new("System.Xml.XmlDeclaration", ClassKind::Class).inherits(&["XmlLinkedNode"]);
/// A document type declaration.
pub static XML_DOCUMENT_TYPE: Class =
    Class::new("System.Xml.XmlDocumentType", ClassKind::Class).inherits(&["XmlLinkedNode"]);

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
