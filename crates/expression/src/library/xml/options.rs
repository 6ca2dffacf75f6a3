//! `System.Xml.Linq.LoadOptions`, `SaveOptions`, `System.Xml.XmlNodeType`

use crate::library::Class;
use crate::types::ClassRef;
use crate::value::Value;
use xml::Kind;

/// How text is read.
pub static LOAD_OPTIONS: Class = Class::enumeration(
    "System.Xml.Linq.LoadOptions",
    &[
        ("None", 0),
        ("PreserveWhitespace", 1),
        ("SetBaseUri", 2),
        ("SetLineInfo", 4),
    ],
)
.flags();

/// How a node is written.
pub static SAVE_OPTIONS: Class = Class::enumeration(
    "System.Xml.Linq.SaveOptions",
    &[("None", 0), ("DisableFormatting", 1), ("OmitDuplicateNamespaces", 2)],
)
.flags();

/// What a node is.
pub static XML_NODE_TYPE: Class = Class::enumeration(
    "System.Xml.XmlNodeType",
    &[
        ("None", 0),
        ("Element", 1),
        ("Attribute", 2),
        ("Text", 3),
        ("CDATA", 4),
        ("EntityReference", 5),
        ("Entity", 6),
        ("ProcessingInstruction", 7),
        ("Comment", 8),
        ("Document", 9),
        ("DocumentType", 10),
        ("DocumentFragment", 11),
        ("Notation", 12),
        ("Whitespace", 13),
        ("SignificantWhitespace", 14),
        ("EndElement", 15),
        ("EndEntity", 16),
        ("XmlDeclaration", 17),
    ],
);

/// The `XmlNodeType` of a node.
pub fn node_type(kind: &Kind) -> Value {
    let number = match kind {
        Kind::Element { .. } => 1,
        Kind::Attribute { .. } => 2,
        Kind::Text(_) => 3,
        Kind::CData(_) => 4,
        Kind::Instruction { .. } => 7,
        Kind::Comment(_) => 8,
        Kind::Document { .. } => 9,
        Kind::DocumentType(_) => 10,
        Kind::Fragment => 11,
    };
    Value::Enum(ClassRef(&XML_NODE_TYPE), number)
}
