//! Arithmetic on number values, after C#'s promotions: both operands have the same type.
//!
//! Never here: which promotion applies (`check`), formatting and parsing of numbers.

#![allow(clippy::float_cmp, reason = "C#'s `==` is exact")]

use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::types::Simple;
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

const OVERFLOW: &str = "Arithmetic operation resulted in an overflow.";

fn overflow() -> Thrown {
    Thrown::overflow(OVERFLOW)
}

fn decimal_overflow() -> Thrown {
    Thrown::overflow("Value was either too large or too small for a Decimal.")
}

/// A number type that is calculated with directly.
pub trait Number: Copy + PartialOrd + Send + Sync + 'static {
    /// C#'s type.
    const SIMPLE: Simple;
    /// The number in a value of this type.
    fn of(value: &Value) -> Option<Self>;
    /// The value that holds it.
    fn value(self) -> Value;
    /// The number that an `int` widens to; itself for `int`, and for types that none widens to.
    fn of_int(number: i32) -> Self;
    /// Arithmetic and bits.
    ///
    /// # Errors
    /// `DivideByZeroException`, `OverflowException`.
    fn binary(operator: BinaryOperator, left: Self, right: Self, overflow_throws: bool) -> Result<Self, Thrown>;
}

/// What all number types do alike: `$type` is C#'s type `$simple`, held by the [`Value`] of that name.
macro_rules! held {
    ($type:ty, $simple:ident) => {
        const SIMPLE: Simple = Simple::$simple;
        #[inline]
        fn of(value: &Value) -> Option<Self> {
            if let Value::$simple(number) = value {
                Some(*number)
            } else {
                None
            }
        }
        #[inline]
        fn value(self) -> Value {
            Value::$simple(self)
        }
        #[inline]
        fn of_int(number: i32) -> Self {
            number as Self
        }
    };
}

macro_rules! integers {
    ($($type:ty: $simple:ident),*) => {$(
        impl Number for $type {
            held!($type, $simple);
            #[inline(always)]
            fn binary(operator: BinaryOperator, left: Self, right: Self, overflow_throws: bool) -> Result<Self, Thrown> {
                let (result, overflows) = match operator {
                    BinaryOperator::Add => left.overflowing_add(right),
                    BinaryOperator::Subtract => left.overflowing_sub(right),
                    BinaryOperator::Multiply => left.overflowing_mul(right),
                    BinaryOperator::Divide | BinaryOperator::Remainder if right == 0 => {
                        return Err(Thrown::divide_by_zero());
                    }
                    BinaryOperator::Divide => return left.checked_div(right).ok_or_else(overflow),
                    BinaryOperator::Remainder => return left.checked_rem(right).ok_or_else(overflow),
                    BinaryOperator::And => (left & right, false),
                    BinaryOperator::Or => (left | right, false),
                    BinaryOperator::Xor => (left ^ right, false),
                    _ => return Err(no_number()),
                };
                if overflow_throws && overflows {
                    return Err(overflow());
                }
                Ok(result)
            }
        }
    )*};
}

integers!(i32: Int32, i64: Int64, u32: UInt32, u64: UInt64);

impl Number for f64 {
    held!(f64, Double);
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the operator is known where the code of one is made"
    )]
    fn binary(operator: BinaryOperator, left: Self, right: Self, _: bool) -> Result<Self, Thrown> {
        Ok(match operator {
            BinaryOperator::Add => left + right,
            BinaryOperator::Subtract => left - right,
            BinaryOperator::Multiply => left * right,
            BinaryOperator::Divide => left / right,
            BinaryOperator::Remainder => left % right,
            _ => return Err(no_number()),
        })
    }
}

