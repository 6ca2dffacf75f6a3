//! `System.Text.StringBuilder`

use crate::collection::collect;
use crate::frame::Frame;
use crate::library::culture::Culture;
use crate::library::system::culture;
use crate::library::system::string::{copy_to as string_copy_to, joined, units as string_units};
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_composite_in, row, utf16};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// A text that grows.
pub static STRING_BUILDER: Class = Class::new("System.Text.StringBuilder", ClassKind::Class)
    .rows(ROWS)
    .more(&[CHANGES, READING]);

const ROWS: &[Row] = &[
    row("new()", "new StringBuilder().Length", "0", |_, _| {
        Ok(made(String::new()))
    }),
    row("new(int capacity)", "new StringBuilder(16).Length", "0", |_, a| {
        count(a, 0, "capacity")?;
        Ok(made(String::new()))
    }),
    row(
        "new(int capacity, int maxCapacity)",
        "new StringBuilder(16, 32).Length",
        "0",
        |_, a| {
            count(a, 0, "capacity")?;
            Ok(made(String::new()))
        },
    ),
    row(
        "new(string value)",
        r#"new StringBuilder("a").ToString()"#,
        "a",
        |_, a| Ok(made(a.value(0).display_string().to_string())),
    ),
    row(
        "new(string value, int capacity)",
        r#"new StringBuilder("a", 16).ToString()"#,
        "a",
        |_, a| {
            count(a, 1, "capacity")?;
            Ok(made(a.value(0).display_string().to_string()))
        },
    ),
    row(
        "new(string value, int startIndex, int length, int capacity)",
        r#"new StringBuilder("abc", 1, 1, 16).ToString()"#,
        "b",
        |_, a| Ok(made(stretch(&a.value(0).display_string(), a, 1)?.to_string())),
    ),
    row(
        "StringBuilder Append(object value)",
        r#"new StringBuilder().Append(1).Append('c').Append("s").ToString()"#,
        "1cs",
        |call, a| append(call, a, &a.value(1).display_string()),
    ),
    row(
        "StringBuilder Append(string value)",
        r#"new StringBuilder().Append("a").Append((string)null).ToString()"#,
        "a",
        |call, a| append(call, a, &a.value(1).display_string()),
    ),
    row(
        "StringBuilder Append(char[] value)",
        "new StringBuilder().Append(new[] { 'a', 'b' }).ToString()",
        "ab",
        |call, a| append(call, a, &characters(a.value(1))),
    ),
    row(
        "StringBuilder Append(char value, int repeatCount)",
        "new StringBuilder().Append('x', 3).ToString()",
        "xxx",
        |call, a| {
            let count = count(a, 2, "repeatCount")?;
            call.allocate(count)?;
            append(call, a, &utf16::text_of(a.char(1)).repeat(count))
        },
    ),
    row(
        "StringBuilder Append(string value, int startIndex, int count)",
        r#"new StringBuilder().Append("abc", 1, 1).ToString()"#,
        "b",
        |call, a| {
            let piece = stretch(&a.value(1).display_string(), a, 2)?;
            append(call, a, &piece)
        },
    ),
    row(
        "StringBuilder Append(char[] value, int startIndex, int charCount)",
        "new StringBuilder().Append(new[] { 'a', 'b' }, 1, 1).ToString()",
        "b",
        |call, a| {
            let piece = stretch(&characters(a.value(1)).into(), a, 2)?;
            append(call, a, &piece)
        },
    ),
    row(
        "StringBuilder Append(StringBuilder value, int startIndex, int count)",
        r#"new StringBuilder().Append(new StringBuilder("abc"), 1, 1).ToString()"#,
        "b",
        |call, a| {
            let piece = stretch(&a.value(1).display_string(), a, 2)?;
            append(call, a, &piece)
        },
    ),
    row(
        "StringBuilder AppendLine()",
        r#"new StringBuilder("a").AppendLine().Length"#,
        "2",
        |call, a| append(call, a, "\n"),
    ),
    row(
        "StringBuilder AppendLine(string value)",
        r#"new StringBuilder().AppendLine("a").Length"#,
        "2",
        |call, a| append(call, a, &format!("{}\n", a.value(1).display_string())),
    ),
    row(
        "StringBuilder AppendFormat(string format, params object[] args)",
        r#"new StringBuilder().AppendFormat("{0}-{1}", 1, 2).ToString()"#,
        "1-2",
        |call, a| append_format(call, a, 1, Culture::Invariant),
    ),
    row(
        "StringBuilder AppendFormat(IFormatProvider provider, string format, params object[] args)",
        r#"new StringBuilder().AppendFormat(CultureInfo.InvariantCulture, "{0:F1}", 1).ToString()"#,
        "1.0",
        |call, a| {
            let culture = culture(a.value(1));
            append_format(call, a, 2, culture)
        },
    ),
    row(
        "StringBuilder AppendJoin(string separator, params object[] values)",
        r#"new StringBuilder().AppendJoin(", ", 1, "a").ToString()"#,
        "1, a",
        append_join,
    ),
    row(
        "StringBuilder AppendJoin(string separator, params string[] values)",
        r#"new StringBuilder().AppendJoin(", ", "a", "b").ToString()"#,
        "a, b",
        append_join,
    ),
    row(
        "StringBuilder AppendJoin<T>(string separator, IEnumerable<T> values)",
        r#"new StringBuilder().AppendJoin(", ", new List<int> { 1, 2 }).ToString()"#,
        "1, 2",
        append_join,
    ),
    row(
        "StringBuilder AppendJoin(char separator, params object[] values)",
        r#"new StringBuilder().AppendJoin('-', 1, "a").ToString()"#,
        "1-a",
        append_join,
    ),
    row(
        "StringBuilder AppendJoin(char separator, params string[] values)",
        r#"new StringBuilder().AppendJoin('-', "a", "b").ToString()"#,
        "a-b",
        append_join,
    ),
    row(
        "StringBuilder AppendJoin<T>(char separator, IEnumerable<T> values)",
        "new StringBuilder().AppendJoin('-', new List<int> { 1, 2 }).ToString()",
        "1-2",
        append_join,
    ),
];

