//! `Newtonsoft.Json.Linq.JContainer`

use super::token::{token, tokens};
use super::value::content;
use crate::collection::collect;
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// A token that has children.
pub static JCONTAINER: Class = Class::new("Newtonsoft.Json.Linq.JContainer", ClassKind::Class)
    .inherits(&["JToken"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("int Count { get; }", r#"JArray.Parse("[1,2]").Count"#, "2", |_, a| {
        Ok((token(a, 0)?.count() as i32).into())
    }),
    row("void Add(object content)", "", "", |call, a| {
        add(call.frame, token(a, 0)?, a.value(1))?;
        Ok(Value::Null)
    }),
    row("void AddFirst(object content)", "", "", |_, a| {
        token(a, 0)?.add_first(content(a.value(1))?)?;
        Ok(Value::Null)
    }),
    row("void RemoveAll()", "", "", |_, a| {
        token(a, 0)?.clear()?;
        Ok(Value::Null)
    }),
    row("void Merge(object content)", "", "", |_, a| {
        if let Value::Json(other) = a.value(1) {
            token(a, 0)?.merge(other)?;
        }
        Ok(Value::Null)
    }),
    row(
        "IEnumerable<JToken> Descendants()",
        r#"JObject.Parse("{\"a\":{\"b\":1}}").Descendants().Count()"#,
        "4",
        |_, a| Ok(tokens(token(a, 0)?.descendants())),
    ),
    row(
        "IEnumerable<JToken> DescendantsAndSelf()",
        r#"JArray.Parse("[1]").DescendantsAndSelf().Count()"#,
        "2",
        |_, a| Ok(tokens(token(a, 0)?.descendants_and_self())),
    ),
];

/// Adds a value; the elements of a sequence one by one, as Newtonsoft does.
///
/// # Errors
/// Newtonsoft's; when the budget is used up.
pub fn add(frame: &mut Frame<'_>, container: &JToken, value: &Value) -> Result<(), Thrown> {
    frame.allocate(64)?;
    let bytes = value
        .object::<crate::collection::Array>()
        .is_some_and(|array| array.to_bytes().is_some());
    if matches!(value, Value::Object(_)) && !bytes && value.runtime_type().element().is_some() {
        for item in collect(value, frame)? {
            frame.deeper(4, |frame| add(frame, container, &item))?;
        }
        return Ok(());
    }
    Ok(container.add(content(value)?)?)
}
