//! `System.String`: construction, length, joining, comparing; searching and changing are in the modules inside.

mod change;
mod search;
mod split;

pub use super::string_comparer::compare;
use crate::collection::{Array, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_composite, row, utf16};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// `string`
pub static STRING: Class = Class::new("System.String", ClassKind::Class)
    .inherits(&["IEnumerable<char>", "IComparable"])
    .rows(ROWS)
    .more(&[search::ROWS, change::ROWS, split::ROWS]);

const ROWS: &[Row] = &[
    row("static string Empty { get; }", r#"string.Empty + "a""#, "a", |_, _| {
        Ok("".into())
    }),
    row("int Length { get; }", r#""héllo".Length"#, "5", |_, a| {
        Ok((utf16::length(a.text(0)?) as i32).into())
    }),
    row("char this[int index] { get; }", r#""abc"[1]"#, "b", |_, a| {
        let at = usize::try_from(a.long(1)).ok();
        at.and_then(|at| utf16::unit(a.text_or_null(0)?, at))
            .map(Value::Char)
            .ok_or_else(Thrown::index_out_of_range)
    }),
    row("new(char c, int count)", "new string('x', 3)", "xxx", |call, a| {
        let count =
            usize::try_from(a.long(1)).map_err(|_| Thrown::out_of_range("'count' must be non-negative.", "count"))?;
        call.allocate(count)?;
        Ok(utf16::text_of(a.char(0)).repeat(count).into())
    }),
    row("new(char[] value)", "new string(new[] { 'a', 'b' })", "ab", |_, a| {
        Ok(from_chars(a.value(0)).into())
    }),
    row(
        "new(char[] value, int startIndex, int length)",
        "new string(new[] { 'a', 'b', 'c' }, 1, 2)",
        "bc",
        |_, a| {
            let text = from_chars(a.required(0)?).into();
            let range = usize::try_from(a.long(1)).ok().zip(usize::try_from(a.long(2)).ok());
            let stretch = range.and_then(|(start, count)| utf16::slice(&text, start, count));
            let outside = || {
                Thrown::out_of_range(
                    "Index was out of range. Must be non-negative and less than or equal to the size of the collection.",
                    "startIndex",
                )
            };
            stretch.map(Value::String).ok_or_else(outside)
        },
    ),
    row(
        "static bool IsNullOrEmpty(string value)",
        r#"string.IsNullOrEmpty("")"#,
        "True",
        |_, a| Ok(a.text_or_null(0).is_none_or(|text| text.is_empty()).into()),
    ),
    row(
        "static bool IsNullOrWhiteSpace(string value)",
        r#"string.IsNullOrWhiteSpace(" ")"#,
        "True",
        |_, a| Ok(a.text_or_null(0).is_none_or(|text| text.trim().is_empty()).into()),
    ),
    row("static string Concat(object arg0)", "string.Concat(1)", "1", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
    row(
        "static string Concat(params object[] args)",
        r#"string.Concat("a", 1, null)"#,
        "a1",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            joined(call, &items, "")
        },
    ),
    row(
        "static string Concat<T>(IEnumerable<T> values)",
        "string.Concat(new[] { 1, 2 })",
        "12",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            joined(call, &items, "")
        },
    ),
    row(
        "static string Join(string separator, params object[] values)",
        r#"string.Join(",", 1, "a", null, 2.5)"#,
        "1,a,,2.5",
        join,
    ),
    row(
        "static string Join(string separator, params string[] value)",
        r#"string.Join("-", new[] { "a", "b" })"#,
        "a-b",
        join,
    ),
    row(
        "static string Join<T>(string separator, IEnumerable<T> values)",
        r#"string.Join("-", new List<int> { 1, 2 })"#,
        "1-2",
        join,
    ),
    row(
        "static string Join(char separator, params object[] values)",
        "string.Join('-', 1, 2)",
        "1-2",
        join,
    ),
    row(
        "static string Join(char separator, params string[] value)",
        r#"string.Join('-', "a", "b")"#,
        "a-b",
        join,
    ),
    row(
        "static string Format(string format, params object[] args)",
        r#"string.Format("{0:D3}|{1,5}|{2:N2}", 7, "x", 1234.5)"#,
        "007|    x|1,234.50",
        |call, a| {
            let arguments = collect(a.required(1)?, call.frame)?;
            let text = format_composite(call.frame, a.text(0)?, &arguments)?;
            call.text(text)
        },
    ),
    row(
        "static bool Equals(string a, string b)",
        r#"string.Equals("a", "A")"#,
        "False",
        |_, a| Ok(a.value(0).equals(a.value(1)).into()),
    ),
    row(
        "static bool Equals(string a, string b, StringComparison comparisonType)",
        r#"string.Equals("a", "A", StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| Ok(equal(a.value(0), a.value(1), a.int(2)).into()),
    ),
    row("bool Equals(string value)", r#""a".Equals("a")"#, "True", |_, a| {
        Ok(a.value(0).equals(a.value(1)).into())
    }),
    row(
        "bool Equals(string value, StringComparison comparisonType)",
        r#""a".Equals("A", StringComparison.OrdinalIgnoreCase)"#,
        "True",
        |_, a| Ok(equal(a.value(0), a.value(1), a.int(2)).into()),
    ),
    row(
        "static int Compare(string strA, string strB)",
        r#"string.Compare("a", "B")"#,
        "-1",
        |_, a| Ok(compare_arguments(a, 0, 2).into()),
    ),
    row(
        "static int Compare(string strA, string strB, bool ignoreCase)",
        r#"string.Compare("a", "A", true)"#,
        "0",
        |_, a| Ok(compare_arguments(a, 0, if a.bool(2) { 3 } else { 2 }).into()),
    ),
    row(
        "static int Compare(string strA, string strB, StringComparison comparisonType)",
        r#"string.Compare("a", "B", StringComparison.Ordinal) > 0"#,
        "True",
        |_, a| Ok(compare_arguments(a, 0, a.int(2)).into()),
    ),
    row(
        "static int CompareOrdinal(string strA, string strB)",
        r#"string.CompareOrdinal("a", "b") < 0"#,
        "True",
        |_, a| Ok(compare_arguments(a, 0, 4).into()),
    ),
    row("int CompareTo(string strB)", r#""a".CompareTo("b")"#, "-1", |_, a| {
        Ok(compare_arguments(a, 0, 2).into())
    }),
    row("string ToString()", r#""a".ToString()"#, "a", |_, a| {
        Ok(a.value(0).clone())
    }),
];

