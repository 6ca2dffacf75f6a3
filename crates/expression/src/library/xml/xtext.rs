//! `System.Xml.Linq.XText`, `XCData`

use super::linq_node::{NODE_BYTES, node, value};
use crate::library::{Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::Value;
use xml::{Kind, Node, Tree};

/// Text.
pub static XTEXT: Class = Class::new("System.Xml.Linq.XText", ClassKind::Class)
    .inherits(&["XNode"])
    .rows(TEXT_ROWS);

/// A CDATA section, which .NET takes for a kind of text.
pub static XCDATA: Class = Class::new("System.Xml.Linq.XCData", ClassKind::Class)
    .inherits(&["XText"])
    .rows(CDATA_ROWS);

const TEXT_ROWS: &[Row] = &[
    row("new(string value)", r#"new XText("<")"#, "&lt;", |call, a| {
        let text = a.text(0)?;
        call.allocate(NODE_BYTES + text.len())?;
        Ok(value(Node::new(Kind::Text(text.as_str().into()))))
    }),
    row("string Value { get; }", r#"new XText("<").Value"#, "<", |_, a| {
        Ok(Text::from(node(a, 0)?.read(Tree::value)).into())
    }),
    row("string Value { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
];

const CDATA_ROWS: &[Row] = &[row(
    "new(string value)",
    r#"new XCData("<")"#,
    "<![CDATA[<]]>",
    |call, a| {
        let text = a.text(0)?;
        call.allocate(NODE_BYTES + text.len())?;
        Ok(value(Node::new(Kind::CData(text.as_str().into()))))
    },
)];
