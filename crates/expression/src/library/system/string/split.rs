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
        "string[] Split(char separator, StringSplitOptions options = StringSplitOptions.None)",
        r#""a,,b".Split(',', StringSplitOptions.RemoveEmptyEntries).Length"#,
        "2",
        |call, a| split(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(char separator, int count, StringSplitOptions options = StringSplitOptions.None)",
        r#""a,b,c".Split(',', 2)[1]"#,
        "b,c",
        |call, a| split(call, a, Some(a.int(2)), a.int(3)),
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
        |call, a| split_at_text(call, a, None, a.int(2)),
    ),
    row(
        "string[] Split(string separator, int count, StringSplitOptions options = StringSplitOptions.None)",
        r#""a::b::c".Split("::", 2)[1]"#,
        "b::c",
        |call, a| split_at_text(call, a, Some(a.int(2)), a.int(3)),
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

/// The separators; `None` for white space.
fn separators(value: &Value) -> Option<Vec<Text>> {
    let given = match value {
        Value::Object(_) => value.object::<Array>().map(Array::to_vec).unwrap_or_default(),
        Value::Null => Vec::new(),
        single => vec![single.clone()],
    };
    if given.is_empty() {
        return None;
    }
    let texts = given.iter().map(|separator| match separator {
        Value::Char(unit) => utf16::text_of(*unit).into(),
        other => other.display_string(),
    });
    Some(texts.filter(|separator| !separator.is_empty()).collect())
}

/// Where the separators stand: byte and length.
fn places(text: &str, separators: Option<&[Text]>) -> Vec<(usize, usize)> {
    match separators {
        None => text
            .char_indices()
            .filter(|(_, c)| c.is_whitespace())
            .map(|(at, c)| (at, c.len_utf8()))
            .collect(),
        Some([single]) => text
            .match_indices(single.as_str())
            .map(|(at, found)| (at, found.len()))
            .collect(),
        Some(several) => {
            let mut places = Vec::new();
            let mut free = 0;
            for (at, _) in text.char_indices() {
                let rest = text.get(at..).unwrap_or_default();
                if at >= free
                    && let Some(found) = several.iter().find(|separator| rest.starts_with(separator.as_str()))
                {
                    places.push((at, found.len()));
                    free = at + found.len();
                }
            }
            places
        }
    }
}

fn limit(count: Option<i32>) -> Result<usize, Thrown> {
    match count {
        Some(count) => {
            usize::try_from(count).map_err(|_| Thrown::out_of_range("Count cannot be less than zero.", "count"))
        }
        None => Ok(usize::MAX),
    }
}

fn split(call: &mut Call<'_, '_>, a: Arguments<'_>, count: Option<i32>, options: i32) -> Outcome {
    cut(call, a.text(0)?, separators(a.value(1)).as_deref(), (count, options))
}

/// A separator that is null or empty does not split.
fn split_at_text(call: &mut Call<'_, '_>, a: Arguments<'_>, count: Option<i32>, options: i32) -> Outcome {
    let separators: Vec<Text> = a
        .text_or_null(1)
        .filter(|text| !text.is_empty())
        .into_iter()
        .cloned()
        .collect();
    cut(call, a.text(0)?, Some(&separators), (count, options))
}

fn cut(
    call: &mut Call<'_, '_>,
    text: &Text,
    separators: Option<&[Text]>,
    (count, options): (Option<i32>, i32),
) -> Outcome {
    let limit = limit(count)?;
    if !(0..=3).contains(&options) {
        return Err(Thrown::argument("Value of flags is invalid.", "options"));
    }
    call.read(text.len().saturating_mul(separators.map_or(1, <[Text]>::len)))?;
    let places = if limit > 1 {
        places(text, separators)
    } else {
        Vec::new()
    };
    call.allocate(places.len().saturating_add(1).saturating_mul(ELEMENT_BYTES))?;
    call.step(places.len() as u64)?;
    let mut parts: Vec<Value> = Vec::new();
    if limit == 0 {
        return Ok(Array::texts(parts));
    }
    let part = |from: usize, to: usize| {
        let part = text.slice(from..to).unwrap_or_default();
        if options & TRIM != 0 { trimmed(&part) } else { part }
    };
    let wanted = |part: &Text| options & REMOVE_EMPTY == 0 || !part.is_empty();
    let (mut start, mut remaining) = (0, places.iter().peekable());
    while let Some((at, length)) = remaining.next() {
        let next = part(start, *at);
        if wanted(&next) {
            parts.push(next.into());
        }
        start = at + length;
        if parts.len() + 1 == limit {
            // The last part is the rest, without empty entries in front of it.
            while let Some((at, length)) = remaining.peek()
                && !wanted(&part(start, *at))
            {
                start = at + length;
                remaining.next();
            }
            break;
        }
    }
    let rest = part(start, text.len());
    if wanted(&rest) {
        parts.push(rest.into());
    }
    Ok(Array::texts(parts))
}

fn trimmed(part: &Text) -> Text {
    let start = part.len() - part.trim_start().len();
    part.slice(start..start + part.trim().len()).unwrap_or_default()
}
