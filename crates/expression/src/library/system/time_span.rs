//! `System.TimeSpan`

mod exact;

pub use exact::TIME_SPAN_STYLES;

use crate::date::{TICKS_PER_DAY, TICKS_PER_SECOND, format_time_span};
use crate::library::{Arguments, Class, ClassKind, Row, format_value, row};
use crate::number::NumberError;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A length of time in ticks.
pub static TIME_SPAN: Class = Class::new("System.TimeSpan", ClassKind::Struct)
    .inherits(&["IComparable", "IFormattable"])
    .constants(&[
        ("TicksPerDay", Value::Int64(86_400 * SECOND)),
        ("TicksPerHour", Value::Int64(3600 * SECOND)),
        ("TicksPerMinute", Value::Int64(60 * SECOND)),
        ("TicksPerSecond", Value::Int64(SECOND)),
        ("TicksPerMillisecond", Value::Int64(MILLISECOND)),
    ])
    .rows(ROWS)
    .more(&[exact::ROWS]);

const SECOND: i64 = TICKS_PER_SECOND;
const MILLISECOND: i64 = SECOND / 1000;

const ROWS: &[Row] = &[
    row("static TimeSpan Zero { get; }", "TimeSpan.Zero", "00:00:00", |_, _| {
        Ok(Value::TimeSpan(0))
    }),
    row(
        "static TimeSpan MaxValue { get; }",
        "TimeSpan.MaxValue",
        "10675199.02:48:05.4775807",
        |_, _| Ok(Value::TimeSpan(i64::MAX)),
    ),
    row(
        "static TimeSpan MinValue { get; }",
        "TimeSpan.MinValue.Days",
        "-10675199",
        |_, _| Ok(Value::TimeSpan(i64::MIN)),
    ),
    row("new(long ticks)", "new TimeSpan(10000000)", "00:00:01", |_, a| {
        Ok(Value::TimeSpan(a.long(0)))
    }),
    row(
        "new(int hours, int minutes, int seconds)",
        "new TimeSpan(1, 2, 3)",
        "01:02:03",
        |_, a| parts([0, a.long(0), a.long(1), a.long(2), 0]),
    ),
    row(
        "new(int days, int hours, int minutes, int seconds)",
        "new TimeSpan(1, 2, 3, 4)",
        "1.02:03:04",
        |_, a| parts([a.long(0), a.long(1), a.long(2), a.long(3), 0]),
    ),
    row(
        "new(int days, int hours, int minutes, int seconds, int milliseconds)",
        "new TimeSpan(0, 0, 0, 0, 5)",
        "00:00:00.0050000",
        |_, a| parts([a.long(0), a.long(1), a.long(2), a.long(3), a.long(4)]),
    ),
    row(
        "static TimeSpan FromDays(double value)",
        "TimeSpan.FromDays(1.5)",
        "1.12:00:00",
        |_, a| scaled(a.double(0), TICKS_PER_DAY),
    ),
    row(
        "static TimeSpan FromHours(double value)",
        "TimeSpan.FromHours(1)",
        "01:00:00",
        |_, a| scaled(a.double(0), 3600 * SECOND),
    ),
    row(
        "static TimeSpan FromMinutes(double value)",
        "TimeSpan.FromMinutes(1)",
        "00:01:00",
        |_, a| scaled(a.double(0), 60 * SECOND),
    ),
    row(
        "static TimeSpan FromSeconds(double value)",
        "TimeSpan.FromSeconds(90061.5)",
        "1.01:01:01.5000000",
        |_, a| scaled(a.double(0), SECOND),
    ),
    row(
        "static TimeSpan FromMilliseconds(double value)",
        "TimeSpan.FromMilliseconds(57000)",
        "00:00:57",
        |_, a| scaled(a.double(0), MILLISECOND),
    ),
    row(
        "static TimeSpan FromTicks(long value)",
        "TimeSpan.FromTicks(5)",
        "00:00:00.0000005",
        |_, a| Ok(Value::TimeSpan(a.long(0))),
    ),
    row(
        "static TimeSpan Parse(string s)",
        r#"TimeSpan.Parse("1.02:03:04")"#,
        "1.02:03:04",
        |_, a| {
            let text = a.text(0)?;
            parse(text).map(Value::TimeSpan).map_err(|error| unread(error, text))
        },
    ),
    row(
        "static TimeSpan Parse(string input, IFormatProvider formatProvider)",
        r#"TimeSpan.Parse("1:2", null)"#,
        "01:02:00",
        |_, a| {
            let text = a.text(0)?;
            parse(text).map(Value::TimeSpan).map_err(|error| unread(error, text))
        },
    ),
    row(
        "string ToString(string format, IFormatProvider formatProvider)",
        r#"TimeSpan.FromHours(1).ToString("hh", null)"#,
        "01",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "static int Compare(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Compare(TimeSpan.Zero, TimeSpan.MaxValue)",
        "-1",
        |_, a| Ok((ticks(a, 0).cmp(&ticks(a, 1)) as i32).into()),
    ),
    row(
        "bool Equals(TimeSpan obj)",
        "TimeSpan.Zero.Equals(TimeSpan.Zero)",
        "True",
        |_, a| Ok((ticks(a, 0) == ticks(a, 1)).into()),
    ),
    row(
        "static bool TryParse(string s, out TimeSpan result)",
        r#"TimeSpan.TryParse("x", out var t)"#,
        "False",
        |call, a| {
            let parsed = a.text_or_null(0).and_then(|text| parse(text).ok());
            call.give_out(Value::TimeSpan(parsed.unwrap_or_default()));
            Ok(parsed.is_some().into())
        },
    ),
    row(
        "static bool TryParse(string input, IFormatProvider formatProvider, out TimeSpan result)",
        r#"TimeSpan.TryParse("1:2", null, out var t) ? t : t"#,
        "01:02:00",
        |call, a| {
            let parsed = a.text_or_null(0).and_then(|text| parse(text).ok());
            call.give_out(Value::TimeSpan(parsed.unwrap_or_default()));
            Ok(parsed.is_some().into())
        },
    ),
    row(
        "long Ticks { get; }",
        "TimeSpan.FromSeconds(1).Ticks",
        "10000000",
        |_, a| Ok(ticks(a, 0).into()),
    ),
    row("int Days { get; }", "TimeSpan.FromHours(49).Days", "2", |_, a| {
        Ok(((ticks(a, 0) / TICKS_PER_DAY) as i32).into())
    }),
    row("int Hours { get; }", "TimeSpan.FromHours(49).Hours", "1", |_, a| {
        Ok(((ticks(a, 0) / (3600 * SECOND) % 24) as i32).into())
    }),
    row(
        "int Minutes { get; }",
        "TimeSpan.FromSeconds(61).Minutes",
        "1",
        |_, a| Ok(((ticks(a, 0) / (60 * SECOND) % 60) as i32).into()),
    ),
    row(
        "int Seconds { get; }",
        "TimeSpan.FromSeconds(61).Seconds",
        "1",
        |_, a| Ok(((ticks(a, 0) / SECOND % 60) as i32).into()),
    ),
    row(
        "int Milliseconds { get; }",
        "TimeSpan.FromMilliseconds(1001).Milliseconds",
        "1",
        |_, a| Ok(((ticks(a, 0) / MILLISECOND % 1000) as i32).into()),
    ),
    row(
        "double TotalDays { get; }",
        "TimeSpan.FromHours(36).TotalDays",
        "1.5",
        |_, a| Ok(total(a, TICKS_PER_DAY)),
    ),
    row(
        "double TotalHours { get; }",
        "TimeSpan.FromMinutes(90).TotalHours",
        "1.5",
        |_, a| Ok(total(a, 3600 * SECOND)),
    ),
    row(
        "double TotalMinutes { get; }",
        "TimeSpan.FromSeconds(90).TotalMinutes",
        "1.5",
        |_, a| Ok(total(a, 60 * SECOND)),
    ),
    row(
        "double TotalSeconds { get; }",
        "TimeSpan.FromMilliseconds(1500).TotalSeconds",
        "1.5",
        |_, a| Ok(total(a, SECOND)),
    ),
    row(
        "double TotalMilliseconds { get; }",
        "TimeSpan.FromSeconds(1.5).TotalMilliseconds",
        "1500",
        |_, a| Ok(total(a, MILLISECOND)),
    ),
    row(
        "TimeSpan Add(TimeSpan ts)",
        "TimeSpan.Zero.Add(TimeSpan.FromSeconds(1))",
        "00:00:01",
        |_, a| sum(ticks(a, 0), ticks(a, 1)),
    ),
    row(
        "TimeSpan Subtract(TimeSpan ts)",
        "TimeSpan.Zero.Subtract(TimeSpan.FromSeconds(1))",
        "-00:00:01",
        |_, a| sum(ticks(a, 0), ticks(a, 1).saturating_neg()),
    ),
    row(
        "TimeSpan Multiply(double factor)",
        "TimeSpan.FromHours(1).Multiply(1.5)",
        "01:30:00",
        |_, a| multiplied(ticks(a, 0), a.double(1)),
    ),
    row(
        "TimeSpan Divide(double divisor)",
        "TimeSpan.FromHours(1).Divide(2)",
        "00:30:00",
        |_, a| divided(ticks(a, 0), a.double(1)),
    ),
    row(
        "double Divide(TimeSpan ts)",
        "TimeSpan.FromHours(1).Divide(TimeSpan.FromMinutes(20))",
        "3",
        |_, a| Ok((ticks(a, 0) as f64 / ticks(a, 1) as f64).into()),
    ),
    row(
        "static TimeSpan operator *(TimeSpan timeSpan, double factor)",
        "TimeSpan.FromHours(1) * 2",
        "02:00:00",
        |_, a| multiplied(ticks(a, 0), a.double(1)),
    ),
    row(
        "static TimeSpan operator *(double factor, TimeSpan timeSpan)",
        "2 * TimeSpan.FromHours(1)",
        "02:00:00",
        |_, a| multiplied(ticks(a, 1), a.double(0)),
    ),
    row(
        "static TimeSpan operator /(TimeSpan timeSpan, double divisor)",
        "TimeSpan.FromHours(1) / 4",
        "00:15:00",
        |_, a| divided(ticks(a, 0), a.double(1)),
    ),
    row(
        "static double operator /(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.FromHours(1) / TimeSpan.FromMinutes(30)",
        "2",
        |_, a| Ok((ticks(a, 0) as f64 / ticks(a, 1) as f64).into()),
    ),
    row(
        "int CompareTo(object value)",
        "TimeSpan.Zero.CompareTo(null)",
        "1",
        |_, a| match a.value(1) {
            Value::Null => Ok(1.into()),
            Value::TimeSpan(other) => Ok((ticks(a, 0).cmp(other) as i32).into()),
            _ => Err(Thrown::new(
                "System.ArgumentException",
                "Object must be of type TimeSpan.",
            )),
        },
    ),
    row(
        "TimeSpan Negate()",
        "TimeSpan.FromSeconds(1).Negate()",
        "-00:00:01",
        |_, a| ticks(a, 0).checked_neg().map(Value::TimeSpan).ok_or_else(too_long),
    ),
    row(
        "TimeSpan Duration()",
        "TimeSpan.FromSeconds(-1).Duration()",
        "00:00:01",
        |_, a| ticks(a, 0).checked_abs().map(Value::TimeSpan).ok_or_else(too_long),
    ),
    row(
        "int CompareTo(TimeSpan value)",
        "TimeSpan.Zero.CompareTo(TimeSpan.FromDays(1))",
        "-1",
        |_, a| Ok((ticks(a, 0).cmp(&ticks(a, 1)) as i32).into()),
    ),
    row(
        "string ToString()",
        "TimeSpan.FromSeconds(57).ToString()",
        "00:00:57",
        |_, a| Ok(format_time_span(ticks(a, 0)).into()),
    ),
    row(
        "string ToString(string format)",
        r#"TimeSpan.FromSeconds(57).ToString(@"mm\:ss")"#,
        "00:57",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "static TimeSpan operator +(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.FromDays(1) + TimeSpan.FromDays(1)",
        "2.00:00:00",
        |_, a| sum(ticks(a, 0), ticks(a, 1)),
    ),
    row(
        "static TimeSpan operator -(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.FromDays(1) - TimeSpan.FromDays(2)",
        "-1.00:00:00",
        |_, a| sum(ticks(a, 0), ticks(a, 1).saturating_neg()),
    ),
    row(
        "static TimeSpan operator -(TimeSpan t)",
        "-TimeSpan.FromDays(1)",
        "-1.00:00:00",
        |_, a| ticks(a, 0).checked_neg().map(Value::TimeSpan).ok_or_else(too_long),
    ),
    row(
        "static bool operator ==(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero == TimeSpan.FromDays(0)",
        "True",
        |_, a| Ok((ticks(a, 0) == ticks(a, 1)).into()),
    ),
    row(
        "static bool operator !=(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero != TimeSpan.FromDays(0)",
        "False",
        |_, a| Ok((ticks(a, 0) != ticks(a, 1)).into()),
    ),
    row(
        "static bool operator <(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero < TimeSpan.FromDays(1)",
        "True",
        |_, a| Ok((ticks(a, 0) < ticks(a, 1)).into()),
    ),
    row(
        "static bool operator >(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero > TimeSpan.FromDays(1)",
        "False",
        |_, a| Ok((ticks(a, 0) > ticks(a, 1)).into()),
    ),
    row(
        "static bool operator <=(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero <= TimeSpan.Zero",
        "True",
        |_, a| Ok((ticks(a, 0) <= ticks(a, 1)).into()),
    ),
    row(
        "static bool operator >=(TimeSpan t1, TimeSpan t2)",
        "TimeSpan.Zero >= TimeSpan.Zero",
        "True",
        |_, a| Ok((ticks(a, 0) >= ticks(a, 1)).into()),
    ),
];

