//! `System.Int32` and the other numbers: the same members for each, hence one table.

mod decimal;
mod floats;

use super::globalization::culture;
use super::type_code::type_code;
use crate::arithmetic;
use crate::library::{Arguments, Call, Class, ClassKind, format_in, row};
use crate::number::{NumberError, parse};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::{Value, compare};

macro_rules! number {
    ($constant:ident, $name:literal, $keyword:literal, $simple:ident, $constants:expr, $extra:expr) => {
        #[doc = concat!("`", $keyword, "`")]
        pub static $constant: Class = Class::new($name, ClassKind::Struct)
            .inherits(&["IComparable", "IFormattable"])
            .constants($constants)
            .rows(&[
                row(
                    concat!("static ", $keyword, " Parse(string s)"),
                    concat!($keyword, r#".Parse(" 12 ")"#),
                    "12",
                    |_, a| parse_as(a, Simple::$simple, None),
                ),
                row(
                    concat!("static ", $keyword, " Parse(string s, IFormatProvider provider)"),
                    concat!($keyword, r#".Parse("12", null)"#),
                    "12",
                    |_, a| parse_as(a, Simple::$simple, None),
                ),
                row(
                    concat!("static ", $keyword, " Parse(string s, NumberStyles style)"),
                    concat!(
                        $keyword,
                        r#".Parse("12", System.Globalization.NumberStyles.None)"#
                    ),
                    "12",
                    |_, a| parse_as(a, Simple::$simple, Some(1)),
                ),
                row(
                    concat!(
                        "static ",
                        $keyword,
                        " Parse(string s, NumberStyles style, IFormatProvider provider)"
                    ),
                    concat!(
                        $keyword,
                        r#".Parse("1,2", System.Globalization.NumberStyles.Number, null)"#
                    ),
                    "12",
                    |_, a| parse_as(a, Simple::$simple, Some(1)),
                ),
                row(
                    concat!("static bool TryParse(string s, out ", $keyword, " result)"),
                    concat!($keyword, r#".TryParse("x", out var n) ? 1 : 2"#),
                    "2",
                    |call, a| try_parse(call, a, Simple::$simple, None),
                ),
                row(
                    concat!(
                        "static bool TryParse(string s, IFormatProvider provider, out ",
                        $keyword,
                        " result)"
                    ),
                    concat!($keyword, r#".TryParse("x", null, out var n) ? 1 : 2"#),
                    "2",
                    |call, a| try_parse(call, a, Simple::$simple, None),
                ),
                row(
                    concat!(
                        "static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ",
                        $keyword,
                        " result)"
                    ),
                    concat!(
                        $keyword,
                        r#".TryParse("1,2", System.Globalization.NumberStyles.None, null, out var n) ? 1 : 2"#
                    ),
                    "2",
                    |call, a| try_parse(call, a, Simple::$simple, Some(1)),
                ),
                row(
                    "string ToString()",
                    concat!("((", $keyword, ")5).ToString()"),
                    "5",
                    |_, a| Ok(a.value(0).display_string().into()),
                ),
                row(
                    "string ToString(string format)",
                    concat!("((", $keyword, r#")5).ToString("F1")"#),
                    "5.0",
                    |call, a| formatted(call, a, 1, 9),
                ),
                row(
                    "string ToString(IFormatProvider provider)",
                    concat!("((", $keyword, ")5).ToString(CultureInfo.InvariantCulture)"),
                    "5",
                    |call, a| formatted(call, a, 9, 1),
                ),
                row(
                    "string ToString(string format, IFormatProvider provider)",
                    concat!("((", $keyword, r#")5).ToString("F1", null)"#),
                    "5.0",
                    |call, a| formatted(call, a, 1, 2),
                ),
                row(
                    concat!("int CompareTo(", $keyword, " value)"),
                    concat!("((", $keyword, ")5).CompareTo((", $keyword, ")6)"),
                    "-1",
                    |_, a| difference(a.value(0), a.value(1)),
                ),
                row(
                    "int CompareTo(object value)",
                    concat!("((", $keyword, ")5).CompareTo(null)"),
                    "1",
                    |_, a| compare_to(a, $keyword),
                ),
                row(
                    concat!("bool Equals(", $keyword, " obj)"),
                    concat!("((", $keyword, ")5).Equals((", $keyword, ")5)"),
                    "True",
                    |_, a| Ok(a.value(0).equals(a.value(1)).into()),
                ),
                row(
                    "TypeCode GetTypeCode()",
                    concat!("((", $keyword, ")5).GetTypeCode() > TypeCode.Char"),
                    "True",
                    |_, a| Ok(type_code(a.value(0))),
                ),
            ])
            .more(&[$extra]);
    };
}

number!(
    SBYTE,
    "System.SByte",
    "sbyte",
    SByte,
    &[("MaxValue", Value::SByte(i8::MAX)), ("MinValue", Value::SByte(i8::MIN))],
    &[]
);
number!(
    BYTE,
    "System.Byte",
    "byte",
    Byte,
    &[("MaxValue", Value::Byte(u8::MAX)), ("MinValue", Value::Byte(u8::MIN))],
    &[]
);
number!(
    INT16,
    "System.Int16",
    "short",
    Int16,
    &[
        ("MaxValue", Value::Int16(i16::MAX)),
        ("MinValue", Value::Int16(i16::MIN))
    ],
    &[]
);
number!(
    UINT16,
    "System.UInt16",
    "ushort",
    UInt16,
    &[
        ("MaxValue", Value::UInt16(u16::MAX)),
        ("MinValue", Value::UInt16(u16::MIN))
    ],
    &[]
);
number!(
    INT32,
    "System.Int32",
    "int",
    Int32,
    &[
        ("MaxValue", Value::Int32(i32::MAX)),
        ("MinValue", Value::Int32(i32::MIN))
    ],
    &[]
);
number!(
    UINT32,
    "System.UInt32",
    "uint",
    UInt32,
    &[
        ("MaxValue", Value::UInt32(u32::MAX)),
        ("MinValue", Value::UInt32(u32::MIN))
    ],
    &[]
);
number!(
    INT64,
    "System.Int64",
    "long",
    Int64,
    &[
        ("MaxValue", Value::Int64(i64::MAX)),
        ("MinValue", Value::Int64(i64::MIN))
    ],
    &[]
);
number!(
    UINT64,
    "System.UInt64",
    "ulong",
    UInt64,
    &[
        ("MaxValue", Value::UInt64(u64::MAX)),
        ("MinValue", Value::UInt64(u64::MIN))
    ],
    &[]
);
number!(
    SINGLE,
    "System.Single",
    "float",
    Single,
    floats::SINGLE_CONSTANTS,
    floats::SINGLE_ROWS
);
number!(
    DOUBLE,
    "System.Double",
    "double",
    Double,
    floats::DOUBLE_CONSTANTS,
    floats::DOUBLE_ROWS
);
number!(
    DECIMAL,
    "System.Decimal",
    "decimal",
    Decimal,
    decimal::CONSTANTS,
    decimal::ROWS
);

/// `ToString` with a format and a provider, at the arguments of these places.
fn formatted(call: &mut Call<'_, '_>, a: Arguments<'_>, format: usize, provider: usize) -> Outcome {
    let format = a.text_or_null(format).map_or("", |text| text.as_str());
    let text = format_in(a.value(0), format, culture(a.value(provider)))?;
    call.text(text)
}

/// `CompareTo`: the small types give the difference, the others -1, 0 or 1.
fn difference(left: &Value, right: &Value) -> Outcome {
    let order = compare(left, right)?;
    let is_small = matches!(
        left,
        Value::SByte(_) | Value::Byte(_) | Value::Int16(_) | Value::UInt16(_)
    );
    Ok(match (left.integer(), right.integer()) {
        (Some(left), Some(right)) if is_small => (left - right) as i32,
        _ => order as i32,
    }
    .into())
}

fn compare_to(a: Arguments<'_>, keyword: &str) -> Outcome {
    let other = a.value(1);
    if other.is_null() {
        return Ok(1.into());
    }
    if other.simple() == a.value(0).simple() {
        return difference(a.value(0), other);
    }
    let name = Simple::ALL
        .into_iter()
        .find(|simple| simple.keyword() == keyword)
        .map_or("", Simple::dotnet_name);
    Err(Thrown::new(
        "System.ArgumentException",
        format!("Object must be of type {}.", name.trim_start_matches("System.")),
    ))
}

/// Reads a number of a type in its usual style.
///
/// # Errors
/// Whether the text is malformed or the number too large.
pub fn read(text: &str, to: Simple) -> Result<Value, NumberError> {
    let styles = match to {
        Simple::Double | Simple::Single => parse::FLOAT,
        Simple::Decimal => parse::NUMBER,
        _ => parse::INTEGER,
    };
    read_styled(text, to, styles)
}

fn bits(to: Simple) -> u32 {
    match to {
        Simple::SByte | Simple::Byte => 8,
        Simple::Int16 | Simple::UInt16 => 16,
        Simple::Int32 | Simple::UInt32 => 32,
        _ => 64,
    }
}

/// Reads a number of a type in a style.
///
/// # Errors
/// As [`read`].
pub fn read_styled(text: &str, to: Simple, styles: i32) -> Result<Value, NumberError> {
    match to {
        Simple::Double => parse::double(text, styles).map(Value::Double),
        Simple::Single => parse::double(text, styles).map(|number| Value::Single(number as f32)),
        Simple::Decimal => parse::decimal(text, styles).map(Value::Decimal),
        _ => {
            let number = parse::integer(text, styles, bits(to))?;
            if styles & parse::HEXADECIMAL != 0 {
                let bits = Value::UInt64(number as u64);
                return arithmetic::convert(&bits, to, false).map_err(|_| NumberError::Overflow);
            }
            let wide = u64::try_from(number)
                .map(Value::UInt64)
                .or_else(|_| i64::try_from(number).map(Value::Int64))
                .map_err(|_| NumberError::Overflow)?;
            arithmetic::convert(&wide, to, true).map_err(|_| NumberError::Overflow)
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

/// The styles at an argument, which must suit the type.
fn styles(a: Arguments<'_>, at: Option<usize>, to: Simple) -> Result<Option<i32>, Thrown> {
    let Some(at) = at else { return Ok(None) };
    let styles = a.int(at);
    let is_real = matches!(to, Simple::Double | Simple::Single | Simple::Decimal);
    let is_mixed = styles & parse::HEXADECIMAL != 0 && styles & !(parse::HEXADECIMAL | 3) != 0;
    if is_mixed || (is_real && styles & parse::HEXADECIMAL != 0) {
        return Err(Thrown::argument(
            "The number style AllowHexSpecifier is not supported here.",
            "style",
        ));
    }
    Ok(Some(styles))
}

fn parse_as(a: Arguments<'_>, to: Simple, style: Option<usize>) -> Outcome {
    let text = a.text(0)?;
    let read = match styles(a, style, to)? {
        Some(styles) => read_styled(text, to, styles),
        None => read(text, to),
    };
    read.map_err(|number_error| error(number_error, text, to))
}

fn try_parse(call: &mut Call<'_, '_>, a: Arguments<'_>, to: Simple, style: Option<usize>) -> Outcome {
    let styles = styles(a, style, to)?;
    let parsed = a.text_or_null(0).and_then(|text| {
        match styles {
            Some(styles) => read_styled(text, to, styles),
            None => read(text, to),
        }
        .ok()
    });
    let found = parsed.is_some();
    call.give_out(parsed.unwrap_or_else(|| Value::default_of(&Type::Simple(to))));
    Ok(found.into())
}
