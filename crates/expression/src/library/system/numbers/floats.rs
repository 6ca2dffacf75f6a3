//! What only `double` and `float` have.

use crate::library::{Arguments, Row, row};
use crate::value::Value;

macro_rules! floats {
    ($keyword:literal, $simple:ident, $float:ident) => {
        &[
            row(concat!("static bool IsNaN(", $keyword, " d)"), concat!($keyword, ".IsNaN(0)"), "False", |_, a| Ok(of(a).is_nan().into())),
            row(concat!("static bool IsInfinity(", $keyword, " d)"), concat!($keyword, ".IsInfinity(1)"), "False", |_, a| Ok(of(a).is_infinite().into())),
            row(concat!("static bool IsFinite(", $keyword, " d)"), concat!($keyword, ".IsFinite(1)"), "True", |_, a| Ok(of(a).is_finite().into())),
            row(concat!("static bool IsNegative(", $keyword, " d)"), concat!($keyword, ".IsNegative(-1)"), "True", |_, a| Ok(of(a).is_sign_negative().into())),
            row(concat!("static bool IsPositiveInfinity(", $keyword, " d)"), concat!($keyword, ".IsPositiveInfinity(1)"), "False", |_, a| Ok((of(a) == f64::INFINITY).into())),
            row(concat!("static bool IsNegativeInfinity(", $keyword, " d)"), concat!($keyword, ".IsNegativeInfinity(1)"), "False", |_, a| Ok((of(a) == f64::NEG_INFINITY).into())),
            row(concat!("static bool IsNormal(", $keyword, " d)"), concat!($keyword, ".IsNormal(0)"), "False", |_, a| Ok(matches!(a.value(0), Value::$simple(number) if number.is_normal()).into())),
            row(concat!("static bool IsSubnormal(", $keyword, " d)"), concat!($keyword, ".IsSubnormal(", $keyword, ".Epsilon)"), "True", |_, a| Ok(matches!(a.value(0), Value::$simple(number) if number.is_subnormal()).into())),
            row(concat!("static bool IsInteger(", $keyword, " value)"), concat!($keyword, ".IsInteger(2)"), "True", |_, a| Ok((of(a).is_finite() && of(a).fract() == 0.0).into())),
        ]
    };
}

macro_rules! constants {
    ($simple:ident, $float:ident) => {
        &[
            ("MaxValue", Value::$simple($float::MAX)),
            ("MinValue", Value::$simple($float::MIN)),
            ("NaN", Value::$simple(-$float::NAN)),
            ("PositiveInfinity", Value::$simple($float::INFINITY)),
            ("NegativeInfinity", Value::$simple($float::NEG_INFINITY)),
            ("Epsilon", Value::$simple($float::from_bits(1))),
        ]
    };
}

/// Of `double`.
pub const DOUBLE_CONSTANTS: &[(&str, Value)] = constants!(Double, f64);
/// Of `float`.
pub const SINGLE_CONSTANTS: &[(&str, Value)] = constants!(Single, f32);
/// Of `double`.
pub const DOUBLE_ROWS: &[Row] = floats!("double", Double, f64);
/// Of `float`.
pub const SINGLE_ROWS: &[Row] = floats!("float", Single, f32);

fn of(a: Arguments<'_>) -> f64 {
    match a.value(0) {
        Value::Double(number) => *number,
        Value::Single(number) => f64::from(*number),
        _ => 0.0,
    }
}
