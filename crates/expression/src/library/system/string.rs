//! `System.String`: construction, length, joining, comparing; searching and changing are in the modules inside.

mod change;
mod compare;
mod find;
mod normal;
mod search;
mod split;

use super::globalization::culture;
pub use super::string_comparer::compare;
use super::type_code::type_code;
use crate::collection::{Array, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_composite, format_composite_in, row, utf16};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
pub use normal::NORMALIZATION_FORM;
use search::outside;

/// `string`
pub static STRING: Class = Class::new("System.String", ClassKind::Class)
    .inherits(&["IEnumerable<char>", "IComparable"])
    .rows(ROWS)
    .more(&[search::ROWS, change::ROWS, split::ROWS, compare::ROWS, normal::ROWS]);

const ROWS: &[Row] = &[
    row("static string Empty { get; }", r#"string.Empty + "a""#, "a", |_, _| {
        Ok("".into())
    }),
    row("int Length { get; }", r#""héllo".Length"#, "5", |call, a| {
        call.step(utf16::cost(a.text(0)?))?;
        Ok((utf16::length(a.text(0)?) as i32).into())
    }),
    row("char this[int index] { get; }", r#""abc"[1]"#, "b", |call, a| {
        call.step(a.text_or_null(0).map_or(0, |text| utf16::cost(text)))?;
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
        concat,
    ),
    row(
        "static string Concat(IEnumerable<string> values)",
        r#"string.Concat(new List<string> { "a", "b" })"#,
        "ab",
        concat,
    ),
    row(
        "static string Concat(params string[] values)",
        r#"string.Concat("a", null, "b")"#,
        "ab",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            joined(call, &items, "")
        },
    ),
    row(
        "static string Concat<T>(IEnumerable<T> values)",
        "string.Concat(new[] { 1, 2 })",
        "12",
        concat,
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
        "static string Format(IFormatProvider provider, string format, params object[] args)",
        r#"string.Format(CultureInfo.InvariantCulture, "{0:N1}", 1234.5)"#,
        "1,234.5",
        |call, a| {
            let arguments = collect(a.required(2)?, call.frame)?;
            let text = format_composite_in(call.frame, a.text(1)?, &arguments, culture(a.value(0)))?;
            call.text(text)
        },
    ),
    row(
        "static string Join(string separator, string[] value, int startIndex, int count)",
        r#"string.Join("-", new[] { "a", "b", "c" }, 1, 2)"#,
        "b-c",
        join_stretch,
    ),
    row(
        "static string Join(char separator, string[] value, int startIndex, int count)",
        r#"string.Join('-', new[] { "a", "b", "c" }, 1, 2)"#,
        "b-c",
        join_stretch,
    ),
    row(
        "static string Join<T>(char separator, IEnumerable<T> values)",
        "string.Join('-', new List<int> { 1, 2 })",
        "1-2",
        join,
    ),
    row("object Clone()", r#""a".Clone()"#, "a", |_, a| Ok(a.value(0).clone())),
    row("static string Copy(string str)", r#"string.Copy("a")"#, "a", |_, a| {
        Ok(a.text(0)?.clone().into())
    }),
    row(
        "static string Intern(string str)",
        r#"string.Intern("a")"#,
        "a",
        |_, a| Ok(a.text(0)?.clone().into()),
    ),
    row(
        "string ToString(IFormatProvider provider)",
        r#""a".ToString(CultureInfo.InvariantCulture)"#,
        "a",
        |_, a| Ok(a.value(0).clone()),
    ),
    row("TypeCode GetTypeCode()", r#""a".GetTypeCode()"#, "String", |_, a| {
        Ok(type_code(a.value(0)))
    }),
    row(
        "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
        "",
        "",
        copy_to,
    ),
    row("string ToString()", r#""a".ToString()"#, "a", |_, a| {
        Ok(a.value(0).clone())
    }),
];

/// The units of a `char[]`.
pub fn units(chars: &Value) -> Vec<u16> {
    chars
        .object::<Array>()
        .map(Array::to_vec)
        .unwrap_or_default()
        .iter()
        .map(|unit| unit.integer().unwrap_or_default() as u16)
        .collect()
}

fn from_chars(chars: &Value) -> String {
    String::from_utf16_lossy(&units(chars))
}

/// `CopyTo`
///
/// # Errors
/// `ArgumentOutOfRangeException`
pub fn copy_to(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let text = a.text(0)?;
    let target = a.required(2)?.object::<Array>().ok_or_else(|| a.null(2))?;
    let place = |at: usize, parameter: &str| usize::try_from(a.long(at)).map_err(|_| outside(parameter));
    let (from, to) = (place(1, "sourceIndex")?, place(3, "destinationIndex")?);
    let count = place(4, "count")?;
    if from.saturating_add(count) > utf16::length(text) {
        return Err(outside("sourceIndex"));
    }
    if to.saturating_add(count) > target.len() {
        return Err(outside("destinationIndex"));
    }
    call.step(count as u64 / 8)?;
    for (at, unit) in text.encode_utf16().skip(from).take(count).enumerate() {
        target.set(to + at, Value::Char(unit));
    }
    Ok(Value::Null)
}

fn join_stretch(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = collect(a.required(1)?, call.frame)?;
    let start = usize::try_from(a.long(2)).map_err(|_| outside("startIndex"))?;
    let count = usize::try_from(a.long(3)).map_err(|_| outside("count"))?;
    let stretch = items
        .get(start..start.saturating_add(count))
        .ok_or_else(|| outside("startIndex"))?;
    let separator = a.value(0).display_string();
    joined(call, stretch, &separator)
}

fn concat(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = collect(a.required(0)?, call.frame)?;
    joined(call, &items, "")
}

fn join(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let separator = a.value(0).display_string();
    let items = collect(a.required(1)?, call.frame)?;
    joined(call, &items, &separator)
}

/// The items' texts, each paid for before it is copied: many items may share one long text.
///
/// # Errors
/// When the allocation budget is used up.
pub fn joined(call: &mut Call<'_, '_>, items: &[Value], separator: &str) -> Outcome {
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
