//! C#'s casts of `XElement` and `XAttribute` to .NET values.

use super::linq_node::LinqNode;
use super::text::value_as;
use crate::library::{Arguments, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;

macro_rules! casts {
    ($from:literal, $parameter:literal: $(($ty:literal, $wanted:expr)),* $(,)?) => {
        &[
            row(concat!("static explicit operator string(", $from, " ", $parameter, ")"), "", "", |_, a| {
                optional(a, &Type::STRING)
            }),
            $(
                row(concat!("static explicit operator ", $ty, "(", $from, " ", $parameter, ")"), "", "", |_, a| {
                    required(a, &$wanted)
                }),
                row(concat!("static explicit operator ", $ty, "?(", $from, " ", $parameter, ")"), "", "", |_, a| {
                    optional(a, &$wanted)
                }),
            )*
        ]
    };
    ($from:literal, $parameter:literal) => {
        casts!($from, $parameter:
            ("bool", Type::BOOLEAN),
            ("int", Type::INT32),
            ("uint", Type::Simple(Simple::UInt32)),
            ("long", Type::INT64),
            ("ulong", Type::Simple(Simple::UInt64)),
            ("float", Type::Simple(Simple::Single)),
            ("double", Type::DOUBLE),
            ("decimal", Type::Simple(Simple::Decimal)),
            ("DateTime", named("DateTime")),
            ("DateTimeOffset", named("DateTimeOffset")),
            ("TimeSpan", named("TimeSpan")),
            ("Guid", named("Guid")),
        )
    };
}

/// Of an element.
pub const OF_ELEMENT: &[Row] = casts!("XElement", "element");
/// Of an attribute.
pub const OF_ATTRIBUTE: &[Row] = casts!("XAttribute", "attribute");

fn named(name: &str) -> Type {
    named_type(name, Vec::new()).unwrap_or(Type::OBJECT)
}

fn optional(a: Arguments<'_>, ty: &Type) -> Outcome {
    if a.value(0).is_null() {
        Ok(Value::Null)
    } else {
        required(a, ty)
    }
}

fn required(a: Arguments<'_>, ty: &Type) -> Outcome {
    let Some(LinqNode(node)) = a.value(0).object() else {
        let parameter = a
            .member
            .parameters
            .first()
            .map_or("element", |parameter| parameter.name);
        return Err(Thrown::argument_null(parameter));
    };
    value_as(&node.read(xml::Tree::value), ty)
}
