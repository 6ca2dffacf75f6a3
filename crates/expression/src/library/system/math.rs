//! `System.Math`, `System.MidpointRounding`

use crate::arithmetic;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::types::Simple;
use crate::value::{Value, compare};
use rust_decimal::{Decimal, RoundingStrategy};

/// Mathematics.
pub static MATH: Class = Class::new("System.Math", ClassKind::Static)
    .constants(&[
        ("PI", Value::Double(std::f64::consts::PI)),
        ("E", Value::Double(std::f64::consts::E)),
        ("Tau", Value::Double(std::f64::consts::TAU)),
    ])
    .rows(ROWS)
    .more(&[COMPARING, SIGNED, FUNCTIONS, ROUNDING]);
/// Where a number halfway goes.
pub static MIDPOINT_ROUNDING: Class = Class::enumeration(
    "System.MidpointRounding",
    &[
        ("ToEven", 0),
        ("AwayFromZero", 1),
        ("ToZero", 2),
        ("ToNegativeInfinity", 3),
        ("ToPositiveInfinity", 4),
    ],
);

macro_rules! comparing {
    ($($ty:literal),*) => {
        &[$(
            row(concat!("static ", $ty, " Max(", $ty, " val1, ", $ty, " val2)"), concat!("Math.Max((", $ty, ")1, (", $ty, ")2)"), "2", |_, a| choose(a, BinaryOperator::Greater)),
            row(concat!("static ", $ty, " Min(", $ty, " val1, ", $ty, " val2)"), concat!("Math.Min((", $ty, ")1, (", $ty, ")2)"), "1", |_, a| choose(a, BinaryOperator::Less)),
            row(concat!("static ", $ty, " Clamp(", $ty, " value, ", $ty, " min, ", $ty, " max)"), concat!("Math.Clamp((", $ty, ")5, (", $ty, ")1, (", $ty, ")2)"), "2", |_, a| clamp(a)),
        )*]
    };
}

const COMPARING: &[Row] = comparing!(
    "int", "long", "double", "decimal", "float", "uint", "ulong", "short", "byte", "sbyte", "ushort"
);

macro_rules! signed {
    ($($ty:literal),*) => {
        &[$(
            row(concat!("static ", $ty, " Abs(", $ty, " value)"), concat!("Math.Abs((", $ty, ")-5)"), "5", |_, a| absolute(a)),
            row(concat!("static int Sign(", $ty, " value)"), concat!("Math.Sign((", $ty, ")-5)"), "-1", |_, a| sign(a)),
        )*]
    };
}

const SIGNED: &[Row] = signed!("int", "long", "double", "decimal", "float", "short", "sbyte");

macro_rules! functions {
    ($($name:literal $parameter:literal $argument:literal $expected:literal $function:expr;)*) => {
        &[$(
            row(concat!("static double ", $name, "(double ", $parameter, ")"), concat!("Math.", $name, "(", $argument, ")"), $expected, |_, a| {
                let function: fn(f64) -> f64 = $function;
                Ok(function(a.double(0)).into())
            }),
        )*]
    };
}

const FUNCTIONS: &[Row] = functions! {
    "Floor" "d" "-1.5" "-2" f64::floor;
    "Ceiling" "a" "1.2" "2" f64::ceil;
    "Truncate" "d" "-1.7" "-1" f64::trunc;
    "Round" "a" "2.5" "2" f64::round_ties_even;
    "Sqrt" "d" "9" "3" f64::sqrt;
    "Cbrt" "d" "27" "3" f64::cbrt;
    "Exp" "d" "0" "1" f64::exp;
    "Log" "d" "1" "0" f64::ln;
    "Log10" "d" "1000" "3" f64::log10;
    "Log2" "x" "8" "3" f64::log2;
    "Sin" "a" "0" "0" f64::sin;
    "Cos" "d" "0" "1" f64::cos;
    "Tan" "a" "0" "0" f64::tan;
    "Asin" "d" "0" "0" f64::asin;
    "Acos" "d" "1" "0" f64::acos;
    "Atan" "d" "0" "0" f64::atan;
    "Sinh" "value" "0" "0" f64::sinh;
    "Cosh" "value" "0" "1" f64::cosh;
    "Tanh" "value" "0" "0" f64::tanh;
    "Asinh" "d" "0" "0" f64::asinh;
    "Acosh" "d" "1" "0" f64::acosh;
    "Atanh" "d" "0" "0" f64::atanh;
};