fn from_chars(chars: &Value) -> String {
    let units: Vec<u16> = chars
        .object::<Array>()
        .map(Array::to_vec)
        .unwrap_or_default()
        .iter()
        .map(|unit| unit.integer().unwrap_or_default() as u16)
        .collect();
    String::from_utf16_lossy(&units)
}

fn join(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let separator = a.value(0).display_string();
    let items = collect(a.required(1)?, call.frame)?;
    joined(call, &items, &separator)
}

/// The items' texts, each paid for before it is copied: many items may share one long text.
fn joined(call: &mut Call<'_, '_>, items: &[Value], separator: &str) -> Outcome {
    let mut text = String::new();
    for (index, item) in items.iter().enumerate() {
        let piece = item.display_string();
        call.allocate(separator.len() + piece.len())?;
        if index > 0 {
            text.push_str(separator);
        }
        text.push_str(&piece);
    }
    Ok(text.into())
}

/// Equality by one of `StringComparison`'s numbers.
pub fn equal(left: &Value, right: &Value, comparison: i32) -> bool {
    match (left, right) {
        (Value::String(left), Value::String(right)) => match comparison {
            4 => left == right,
            5 if left.is_ascii() && right.is_ascii() => left.eq_ignore_ascii_case(right),
            other => compare(left, right, other).is_eq(),
        },
        (Value::Null, Value::Null) => true,
        _ => false,
    }
}

fn compare_arguments(a: Arguments<'_>, first: usize, comparison: i32) -> i32 {
    match (a.text_or_null(first), a.text_or_null(first + 1)) {
        (Some(left), Some(right)) => compare(left, right, comparison) as i32,
        (None, None) => 0,
        (None, _) => -1,
        (_, None) => 1,
    }
}
