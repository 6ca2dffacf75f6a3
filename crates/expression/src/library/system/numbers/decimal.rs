//! What only `decimal` has.

use super::super::math::{decimal_changed, decimal_rounded, rounding};
use crate::arithmetic;
use crate::collection::Array;
use crate::library::{Arguments, Row, row};
use crate::number::decimal_from_double;
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{Outcome, Thrown};
use crate::types::Simple;
use crate::value::{Value, compare};
use rust_decimal::Decimal;

macro_rules! converts {
    ($name:literal, $keyword:literal, $simple:ident) => {
        row(
            concat!("static ", $keyword, " To", $name, "(decimal value)"),
            concat!("decimal.To", $name, "(5m)"),
            "5",
            |_, a| {
                arithmetic::convert(a.value(0), Simple::$simple, true)
                    .map_err(|_| Thrown::overflow(&super::too_large(Simple::$simple)))
            },
        )
    };
}

macro_rules! operates {
    ($name:literal, $operator:ident, $example:literal, $expected:literal) => {
        row(
            concat!("static decimal ", $name, "(decimal d1, decimal d2)"),
            $example,
            $expected,
            |_, a| arithmetic::binary(BinaryOperator::$operator, a.value(0), a.value(1), true),
        )
    };
}

/// Constants of `decimal`.
pub const CONSTANTS: &[(&str, Value)] = &[
    ("MaxValue", Value::Decimal(Decimal::MAX)),
    ("MinValue", Value::Decimal(Decimal::MIN)),
    ("Zero", Value::Decimal(Decimal::ZERO)),
    ("One", Value::Decimal(Decimal::ONE)),
    ("MinusOne", Value::Decimal(Decimal::NEGATIVE_ONE)),
];

