//! The value of an expression for the place that it stands in, as far as that is decided at run time.

use crate::Target;
use crate::arithmetic;
use crate::number;
use crate::thrown::{Outcome, Thrown};
use crate::types::Simple;
use crate::value::Value;

/// The value for a place, of what the expression gave.
///
/// # Errors
/// What the expression threw; `InvalidCastException` or `FormatException` when the value is not what the place accepts.
#[inline]
pub fn convert(outcome: Outcome, target: Target) -> Outcome {
    if matches!(target, Target::Object | Target::Body) {
        return outcome;
    }
    outcome.and_then(|value| of_type(value, target))
}

fn of_type(value: Value, target: Target) -> Outcome {
    match target {
        Target::Object | Target::Body => Ok(value),
        Target::String => Ok(Value::String(value.display_string())),
        Target::Boolean => match value {
            Value::Boolean(_) => Ok(value),
            other => Err(mismatch(&other, "System.Boolean")),
        },
        Target::Int32 => number(&value, Simple::Int32),
        Target::Int64 => number(&value, Simple::Int64),
        Target::Double => number(&value, Simple::Double),
    }
}

fn mismatch(value: &Value, to: &str) -> Thrown {
    if value.is_null() {
        Thrown::null_reference()
    } else {
        Thrown::cast(&value.type_name(), to)
    }
}

/// A number; digits in a string are accepted too, which published documents rely on.
fn number(value: &Value, to: Simple) -> Outcome {
    match value {
        Value::String(text) if to == Simple::Double => number::parse_double(text)
            .map(Value::Double)
            .map_err(|_| Thrown::number_format(text)),
        Value::String(text) => {
            let digits = number::parse_integer(text)
                .ok()
                .and_then(|number| i64::try_from(number).ok());
            let digits = digits.ok_or_else(|| Thrown::number_format(text))?;
            arithmetic::convert(&Value::Int64(digits), to, true)
        }
        other if other.simple().is_some_and(Simple::is_numeric) => arithmetic::convert(other, to, true),
        Value::Json(token) if token.scalar().is_some() => match to {
            Simple::Double => Ok(Value::Double(token.to_double()?)),
            Simple::Int32 => Ok(Value::Int32(token.to_int32()?)),
            _ => Ok(Value::Int64(token.to_int64()?)),
        },
        other => Err(mismatch(other, to.dotnet_name())),
    }
}