const CHANGES: &[Row] = &[
    row(
        "StringBuilder Insert(int index, object value)",
        r#"new StringBuilder("ac").Insert(1, 5).ToString()"#,
        "a5c",
        |call, a| insert(call, a, &a.value(2).display_string()),
    ),
    row(
        "StringBuilder Insert(int index, string value)",
        r#"new StringBuilder("ac").Insert(1, "b").ToString()"#,
        "abc",
        |call, a| insert(call, a, &a.value(2).display_string()),
    ),
    row(
        "StringBuilder Insert(int index, char[] value)",
        r#"new StringBuilder("ac").Insert(1, new[] { 'b' }).ToString()"#,
        "abc",
        |call, a| insert(call, a, &characters(a.value(2))),
    ),
    row(
        "StringBuilder Insert(int index, string value, int count)",
        r#"new StringBuilder("ac").Insert(1, "b", 2).ToString()"#,
        "abbc",
        |call, a| {
            let (piece, count) = (a.value(2).display_string(), count(a, 3, "count")?);
            call.allocate(piece.len().saturating_mul(count))?;
            insert(call, a, &piece.repeat(count))
        },
    ),
    row(
        "StringBuilder Replace(string oldValue, string newValue)",
        r#"new StringBuilder("aba").Replace("a", "x").ToString()"#,
        "xbx",
        |call, a| replace(call, a, (a.text(1)?, &a.value(2).display_string()), false),
    ),
    row(
        "StringBuilder Replace(char oldChar, char newChar)",
        r#"new StringBuilder("aba").Replace('a', 'x').ToString()"#,
        "xbx",
        |call, a| replace(call, a, (&utf16::text_of(a.char(1)), &utf16::text_of(a.char(2))), false),
    ),
    row(
        "StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)",
        r#"new StringBuilder("aba").Replace("a", "x", 1, 2).ToString()"#,
        "abx",
        |call, a| replace(call, a, (a.text(1)?, &a.value(2).display_string()), true),
    ),
    row(
        "StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)",
        r#"new StringBuilder("aba").Replace('a', 'x', 1, 2).ToString()"#,
        "abx",
        |call, a| replace(call, a, (&utf16::text_of(a.char(1)), &utf16::text_of(a.char(2))), true),
    ),
    row(
        "StringBuilder Remove(int startIndex, int length)",
        r#"new StringBuilder("abc").Remove(1, 1).ToString()"#,
        "ac",
        |call, a| {
            let mut text = of(a)?.0.lock();
            call.read(text.len())?;
            let (start, end) = range(&text, a, 1)?;
            text.replace_range(start..end, "");
            Ok(a.value(0).clone())
        },
    ),
    row(
        "StringBuilder Clear()",
        r#"new StringBuilder("a").Clear().Length"#,
        "0",
        |_, a| {
            of(a)?.0.lock().clear();
            Ok(a.value(0).clone())
        },
    ),
    row("int Length { set; }", "", "", |call, a| {
        let length = count(a, 1, "value")?;
        let mut text = of(a)?.0.lock();
        call.read(text.len())?;
        if let Some(missing) = length.checked_sub(utf16::length(&text)) {
            call.allocate(missing)?;
            text.extend(std::iter::repeat_n('\0', missing));
        } else {
            let end = utf16::byte_offset(&text, length).ok_or_else(Thrown::list_index)?;
            text.truncate(end);
        }
        Ok(Value::Null)
    }),
    row("char this[int index] { set; }", "", "", |call, a| {
        let mut text = of(a)?.0.lock();
        call.read(text.len())?;
        let at = usize::try_from(a.long(1)).map_err(|_| Thrown::list_index())?;
        let range = utf16::byte_offset(&text, at).zip(utf16::byte_offset(&text, at + 1));
        let (start, end) = range.ok_or_else(Thrown::list_index)?;
        text.replace_range(start..end, &utf16::text_of(a.char(2)));
        Ok(Value::Null)
    }),
];