/// Members of `decimal`.
pub const ROWS: &[Row] = &[
    row("new(int value)", "new decimal(5)", "5", |_, a| made(a)),
    row("new(uint value)", "new decimal(5u)", "5", |_, a| made(a)),
    row("new(long value)", "new decimal(5L)", "5", |_, a| made(a)),
    row("new(ulong value)", "new decimal(5UL)", "5", |_, a| made(a)),
    row("new(float value)", "new decimal(1.5f)", "1.5", |_, a| {
        arithmetic::convert(a.value(0), Simple::Decimal, true)
    }),
    row("new(double value)", "new decimal(1.5)", "1.5", |_, a| {
        decimal_from_double(a.double(0))
            .map(Value::Decimal)
            .map_err(|_| Thrown::overflow(&super::too_large(Simple::Decimal)))
    }),
    row(
        "new(int lo, int mid, int hi, bool isNegative, byte scale)",
        "new decimal(15, 0, 0, true, 1)",
        "-1.5",
        |_, a| {
            let scale = a.int(4);
            if scale > 28 {
                return Err(Thrown::out_of_range(
                    "Decimal's scale value must be between 0 and 28, inclusive.",
                    "scale",
                ));
            }
            Ok(Value::Decimal(Decimal::from_parts(
                a.int(0) as u32,
                a.int(1) as u32,
                a.int(2) as u32,
                a.bool(3),
                scale as u32,
            )))
        },
    ),
    row(
        "static int[] GetBits(decimal d)",
        "decimal.GetBits(1.5m)[3]",
        "65536",
        |_, a| {
            let parts = of(a, 0).unpack();
            let flags = (parts.scale << 16) as i32 | if parts.negative { i32::MIN } else { 0 };
            let words = [parts.lo as i32, parts.mid as i32, parts.hi as i32, flags];
            Ok(Value::of(Array::new(
                crate::types::Type::INT32,
                words.into_iter().map(Value::Int32).collect(),
            )))
        },
    ),
    operates!("Add", Add, "decimal.Add(1m, 2m)", "3"),
    operates!("Subtract", Subtract, "decimal.Subtract(1m, 2m)", "-1"),
    operates!("Multiply", Multiply, "decimal.Multiply(2m, 2.5m)", "5.0"),
    operates!("Divide", Divide, "decimal.Divide(1m, 4m)", "0.25"),
    operates!("Remainder", Remainder, "decimal.Remainder(7m, 4m)", "3"),
    row(
        "static decimal Negate(decimal d)",
        "decimal.Negate(1m)",
        "-1",
        |_, a| Ok(Value::Decimal(-of(a, 0))),
    ),
    row("static decimal Abs(decimal value)", "decimal.Abs(-1m)", "1", |_, a| {
        Ok(Value::Decimal(of(a, 0).abs()))
    }),
    row(
        "static int Compare(decimal d1, decimal d2)",
        "decimal.Compare(1m, 2m)",
        "-1",
        |_, a| Ok((compare(a.value(0), a.value(1))? as i32).into()),
    ),
    row(
        "static bool Equals(decimal d1, decimal d2)",
        "decimal.Equals(1m, 1.0m)",
        "True",
        |_, a| Ok((of(a, 0) == of(a, 1)).into()),
    ),
    row(
        "static decimal Floor(decimal d)",
        "decimal.Floor(-1.5m)",
        "-2",
        |_, a| decimal_changed(a, |value| value.floor()),
    ),
    row(
        "static decimal Ceiling(decimal d)",
        "decimal.Ceiling(1.2m)",
        "2",
        |_, a| decimal_changed(a, |value| value.ceil()),
    ),
    row(
        "static decimal Truncate(decimal d)",
        "decimal.Truncate(1.7m)",
        "1",
        |_, a| decimal_changed(a, |value| value.trunc()),
    ),
    row("static decimal Round(decimal d)", "decimal.Round(2.5m)", "2", |_, a| {
        decimal_rounded(a, 0, rounding(0)?)
    }),
    row(
        "static decimal Round(decimal d, int decimals)",
        "decimal.Round(1.25m, 1)",
        "1.2",
        |_, a| decimal_rounded(a, a.int(1), rounding(0)?),
    ),
    row(
        "static decimal Round(decimal d, MidpointRounding mode)",
        "decimal.Round(2.5m, MidpointRounding.AwayFromZero)",
        "3",
        |_, a| decimal_rounded(a, 0, rounding(a.int(1))?),
    ),
    row(
        "static decimal Round(decimal d, int decimals, MidpointRounding mode)",
        "decimal.Round(1.25m, 1, MidpointRounding.AwayFromZero)",
        "1.3",
        |_, a| decimal_rounded(a, a.int(1), rounding(a.int(2))?),
    ),
    converts!("Byte", "byte", Byte),
    converts!("SByte", "sbyte", SByte),
    converts!("Int16", "short", Int16),
    converts!("Int32", "int", Int32),
    converts!("Int64", "long", Int64),
    converts!("UInt16", "ushort", UInt16),
    converts!("UInt32", "uint", UInt32),
    converts!("UInt64", "ulong", UInt64),
    converts!("Double", "double", Double),
    converts!("Single", "float", Single),
    row(
        "static long ToOACurrency(decimal value)",
        "decimal.ToOACurrency(1.5m)",
        "15000",
        |_, a| {
            let scaled = of(a, 0).checked_mul(Decimal::from(10_000)).map(|scaled| scaled.round());
            scaled
                .and_then(|scaled| i64::try_from(scaled).ok())
                .map(Value::Int64)
                .ok_or_else(|| Thrown::overflow("Value was either too large or too small for a Currency."))
        },
    ),
    row(
        "static decimal FromOACurrency(long cy)",
        "decimal.FromOACurrency(15000)",
        "1.5",
        |_, a| Ok(Value::Decimal(Decimal::new(a.long(0), 4).normalize())),
    ),
];

fn of(a: Arguments<'_>, index: usize) -> Decimal {
    if let Value::Decimal(value) = a.value(index) {
        *value
    } else {
        Decimal::ZERO
    }
}

fn made(a: Arguments<'_>) -> Outcome {
    arithmetic::convert(a.value(0), Simple::Decimal, true)
}
