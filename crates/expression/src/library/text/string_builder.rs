//! `System.Text.StringBuilder`

use crate::collection::collect;
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_composite, row, utf16};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// A text that grows.
pub static STRING_BUILDER: Class = Class::new("System.Text.StringBuilder", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new StringBuilder().Length", "0", |_, _| {
        Ok(Value::of(Builder::default()))
    }),
    row("new(int capacity)", "new StringBuilder(16).Length", "0", |_, _| {
        Ok(Value::of(Builder::default()))
    }),
    row(
        "new(string value)",
        r#"new StringBuilder("a").ToString()"#,
        "a",
        |_, a| {
            Ok(Value::of(Builder(Mutex::new(
                a.text_or_null(0).map_or_else(String::new, ToString::to_string),
            ))))
        },
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
        "StringBuilder Append(char value, int repeatCount)",
        "new StringBuilder().Append('x', 3).ToString()",
        "xxx",
        |call, a| {
            let count = usize::try_from(a.long(2))
                .map_err(|_| Thrown::out_of_range("Non-negative number required.", "repeatCount"))?;
            call.allocate(count)?;
            append(call, a, &utf16::text_of(a.char(1)).repeat(count))
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
        |call, a| {
            let arguments = collect(a.required(2)?, call.frame)?;
            let text = format_composite(call.frame, a.text(1)?, &arguments)?;
            append(call, a, &text)
        },
    ),
    row(
        "StringBuilder Insert(int index, string value)",
        r#"new StringBuilder("ac").Insert(1, "b").ToString()"#,
        "abc",
        |call, a| {
            let piece = a.value(2).display_string();
            call.allocate(piece.len())?;
            let mut text = of(a)?.0.lock();
            let at = usize::try_from(a.long(1))
                .ok()
                .and_then(|at| utf16::byte_offset(&text, at))
                .ok_or_else(Thrown::list_index)?;
            text.insert_str(at, &piece);
            Ok(a.value(0).clone())
        },
    ),
    row(
        "StringBuilder Replace(string oldValue, string newValue)",
        r#"new StringBuilder("aba").Replace("a", "x").ToString()"#,
        "xbx",
        |call, a| {
            let (old, new) = (a.text(1)?, a.value(2).display_string());
            if old.is_empty() {
                return Err(Thrown::argument("String cannot be of zero length.", "oldValue"));
            }
            let mut text = of(a)?.0.lock();
            call.allocate(
                text.len()
                    .saturating_add(text.matches(old.as_str()).count().saturating_mul(new.len())),
            )?;
            *text = text.replace(old.as_str(), &new);
            Ok(a.value(0).clone())
        },
    ),
    row(
        "StringBuilder Remove(int startIndex, int length)",
        r#"new StringBuilder("abc").Remove(1, 1).ToString()"#,
        "ac",
        |_, a| {
            let mut text = of(a)?.0.lock();
            let place = |at: i64| usize::try_from(at).ok().and_then(|at| utf16::byte_offset(&text, at));
            let range = place(a.long(1))
                .zip(place(a.long(1).saturating_add(a.long(2))))
                .filter(|(start, end)| start <= end);
            let (start, end) = range.ok_or_else(Thrown::list_index)?;
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
    row(
        "int Length { get; }",
        r#"new StringBuilder("ab").Length"#,
        "2",
        |_, a| Ok((utf16::length(&of(a)?.0.lock()) as i32).into()),
    ),
    row("int Length { set; }", "", "", |_, a| {
        let mut text = of(a)?.0.lock();
        let end = usize::try_from(a.long(1))
            .ok()
            .and_then(|at| utf16::byte_offset(&text, at))
            .ok_or_else(Thrown::list_index)?;
        text.truncate(end);
        Ok(Value::Null)
    }),
    row(
        "char this[int index] { get; }",
        r#"new StringBuilder("ab")[1]"#,
        "b",
        |_, a| {
            let at = usize::try_from(a.long(1)).ok();
            at.and_then(|at| utf16::unit(&of(a).ok()?.0.lock(), at))
                .map(Value::Char)
                .ok_or_else(Thrown::index_out_of_range)
        },
    ),
    row(
        "string ToString(int startIndex, int length)",
        r#"new StringBuilder("abc").ToString(1, 2)"#,
        "bc",
        |_, a| {
            let text = Text::from(of(a)?.0.lock().as_str());
            let range = usize::try_from(a.long(1)).ok().zip(usize::try_from(a.long(2)).ok());
            range
                .and_then(|(start, count)| utf16::slice(&text, start, count))
                .map(Value::String)
                .ok_or_else(Thrown::list_index)
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

fn of(a: Arguments<'_>) -> Result<&Builder, Thrown> {
    a.value(0).object::<Builder>().ok_or_else(Thrown::null_reference)
}

fn append(call: &mut Call<'_, '_>, a: Arguments<'_>, piece: &str) -> Outcome {
    call.allocate(piece.len())?;
    of(a)?.0.lock().push_str(piece);
    Ok(a.value(0).clone())
}
