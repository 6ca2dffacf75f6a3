//! Conversions between `JToken` and .NET values: C#'s casts, `Value<T>`, `ToObject<T>`.

use super::value::{scalar_of, scalar_value};
use crate::collection::{Array, Dictionary, List};
use crate::frame::Frame;
use crate::json::JToken;
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
    to_token!("string"),
    to_token!("bool"),
    to_token!("bool?"),
    to_token!("byte"),
    to_token!("sbyte"),
    to_token!("short"),
    to_token!("ushort"),
    to_token!("int"),
    to_token!("int?"),
    to_token!("uint"),
    to_token!("long"),
    to_token!("long?"),
    to_token!("ulong"),
    to_token!("float"),
    to_token!("double"),
    to_token!("double?"),
    to_token!("decimal"),
    to_token!("decimal?"),
    to_token!("DateTime"),
    to_token!("DateTime?"),
    to_token!("DateTimeOffset"),
    to_token!("TimeSpan"),
    to_token!("Guid"),
    to_token!("Uri"),
    to_token!("byte[]"),
    from_token!("bool", Boolean),
    from_token!("bool?", nullable Boolean),
    from_token!("int", Int32),
    from_token!("int?", nullable Int32),
    from_token!("long", Int64),
    from_token!("long?", nullable Int64),
    from_token!("short", Int16),
    from_token!("byte", Byte),
    from_token!("char", Char),
    from_token!("uint", UInt32),
    from_token!("ulong", UInt64),
    from_token!("float", Single),
    from_token!("double", Double),
    from_token!("double?", nullable Double),
    from_token!("decimal", Decimal),
    from_token!("decimal?", nullable Decimal),
    from_token!("DateTime", class "DateTime"),
    from_token!("DateTime?", nullable class "DateTime"),
    from_token!("DateTimeOffset", class "DateTimeOffset"),
    from_token!("Guid", class "Guid"),
    from_token!("Guid?", nullable class "Guid"),
    from_token!("TimeSpan", class "TimeSpan"),
    from_token!("Uri", class "Uri"),
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
            Simple::Char => match token.to_nullable_string()? {
                Some(text) if text.encode_utf16().count() == 1 => {
                    Value::Char(text.encode_utf16().next().unwrap_or_default())
                }
                _ => {
                    return Err(Thrown::new(
                        "System.FormatException",
                        "String must be exactly one character long.",
                    ));
                }
            },
            Simple::Object | Simple::Void => Value::Json(token.clone()),
            other => crate::arithmetic::convert(&Value::Int64(token.to_int64()?), *other, true)?,
        },
        Type::Class(class, _) => match class.name {
            "System.DateTime" => Value::DateTime(token.to_date_time()?),
            "System.DateTimeOffset" => {
                let (local, offset) = token.to_date_time_offset()?;
                Value::DateTimeOffset(local, offset)
            }
            "System.Guid" => Value::Guid(token.to_guid()?),
            _ => return Err(JsonErrorAs(class.name).into()),
        },
        _ => return Err(JsonErrorAs("the type").into()),
    };
    Ok(value)
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

/// `Value<T>()`: null and missing give the default.
///
/// # Errors
/// As the casts.
pub fn value_as(token: Option<&JToken>, ty: &Type) -> Outcome {
    let Some(token) = token else {
        return Ok(Value::default_of(ty));
    };
    let value = Value::Json(token.clone());
    if *ty != Type::OBJECT && value.is_instance(ty) {
        return Ok(value);
    }
    if token.scalar().is_none() {
        let (own, wanted) = (value.type_name(), ty.dotnet_name());
        return Err(Thrown::new(
            "System.InvalidCastException",
            format!("Cannot cast {own} to {wanted}."),
        ));
    }
    if token.is_null() {
        return Ok(Value::default_of(ty));
    }
    if *ty == Type::OBJECT {
        return Ok(token.scalar().map(|scalar| scalar_value(&scalar)).unwrap_or_default());
    }
    scalar_as(token, ty.without_nullable())
}

/// `ToObject<T>()`
///
/// # Errors
/// As the casts; `JsonSerializationException` for a token of another shape.
pub fn to_object(frame: &mut Frame<'_>, token: &JToken, ty: &Type) -> Outcome {
    frame.step(1)?;
    let value = Value::Json(token.clone());
    match ty {
        _ if value.is_instance(ty) && *ty != Type::OBJECT => Ok(value),
        Type::Array(element, 1) if token.class() == "JArray" => {
            let items: Result<Vec<Value>, Thrown> = token
                .children()
                .iter()
                .map(|child| to_object(frame, child, element))
                .collect();
            Ok(Value::of(Array::new((**element).clone(), items?)))
        }
        Type::Class(class, arguments) if token.class() == "JObject" && class.name.ends_with("Dictionary") => {
            let value_type = arguments.get(1).cloned().unwrap_or(Type::OBJECT);
            let dictionary = Dictionary::new(Type::STRING, value_type.clone(), crate::value::Equality::Default);
            for property in token.properties() {
                let Some(child) = property.property_value() else {
                    continue;
                };
                let child = to_object(frame, &child, &value_type)?;
                dictionary.set(frame, property.name().unwrap_or_default().into(), child)?;
            }
            Ok(Value::of(dictionary))
        }
        Type::Class(_, arguments) if token.class() == "JArray" && arguments.len() == 1 => {
            let element = arguments.first().cloned().unwrap_or(Type::OBJECT);
            let items: Result<Vec<Value>, Thrown> = token
                .children()
                .iter()
                .map(|child| to_object(frame, child, &element))
                .collect();
            Ok(Value::of(List::new(&crate::library::LIST, element, items?)))
        }
        _ if token.scalar().is_some() || *ty == Type::OBJECT => {
            if *ty == Type::OBJECT && token.scalar().is_none() {
                return Ok(value);
            }
            value_as(Some(token), ty)
        }
        _ => {
            let message = format!(
                "Cannot deserialize the current JSON value into type '{}'. Path '{}'.",
                ty.dotnet_name(),
                token.path()
            );
            Err(Thrown::new("Newtonsoft.Json.JsonSerializationException", message))
        }
    }
}
