//! .NET values as XML's text and back (`XmlConvert`).

use crate::date::{DateTime, DateTimeKind, TICKS_PER_DAY, parse as parse_date};
use crate::number::{format_double, format_single, parse};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;
use std::fmt::Write;
use xml::name::is_space;

const TICKS_PER_SECOND: u64 = 10_000_000;

/// The text of a value inside of XML.
///
/// # Errors
/// `ArgumentException` for nodes.
pub fn text_of(value: &Value) -> Result<Text, Thrown> {
    Ok(match value {
        Value::Boolean(value) => if *value { "true" } else { "false" }.into(),
        Value::Double(value) => number(format_double(*value)).into(),
        Value::Single(value) => number(format_single(*value)).into(),
        Value::DateTime(date) => date.iso().into(),
        Value::DateTimeOffset(local, 0) => DateTime {
            kind: DateTimeKind::Utc,
            ..*local
        }
        .iso()
        .into(),
        Value::DateTimeOffset(local, offset) => local.iso_with_offset(i64::from(*offset)).into(),
        Value::TimeSpan(ticks) => duration(*ticks).into(),
        other if other.object::<super::linq_node::LinqNode>().is_some() => {
            return Err(Thrown::new(
                "System.ArgumentException",
                "An XObject cannot be used as a value.",
            ));
        }
        other => other.display_string(),
    })
}

fn number(text: String) -> String {
    match text.as_str() {
        "Infinity" => "INF".to_owned(),
        "-Infinity" => "-INF".to_owned(),
        _ => text,
    }
}

/// `P1DT2H3M4.5S`
fn duration(ticks: i64) -> String {
    if ticks == 0 {
        return "PT0S".to_owned();
    }
    let mut text = if ticks < 0 { "-P" } else { "P" }.to_owned();
    let ticks = ticks.unsigned_abs();
    let (days, rest) = (ticks / TICKS_PER_DAY as u64, ticks % TICKS_PER_DAY as u64);
    let (seconds, fraction) = (rest / TICKS_PER_SECOND, rest % TICKS_PER_SECOND);
    // Writing to a string cannot fail.
    if days > 0 {
        let _ = write!(text, "{days}D");
    }
    if rest > 0 {
        text.push('T');
    }
    for (count, unit) in [(seconds / 3600, 'H'), (seconds / 60 % 60, 'M')] {
        if count > 0 {
            let _ = write!(text, "{count}{unit}");
        }
    }
    if fraction > 0 {
        let digits = format!("{fraction:07}");
        let _ = write!(text, "{}.{}S", seconds % 60, digits.trim_end_matches('0'));
    } else if seconds % 60 > 0 {
        let _ = write!(text, "{}S", seconds % 60);
    }
    text
}

/// Ticks of `P1DT2H3M4.5S`; a year has 365 days and a month 30.
fn read_duration(text: &str) -> Option<i64> {
    let text = text.trim_matches(is_space);
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let text = text.strip_prefix('P')?;
    let (date, time) = text
        .split_once('T')
        .map_or((text, None), |(date, time)| (date, Some(time)));
    if date.is_empty() && time.is_none_or(str::is_empty) || time == Some("") {
        return None;
    }
    let day = TICKS_PER_DAY as u64;
    let dates = [('Y', 365 * day), ('M', 30 * day), ('D', day)];
    let times = [
        ('H', 3600 * TICKS_PER_SECOND),
        ('M', 60 * TICKS_PER_SECOND),
        ('S', TICKS_PER_SECOND),
    ];
    let ticks = counted(date, &dates)?.checked_add(counted(time.unwrap_or_default(), &times)?)?;
    let ticks = i64::try_from(ticks).ok()?;
    Some(if negative { -ticks } else { ticks })
}

fn counted(text: &str, units: &[(char, u64)]) -> Option<u64> {
    let (mut rest, mut all) = (text, 0u64);
    for (unit, ticks) in units {
        let Some((count, after)) = rest.split_once(*unit) else {
            continue;
        };
        let (whole, fraction) = count.split_once('.').unwrap_or((count, ""));
        let has_fraction = count.contains('.');
        if has_fraction && (*unit != 'S' || fraction.is_empty())
            || !count.chars().all(|c| c.is_ascii_digit() || c == '.')
        {
            return None;
        }
        all = all.checked_add(whole.parse::<u64>().ok()?.checked_mul(*ticks)?)?;
        let digits: String = fraction.chars().chain("0000000".chars()).take(7).collect();
        all = all.checked_add(digits.parse().ok()?)?;
        rest = after;
    }
    rest.is_empty().then_some(all)
}

/// The value of a type that a text says: `(T)element`.
///
/// # Errors
/// `FormatException`, `OverflowException`
pub fn value_as(text: &str, ty: &Type) -> Outcome {
    match ty {
        Type::Simple(Simple::String) => Ok(text.into()),
        Type::Simple(Simple::Boolean) => match text.to_lowercase().trim_matches(is_space) {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => Err(malformed(text, "Boolean")),
        },
        Type::Simple(simple) => number_as(text, *simple),
        Type::Class(class, _) => match class.short_name() {
            "DateTime" => date(text)
                .map(Value::DateTime)
                .ok_or_else(|| malformed(text, "DateTime")),
            "DateTimeOffset" => {
                crate::library::parse_date_time_offset(text.trim()).ok_or_else(|| malformed(text, "DateTimeOffset"))
            }
            "TimeSpan" => read_duration(text)
                .map(Value::TimeSpan)
                .ok_or_else(|| malformed(text, "TimeSpan")),
            _ => crate::json::parse_guid(text.trim())
                .map(Value::Guid)
                .ok_or_else(|| malformed(text, "Guid")),
        },
        _ => Err(malformed(text, "value")),
    }
}

/// `DateTimeStyles.RoundtripKind`: `Z` makes it UTC.
fn date(text: &str) -> Option<DateTime> {
    let date = parse_date(text)?;
    Some(if text.trim_end().ends_with(['Z', 'z']) {
        DateTime {
            kind: DateTimeKind::Utc,
            ..date
        }
    } else {
        date
    })
}

fn number_as(text: &str, simple: Simple) -> Outcome {
    const SPACE: i32 = 3;
    const SIGN_AND_SPACE: i32 = 7;
    const POINT: i32 = 32;
    const EXPONENT: i32 = 128;
    let special = match text.trim_matches(is_space) {
        "INF" => Some(f64::INFINITY),
        "-INF" => Some(f64::NEG_INFINITY),
        _ => None,
    };
    let failed = |error| crate::library::number_error(error, text, simple);
    match (simple, special) {
        (Simple::Double, Some(number)) => Ok(Value::Double(number)),
        (Simple::Single, Some(number)) => Ok(Value::Single(number as f32)),
        (Simple::Double | Simple::Single, None) => {
            let number = parse::double(text, SIGN_AND_SPACE | POINT | EXPONENT).map_err(failed)?;
            Ok(if simple == Simple::Double {
                Value::Double(number)
            } else {
                Value::Single(number as f32)
            })
        }
        (Simple::Decimal, _) => parse::decimal(text, SIGN_AND_SPACE | POINT)
            .map(Value::Decimal)
            .map_err(failed),
        (Simple::UInt32 | Simple::UInt64, _) => crate::library::read_number(text, simple, SPACE).map_err(failed),
        _ => crate::library::read_number(text, simple, SIGN_AND_SPACE).map_err(failed),
    }
}

fn malformed(text: &str, name: &str) -> Thrown {
    Thrown::new(
        "System.FormatException",
        format!("The string '{text}' is not a valid {name} value."),
    )
}
