//! `System.Convert`

mod base64_rows;
mod provided;

pub use base64_rows::BASE64_FORMATTING_OPTIONS;

use super::numbers::{error, read, too_large};
use crate::arithmetic;
use crate::date::{DateTime, DateTimeKind};
use crate::json::JToken;
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;
use rust_decimal::prelude::ToPrimitive;

/// Conversions between the basic types.
pub static CONVERT: Class = Class::new("System.Convert", ClassKind::Static)
    .rows(ROWS)
    .more(&[provided::ROWS, base64_rows::ROWS]);

macro_rules! to_number {
    ($ty:literal, $name:literal, $simple:ident) => {
        row(
            concat!("static ", $ty, " To", $name, "(object value)"),
            concat!("Convert.To", $name, "(\"12\")"),
            "12",
            |_, a| number(a.value(0), Simple::$simple),
        )
    };
}

macro_rules! from_base {
    ($ty:literal, $name:literal, $simple:ident) => {
        row(
            concat!("static ", $ty, " To", $name, "(string value, int fromBase)"),
            concat!("Convert.To", $name, "(\"11\", 16)"),
            "17",
            |_, a| based(a, Simple::$simple),
        )
    };
}

const ROWS: &[Row] = &[
    to_number!("int", "Int32", Int32),
    to_number!("long", "Int64", Int64),
    to_number!("short", "Int16", Int16),
    to_number!("byte", "Byte", Byte),
    to_number!("sbyte", "SByte", SByte),
    to_number!("uint", "UInt32", UInt32),
    to_number!("ulong", "UInt64", UInt64),
    to_number!("ushort", "UInt16", UInt16),
    to_number!("double", "Double", Double),
    to_number!("float", "Single", Single),
    to_number!("decimal", "Decimal", Decimal),
    from_base!("int", "Int32", Int32),
    from_base!("long", "Int64", Int64),
    from_base!("short", "Int16", Int16),
    from_base!("byte", "Byte", Byte),
    from_base!("sbyte", "SByte", SByte),
    from_base!("uint", "UInt32", UInt32),
    from_base!("ulong", "UInt64", UInt64),
    from_base!("ushort", "UInt16", UInt16),
    row(
        "static bool ToBoolean(object value)",
        r#"Convert.ToBoolean("true")"#,
        "True",
        |_, a| boolean(a.value(0)),
    ),
    row(
        "static char ToChar(string value)",
        r#"Convert.ToChar("a")"#,
        "a",
        |_, a| {
            a.text(0)?;
            character(a.value(0))
        },
    ),
    row(
        "static object ChangeType(object value, Type conversionType)",
        r#"Convert.ChangeType("5", typeof(int))"#,
        "5",
        changed_type,
    ),
    row("static char ToChar(object value)", "Convert.ToChar(97)", "a", |_, a| {
        character(a.value(0))
    }),
    row(
        "static string ToString(object value)",
        "Convert.ToString(5)",
        "5",
        |_, a| {
            Ok(match a.value(0) {
                Value::Null => "".into(),
                other => other.display_string().into(),
            })
        },
    ),
    row(
        "static string ToString(string value)",
        r#"Convert.ToString("a")"#,
        "a",
        |_, a| Ok(a.value(0).clone()),
    ),
    row(
        "static string ToString(int value, int toBase)",
        "Convert.ToString(5, 2)",
        "101",
        |_, a| to_base(a.int(0) as u32 as u64, a.int(0) as i64, a.int(1)),
    ),
    row(
        "static string ToString(long value, int toBase)",
        "Convert.ToString(255L, 16)",
        "ff",
        |_, a| to_base(a.long(0) as u64, a.long(0), a.int(1)),
    ),
    row(
        "static DateTime ToDateTime(object value)",
        r#"Convert.ToDateTime("2024-05-06").Year"#,
        "2024",
        |_, a| date(a.value(0)),
    ),
];

