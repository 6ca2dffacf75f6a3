//! Numbers as .NET (Core 3.0 and later) reads and prints them in the invariant culture.
//!
//! Never here: format strings (`N2`, `D3`), which the .NET library's own types interpret.

pub mod parse;

use rust_decimal::Decimal;
use std::fmt::Write;
use std::str::FromStr;

/// Why a text or number is not the wanted number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// .NET's `FormatException`.
    Format,
    /// .NET's `OverflowException`.
    Overflow,
}

/// `double.ToString()`: the shortest text that reads back as the same number, in scientific notation from 1E+15 on
/// and below 0.0001.
pub fn format_double(number: f64) -> String {
    if number.is_finite() {
        shortest(&format!("{number:e}"), 15)
    } else {
        not_finite(number)
    }
}

/// `float.ToString()`, which turns to scientific notation from 1E+07 on.
pub fn format_single(number: f32) -> String {
    if number.is_finite() {
        shortest(&format!("{number:e}"), 7)
    } else {
        not_finite(f64::from(number))
    }
}

fn not_finite(number: f64) -> String {
    let name = if number.is_nan() {
        "NaN"
    } else if number > 0.0 {
        "Infinity"
    } else {
        "-Infinity"
    };
    name.into()
}

/// Lays out Rust's `-1.25e3` by .NET's rules; `precision` digits are always printed without an exponent.
fn shortest(scientific: &str, precision: i32) -> String {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (sign, mantissa) = mantissa.strip_prefix('-').map_or(("", mantissa), |rest| ("-", rest));
    let digits: String = mantissa.chars().filter(|c| *c != '.').collect();
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let scale = exponent + 1;
    let mut text = sign.to_string();
    if (digits != "0") && (scale > count.max(precision) || scale < -3) {
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        let direction = if exponent < 0 { '-' } else { '+' };
        let _ = write!(text, "{first}{point}{rest}E{direction}{:02}", exponent.abs());
    } else if scale <= 0 {
        let _ = write!(text, "0.{}{digits}", "0".repeat(scale.unsigned_abs() as usize));
    } else if scale >= count {
        let _ = write!(text, "{digits}{}", "0".repeat((scale - count) as usize));
    } else {
        let (whole, fraction) = digits.split_at(scale as usize);
        let _ = write!(text, "{whole}.{fraction}");
    }
    text
}

/// `double.Parse` with `NumberStyles.Float | AllowThousands`; what is too large becomes an infinity.
///
/// # Errors
/// [`NumberError::Format`]
pub fn parse_double(text: &str) -> Result<f64, NumberError> {
    parse::double(text, parse::FLOAT)
}

/// `long.Parse` and its smaller siblings (`NumberStyles.Integer`): white space around, a sign, digits. The caller
/// checks its own range.
///
/// # Errors
/// [`NumberError::Overflow`] beyond 128 bits.
pub fn parse_integer(text: &str) -> Result<i128, NumberError> {
    parse::integer(text, parse::INTEGER, 64)
}

/// A decimal as text, which knows no negative zero.
pub fn format_decimal(number: Decimal) -> String {
    if number.is_zero() { number.abs() } else { number }.to_string()
}

/// .NET's `double.NaN`, which is negative, as processors make it.
pub const NAN: f64 = -f64::NAN;

/// `decimal.Parse` (`NumberStyles.Number`); keeps the scale, so `1.10` stays `1.10`.
///
/// # Errors
/// [`NumberError`]
pub fn parse_decimal(text: &str) -> Result<Decimal, NumberError> {
    parse::decimal(text, parse::NUMBER)
}

/// `(decimal)double`: 15 significant digits.
///
/// # Errors
/// [`NumberError::Overflow`] outside of `decimal`'s range and for NaN.
pub fn decimal_from_double(number: f64) -> Result<Decimal, NumberError> {
    decimal_of_digits(number, 15)
}

/// `(decimal)float`: 7 significant digits.
///
/// # Errors
/// As [`decimal_from_double`].
pub fn decimal_from_single(number: f32) -> Result<Decimal, NumberError> {
    decimal_of_digits(f64::from(number), 7)
}

fn decimal_of_digits(number: f64, significant: usize) -> Result<Decimal, NumberError> {
    if !number.is_finite() || number.abs() >= 79_228_162_514_264_337_593_543_950_336.0 {
        return Err(NumberError::Overflow);
    }
    if number.abs() < 1e-28 {
        return Ok(Decimal::ZERO);
    }
    // Shortest first: the exact tail of a binary fraction is beyond the 15 digits that .NET looks at.
    let digits = format!("{number:.*e}", significant - 1);
    let rounded: f64 = digits.parse().map_err(|_| NumberError::Overflow)?;
    let text = format!("{rounded}");
    Decimal::from_str(&text)
        .map(|decimal| decimal.normalize())
        .map_err(|_| NumberError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_print_as_in_net() {
        for (number, text) in [
            (1.0, "1"),
            (100.0, "100"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e21, "1E+21"),
            (1e15, "1E+15"),
            (123_456_789_012_345.0, "123456789012345"),
            (12_345_678_901_234_568.0, "12345678901234568"),
            (1.5e16, "1.5E+16"),
            (0.0001, "0.0001"),
            (0.000_01, "1E-05"),
            (1.25e-7, "1.25E-07"),
            (-0.0, "-0"),
            (-2.5, "-2.5"),
            (f64::MAX, "1.7976931348623157E+308"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(format_double(number), text);
        }
        assert_eq!(format_single(0.1), "0.1");
        assert_eq!(format_single(1e8), "1E+08");
    }

    #[test]
    fn texts_read_as_in_net() {
        for (text, number) in [
            (" 1.5 ", 1.5),
            ("1,000.5", 1000.5),
            (".5", 0.5),
            ("1.", 1.0),
            ("-1E3", -1000.0),
            ("1e999", f64::INFINITY),
        ] {
            assert_eq!(parse_double(text), Ok(number), "{text}");
        }
        for text in ["", ".", "1e", "1e5.5", "x", "1-2", "0x10", "1 2", ",1"] {
            assert_eq!(parse_double(text), Err(NumberError::Format), "{text}");
        }
        assert_eq!(parse_integer(" -12 "), Ok(-12));
        assert_eq!(parse_integer("1,000"), Err(NumberError::Format));
        assert_eq!(parse_integer("1.0"), Err(NumberError::Format));
        assert_eq!(parse_decimal("1.10").unwrap().to_string(), "1.10");
        assert_eq!(parse_decimal("1,000-").unwrap().to_string(), "-1000");
        assert_eq!(decimal_from_double(1.1).unwrap().to_string(), "1.1");
        assert_eq!(decimal_from_double(1e30), Err(NumberError::Overflow));
    }
}