/// Arithmetic, bits and shifts.
///
/// # Errors
/// `DivideByZeroException`, `OverflowException`.
pub fn binary(operator: BinaryOperator, left: &Value, right: &Value, overflow_throws: bool) -> Outcome {
    if matches!(operator, BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight) {
        return shift(operator == BinaryOperator::ShiftLeft, left, right);
    }
    match (left, right) {
        (Value::Int32(left), Value::Int32(right)) => applied(operator, (left, right), overflow_throws),
        (Value::Int64(left), Value::Int64(right)) => applied(operator, (left, right), overflow_throws),
        (Value::UInt32(left), Value::UInt32(right)) => applied(operator, (left, right), overflow_throws),
        (Value::UInt64(left), Value::UInt64(right)) => applied(operator, (left, right), overflow_throws),
        (Value::Double(left), Value::Double(right)) => applied(operator, (left, right), overflow_throws),
        (Value::Single(left), Value::Single(right)) => {
            let result = f64::binary(operator, f64::from(*left), f64::from(*right), overflow_throws)?;
            Ok(Value::Single(result as f32))
        }
        (Value::Decimal(left), Value::Decimal(right)) => decimals(operator, *left, *right),
        _ => Err(no_number()),
    }
}

fn applied<T: Number>(operator: BinaryOperator, (left, right): (&T, &T), overflow_throws: bool) -> Outcome {
    T::binary(operator, *left, *right, overflow_throws).map(T::value)
}

/// The checker gives operands of one type and operators of that type only.
#[cold]
pub fn no_number() -> Thrown {
    Thrown::invalid_operation("the operator does not apply to these operands")
}

/// A product has as many decimal places as its operands together, a zero too.
///
/// A zero is one of .NET's two: of numbers that have 32 bits it has sign and places, otherwise neither.
fn product(left: Decimal, right: Decimal) -> Option<Decimal> {
    let product = left.checked_mul(right)?;
    if !product.is_zero() {
        return Some(product);
    }
    let short = |number: Decimal| number.mantissa().unsigned_abs() <= u128::from(u32::MAX);
    let places = left.scale() + right.scale();
    let kept = if short(left) && short(right) {
        // Beyond 19 places more than there are, nothing of 64 bits is left to round.
        places <= Decimal::MAX_SCALE + 19
    } else {
        !left.is_zero() && !right.is_zero()
    };
    if !kept {
        return Some(Decimal::ZERO);
    }
    let zero = Decimal::new(0, places.min(Decimal::MAX_SCALE));
    Some(signed(zero, || left.is_sign_negative() != right.is_sign_negative()))
}

/// A quotient has no more zeros at its end than its operands' scales ask for.
fn quotient(left: Decimal, right: Decimal) -> Option<Decimal> {
    let least = left.scale().saturating_sub(right.scale());
    let quotient = left.checked_div(right)?;
    let mut short = quotient.normalize();
    // What had to be rounded has no zeros at its end, not even those.
    if short.scale() < least && short.checked_mul(right) == Some(left) {
        short.rescale(least);
    }
    Some(signed(short, || left.is_sign_negative() != right.is_sign_negative()))
}

fn decimals(operator: BinaryOperator, left: Decimal, right: Decimal) -> Outcome {
    let sum = |sum: Option<Decimal>, other_is_negative| {
        let mut sum = sum?;
        // As many decimals as the operand that has more of them, as far as there is room.
        let decimals = left.scale().max(right.scale());
        if sum.scale() < decimals && (left.is_zero() || right.is_zero()) {
            sum.rescale(decimals);
        }
        // A zero has the sign of the operand that the sum begins with, which is the one with fewer decimals.
        let negative = if left.scale() > right.scale() {
            other_is_negative
        } else {
            left.is_sign_negative()
        };
        Some(signed(sum, || negative))
    };
    let result = match operator {
        BinaryOperator::Add => sum(left.checked_add(right), right.is_sign_negative()),
        BinaryOperator::Subtract => sum(left.checked_sub(right), !right.is_sign_negative()),
        BinaryOperator::Multiply => product(left, right),
        BinaryOperator::Divide | BinaryOperator::Remainder if right.is_zero() => return Err(Thrown::divide_by_zero()),
        BinaryOperator::Divide => quotient(left, right),
        BinaryOperator::Remainder => left
            .checked_rem(right)
            .map(|rest| signed(with_scale(rest, left, right), || left.is_sign_negative())),
        _ => return Err(no_number()),
    };
    result.map(Value::Decimal).ok_or_else(decimal_overflow)
}

/// A zero with a sign, which .NET's decimals have as their other values do; what is not zero as it is.
pub fn signed(mut number: Decimal, negative: impl FnOnce() -> bool) -> Decimal {
    if number.is_zero() {
        number.set_sign_negative(negative());
    }
    number
}

