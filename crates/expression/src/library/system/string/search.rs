//! Finding something in a string.

use super::find::{Side, find, is_prefix, is_suffix};
use crate::collection::{Array, ELEMENT_BYTES};
use crate::library::culture::culture_of_flag;
use crate::library::{Arguments, Call, Row, row, utf16};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// `StringComparison.Ordinal`
const ORDINAL: i32 = 4;

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
        |_, a| Ok(find(a.text(0)?, a.text(1)?, a.int(2), Side::First).is_some().into()),
    ),
    row("bool Contains(char value)", r#""abc".Contains('b')"#, "True", |_, a| {
        Ok(a.text(0)?.contains(&utf16::text_of(a.char(1))).into())
    }),
    row(
        "bool Contains(char value, StringComparison comparisonType)",
        r#""abc".Contains('B', StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| {
            let wanted = utf16::text_of(a.char(1));
            Ok(find(a.text(0)?, &wanted, a.int(2), Side::First).is_some().into())
        },
    ),
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
        |_, a| Ok(is_prefix(a.text(0)?, a.text(1)?, a.int(2)).into()),
    ),
    row(
        "bool StartsWith(string value, bool ignoreCase, CultureInfo culture)",
        r#""abc".StartsWith("AB", true, null)"#,
        "True",
        |_, a| Ok(is_prefix(a.text(0)?, a.text(1)?, culture_of_flag(a.bool(2))).into()),
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
        |_, a| Ok(is_suffix(a.text(0)?, a.text(1)?, a.int(2)).into()),
    ),
    row(
        "bool EndsWith(string value, bool ignoreCase, CultureInfo culture)",
        r#""abc".EndsWith("BC", true, null)"#,
        "True",
        |_, a| Ok(is_suffix(a.text(0)?, a.text(1)?, culture_of_flag(a.bool(2))).into()),
    ),
    row("bool EndsWith(char value)", r#""abc".EndsWith('c')"#, "True", |_, a| {
        let text = a.text(0)?;
        Ok(text.ends_with(&utf16::text_of(a.char(1))).into())
    }),
    row("int IndexOf(string value)", r#""abcb".IndexOf("b")"#, "1", |_, a| {
        first(a, a.text(1)?, (None, None), ORDINAL)
    }),
    row(
        "int IndexOf(string value, int startIndex)",
        r#""abcb".IndexOf("b", 2)"#,
        "3",
        |_, a| first(a, a.text(1)?, (Some(2), None), ORDINAL),
    ),
    row(
        "int IndexOf(string value, int startIndex, int count)",
        r#""abcb".IndexOf("b", 2, 1)"#,
        "-1",
        |_, a| first(a, a.text(1)?, (Some(2), Some(3)), ORDINAL),
    ),
    row(
        "int IndexOf(string value, StringComparison comparisonType)",
        r#""abc".IndexOf("B", StringComparison.OrdinalIgnoreCase)"#,
        "1",
        |_, a| first(a, a.text(1)?, (None, None), a.int(2)),
    ),
    row(
        "int IndexOf(string value, int startIndex, StringComparison comparisonType)",
        r#""abcB".IndexOf("B", 2, StringComparison.OrdinalIgnoreCase)"#,
        "3",
        |_, a| first(a, a.text(1)?, (Some(2), None), a.int(3)),
    ),
    row(
        "int IndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
        r#""abcB".IndexOf("b", 2, 2, StringComparison.OrdinalIgnoreCase)"#,
        "3",
        |_, a| first(a, a.text(1)?, (Some(2), Some(3)), a.int(4)),
    ),
    row("int IndexOf(char value)", r#""abc".IndexOf('c')"#, "2", |_, a| {
        first(a, &utf16::text_of(a.char(1)), (None, None), ORDINAL)
    }),
    row(
        "int IndexOf(char value, int startIndex)",
        r#""abca".IndexOf('a', 1)"#,
        "3",
        |_, a| first(a, &utf16::text_of(a.char(1)), (Some(2), None), ORDINAL),
    ),
    row(
        "int IndexOf(char value, int startIndex, int count)",
        r#""abca".IndexOf('a', 1, 2)"#,
        "-1",
        |_, a| first(a, &utf16::text_of(a.char(1)), (Some(2), Some(3)), ORDINAL),
    ),
    row(
        "int IndexOf(char value, StringComparison comparisonType)",
        r#""abc".IndexOf('C', StringComparison.OrdinalIgnoreCase)"#,
        "2",
        |_, a| first(a, &utf16::text_of(a.char(1)), (None, None), a.int(2)),
    ),
    row(
        "int LastIndexOf(string value)",
        r#""abcb".LastIndexOf("b")"#,
        "3",
        |_, a| last(a, a.text(1)?, (None, None), ORDINAL),
    ),
    row(
        "int LastIndexOf(string value, int startIndex)",
        r#""abcb".LastIndexOf("b", 2)"#,
        "1",
        |_, a| last(a, a.text(1)?, (Some(2), None), ORDINAL),
    ),
    row(
        "int LastIndexOf(string value, int startIndex, int count)",
        r#""abcb".LastIndexOf("b", 2, 1)"#,
        "-1",
        |_, a| last(a, a.text(1)?, (Some(2), Some(3)), ORDINAL),
    ),
    row(
        "int LastIndexOf(string value, StringComparison comparisonType)",
        r#""abcb".LastIndexOf("B", StringComparison.OrdinalIgnoreCase)"#,
        "3",
        |_, a| last(a, a.text(1)?, (None, None), a.int(2)),
    ),
    row(
        "int LastIndexOf(string value, int startIndex, StringComparison comparisonType)",
        r#""abcb".LastIndexOf("B", 2, StringComparison.OrdinalIgnoreCase)"#,
        "1",
        |_, a| last(a, a.text(1)?, (Some(2), None), a.int(3)),
    ),
    row(
        "int LastIndexOf(string value, int startIndex, int count, StringComparison comparisonType)",
        r#""abcb".LastIndexOf("B", 3, 2, StringComparison.OrdinalIgnoreCase)"#,
        "3",
        |_, a| last(a, a.text(1)?, (Some(2), Some(3)), a.int(4)),
    ),
    row(
        "int LastIndexOf(char value)",
        r#""abcb".LastIndexOf('b')"#,
        "3",
        |_, a| last(a, &utf16::text_of(a.char(1)), (None, None), ORDINAL),
    ),
    row(
        "int LastIndexOf(char value, int startIndex)",
        r#""abcb".LastIndexOf('b', 2)"#,
        "1",
        |_, a| last(a, &utf16::text_of(a.char(1)), (Some(2), None), ORDINAL),
    ),
    row(
        "int LastIndexOf(char value, int startIndex, int count)",
        r#""abcb".LastIndexOf('b', 2, 1)"#,
        "-1",
        |_, a| last(a, &utf16::text_of(a.char(1)), (Some(2), Some(3)), ORDINAL),
    ),
    row(
        "int IndexOfAny(char[] anyOf)",
        r#""abc".IndexOfAny(new[] { 'c', 'b' })"#,
        "1",
        |call, a| any(call, a, (None, None), Side::First),
    ),
    row(
        "int IndexOfAny(char[] anyOf, int startIndex)",
        r#""abc".IndexOfAny(new[] { 'c', 'b' }, 2)"#,
        "2",
        |call, a| any(call, a, (Some(2), None), Side::First),
    ),
    row(
        "int IndexOfAny(char[] anyOf, int startIndex, int count)",
        r#""abc".IndexOfAny(new[] { 'c' }, 0, 2)"#,
        "-1",
        |call, a| any(call, a, (Some(2), Some(3)), Side::First),
    ),
    row(
        "int LastIndexOfAny(char[] anyOf)",
        r#""abc".LastIndexOfAny(new[] { 'c', 'b' })"#,
        "2",
        |call, a| any(call, a, (None, None), Side::Last),
    ),
    row(
        "int LastIndexOfAny(char[] anyOf, int startIndex)",
        r#""abc".LastIndexOfAny(new[] { 'c', 'b' }, 1)"#,
        "1",
        |call, a| any(call, a, (Some(2), None), Side::Last),
    ),
    row(
        "int LastIndexOfAny(char[] anyOf, int startIndex, int count)",
        r#""abc".LastIndexOfAny(new[] { 'a' }, 2, 2)"#,
        "-1",
        |call, a| any(call, a, (Some(2), Some(3)), Side::Last),
    ),
    row(
        "char[] ToCharArray()",
        r#""ab".ToCharArray().Length"#,
        "2",
        |call, a| characters(call, a, None),
    ),
    row(
        "char[] ToCharArray(int startIndex, int length)",
        r#""abc".ToCharArray(1, 2)[0]"#,
        "b",
        |call, a| characters(call, a, Some((1, 2))),
    ),
];

