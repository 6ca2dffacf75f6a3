//! `System.Xml.XmlAttribute`

use super::{node, related};
use crate::library::{Class, ClassKind, Row, row};
use xml::Tree;

/// An attribute.
pub static XML_ATTRIBUTE: Class = Class::new("System.Xml.XmlAttribute", ClassKind::Class)
    .inherits(&["XmlNode"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "XmlElement OwnerElement { get; }",
        r#"new XmlDocument().CreateAttribute("a").OwnerElement == null"#,
        "True",
        |_, a| Ok(related(node(a, 0)?, Tree::parent)),
    ),
    row(
        "bool Specified { get; }",
        r#"new XmlDocument().CreateAttribute("a").Specified"#,
        "True",
        |_, _| Ok(true.into()),
    ),
];
