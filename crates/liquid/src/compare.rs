//! Operators of conditions: the right side takes the left side's type, as DotLiquid has it.
//!
//! Never here: how conditions are joined.

use crate::filters::arithmetic::{decimal, double, is_number};
use crate::filters::fails;
use crate::syntax::Operator;
use crate::value::Value;
use expression::date;
use expression::number::{parse_decimal, parse_double, parse_integer};
use expression::runtime::{Fault, Runtime};
use expression::value::Value as Dotnet;
use std::cmp::Ordering;

/// Whether `left operator right` holds.
///
/// # Errors
/// Values that have no order, or a budget that is used up.
pub(crate) fn holds<'v>(
    left: Value<'v>,
    operator: Operator,
    right: Value<'v>,
    runtime: &mut Runtime<'v>,
) -> Result<bool, Fault> {
    let (left, right) = (left.settled(), right.settled());
    Ok(match operator {
        Operator::Equal => equal(&left, &right, runtime)?,
        Operator::NotEqual => !equal(&left, &right, runtime)?,
        Operator::Less => order(&left, &right, runtime)?.is_some_and(Ordering::is_lt),
        Operator::LessOrEqual => order(&left, &right, runtime)?.is_some_and(Ordering::is_le),
        Operator::Greater => order(&left, &right, runtime)?.is_some_and(Ordering::is_gt),
        Operator::GreaterOrEqual => order(&left, &right, runtime)?.is_some_and(Ordering::is_ge),
        Operator::Contains => contains(&left, &right, runtime)?,
        Operator::StartsWith | Operator::EndsWith => at_an_end(&left, operator, &right, runtime)?,
        Operator::HasKey => has(&left, &right, runtime, true)?,
        Operator::HasValue => has(&left, &right, runtime, false)?,
    })
}

/// Whether two values are equal.
///
/// # Errors
/// A budget that is used up.
pub(crate) fn equal<'v>(left: &Value<'v>, right: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<bool, Fault> {
    runtime.step(1)?;
    Ok(match (left, right) {
        (Value::Empty, other) | (other, Value::Empty) => is_empty(other, runtime)?,
        (Value::Nil, Value::Nil) => true,
        (Value::Text(left), Value::Text(right)) => {
            runtime.step(left.len().min(right.len()) as u64 / 64)?;
            left == right
        }
        (Value::List(left), Value::List(right)) => std::rc::Rc::ptr_eq(left, right),
        (left, right) => match alike(left, right, runtime)? {
            Some((left, right)) => left.equals(&right),
            None => false,
        },
    })
}

/// Whether it has items, and has none.
fn is_empty<'v>(value: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<bool, Fault> {
    Ok(match value {
        Value::Empty => true,
        Value::Text(text) => text.is_empty(),
        other => other.items(runtime)?.is_some_and(|items| items.is_empty()),
    })
}

/// How two values are ordered; nothing when one of them is nil.
///
/// # Errors
/// Values that have no order, or a budget that is used up.
pub(crate) fn order<'v>(
    left: &Value<'v>,
    right: &Value<'v>,
    runtime: &mut Runtime<'v>,
) -> Result<Option<Ordering>, Fault> {
    if left.is_nil() || right.is_nil() {
        return Ok(None);
    }
    match alike(left, right, runtime)? {
        Some((left, right)) => runtime.compare(&left, &right).map(Some),
        None => fails("Input string was not in a correct format."),
    }
}

/// Both as .NET values of one type: numbers by their value, else the right side as what the left one is. Nothing where
/// it cannot be.
fn alike<'v>(
    left: &Value<'v>,
    right: &Value<'v>,
    runtime: &mut Runtime<'v>,
) -> Result<Option<(Dotnet, Dotnet)>, Fault> {
    if is_number(left) && is_number(right) {
        if let Some((left, right)) = decimal(left).zip(decimal(right)) {
            return Ok(Some((Dotnet::Decimal(left), Dotnet::Decimal(right))));
        }
        let doubles = double(left).zip(double(right));
        return Ok(doubles.map(|(left, right)| (Dotnet::Double(left), Dotnet::Double(right))));
    }
    let right = match (left, right) {
        (Value::Integer(_), Value::Text(text)) => parse_integer(text)
            .ok()
            .and_then(|number| i64::try_from(number).ok())
            .map(Value::Integer),
        (Value::Double(_), Value::Text(text)) => parse_double(text).ok().map(Value::Double),
        (Value::Decimal(_), Value::Text(text)) => parse_decimal(text).ok().map(Value::Decimal),
        (Value::Boolean(_), Value::Text(text)) => match text.trim().to_ascii_lowercase().as_str() {
            "true" => Some(Value::Boolean(true)),
            "false" => Some(Value::Boolean(false)),
            _ => None,
        },
        (Value::Boolean(_), Value::Integer(number)) => Some(Value::Boolean(*number != 0)),
        (Value::Date(_), Value::Text(text)) => date::parse(text).map(Value::Date),
        (Value::Text(_), other) if other.dotnet().is_some() => Some(Value::Text(other.to_text(runtime)?)),
        (_, other) => Some(other.clone()),
    };
    Ok(left.dotnet().zip(right.and_then(|right| right.dotnet())))
}

fn contains<'v>(left: &Value<'v>, right: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<bool, Fault> {
    match left {
        Value::Text(text) if !right.is_nil() => {
            let part = right.to_text(runtime)?;
            runtime.step(text.len() as u64 / 64)?;
            Ok(text.contains(part.as_str()))
        }
        list if list.is_list() => any_equal(list, right, runtime),
        _ => Ok(false),
    }
}

fn any_equal<'v>(list: &Value<'v>, wanted: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<bool, Fault> {
    for item in list.items(runtime)?.unwrap_or_default() {
        if equal(&item.settled(), wanted, runtime)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn at_an_end<'v>(
    left: &Value<'v>,
    operator: Operator,
    right: &Value<'v>,
    runtime: &mut Runtime<'v>,
) -> Result<bool, Fault> {
    let is_start = operator == Operator::StartsWith;
    match left {
        Value::Text(text) if !right.is_nil() => {
            let part = right.to_text(runtime)?;
            Ok(if is_start {
                text.starts_with(part.as_str())
            } else {
                text.ends_with(part.as_str())
            })
        }
        list if list.is_list() => {
            let items = list.items(runtime)?.unwrap_or_default();
            let item = if is_start { items.first() } else { items.last() };
            match item {
                Some(item) => equal(&item.clone().settled(), right, runtime),
                None => Ok(false),
            }
        }
        _ => Ok(false),
    }
}

/// Whether a dictionary has a key, or a value.
fn has<'v>(left: &Value<'v>, right: &Value<'v>, runtime: &mut Runtime<'v>, is_key: bool) -> Result<bool, Fault> {
    let Value::Object(object) = left else {
        return Ok(false);
    };
    for item in object.items(runtime)?.unwrap_or_default() {
        let Value::Object(item) = item else { continue };
        let Some((key, value)) = item.pair() else { continue };
        let candidate = if is_key {
            Value::Text(key.clone())
        } else {
            value.clone().settled()
        };
        if equal(&candidate, right, runtime)? {
            return Ok(true);
        }
    }
    Ok(false)
}