fn ticks(a: Arguments<'_>, index: usize) -> i64 {
    if let Value::TimeSpan(ticks) = a.value(index) {
        *ticks
    } else {
        0
    }
}

fn too_long() -> Thrown {
    Thrown::overflow("TimeSpan overflowed because the duration is too long.")
}

fn sum(left: i64, right: i64) -> Outcome {
    left.checked_add(right).map(Value::TimeSpan).ok_or_else(too_long)
}

fn not_a_number() -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        "TimeSpan does not accept floating point Not-a-Number values.",
    )
}

fn multiplied(ticks: i64, factor: f64) -> Outcome {
    if factor.is_nan() {
        return Err(not_a_number());
    }
    of_ticks((ticks as f64 * factor).round_ties_even())
}

fn divided(ticks: i64, divisor: f64) -> Outcome {
    if divisor.is_nan() {
        return Err(not_a_number());
    }
    of_ticks((ticks as f64 / divisor).round_ties_even())
}

fn of_ticks(ticks: f64) -> Outcome {
    if ticks.abs() < 9.223_372_036_854_775e18 {
        Ok(Value::TimeSpan(ticks as i64))
    } else {
        Err(too_long())
    }
}

fn total(a: Arguments<'_>, unit: i64) -> Value {
    (ticks(a, 0) as f64 / unit as f64).into()
}

