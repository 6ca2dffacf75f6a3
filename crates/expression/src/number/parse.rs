//! Numbers as .NET reads them, by the styles that a text may have (`System.Globalization.NumberStyles`).
//!
//! Never here: which styles a member allows by default beyond the constants below.

use super::NumberError;
use rust_decimal::Decimal;
use std::str::FromStr;

/// `NumberStyles.Integer`
pub const INTEGER: i32 = 7;
/// `NumberStyles.Number`
pub const NUMBER: i32 = 111;
/// `NumberStyles.Float | NumberStyles.AllowThousands`
pub const FLOAT: i32 = 231;

const LEADING_WHITE: i32 = 1;
const TRAILING_WHITE: i32 = 2;
const LEADING_SIGN: i32 = 4;
const TRAILING_SIGN: i32 = 8;
const PARENTHESES: i32 = 16;
const POINT: i32 = 32;
const THOUSANDS: i32 = 64;
const EXPONENT: i32 = 128;
const CURRENCY: i32 = 256;
/// `NumberStyles.AllowHexSpecifier`
pub const HEXADECIMAL: i32 = 512;

/// Beyond this exponent every `decimal` and integer overflows and every `double` is infinite or zero.
const FARTHEST: i64 = 100_000;

/// A number's text in parts: `whole.fraction × 10^exponent`.
struct Parts {
    negative: bool,
    whole: String,
    fraction: String,
    exponent: i64,
}

fn is_white(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ')
}

struct Scanner<'a> {
    rest: &'a str,
    styles: i32,
}

impl Scanner<'_> {
    fn allows(&self, style: i32) -> bool {
        self.styles & style != 0
    }

    fn eat(&mut self, wanted: impl Fn(char) -> bool) -> Option<char> {
        let next = self.rest.chars().next().filter(|c| wanted(*c))?;
        self.rest = self.rest.get(next.len_utf8()..).unwrap_or_default();
        Some(next)
    }

    fn digits(&mut self, digits: &mut String, with_commas: bool) {
        while let Some(c) = self.eat(|c| c.is_ascii_digit() || (with_commas && c == ',' && !digits.is_empty())) {
            if c != ',' {
                digits.push(c);
            }
        }
    }

    /// Sign, parenthesis, currency symbol and white space; whether it is negative and whether a parenthesis is open.
    fn lead(&mut self) -> (Option<char>, bool) {
        let (mut sign, mut open, mut symbol) = (None, false, false);
        loop {
            if self.allows(LEADING_WHITE) && (sign.is_none() || symbol) && self.eat(is_white).is_some() {
                continue;
            }
            if self.allows(LEADING_SIGN) && sign.is_none() && !open {
                sign = self.eat(|c| matches!(c, '+' | '-' | '\u{2212}'));
                if sign.is_some() {
                    continue;
                }
            }
            if self.allows(PARENTHESES) && sign.is_none() && !open && self.eat(|c| c == '(').is_some() {
                open = true;
                continue;
            }
            if self.allows(CURRENCY) && !symbol && self.eat(|c| c == '\u{a4}').is_some() {
                symbol = true;
                continue;
            }
            return (sign, open);
        }
    }

    fn exponent(&mut self) -> i64 {
        let before = self.rest;
        if self.eat(|c| matches!(c, 'e' | 'E')).is_none() {
            return 0;
        }
        let sign = self.eat(|c| matches!(c, '+' | '-'));
        let mut digits = String::new();
        self.digits(&mut digits, false);
        if digits.is_empty() {
            self.rest = before;
            return 0;
        }
        let exponent = digits.parse::<i64>().unwrap_or(FARTHEST).min(FARTHEST);
        if sign == Some('-') { -exponent } else { exponent }
    }

    fn trail(&mut self, mut sign: Option<char>, mut open: bool) -> Result<Option<char>, NumberError> {
        loop {
            if self.allows(TRAILING_WHITE) && self.eat(is_white).is_some() {
                continue;
            }
            if self.allows(TRAILING_SIGN) && sign.is_none() && !open {
                sign = self.eat(|c| matches!(c, '+' | '-' | '\u{2212}'));
                if sign.is_some() {
                    continue;
                }
            }
            if open && self.eat(|c| c == ')').is_some() {
                (open, sign) = (false, Some('-'));
                continue;
            }
            if self.allows(CURRENCY) && self.eat(|c| c == '\u{a4}').is_some() {
                continue;
            }
            // .NET takes zeros of a C string for padding.
            let is_padding = self.rest.bytes().all(|byte| byte == 0);
            return if open || !is_padding {
                Err(NumberError::Format)
            } else {
                Ok(sign)
            };
        }
    }
}

