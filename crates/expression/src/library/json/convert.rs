//! Conversions between `JToken` and .NET values: C#'s casts and `Value<T>`.
//!
//! Never here: objects and collections (`to_object`).

use super::value::{scalar_of, scalar_value, string_of};
use crate::arithmetic;
use crate::collection::Array;
use crate::json::{JToken, Scalar};
use crate::library::{Arguments, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;

macro_rules! to_token {
    ($ty:literal) => {
        row(
            concat!("static implicit operator JToken(", $ty, " value)"),
            "",
            "",
            |_, a| Ok(JToken::value(scalar_of(a.value(0))?).into()),
        )
    };
}

macro_rules! from_token {
    ($ty:literal, $simple:ident) => {
        row(
            concat!("static explicit operator ", $ty, "(JToken value)"),
            "",
            "",
            |_, a| required(a, &Type::Simple(Simple::$simple)),
        )
    };
    ($ty:literal, nullable $simple:ident) => {
        row(
            concat!("static explicit operator ", $ty, "(JToken value)"),
            "",
            "",
            |_, a| optional(a, &Type::Simple(Simple::$simple)),
        )
    };
    ($ty:literal, class $name:literal) => {
        row(
            concat!("static explicit operator ", $ty, "(JToken value)"),
            "",
            "",
            |_, a| required(a, &named($name)),
        )
    };
    ($ty:literal, nullable class $name:literal) => {
        row(
            concat!("static explicit operator ", $ty, "(JToken value)"),
            "",
            "",
            |_, a| optional(a, &named($name)),
        )
    };
}

/// The conversion operators.
pub const ROWS: &[Row] = &[
    row(
        "static explicit operator string(JToken value)",
        r#"(string)JToken.Parse("1")"#,
        "1",
        |_, a| optional(a, &Type::STRING),
    ),
    row(
        "static implicit operator JToken(string value)",
        "((JToken)(string)null).Type",
        "String",
        |_, a| Ok(JToken::value(string_of(a.value(0))?).into()),
    ),
    to_token!("bool"),
    to_token!("bool?"),
    to_token!("byte"),
    to_token!("byte?"),
    to_token!("sbyte"),
    to_token!("sbyte?"),
    to_token!("short"),
    to_token!("short?"),
    to_token!("ushort"),
    to_token!("ushort?"),
    to_token!("int"),
    to_token!("int?"),
    to_token!("uint"),
    to_token!("uint?"),
    to_token!("long"),
    to_token!("long?"),
    to_token!("ulong"),
    to_token!("ulong?"),
    to_token!("float"),
    to_token!("float?"),
    to_token!("double"),
    to_token!("double?"),
    to_token!("decimal"),
    to_token!("decimal?"),
    to_token!("DateTime"),
    to_token!("DateTime?"),
    to_token!("DateTimeOffset"),
    to_token!("DateTimeOffset?"),
    to_token!("TimeSpan"),
    to_token!("TimeSpan?"),
    to_token!("Guid"),
    to_token!("Guid?"),
    to_token!("Uri"),
    to_token!("byte[]"),
    from_token!("bool", Boolean),
    from_token!("bool?", nullable Boolean),
    from_token!("sbyte", SByte),
    from_token!("sbyte?", nullable SByte),
    from_token!("byte", Byte),
    from_token!("byte?", nullable Byte),
    from_token!("short", Int16),
    from_token!("short?", nullable Int16),
    from_token!("ushort", UInt16),
    from_token!("ushort?", nullable UInt16),
    from_token!("int", Int32),
    from_token!("int?", nullable Int32),
    from_token!("uint", UInt32),
    from_token!("uint?", nullable UInt32),
    from_token!("long", Int64),
    from_token!("long?", nullable Int64),
    from_token!("ulong", UInt64),
    from_token!("ulong?", nullable UInt64),
    from_token!("float", Single),
    from_token!("float?", nullable Single),
    from_token!("double", Double),
    from_token!("double?", nullable Double),
    from_token!("decimal", Decimal),
    from_token!("decimal?", nullable Decimal),
    from_token!("char", Char),
    from_token!("char?", nullable Char),
    from_token!("DateTime", class "DateTime"),
    from_token!("DateTime?", nullable class "DateTime"),
    from_token!("DateTimeOffset", class "DateTimeOffset"),
    from_token!("DateTimeOffset?", nullable class "DateTimeOffset"),
    from_token!("TimeSpan", class "TimeSpan"),
    from_token!("TimeSpan?", nullable class "TimeSpan"),
    from_token!("Guid", class "Guid"),
    from_token!("Guid?", nullable class "Guid"),
    from_token!("Uri", nullable class "Uri"),
    row(
        "static explicit operator byte[](JToken value)",
        r#"((byte[])JToken.Parse("'AQI='")).Length"#,
        "2",
        |_, a| match a.value(0) {
            Value::Json(token) => bytes(token),
            _ => Ok(Value::Null),
        },
    ),
];

fn named(name: &str) -> Type {
    crate::library::named_type(name, Vec::new()).unwrap_or(Type::OBJECT)
}

fn required(a: Arguments<'_>, ty: &Type) -> Outcome {
    match a.value(0) {
        Value::Json(token) => scalar_as(token, ty),
        _ => Err(Thrown::argument_null("value")),
    }
}

fn optional(a: Arguments<'_>, ty: &Type) -> Outcome {
    match a.value(0) {
        Value::Json(token) if !token.is_null() => scalar_as(token, ty),
        _ => Ok(Value::Null),
    }
}

/// `(T)token` for a T that is no token.
fn scalar_as(token: &JToken, ty: &Type) -> Outcome {
    let value = match ty {
        Type::Simple(simple) => match simple {
            Simple::String => token.to_nullable_string()?.into(),
            Simple::Boolean => Value::Boolean(token.to_boolean()?),
            Simple::Int32 => Value::Int32(token.to_int32()?),
            Simple::Double => Value::Double(token.to_double()?),
            Simple::Single => Value::Single(token.to_double()? as f32),
            Simple::Decimal => Value::Decimal(token.to_decimal()?),
            Simple::Char => character(token)?,
            Simple::Object | Simple::Void => Value::Json(token.clone()),
            other => arithmetic::convert(&Value::Int64(token.to_int64()?), *other, true)?,
        },
        Type::Class(class, _) => match class.name {
            "System.DateTime" => Value::DateTime(token.to_date_time()?),
            "System.DateTimeOffset" => {
                let (local, offset) = token.to_date_time_offset()?;
                Value::DateTimeOffset(local, offset)
            }
            "System.Guid" => Value::Guid(token.to_guid()?),
            "System.TimeSpan" => time_span(token)?,
            "System.Uri" => uri(token)?,
            _ => return Err(JsonErrorAs(class.name).into()),
        },
        _ => return Err(JsonErrorAs("the type").into()),
    };
    Ok(value)
}

/// `(char)token`: a number is a character's code.
fn character(token: &JToken) -> Outcome {
    match token.operand() {
        Some(Scalar::NoString) => Ok(Value::Char(0)),
        Some(Scalar::Integer(code)) => arithmetic::convert(&Value::Int64(code), Simple::Char, true)
            .map_err(|_| Thrown::overflow("Value was either too large or too small for a character.")),
        Some(Scalar::BigInteger(_)) => Err(Thrown::overflow(
            "Value was either too large or too small for a character.",
        )),
        Some(Scalar::Float(_) | Scalar::Decimal(_)) => Err(Thrown::new(
            "System.InvalidCastException",
            "Invalid cast from 'Double' to 'Char'.",
        )),
        Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
            let mut units = text.encode_utf16();
            match (units.next(), units.next()) {
                (Some(unit), None) => Ok(Value::Char(unit)),
                _ => Err(Thrown::new(
                    "System.FormatException",
                    "String must be exactly one character long.",
                )),
            }
        }
        _ => Err(token.refused("Char").into()),
    }
}