const READING: &[Row] = &[
    row(
        "int Length { get; }",
        r#"new StringBuilder("ab").Length"#,
        "2",
        |call, a| {
            let text = of(a)?.0.lock();
            call.read(text.len() / 8)?;
            Ok((utf16::length(&text) as i32).into())
        },
    ),
    row(
        "int Capacity { get; }",
        "new StringBuilder().Capacity >= 16",
        "True",
        |_, a| Ok((utf16::length(&of(a)?.0.lock()).max(16) as i32).into()),
    ),
    row("int Capacity { set; }", "", "", |_, a| {
        count(a, 1, "value")?;
        Ok(Value::Null)
    }),
    row(
        "int MaxCapacity { get; }",
        "new StringBuilder().MaxCapacity",
        "2147483647",
        |_, _| Ok(i32::MAX.into()),
    ),
    row(
        "int EnsureCapacity(int capacity)",
        "new StringBuilder().EnsureCapacity(64) >= 64",
        "True",
        |_, a| {
            let wanted = count(a, 1, "capacity")?;
            Ok((utf16::length(&of(a)?.0.lock()).max(16).max(wanted) as i32).into())
        },
    ),
    row(
        "char this[int index] { get; }",
        r#"new StringBuilder("ab")[1]"#,
        "b",
        |call, a| {
            let text = of(a)?.0.lock();
            call.read(text.len() / 8)?;
            let at = usize::try_from(a.long(1)).ok();
            at.and_then(|at| utf16::unit(&text, at))
                .map(Value::Char)
                .ok_or_else(Thrown::index_out_of_range)
        },
    ),
    row(
        "string ToString(int startIndex, int length)",
        r#"new StringBuilder("abc").ToString(1, 2)"#,
        "bc",
        |call, a| {
            let text = Text::from(of(a)?.0.lock().as_str());
            call.read(text.len())?;
            let piece = stretch(&text, a, 1)?;
            call.text(piece.to_string())
        },
    ),
    row(
        "void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)",
        "",
        "",
        |call, a| {
            let text = Value::String(of(a)?.0.lock().as_str().into());
            let mut values = a.to_vec();
            if let Some(first) = values.first_mut() {
                *first = text;
            }
            string_copy_to(call, Arguments::new(&values, a.member))
        },
    ),
    row(
        "bool Equals(StringBuilder sb)",
        r#"new StringBuilder("a").Equals(new StringBuilder("a"))"#,
        "True",
        |call, a| {
            let (own, other) = (a.value(0).display_string(), a.value(1));
            call.read(own.len())?;
            Ok((!other.is_null() && own == other.display_string()).into())
        },
    ),
];

