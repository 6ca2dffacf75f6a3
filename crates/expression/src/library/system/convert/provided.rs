//! Conversions that are given a culture: `Convert.ToInt32(value, provider)`. Both cultures read and write numbers alike.

use super::super::globalization::culture;
use super::{boolean, change, character, date, is_convertible, number, unconvertible};
use crate::library::{Row, format_in, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;

macro_rules! to_number {
    ($ty:literal, $name:literal, $simple:ident) => {
        row(
            concat!("static ", $ty, " To", $name, "(object value, IFormatProvider provider)"),
            concat!("Convert.To", $name, "(\"12\", CultureInfo.InvariantCulture)"),
            "12",
            |_, a| number(a.value(0), Simple::$simple),
        )
    };
}

/// The conversions.
pub const ROWS: &[Row] = &[
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
        "static sbyte ToSByte(string value, IFormatProvider provider)",
        r#"Convert.ToSByte("-5", null)"#,
        "-5",
        |_, a| {
            // Of all of them, this one takes no null.
            a.text(0)?;
            number(a.value(0), Simple::SByte)
        },
    ),
    row(
        "static bool ToBoolean(object value, IFormatProvider provider)",
        r#"Convert.ToBoolean("true", null)"#,
        "True",
        |_, a| boolean(a.value(0)),
    ),
    row(
        "static char ToChar(object value, IFormatProvider provider)",
        "Convert.ToChar(97, null)",
        "a",
        |_, a| character(a.value(0)),
    ),
    row(
        "static char ToChar(string value, IFormatProvider provider)",
        r#"Convert.ToChar("a", null)"#,
        "a",
        |_, a| {
            a.text(0)?;
            character(a.value(0))
        },
    ),
    row(
        "static DateTime ToDateTime(object value, IFormatProvider provider)",
        r#"Convert.ToDateTime("2024-05-06", CultureInfo.InvariantCulture).Year"#,
        "2024",
        |_, a| date(a.value(0)),
    ),
    row(
        "static string ToString(object value, IFormatProvider provider)",
        r#"Convert.ToString(new DateTime(2024, 5, 6), CultureInfo.GetCultureInfo("en-US"))"#,
        "5/6/2024 12:00:00 AM",
        |_, a| match a.value(0) {
            Value::Null => Ok("".into()),
            other => Ok(format_in(other, "", culture(a.value(1)))?.into()),
        },
    ),
    row(
        "static string ToString(string value, IFormatProvider provider)",
        r#"Convert.ToString("a", null)"#,
        "a",
        |_, a| Ok(a.value(0).clone()),
    ),
    row(
        "static object ChangeType(object value, Type conversionType, IFormatProvider provider)",
        r#"Convert.ChangeType("5", typeof(int), CultureInfo.InvariantCulture)"#,
        "5",
        super::changed_type,
    ),
    row(
        "static object ChangeType(object value, TypeCode typeCode)",
        r#"Convert.ChangeType("5", TypeCode.Int64)"#,
        "5",
        |_, a| by_code(a.value(0), a.int(1)),
    ),
    row(
        "static object ChangeType(object value, TypeCode typeCode, IFormatProvider provider)",
        "Convert.ChangeType(5, TypeCode.String, null)",
        "5",
        |_, a| by_code(a.value(0), a.int(1)),
    ),
    row(
        "static TypeCode GetTypeCode(object value)",
        "Convert.GetTypeCode(5)",
        "Int32",
        |_, a| Ok(super::super::type_code::type_code(a.value(0))),
    ),
    row(
        "static bool IsDBNull(object value)",
        "Convert.IsDBNull(null)",
        "False",
        |_, _| Ok(false.into()),
    ),
];

fn by_code(value: &Value, code: i32) -> Outcome {
    if value.is_null() && code == 0 {
        return Ok(Value::Null);
    }
    if !value.is_null() && !is_convertible(value) {
        return Err(unconvertible());
    }
    change(value, &type_of(code)?)
}

/// The type of a `TypeCode`.
fn type_of(code: i32) -> Result<Type, Thrown> {
    let simple = match code {
        1 => Simple::Object,
        3 => Simple::Boolean,
        4 => Simple::Char,
        5 => Simple::SByte,
        6 => Simple::Byte,
        7 => Simple::Int16,
        8 => Simple::UInt16,
        9 => Simple::Int32,
        10 => Simple::UInt32,
        11 => Simple::Int64,
        12 => Simple::UInt64,
        13 => Simple::Single,
        14 => Simple::Double,
        15 => Simple::Decimal,
        16 => return Ok(crate::library::named_type("DateTime", Vec::new()).unwrap_or(Type::OBJECT)),
        18 => Simple::String,
        0 | 2 => {
            return Err(Thrown::new(
                "System.InvalidCastException",
                "Object cannot be cast to Empty or DBNull.",
            ));
        }
        _ => return Err(Thrown::new("System.ArgumentException", "Unknown TypeCode value.")),
    };
    Ok(Type::Simple(simple))
}
