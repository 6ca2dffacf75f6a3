//! `System.IO.StringWriter` and its base `TextWriter`, whose only kind it is.

use crate::collection::collect;
use crate::library::culture::Culture;
use crate::library::text::{append_to_builder, new_builder, utf16_encoding};
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_composite_in, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// The base.
pub static TEXT_WRITER: Class = Class::new("System.IO.TextWriter", ClassKind::Class)
    .inherits(&["IDisposable"])
    .rows(ROWS);
/// Writes into a `StringBuilder`.
pub static STRING_WRITER: Class = Class::new("System.IO.StringWriter", ClassKind::Class)
    .inherits(&["TextWriter"])
    .rows(WRITER_ROWS);

const WRITER_ROWS: &[Row] = &[
    row("new()", "new StringWriter().ToString()", "", |_, _| {
        Ok(made(new_builder(), Culture::Invariant))
    }),
    row(
        "new(IFormatProvider formatProvider)",
        "new StringWriter(CultureInfo.InvariantCulture).ToString()",
        "",
        |_, a| Ok(made(new_builder(), crate::library::system::culture(a.value(0)))),
    ),
    row(
        "new(StringBuilder sb)",
        r#"new StringWriter(new StringBuilder("a")).ToString()"#,
        "a",
        |_, a| Ok(made(a.required(0)?.clone(), Culture::Invariant)),
    ),
    row(
        "new(StringBuilder sb, IFormatProvider formatProvider)",
        r#"new StringWriter(new StringBuilder("a"), null).ToString()"#,
        "a",
        |_, a| {
            let culture = crate::library::system::culture(a.value(1));
            Ok(made(a.required(0)?.clone(), culture))
        },
    ),
    row(
        "StringBuilder GetStringBuilder()",
        "new StringWriter().GetStringBuilder().Length",
        "0",
        |_, a| Ok(of(a, 0)?.builder.clone()),
    ),
    row("string ToString()", "new StringWriter().ToString()", "", |call, a| {
        let text = of(a, 0)?.builder.display_string();
        call.allocate(text.len())?;
        Ok(text.into())
    }),
];

/// `Write` and `WriteLine` of the same arguments.
macro_rules! written {
    ($($parameters:literal $piece:expr;)*) => {
        &[$(
            row(concat!("void Write(", $parameters, ")"), "", "", |call, a| {
                let piece: fn(&mut Call<'_, '_>, Arguments<'_>) -> Result<Text, Thrown> = $piece;
                let piece = piece(call, a)?;
                put(call, a, &piece, false)
            }),
            row(concat!("void WriteLine(", $parameters, ")"), "", "", |call, a| {
                let piece: fn(&mut Call<'_, '_>, Arguments<'_>) -> Result<Text, Thrown> = $piece;
                let piece = piece(call, a)?;
                put(call, a, &piece, true)
            }),
        )*
            row("void WriteLine()", "", "", |call, a| put(call, a, "", true)),
            row("Encoding Encoding { get; }", "new StringWriter().Encoding.WebName", "utf-16", |_, _| Ok(utf16_encoding())),
            row("string NewLine { get; }", "new StringWriter().NewLine.Length", "1", |_, a| {
                Ok(of(a, 0)?.state.lock().line.clone().into())
            }),
            row("string NewLine { set; }", "", "", |_, a| {
                of(a, 0)?.state.lock().line = a.text_or_null(1).cloned().unwrap_or_else(|| "\n".into());
                Ok(Value::Null)
            }),
            row("void Flush()", "", "", |_, _| Ok(Value::Null)),
            row("void Close()", "", "", close),
            row("void Dispose()", "", "", close),
        ]
    };
}

const ROWS: &[Row] = written! {
    "object value" |_, a| Ok(a.value(1).display_string());
    "string value" |_, a| Ok(a.value(1).display_string());
    "char[] buffer" |_, a| Ok(characters(a.value(1)).into());
    "char[] buffer, int index, int count" |_, a| {
        let units = crate::library::system::string::units(a.required(1)?);
        let count = |at, name| usize::try_from(a.int(at)).map_err(|_| Thrown::out_of_range("Non-negative number required.", name));
        let (start, count) = (count(2, "index")?, count(3, "count")?);
        let stretch = start.checked_add(count).and_then(|end| units.get(start..end));
        let outside = || Thrown::new("System.ArgumentException", "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.");
        Ok(String::from_utf16_lossy(stretch.ok_or_else(outside)?).into())
    };
    "string format, params object[] arg" |call, a| {
        let arguments = collect(a.required(2)?, call.frame)?;
        let culture = of(a, 0)?.culture;
        Ok(format_composite_in(call.frame, a.text(1)?, &arguments, culture)?.into())
    };
};

struct StringWriter {
    builder: Value,
    culture: Culture,
    state: Mutex<State>,
}

struct State {
    line: Text,
    closed: bool,
}

impl fmt::Debug for StringWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("StringWriter")
    }
}

impl Object for StringWriter {
    fn type_name(&self) -> String {
        STRING_WRITER.name.to_owned()
    }
    fn display(&self) -> String {
        self.builder.display_string().to_string()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn made(builder: Value, culture: Culture) -> Value {
    let state = State {
        line: "\n".into(),
        closed: false,
    };
    Value::of(StringWriter {
        builder,
        culture,
        state: Mutex::new(state),
    })
}

fn of(a: Arguments<'_>, index: usize) -> Result<&StringWriter, Thrown> {
    a.value(index).object().ok_or_else(|| a.null(index))
}

fn characters(chars: &Value) -> String {
    String::from_utf16_lossy(&crate::library::system::string::units(chars))
}

fn close(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    of(a, 0)?.state.lock().closed = true;
    Ok(Value::Null)
}

fn put(call: &mut Call<'_, '_>, a: Arguments<'_>, piece: &str, ends_line: bool) -> Outcome {
    write(call, a, 0, piece)?;
    if ends_line {
        let line = of(a, 0)?.state.lock().line.clone();
        write(call, a, 0, &line)?;
    }
    Ok(Value::Null)
}

/// Writes a text into the writer that is the argument at `index`.
///
/// # Errors
/// `ArgumentNullException`; `ObjectDisposedException` once it is closed; when the budget is used up.
pub fn write(call: &mut Call<'_, '_>, a: Arguments<'_>, index: usize, piece: &str) -> Result<(), Thrown> {
    let writer = of(a, index)?;
    if writer.state.lock().closed {
        return Err(Thrown::new(
            "System.ObjectDisposedException",
            "Cannot write to a closed TextWriter.",
        ));
    }
    append_to_builder(call.frame, &writer.builder, piece)
}
