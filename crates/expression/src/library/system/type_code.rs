//! `System.TypeCode`

use crate::library::Class;
use crate::types::{ClassRef, Simple};
use crate::value::Value;

/// The basic types, numbered.
pub static TYPE_CODE: Class = Class::enumeration(
    "System.TypeCode",
    &[
        ("Empty", 0),
        ("Object", 1),
        ("DBNull", 2),
        ("Boolean", 3),
        ("Char", 4),
        ("SByte", 5),
        ("Byte", 6),
        ("Int16", 7),
        ("UInt16", 8),
        ("Int32", 9),
        ("UInt32", 10),
        ("Int64", 11),
        ("UInt64", 12),
        ("Single", 13),
        ("Double", 14),
        ("Decimal", 15),
        ("DateTime", 16),
        ("String", 18),
    ],
);

/// The number of a value's type.
pub fn type_code(value: &Value) -> Value {
    let number = match (value, value.simple()) {
        (Value::Json(token), _) if token.scalar().is_some() => {
            let held = token.scalar().map(|scalar| crate::library::scalar_value(&scalar));
            return type_code(&held.unwrap_or_default());
        }
        (Value::Null, _) => 0,
        (Value::DateTime(_), _) => 16,
        (Value::Enum(..), _) | (_, Some(Simple::Int32)) => 9,
        (_, Some(Simple::Boolean)) => 3,
        (_, Some(Simple::Char)) => 4,
        (_, Some(Simple::SByte)) => 5,
        (_, Some(Simple::Byte)) => 6,
        (_, Some(Simple::Int16)) => 7,
        (_, Some(Simple::UInt16)) => 8,
        (_, Some(Simple::UInt32)) => 10,
        (_, Some(Simple::Int64)) => 11,
        (_, Some(Simple::UInt64)) => 12,
        (_, Some(Simple::Single)) => 13,
        (_, Some(Simple::Double)) => 14,
        (_, Some(Simple::Decimal)) => 15,
        (_, Some(Simple::String)) => 18,
        _ => 1,
    };
    Value::Enum(ClassRef(&TYPE_CODE), number)
}
