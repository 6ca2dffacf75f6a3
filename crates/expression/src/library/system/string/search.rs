//! Finding something in a string.

use super::super::string_comparer;
use crate::collection::{Array, collect};
use crate::library::{Arguments, Row, row, utf16};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Members that search.
pub const ROWS: &[Row] = &[
    row(
        "bool Contains(string value)",
        r#""abc".Contains("bc")"#,
        "True",
        |_, a| Ok(a.text(0)?.contains(a.text(1)?.as_str()).into()),
    ),
    row(
        "bool Contains(string value, StringComparison comparisonType)",
        r#""abc".Contains("BC", StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| Ok(find(a.text(0)?, a.text(1)?, a.int(2)).is_some().into()),
    ),
    row("bool Contains(char value)", r#""abc".Contains('b')"#, "True", |_, a| {
        Ok(a.text(0)?.contains(&utf16::text_of(a.char(1))).into())
    }),
    row(
        "bool StartsWith(string value)",
        r#""abc".StartsWith("ab")"#,
        "True",
        |_, a| Ok(a.text(0)?.starts_with(a.text(1)?.as_str()).into()),
    ),
    row(
        "bool StartsWith(string value, StringComparison comparisonType)",
        r#""abc".StartsWith("AB", StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| {
            let (text, head) = (a.text(0)?, a.text(1)?);
            Ok(utf16::slice(text, 0, utf16::length(head))
                .is_some_and(|own| string_comparer::compare(&own, head, a.int(2)).is_eq())
                .into())
        },
    ),
    row(
        "bool StartsWith(char value)",
        r#""abc".StartsWith('a')"#,
        "True",
        |_, a| Ok((utf16::unit(a.text(0)?, 0) == Some(a.char(1))).into()),
    ),
    row(
        "bool EndsWith(string value)",
        r#""abc".EndsWith("bc")"#,
        "True",
        |_, a| Ok(a.text(0)?.ends_with(a.text(1)?.as_str()).into()),
    ),
    row(
        "bool EndsWith(string value, StringComparison comparisonType)",
        r#""abc".EndsWith("BC", StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| {
            let (text, tail) = (a.text(0)?, a.text(1)?);
            let count = utf16::length(tail);
            let own = utf16::length(text)
                .checked_sub(count)
                .and_then(|start| utf16::slice(text, start, count));
            Ok(own
                .is_some_and(|own| string_comparer::compare(&own, tail, a.int(2)).is_eq())
                .into())
        },
    ),
    row("bool EndsWith(char value)", r#""abc".EndsWith('c')"#, "True", |_, a| {
        let text = a.text(0)?;
        Ok((utf16::length(text)
            .checked_sub(1)
            .and_then(|last| utf16::unit(text, last))
            == Some(a.char(1)))
        .into())
    }),
    row("int IndexOf(string value)", r#""abcb".IndexOf("b")"#, "1", |_, a| {
        index(a, 0, a.text(1)?, 4)
    }),
    row(
        "int IndexOf(string value, int startIndex)",
        r#""abcb".IndexOf("b", 2)"#,
        "3",
        |_, a| index(a, a.int(2), a.text(1)?, 4),
    ),
    row(
        "int IndexOf(string value, StringComparison comparisonType)",
        r#""abc".IndexOf("B", StringComparison.OrdinalIgnoreCase)"#,
        "1",
        |_, a| index(a, 0, a.text(1)?, a.int(2)),
    ),
    row(
        "int IndexOf(string value, int startIndex, StringComparison comparisonType)",
        r#""abcB".IndexOf("B", 2, StringComparison.OrdinalIgnoreCase)"#,
        "3",
        |_, a| index(a, a.int(2), a.text(1)?, a.int(3)),
    ),
    row("int IndexOf(char value)", r#""abc".IndexOf('c')"#, "2", |_, a| {
        index(a, 0, &utf16::text_of(a.char(1)), 4)
    }),
    row(
        "int IndexOf(char value, int startIndex)",
        r#""abca".IndexOf('a', 1)"#,
        "3",
        |_, a| index(a, a.int(2), &utf16::text_of(a.char(1)), 4),
    ),
    row(
        "int LastIndexOf(string value)",
        r#""abcb".LastIndexOf("b")"#,
        "3",
        |_, a| last_index(a, a.text(1)?),
    ),
    row(
        "int LastIndexOf(char value)",
        r#""abcb".LastIndexOf('b')"#,
        "3",
        |_, a| last_index(a, &utf16::text_of(a.char(1))),
    ),
    row(
        "int IndexOfAny(char[] anyOf)",
        r#""abc".IndexOfAny(new[] { 'c', 'b' })"#,
        "1",
        |_, a| {
            let wanted = a.required(1)?.object::<Array>().map(Array::to_vec).unwrap_or_default();
            let found = a
                .text(0)?
                .encode_utf16()
                .position(|unit| wanted.iter().any(|wanted| wanted.integer() == Some(i64::from(unit))));
            Ok(found.map_or(-1, |at| at as i32).into())
        },
    ),
    row(
        "char[] ToCharArray()",
        r#""ab".ToCharArray().Length"#,
        "2",
        |call, a| {
            let units = collect(a.value(0), call.frame)?;
            Ok(Value::of(Array::new(crate::types::Type::CHAR, units)))
        },
    ),
];

/// The byte at which something stands in a text.
fn find(text: &str, wanted: &str, comparison: i32) -> Option<usize> {
    if comparison % 2 == 0 {
        return text.find(wanted);
    }
    if text.is_ascii() && wanted.is_ascii() {
        return text.to_ascii_lowercase().find(&wanted.to_ascii_lowercase());
    }
    let wanted_length = wanted.chars().count();
    text.char_indices().map(|(at, _)| at).chain([text.len()]).find(|at| {
        let own: String = text
            .get(*at..)
            .unwrap_or_default()
            .chars()
            .take(wanted_length)
            .collect();
        own.to_uppercase() == wanted.to_uppercase()
    })
}

fn index(a: Arguments<'_>, start: i32, wanted: &str, comparison: i32) -> Outcome {
    let text = a.text(0)?;
    let start = usize::try_from(start)
        .ok()
        .and_then(|start| utf16::byte_offset(text, start))
        .ok_or_else(|| {
            Thrown::out_of_range(
                "Index was out of range. Must be non-negative and less than or equal to the size of the collection.",
                "startIndex",
            )
        })?;
    let found = text.get(start..).and_then(|rest| find(rest, wanted, comparison));
    Ok(found
        .map_or(-1, |at| utf16::unit_offset(text, start + at) as i32)
        .into())
}

fn last_index(a: Arguments<'_>, wanted: &str) -> Outcome {
    let text = a.text(0)?;
    Ok(text
        .rfind(wanted)
        .map_or(-1, |at| utf16::unit_offset(text, at) as i32)
        .into())
}
