//! `XmlDocument`'s members that make nodes, and what else it has beside loading.

use super::super::linq_node::{NODE_BYTES, copy};
use super::super::xname::checked;
use super::xml_document::{create_element, declared};
use super::{by_namespace, node, related, value};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use xml::{Declaration, Kind, Node};

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "XmlElement CreateElement(string prefix, string localName, string namespaceURI)",
        r#"new XmlDocument().CreateElement("p", "a", "u").OuterXml"#,
        r#"<p:a xmlns:p="u" />"#,
        |call, a| {
            let name = checked(or_empty(a, 3), a.text(2)?)?;
            create_element(call, name, a.text_or_null(1).map(crate::text::Text::as_str))
        },
    ),
    row(
        "XmlAttribute CreateAttribute(string qualifiedName, string namespaceURI)",
        r#"new XmlDocument().CreateAttribute("p:a", "u").NamespaceURI"#,
        "u",
        |call, a| {
            let (prefix, local) = a.text(1)?.split_once(':').unwrap_or(("", a.text(1)?));
            create_attribute(call, prefix, local, or_empty(a, 2))
        },
    ),
    row(
        "XmlAttribute CreateAttribute(string prefix, string localName, string namespaceURI)",
        r#"new XmlDocument().CreateAttribute("p", "a", "u").Name"#,
        "p:a",
        |call, a| create_attribute(call, or_empty(a, 1), a.text(2)?, or_empty(a, 3)),
    ),
    row(
        "XmlDeclaration CreateXmlDeclaration(string version, string encoding, string standalone)",
        r#"new XmlDocument().CreateXmlDeclaration("1.0", "utf-8", null).OuterXml"#,
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        |call, a| {
            let part = |index| Some(or_empty(a, index)).filter(|text| !text.is_empty()).map(Into::into);
            let minor = or_empty(a, 1).strip_prefix("1.").unwrap_or_default();
            if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(wrong(
                    "Wrong XML version information. The XML must match production \"VersionNum ::= '1.' [0-9]+\".",
                ));
            }
            if !matches!(or_empty(a, 3), "" | "yes" | "no") {
                return Err(wrong("Wrong value for the XML declaration standalone attribute."));
            }
            let content = declared(&Declaration {
                version: part(1),
                encoding: part(2),
                standalone: part(3),
            });
            create_instruction(call, "xml", &content)
        },
    ),
    row(
        "XmlProcessingInstruction CreateProcessingInstruction(string target, string data)",
        r#"new XmlDocument().CreateProcessingInstruction("t", "d").OuterXml"#,
        "<?t d?>",
        |call, a| create_instruction(call, a.text(1)?, or_empty(a, 2)),
    ),
    row(
        "XmlDocumentType DocumentType { get; }",
        "new XmlDocument().DocumentType == null",
        "True",
        |_, a| {
            Ok(related(node(a, 0)?, |tree, id| {
                tree.children(id)
                    .find(|id| matches!(tree.kind(*id), Kind::DocumentType(_)))
            }))
        },
    ),
    row("XmlNode ImportNode(XmlNode node, bool deep)", "", "", |call, a| {
        let copied = copy(call.frame, node(a, 1)?)?;
        if !a.bool(2) {
            copied.write(|tree, id| {
                tree.unlink_children(id);
                tree.set_open(id, false);
            });
        }
        Ok(value(copied))
    }),
    row(
        "XmlNodeList GetElementsByTagName(string localName, string namespaceURI)",
        r#"new XmlDocument().GetElementsByTagName("a", "u").Count"#,
        "0",
        by_namespace::by_tag_name,
    ),
];

fn wrong(message: &str) -> Thrown {
    Thrown::new("System.ArgumentException", message)
}

fn or_empty(a: Arguments<'_>, index: usize) -> &str {
    a.text_or_null(index).map_or("", crate::text::Text::as_str)
}

fn create_attribute(call: &mut Call<'_, '_>, prefix: &str, local: &str, namespace: &str) -> Outcome {
    call.allocate(NODE_BYTES)?;
    Ok(value(Node::new(Kind::Attribute {
        name: checked(namespace, local)?,
        prefix: Some(prefix).filter(|prefix| !prefix.is_empty()).map(Into::into),
        value: "".into(),
    })))
}

fn create_instruction(call: &mut Call<'_, '_>, target: &str, content: &str) -> Outcome {
    call.allocate(NODE_BYTES + content.len())?;
    Ok(value(Node::new(Kind::Instruction {
        target: target.into(),
        content: content.into(),
    })))
}