fn time_span(token: &JToken) -> Outcome {
    match token.operand() {
        Some(Scalar::TimeSpan(ticks)) => Ok(Value::TimeSpan(ticks)),
        Some(Scalar::NoString) => Err(Thrown::new(
            "System.FormatException",
            "String was not recognized as a valid TimeSpan.",
        )),
        Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
            let ticks = crate::library::system::parse_time_span(&text).ok();
            ticks.map(Value::TimeSpan).ok_or_else(|| {
                let message = format!("String '{text}' was not recognized as a valid TimeSpan.");
                Thrown::new("System.FormatException", message)
            })
        }
        _ => Err(token.refused("TimeSpan").into()),
    }
}

fn uri(token: &JToken) -> Outcome {
    match token.operand() {
        Some(Scalar::Uri(text)) => Ok(crate::library::uri(&text)),
        Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
            crate::library::system::absolute_uri(&text).ok_or_else(|| {
                Thrown::new(
                    "System.UriFormatException",
                    "Invalid URI: The format of the URI could not be determined.",
                )
            })
        }
        _ => Err(token.refused("Uri").into()),
    }
}

/// `(byte[])token`: a string is Base64.
fn bytes(token: &JToken) -> Outcome {
    match token.operand() {
        Some(Scalar::Bytes(bytes)) => Ok(Array::bytes(bytes.to_vec())),
        Some(Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text)) => {
            crate::library::decode_base64(&text).map(Array::bytes).ok_or_else(|| {
                Thrown::new(
                    "System.FormatException",
                    "The input is not a valid Base-64 string as it contains a non-base 64 character.",
                )
            })
        }
        _ => Err(token.refused("byte array").into()),
    }
}

