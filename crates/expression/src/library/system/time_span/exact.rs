//! `TimeSpan.ParseExact` and `TryParseExact`: a text read by a standard format or letter by letter.
//!
//! Never here: texts in any of the forms that `Parse` takes (`time_span`), which the format `c` shares.

use super::{fraction, parse, ticks_of, unread};
use crate::collection::collect;
use crate::library::{Arguments, Call, Class, Row, row};
use crate::number::NumberError;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use std::iter::Peekable;
use std::str::Chars;

/// Whether what custom formats read is less than nothing, which they have no letter for.
pub static TIME_SPAN_STYLES: Class = Class::enumeration(
    "System.Globalization.TimeSpanStyles",
    &[("None", 0), ("AssumeNegative", 1)],
);

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider)",
        r#"TimeSpan.ParseExact("0730", "hhmm", null)"#,
        "07:30:00",
        |call, a| parsed(call, a, 0),
    ),
    row(
        "static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider, TimeSpanStyles styles)",
        r#"TimeSpan.ParseExact("0730", "hhmm", null, TimeSpanStyles.AssumeNegative)"#,
        "-07:30:00",
        |call, a| parsed(call, a, a.int(3)),
    ),
    row(
        "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider)",
        r#"TimeSpan.ParseExact("1:02", new[] { "hh", @"h\:mm" }, null)"#,
        "01:02:00",
        |call, a| parsed(call, a, 0),
    ),
    row(
        "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider, TimeSpanStyles styles)",
        r#"TimeSpan.ParseExact("12", new[] { "g", "ss" }, null, TimeSpanStyles.None)"#,
        "12.00:00:00",
        |call, a| parsed(call, a, a.int(3)),
    ),
    row(
        "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, out TimeSpan result)",
        r#"TimeSpan.TryParseExact("90", "ss", null, out var t)"#,
        "False",
        |call, a| tried(call, a, 0),
    ),
    row(
        "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, TimeSpanStyles styles, out TimeSpan result)",
        r#"TimeSpan.TryParseExact("30", "ss", null, TimeSpanStyles.None, out var t) ? t : t"#,
        "00:00:30",
        |call, a| tried(call, a, a.int(3)),
    ),
    row(
        "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, out TimeSpan result)",
        r#"TimeSpan.TryParseExact("30", new[] { "hh", "mm" }, null, out var t) ? t : t"#,
        "00:30:00",
        |call, a| tried(call, a, 0),
    ),
    row(
        "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, TimeSpanStyles styles, out TimeSpan result)",
        r#"TimeSpan.TryParseExact("x", new[] { "hh", "mm" }, null, TimeSpanStyles.None, out var t)"#,
        "False",
        |call, a| tried(call, a, a.int(3)),
    ),
];

fn parsed(call: &mut Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Outcome {
    let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("input"))?;
    let is_list = !matches!(a.value(1), Value::Null | Value::String(_));
    let formats = formats(call, a)?;
    if formats.is_empty() {
        return Err(invalid_format());
    }
    let mut failed = NumberError::Format;
    for format in &formats {
        if format.is_empty() {
            return Err(invalid_format());
        }
        match read(text, format, styles) {
            Ok(ticks) => return Ok(Value::TimeSpan(ticks)),
            Err(error) => failed = error,
        }
    }
    // Of several formats it is not told why the last one did not fit.
    Err(unread(if is_list { NumberError::Format } else { failed }, text))
}

