//! `System.Math`, `System.MidpointRounding`

use crate::arithmetic;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use rust_decimal::{Decimal, RoundingStrategy};

/// Mathematics.
pub static MATH: Class = Class::new("System.Math", ClassKind::Static)
    .rows(ROWS)
    .more(&[COMPARING]);
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
            row(concat!("static ", $ty, " Max(", $ty, " val1, ", $ty, " val2)"), concat!("Math.Max((", $ty, ")1, (", $ty, ")2)"), "2", |_, a| choose(a, BinaryOperator::GreaterOrEqual)),
            row(concat!("static ", $ty, " Min(", $ty, " val1, ", $ty, " val2)"), concat!("Math.Min((", $ty, ")1, (", $ty, ")2)"), "1", |_, a| choose(a, BinaryOperator::LessOrEqual)),
        )*]
    };
}

const COMPARING: &[Row] = comparing!(
    "int", "long", "double", "decimal", "float", "uint", "ulong", "short", "byte"
);

const ROWS: &[Row] = &[
    row("static double PI { get; }", "Math.PI > 3", "True", |_, _| {
        Ok(std::f64::consts::PI.into())
    }),
    row("static double E { get; }", "Math.E > 2", "True", |_, _| {
        Ok(std::f64::consts::E.into())
    }),
    row("static int Abs(int value)", "Math.Abs(-5)", "5", |_, a| absolute(a)),
    row("static long Abs(long value)", "Math.Abs(-5L)", "5", |_, a| absolute(a)),
    row("static double Abs(double value)", "Math.Abs(-5.5)", "5.5", |_, a| {
        absolute(a)
    }),
    row("static decimal Abs(decimal value)", "Math.Abs(-5.5m)", "5.5", |_, a| {
        absolute(a)
    }),
    row("static int Sign(double value)", "Math.Sign(-2.0)", "-1", |_, a| {
        let value = a.double(0);
        Ok((i32::from(value > 0.0) - i32::from(value < 0.0)).into())
    }),
    row("static double Floor(double d)", "Math.Floor(-1.5)", "-2", |_, a| {
        Ok(a.double(0).floor().into())
    }),
    row("static decimal Floor(decimal d)", "Math.Floor(-1.5m)", "-2", |_, a| {
        decimal(a, |value| value.floor())
    }),
    row("static double Ceiling(double a)", "Math.Ceiling(1.2)", "2", |_, a| {
        Ok(a.double(0).ceil().into())
    }),
    row(
        "static decimal Ceiling(decimal d)",
        "Math.Ceiling(1.2m)",
        "2",
        |_, a| decimal(a, |value| value.ceil()),
    ),
    row(
        "static double Truncate(double d)",
        "Math.Truncate(-1.7)",
        "-1",
        |_, a| Ok(a.double(0).trunc().into()),
    ),
    row(
        "static decimal Truncate(decimal d)",
        "Math.Truncate(1.7m)",
        "1",
        |_, a| decimal(a, |value| value.trunc()),
    ),
    row("static double Round(double a)", "Math.Round(2.5)", "2", |_, a| {
        Ok(a.double(0).round_ties_even().into())
    }),
    row(
        "static double Round(double value, int digits)",
        "Math.Round(1.235, 2)",
        "1.24",
        |_, a| Ok(round(a.double(0), a.int(1), 0).into()),
    ),
    row(
        "static double Round(double value, MidpointRounding mode)",
        "Math.Round(2.5, MidpointRounding.AwayFromZero)",
        "3",
        |_, a| Ok(round(a.double(0), 0, a.int(1)).into()),
    ),
    row(
        "static double Round(double value, int digits, MidpointRounding mode)",
        "Math.Round(0.125, 2, MidpointRounding.AwayFromZero)",
        "0.13",
        |_, a| Ok(round(a.double(0), a.int(1), a.int(2)).into()),
    ),
    row("static decimal Round(decimal d)", "Math.Round(2.5m)", "2", |_, a| {
        decimal(a, |value| value.round())
    }),
    row(
        "static decimal Round(decimal d, int decimals)",
        "Math.Round(1.255m, 2)",
        "1.26",
        |_, a| {
            let places = u32::try_from(a.int(1)).unwrap_or_default();
            decimal(a, |value| value.round_dp(places))
        },
    ),
    row(
        "static decimal Round(decimal d, MidpointRounding mode)",
        "Math.Round(2.5m, MidpointRounding.AwayFromZero)",
        "3",
        |_, a| {
            let strategy = strategy(a.int(1));
            decimal(a, |value| value.round_dp_with_strategy(0, strategy))
        },
    ),
    row(
        "static decimal Round(decimal d, int decimals, MidpointRounding mode)",
        "Math.Round(1.25m, 1, MidpointRounding.AwayFromZero)",
        "1.3",
        |_, a| {
            let (places, strategy) = (u32::try_from(a.int(1)).unwrap_or_default(), strategy(a.int(2)));
            decimal(a, |value| value.round_dp_with_strategy(places, strategy))
        },
    ),
    row(
        "static double Pow(double x, double y)",
        "Math.Pow(2, 10)",
        "1024",
        |_, a| Ok(a.double(0).powf(a.double(1)).into()),
    ),
    row("static double Sqrt(double d)", "Math.Sqrt(9)", "3", |_, a| {
        Ok(a.double(0).sqrt().into())
    }),
    row("static double Exp(double d)", "Math.Exp(0)", "1", |_, a| {
        Ok(a.double(0).exp().into())
    }),
    row("static double Log(double d)", "Math.Log(1)", "0", |_, a| {
        Ok(a.double(0).ln().into())
    }),
    row(
        "static double Log(double a, double newBase)",
        "Math.Log(8, 2)",
        "3",
        |_, a| Ok((a.double(0).ln() / a.double(1).ln()).into()),
    ),
    row("static double Log10(double d)", "Math.Log10(1000)", "3", |_, a| {
        Ok(a.double(0).log10().into())
    }),
    row("static double Sin(double a)", "Math.Sin(0)", "0", |_, a| {
        Ok(a.double(0).sin().into())
    }),
    row("static double Cos(double d)", "Math.Cos(0)", "1", |_, a| {
        Ok(a.double(0).cos().into())
    }),
    row("static double Tan(double a)", "Math.Tan(0)", "0", |_, a| {
        Ok(a.double(0).tan().into())
    }),
    row(
        "static double Atan2(double y, double x)",
        "Math.Atan2(0, 1)",
        "0",
        |_, a| Ok(a.double(0).atan2(a.double(1)).into()),
    ),
    row(
        "static int DivRem(int a, int b, out int result)",
        "Math.DivRem(7, 2, out var r) + r",
        "4",
        |call, a| {
            let (left, right) = (a.value(0), a.value(1));
            let rest = arithmetic::binary(BinaryOperator::Remainder, left, right, false)?;
            call.outs.push(rest);
            arithmetic::binary(BinaryOperator::Divide, left, right, false)
        },
    ),
];

