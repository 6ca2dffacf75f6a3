//! `System.DateTimeOffset`

use super::date_reading::DATE_TIME_OFFSET_ROWS;
use super::globalization::culture;
use crate::date::{DateTime, DateTimeKind, MAX_TICKS, TICKS_PER_DAY, UNIX_EPOCH_TICKS, days_in_month};
use crate::library::{Arguments, Class, ClassKind, Row, format_in, format_value, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A date with a time and its distance from UTC.
pub static DATE_TIME_OFFSET: Class = Class::new("System.DateTimeOffset", ClassKind::Struct)
    .inherits(&["IComparable", "IFormattable"])
    .rows(ROWS)
    .more(&[DATE_TIME_OFFSET_ROWS, OPERATORS]);

const MINUTE: i64 = 600_000_000;
/// Ticks of 1601-01-01.
const FILE_TIME_EPOCH: i64 = 504_911_232_000_000_000;

const ROWS: &[Row] = &[
    row(
        "static DateTimeOffset UtcNow { get; }",
        "DateTimeOffset.UtcNow.Offset",
        "00:00:00",
        |call, _| Ok(at(call.context.now(), 0)),
    ),
    row(
        "static DateTimeOffset Now { get; }",
        "DateTimeOffset.Now.Offset",
        "00:00:00",
        |call, _| Ok(at(call.context.now(), 0)),
    ),
    row(
        "static DateTimeOffset MinValue { get; }",
        "DateTimeOffset.MinValue.Year",
        "1",
        |_, _| Ok(at(0, 0)),
    ),
    row(
        "static DateTimeOffset MaxValue { get; }",
        "DateTimeOffset.MaxValue.Year",
        "9999",
        |_, _| Ok(at(MAX_TICKS, 0)),
    ),
    row(
        "new(DateTime dateTime)",
        "new DateTimeOffset(new DateTime(2024, 5, 6)).Day",
        "6",
        |_, a| Ok(at(date(a, 0).ticks, 0)),
    ),
    row(
        "new(DateTime dateTime, TimeSpan offset)",
        "new DateTimeOffset(new DateTime(2024, 5, 6), TimeSpan.FromHours(2)).ToString()",
        "05/06/2024 00:00:00 +02:00",
        |_, a| {
            let date = date(a, 0);
            if date.kind != DateTimeKind::Unspecified && span(a, 1) != 0 {
                return Err(Thrown::argument(
                    "The UTC Offset of the local dateTime parameter does not match the offset argument.",
                    "offset",
                ));
            }
            with_offset(date.ticks, span(a, 1))
        },
    ),
    row(
        "new(long ticks, TimeSpan offset)",
        "new DateTimeOffset(637134336000000000L, TimeSpan.Zero).Year",
        "2020",
        |_, a| {
            if !(0..=MAX_TICKS).contains(&a.long(0)) {
                return Err(Thrown::out_of_range(
                    "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.",
                    "ticks",
                ));
            }
            with_offset(a.long(0), span(a, 1))
        },
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second, int millisecond, TimeSpan offset)",
        "new DateTimeOffset(2024, 5, 6, 7, 8, 9, 10, TimeSpan.Zero).ToString(\"o\")",
        "2024-05-06T07:08:09.0100000+00:00",
        |_, a| {
            let milliseconds = a.long(6);
            if !(0..1000).contains(&milliseconds) {
                return Err(Thrown::out_of_range(
                    "Valid values are between 0 and 999, inclusive.",
                    "millisecond",
                ));
            }
            with_offset(civil(a)?.ticks + milliseconds * 10_000, span(a, 7))
        },
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)",
        "new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero).ToString(\"o\")",
        "2024-05-06T07:08:09.0000000+00:00",
        |_, a| with_offset(civil(a)?.ticks, span(a, 6)),
    ),
    row(
        "static DateTimeOffset FromUnixTimeSeconds(long seconds)",
        "DateTimeOffset.FromUnixTimeSeconds(0).Year",
        "1970",
        |_, a| from_unix(a.long(0), 10_000_000),
    ),
    row(
        "static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)",
        "DateTimeOffset.FromUnixTimeMilliseconds(1000).Second",
        "1",
        |_, a| from_unix(a.long(0), 10_000),
    ),
    row(
        "static DateTimeOffset FromFileTime(long fileTime)",
        "DateTimeOffset.FromFileTime(0).Year",
        "1601",
        |_, a| {
            let ticks = a
                .long(0)
                .checked_add(FILE_TIME_EPOCH)
                .filter(|ticks| *ticks <= MAX_TICKS);
            match ticks {
                Some(ticks) if a.long(0) >= 0 => Ok(at(ticks, 0)),
                _ => Err(Thrown::out_of_range("Not a valid Win32 FileTime.", "fileTime")),
            }
        },
    ),
    row(
        "long ToFileTime()",
        "DateTimeOffset.FromFileTime(5).ToFileTime()",
        "5",
        |_, a| {
            let ticks = utc(a, 0) - FILE_TIME_EPOCH;
            if ticks < 0 {
                return Err(Thrown::new(
                    "System.ArgumentOutOfRangeException",
                    "Not a valid Win32 FileTime.",
                ));
            }
            Ok(ticks.into())
        },
    ),
    row(
        "long ToUnixTimeSeconds()",
        "DateTimeOffset.FromUnixTimeSeconds(5).ToUnixTimeSeconds()",
        "5",
        |_, a| Ok((utc(a, 0) - UNIX_EPOCH_TICKS).div_euclid(10_000_000).into()),
    ),
    row(
        "long ToUnixTimeMilliseconds()",
        "DateTimeOffset.FromUnixTimeSeconds(5).ToUnixTimeMilliseconds()",
        "5000",
        |_, a| Ok((utc(a, 0) - UNIX_EPOCH_TICKS).div_euclid(10_000).into()),
    ),
    row(
        "DateTime DateTime { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).DateTime.Kind",
        "Unspecified",
        |_, a| dated(local(a, 0).ticks, DateTimeKind::Unspecified),
    ),
    row(
        "DateTime UtcDateTime { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).UtcDateTime",
        "01/01/1970 00:00:00",
        |_, a| dated(utc(a, 0), DateTimeKind::Utc),
    ),
    row(
        "DateTime LocalDateTime { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).LocalDateTime.Kind",
        "Local",
        |_, a| dated(utc(a, 0), DateTimeKind::Local),
    ),
    row(
        "DateTime Date { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(5).Date",
        "01/01/1970 00:00:00",
        |_, a| {
            let ticks = local(a, 0).ticks;
            dated(ticks - ticks % TICKS_PER_DAY, DateTimeKind::Unspecified)
        },
    ),
    row(
        "TimeSpan Offset { get; }",
        "DateTimeOffset.UtcNow.Offset",
        "00:00:00",
        |_, a| Ok(Value::TimeSpan(i64::from(offset(a, 0)) * MINUTE)),
    ),
    row(
        "TimeSpan TimeOfDay { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(5).TimeOfDay",
        "00:00:05",
        |_, a| Ok(Value::TimeSpan(local(a, 0).ticks % TICKS_PER_DAY)),
    ),
    row("long Ticks { get; }", "DateTimeOffset.MinValue.Ticks", "0", |_, a| {
        Ok(local(a, 0).ticks.into())
    }),
    row(
        "long UtcTicks { get; }",
        "DateTimeOffset.MinValue.UtcTicks",
        "0",
        |_, a| Ok(utc(a, 0).into()),
    ),
    row(
        "int Year { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).Year",
        "1970",
        |_, a| Ok((local(a, 0).civil().year as i32).into()),
    ),
    row(
        "int Month { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).Month",
        "1",
        |_, a| Ok((local(a, 0).civil().month as i32).into()),
    ),
    row(
        "int Day { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).Day",
        "1",
        |_, a| Ok((local(a, 0).civil().day as i32).into()),
    ),
    row(
        "int Hour { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(3600).Hour",
        "1",
        |_, a| Ok((local(a, 0).civil().hour as i32).into()),
    ),
    row(
        "int Minute { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(60).Minute",
        "1",
        |_, a| Ok((local(a, 0).civil().minute as i32).into()),
    ),
    row(
        "int Second { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(5).Second",
        "5",
        |_, a| Ok((local(a, 0).civil().second as i32).into()),
    ),
    row(
        "int Millisecond { get; }",
        "DateTimeOffset.FromUnixTimeMilliseconds(5).Millisecond",
        "5",
        |_, a| Ok(((local(a, 0).civil().fraction / 10_000) as i32).into()),
    ),
    row(
        "DayOfWeek DayOfWeek { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).DayOfWeek",
        "Thursday",
        |_, a| {
            Ok(Value::Enum(
                crate::types::ClassRef(&super::day_of_week::DAY_OF_WEEK),
                local(a, 0).day_of_week() as i32,
            ))
        },
    ),
    row(
        "int DayOfYear { get; }",
        "DateTimeOffset.FromUnixTimeSeconds(0).DayOfYear",
        "1",
        |_, a| Ok((local(a, 0).day_of_year() as i32).into()),
    ),
    row(
        "DateTimeOffset Add(TimeSpan timeSpan)",
        "DateTimeOffset.FromUnixTimeSeconds(0).Add(TimeSpan.FromDays(1)).Day",
        "2",
        |_, a| moved(a, span(a, 1)),
    ),
    row(
        "DateTimeOffset AddDays(double days)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddDays(1).Day",
        "2",
        |_, a| scaled(a, 86_400_000.0),
    ),
    row(
        "DateTimeOffset AddHours(double hours)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddHours(1).Hour",
        "1",
        |_, a| scaled(a, 3_600_000.0),
    ),
    row(
        "DateTimeOffset AddMinutes(double minutes)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddMinutes(1).Minute",
        "1",
        |_, a| scaled(a, 60_000.0),
    ),
    row(
        "DateTimeOffset AddSeconds(double seconds)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddSeconds(1).Second",
        "1",
        |_, a| scaled(a, 1000.0),
    ),
    row(
        "DateTimeOffset AddMilliseconds(double milliseconds)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddMilliseconds(5).Millisecond",
        "5",
        |_, a| scaled(a, 1.0),
    ),
    row(
        "DateTimeOffset AddTicks(long ticks)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddTicks(10000000).Second",
        "1",
        |_, a| moved(a, a.long(1)),
    ),
    row(
        "static DateTimeOffset UnixEpoch { get; }",
        "DateTimeOffset.UnixEpoch.Year",
        "1970",
        |_, _| Ok(at(UNIX_EPOCH_TICKS, 0)),
    ),
    row(
        "DateTimeOffset AddMonths(int months)",
        "new DateTimeOffset(new DateTime(2024, 1, 31)).AddMonths(1).Day",
        "29",
        |_, a| months(a, a.long(1)),
    ),
    row(
        "DateTimeOffset AddYears(int years)",
        "DateTimeOffset.FromUnixTimeSeconds(0).AddYears(1).Year",
        "1971",
        |_, a| months(a, a.long(1).saturating_mul(12)),
    ),
    row(
        "TimeSpan Subtract(DateTimeOffset value)",
        "DateTimeOffset.FromUnixTimeSeconds(5).Subtract(DateTimeOffset.FromUnixTimeSeconds(0))",
        "00:00:05",
        |_, a| Ok(Value::TimeSpan(utc(a, 0) - utc(a, 1))),
    ),
    row(
        "DateTimeOffset Subtract(TimeSpan value)",
        "DateTimeOffset.FromUnixTimeSeconds(5).Subtract(TimeSpan.FromSeconds(5)).Second",
        "0",
        |_, a| moved(a, span(a, 1).saturating_neg()),
    ),
    row(
        "DateTimeOffset ToOffset(TimeSpan offset)",
        "DateTimeOffset.FromUnixTimeSeconds(0).ToOffset(TimeSpan.FromHours(2)).Hour",
        "2",
        |_, a| with_offset(utc(a, 0).saturating_add(span(a, 1)), span(a, 1)),
    ),
    row(
        "DateTimeOffset ToUniversalTime()",
        "DateTimeOffset.Parse(\"2024-05-06T07:08:09+02:00\").ToUniversalTime().Hour",
        "5",
        |_, a| Ok(at(utc(a, 0), 0)),
    ),
    row(
        "DateTimeOffset ToLocalTime()",
        "DateTimeOffset.UtcNow.ToLocalTime().Offset",
        "00:00:00",
        |_, a| Ok(at(utc(a, 0), 0)),
    ),
    row(
        "int CompareTo(DateTimeOffset other)",
        "DateTimeOffset.MinValue.CompareTo(DateTimeOffset.MaxValue)",
        "-1",
        |_, a| Ok((utc(a, 0).cmp(&utc(a, 1)) as i32).into()),
    ),
    row(
        "string ToString()",
        "DateTimeOffset.FromUnixTimeSeconds(0).ToString()",
        "01/01/1970 00:00:00 +00:00",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row(
        "bool Equals(DateTimeOffset other)",
        "DateTimeOffset.MinValue.Equals(DateTimeOffset.MinValue)",
        "True",
        |_, a| Ok((utc(a, 0) == utc(a, 1)).into()),
    ),
    row(
        "bool EqualsExact(DateTimeOffset other)",
        "DateTimeOffset.MinValue.EqualsExact(DateTimeOffset.MinValue)",
        "True",
        |_, a| Ok((local(a, 0).ticks == local(a, 1).ticks && offset(a, 0) == offset(a, 1)).into()),
    ),
    row(
        "static int Compare(DateTimeOffset first, DateTimeOffset second)",
        "DateTimeOffset.Compare(DateTimeOffset.MinValue, DateTimeOffset.MaxValue)",
        "-1",
        |_, a| Ok((utc(a, 0).cmp(&utc(a, 1)) as i32).into()),
    ),
    row(
        "string ToString(IFormatProvider formatProvider)",
        "DateTimeOffset.FromUnixTimeSeconds(0).ToString(CultureInfo.InvariantCulture)",
        "01/01/1970 00:00:00 +00:00",
        |_, a| Ok(format_in(a.value(0), "", culture(a.value(1)))?.into()),
    ),
    row(
        "string ToString(string format, IFormatProvider formatProvider)",
        r#"DateTimeOffset.FromUnixTimeSeconds(0).ToString("u", null)"#,
        "1970-01-01 00:00:00Z",
        |_, a| {
            let format = a.text_or_null(1).map_or("", |text| text.as_str());
            Ok(format_in(a.value(0), format, culture(a.value(2)))?.into())
        },
    ),
    row(
        "string ToString(string format)",
        r#"DateTimeOffset.FromUnixTimeSeconds(0).ToString("r")"#,
        "Thu, 01 Jan 1970 00:00:00 GMT",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
];

const OPERATORS: &[Row] = &[
    row(
        "static implicit operator DateTimeOffset(DateTime dateTime)",
        "((DateTimeOffset)new DateTime(2024, 5, 6)).Day",
        "6",
        |_, a| Ok(at(date(a, 0).ticks, 0)),
    ),
    row(
        "static DateTimeOffset operator +(DateTimeOffset d, TimeSpan t)",
        "(DateTimeOffset.MinValue + TimeSpan.FromDays(1)).Day",
        "2",
        |_, a| moved(a, span(a, 1)),
    ),
    row(
        "static DateTimeOffset operator -(DateTimeOffset d, TimeSpan t)",
        "(DateTimeOffset.MaxValue - TimeSpan.FromDays(1)).Day",
        "30",
        |_, a| moved(a, span(a, 1).saturating_neg()),
    ),
    row(
        "static TimeSpan operator -(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue - DateTimeOffset.MinValue",
        "00:00:00",
        |_, a| Ok(Value::TimeSpan(utc(a, 0) - utc(a, 1))),
    ),
    row(
        "static bool operator ==(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue == DateTimeOffset.MaxValue",
        "False",
        |_, a| Ok((utc(a, 0) == utc(a, 1)).into()),
    ),
    row(
        "static bool operator !=(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue != DateTimeOffset.MaxValue",
        "True",
        |_, a| Ok((utc(a, 0) != utc(a, 1)).into()),
    ),
    row(
        "static bool operator <(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue < DateTimeOffset.MaxValue",
        "True",
        |_, a| Ok((utc(a, 0) < utc(a, 1)).into()),
    ),
    row(
        "static bool operator >(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue > DateTimeOffset.MaxValue",
        "False",
        |_, a| Ok((utc(a, 0) > utc(a, 1)).into()),
    ),
    row(
        "static bool operator <=(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue <= DateTimeOffset.MaxValue",
        "True",
        |_, a| Ok((utc(a, 0) <= utc(a, 1)).into()),
    ),
    row(
        "static bool operator >=(DateTimeOffset left, DateTimeOffset right)",
        "DateTimeOffset.MinValue >= DateTimeOffset.MaxValue",
        "False",
        |_, a| Ok((utc(a, 0) >= utc(a, 1)).into()),
    ),
];

fn at(ticks: i64, offset: i32) -> Value {
    Value::DateTimeOffset(
        DateTime {
            ticks: ticks.clamp(0, MAX_TICKS),
            kind: DateTimeKind::Unspecified,
        },
        offset,
    )
}

/// The date and time that the first six arguments name.
fn civil(a: Arguments<'_>) -> Result<DateTime, Thrown> {
    let civil = crate::date::Civil {
        year: a.long(0),
        month: a.long(1),
        day: a.long(2),
        hour: a.long(3),
        minute: a.long(4),
        second: a.long(5),
        fraction: 0,
    };
    DateTime::from_civil(civil, DateTimeKind::Unspecified).ok_or_else(|| {
        Thrown::new(
            "System.ArgumentOutOfRangeException",
            "Year, Month, and Day parameters describe an un-representable DateTime.",
        )
    })
}

/// A time at an offset, which is at most 14 hours of whole minutes.
fn with_offset(ticks: i64, offset: i64) -> Outcome {
    if offset % MINUTE != 0 {
        return Err(Thrown::argument("Offset must be specified in whole minutes.", "offset"));
    }
    if offset.abs() > 14 * 60 * MINUTE {
        return Err(Thrown::out_of_range(
            "Offset must be within plus or minus 14 hours.",
            "offset",
        ));
    }
    let in_range = |ticks: i64| (0..=MAX_TICKS).contains(&ticks);
    if !in_range(ticks) || !in_range(ticks - offset) {
        return Err(Thrown::out_of_range(
            "The UTC time represented when the offset is applied must be between year 0 and 10,000.",
            "offset",
        ));
    }
    Ok(at(ticks, (offset / MINUTE) as i32))
}

fn local(a: Arguments<'_>, index: usize) -> DateTime {
    if let Value::DateTimeOffset(local, _) = a.value(index) {
        *local
    } else {
        DateTime {
            ticks: 0,
            kind: DateTimeKind::Unspecified,
        }
    }
}

fn offset(a: Arguments<'_>, index: usize) -> i32 {
    if let Value::DateTimeOffset(_, offset) = a.value(index) {
        *offset
    } else {
        0
    }
}

fn utc(a: Arguments<'_>, index: usize) -> i64 {
    local(a, index).ticks - i64::from(offset(a, index)) * MINUTE
}

fn date(a: Arguments<'_>, index: usize) -> DateTime {
    if let Value::DateTime(date) = a.value(index) {
        *date
    } else {
        DateTime {
            ticks: 0,
            kind: DateTimeKind::Unspecified,
        }
    }
}

fn span(a: Arguments<'_>, index: usize) -> i64 {
    if let Value::TimeSpan(ticks) = a.value(index) {
        *ticks
    } else {
        0
    }
}

fn dated(ticks: i64, kind: DateTimeKind) -> Outcome {
    Ok(Value::DateTime(DateTime {
        ticks: ticks.clamp(0, MAX_TICKS),
        kind,
    }))
}

fn outside() -> Thrown {
    Thrown::out_of_range(
        "The added or subtracted value results in an un-representable DateTime.",
        "value",
    )
}

fn moved(a: Arguments<'_>, by: i64) -> Outcome {
    let ticks = local(a, 0)
        .ticks
        .checked_add(by)
        .filter(|ticks| (0..=MAX_TICKS).contains(ticks))
        .filter(|ticks| (0..=MAX_TICKS).contains(&(ticks - i64::from(offset(a, 0)) * MINUTE)))
        .ok_or_else(outside)?;
    Ok(at(ticks, offset(a, 0)))
}

fn scaled(a: Arguments<'_>, unit: f64) -> Outcome {
    let ticks = a.double(1) * unit * 10_000.0;
    if ticks.is_nan() || ticks.abs() > MAX_TICKS as f64 {
        Err(outside())
    } else {
        moved(a, ticks as i64)
    }
}

fn months(a: Arguments<'_>, by: i64) -> Outcome {
    let civil = local(a, 0).civil();
    let total = civil.year * 12 + civil.month - 1 + by;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    if !(1..=9999).contains(&year) {
        return Err(outside());
    }
    let day = civil.day.min(days_in_month(year, month));
    let moved = DateTime::from_civil(
        crate::date::Civil {
            year,
            month,
            day,
            ..civil
        },
        DateTimeKind::Unspecified,
    )
    .ok_or_else(outside)?;
    Ok(at(moved.ticks, offset(a, 0)))
}

fn from_unix(value: i64, unit: i64) -> Outcome {
    let ticks = value
        .checked_mul(unit)
        .and_then(|ticks| ticks.checked_add(UNIX_EPOCH_TICKS))
        .filter(|ticks| (0..=MAX_TICKS).contains(ticks));
    ticks.map(|ticks| at(ticks, 0)).ok_or_else(|| {
        Thrown::out_of_range(
            "Valid values are between -62135596800 and 253402300799, inclusive.",
            "seconds",
        )
    })
}