#[derive(Debug, Default)]
struct Builder(Mutex<String>);

impl Object for Builder {
    fn type_name(&self) -> String {
        "System.Text.StringBuilder".to_owned()
    }
    fn display(&self) -> String {
        self.0.lock().clone()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn made(text: String) -> Value {
    Value::of(Builder(Mutex::new(text)))
}

/// An empty one, for writers.
pub fn new_builder() -> Value {
    made(String::new())
}

/// Appends to the builder that a value is.
///
/// # Errors
/// `NullReferenceException`; when the budget is used up.
pub fn append_to(frame: &mut Frame<'_>, builder: &Value, piece: &str) -> Result<(), Thrown> {
    frame.allocate(piece.len())?;
    let builder = builder.object::<Builder>().ok_or_else(Thrown::null_reference)?;
    builder.0.lock().push_str(piece);
    Ok(())
}

fn of(a: Arguments<'_>) -> Result<&Builder, Thrown> {
    a.value(0).object::<Builder>().ok_or_else(Thrown::null_reference)
}

/// The count at an argument.
fn count(a: Arguments<'_>, at: usize, parameter: &str) -> Result<usize, Thrown> {
    usize::try_from(a.long(at)).map_err(|_| Thrown::out_of_range("Non-negative number required.", parameter))
}

fn characters(chars: &Value) -> String {
    String::from_utf16_lossy(&string_units(chars))
}

/// Start and count from the arguments at `at`, as a stretch of a text.
fn stretch(text: &Text, a: Arguments<'_>, at: usize) -> Result<Text, Thrown> {
    let (start, count) = (count(a, at, "startIndex")?, count(a, at + 1, "count")?);
    utf16::slice(text, start, count).ok_or_else(Thrown::list_index)
}

/// Start and count from the arguments at `at`, in bytes.
fn range(text: &str, a: Arguments<'_>, at: usize) -> Result<(usize, usize), Thrown> {
    let (start, count) = (count(a, at, "startIndex")?, count(a, at + 1, "length")?);
    utf16::byte_offset(text, start)
        .zip(utf16::byte_offset(text, start.saturating_add(count)))
        .ok_or_else(Thrown::list_index)
}

fn append(call: &mut Call<'_, '_>, a: Arguments<'_>, piece: &str) -> Outcome {
    call.allocate(piece.len())?;
    of(a)?.0.lock().push_str(piece);
    Ok(a.value(0).clone())
}

fn append_format(call: &mut Call<'_, '_>, a: Arguments<'_>, format: usize, culture: Culture) -> Outcome {
    let arguments = collect(a.required(format + 1)?, call.frame)?;
    let text = format_composite_in(call.frame, a.text(format)?, &arguments, culture)?;
    append(call, a, &text)
}

fn append_join(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let items = collect(a.required(2)?, call.frame)?;
    let text = joined(call, &items, &a.value(1).display_string())?;
    append(call, a, &text.display_string())
}

fn insert(call: &mut Call<'_, '_>, a: Arguments<'_>, piece: &str) -> Outcome {
    call.allocate(piece.len())?;
    let mut text = of(a)?.0.lock();
    call.read(text.len())?;
    let at = usize::try_from(a.long(1))
        .ok()
        .and_then(|at| utf16::byte_offset(&text, at))
        .ok_or_else(Thrown::list_index)?;
    text.insert_str(at, piece);
    Ok(a.value(0).clone())
}

/// Replaces in the whole text, or in the stretch that the third and fourth argument give.
fn replace(call: &mut Call<'_, '_>, a: Arguments<'_>, (old, new): (&str, &str), in_stretch: bool) -> Outcome {
    if old.is_empty() {
        return Err(Thrown::argument("String cannot be of zero length.", "oldValue"));
    }
    let mut text = of(a)?.0.lock();
    call.read(text.len())?;
    let (start, end) = if in_stretch {
        range(&text, a, 3)?
    } else {
        (0, text.len())
    };
    let part = text.get(start..end).unwrap_or_default();
    let growth = part.matches(old).count().saturating_mul(new.len());
    call.allocate(part.len().saturating_add(growth))?;
    let replaced = part.replace(old, new);
    text.replace_range(start..end, &replaced);
    Ok(a.value(0).clone())
}
