//! `System.IComparable`

use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Value, compare};

/// What has an order.
pub static ICOMPARABLE: Class = Class::new("System.IComparable", ClassKind::Interface).rows(&[COMPARE_TO]);

const COMPARE_TO: Row = row(
    "int CompareTo(object obj)",
    "((IComparable)2).CompareTo(1)",
    "1",
    compare_to,
);

/// Goes by the object's own `CompareTo(object)`, where it has one, and by its order otherwise.
fn compare_to(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let own = a.value(0).runtime_type();
    let class = own.library_class().map(|class| class.0);
    let member = class.and_then(|class| {
        let mut members = class.members("CompareTo").iter();
        members.find(|member| matches!(member.parameters.as_slice(), [only] if only.ty == Type::OBJECT))
    });
    if let Some(member) = member {
        return (member.run)(call, a);
    }
    match a.value(1) {
        Value::Null => Ok(1.into()),
        other if matches!(a.value(0), Value::Json(_)) => crate::library::json::compared(a.value(0), other),
        other if other.runtime_type() == own => Ok((compare(a.value(0), other)? as i32).into()),
        _ => Err(Thrown::new(
            "System.ArgumentException",
            format!("Object must be of type {}.", class.map_or("", Class::short_name)),
        )),
    }
}