/// `ArgumentOutOfRangeException` of an index.
pub fn outside(parameter: &str) -> Thrown {
    Thrown::out_of_range(
        "Index was out of range. Must be non-negative and less than or equal to the size of the collection.",
        parameter,
    )
}

/// Where start and count stand among the arguments.
type Places = (Option<usize>, Option<usize>);

/// Units from which and up to which to search forwards.
fn forwards(a: Arguments<'_>, length: usize, (start, count): Places) -> Result<(usize, usize), Thrown> {
    let start = start.map_or(Ok(0), |at| {
        usize::try_from(a.long(at)).map_err(|_| outside("startIndex"))
    })?;
    if start > length {
        return Err(outside("startIndex"));
    }
    let count = count.map_or(Ok(length - start), |at| {
        usize::try_from(a.long(at)).map_err(|_| outside("count"))
    })?;
    if count > length - start {
        return Err(outside("count"));
    }
    Ok((start, start + count))
}

/// Units from which and up to which to search backwards; `None` where .NET finds nothing without a search.
fn backwards(a: Arguments<'_>, length: usize, (start, count): Places) -> Result<Option<(usize, usize)>, Thrown> {
    let Some(at) = start else { return Ok(Some((0, length))) };
    if length == 0 {
        return Ok(None);
    }
    let start = usize::try_from(a.long(at)).map_err(|_| outside("startIndex"))?;
    if start > length {
        return Err(outside("startIndex"));
    }
    let count = count.map_or(Ok(start + 1), |at| {
        usize::try_from(a.long(at)).map_err(|_| outside("count"))
    })?;
    // One past the end counts as the end.
    let (start, count) = if start == length {
        (start - 1, count.saturating_sub(1))
    } else {
        (start, count)
    };
    match (start + 1).checked_sub(count) {
        Some(from) => Ok(Some((from, start + 1))),
        None => Err(outside("count")),
    }
}

