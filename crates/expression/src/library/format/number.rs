//! Standard numeric formats: `B`, `C`, `D`, `E`, `F`, `G`, `N`, `P`, `R`, `X`.

use super::digits::{Digits, binary};
use super::{custom_number, invalid};
use crate::library::culture::Culture;
use crate::thrown::Thrown;
use crate::value::Value;
use std::fmt::Write;

/// .NET refuses larger precisions.
const LARGEST_PRECISION: usize = 999_999_999;

/// More digits than this are refused: the text would be larger than the memory that an expression may use.
const MOST_DIGITS: usize = 16 << 20;

/// A number in a format.
///
/// # Errors
/// `FormatException`
pub fn format(value: &Value, format: &str, culture: Culture) -> Result<String, Thrown> {
    if binary(value).is_some_and(|number| !number.is_finite()) {
        return Ok(value.display_string().to_string());
    }
    let mut chars = format.chars();
    let letter = chars.next().unwrap_or('G');
    let digits = chars.as_str();
    if !letter.is_ascii_alphabetic() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(custom_number::format(value, format));
    }
    let precision = precision(digits)?;
    match letter.to_ascii_uppercase() {
        'B' => bits(value, precision.unwrap_or(0), 'B'),
        'C' => Ok(currency(value, precision.unwrap_or(2), culture)),
        'D' => whole(value, precision.unwrap_or(0)),
        'E' => Ok(scientific(value, precision.unwrap_or(6), letter)),
        'F' => Ok(signed(&Digits::fixed(value, precision.unwrap_or(2)), |digits| {
            plain(digits, precision.unwrap_or(2), false)
        })),
        'G' => Ok(general(value, precision, letter)),
        'N' => Ok(signed(&Digits::fixed(value, precision.unwrap_or(2)), |digits| {
            plain(digits, precision.unwrap_or(2), true)
        })),
        'P' => Ok(percent(value, precision.unwrap_or(2), culture)),
        'R' if binary(value).is_some() => Ok(value.display_string().to_string()),
        'X' => bits(value, precision.unwrap_or(0), letter),
        _ => Err(invalid()),
    }
}

fn precision(digits: &str) -> Result<Option<usize>, Thrown> {
    if digits.is_empty() {
        return Ok(None);
    }
    match digits.parse::<usize>() {
        Ok(precision) if precision > LARGEST_PRECISION => Err(invalid()),
        Ok(precision) if precision > MOST_DIGITS => Err(Thrown::limit(
            "the expression was stopped: it used more memory than an expression may",
        )),
        Ok(precision) => Ok(Some(precision)),
        Err(_) => Err(invalid()),
    }
}

fn signed(digits: &Digits, text: impl FnOnce(&Digits) -> String) -> String {
    let sign = if digits.negative { "-" } else { "" };
    format!("{sign}{}", text(digits))
}

/// Digits with a point and, if wanted, commas.
fn plain(digits: &Digits, places: usize, groups: bool) -> String {
    let whole = digits.whole();
    let mut text = if groups { grouped(&whole) } else { whole };
    if places > 0 {
        let _ = write!(text, ".{}", digits.fraction(places));
    }
    text
}

/// Digits with a comma between thousands.
fn grouped(whole: &str) -> String {
    let mut text = String::with_capacity(whole.len() * 4 / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn currency(value: &Value, places: usize, culture: Culture) -> String {
    let digits = Digits::fixed(value, places);
    let text = plain(&digits, places, true);
    match (culture, digits.negative) {
        (Culture::Invariant, false) => format!("\u{a4}{text}"),
        (Culture::Invariant, true) => format!("(\u{a4}{text})"),
        (Culture::UnitedStates, false) => format!("${text}"),
        (Culture::UnitedStates, true) => format!("-${text}"),
    }
}

fn percent(value: &Value, places: usize, culture: Culture) -> String {
    let mut digits = Digits::fixed(value, places + 2);
    if !digits.figures.is_empty() {
        digits.scale += 2;
    }
    let text = signed(&digits, |digits| plain(digits, places, true));
    match culture {
        Culture::Invariant => format!("{text} %"),
        Culture::UnitedStates => format!("{text}%"),
    }
}

fn whole(value: &Value, width: usize) -> Result<String, Thrown> {
    value.integer().ok_or_else(invalid)?;
    let text = value.display_string();
    let (sign, digits) = text.strip_prefix('-').map_or(("", &*text), |rest| ("-", rest));
    Ok(format!(
        "{sign}{}{digits}",
        "0".repeat(width.saturating_sub(digits.len()))
    ))
}

/// `1.234560E+003`
fn scientific(value: &Value, places: usize, letter: char) -> String {
    let digits = Digits::significant(value, places + 1);
    let exponent = if digits.figures.is_empty() { 0 } else { digits.scale - 1 };
    let mut mantissa = digits.clone();
    mantissa.scale = 1;
    signed(&mantissa, |mantissa| {
        let first = mantissa.figures.first().map_or('0', |digit| char::from(*digit));
        let point = if places > 0 { "." } else { "" };
        format!(
            "{first}{point}{}{}",
            mantissa.fraction(places),
            exponent_text(exponent, letter, 3)
        )
    })
}

/// `E+05`
pub fn exponent_text(exponent: i32, letter: char, width: usize) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{letter}{sign}{:0width$}", exponent.unsigned_abs())
}

/// Two's complement in base 16 or 2.
fn bits(value: &Value, width: usize, letter: char) -> Result<String, Thrown> {
    let bits = match value {
        Value::SByte(number) => u64::from(*number as u8),
        Value::Int16(number) => u64::from(*number as u16),
        Value::Int32(number) => u64::from(*number as u32),
        other => other.integer().ok_or_else(invalid)? as u64,
    };
    let digits = match letter {
        'x' => format!("{bits:x}"),
        'X' => format!("{bits:X}"),
        _ => format!("{bits:b}"),
    };
    Ok(format!("{}{digits}", "0".repeat(width.saturating_sub(digits.len()))))
}

fn general(value: &Value, precision: Option<usize>, letter: char) -> String {
    let shortest = || {
        let text = value.display_string();
        if letter == 'g' {
            text.replace('E', "e")
        } else {
            text.to_string()
        }
    };
    let Some(precision) = precision.filter(|precision| *precision > 0) else {
        return shortest();
    };
    let digits = Digits::significant(value, precision);
    let limit = i32::try_from(precision).unwrap_or(i32::MAX);
    signed(&digits, |digits| {
        if digits.figures.is_empty() {
            return "0".to_owned();
        }
        let is_scientific = digits.scale > limit || digits.scale < -3;
        let mut shown = digits.clone();
        if is_scientific {
            shown.scale = 1;
        }
        let places = i64::try_from(shown.figures.len()).unwrap_or_default() - i64::from(shown.scale);
        let mut text = plain(&shown, usize::try_from(places).unwrap_or_default(), false);
        if is_scientific {
            let letter = if letter == 'g' { 'e' } else { 'E' };
            text.push_str(&exponent_text(digits.scale - 1, letter, 2));
        }
        text
    })
}
