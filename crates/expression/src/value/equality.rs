//! Equality, hashing and order of values as .NET's default comparers see them.

use super::Value;
use crate::arithmetic;
use crate::collection::{MAX_NESTING, Record};
use crate::json::{JToken, Scalar};
use crate::syntax::ast::BinaryOperator;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Object;
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
            (Self::Object(left), Self::Object(right)) => {
                std::ptr::addr_eq(Arc::as_ptr(left), Arc::as_ptr(right)) || left.is_same(other)
            }
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
        (Value::Single(left), Value::Single(right)) if left.is_nan() && right.is_nan() => true,
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
        (Value::Object(_), Value::Object(_)) => return records(left, right),
        _ => return numbers(left, right).ok_or_else(no_order),
    };
    Ok(order)
}

/// Tuples of one type, element by element.
fn records(left: &Value, right: &Value) -> Result<Ordering, Thrown> {
    let tuple = |value: &Value| {
        let record = value.object::<Record>()?;
        let ordered = !matches!(record.ty, Type::Anonymous(_)) && record.nesting() <= MAX_NESTING;
        ordered.then(|| record.items.clone())
    };
    let (Some(left), Some(right)) = (tuple(left), tuple(right)) else {
        return Err(no_order());
    };
    let orders = left.iter().zip(&right).map(|(left, right)| compare(left, right));
    for order in orders {
        let order = order?;
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(left.len().cmp(&right.len()))
}

fn numbers(left: &Value, right: &Value) -> Option<Ordering> {
    let floats = match (left, right) {
        (Value::Double(left), Value::Double(right)) => Some((*left, *right)),
        (Value::Single(left), Value::Single(right)) => Some((f64::from(*left), f64::from(*right))),
        _ => None,
    };
    if let Some((left, right)) = floats {
        // .NET orders NaN before everything else.
        return Some(
            left.partial_cmp(&right)
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
        Scalar::Null | Scalar::Undefined | Scalar::NoString => {}
        other => other.to_text().hash(state),
    }
}

/// A part of a tuple or of an anonymous object; what is inside of parts may be nested without bound, and is left out.
fn hash_part<H: Hasher>(part: &Value, state: &mut H) {
    if !matches!(part, Value::Object(object) if object.parts().is_some()) {
        Key::new(part.clone(), Equality::Default).hash(state);
    }
}

fn hash_token<H: Hasher>(token: &JToken, equality: Equality, state: &mut H) {
    match token.scalar() {
        Some(scalar) => hash_scalar(&scalar, state),
        None if equality == Equality::Json => token.hash_content(state),
        None => token.identity().hash(state),
    }
}

/// Which values are the same to a dictionary, a set or an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Equality {
    /// Those that [`Value::equals`] says: the type's own equality.
    Default,
    /// Strings whatever their case (`StringComparer.OrdinalIgnoreCase`).
    IgnoreCase,
    /// JSON of the same content (`JTokenEqualityComparer`).
    Json,
    /// XML nodes of the same content (`XNodeEqualityComparer`).
    Xml,
}

/// A value as a key of a dictionary or set.
#[derive(Clone, Debug)]
pub struct Key {
    /// The value.
    pub value: Value,
    equality: Equality,
}

impl Key {
    /// A value, and what is the same to it.
    pub fn new(value: Value, equality: Equality) -> Self {
        Self { value, equality }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::String(left), Value::String(right)) if self.equality == Equality::IgnoreCase => {
                left.len() == right.len() && left.eq_ignore_ascii_case(right)
                    || left.to_uppercase() == right.to_uppercase()
            }
            (Value::Json(left), Value::Json(right)) if self.equality == Equality::Json => left.deep_equals(right),
            (left, right) if self.equality == Equality::Xml => crate::library::equal_nodes(left, right).0,
            (left, right) => left.equals(right),
        }
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.value {
            Value::String(text) if self.equality == Equality::IgnoreCase => text.to_uppercase().hash(state),
            Value::String(text) => text.hash(state),
            Value::Boolean(value) => value.hash(state),
            Value::Guid(guid) => guid.hash(state),
            Value::DateTime(date) => date.ticks.hash(state),
            Value::TimeSpan(ticks) => ticks.hash(state),
            Value::DateTimeOffset(..) => self.value.utc_ticks().hash(state),
            Value::Double(value) => hash_double(*value, state),
            Value::Single(value) => hash_double(f64::from(*value), state),
            Value::Decimal(value) => value.hash(state),
            Value::Json(token) => hash_token(token, self.equality, state),
            Value::Object(_) if self.equality == Equality::Xml => crate::library::hash_node(&self.value).hash(state),
            Value::Object(object) if object.parts().is_some() => {
                for part in object.parts().into_iter().flatten() {
                    hash_part(part, state);
                }
            }
            Value::Object(object) if !object.equals(&self.value) => Arc::as_ptr(object).cast::<u8>().hash(state),
            Value::Object(object) => object.hash_code().hash(state),
            other => other.integer().hash(state),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::hash::{BuildHasher, RandomState};

    /// How many hashes and how many values there are among JSON values.
    fn count(json: &str, equality: Equality) -> (usize, usize) {
        let array = JToken::parse(&json.into()).unwrap();
        let keys: Vec<Key> = array
            .children()
            .into_iter()
            .map(|token| Key::new(Value::Json(token), equality))
            .collect();
        let state = RandomState::new();
        let hashes: HashSet<u64> = keys.iter().map(|key| state.hash_one(key)).collect();
        (hashes.len(), keys.into_iter().collect::<HashSet<Key>>().len())
    }

    #[test]
    fn values_of_a_body_are_told_apart_by_their_hash() {
        let count = |json| count(json, Equality::Default);
        assert_eq!(count(r#"["a", "b", "", 1, 2, -1, 1.5, 2.5, true, false]"#), (10, 10));
        assert_eq!(count("[0.0, -0.0, 1.0, 1.00, null, null]"), (3, 3));
        assert_eq!(
            count("[123456789012345678901234567890, 123456789012345678901234567891]"),
            (2, 2)
        );
        assert_eq!(count("[{}, {}, [], [1], [1]]"), (5, 5));
    }

    #[test]
    fn records_are_told_apart_by_their_parts() {
        let state = RandomState::new();
        let hash = |items: &[i32]| {
            let items = items.iter().map(|item| Value::Int32(*item)).collect();
            let record = Record::new(Type::OBJECT, items);
            state.hash_one(Key::new(Value::of(record), Equality::Default))
        };
        assert_eq!(hash(&[1, 2]), hash(&[1, 2]));
        assert_ne!(hash(&[1, 2]), hash(&[2, 1]));
    }

    #[test]
    fn content_alike_has_one_hash() {
        let count = |json| count(json, Equality::Json);
        assert_eq!(count("[{}, {}, [], [1], [1], [2], [[1]]]"), (5, 5));
        assert_eq!(count("[{a: 1, b: [2]}, {b: [2], a: 1}, {a: 1, b: [3]}]"), (2, 2));
    }
}