/// A conversion that Newtonsoft does not have.
struct JsonErrorAs(&'static str);

impl From<JsonErrorAs> for Thrown {
    fn from(error: JsonErrorAs) -> Self {
        Self::new(
            "System.InvalidCastException",
            format!("Cannot cast Newtonsoft.Json.Linq.JToken to {}.", error.0),
        )
    }
}

/// `Value<T>()` of a token that may be missing: what is missing is the default.
///
/// # Errors
/// `InvalidCastException` where .NET's `Convert.ChangeType` refuses; otherwise as the casts.
pub fn value_as(token: Option<&JToken>, ty: &Type) -> Outcome {
    let Some(token) = token else {
        return Ok(Value::default_of(ty));
    };
    let value = Value::Json(token.clone());
    if value.is_instance(ty) {
        return Ok(value);
    }
    let Some(scalar) = token.scalar() else {
        return Err(Thrown::cast(&value.type_name(), &ty.dotnet_name()));
    };
    let held = scalar_value(&scalar);
    if matches!(scalar, Scalar::BigInteger(_)) && !matches!(ty, Type::Simple(Simple::Object)) {
        let message = "Object must implement IConvertible.";
        return Err(Thrown::new("System.InvalidCastException", message));
    }
    if held.is_instance(ty) {
        return Ok(held);
    }
    if held.is_null() {
        return if ty.accepts_null() {
            Ok(Value::Null)
        } else {
            Err(Thrown::new(
                "System.InvalidCastException",
                "Null object cannot be converted to a value type.",
            ))
        };
    }
    let wanted = ty.without_nullable();
    let dated = matches!(scalar, Scalar::Date(_) | Scalar::DateOffset(..));
    let changes = match wanted {
        Type::Simple(simple) => !dated || *simple == Simple::String,
        Type::Class(class, _) => class.name == "System.DateTime" && matches!(scalar, Scalar::String(_)),
        _ => false,
    };
    if !changes {
        return Err(Thrown::cast(&held.type_name(), &wanted.dotnet_name()));
    }
    scalar_as(token, wanted)
}

/// The value of a plain token as a type, for those who read it into an object (`ToObject`).
///
/// # Errors
/// As the casts.
pub fn read_as(token: &JToken, ty: &Type) -> Outcome {
    match ty {
        Type::Array(..) => bytes(token),
        ty => scalar_as(token, ty),
    }
}
