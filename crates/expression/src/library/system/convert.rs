//! `System.Convert`

use super::numbers::{error, read, too_large};
use crate::arithmetic;
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, base64, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;
use rust_decimal::prelude::ToPrimitive;

/// Conversions between the basic types.
pub static CONVERT: Class = Class::new("System.Convert", ClassKind::Static).rows(ROWS);

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
    row(
        "static int ToInt32(string value, int fromBase)",
        r#"Convert.ToInt32("ff", 16)"#,
        "255",
        |_, a| based(a).map(|number| Value::Int32(number as i32)),
    ),
    row(
        "static long ToInt64(string value, int fromBase)",
        r#"Convert.ToInt64("101", 2)"#,
        "5",
        |_, a| based(a).map(|number| Value::Int64(number as i64)),
    ),
    row(
        "static byte ToByte(string value, int fromBase)",
        r#"Convert.ToByte("ff", 16)"#,
        "255",
        |_, a| based(a).map(|number| Value::Byte(number as u8)),
    ),
    row(
        "static bool ToBoolean(object value)",
        r#"Convert.ToBoolean("true")"#,
        "True",
        |_, a| boolean(a.value(0)),
    ),
    row(
        "static char ToChar(object value)",
        "Convert.ToChar(97)",
        "a",
        |_, a| match a.value(0) {
            Value::String(text) if text.encode_utf16().count() == 1 => {
                Ok(Value::Char(text.encode_utf16().next().unwrap_or_default()))
            }
            Value::String(_) => Err(Thrown::new(
                "System.FormatException",
                "String must be exactly one character long.",
            )),
            other => number(other, Simple::Char),
        },
    ),
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
        "Convert.ToString(\"a\")",
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
        "static DateTime ToDateTime(string value)",
        r#"Convert.ToDateTime("2024-05-06").Year"#,
        "2024",
        |_, a| {
            let text = a.text(0)?;
            let invalid = || {
                Thrown::new(
                    "System.FormatException",
                    format!("String '{text}' was not recognized as a valid DateTime."),
                )
            };
            crate::date::parse(text).map(Value::DateTime).ok_or_else(invalid)
        },
    ),
    row(
        "static DateTime ToDateTime(object value)",
        "Convert.ToDateTime((object)new DateTime(2024, 5, 6)).Year",
        "2024",
        |_, a| match a.value(0) {
            Value::DateTime(_) => Ok(a.value(0).clone()),
            Value::String(text) => crate::date::parse(text).map(Value::DateTime).ok_or_else(|| {
                Thrown::new(
                    "System.FormatException",
                    format!("String '{text}' was not recognized as a valid DateTime."),
                )
            }),
            other => Err(not_convertible(other, "DateTime")),
        },
    ),
    row(
        "static string ToBase64String(byte[] inArray)",
        "Convert.ToBase64String(new byte[] { 102 })",
        "Zg==",
        |call, a| {
            let bytes = a
                .required(0)?
                .object::<Array>()
                .and_then(Array::to_bytes)
                .unwrap_or_default();
            call.text(crate::json::base64(&bytes))
        },
    ),
    row(
        "static byte[] FromBase64String(string s)",
        r#"Convert.FromBase64String("Zg==")[0]"#,
        "102",
        from_base64,
    ),
];

fn from_base64(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let text = a.text(0)?;
    call.allocate(text.len())?;
    let message = "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.";
    base64::decode(text)
        .map(Array::bytes)
        .ok_or_else(|| Thrown::new("System.FormatException", message))
}

fn not_convertible(value: &Value, to: &str) -> Thrown {
    let name = value.type_name();
    let name = name.rsplit('.').next().unwrap_or(&name);
    Thrown::new(
        "System.InvalidCastException",
        format!("Invalid cast from '{name}' to '{to}'."),
    )
}

fn number(value: &Value, to: Simple) -> Outcome {
    match value {
        Value::Null => Ok(Value::default_of(&Type::Simple(to))),
        Value::String(text) => read(text, to).map_err(|number_error| error(number_error, text, to)),
        Value::Boolean(truth) => arithmetic::convert(&Value::Int32(i32::from(*truth)), to, true),
        Value::Json(token) => match token.scalar() {
            Some(scalar) => number(&crate::library::scalar_value(&scalar), to),
            None => Err(Thrown::new(
                "System.InvalidCastException",
                "Unable to cast object of type 'Newtonsoft.Json.Linq.JObject' to type 'System.IConvertible'.",
            )),
        },
        Value::Double(_) | Value::Single(_) | Value::Decimal(_) if to.is_integral() => {
            arithmetic::convert(&rounded(value), to, true).map_err(|_| Thrown::overflow(&too_large(to)))
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
        Value::Json(token) => Ok(token.to_boolean()?.into()),
        other if other.simple().is_some_and(Simple::is_numeric) => {
            match arithmetic::convert(other, Simple::Double, false)? {
                Value::Double(number) => Ok((number != 0.0).into()),
                _ => Ok(false.into()),
            }
        }
        other => Err(not_convertible(other, "Boolean")),
    }
}

/// Digits of a base.
fn based(a: Arguments<'_>) -> Result<u64, Thrown> {
    let base = u32::try_from(a.int(1))
        .ok()
        .filter(|base| matches!(base, 2 | 8 | 10 | 16));
    let base = base.ok_or_else(|| Thrown::new("System.ArgumentException", "Invalid Base."))?;
    let Some(text) = a.text_or_null(0) else { return Ok(0) };
    let digits = if base == 16 {
        text.strip_prefix("0x")
            .or_else(|| text.strip_prefix("0X"))
            .unwrap_or(text)
    } else {
        text
    };
    u64::from_str_radix(digits, base)
        .map_err(|_| Thrown::new("System.FormatException", "Could not find any recognizable digits."))
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
