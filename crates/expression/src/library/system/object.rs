//! `System.Object`: what every value can do. Members that types override go by the value's own type.

use crate::library::{Class, ClassKind, Row, row};
use crate::value::{Equality, Key, Value};
use std::hash::{DefaultHasher, Hash, Hasher};

/// `object`
pub static OBJECT: Class = Class::new("System.Object", ClassKind::Class).rows(ROWS);
/// `void`
pub static VOID: Class = Class::new("System.Void", ClassKind::Struct);
/// The base of `Func` and `Action`.
pub static DELEGATE: Class = Class::new("System.Delegate", ClassKind::Class);

const ROWS: &[Row] = &[
    row("string ToString()", "((object)5).ToString()", "5", |call, a| {
        let text = a.value(0).display_string();
        call.allocate(text.len())?;
        Ok(text.into())
    }),
    row("bool Equals(object obj)", "5.Equals(5)", "True", |_, a| {
        Ok(a.value(0).equals(a.value(1)).into())
    }),
    row("int GetHashCode()", "5.GetHashCode()", "5", |_, a| {
        Ok(hash_code(a.value(0)).into())
    }),
    row(
        "static bool Equals(object objA, object objB)",
        "object.Equals(1, 1)",
        "True",
        |_, a| Ok(a.value(0).equals(a.value(1)).into()),
    ),
    row(
        "static bool ReferenceEquals(object objA, object objB)",
        "object.ReferenceEquals(null, null)",
        "True",
        |_, a| Ok(a.value(0).same_reference(a.value(1)).into()),
    ),
    row("Type GetType()", "5.GetType().FullName", "System.Int32", |_, a| {
        Ok(Value::of(crate::library::TypeObject(a.required(0)?.runtime_type())))
    }),
    row("new()", "new object() != null", "True", |_, _| Ok(Value::of(Plain))),
];

/// `new object()`
#[derive(Debug)]
struct Plain;

impl crate::value::Object for Plain {
    fn type_name(&self) -> String {
        "System.Object".to_owned()
    }
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }
}

/// `GetHashCode()`: .NET's number for integers and booleans; for others a number that is equal for equal values (as .NET's for
/// strings, it means nothing beyond that).
pub fn hash_code(value: &Value) -> i32 {
    match value {
        Value::Boolean(value) => i32::from(*value),
        Value::Int64(value) => (*value as i32) ^ ((*value >> 32) as i32),
        Value::Char(unit) => i32::from(*unit) | (i32::from(*unit) << 16),
        Value::Guid(_)
        | Value::String(_)
        | Value::Object(_)
        | Value::Double(_)
        | Value::DateTime(_)
        | Value::Json(_) => {
            let mut hasher = DefaultHasher::new();
            Key::new(value.clone(), Equality::Default).hash(&mut hasher);
            hasher.finish() as i32
        }
        other => other.integer().unwrap_or_default() as i32,
    }
}