const ROWS: &[Row] = &[
    row("static decimal Floor(decimal d)", "Math.Floor(-1.5m)", "-2", |_, a| {
        decimal_changed(a, |value| value.floor())
    }),
    row(
        "static decimal Ceiling(decimal d)",
        "Math.Ceiling(1.2m)",
        "2",
        |_, a| decimal_changed(a, |value| value.ceil()),
    ),
    row(
        "static decimal Truncate(decimal d)",
        "Math.Truncate(1.7m)",
        "1",
        |_, a| decimal_changed(a, |value| value.trunc()),
    ),
    row(
        "static double Pow(double x, double y)",
        "Math.Pow(2, 10)",
        "1024",
        |_, a| Ok(a.double(0).powf(a.double(1)).into()),
    ),
    row(
        "static double Atan2(double y, double x)",
        "Math.Atan2(0, 1)",
        "0",
        |_, a| Ok(a.double(0).atan2(a.double(1)).into()),
    ),
    row(
        "static double Log(double a, double newBase)",
        "Math.Log(8, 2)",
        "3",
        |_, a| Ok(logarithm(a.double(0), a.double(1)).into()),
    ),
    row(
        "static double IEEERemainder(double x, double y)",
        "Math.IEEERemainder(3, 2)",
        "-1",
        |_, a| Ok(ieee_remainder(a.double(0), a.double(1)).into()),
    ),
    row(
        "static double CopySign(double x, double y)",
        "Math.CopySign(3, -1)",
        "-3",
        |_, a| Ok(a.double(0).copysign(a.double(1)).into()),
    ),
    row(
        "static double FusedMultiplyAdd(double x, double y, double z)",
        "Math.FusedMultiplyAdd(2, 3, 4)",
        "10",
        |_, a| Ok(a.double(0).mul_add(a.double(1), a.double(2)).into()),
    ),
    row(
        "static long BigMul(int a, int b)",
        "Math.BigMul(int.MaxValue, 2)",
        "4294967294",
        |_, a| Ok((a.long(0) * a.long(1)).into()),
    ),
    row(
        "static int DivRem(int a, int b, out int result)",
        "Math.DivRem(7, 2, out var r) + r",
        "4",
        divide,
    ),
    row(
        "static long DivRem(long a, long b, out long result)",
        "Math.DivRem(7L, 2L, out var r) + r",
        "4",
        divide,
    ),
];

const ROUNDING: &[Row] = &[
    row(
        "static double Round(double value, int digits)",
        "Math.Round(1.235, 2)",
        "1.24",
        |_, a| round(a.double(0), a.int(1), 0),
    ),
    row(
        "static double Round(double value, MidpointRounding mode)",
        "Math.Round(2.5, MidpointRounding.AwayFromZero)",
        "3",
        |_, a| round(a.double(0), 0, a.int(1)),
    ),
    row(
        "static double Round(double value, int digits, MidpointRounding mode)",
        "Math.Round(0.125, 2, MidpointRounding.AwayFromZero)",
        "0.13",
        |_, a| round(a.double(0), a.int(1), a.int(2)),
    ),
    row("static decimal Round(decimal d)", "Math.Round(2.5m)", "2", |_, a| {
        decimal_rounded(a, 0, rounding(0)?)
    }),
    row(
        "static decimal Round(decimal d, int decimals)",
        "Math.Round(1.255m, 2)",
        "1.26",
        |_, a| decimal_rounded(a, a.int(1), rounding(0)?),
    ),
    row(
        "static decimal Round(decimal d, MidpointRounding mode)",
        "Math.Round(2.5m, MidpointRounding.AwayFromZero)",
        "3",
        |_, a| decimal_rounded(a, 0, rounding(a.int(1))?),
    ),
    row(
        "static decimal Round(decimal d, int decimals, MidpointRounding mode)",
        "Math.Round(1.25m, 1, MidpointRounding.AwayFromZero)",
        "1.3",
        |_, a| decimal_rounded(a, a.int(1), rounding(a.int(2))?),
    ),
];

fn divide(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let (left, right) = (a.value(0), a.value(1));
    let quotient = arithmetic::binary(BinaryOperator::Divide, left, right, false)?;
    let rest = arithmetic::binary(BinaryOperator::Remainder, left, right, false)?;
    call.give_out(rest);
    Ok(quotient)
}

fn logarithm(number: f64, base: f64) -> f64 {
    let (is_one, base_is_edge) = (number.to_bits() == 1f64.to_bits(), base == 0.0 || base == f64::INFINITY);
    if number.is_nan() || base.is_nan() || base.to_bits() == 1f64.to_bits() || (!is_one && base_is_edge) {
        return crate::number::NAN;
    }
    number.ln() / base.ln()
}

fn ieee_remainder(left: f64, right: f64) -> f64 {
    let rest = left - right * (left / right).round_ties_even();
    if rest == 0.0 { rest.copysign(left) } else { rest }
}

fn is_nan(value: &Value) -> bool {
    match value {
        Value::Double(number) => number.is_nan(),
        Value::Single(number) => number.is_nan(),
        _ => false,
    }
}

fn is_negative_zero(value: &Value) -> bool {
    matches!(value, Value::Double(number) if *number == 0.0 && number.is_sign_negative())
}

