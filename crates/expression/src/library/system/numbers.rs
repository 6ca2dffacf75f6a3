//! `System.Int32` and the other numbers: the same members for each, hence one file.

use crate::arithmetic;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::number::{self, NumberError};
use crate::thrown::{Outcome, Thrown};
use crate::types::Simple;
use crate::value::{Value, compare};

macro_rules! number {
    ($constant:ident, $name:literal, $keyword:literal, $simple:ident, $min:expr, $max:expr, [$($extra:expr),*]) => {
        #[doc = concat!("`", $keyword, "`")]
        pub static $constant: Class = Class::new($name, ClassKind::Struct).inherits(&["IComparable", "IFormattable"]).rows(&[
            row(concat!("static ", $keyword, " MaxValue { get; }"), concat!($keyword, ".MaxValue > 1"), "True", |_, _| Ok(Value::$simple($max))),
            row(concat!("static ", $keyword, " MinValue { get; }"), concat!($keyword, ".MinValue < 1"), "True", |_, _| Ok(Value::$simple($min))),
            row(concat!("static ", $keyword, " Parse(string s)"), concat!($keyword, r#".Parse(" 12 ")"#), "12", |_, a| parse(a, Simple::$simple)),
            row(concat!("static bool TryParse(string s, out ", $keyword, " result)"), concat!($keyword, r#".TryParse("x", out var n) ? 1 : 2"#), "2", |call, a| try_parse(call, a, Simple::$simple)),
            row("string ToString()", concat!("((", $keyword, ")5).ToString()"), "5", |_, a| Ok(a.value(0).display_string().into())),
            row("string ToString(string format)", concat!("((", $keyword, r#")5).ToString("F1")"#), "5.0", |call, a| format(call, a)),
            row("string ToString(string format, IFormatProvider provider)", concat!("((", $keyword, r#")5).ToString("F1", null)"#), "5.0", |call, a| format(call, a)),
            row(concat!("int CompareTo(", $keyword, " value)"), concat!("((", $keyword, ")5).CompareTo((", $keyword, ")6)"), "-1", |_, a| {
                Ok((compare(a.value(0), a.value(1))? as i32).into())
            }),
            row(concat!("bool Equals(", $keyword, " obj)"), concat!("((", $keyword, ")5).Equals((", $keyword, ")5)"), "True", |_, a| {
                Ok(a.value(0).equals(a.value(1)).into())
            }),
            $($extra),*
        ]);
    };
}

number!(SBYTE, "System.SByte", "sbyte", SByte, i8::MIN, i8::MAX, []);
number!(BYTE, "System.Byte", "byte", Byte, u8::MIN, u8::MAX, []);
number!(INT16, "System.Int16", "short", Int16, i16::MIN, i16::MAX, []);
number!(UINT16, "System.UInt16", "ushort", UInt16, u16::MIN, u16::MAX, []);
number!(INT32, "System.Int32", "int", Int32, i32::MIN, i32::MAX, []);
number!(UINT32, "System.UInt32", "uint", UInt32, u32::MIN, u32::MAX, []);
number!(INT64, "System.Int64", "long", Int64, i64::MIN, i64::MAX, []);
number!(UINT64, "System.UInt64", "ulong", UInt64, u64::MIN, u64::MAX, []);
number!(SINGLE, "System.Single", "float", Single, f32::MIN, f32::MAX, []);
number!(
    DOUBLE,
    "System.Double",
    "double",
    Double,
    f64::MIN,
    f64::MAX,
    [NAN, POSITIVE_INFINITY, NEGATIVE_INFINITY, EPSILON, IS_NAN, IS_INFINITY]
);
number!(
    DECIMAL,
    "System.Decimal",
    "decimal",
    Decimal,
    rust_decimal::Decimal::MIN,
    rust_decimal::Decimal::MAX,
    [ZERO, ONE, ROUND, FLOOR, CEILING, TRUNCATE]
);

const NAN: Row = row("static double NaN { get; }", "double.NaN", "NaN", |_, _| {
    Ok(f64::NAN.into())
});
const POSITIVE_INFINITY: Row = row(
    "static double PositiveInfinity { get; }",
    "double.PositiveInfinity > 1",
    "True",
    |_, _| Ok(f64::INFINITY.into()),
);
const NEGATIVE_INFINITY: Row = row(
    "static double NegativeInfinity { get; }",
    "double.NegativeInfinity < 1",
    "True",
    |_, _| Ok(f64::NEG_INFINITY.into()),
);
const EPSILON: Row = row(
    "static double Epsilon { get; }",
    "double.Epsilon > 0",
    "True",
    |_, _| Ok(f64::from_bits(1).into()),
);
const IS_NAN: Row = row(
    "static bool IsNaN(double d)",
    "double.IsNaN(0.0 / 0)",
    "True",
    |_, a| Ok(a.double(0).is_nan().into()),
);
const IS_INFINITY: Row = row(
    "static bool IsInfinity(double d)",
    "double.IsInfinity(1.0)",
    "False",
    |_, a| Ok(a.double(0).is_infinite().into()),
);
const ZERO: Row = row("static decimal Zero { get; }", "decimal.Zero", "0", |_, _| {
    Ok(Value::Decimal(rust_decimal::Decimal::ZERO))
});
const ONE: Row = row("static decimal One { get; }", "decimal.One", "1", |_, _| {
    Ok(Value::Decimal(rust_decimal::Decimal::ONE))
});
const ROUND: Row = row(
    "static decimal Round(decimal d, int decimals = 0)",
    "decimal.Round(1.25m, 1)",
    "1.2",
    |_, a| {
        Ok(decimal(a, |value| {
            value.round_dp(u32::try_from(a.int(1)).unwrap_or_default())
        }))
    },
);
const FLOOR: Row = row(
    "static decimal Floor(decimal d)",
    "decimal.Floor(-1.5m)",
    "-2",
    |_, a| Ok(decimal(a, |value| value.floor())),
);
const CEILING: Row = row(
    "static decimal Ceiling(decimal d)",
    "decimal.Ceiling(1.2m)",
    "2",
    |_, a| Ok(decimal(a, |value| value.ceil())),
);
const TRUNCATE: Row = row(
    "static decimal Truncate(decimal d)",
    "decimal.Truncate(1.7m)",
    "1",
    |_, a| Ok(decimal(a, |value| value.trunc())),
);

fn decimal(a: Arguments<'_>, change: impl FnOnce(rust_decimal::Decimal) -> rust_decimal::Decimal) -> Value {
    if let Value::Decimal(value) = a.value(0) {
        Value::Decimal(change(*value))
    } else {
        Value::Null
    }
}

fn format(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let format = a.text_or_null(1).map_or("", |text| text.as_str());
    let text = crate::library::format_value(a.value(0), format)?;
    call.text(text)
}

/// Reads a number of a type.
///
/// # Errors
/// Whether the text is malformed or the number too large.
pub fn read(text: &str, to: Simple) -> Result<Value, NumberError> {
    match to {
        Simple::Double => number::parse_double(text).map(Value::Double),
        Simple::Single => number::parse_double(text).map(|number| Value::Single(number as f32)),
        Simple::Decimal => number::parse_decimal(text).map(Value::Decimal),
        Simple::UInt64 => {
            let number = number::parse_integer(text)?;
            u64::try_from(number)
                .map(Value::UInt64)
                .map_err(|_| NumberError::Overflow)
        }
        _ => {
            let number = number::parse_integer(text)?;
            let number = i64::try_from(number).map_err(|_| NumberError::Overflow)?;
            arithmetic::convert(&Value::Int64(number), to, true).map_err(|_| NumberError::Overflow)
        }
    }
}

/// The exception of a text that is no number of a type.
pub fn error(error: NumberError, text: &str, to: Simple) -> Thrown {
    match error {
        NumberError::Format => Thrown::number_format(text),
        NumberError::Overflow => Thrown::overflow(&too_large(to)),
    }
}

/// .NET's message for what a type cannot hold.
pub fn too_large(to: Simple) -> String {
    let name = to.dotnet_name().trim_start_matches("System.");
    match to {
        Simple::SByte | Simple::Byte => format!(
            "Value was either too large or too small for {} {}.",
            if to == Simple::Byte { "an unsigned" } else { "a signed" },
            "byte"
        ),
        Simple::Int16 | Simple::Int32 | Simple::Int64 => {
            format!("Value was either too large or too small for an {name}.")
        }
        _ => format!("Value was either too large or too small for a {name}."),
    }
}

fn parse(a: Arguments<'_>, to: Simple) -> Outcome {
    let text = a.text(0)?;
    read(text, to).map_err(|number_error| error(number_error, text, to))
}

fn try_parse(call: &mut Call<'_, '_>, a: Arguments<'_>, to: Simple) -> Outcome {
    let parsed = a.text_or_null(0).and_then(|text| read(text, to).ok());
    let found = parsed.is_some();
    call.outs
        .push(parsed.unwrap_or_else(|| Value::default_of(&crate::types::Type::Simple(to))));
    Ok(found.into())
}