/// A time; the first one there is for null.
fn date(value: &Value) -> Outcome {
    match value {
        Value::Null => Ok(Value::DateTime(DateTime {
            ticks: 0,
            kind: DateTimeKind::Unspecified,
        })),
        Value::DateTime(_) => Ok(value.clone()),
        Value::String(text) => crate::date::parse(text).map(Value::DateTime).ok_or_else(|| {
            let message = format!("String '{text}' was not recognized as a valid DateTime.");
            Thrown::new("System.FormatException", message)
        }),
        Value::Json(token) => json(
            token,
            &crate::library::named_type("DateTime", Vec::new()).unwrap_or(Type::OBJECT),
        ),
        other => Err(not_convertible(other, "DateTime")),
    }
}

fn not_convertible(value: &Value, to: &str) -> Thrown {
    let name = value.type_name();
    let name = name.rsplit('.').next().unwrap_or(&name);
    Thrown::new(
        "System.InvalidCastException",
        format!("Invalid cast from '{name}' to '{to}'."),
    )
}

/// `JValue` is an `IConvertible`: what its casts give; the other tokens are not.
fn json(token: &JToken, to: &Type) -> Outcome {
    if token.scalar().is_some() {
        return crate::library::json::read_as(token, to);
    }
    Err(Thrown::new(
        "System.InvalidCastException",
        "Unable to cast object of type 'Newtonsoft.Json.Linq.JObject' to type 'System.IConvertible'.",
    ))
}

fn number(value: &Value, to: Simple) -> Outcome {
    match value {
        Value::Null => Ok(Value::default_of(&Type::Simple(to))),
        Value::String(text) => read(text, to).map_err(|number_error| error(number_error, text, to)),
        Value::Boolean(truth) => arithmetic::convert(&Value::Int32(i32::from(*truth)), to, true),
        Value::Json(token) => json(token, &Type::Simple(to)),
        Value::Double(_) | Value::Single(_) | Value::Decimal(_) if to.is_integral() => {
            arithmetic::convert(&rounded(value), to, true).map_err(|_| Thrown::overflow(&too_large(to)))
        }
        Value::Char(_) if !to.is_integral() => {
            Err(not_convertible(value, to.dotnet_name().trim_start_matches("System.")))
        }
        other if other.integer().is_some() || other.simple().is_some_and(Simple::is_numeric) => {
            arithmetic::convert(other, to, true).map_err(|_| Thrown::overflow(&too_large(to)))
        }
        other => Err(not_convertible(other, to.dotnet_name().trim_start_matches("System."))),
    }
}

/// Rounded half to even, as a whole number of a type that holds it.
fn rounded(value: &Value) -> Value {
    match value {
        Value::Double(number) => Value::Double(number.round_ties_even()),
        Value::Single(number) => Value::Double(f64::from(*number).round_ties_even()),
        Value::Decimal(number) => number.round().to_i64().map_or_else(|| value.clone(), Value::Int64),
        other => other.clone(),
    }
}

fn boolean(value: &Value) -> Outcome {
    match value {
        Value::Null => Ok(false.into()),
        Value::Boolean(_) => Ok(value.clone()),
        Value::String(text) => super::boolean::parse(text).map(Value::Boolean).ok_or_else(|| {
            Thrown::new(
                "System.FormatException",
                format!("String '{text}' was not recognized as a valid Boolean."),
            )
        }),
        Value::Json(token) => json(token, &Type::Simple(Simple::Boolean)),
        Value::Char(_) => Err(not_convertible(value, "Boolean")),
        Value::Enum(_, number) => Ok((*number != 0).into()),
        other if other.simple().is_some_and(Simple::is_numeric) => {
            match arithmetic::convert(other, Simple::Double, false)? {
                Value::Double(number) => Ok((number != 0.0).into()),
                _ => Ok(false.into()),
            }
        }
        other => Err(not_convertible(other, "Boolean")),
    }
}

fn character(value: &Value) -> Outcome {
    match value {
        Value::String(text) if text.encode_utf16().count() == 1 => {
            Ok(Value::Char(text.encode_utf16().next().unwrap_or_default()))
        }
        Value::String(_) => Err(Thrown::new(
            "System.FormatException",
            "String must be exactly one character long.",
        )),
        Value::Boolean(_) | Value::Double(_) | Value::Single(_) | Value::Decimal(_) => {
            Err(not_convertible(value, "Char"))
        }
        other => number(other, Simple::Char),
    }
}

