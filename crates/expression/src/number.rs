//! Numbers as .NET (Core 3.0 and later) reads and prints them in the invariant culture.
//!
//! Never here: format strings (`N2`, `D3`), which the .NET library's own types interpret.

pub mod parse;

use rust_decimal::Decimal;
use std::fmt::Write;

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

/// Each exactly rounded, as .NET's table of them is; those between 0 and 28 are asked for.
fn power_of_ten(exponent: i32) -> f64 {
    const POWERS: [f64; 29] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22, 1e23, 1e24, 1e25, 1e26, 1e27, 1e28,
    ];
    let power = usize::try_from(exponent).ok().and_then(|at| POWERS.get(at));
    power.copied().unwrap_or(f64::INFINITY)
}

/// So many significant digits, as .NET finds them: by a power of ten that the binary exponent suggests, which leaves a zero
/// at the end now and then.
fn decimal_of_digits(number: f64, significant: i32) -> Result<Decimal, NumberError> {
    const MOST_PLACES: i32 = 28;
    let exponent = ((number.to_bits() >> 52) & 0x7ff) as i32 - 1022;
    if exponent < -94 {
        return Ok(Decimal::ZERO);
    }
    if exponent > 96 {
        return Err(NumberError::Overflow);
    }
    let beyond = power_of_ten(significant);
    let mut scaled = number.abs();
    let mut places = (significant - 1 - ((exponent * 19728) >> 16)).min(MOST_PLACES);
    if places >= 0 {
        scaled *= power_of_ten(places);
    } else if places != -1 || scaled >= beyond {
        scaled /= power_of_ten(-places);
    } else {
        places = 0;
    }
    if scaled < beyond / 10.0 && places < MOST_PLACES {
        scaled *= 10.0;
        places += 1;
    }
    let mut digits = scaled.round_ties_even() as i128;
    if digits == 0 {
        return Ok(Decimal::ZERO);
    }
    if places < 0 {
        digits *= 10_i128.pow(places.unsigned_abs());
        places = 0;
    }
    // Zeros are taken off the end by steps, and no more of them than this.
    let mut most = places.min(significant - 1);
    for step in [8_u32, 4, 2, 1] {
        let power = 10_i128.pow(step);
        if most >= step as i32 && digits % power == 0 {
            digits /= power;
            places -= step as i32;
            most -= step as i32;
        }
    }
    let digits = if number.is_sign_negative() { -digits } else { digits };
    Decimal::try_from_i128_with_scale(digits, places.unsigned_abs()).map_err(|_| NumberError::Overflow)
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