/// `Max` or `Min`: NaN wins, and 0 is larger than -0.
fn choose(a: Arguments<'_>, wanted: BinaryOperator) -> Outcome {
    let (left, right) = (a.value(0), a.value(1));
    let takes_left = if is_nan(left) || is_nan(right) {
        is_nan(left)
    } else if arithmetic::compare(BinaryOperator::Equal, left, right) == Some(true) {
        is_negative_zero(left) == (wanted == BinaryOperator::Less)
    } else {
        arithmetic::compare(wanted, left, right) == Some(true)
    };
    Ok(if takes_left { left } else { right }.clone())
}

fn clamp(a: Arguments<'_>) -> Outcome {
    let (value, least, most) = (a.value(0), a.value(1), a.value(2));
    let less = |left, right| arithmetic::compare(BinaryOperator::Less, left, right) == Some(true);
    if less(most, least) {
        let (least, most) = (least.display_string(), most.display_string());
        return Err(Thrown::new(
            "System.ArgumentException",
            format!("'{least}' cannot be greater than {most}."),
        ));
    }
    let clamped = if less(value, least) {
        least
    } else if less(most, value) {
        most
    } else {
        value
    };
    Ok(clamped.clone())
}

fn sign(a: Arguments<'_>) -> Outcome {
    if is_nan(a.value(0)) {
        return Err(Thrown::new(
            "System.ArithmeticException",
            "Function does not accept floating point Not-a-Number values.",
        ));
    }
    let zero = arithmetic::convert(&Value::Int32(0), a.value(0).simple().unwrap_or(Simple::Int32), false)?;
    Ok((compare(a.value(0), &zero)? as i32).into())
}

fn absolute(a: Arguments<'_>) -> Outcome {
    let too_small = || Thrown::overflow("Negating the minimum value of a twos complement number is invalid.");
    Ok(match a.value(0) {
        Value::Double(number) => Value::Double(number.abs()),
        Value::Single(number) => Value::Single(number.abs()),
        Value::Decimal(number) => Value::Decimal(number.abs()),
        Value::SByte(number) => Value::SByte(number.checked_abs().ok_or_else(too_small)?),
        Value::Int16(number) => Value::Int16(number.checked_abs().ok_or_else(too_small)?),
        Value::Int32(number) => Value::Int32(number.checked_abs().ok_or_else(too_small)?),
        Value::Int64(number) => Value::Int64(number.checked_abs().ok_or_else(too_small)?),
        other => other.clone(),
    })
}

/// The first argument, a `decimal`, changed; a zero keeps the sign of what it comes from.
///
/// # Errors
/// None.
pub fn decimal_changed(a: Arguments<'_>, change: impl FnOnce(Decimal) -> Decimal) -> Outcome {
    Ok(if let Value::Decimal(value) = a.value(0) {
        Value::Decimal(arithmetic::signed(change(*value), || value.is_sign_negative()))
    } else {
        Value::Null
    })
}

/// The way of one of `MidpointRounding`'s numbers.
///
/// # Errors
/// `ArgumentException`
pub fn rounding(mode: i32) -> Result<RoundingStrategy, Thrown> {
    Ok(match mode {
        0 => RoundingStrategy::MidpointNearestEven,
        1 => RoundingStrategy::MidpointAwayFromZero,
        2 => RoundingStrategy::ToZero,
        3 => RoundingStrategy::ToNegativeInfinity,
        4 => RoundingStrategy::ToPositiveInfinity,
        _ => {
            let message = format!("The value '{mode}' is not valid for this usage of the type MidpointRounding.");
            return Err(Thrown::argument(&message, "mode"));
        }
    })
}

/// The first argument, a `decimal`, rounded to so many places.
///
/// # Errors
/// `ArgumentOutOfRangeException`
pub fn decimal_rounded(a: Arguments<'_>, places: i32, strategy: RoundingStrategy) -> Outcome {
    let places = u32::try_from(places).ok().filter(|places| *places <= 28);
    let places = places.ok_or_else(|| {
        Thrown::out_of_range(
            "Decimal can only round to between 0 and 28 digits of precision.",
            "decimals",
        )
    })?;
    decimal_changed(a, |value| value.round_dp_with_strategy(places, strategy))
}

fn round(value: f64, digits: i32, mode: i32) -> Outcome {
    if !(0..=15).contains(&digits) {
        return Err(Thrown::out_of_range(
            "Rounding digits must be between 0 and 15, inclusive.",
            "digits",
        ));
    }
    rounding(mode)?;
    if value.is_nan() || value.abs() >= 1e16 {
        return Ok(value.into());
    }
    let scale = 10f64.powi(digits);
    let scaled = value * scale;
    let rounded = match mode {
        1 => scaled.round(),
        2 => scaled.trunc(),
        3 => scaled.floor(),
        4 => scaled.ceil(),
        _ => scaled.round_ties_even(),
    };
    Ok((rounded / scale).into())
}