fn changed_type(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let target = a
        .value(1)
        .object::<TypeObject>()
        .ok_or_else(|| Thrown::argument_null("conversionType"))?;
    change(a.value(0), &target.0)
}

/// Whether a value is an `IConvertible`.
fn is_convertible(value: &Value) -> bool {
    value.simple().is_some_and(|simple| simple != Simple::Object)
        || matches!(value, Value::DateTime(_) | Value::Enum(..) | Value::Json(_))
}

fn unconvertible() -> Thrown {
    Thrown::new("System.InvalidCastException", "Object must implement IConvertible.")
}

fn change(value: &Value, target: &Type) -> Outcome {
    let name = target.dotnet_name();
    let refused = || not_convertible(value, name.trim_start_matches("System."));
    if value.is_null() {
        return if target.accepts_null() && !matches!(target, Type::Nullable(_)) {
            Ok(Value::Null)
        } else {
            Err(Thrown::new(
                "System.InvalidCastException",
                "Null object cannot be converted to a value type.",
            ))
        };
    }
    match target.simple() {
        _ if !is_convertible(value) => {
            if value.runtime_type() == *target {
                Ok(value.clone())
            } else {
                Err(unconvertible())
            }
        }
        None if name == "System.DateTime" => date(value),
        None if value.runtime_type() == *target => Ok(value.clone()),
        None => Err(refused()),
        Some(Simple::Object) => Ok(value.clone()),
        Some(Simple::String) => Ok(value.display_string().into()),
        Some(Simple::Boolean) => boolean(value),
        Some(Simple::Char) => character(value),
        Some(number_type) => number(value, number_type),
    }
}

/// A number from digits of a base; only those of base 10 may be negative.
fn based(a: Arguments<'_>, to: Simple) -> Outcome {
    let base = u32::try_from(a.int(1))
        .ok()
        .filter(|base| matches!(base, 2 | 8 | 10 | 16));
    let base = base.ok_or_else(|| Thrown::new("System.ArgumentException", "Invalid Base."))?;
    let Some(text) = a.text_or_null(0) else {
        return Ok(Value::default_of(&Type::Simple(to)));
    };
    if text.is_empty() {
        return Err(Thrown::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "startIndex",
        ));
    }
    let (negative, digits) = text
        .strip_prefix('-')
        .map_or((false, text.strip_prefix('+').unwrap_or(text)), |rest| (true, rest));
    if negative && base != 10 {
        return Err(Thrown::new(
            "System.ArgumentException",
            "String cannot contain a minus sign if the base is not 10.",
        ));
    }
    let digits = match base {
        16 => digits
            .strip_prefix("0x")
            .or_else(|| digits.strip_prefix("0X"))
            .unwrap_or(digits),
        _ => digits,
    };
    if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(base)) {
        return Err(Thrown::new(
            "System.FormatException",
            "Could not find any recognizable digits.",
        ));
    }
    let too_large = || Thrown::overflow(&too_large(to));
    let bits = u64::from_str_radix(digits, base).map_err(|_| too_large())?;
    if base == 10 {
        let number = match (negative, i64::try_from(bits)) {
            (true, Ok(number)) => Value::Int64(-number),
            (true, Err(_)) => return Err(too_large()),
            (false, _) => Value::UInt64(bits),
        };
        return arithmetic::convert(&number, to, true).map_err(|_| too_large());
    }
    let width = match to {
        Simple::Byte | Simple::SByte => 8,
        Simple::Int16 | Simple::UInt16 => 16,
        Simple::Int32 | Simple::UInt32 => 32,
        _ => 64,
    };
    if width < 64 && bits >> width != 0 {
        return Err(too_large());
    }
    arithmetic::convert(&Value::UInt64(bits), to, false)
}

fn to_base(bits: u64, number: i64, base: i32) -> Outcome {
    Ok(match base {
        2 => format!("{bits:b}"),
        8 => format!("{bits:o}"),
        16 => format!("{bits:x}"),
        10 => number.to_string(),
        _ => return Err(Thrown::new("System.ArgumentException", "Invalid Base.")),
    }
    .into())
}
