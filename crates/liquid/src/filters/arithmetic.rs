//! Filters of numbers. Where one side is no whole number both are `decimal`, and `double` beyond its range.

use super::{Filter, Outcome, argument, fails, row};
use crate::render::whole;
use crate::value::Value;
use expression::number::{decimal_from_double, parse_decimal, parse_double};
use expression::runtime::{Fault, Runtime};
use expression::value::Value as Dotnet;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

pub(super) const ROWS: &[Filter] = &[
    row("Abs", "{{ -1.5 | Abs }}", "1.5", |runtime, input, _| {
        let number = number(&input, runtime)?;
        Ok(Value::Double(number.unwrap_or(0.0).abs()))
    }),
    row("AtLeast", "{{ 3 | AtLeast: 5 }}", "5", |runtime, input, a| {
        limited(runtime, input, argument(a, 0), f64::max)
    }),
    row("AtMost", "{{ 3 | AtMost: 2 }}", "2", |runtime, input, a| {
        limited(runtime, input, argument(a, 0), f64::min)
    }),
    row("Ceil", "{{ 1.2 | Ceil }}", "2", |runtime, input, _| {
        Ok(parsed(&input, runtime)?.map_or(Value::Nil, |number| Value::Decimal(number.ceil())))
    }),
    row(
        "DividedBy",
        "{{ 7 | DividedBy: 2 }} {{ 7 | DividedBy: 2.0 }}",
        "3 3.5",
        |_, input, a| compute(&input, argument(a, 0), &DIVIDE),
    ),
    row("Floor", "{{ -1.2 | Floor }}", "-2", |runtime, input, _| {
        Ok(parsed(&input, runtime)?.map_or(Value::Nil, |number| Value::Decimal(number.floor())))
    }),
    row("Minus", "{{ 5 | Minus: 2 }}", "3", |_, input, a| {
        compute(&input, argument(a, 0), &SUBTRACT)
    }),
    row("Modulo", "{{ 7 | Modulo: 4 }}", "3", |_, input, a| {
        compute(&input, argument(a, 0), &REMAINDER)
    }),
    row(
        "Plus",
        "{{ 0.1 | Plus: 0.2 }} {{ '1' | Plus: 2 }}",
        "0.3 12",
        |runtime, input, a| {
            if let Value::Text(text) = &input {
                let added = argument(a, 0).to_text(runtime)?;
                runtime.allocate(added.len())?;
                return Value::text(format!("{text}{added}"), runtime);
            }
            compute(&input, argument(a, 0), &ADD)
        },
    ),
    row(
        "Round",
        "{{ 2.5 | Round }} {{ 1.2345 | Round: 2 }}",
        "2 1.23",
        |runtime, input, a| {
            let places = whole(argument(a, 0)).ok().and_then(|places| u32::try_from(places).ok());
            let number = match &input {
                Value::Nil => Some(Decimal::ZERO),
                other => parsed(other, runtime)?,
            };
            let rounded = places.filter(|places| *places <= 28).zip(number);
            Ok(rounded.map_or(Value::Nil, |(places, number)| Value::Decimal(number.round_dp(places))))
        },
    ),
    row(
        "Times",
        "{{ 2 | Times: 2.5 }} {{ 'ab' | Times: 2 }}",
        "5.0 abab",
        |runtime, input, a| match (&input, argument(a, 0)) {
            (Value::Text(text), Value::Integer(count)) => {
                let count = usize::try_from(*count).unwrap_or(0);
                runtime.allocate(text.len().saturating_add(48).saturating_mul(count))?;
                Value::list(vec![input.clone(); count], runtime)
            }
            (input, factor) => compute(input, factor, &MULTIPLY),
        },
    ),
];

/// A binary operation on each of .NET's types.
struct Operation {
    /// Its name in .NET's messages.
    name: &'static str,
    on_integers: fn(i64, i64) -> Option<i64>,
    on_decimals: fn(Decimal, Decimal) -> Option<Decimal>,
    on_doubles: fn(f64, f64) -> f64,
    /// Whether nothing may be divided by zero.
    divides: bool,
}

const ADD: Operation = Operation {
    name: "Add",
    on_integers: i64::checked_add,
    on_decimals: Decimal::checked_add,
    on_doubles: |left, right| left + right,
    divides: false,
};
const SUBTRACT: Operation = Operation {
    name: "Subtract",
    on_integers: i64::checked_sub,
    on_decimals: Decimal::checked_sub,
    on_doubles: |left, right| left - right,
    divides: false,
};
const MULTIPLY: Operation = Operation {
    name: "Multiply",
    on_integers: i64::checked_mul,
    on_decimals: Decimal::checked_mul,
    on_doubles: |left, right| left * right,
    divides: false,
};
const DIVIDE: Operation = Operation {
    name: "Divide",
    on_integers: i64::checked_div,
    on_decimals: divided,
    on_doubles: |left, right| left / right,
    divides: true,
};
const REMAINDER: Operation = Operation {
    name: "Modulo",
    on_integers: i64::checked_rem,
    on_decimals: Decimal::checked_rem,
    on_doubles: |left, right| left % right,
    divides: true,
};

