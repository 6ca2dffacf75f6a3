//! Standard and custom date formats.

use super::invalid;
use crate::date::{Civil, DateTime, DateTimeKind};
use crate::library::culture::Culture;
use crate::thrown::Thrown;
use std::fmt::Write;
use std::iter::Peekable;
use std::str::Chars;

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

/// The pattern of a standard format that depends on the culture.
fn cultural(letter: char, culture: Culture) -> Option<&'static str> {
    Some(match (letter, culture) {
        ('d', Culture::Invariant) => "MM/dd/yyyy",
        ('D', Culture::Invariant) => "dddd, dd MMMM yyyy",
        ('f', Culture::Invariant) => "dddd, dd MMMM yyyy HH:mm",
        ('F' | 'U', Culture::Invariant) => "dddd, dd MMMM yyyy HH:mm:ss",
        ('g', Culture::Invariant) => "MM/dd/yyyy HH:mm",
        ('G', Culture::Invariant) => "MM/dd/yyyy HH:mm:ss",
        ('m' | 'M', Culture::Invariant) => "MMMM dd",
        ('t', Culture::Invariant) => "HH:mm",
        ('T', Culture::Invariant) => "HH:mm:ss",
        ('y' | 'Y', Culture::Invariant) => "yyyy MMMM",
        ('d', Culture::UnitedStates) => "M/d/yyyy",
        ('D', Culture::UnitedStates) => "dddd, MMMM d, yyyy",
        ('f', Culture::UnitedStates) => "dddd, MMMM d, yyyy h:mm tt",
        ('F' | 'U', Culture::UnitedStates) => "dddd, MMMM d, yyyy h:mm:ss tt",
        ('g', Culture::UnitedStates) => "M/d/yyyy h:mm tt",
        ('G', Culture::UnitedStates) => "M/d/yyyy h:mm:ss tt",
        ('m' | 'M', Culture::UnitedStates) => "MMMM d",
        ('t', Culture::UnitedStates) => "h:mm tt",
        ('T', Culture::UnitedStates) => "h:mm:ss tt",
        ('y' | 'Y', Culture::UnitedStates) => "MMMM yyyy",
        _ => return None,
    })
}

/// The custom format that `ParseExact` reads by: a letter alone stands for one, in a culture; `None` for an unknown letter.
/// With an offset, the zone that a standard format names is read as one.
pub fn pattern(format: &str, culture: Culture, offset: bool) -> Option<&str> {
    let mut chars = format.chars();
    let (Some(letter), None) = (chars.next(), chars.next()) else {
        return Some(format);
    };
    Some(match letter {
        'o' | 'O' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK",
        'r' | 'R' if offset => "ddd, dd MMM yyyy HH':'mm':'ss GMT",
        'r' | 'R' => "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'",
        's' => "yyyy'-'MM'-'dd'T'HH':'mm':'ss",
        'u' if offset => "yyyy'-'MM'-'dd HH':'mm':'ssZ",
        'u' => "yyyy'-'MM'-'dd HH':'mm':'ss'Z'",
        'U' if offset => return None,
        _ => cultural(letter, culture)?,
    })
}

/// A date (with an offset in minutes, for a `DateTimeOffset`) in a format.
///
/// # Errors
/// `FormatException`
pub fn format(date: DateTime, offset: Option<i32>, format: &str, culture: Culture) -> Result<String, Thrown> {
    let mut chars = format.chars();
    let letter = match (chars.next(), chars.next()) {
        (Some(letter), None) => letter,
        (None, _) => {
            let pattern = cultural('G', culture).unwrap_or_default();
            return custom(date, offset, &format!("{pattern} zzz"));
        }
        _ => return custom(date, offset, format),
    };
    let utc = DateTime {
        ticks: date.ticks - i64::from(offset.unwrap_or_default()) * 600_000_000,
        kind: DateTimeKind::Utc,
    };
    let universal = if offset.is_some() { utc } else { date };
    match letter {
        'o' | 'O' if offset.is_some() => custom(date, offset, "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffzzz"),
        'o' | 'O' => custom(date, offset, "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK"),
        'r' | 'R' => custom(universal, None, "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'"),
        's' => custom(date, offset, "yyyy'-'MM'-'dd'T'HH':'mm':'ss"),
        'u' => custom(universal, None, "yyyy'-'MM'-'dd HH':'mm':'ss'Z'"),
        'U' if offset.is_some() => Err(invalid()),
        _ => custom(date, offset, cultural(letter, culture).ok_or_else(invalid)?),
    }
}

fn custom(date: DateTime, offset: Option<i32>, pattern: &str) -> Result<String, Thrown> {
    let civil = date.civil();
    let mut text = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => quoted(&mut chars, c, &mut text)?,
            '\\' => text.push(chars.next().ok_or_else(invalid)?),
            '%' => {
                if chars.peek().is_none_or(|next| *next == '%') {
                    return Err(invalid());
                }
            }
            'd' | 'M' | 'y' | 'H' | 'h' | 'm' | 's' | 'f' | 'F' | 't' | 'z' | 'g' => {
                let mut count = 1;
                while chars.next_if_eq(&c).is_some() {
                    count += 1;
                }
                if matches!(c, 'f' | 'F') && count > 7 {
                    return Err(invalid());
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

/// What stands in quotes; a backslash takes the next character as it is.
fn quoted(chars: &mut Peekable<Chars<'_>>, quote: char, text: &mut String) -> Result<(), Thrown> {
    loop {
        match chars.next().ok_or_else(invalid)? {
            '\\' => text.push(chars.next().ok_or_else(invalid)?),
            c if c == quote => return Ok(()),
            c => text.push(c),
        }
    }
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
        // Rust's own padding ends at 65,535 places.
        let digits = value.to_string();
        text.extend(std::iter::repeat_n('0', width.saturating_sub(digits.len())));
        text.push_str(&digits);
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
            if letter == 'F' && kept.is_empty() && text.ends_with('.') {
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
