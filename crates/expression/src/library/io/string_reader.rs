//! `System.IO.StringReader` and its base `TextReader`, whose only kind it is.

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// The base.
pub static TEXT_READER: Class = Class::new("System.IO.TextReader", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
/// Reads a text.
pub static STRING_READER: Class = Class::new("System.IO.StringReader", ClassKind::Class)
    .inherits(&["TextReader"])
    .rows(&[row(
        "new(string s)",
        r#"new StringReader("a") is TextReader"#,
        "True",
        |_, a| {
            let place = Place {
                text: a.text(0)?.clone(),
                at: 0,
                low: None,
            };
            Ok(Value::of(StringReader(Mutex::new(Some(place)))))
        },
    )]);

const ROWS: &[Row] = &[
    row("int Peek()", r#"new StringReader("a").Peek()"#, "97", |_, a| {
        with(a, |place| Ok(place.clone().unit().into()))
    }),
    row("int Read()", r#"new StringReader("").Read()"#, "-1", |_, a| {
        with(a, |place| Ok(place.unit().into()))
    }),
    row(
        "int Read(char[] buffer, int index, int count)",
        r#"new StringReader("abc").Read(new char[2], 0, 2)"#,
        "2",
        read_block,
    ),
    row(
        "int ReadBlock(char[] buffer, int index, int count)",
        r#"new StringReader("abc").ReadBlock(new char[5], 1, 4)"#,
        "3",
        read_block,
    ),
    row(
        "string ReadLine()",
        r#"new StringReader("a\r\nb").ReadLine()"#,
        "a",
        |call, a| {
            with(a, |place| {
                if place.low.is_none() && place.rest().is_empty() {
                    return Ok(Value::Null);
                }
                let rest = place.rest();
                let end = rest.find(['\r', '\n']).unwrap_or(rest.len());
                let ending = rest.get(end..).unwrap_or_default();
                let breaks = if ending.starts_with("\r\n") {
                    2
                } else {
                    ending.len().min(1)
                };
                call.read(end)?;
                place.take(end, breaks)
            })
        },
    ),
    row(
        "string ReadToEnd()",
        r#"new StringReader("abc").ReadToEnd()"#,
        "abc",
        |_, a| with(a, |place| place.take(place.rest().len(), 0)),
    ),
    row("void Close()", "", "", close),
    row("void Dispose()", "", "", close),
];

/// What is left; none once it is closed.
struct StringReader(Mutex<Option<Place>>);

#[derive(Clone)]
struct Place {
    text: Text,
    at: usize,
    /// The second half of a surrogate pair whose first was read.
    low: Option<u16>,
}

impl Place {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The next UTF-16 unit, or −1.
    fn unit(&mut self) -> i32 {
        if let Some(low) = self.low.take() {
            return low.into();
        }
        let Some(next) = self.rest().chars().next() else {
            return -1;
        };
        self.at += next.len_utf8();
        let mut units = [0; 2];
        let units = next.encode_utf16(&mut units);
        self.low = units.get(1).copied();
        units.first().map_or(-1, |unit| i32::from(*unit))
    }

    /// A stretch of what is left; `skipped` bytes behind it are stepped over.
    fn take(&mut self, length: usize, skipped: usize) -> Outcome {
        let end = self.at + length;
        let taken = self.text.slice(self.at..end).unwrap_or_default();
        self.at = end + skipped;
        Ok(match self.low.take() {
            Some(_) => format!("\u{fffd}{taken}").into(),
            None => taken.into(),
        })
    }
}

impl fmt::Debug for StringReader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StringReader")
    }
}

impl Object for StringReader {
    fn type_name(&self) -> String {
        STRING_READER.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn with(a: Arguments<'_>, look: impl FnOnce(&mut Place) -> Outcome) -> Outcome {
    let reader = a.value(0).object::<StringReader>().ok_or_else(Thrown::null_reference)?;
    match &mut *reader.0.lock() {
        Some(place) => look(place),
        None => Err(closed()),
    }
}

fn closed() -> Thrown {
    Thrown::new(
        "System.ObjectDisposedException",
        "Cannot read from a closed TextReader.",
    )
}

fn close(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let reader = a.value(0).object::<StringReader>().ok_or_else(Thrown::null_reference)?;
    *reader.0.lock() = None;
    Ok(Value::Null)
}

fn read_block(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let buffer = a.required(1)?.object::<Array>().ok_or_else(|| a.null(1))?;
    let count =
        |at, name| usize::try_from(a.int(at)).map_err(|_| Thrown::out_of_range("Non-negative number required.", name));
    let (start, count) = (count(2, "index")?, count(3, "count")?);
    if buffer.len().checked_sub(start).is_none_or(|room| room < count) {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
        ));
    }
    call.step(count as u64)?;
    with(a, |place| {
        let mut read = 0;
        while read < count
            && let Ok(unit) = u16::try_from(place.unit())
        {
            buffer.set(start + read, Value::Char(unit));
            read += 1;
        }
        Ok((read as i32).into())
    })
}

/// All that a reader has left, for those who read it to its end.
///
/// # Errors
/// `ArgumentNullException`; `ObjectDisposedException` once it is closed.
pub fn rest(a: Arguments<'_>, index: usize) -> Result<Text, Thrown> {
    let reader = a.value(index).object::<StringReader>().ok_or_else(|| a.null(index))?;
    let mut place = reader.0.lock();
    let place = place.as_mut().ok_or_else(closed)?;
    match place.take(place.rest().len(), 0)? {
        Value::String(text) => Ok(text),
        _ => Ok(Text::default()),
    }
}
