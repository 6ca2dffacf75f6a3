//! Standard numeric formats: `D`, `F`, `N`, `P`, `C`, `E`, `X`, `G`, `R`.

use super::{custom_number, invalid};
use crate::thrown::Thrown;
use crate::value::Value;
use rust_decimal::Decimal;
use rust_decimal::prelude::FromPrimitive;

/// More digits than this are not printed, whatever a format asks for.
const MOST_DIGITS: usize = 999;

/// A number in a format.
///
/// # Errors
/// `FormatException`
pub fn format(value: &Value, format: &str) -> Result<String, Thrown> {
    let mut chars = format.chars();
    let letter = chars.next().unwrap_or('G');
    let digits = chars.as_str();
    if !letter.is_ascii_alphabetic() || !digits.chars().all(|c| c.is_ascii_digit()) {
        return Ok(custom_number::format(value, format));
    }
    let precision = if digits.is_empty() {
        None
    } else {
        Some(digits.parse::<usize>().map_err(|_| invalid())?.min(MOST_DIGITS))
    };
    if let Value::Double(number) = value
        && !number.is_finite()
    {
        return Ok(value.display_string().to_string());
    }
    match letter.to_ascii_uppercase() {
        'D' => {
            let number = value.integer().ok_or_else(invalid)?;
            let digits = number.unsigned_abs().to_string();
            Ok(format!(
                "{}{digits:0>1$}",
                if number < 0 { "-" } else { "" },
                precision.unwrap_or(0)
            ))
        }
        'F' => Ok(fixed(value, precision.unwrap_or(2), false)),
        'N' => Ok(fixed(value, precision.unwrap_or(2), true)),
        'C' => Ok(currency(value, precision.unwrap_or(2))),
        'P' => Ok(format!("{} %", percent(value, precision.unwrap_or(2)))),
        'E' => Ok(scientific(value, precision.unwrap_or(6), letter)),
        'X' => hexadecimal(value, precision.unwrap_or(0), letter == 'x'),
        'R' => Ok(value.display_string().to_string()),
        'G' => Ok(general(value, precision)),
        _ => Err(invalid()),
    }
}

/// Digits with so many places, rounded half away from zero.
fn fixed(value: &Value, places: usize, groups: bool) -> String {
    let plain = match value {
        Value::Double(number) => round_text(*number, places),
        Value::Single(number) => round_text(f64::from(*number), places),
        Value::Decimal(number) => decimal_text(*number, places),
        other => format!(
            "{}{}{}",
            other.display_string(),
            if places > 0 { "." } else { "" },
            "0".repeat(places)
        ),
    };
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("-", rest));
    let sign = if digits.chars().all(|c| matches!(c, '0' | '.')) {
        ""
    } else {
        sign
    };
    let digits = if groups { grouped(digits) } else { digits.to_owned() };
    format!("{sign}{digits}")
}

/// Rounds the exact binary value: .NET Core 3.0 and later print exact digits.
fn round_text(number: f64, places: usize) -> String {
    let exact = format!("{number:.*}", places.max(1) + 60);
    let keep = exact.find('.').map_or(exact.len(), |dot| dot + 1 + places);
    let rounds_up = exact.as_bytes().get(keep).is_some_and(|digit| *digit >= b'5');
    let kept = exact.get(..keep).unwrap_or(&exact).trim_end_matches('.');
    if rounds_up { increment(kept) } else { kept.to_owned() }
}

/// Adds one to the last digit of a text of digits.
fn increment(digits: &str) -> String {
    let mut bytes: Vec<u8> = digits.bytes().collect();
    for byte in bytes.iter_mut().rev() {
        match byte {
            b'0'..=b'8' => {
                *byte += 1;
                return String::from_utf8_lossy(&bytes).into_owned();
            }
            b'9' => *byte = b'0',
            _ => {}
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match text.strip_prefix('-') {
        Some(rest) => format!("-1{rest}"),
        None => format!("1{text}"),
    }
}

fn decimal_text(number: Decimal, places: usize) -> String {
    let rounded = number.round_dp_with_strategy(
        u32::try_from(places).unwrap_or(28).min(28),
        rust_decimal::RoundingStrategy::MidpointAwayFromZero,
    );
    let text = rounded.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    if places == 0 {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction:0<places$}")
    }
}

/// Digits with a comma between thousands.
pub fn grouped(digits: &str) -> String {
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut text = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    if let Some(fraction) = fraction {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

fn currency(value: &Value, places: usize) -> String {
    let text = fixed(value, places, true);
    match text.strip_prefix('-') {
        Some(rest) => format!("(\u{a4}{rest})"),
        None => format!("\u{a4}{text}"),
    }
}

fn percent(value: &Value, places: usize) -> String {
    let scaled = match value {
        Value::Double(number) => Value::Double(number * 100.0),
        Value::Single(number) => Value::Double(f64::from(*number) * 100.0),
        Value::Decimal(number) => Value::Decimal(number * Decimal::ONE_HUNDRED),
        other => Value::Decimal(
            Decimal::from_i64(other.integer().unwrap_or_default()).unwrap_or_default() * Decimal::ONE_HUNDRED,
        ),
    };
    fixed(&scaled, places, true)
}

/// A number as `double`, for formats that need no more.
pub fn as_double(value: &Value) -> f64 {
    match crate::arithmetic::convert(value, crate::types::Simple::Double, false) {
        Ok(Value::Double(number)) => number,
        _ => 0.0,
    }
}

fn scientific(value: &Value, places: usize, letter: char) -> String {
    let text = format!("{:.*e}", places, as_double(value));
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    format!(
        "{mantissa}{letter}{}{:03}",
        if exponent < 0 { '-' } else { '+' },
        exponent.abs()
    )
}

fn hexadecimal(value: &Value, width: usize, lower: bool) -> Result<String, Thrown> {
    let bits = match value {
        Value::SByte(number) => u64::from(*number as u8),
        Value::Int16(number) => u64::from(*number as u16),
        Value::Int32(number) => u64::from(*number as u32),
        other => other.integer().ok_or_else(invalid)? as u64,
    };
    Ok(if lower {
        format!("{bits:0width$x}")
    } else {
        format!("{bits:0width$X}")
    })
}

fn general(value: &Value, precision: Option<usize>) -> String {
    let plain = || value.display_string().to_string();
    let Some(precision) = precision.filter(|precision| *precision > 0) else {
        return plain();
    };
    if value
        .integer()
        .is_some_and(|number| number.unsigned_abs().to_string().len() <= precision)
    {
        return plain();
    }
    let number = as_double(value);
    if number == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{:.*e}", precision - 1, number);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent >= limit || exponent < -5 {
        let mantissa = if mantissa.contains('.') {
            mantissa.trim_end_matches('0').trim_end_matches('.')
        } else {
            mantissa
        };
        return format!(
            "{mantissa}E{}{:02}",
            if exponent < 0 { '-' } else { '+' },
            exponent.abs()
        );
    }
    let places = usize::try_from(limit - 1 - exponent).unwrap_or_default();
    let text = round_text(number, places);
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Digits of a number rounded to so many places, for custom formats.
pub fn rounded(value: &Value, places: usize) -> String {
    fixed(value, places, false)
}
