//! `Newtonsoft.Json.Linq.JContainer`

use super::token::{token, tokens};
use super::value::{content, unsupported};
use crate::collection::collect;
use crate::frame::Frame;
use crate::json::{ArrayHandling, JToken, MergeSettings};
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
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
    row("void ReplaceAll(object content)", "", "", |call, a| {
        token(a, 0)?.clear()?;
        add(call.frame, token(a, 0)?, a.value(1))?;
        Ok(Value::Null)
    }),
    row("void Merge(object content)", "", "", |call, a| {
        merge(call.frame, token(a, 0)?, a.value(1), MergeSettings::default())
    }),
    row(
        "void Merge(object content, JsonMergeSettings settings)",
        "",
        "",
        |call, a| {
            let settings = super::merge_settings::of(a.value(2)).unwrap_or_default();
            merge(call.frame, token(a, 0)?, a.value(1), settings)
        },
    ),
    row(
        "IEnumerable<JToken> Descendants()",
        r#"JObject.Parse("{\"a\":{\"b\":1}}").Descendants().Count()"#,
        "4",
        |call, a| tokens(call.frame, token(a, 0)?.descendants()),
    ),
    row(
        "IEnumerable<JToken> DescendantsAndSelf()",
        r#"JArray.Parse("[1]").DescendantsAndSelf().Count()"#,
        "2",
        |call, a| tokens(call.frame, token(a, 0)?.descendants_and_self()),
    ),
];

/// Merges a token, or the elements of a sequence, into a container.
fn merge(frame: &mut Frame<'_>, container: &JToken, content: &Value, settings: MergeSettings) -> Outcome {
    let content = match content {
        Value::Null => return Ok(Value::Null),
        Value::Json(content) => content.clone(),
        other if is_sequence(other) => {
            let array = JToken::array();
            add(frame, &array, other)?;
            array
        }
        other => return Err(unsupported(other)),
    };
    let (own, others) = (container.node_count(), content.node_count());
    frame.allocate(others.saturating_mul(64))?;
    // A union compares every element with every other.
    frame.step(match settings.arrays {
        ArrayHandling::Union => own.saturating_mul(others) as u64,
        _ => own.saturating_add(others) as u64,
    })?;
    container.merge(&content, settings)?;
    Ok(Value::Null)
}

fn is_sequence(value: &Value) -> bool {
    let bytes = value
        .object::<crate::collection::Array>()
        .is_some_and(|array| array.to_bytes().is_some());
    matches!(value, Value::Object(_)) && !bytes && value.runtime_type().element().is_some()
}

/// Adds a value; the elements of a sequence one by one, as Newtonsoft does.
///
/// # Errors
/// Newtonsoft's; when the budget is used up.
pub fn add(frame: &mut Frame<'_>, container: &JToken, value: &Value) -> Result<(), Thrown> {
    frame.allocate(64)?;
    if is_sequence(value) {
        for item in collect(value, frame)? {
            frame.deeper(4, |frame| add(frame, container, &item))?;
        }
        return Ok(());
    }
    Ok(container.add(content(value)?)?)
}
