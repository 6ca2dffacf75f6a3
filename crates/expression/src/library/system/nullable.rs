//! `System.Nullable<T>`

use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Value, compare};

/// `T?`
pub static NULLABLE: Class = Class::new("System.Nullable", ClassKind::Struct)
    .generic(&["T"])
    .rows(ROWS);

/// The name that static members are called by.
pub static STATIC_NULLABLE: Class = Class::new("System.Nullable", ClassKind::Static).rows(STATIC_ROWS);

const STATIC_ROWS: &[Row] = &[
    row(
        "static int Compare<T>(T? n1, T? n2)",
        "Nullable.Compare<int>(1, null)",
        "1",
        |_, a| {
            Ok(match (a.value(0), a.value(1)) {
                (Value::Null, Value::Null) => 0,
                (Value::Null, _) => -1,
                (_, Value::Null) => 1,
                (left, right) => compare(left, right)? as i32,
            }
            .into())
        },
    ),
    row(
        "static bool Equals<T>(T? n1, T? n2)",
        "Nullable.Equals<int>(1, 1)",
        "True",
        |_, a| Ok(a.value(0).equals(a.value(1)).into()),
    ),
];

const ROWS: &[Row] = &[
    row("bool HasValue { get; }", "((int?)5).HasValue", "True", |_, a| {
        Ok((!a.value(0).is_null()).into())
    }),
    row("T Value { get; }", "((int?)5).Value", "5", |_, a| match a.value(0) {
        Value::Null => Err(Thrown::invalid_operation("Nullable object must have a value.")),
        value => Ok(value.clone()),
    }),
    row(
        "T GetValueOrDefault()",
        "((int?)null).GetValueOrDefault()",
        "0",
        |call, a| match a.value(0) {
            Value::Null => Ok(Value::default_of(&call.type_argument(0))),
            value => Ok(value.clone()),
        },
    ),
    row(
        "T GetValueOrDefault(T defaultValue)",
        "((int?)null).GetValueOrDefault(7)",
        "7",
        |_, a| match a.value(0) {
            Value::Null => Ok(a.value(1).clone()),
            value => Ok(value.clone()),
        },
    ),
    row("string ToString()", "((int?)5).ToString()", "5", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
];