fn place(found: Option<usize>) -> Value {
    found.map_or(-1, |at| at as i32).into()
}

/// Searches a stretch of units; gives a unit.
fn within(text: &str, wanted: &str, (from, to): (usize, usize), comparison: i32, side: Side) -> Option<usize> {
    let (start, end) = (utf16::byte_offset(text, from)?, utf16::byte_offset(text, to)?);
    let (at, _) = find(text.get(start..end)?, wanted, comparison, side)?;
    Some(utf16::unit_offset(text, start + at))
}

fn first(a: Arguments<'_>, wanted: &str, places: Places, comparison: i32) -> Outcome {
    let text = a.text(0)?;
    let range = forwards(a, utf16::length(text), places)?;
    Ok(place(within(text, wanted, range, comparison, Side::First)))
}

fn last(a: Arguments<'_>, wanted: &str, places: Places, comparison: i32) -> Outcome {
    let text = a.text(0)?;
    let Some(range) = backwards(a, utf16::length(text), places)? else {
        return Ok(place(wanted.is_empty().then_some(0)));
    };
    Ok(place(within(text, wanted, range, comparison, Side::Last)))
}

fn any(call: &mut Call<'_, '_>, a: Arguments<'_>, places: Places, side: Side) -> Outcome {
    let text = a.text(0)?;
    let wanted: Vec<u16> = super::units(a.required(1)?);
    call.read(text.len().saturating_mul(wanted.len()))?;
    let length = utf16::length(text);
    let range = match side {
        Side::First => Some(forwards(a, length, places)?),
        Side::Last => backwards(a, length, places)?,
    };
    let Some((from, to)) = range else {
        return Ok(place(None));
    };
    let mut found = text
        .encode_utf16()
        .enumerate()
        .skip(from)
        .take(to - from)
        .filter(|(_, unit)| wanted.contains(unit))
        .map(|(at, _)| at);
    Ok(place(match side {
        Side::First => found.next(),
        Side::Last => found.last(),
    }))
}

fn characters(call: &mut Call<'_, '_>, a: Arguments<'_>, places: Option<(usize, usize)>) -> Outcome {
    let text = a.text(0)?;
    let length = utf16::length(text);
    let (from, to) = match places {
        Some((start, count)) => forwards(a, length, (Some(start), Some(count)))?,
        None => (0, length),
    };
    call.allocate((to - from) * ELEMENT_BYTES)?;
    call.step((to - from) as u64 / 8)?;
    let units = text
        .encode_utf16()
        .skip(from)
        .take(to - from)
        .map(Value::Char)
        .collect();
    Ok(Value::of(Array::new(Type::CHAR, units)))
}
