//! How an `XmlReader` goes on, and to attributes.

use super::cursor::{Cursor, kind};
use super::{invalid, local_name, name, node_type, of, shared};
use crate::frame::Frame;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::NodeId;

/// The moves.
pub const ROWS: &[Row] = &[
    row(
        "bool Read()",
        r#"XElement.Parse("<a/>").CreateReader().Read()"#,
        "True",
        |_, a| Ok(of(a, 0)?.0.lock().read()?.into()),
    ),
    row("void Skip()", "", "", |_, a| {
        skip(&mut of(a, 0)?.0.lock())?;
        Ok(Value::Null)
    }),
    row("XmlNodeType MoveToContent()", "", "", |call, a| {
        to_content(call.frame, &mut of(a, 0)?.0.lock()).map(node_type)
    }),
    row(
        "bool IsStartElement()",
        r#"XElement.Parse("<a/>").CreateReader().IsStartElement()"#,
        "True",
        |call, a| {
            let kind = to_content(call.frame, &mut of(a, 0)?.0.lock())?;
            Ok((kind == kind::ELEMENT).into())
        },
    ),
    row(
        "bool IsStartElement(string name)",
        r#"XElement.Parse("<a/>").CreateReader().IsStartElement("b")"#,
        "False",
        is_start,
    ),
    row(
        "bool IsStartElement(string localname, string ns)",
        r#"XElement.Parse("<a/>").CreateReader().IsStartElement("a", "")"#,
        "True",
        is_start,
    ),
    row("void ReadStartElement()", "", "", |call, a| start(call, a, false)),
    row("void ReadStartElement(string name)", "", "", |call, a| {
        start(call, a, true)
    }),
    row(
        "void ReadStartElement(string localname, string ns)",
        "",
        "",
        |call, a| start(call, a, true),
    ),
    row("void ReadEndElement()", "", "", |call, a| {
        let mut cursor = of(a, 0)?.0.lock();
        if to_content(call.frame, &mut cursor)? != kind::END_ELEMENT {
            return Err(invalid("the node is no end tag"));
        }
        cursor.read()?;
        Ok(Value::Null)
    }),
    row("bool ReadToFollowing(string name)", "", "", to_following),
    row(
        "bool ReadToFollowing(string localName, string namespaceURI)",
        "",
        "",
        to_following,
    ),
    row(
        "bool ReadToDescendant(string name)",
        r#"XElement.Parse("<a><b/></a>").CreateReader().ReadToDescendant("b")"#,
        "True",
        to_descendant,
    ),
    row(
        "bool ReadToDescendant(string localName, string namespaceURI)",
        "",
        "",
        to_descendant,
    ),
    row("bool ReadToNextSibling(string name)", "", "", to_next_sibling),
    row(
        "bool ReadToNextSibling(string localName, string namespaceURI)",
        "",
        "",
        to_next_sibling,
    ),
    row(
        "int AttributeCount { get; }",
        r#"XElement.Parse("<a b='1'/>").CreateReader().AttributeCount"#,
        "0",
        |_, a| Ok((of(a, 0)?.0.lock().attributes().len() as i32).into()),
    ),
    row(
        "bool HasAttributes { get; }",
        r#"XElement.Parse("<a b='1'/>").CreateReader().HasAttributes"#,
        "False",
        |_, a| Ok((!of(a, 0)?.0.lock().attributes().is_empty()).into()),
    ),
    row(
        "string GetAttribute(string name)",
        r#"XElement.Parse("<a b='1'/>").CreateReader().GetAttribute("b") == null"#,
        "True",
        get,
    ),
    row("string GetAttribute(string name, string namespaceURI)", "", "", get),
    row("string GetAttribute(int i)", "", "", get_at),
    row("string this[string name] { get; }", "", "", get),
    row("string this[string name, string namespaceURI] { get; }", "", "", get),
    row("string this[int i] { get; }", "", "", get_at),
    row("bool MoveToAttribute(string name)", "", "", to_attribute),
    row("bool MoveToAttribute(string name, string ns)", "", "", to_attribute),
    row("void MoveToAttribute(int i)", "", "", |_, a| {
        let mut cursor = of(a, 0)?.0.lock();
        let id = numbered(&cursor, a.int(1))?;
        cursor.move_to_attribute(id);
        Ok(Value::Null)
    }),
    row("bool MoveToFirstAttribute()", "", "", |_, a| {
        let mut cursor = of(a, 0)?.0.lock();
        let first = cursor.attributes().first().copied();
        Ok(first.inspect(|id| cursor.move_to_attribute(*id)).is_some().into())
    }),
    row("bool MoveToNextAttribute()", "", "", |_, a| {
        Ok(of(a, 0)?.0.lock().move_to_next_attribute().into())
    }),
    row("bool MoveToElement()", "", "", |_, a| {
        Ok(of(a, 0)?.0.lock().move_to_element().into())
    }),
    row("bool ReadAttributeValue()", "", "", |_, a| {
        Ok(of(a, 0)?.0.lock().move_to_attribute_text().into())
    }),
];