/// A remainder has as many decimals as the operand that has more of them; a smaller dividend is its own remainder.
fn with_scale(mut rest: Decimal, left: Decimal, right: Decimal) -> Decimal {
    if left.abs() < right.abs() {
        return left;
    }
    rest.rescale(left.scale().max(right.scale()));
    rest
}

fn shift(to_left: bool, left: &Value, right: &Value) -> Outcome {
    let by = right.integer().unwrap_or_default() as u32;
    Ok(match left {
        Value::Int32(value) => Value::Int32(if to_left {
            value.wrapping_shl(by)
        } else {
            value.wrapping_shr(by)
        }),
        Value::UInt32(value) => Value::UInt32(if to_left {
            value.wrapping_shl(by)
        } else {
            value.wrapping_shr(by)
        }),
        Value::Int64(value) => Value::Int64(if to_left {
            value.wrapping_shl(by)
        } else {
            value.wrapping_shr(by)
        }),
        Value::UInt64(value) => Value::UInt64(if to_left {
            value.wrapping_shl(by)
        } else {
            value.wrapping_shr(by)
        }),
        _ => return Err(no_number()),
    })
}

/// A comparison; `None` for other operators.
#[inline(always)]
#[expect(
    clippy::inline_always,
    reason = "the operator is known where the code of one is made"
)]
pub fn ordered<T: PartialOrd>(operator: BinaryOperator, left: &T, right: &T) -> Option<bool> {
    Some(match operator {
        BinaryOperator::Less => left < right,
        BinaryOperator::Greater => left > right,
        BinaryOperator::LessOrEqual => left <= right,
        BinaryOperator::GreaterOrEqual => left >= right,
        BinaryOperator::Equal => left == right,
        BinaryOperator::NotEqual => left != right,
        _ => return None,
    })
}

/// A comparison of two numbers of one type; `None` for other operators.
pub fn compare(operator: BinaryOperator, left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::Int32(left), Value::Int32(right)) => ordered(operator, left, right),
        (Value::Double(left), Value::Double(right)) => ordered(operator, left, right),
        (Value::Single(left), Value::Single(right)) => ordered(operator, left, right),
        (Value::Decimal(left), Value::Decimal(right)) => ordered(operator, left, right),
        (Value::UInt64(left), Value::UInt64(right)) => ordered(operator, left, right),
        _ => ordered(operator, &left.integer()?, &right.integer()?),
    }
}

/// `-x`
///
/// # Errors
/// `OverflowException` in checked arithmetic.
pub fn negate(value: &Value, overflow_throws: bool) -> Outcome {
    Ok(match value {
        Value::Int32(i32::MIN) | Value::Int64(i64::MIN) if overflow_throws => return Err(overflow()),
        Value::Int32(value) => Value::Int32(value.wrapping_neg()),
        Value::Int64(value) => Value::Int64(value.wrapping_neg()),
        Value::Single(value) => Value::Single(-value),
        Value::Double(value) => Value::Double(-value),
        Value::Decimal(value) => Value::Decimal(-value),
        _ => Value::Null,
    })
}

/// `~x`
pub fn complement(value: &Value) -> Value {
    match value {
        Value::Int32(value) => Value::Int32(!value),
        Value::UInt32(value) => Value::UInt32(!value),
        Value::Int64(value) => Value::Int64(!value),
        Value::UInt64(value) => Value::UInt64(!value),
        _ => Value::Null,
    }
}

/// Whether an integer is in a type's range.
pub fn fits(number: i64, to: Simple) -> bool {
    match to {
        Simple::SByte => i8::try_from(number).is_ok(),
        Simple::Byte => u8::try_from(number).is_ok(),
        Simple::Int16 => i16::try_from(number).is_ok(),
        Simple::UInt16 | Simple::Char => u16::try_from(number).is_ok(),
        Simple::Int32 => i32::try_from(number).is_ok(),
        Simple::UInt32 => u32::try_from(number).is_ok(),
        Simple::UInt64 => number >= 0,
        _ => true,
    }
}

