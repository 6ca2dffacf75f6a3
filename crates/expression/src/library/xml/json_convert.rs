//! `JsonConvert`'s members for XML.

use super::dom::{self, DomNode};
use super::json_elements::to_document;
use super::json_text::to_json;
use super::linq_node::{self, LinqNode, NODE_BYTES};
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::{Arguments, Call, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::Node;

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "static string SerializeXNode(XObject node)",
        r#"JsonConvert.SerializeXNode(XElement.Parse("<a b='1'>x</a>"))"#,
        r##"{"a":{"@b":"1","#text":"x"}}"##,
        serialize,
    ),
    row(
        "static string SerializeXNode(XObject node, Formatting formatting)",
        "",
        "",
        serialize,
    ),
    row(
        "static string SerializeXNode(XObject node, Formatting formatting, bool omitRootObject)",
        r#"JsonConvert.SerializeXNode(XElement.Parse("<a><b>x</b></a>"), Formatting.None, true)"#,
        r#"{"b":"x"}"#,
        serialize,
    ),
    row(
        "static XDocument DeserializeXNode(string value)",
        r#"JsonConvert.DeserializeXNode("{\"a\":{\"b\":[1,null]}}").ToString(SaveOptions.DisableFormatting)"#,
        "<a><b>1</b><b /></a>",
        deserialize,
    ),
    row(
        "static XDocument DeserializeXNode(string value, string deserializeRootElementName)",
        r#"JsonConvert.DeserializeXNode("{\"b\":1,\"c\":2}", "a").ToString(SaveOptions.DisableFormatting)"#,
        "<a><b>1</b><c>2</c></a>",
        deserialize,
    ),
    row("static string SerializeXmlNode(XmlNode node)", "", "", serialize),
    row(
        "static string SerializeXmlNode(XmlNode node, Formatting formatting)",
        "",
        "",
        serialize,
    ),
    row(
        "static string SerializeXmlNode(XmlNode node, Formatting formatting, bool omitRootObject)",
        "",
        "",
        serialize,
    ),
    row(
        "static XmlDocument DeserializeXmlNode(string value)",
        r#"JsonConvert.DeserializeXmlNode("{\"a\":1}").OuterXml"#,
        "<a>1</a>",
        deserialize_dom,
    ),
    row(
        "static XmlDocument DeserializeXmlNode(string value, string deserializeRootElementName)",
        r#"JsonConvert.DeserializeXmlNode("{\"b\":1}", "a").OuterXml"#,
        "<a><b>1</b></a>",
        deserialize_dom,
    ),
];

fn node(value: &Value) -> Option<&Node> {
    let linq = value.object::<LinqNode>().map(|node| &node.0);
    linq.or_else(|| value.object::<DomNode>().map(|node| &node.0))
}

fn serialize(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    match node(a.value(0)) {
        Some(node) => to_json(call.frame, node, a.int(1) == 1, a.bool(2)),
        None => Ok("null".into()),
    }
}

/// The JSON of a value that is a node, as `SerializeObject` has it inside of other values too.
///
/// # Errors
/// When the budget is used up.
pub fn json_of(value: &Value, frame: &mut Frame<'_>) -> Result<Option<Text>, Thrown> {
    let json = node(value).map(|node| to_json(frame, node, false, false)).transpose()?;
    Ok(json.as_ref().and_then(Value::as_text).cloned())
}

/// What is written as a document; `None` for null.
fn document(call: &mut Call<'_, '_>, a: Arguments<'_>, dom: bool) -> Result<Option<Node>, Thrown> {
    let text = a.text(0)?;
    if text.trim().is_empty() {
        return Ok(None);
    }
    call.read(text.len() * 8)?;
    call.allocate(text.len() * 4)?;
    let json = JToken::parse(text)?;
    if json.is_null() {
        return Ok(None);
    }
    let root = a.text_or_null(1).filter(|name| !name.is_empty());
    let tree = to_document(call.frame, &json, root.map(Text::as_str), dom)?;
    Ok(Some(tree.into()))
}

fn deserialize(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(document(call, a, false)?.map_or(Value::Null, linq_node::value))
}

/// A declaration is a node of its own in `XmlDocument`.
fn deserialize_dom(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let Some(parsed) = document(call, a, true)? else {
        return Ok(Value::Null);
    };
    call.allocate(NODE_BYTES)?;
    let document = dom::empty_document();
    dom::take_over(&document, &parsed);
    Ok(dom::value(document))
}
