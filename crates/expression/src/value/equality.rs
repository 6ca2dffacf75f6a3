//! Equality, hashing and order of values as .NET's default comparers see them.

use super::Value;
use crate::arithmetic;
use crate::json::Scalar;
use crate::syntax::ast::BinaryOperator;
use crate::thrown::Thrown;
use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

impl Value {
    /// `object.Equals(a, b)`: same type and same value; identity for objects without equality of their own.
    pub fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Null, _) | (_, Self::Null) => false,
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::DateTime(left), Self::DateTime(right)) => left.ticks == right.ticks,
            (Self::DateTimeOffset(..), Self::DateTimeOffset(..)) => self.utc_ticks() == other.utc_ticks(),
            (Self::TimeSpan(left), Self::TimeSpan(right)) => left == right,
            (Self::Guid(left), Self::Guid(right)) => left == right,
            (Self::Enum(class, left), Self::Enum(other_class, right)) => class == other_class && left == right,
            (Self::Host(left), Self::Host(right)) => left == right,
            (Self::Json(left), Self::Json(right)) => match (left.scalar(), right.scalar()) {
                (Some(left), Some(right)) => left.equals(&right),
                _ => left.same_reference(right),
            },
            (Self::Object(left), Self::Object(right)) => {
                std::ptr::addr_eq(Arc::as_ptr(left), Arc::as_ptr(right)) || left.equals(other)
            }
            _ => {
                self.simple()
                    .is_some_and(|simple| simple.is_numeric() && other.simple() == Some(simple))
                    && number_equals(self, other)
            }
        }
    }

    /// `object.ReferenceEquals`
    pub fn same_reference(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Json(left), Self::Json(right)) => left.same_reference(right),
            (Self::Object(left), Self::Object(right)) => std::ptr::addr_eq(Arc::as_ptr(left), Arc::as_ptr(right)),
            // Interned or not cannot be told apart here: equal strings count as one.
            (Self::String(left), Self::String(right)) => left == right,
            (Self::Host(left), Self::Host(right)) => left == right,
            (Self::Null, Self::Null) => true,
            _ => false,
        }
    }

    /// Whether two constants are equal; `None` when they are not of kinds that constants have.
    pub fn constant_equals(&self, other: &Self) -> Option<bool> {
        let constant = |value: &Self| !matches!(value, Self::Host(_) | Self::Object(_) | Self::Json(_));
        (constant(self) && constant(other)).then(|| self.equals(other))
    }

    fn utc_ticks(&self) -> Option<i64> {
        if let Self::DateTimeOffset(local, offset) = self {
            Some(local.ticks - i64::from(*offset) * 600_000_000)
        } else {
            None
        }
    }
}

fn number_equals(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Double(left), Value::Double(right)) if left.is_nan() && right.is_nan() => true,
        _ => arithmetic::compare(BinaryOperator::Equal, left, right) == Some(true),
    }
}

/// `Comparer<T>.Default.Compare`; strings in the invariant culture's order.
///
/// # Errors
/// `ArgumentException` for values without an order.
pub fn compare(left: &Value, right: &Value) -> Result<Ordering, Thrown> {
    let order = match (left, right) {
        (Value::Null, Value::Null) => Ordering::Equal,
        (Value::Null, _) => Ordering::Less,
        (_, Value::Null) => Ordering::Greater,
        (Value::String(left), Value::String(right)) => crate::library::culture_compare(left, right, false),
        (Value::Boolean(left), Value::Boolean(right)) => left.cmp(right),
        (Value::DateTime(left), Value::DateTime(right)) => left.ticks.cmp(&right.ticks),
        (Value::DateTimeOffset(..), Value::DateTimeOffset(..)) => left.utc_ticks().cmp(&right.utc_ticks()),
        (Value::TimeSpan(left), Value::TimeSpan(right)) => left.cmp(right),
        (Value::Guid(left), Value::Guid(right)) => left.cmp(right),
        (Value::Enum(_, left), Value::Enum(_, right)) => left.cmp(right),
        (Value::Json(left), Value::Json(right)) => match (left.scalar(), right.scalar()) {
            (Some(left), Some(right)) => left.compare(&right)?,
            _ => return Err(no_order()),
        },
        _ => return numbers(left, right).ok_or_else(no_order),
    };
    Ok(order)
}