/// To the next node that is no comment, instruction, declaration or whitespace; its kind.
///
/// # Errors
/// `XmlException`; when the budget is used up.
pub fn to_content(frame: &mut Frame<'_>, cursor: &mut Cursor) -> Result<i32, Thrown> {
    cursor.move_to_element();
    loop {
        let kind = cursor.kind();
        if matches!(kind, kind::ELEMENT | kind::END_ELEMENT | kind::TEXT | kind::CDATA) {
            return Ok(kind);
        }
        frame.step(1)?;
        if !cursor.read()? {
            return Ok(cursor.kind());
        }
    }
}

/// Behind the node that it is at, and all below it.
fn skip(cursor: &mut Cursor) -> Result<bool, Thrown> {
    cursor.move_to_end()?;
    Ok(cursor.read()?)
}

/// Whether a node has the name that the arguments say: a qualified one, or a local one and a namespace.
fn has_name(cursor: &Cursor, id: NodeId, a: Arguments<'_>) -> bool {
    let tree = cursor.tree();
    let wanted = a.text_or_null(1);
    if a.count() < 3 {
        return name(tree, id).as_ref() == wanted;
    }
    let namespace = tree.name(id).map(|name| shared(name.namespace()));
    local_name(tree, id).as_ref() == wanted && namespace.as_ref() == a.text_or_null(2)
}

/// Whether it is at the start tag of an element of the wanted name.
fn is_wanted(cursor: &Cursor, a: Arguments<'_>) -> bool {
    let element = cursor.owner().filter(|_| cursor.kind() == kind::ELEMENT);
    element.is_some_and(|id| has_name(cursor, id, a))
}

fn is_start(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    to_content(call.frame, &mut cursor)?;
    Ok(is_wanted(&cursor, a).into())
}

/// Whether what comes is an element (of the name that is asked for).
///
/// # Errors
/// `XmlException` when it is none.
pub fn expect_element(frame: &mut Frame<'_>, cursor: &mut Cursor, named: Option<Arguments<'_>>) -> Result<(), Thrown> {
    if to_content(frame, cursor)? != kind::ELEMENT {
        return Err(invalid("the node is no element"));
    }
    match named {
        Some(a) if !is_wanted(cursor, a) => Err(invalid(&format!(
            "Element '{}' was not found.",
            a.value(1).display_string()
        ))),
        _ => Ok(()),
    }
}

fn start(call: &mut Call<'_, '_>, a: Arguments<'_>, named: bool) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    expect_element(call.frame, &mut cursor, named.then_some(a))?;
    cursor.read()?;
    Ok(Value::Null)
}

/// The names that are looked for must not be null.
fn check_names(a: Arguments<'_>) -> Result<(), Thrown> {
    if a.text(1)?.is_empty() {
        return Err(Thrown::argument("The empty string '' is not a valid name.", "name"));
    }
    if a.count() > 2 {
        a.text(2)?;
    }
    Ok(())
}

fn to_following(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    check_names(a)?;
    let mut cursor = of(a, 0)?.0.lock();
    while cursor.read()? {
        call.step(1)?;
        if is_wanted(&cursor, a) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn to_descendant(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    check_names(a)?;
    let mut cursor = of(a, 0)?.0.lock();
    cursor.move_to_element();
    // Before a document everything is below.
    let above = match (cursor.state(), cursor.kind()) {
        (0, _) => None,
        (_, kind::ELEMENT) if !cursor.is_empty_element() => Some(cursor.depth()),
        _ => return Ok(false.into()),
    };
    while cursor.read()? && above.is_none_or(|above| cursor.depth() > above) {
        call.step(1 + cursor.depth() as u64 / 8)?;
        if is_wanted(&cursor, a) {
            return Ok(true.into());
        }
    }
    Ok(false.into())
}

fn to_next_sibling(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    check_names(a)?;
    let mut cursor = of(a, 0)?.0.lock();
    loop {
        call.step(1)?;
        if !skip(&mut cursor)? {
            return Ok(false.into());
        }
        if is_wanted(&cursor, a) {
            return Ok(true.into());
        }
        if cursor.kind() == kind::END_ELEMENT {
            return Ok(false.into());
        }
    }
}

fn find(cursor: &Cursor, a: Arguments<'_>) -> Option<NodeId> {
    let attributes = cursor.attributes();
    attributes.into_iter().find(|id| has_name(cursor, *id, a))
}

fn numbered(cursor: &Cursor, at: i32) -> Result<NodeId, Thrown> {
    let attributes = cursor.attributes();
    let found = usize::try_from(at).ok().and_then(|at| attributes.get(at).copied());
    found.ok_or_else(|| Thrown::out_of_range("Specified argument was out of the range of valid values.", "i"))
}

fn said(cursor: &Cursor, id: Option<NodeId>) -> Value {
    let text = id.and_then(|id| cursor.tree().attribute_value(id));
    text.map(shared).into()
}

fn get(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let cursor = of(a, 0)?.0.lock();
    a.text_or_null(1).ok_or_else(Thrown::null_reference)?;
    Ok(said(&cursor, find(&cursor, a)))
}

fn get_at(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let cursor = of(a, 0)?.0.lock();
    Ok(said(&cursor, Some(numbered(&cursor, a.int(1))?)))
}

fn to_attribute(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let mut cursor = of(a, 0)?.0.lock();
    a.text_or_null(1).ok_or_else(Thrown::null_reference)?;
    let found = find(&cursor, a);
    Ok(found.inspect(|id| cursor.move_to_attribute(*id)).is_some().into())
}