fn scaled(value: f64, unit: i64) -> Outcome {
    if value.is_nan() {
        return Err(not_a_number());
    }
    let ticks = value * unit as f64;
    if ticks.abs() < 9.2e18 {
        Ok(Value::TimeSpan(ticks as i64))
    } else {
        Err(too_long())
    }
}

/// Days, hours, minutes, seconds, milliseconds.
fn parts([days, hours, minutes, seconds, milliseconds]: [i64; 5]) -> Outcome {
    let total = i128::from(days) * 86_400_000
        + i128::from(hours) * 3_600_000
        + i128::from(minutes) * 60_000
        + i128::from(seconds) * 1000
        + i128::from(milliseconds);
    i64::try_from(total * i128::from(MILLISECOND))
        .map(Value::TimeSpan)
        .map_err(|_| too_long())
}

/// `d`, `h:m`, `[d.]h:m[:s[.f]]` or `d:h:m:s[.f]`, behind a sign or not.
///
/// # Errors
/// Whether the text is malformed or a part of it too large.
pub fn parse(text: &str) -> Result<i64, NumberError> {
    let text = text.trim();
    let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let digits: Vec<&str> = text.split([':', '.']).collect();
    let separators: String = text.chars().filter(|c| matches!(c, ':' | '.')).collect();
    let numbers: Vec<i64> = digits.iter().map(|digits| number(digits)).collect::<Result<_, _>>()?;
    // Days, hours, minutes, seconds; the fraction's digits count from the left.
    let fraction = |at: usize| fraction(digits.get(at).copied().unwrap_or_default());
    let ticks = match (separators.as_str(), numbers.as_slice()) {
        ("", [days]) => ticks_of([*days, 0, 0, 0], 0)?,
        (":", [hours, minutes]) => ticks_of([0, *hours, *minutes, 0], 0)?,
        // What cannot be hours is days, and the parts behind it move up.
        ("::", [days, hours, minutes]) if *days > 23 => ticks_of([*days, *hours, *minutes, 0], 0)?,
        ("::", [hours, minutes, seconds]) => ticks_of([0, *hours, *minutes, *seconds], 0)?,
        (".:", [days, hours, minutes]) => ticks_of([*days, *hours, *minutes, 0], 0)?,
        ("::.", [hours, minutes, seconds, _]) => ticks_of([0, *hours, *minutes, *seconds], fraction(3)?)?,
        (".::" | ":::", [days, hours, minutes, seconds]) => ticks_of([*days, *hours, *minutes, *seconds], 0)?,
        (".::." | ":::.", [days, hours, minutes, seconds, _]) => {
            ticks_of([*days, *hours, *minutes, *seconds], fraction(4)?)?
        }
        _ => return Err(NumberError::Format),
    };
    let signed = if negative { -ticks } else { ticks };
    i64::try_from(signed).map_err(|_| NumberError::Overflow)
}

fn number(digits: &str) -> Result<i64, NumberError> {
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(NumberError::Format);
    }
    digits.parse().map_err(|_| NumberError::Overflow)
}

/// Digits behind the point as ticks.
fn fraction(digits: &str) -> Result<i64, NumberError> {
    if digits.len() > 7 {
        return Err(NumberError::Overflow);
    }
    format!("{digits:0<7}").parse().map_err(|_| NumberError::Format)
}

fn ticks_of([days, hours, minutes, seconds]: [i64; 4], fraction: i64) -> Result<i128, NumberError> {
    if days > 10_675_199 || hours > 23 || minutes > 59 || seconds > 59 {
        return Err(NumberError::Overflow);
    }
    let whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
    Ok(i128::from(whole) * i128::from(SECOND) + i128::from(fraction))
}

/// The exception of a text that is no time span.
fn unread(error: NumberError, text: &str) -> Thrown {
    match error {
        NumberError::Format => Thrown::new(
            "System.FormatException",
            format!("String '{text}' was not recognized as a valid TimeSpan."),
        ),
        NumberError::Overflow => Thrown::overflow(
            "The TimeSpan string could not be parsed because at least one of the numeric components is out of range or contains too many digits.",
        ),
    }
}