/// A numeric conversion; null stays null.
///
/// # Errors
/// `OverflowException` in checked arithmetic, and always for what `decimal` cannot hold.
pub fn convert(value: &Value, to: Simple, overflow_throws: bool) -> Outcome {
    match value {
        Value::Int32(_) if to == Simple::Int32 => Ok(value.clone()),
        Value::Null => Ok(Value::Null),
        Value::Double(number) => from_float(*number, to, overflow_throws),
        Value::Single(number) => match to {
            Simple::Single => Ok(value.clone()),
            Simple::Decimal => crate::number::decimal_from_single(*number)
                .map(Value::Decimal)
                .map_err(|_| decimal_overflow()),
            _ => from_float(f64::from(*number), to, overflow_throws),
        },
        Value::Decimal(number) => from_decimal(*number, to),
        Value::UInt64(number) => from_integer(i128::from(*number), to, overflow_throws),
        other => from_integer(i128::from(other.integer().unwrap_or_default()), to, overflow_throws),
    }
}

fn from_integer(number: i128, to: Simple, overflow_throws: bool) -> Outcome {
    let value = match to {
        Simple::SByte => Value::SByte(number as i8),
        Simple::Byte => Value::Byte(number as u8),
        Simple::Int16 => Value::Int16(number as i16),
        Simple::UInt16 => Value::UInt16(number as u16),
        Simple::Char => Value::Char(number as u16),
        Simple::Int32 => Value::Int32(number as i32),
        Simple::UInt32 => Value::UInt32(number as u32),
        Simple::Int64 => Value::Int64(number as i64),
        Simple::UInt64 => Value::UInt64(number as u64),
        Simple::Single => return Ok(Value::Single(number as f32)),
        Simple::Double => return Ok(Value::Double(number as f64)),
        Simple::Decimal => {
            return Decimal::from_i128(number)
                .map(Value::Decimal)
                .ok_or_else(decimal_overflow);
        }
        _ => return Ok(Value::Null),
    };
    let kept = match &value {
        Value::UInt64(value) => i128::from(*value) == number,
        other => other.integer().map(i128::from) == Some(number),
    };
    if overflow_throws && !kept {
        Err(overflow())
    } else {
        Ok(value)
    }
}

fn from_float(number: f64, to: Simple, overflow_throws: bool) -> Outcome {
    match to {
        Simple::Double => Ok(Value::Double(number)),
        Simple::Single => Ok(Value::Single(number as f32)),
        Simple::Decimal => crate::number::decimal_from_double(number)
            .map(Value::Decimal)
            .map_err(|_| decimal_overflow()),
        _ if overflow_throws && !(number.is_finite() && number.abs() < 1.9e19) => Err(overflow()),
        // What does not fit is unspecified in C#; x64 gives the smallest number.
        Simple::Int32 if !(overflow_throws || number > -2_147_483_649.0 && number < 2_147_483_648.0) => {
            Ok(Value::Int32(i32::MIN))
        }
        Simple::Int64
            if !(-9.223_372_036_854_776e18..9.223_372_036_854_776e18).contains(&number) && !overflow_throws =>
        {
            Ok(Value::Int64(i64::MIN))
        }
        _ => from_integer(number.trunc() as i128, to, overflow_throws),
    }
}

/// Decimal to integer throws whatever `unchecked` says.
fn from_decimal(number: Decimal, to: Simple) -> Outcome {
    match to {
        Simple::Decimal => Ok(Value::Decimal(number)),
        Simple::Double | Simple::Single if number.is_zero() && number.is_sign_negative() => Ok(match to {
            Simple::Double => Value::Double(-0.0),
            _ => Value::Single(-0.0),
        }),
        Simple::Double => Ok(Value::Double(number.to_f64().unwrap_or(f64::NAN))),
        Simple::Single => Ok(Value::Single(number.to_f32().unwrap_or(f32::NAN))),
        _ => {
            let whole = number.trunc().to_i128().unwrap_or_default();
            from_integer(whole, to, true).map_err(|_| {
                Thrown::overflow(&format!(
                    "Value was either too large or too small for {} {}.",
                    article(to),
                    to.dotnet_name().trim_start_matches("System.")
                ))
            })
        }
    }
}

fn article(to: Simple) -> &'static str {
    if matches!(to, Simple::Int16 | Simple::Int32 | Simple::Int64) {
        "an"
    } else {
        "a"
    }
}
