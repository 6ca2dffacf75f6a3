//! Standard and custom date formats.

use super::invalid;
use crate::date::{Civil, DateTime, DateTimeKind};
use crate::thrown::Thrown;
use std::fmt::Write;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

fn month_name(month: i64) -> &'static str {
    usize::try_from(month - 1)
        .ok()
        .and_then(|at| MONTHS.get(at))
        .copied()
        .unwrap_or_default()
}

fn day_name(date: DateTime) -> &'static str {
    usize::try_from(date.day_of_week())
        .ok()
        .and_then(|at| DAYS.get(at))
        .copied()
        .unwrap_or_default()
}

/// A date (with an offset in minutes, for a `DateTimeOffset`) in a format.
///
/// # Errors
/// `FormatException`
pub fn format(date: DateTime, offset: Option<i32>, format: &str) -> Result<String, Thrown> {
    let mut chars = format.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else {
        return custom(date, offset, format);
    };
    let utc = || {
        let ticks = date.ticks - i64::from(offset.unwrap_or_default()) * 600_000_000;
        DateTime {
            ticks,
            kind: DateTimeKind::Utc,
        }
    };
    let pattern = match letter {
        'd' => "MM/dd/yyyy",
        'D' => "dddd, dd MMMM yyyy",
        'f' => "dddd, dd MMMM yyyy HH:mm",
        'F' | 'U' => "dddd, dd MMMM yyyy HH:mm:ss",
        'g' => "MM/dd/yyyy HH:mm",
        'G' => "MM/dd/yyyy HH:mm:ss",
        'm' | 'M' => "MMMM dd",
        'o' | 'O' if offset.is_some() => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffzzz",
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        'r' | 'R' => {
            return custom(
                if offset.is_some() { utc() } else { date },
                None,
                "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
            );
        }
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        't' => "HH:mm",
        'T' => "HH:mm:ss",
        'u' => {
            return custom(
                if offset.is_some() { utc() } else { date },
                None,
                "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
            );
        }
        'y' | 'Y' => "yyyy MMMM",
        _ => return Err(invalid()),
    };
    custom(date, offset, pattern)
}

fn custom(date: DateTime, offset: Option<i32>, pattern: &str) -> Result<String, Thrown> {
    let pattern = pattern.strip_prefix('%').unwrap_or(pattern);
    let civil = date.civil();
    let mut text = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => text.extend(chars.by_ref().take_while(|quoted| *quoted != c)),
            '\\' => text.push(chars.next().ok_or_else(invalid)?),
            'd' | 'M' | 'y' | 'H' | 'h' | 'm' | 's' | 'f' | 'F' | 't' | 'z' | 'g' => {
                let mut count = 1;
                while chars.next_if_eq(&c).is_some() {
                    count += 1;
                }
                field(&mut text, (c, count), date, civil, offset);
            }
            'K' => match (offset, date.kind) {
                (Some(offset), _) => zone(&mut text, offset, 3),
                (None, DateTimeKind::Utc) => text.push('Z'),
                (None, DateTimeKind::Local) => zone(&mut text, 0, 3),
                (None, DateTimeKind::Unspecified) => {}
            },
            other => text.push(other),
        }
    }
    Ok(text)
}

fn zone(text: &mut String, offset: i32, count: usize) {
    let sign = if offset < 0 { '-' } else { '+' };
    let (hours, minutes) = (offset.abs() / 60, offset.abs() % 60);
    let _ = match count {
        1 => write!(text, "{sign}{hours}"),
        2 => write!(text, "{sign}{hours:02}"),
        _ => write!(text, "{sign}{hours:02}:{minutes:02}"),
    };
}

fn field(text: &mut String, (letter, count): (char, usize), date: DateTime, civil: Civil, offset: Option<i32>) {
    let number = |text: &mut String, value: i64, width: usize| {
        let _ = write!(text, "{value:0width$}");
    };
    let twelve = if civil.hour % 12 == 0 { 12 } else { civil.hour % 12 };
    match (letter, count) {
        ('d', 1 | 2) => number(text, civil.day, count),
        ('d', 3) => text.push_str(day_name(date).get(..3).unwrap_or_default()),
        ('d', _) => text.push_str(day_name(date)),
        ('M', 1 | 2) => number(text, civil.month, count),
        ('M', 3) => text.push_str(month_name(civil.month).get(..3).unwrap_or_default()),
        ('M', _) => text.push_str(month_name(civil.month)),
        ('y', 1 | 2) => number(text, civil.year % 100, count),
        ('y', _) => number(text, civil.year, count),
        ('H', _) => number(text, civil.hour, count.min(2)),
        ('h', _) => number(text, twelve, count.min(2)),
        ('m', _) => number(text, civil.minute, count.min(2)),
        ('s', _) => number(text, civil.second, count.min(2)),
        ('f' | 'F', _) => {
            let digits = format!("{:07}", civil.fraction);
            let digits = digits.get(..count.min(7)).unwrap_or_default();
            let kept = if letter == 'F' {
                digits.trim_end_matches('0')
            } else {
                digits
            };
            if kept.is_empty() && text.ends_with('.') {
                text.pop();
            }
            text.push_str(kept);
        }
        ('t', count) => text.push_str(
            if civil.hour < 12 { "AM" } else { "PM" }
                .get(..count.min(2))
                .unwrap_or_default(),
        ),
        ('z', count) => zone(text, offset.unwrap_or_default(), count),
        _ => text.push_str("A.D."),
    }
}