fn choose(a: Arguments<'_>, wanted: BinaryOperator) -> Outcome {
    if let Value::Double(number) = a.value(0)
        && number.is_nan()
    {
        return Ok(a.value(0).clone());
    }
    let left = arithmetic::compare(wanted, a.value(0), a.value(1)).unwrap_or(true);
    Ok(a.value(usize::from(!left)).clone())
}

fn absolute(a: Arguments<'_>) -> Outcome {
    let zero = arithmetic::convert(
        &Value::Int32(0),
        a.value(0).simple().unwrap_or(crate::types::Simple::Int32),
        false,
    )?;
    if arithmetic::compare(BinaryOperator::Less, a.value(0), &zero) != Some(true) {
        return Ok(a.value(0).clone());
    }
    arithmetic::negate(a.value(0), true)
        .map_err(|_| Thrown::overflow("Negating the minimum value of a twos complement number is invalid."))
}

fn decimal(a: Arguments<'_>, change: impl FnOnce(Decimal) -> Decimal) -> Outcome {
    Ok(if let Value::Decimal(value) = a.value(0) {
        Value::Decimal(change(*value))
    } else {
        Value::Null
    })
}

fn strategy(mode: i32) -> RoundingStrategy {
    match mode {
        1 => RoundingStrategy::MidpointAwayFromZero,
        2 => RoundingStrategy::ToZero,
        3 => RoundingStrategy::ToNegativeInfinity,
        4 => RoundingStrategy::ToPositiveInfinity,
        _ => RoundingStrategy::MidpointNearestEven,
    }
}

fn round(value: f64, digits: i32, mode: i32) -> f64 {
    let scale = 10f64.powi(digits.clamp(0, 15));
    let scaled = value * scale;
    if !scaled.is_finite() || scaled.abs() >= 1e16 {
        return value;
    }
    let rounded = match mode {
        1 => scaled.round(),
        2 => scaled.trunc(),
        3 => scaled.floor(),
        4 => scaled.ceil(),
        _ => scaled.round_ties_even(),
    };
    rounded / scale
}