/// A quotient with as many places as .NET gives it: no zeros at its end beyond those that the dividend had more.
fn divided(left: Decimal, right: Decimal) -> Option<Decimal> {
    let mut quotient = left.checked_div(right)?.normalize();
    let least = left.scale().saturating_sub(right.scale());
    if quotient.scale() < least {
        quotient.rescale(least);
    }
    Some(quotient)
}

fn compute<'v>(left: &Value<'v>, right: &Value<'v>, operation: &Operation) -> Outcome<'v> {
    match (left, right) {
        (Value::Nil, _) | (_, Value::Nil) => Ok(Value::Nil),
        (Value::Integer(left), Value::Integer(right)) => {
            if operation.divides && *right == 0 {
                return fails("Attempted to divide by zero.");
            }
            match (operation.on_integers)(*left, *right) {
                Some(result) => Ok(Value::Integer(result)),
                None => fails("Arithmetic operation resulted in an overflow."),
            }
        }
        _ if is_number(left) && is_number(right) => {
            let decimals = decimal(left).zip(decimal(right));
            if let Some(result) = decimals.and_then(|(left, right)| (operation.on_decimals)(left, right)) {
                return Ok(Value::Decimal(result));
            }
            let doubles = double(left).zip(double(right));
            Ok(doubles.map_or(Value::Nil, |(left, right)| {
                Value::Double((operation.on_doubles)(left, right))
            }))
        }
        _ => fails(format!(
            "The binary operator {} is not defined for the types '{}' and '{}'.",
            operation.name,
            type_name(left),
            type_name(right)
        )),
    }
}

/// Whether it is a number.
pub(crate) fn is_number(value: &Value<'_>) -> bool {
    matches!(value, Value::Integer(_) | Value::Double(_) | Value::Decimal(_))
}

fn type_name(value: &Value<'_>) -> String {
    value
        .dotnet()
        .map_or_else(|| "System.Object".to_owned(), |value| value.type_name())
}

/// A number as a `decimal`, where it is in its range.
pub(crate) fn decimal(value: &Value<'_>) -> Option<Decimal> {
    match value {
        Value::Integer(number) => Some((*number).into()),
        Value::Decimal(number) => Some(*number),
        Value::Double(number) => decimal_from_double(*number).ok(),
        _ => None,
    }
}

/// A number as a `double`.
pub(crate) fn double(value: &Value<'_>) -> Option<f64> {
    match value {
        Value::Integer(number) => Some(*number as f64),
        Value::Decimal(number) => number.to_f64(),
        Value::Double(number) => Some(*number),
        _ => None,
    }
}

/// A `decimal`, also of a text.
fn parsed<'v>(value: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<Option<Decimal>, Fault> {
    if let Some(number) = decimal(value) {
        return Ok(Some(number));
    }
    let text = value.to_text(runtime)?;
    Ok(parse_decimal(&text).ok())
}

/// A `double`, also of a text.
fn number<'v>(value: &Value<'v>, runtime: &mut Runtime<'v>) -> Result<Option<f64>, Fault> {
    if let Some(number) = double(value) {
        return Ok(Some(number));
    }
    let text = value.to_text(runtime)?;
    Ok(parse_double(&text).ok())
}

/// The larger or the smaller of two numbers; the input when one of them is none.
fn limited<'v>(
    runtime: &mut Runtime<'v>,
    input: Value<'v>,
    limit: &Value<'v>,
    pick: fn(f64, f64) -> f64,
) -> Outcome<'v> {
    let numbers = number(&input, runtime)?.zip(number(limit, runtime)?);
    Ok(numbers.map_or(input, |(number, limit)| Value::Double(pick(number, limit))))
}

/// A number as an amount of money, in the invariant culture or that of a name.
pub(super) fn currency<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let culture = argument(a, 0).to_text(runtime)?;
    let Some(number) = parsed(&input, runtime)? else {
        return Ok(input);
    };
    match runtime.format(&Dotnet::Decimal(number), "C", culture.trim())? {
        Some(text) => Ok(Value::Text(text)),
        None => fails(format!(
            "Culture is not supported. {culture} is an invalid culture identifier."
        )),
    }
}