fn numbers(left: &Value, right: &Value) -> Option<Ordering> {
    if let (Value::Double(left), Value::Double(right)) = (left, right) {
        // .NET orders NaN before everything else.
        return Some(
            left.partial_cmp(right)
                .unwrap_or_else(|| right.is_nan().cmp(&left.is_nan())),
        );
    }
    if arithmetic::compare(BinaryOperator::Less, left, right)? {
        return Some(Ordering::Less);
    }
    let greater = arithmetic::compare(BinaryOperator::Greater, left, right)?;
    Some(if greater { Ordering::Greater } else { Ordering::Equal })
}

fn no_order() -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        "At least one object must implement IComparable.",
    )
}

/// Equal numbers have one hash: both zeros, and whatever is not a number.
fn hash_double<H: Hasher>(value: f64, state: &mut H) {
    let value = if value.is_nan() { f64::NAN } else { value + 0.0 };
    value.to_bits().hash(state);
}

/// `JValue.GetHashCode`: that of its value.
fn hash_scalar<H: Hasher>(scalar: &Scalar, state: &mut H) {
    match scalar {
        Scalar::Integer(value) => value.hash(state),
        Scalar::Float(value) => hash_double(*value, state),
        Scalar::Date(date) | Scalar::DateOffset(date, _) => date.ticks.hash(state),
        Scalar::Decimal(value) => value.hash(state),
        Scalar::Null | Scalar::Undefined => {}
        other => other.to_text().hash(state),
    }
}

/// A value as a key of a dictionary or set.
#[derive(Clone, Debug)]
pub struct Key {
    /// The value.
    pub value: Value,
    /// Strings are compared ignoring case (`StringComparer.OrdinalIgnoreCase`).
    pub ignores_case: bool,
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::String(left), Value::String(right)) if self.ignores_case => {
                left.len() == right.len() && left.eq_ignore_ascii_case(right)
                    || left.to_uppercase() == right.to_uppercase()
            }
            (left, right) => left.equals(right),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.value {
            Value::String(text) if self.ignores_case => text.to_uppercase().hash(state),
            Value::String(text) => text.hash(state),
            Value::Boolean(value) => value.hash(state),
            Value::Guid(guid) => guid.hash(state),
            Value::DateTime(date) => date.ticks.hash(state),
            Value::TimeSpan(ticks) => ticks.hash(state),
            Value::DateTimeOffset(..) => self.value.utc_ticks().hash(state),
            Value::Double(value) => hash_double(*value, state),
            Value::Single(value) => hash_double(f64::from(*value), state),
            Value::Decimal(value) => value.hash(state),
            Value::Json(token) => {
                if let Some(scalar) = token.scalar() {
                    hash_scalar(&scalar, state);
                }
            }
            Value::Object(object) if !object.equals(&self.value) => Arc::as_ptr(object).cast::<u8>().hash(state),
            other => other.integer().hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::JToken;
    use std::collections::HashSet;
    use std::hash::{BuildHasher, RandomState};

    /// How many hashes and how many values there are among JSON values.
    fn count(json: &str) -> (usize, usize) {
        let array = JToken::parse(&json.into()).unwrap();
        let keys: Vec<Key> = array
            .children()
            .into_iter()
            .map(|token| Key {
                value: Value::Json(token),
                ignores_case: false,
            })
            .collect();
        let state = RandomState::new();
        let hashes: HashSet<u64> = keys.iter().map(|key| state.hash_one(key)).collect();
        (hashes.len(), keys.into_iter().collect::<HashSet<Key>>().len())
    }

    #[test]
    fn values_of_a_body_are_told_apart_by_their_hash() {
        assert_eq!(count(r#"["a", "b", "", 1, 2, -1, 1.5, 2.5, true, false]"#), (10, 10));
        assert_eq!(count("[0.0, -0.0, 1.0, 1.00, null, null]"), (3, 3));
        assert_eq!(
            count("[123456789012345678901234567890, 123456789012345678901234567891]"),
            (2, 2)
        );
    }
}