fn tried(call: &mut Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Outcome {
    let formats = formats(call, a).unwrap_or_default();
    let ticks = a.text_or_null(0).and_then(|text| {
        let fits = |format: &String| read(text, format, styles).ok();
        formats.iter().take_while(|format| !format.is_empty()).find_map(fits)
    });
    call.give_out(Value::TimeSpan(ticks.unwrap_or_default()));
    Ok(ticks.is_some().into())
}

fn invalid_format() -> Thrown {
    Thrown::new("System.FormatException", "Format specifier was invalid.")
}

/// The format of the second argument, or all of them.
fn formats(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Vec<String>, Thrown> {
    let name = "format";
    match a.value(1) {
        Value::Null => Err(Thrown::argument_null(name)),
        Value::String(format) => Ok(vec![format.as_str().to_owned()]),
        list => {
            let formats = collect(list, call.frame)?;
            Ok(formats
                .iter()
                .map(|format| format.display_string().to_string())
                .collect())
        }
    }
}

/// The ticks of a text in a format.
fn read(text: &str, format: &str, styles: i32) -> Result<i64, NumberError> {
    match format {
        "c" | "t" | "T" => constant(text),
        "g" => separated_by_colons(text, false),
        "G" => separated_by_colons(text, true),
        _ if format.chars().nth(1).is_none() => Err(NumberError::Format),
        _ => custom(text, format).map(|ticks| if styles & 1 == 1 { -ticks } else { ticks }),
    }
}

/// What `Parse` reads whose days end with a point.
fn constant(text: &str) -> Result<i64, NumberError> {
    let parts = text.split(':').count();
    if parts > 3 {
        return Err(NumberError::Format);
    }
    let hours = text
        .split(['.', ':'])
        .next()
        .unwrap_or_default()
        .trim()
        .trim_start_matches('-');
    // `Parse` takes hours that are too many for days.
    if parts == 3
        && text.find('.').is_none_or(|point| Some(point) > text.find(':'))
        && hours.parse::<u64>().is_ok_and(|hours| hours > 23)
    {
        return Err(NumberError::Overflow);
    }
    parse(text)
}

/// What `Parse` reads whose days end with a colon; all parts must be there or not.
fn separated_by_colons(text: &str, is_full: bool) -> Result<i64, NumberError> {
    let (point, colon) = (text.find('.'), text.rfind(':'));
    let has_days_with_point = point.is_some_and(|point| colon.is_none_or(|colon| point < colon));
    let is_whole = text.matches(':').count() == 3 && point.is_some();
    if has_days_with_point || is_full && !is_whole {
        return Err(NumberError::Format);
    }
    parse(text)
}

/// A text by a custom format.
fn custom(text: &str, format: &str) -> Result<i64, NumberError> {
    let malformed = || NumberError::Format;
    let mut text = text.chars().peekable();
    let mut format = format.chars().peekable();
    // Days, hours, minutes, seconds and the fraction's digits; each is there once at most.
    let mut parts: [Option<i64>; 4] = [None; 4];
    let mut digits: Option<String> = None;
    while let Some(letter) = format.next() {
        match letter {
            'd' | 'h' | 'm' | 's' => {
                let length = repeated(&mut format, letter);
                let (index, most, longest) = match letter {
                    'd' => (0, 8, 8),
                    'h' => (1, 2, 2),
                    'm' => (2, 2, 2),
                    _ => (3, 2, 2),
                };
                let part = parts.get_mut(index).filter(|part| part.is_none() && length <= most);
                let part = part.ok_or_else(malformed)?;
                // One letter stands for as many digits as there are.
                let longest = if length == 1 { longest } else { length };
                let found = taken(&mut text, longest);
                if found.len() < length {
                    return Err(NumberError::Format);
                }
                *part = Some(found.parse().map_err(|_| NumberError::Overflow)?);
            }
            'f' | 'F' => {
                let length = repeated(&mut format, letter);
                let found = taken(&mut text, length);
                if length > 7 || digits.is_some() || letter == 'f' && found.len() < length {
                    return Err(NumberError::Format);
                }
                digits = Some(found);
            }
            '\'' | '"' => loop {
                match format.next().ok_or_else(malformed)? {
                    end if end == letter => break,
                    '\\' => literal(&mut text, format.next())?,
                    other => literal(&mut text, Some(other))?,
                }
            },
            // What follows is a custom letter although it stands alone.
            '%' if format.peek().is_some_and(|next| *next != '%') => {}
            '\\' => literal(&mut text, format.next())?,
            _ => return Err(NumberError::Format),
        }
    }
    if text.next().is_some() {
        return Err(NumberError::Format);
    }
    let ticks = ticks_of(
        parts.map(Option::unwrap_or_default),
        fraction(&digits.unwrap_or_default())?,
    )?;
    i64::try_from(ticks).map_err(|_| NumberError::Overflow)
}

/// How often a letter stands there, once of which has been read.
fn repeated(format: &mut Peekable<Chars<'_>>, letter: char) -> usize {
    let mut length = 1;
    while format.next_if_eq(&letter).is_some() {
        length += 1;
    }
    length
}

/// The digits that follow, so many at most.
fn taken(text: &mut Peekable<Chars<'_>>, most: usize) -> String {
    let mut digits = String::new();
    while digits.len() < most
        && let Some(digit) = text.next_if(char::is_ascii_digit)
    {
        digits.push(digit);
    }
    digits
}

fn literal(text: &mut Peekable<Chars<'_>>, expected: Option<char>) -> Result<(), NumberError> {
    let found = expected.is_some() && text.next() == expected;
    found.then_some(()).ok_or(NumberError::Format)
}
