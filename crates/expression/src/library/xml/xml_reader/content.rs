//! What an `XmlReader` makes of the content that it is at.

use super::cursor::{Cursor, kind};
use super::moves::expect_element;
use super::{invalid, of, value_of, written};
use crate::frame::Frame;
use crate::library::xml::text::value_as;
use crate::library::{Arguments, Call, Row, named_type, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use std::sync::Arc;
use xml::NodeId;

/// Content as text.
pub const ROWS: &[Row] = &[
    row("string ReadString()", "", "", |call, a| {
        let mut cursor = of(a, 0)?.0.lock();
        let text = plain_text(call.frame, &mut cursor)?;
        call.text(text)
    }),
    row(
        "string ReadElementString()",
        r#"XElement.Parse("<a>x</a>").CreateReader().ReadElementString()"#,
        "x",
        |call, a| element_string(call, a, false),
    ),
    row("string ReadElementString(string name)", "", "", |call, a| {
        element_string(call, a, true)
    }),
    row(
        "string ReadElementString(string localname, string ns)",
        "",
        "",
        |call, a| element_string(call, a, true),
    ),
    row("string ReadInnerXml()", "", "", |call, a| {
        let mut cursor = of(a, 0)?.0.lock();
        match (cursor.kind(), cursor.owner()) {
            (kind::ATTRIBUTE, _) => Ok(value_of(&cursor).into()),
            (kind::ELEMENT, Some(id)) => {
                let children: Vec<NodeId> = cursor.tree().children(id).collect();
                out(call.frame, &mut cursor, &children)
            }
            _ => nothing(&mut cursor),
        }
    }),
    row("string ReadOuterXml()", "", "", |call, a| {
        let mut cursor = of(a, 0)?.0.lock();
        match (cursor.kind(), cursor.owner()) {
            (kind::ELEMENT, Some(id)) => out(call.frame, &mut cursor, &[id]),
            _ => nothing(&mut cursor),
        }
    }),
];

macro_rules! typed {
    ($($name:literal $ty:literal;)*) => {
        /// Content as values of types.
        pub const TYPED: &[Row] = &[$(
            row(concat!($ty, " ReadContentAs", $name, "()"), "", "", |call, a| content_as(call, a, $ty)),
            row(concat!($ty, " ReadElementContentAs", $name, "()"), "", "", |call, a| element_content_as(call, a, $ty)),
            row(concat!($ty, " ReadElementContentAs", $name, "(string localName, string namespaceURI)"), "", "", |call, a| {
                expect_element(call.frame, &mut of(a, 0)?.0.lock(), Some(a))?;
                element_content_as(call, a, $ty)
            }),
        )*];
    };
}

typed! {
    "String" "string";
    "Object" "object";
    "Boolean" "bool";
    "Int" "int";
    "Long" "long";
    "Float" "float";
    "Double" "double";
    "Decimal" "decimal";
    "DateTime" "DateTime";
}

/// Writes nodes and goes behind the element that they are of.
fn out(frame: &mut Frame<'_>, cursor: &mut Cursor, ids: &[NodeId]) -> Outcome {
    cursor.move_to_end()?;
    let tree = Arc::clone(cursor.tree());
    let text = written(frame, &tree, ids)?;
    cursor.read()?;
    Ok(text)
}

/// Steps over a node that has no content of its own.
fn nothing(cursor: &mut Cursor) -> Outcome {
    if cursor.state() == 1 {
        cursor.read()?;
    }
    Ok("".into())
}

fn append(frame: &mut Frame<'_>, text: &mut String, piece: &Text) -> Result<(), Thrown> {
    frame.step(1)?;
    frame.allocate(piece.len())?;
    text.push_str(piece);
    Ok(())
}

/// Texts up to the next node that is none.
fn plain_text(frame: &mut Frame<'_>, cursor: &mut Cursor) -> Result<String, Thrown> {
    let mut text = String::new();
    cursor.move_to_element();
    if cursor.kind() == kind::ELEMENT && (cursor.is_empty_element() || !cursor.read()?) {
        return Ok(text);
    }
    while matches!(
        cursor.kind(),
        kind::TEXT | kind::CDATA | kind::WHITESPACE | kind::SIGNIFICANT_WHITESPACE
    ) {
        append(frame, &mut text, &value_of(cursor))?;
        if !cursor.read()? {
            break;
        }
    }
    Ok(text)
}

fn element_string(call: &mut Call<'_, '_>, a: Arguments<'_>, named: bool) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    expect_element(call.frame, &mut cursor, named.then_some(a))?;
    let mut text = String::new();
    if !cursor.is_empty_element() {
        cursor.read()?;
        text = plain_text(call.frame, &mut cursor)?;
        if cursor.kind() != kind::END_ELEMENT {
            return Err(invalid("the element has content other than text"));
        }
    }
    cursor.read()?;
    call.text(text)
}

/// Texts up to the next tag; comments and instructions between them are left out.
fn content(frame: &mut Frame<'_>, cursor: &mut Cursor) -> Result<String, Thrown> {
    let mut text = String::new();
    loop {
        match cursor.kind() {
            kind::TEXT | kind::CDATA | kind::WHITESPACE | kind::SIGNIFICANT_WHITESPACE => {
                append(frame, &mut text, &value_of(cursor))?;
            }
            kind::COMMENT | kind::INSTRUCTION => frame.step(1)?,
            _ => return Ok(text),
        }
        if !cursor.read()? {
            return Ok(text);
        }
    }
}

/// A text as a value of a type.
fn converted(frame: &mut Frame<'_>, text: &str, ty: &Type) -> Outcome {
    frame.allocate(text.len())?;
    let unfit = |_| {
        invalid(&format!(
            "Content cannot be converted to the type {}.",
            ty.dotnet_name()
        ))
    };
    value_as(text, ty).map_err(unfit)
}

fn content_as(call: &mut Call<'_, '_>, a: Arguments<'_>, ty: &str) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    let text = match cursor.kind() {
        kind::ATTRIBUTE => value_of(&cursor).to_string(),
        kind::TEXT
        | kind::CDATA
        | kind::WHITESPACE
        | kind::SIGNIFICANT_WHITESPACE
        | kind::COMMENT
        | kind::INSTRUCTION
        | kind::END_ELEMENT => content(call.frame, &mut cursor)?,
        _ => return Err(Thrown::invalid_operation("the content of this node is no text")),
    };
    converted(call.frame, &text, &type_named(ty))
}

fn element_content_as(call: &mut Call<'_, '_>, a: Arguments<'_>, ty: &str) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    if cursor.kind() != kind::ELEMENT {
        return Err(Thrown::invalid_operation("the reader is at no element"));
    }
    if cursor.is_empty_element() {
        cursor.read()?;
        return value_as("", &type_named(ty));
    }
    cursor.read()?;
    let text = content(call.frame, &mut cursor)?;
    if cursor.kind() != kind::END_ELEMENT {
        return Err(invalid(
            "ReadElementContentAs() methods cannot be called on an element that has child elements.",
        ));
    }
    cursor.read()?;
    converted(call.frame, &text, &type_named(ty))
}

fn type_named(name: &str) -> Type {
    named_type(name, Vec::new())
        .filter(|ty| *ty != Type::OBJECT)
        .unwrap_or(Type::STRING)
}
