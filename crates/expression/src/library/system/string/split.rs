//! `Split`.

use crate::collection::{Array, ELEMENT_BYTES};
use crate::library::{Arguments, Call, Row, row, utf16};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// `Split` in all its forms.
pub const ROWS: &[Row] = &[
    row(
        "string[] Split(params char[] separator)",
        r#""a,b,,c".Split(',').Length"#,
        "4",
        |call, a| split(call, a, None, 0),
    ),
    row(
        "string[] Split(char separator, StringSplitOptions options)",
        r#""a,,b".Split(',', StringSplitOptions.RemoveEmptyEntries).Length"#,
        "2",
        |call, a| split(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(char separator, int count)",
        r#""a,b,c".Split(',', 2)[1]"#,
        "b,c",
        |call, a| split(call, a, Some(a.int(2)), 0),
    ),
    row(
        "string[] Split(char[] separator, StringSplitOptions options)",
        r#""a,,b".Split(new[] { ',' }, StringSplitOptions.RemoveEmptyEntries).Length"#,
        "2",
        |call, a| split(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(char[] separator, int count)",
        r#""a,b,c".Split(new[] { ',' }, 2)[1]"#,
        "b,c",
        |call, a| split(call, a, Some(a.int(2)), 0),
    ),
    row(
        "string[] Split(char[] separator, int count, StringSplitOptions options)",
        r#""a,b,c".Split(new[] { ',' }, 2, StringSplitOptions.None)[1]"#,
        "b,c",
        |call, a| split(call, a, Some(a.int(2)), a.int(3)),
    ),
    row(
        "string[] Split(string separator, StringSplitOptions options = StringSplitOptions.None)",
        r#""a::b".Split("::")[1]"#,
        "b",
        |call, a| split(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(string[] separator, StringSplitOptions options)",
        r#""a::b--c".Split(new[] { "::", "--" }, StringSplitOptions.None)[2]"#,
        "c",
        |call, a| split(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(string[] separator, int count, StringSplitOptions options)",
        r#""a::b::c".Split(new[] { "::" }, 2, StringSplitOptions.None)[1]"#,
        "b::c",
        |call, a| split(call, a, Some(a.int(2)), a.int(3)),
    ),
];

/// `StringSplitOptions.RemoveEmptyEntries`
const REMOVE_EMPTY: i32 = 1;
/// `StringSplitOptions.TrimEntries`
const TRIM: i32 = 2;

fn separators(value: &Value) -> Vec<Text> {
    let given = match value {
        Value::Object(_) => value.object::<Array>().map(Array::to_vec).unwrap_or_default(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    };
    given
        .iter()
        .map(|separator| {
            if let Value::Char(unit) = separator {
                utf16::text_of(*unit).into()
            } else {
                separator.display_string()
            }
        })
        .filter(|separator| !separator.is_empty())
        .collect()
}

/// The first separator in a text: its place and length.
fn next_separator(text: &str, separators: &[Text]) -> Option<(usize, usize)> {
    if separators.is_empty() {
        return text
            .char_indices()
            .find(|(_, c)| c.is_whitespace())
            .map(|(at, c)| (at, c.len_utf8()));
    }
    separators
        .iter()
        .filter_map(|separator| Some((text.find(separator.as_str())?, separator.len())))
        .min_by_key(|(at, _)| *at)
}

fn split(call: &mut Call<'_, '_>, a: Arguments<'_>, count: Option<i32>, options: i32) -> Outcome {
    let text = a.text(0)?;
    let limit = match count {
        Some(count) => {
            usize::try_from(count).map_err(|_| Thrown::out_of_range("Count cannot be less than zero.", "count"))?
        }
        None => usize::MAX,
    };
    let mut separators = separators(a.value(1));
    // `Split("")` does not split; `Split()` and `Split(null)` split at white space.
    let whole = matches!(a.value(1), Value::String(text) if text.is_empty());
    if whole {
        separators.push("\0".into());
    }
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = text.clone();
    if limit == 0 {
        return Ok(Array::texts(parts));
    }
    while parts.len() + 1 < limit
        && let Some((at, length)) = next_separator(&rest, &separators)
    {
        keep(&mut parts, rest.slice(0..at).unwrap_or_default(), options);
        rest = rest.slice(at + length..rest.len()).unwrap_or_default();
        call.allocate(ELEMENT_BYTES)?;
        call.step(1)?;
    }
    keep(&mut parts, rest, options);
    Ok(Array::texts(parts))
}

fn keep(parts: &mut Vec<Value>, part: Text, options: i32) {
    let part = if options & TRIM != 0 { part.trim().into() } else { part };
    if options & REMOVE_EMPTY == 0 || !part.is_empty() {
        parts.push(part.into());
    }
}