fn parts(text: &str, styles: i32) -> Result<Parts, NumberError> {
    let mut scanner = Scanner { rest: text, styles };
    let (sign, open) = scanner.lead();
    let (mut whole, mut fraction) = (String::new(), String::new());
    scanner.digits(&mut whole, scanner.allows(THOUSANDS));
    if scanner.allows(POINT) && scanner.eat(|c| c == '.').is_some() {
        scanner.digits(&mut fraction, false);
    }
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumberError::Format);
    }
    let exponent = if scanner.allows(EXPONENT) {
        scanner.exponent()
    } else {
        0
    };
    let sign = scanner.trail(sign, open)?;
    Ok(Parts {
        negative: matches!(sign, Some('-' | '\u{2212}')),
        whole,
        fraction,
        exponent,
    })
}

/// `double.Parse`; what is too large becomes an infinity.
///
/// # Errors
/// [`NumberError::Format`]
pub fn double(text: &str, styles: i32) -> Result<f64, NumberError> {
    let number = match parts(text, styles) {
        Ok(parts) => {
            let number: Result<f64, _> =
                format!("{}.{}e{}", zero(&parts.whole), zero(&parts.fraction), parts.exponent).parse();
            let number = number.map_err(|_| NumberError::Format)?;
            if parts.negative { -number } else { number }
        }
        Err(error) => special(text.trim_matches(is_white)).ok_or(error)?,
    };
    Ok(number)
}

fn zero(digits: &str) -> &str {
    if digits.is_empty() { "0" } else { digits }
}

fn special(text: &str) -> Option<f64> {
    let named = |name: &str| text.eq_ignore_ascii_case(name);
    if named("nan") || named("-nan") || named("+nan") {
        Some(super::NAN)
    } else if named("infinity") || named("+infinity") {
        Some(f64::INFINITY)
    } else if named("-infinity") {
        Some(f64::NEG_INFINITY)
    } else {
        None
    }
}

/// `decimal.Parse`; keeps the scale, so `1.10` stays `1.10`.
///
/// # Errors
/// [`NumberError`]
pub fn decimal(text: &str, styles: i32) -> Result<Decimal, NumberError> {
    let parts = parts(text, styles)?;
    let (whole, fraction) = shifted(&parts)?;
    let sign = if parts.negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    let read = Decimal::from_str(&format!("{sign}{}{point}{fraction}", zero(&whole)));
    read.map(|number| if number.is_zero() { number.abs() } else { number })
        .map_err(|_| NumberError::Overflow)
}

/// The exponent applied to the digits.
fn shifted(parts: &Parts) -> Result<(String, String), NumberError> {
    let (mut whole, mut fraction) = (parts.whole.trim_start_matches('0').to_owned(), parts.fraction.clone());
    let by = usize::try_from(parts.exponent.unsigned_abs()).unwrap_or(usize::MAX);
    if parts.exponent > 0 {
        if whole.is_empty() && fraction.bytes().all(|digit| digit == b'0') {
            return Ok((String::new(), String::new()));
        }
        if by > 1000 {
            return Err(NumberError::Overflow);
        }
        let kept = fraction.len().min(by);
        let rest = fraction.split_off(kept);
        whole.push_str(&fraction);
        whole.push_str(&"0".repeat(by - kept));
        return Ok((whole, rest));
    }
    // Digits beyond a decimal's 28 places are not worth keeping.
    let by = by.min(whole.len() + 40);
    let padded = "0".repeat(by.saturating_sub(whole.len())) + &whole;
    let (whole, moved) = padded.split_at(padded.len() - by);
    fraction.insert_str(0, moved);
    Ok((whole.to_owned(), fraction))
}

/// An integer of any type; the caller checks its own range. Hexadecimal digits give the bits of `bits` bits.
///
/// # Errors
/// [`NumberError::Overflow`] beyond 128 bits, and for a fraction that is not zero.
pub fn integer(text: &str, styles: i32, bits: u32) -> Result<i128, NumberError> {
    if styles & HEXADECIMAL != 0 {
        return hexadecimal(text, styles, bits);
    }
    let parts = parts(text, styles)?;
    let (whole, fraction) = shifted(&parts)?;
    if fraction.bytes().any(|digit| digit != b'0') {
        return Err(NumberError::Overflow);
    }
    let number: i128 = zero(&whole).parse().map_err(|_| NumberError::Overflow)?;
    Ok(if parts.negative { -number } else { number })
}

fn hexadecimal(text: &str, styles: i32, bits: u32) -> Result<i128, NumberError> {
    let text = if styles & LEADING_WHITE != 0 {
        text.trim_start_matches(is_white)
    } else {
        text
    };
    let text = if styles & TRAILING_WHITE != 0 {
        text.trim_end_matches(is_white)
    } else {
        text
    };
    if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(NumberError::Format);
    }
    let number = u128::from_str_radix(text, 16).map_err(|_| NumberError::Overflow)?;
    if number >> bits == 0 {
        Ok(number as i128)
    } else {
        Err(NumberError::Overflow)
    }
}
