//! `System.DateTime`. The time zone is UTC: `Now` is `UtcNow` of another kind.

use super::date_reading::DATE_TIME_ROWS;
use super::globalization::culture;
use crate::date::{Civil, DateTime, DateTimeKind, MAX_TICKS, TICKS_PER_DAY, days_in_month, is_leap_year};
use crate::library::{Arguments, Call, Class, ClassKind, Row, format_in, format_value, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// A date with a time.
pub static DATE_TIME: Class = Class::new("System.DateTime", ClassKind::Struct)
    .inherits(&["IComparable", "IFormattable"])
    .rows(ROWS)
    .more(&[DATE_TIME_ROWS]);
/// What a date's ticks are relative to.
pub static DATE_TIME_KIND: Class =
    Class::enumeration("System.DateTimeKind", &[("Unspecified", 0), ("Utc", 1), ("Local", 2)]);

const ROWS: &[Row] = &[
    row(
        "static DateTime UtcNow { get; }",
        "DateTime.UtcNow > DateTime.MinValue",
        "True",
        |call, _| Ok(now(call, DateTimeKind::Utc)),
    ),
    row(
        "static DateTime Now { get; }",
        "DateTime.Now.Kind",
        "Local",
        |call, _| Ok(now(call, DateTimeKind::Local)),
    ),
    row(
        "static DateTime Today { get; }",
        "DateTime.Today.Hour",
        "0",
        |call, _| {
            let ticks = call.context.now();
            Ok(Value::DateTime(DateTime {
                ticks: ticks - ticks % TICKS_PER_DAY,
                kind: DateTimeKind::Local,
            }))
        },
    ),
    row(
        "static DateTime MinValue { get; }",
        "DateTime.MinValue",
        "01/01/0001 00:00:00",
        |_, _| dated(0, DateTimeKind::Unspecified),
    ),
    row(
        "static DateTime MaxValue { get; }",
        "DateTime.MaxValue",
        "12/31/9999 23:59:59",
        |_, _| dated(MAX_TICKS, DateTimeKind::Unspecified),
    ),
    row("new(long ticks)", "new DateTime(0).Year", "1", |_, a| {
        dated(a.long(0), DateTimeKind::Unspecified)
    }),
    row(
        "new(long ticks, DateTimeKind kind)",
        "new DateTime(0, DateTimeKind.Utc).Kind",
        "Utc",
        |_, a| dated(a.long(0), kind(a.int(1))),
    ),
    row(
        "new(int year, int month, int day)",
        "new DateTime(2024, 5, 6)",
        "05/06/2024 00:00:00",
        |_, a| civil(a, 3, DateTimeKind::Unspecified),
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second)",
        "new DateTime(2024, 5, 6, 7, 8, 9)",
        "05/06/2024 07:08:09",
        |_, a| civil(a, 6, DateTimeKind::Unspecified),
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)",
        r#"new DateTime(2024, 5, 6, 7, 8, 9, DateTimeKind.Utc).ToString("o")"#,
        "2024-05-06T07:08:09.0000000Z",
        |_, a| civil(a, 6, kind(a.int(6))),
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second, int millisecond)",
        "new DateTime(2024, 5, 6, 7, 8, 9, 10).Millisecond",
        "10",
        |_, a| civil(a, 7, DateTimeKind::Unspecified),
    ),
    row(
        "new(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)",
        "new DateTime(2024, 5, 6, 7, 8, 9, 10, DateTimeKind.Utc).Kind",
        "Utc",
        |_, a| civil(a, 7, kind(a.int(7))),
    ),
    row(
        "static int DaysInMonth(int year, int month)",
        "DateTime.DaysInMonth(2024, 2)",
        "29",
        |_, a| {
            if !(1..=12).contains(&a.int(1)) {
                return Err(Thrown::out_of_range("Month must be between one and twelve.", "month"));
            }
            year(a)?;
            Ok((days_in_month(a.long(0), a.long(1)) as i32).into())
        },
    ),
    row(
        "static bool IsLeapYear(int year)",
        "DateTime.IsLeapYear(2024)",
        "True",
        |_, a| Ok(is_leap_year(year(a)?).into()),
    ),
    row(
        "static int Compare(DateTime t1, DateTime t2)",
        "DateTime.Compare(DateTime.MinValue, DateTime.MaxValue)",
        "-1",
        |_, a| Ok((of(a, 0).cmp(&of(a, 1)) as i32).into()),
    ),
    row(
        "DateTime Add(TimeSpan value)",
        "new DateTime(2024, 5, 6).Add(TimeSpan.FromDays(1)).Day",
        "7",
        |_, a| moved(a, span(a, 1)),
    ),
    row(
        "DateTime AddDays(double value)",
        "new DateTime(2024, 5, 6).AddDays(1).Day",
        "7",
        |_, a| scaled(a, 86_400_000.0),
    ),
    row(
        "DateTime AddHours(double value)",
        "new DateTime(2024, 5, 6).AddHours(1.5).Minute",
        "30",
        |_, a| scaled(a, 3_600_000.0),
    ),
    row(
        "DateTime AddMinutes(double value)",
        "new DateTime(2024, 5, 6).AddMinutes(5).Minute",
        "5",
        |_, a| scaled(a, 60_000.0),
    ),
    row(
        "DateTime AddSeconds(double value)",
        "new DateTime(2024, 5, 6).AddSeconds(5).Second",
        "5",
        |_, a| scaled(a, 1000.0),
    ),
    row(
        "DateTime AddMilliseconds(double value)",
        "new DateTime(2024, 5, 6).AddMilliseconds(5).Millisecond",
        "5",
        |_, a| scaled(a, 1.0),
    ),
    row(
        "DateTime AddTicks(long value)",
        "new DateTime(2024, 5, 6).AddTicks(5).Ticks % 10",
        "5",
        |_, a| moved(a, a.long(1)),
    ),
    row(
        "DateTime AddMonths(int months)",
        "new DateTime(2024, 1, 31).AddMonths(1).Day",
        "29",
        |_, a| months(a, a.long(1)),
    ),
    row(
        "DateTime AddYears(int value)",
        "new DateTime(2024, 2, 29).AddYears(1).Day",
        "28",
        |_, a| months(a, a.long(1).saturating_mul(12)),
    ),
    row(
        "TimeSpan Subtract(DateTime value)",
        "new DateTime(2024, 5, 6).Subtract(new DateTime(2024, 5, 5))",
        "1.00:00:00",
        |_, a| Ok(Value::TimeSpan(of(a, 0).ticks - of(a, 1).ticks)),
    ),
    row(
        "DateTime Subtract(TimeSpan value)",
        "new DateTime(2024, 5, 6).Subtract(TimeSpan.FromDays(1)).Day",
        "5",
        |_, a| moved(a, span(a, 1).saturating_neg()),
    ),
    row(
        "DateTime Date { get; }",
        "new DateTime(2024, 5, 6, 7, 8, 9).Date",
        "05/06/2024 00:00:00",
        |_, a| moved(a, -(of(a, 0).ticks % TICKS_PER_DAY)),
    ),
    row("int Year { get; }", "new DateTime(2024, 5, 6).Year", "2024", |_, a| {
        Ok(part(a, |civil| civil.year))
    }),
    row("int Month { get; }", "new DateTime(2024, 5, 6).Month", "5", |_, a| {
        Ok(part(a, |civil| civil.month))
    }),
    row("int Day { get; }", "new DateTime(2024, 5, 6).Day", "6", |_, a| {
        Ok(part(a, |civil| civil.day))
    }),
    row(
        "int Hour { get; }",
        "new DateTime(2024, 5, 6, 7, 8, 9).Hour",
        "7",
        |_, a| Ok(part(a, |civil| civil.hour)),
    ),
    row(
        "int Minute { get; }",
        "new DateTime(2024, 5, 6, 7, 8, 9).Minute",
        "8",
        |_, a| Ok(part(a, |civil| civil.minute)),
    ),
    row(
        "int Second { get; }",
        "new DateTime(2024, 5, 6, 7, 8, 9).Second",
        "9",
        |_, a| Ok(part(a, |civil| civil.second)),
    ),
    row(
        "int Millisecond { get; }",
        "new DateTime(2024, 5, 6).Millisecond",
        "0",
        |_, a| Ok(part(a, |civil| civil.fraction / 10_000)),
    ),
    row(
        "long Ticks { get; }",
        "new DateTime(1, 1, 2).Ticks",
        "864000000000",
        |_, a| Ok(of(a, 0).ticks.into()),
    ),
    row(
        "TimeSpan TimeOfDay { get; }",
        "new DateTime(2024, 5, 6, 7, 8, 9).TimeOfDay",
        "07:08:09",
        |_, a| Ok(Value::TimeSpan(of(a, 0).ticks % TICKS_PER_DAY)),
    ),
    row(
        "DayOfWeek DayOfWeek { get; }",
        "new DateTime(2024, 5, 6).DayOfWeek",
        "Monday",
        |_, a| {
            Ok(Value::Enum(
                crate::types::ClassRef(&super::day_of_week::DAY_OF_WEEK),
                of(a, 0).day_of_week() as i32,
            ))
        },
    ),
    row(
        "int DayOfYear { get; }",
        "new DateTime(2024, 2, 1).DayOfYear",
        "32",
        |_, a| Ok((of(a, 0).day_of_year() as i32).into()),
    ),
    row(
        "DateTimeKind Kind { get; }",
        "new DateTime(2024, 5, 6).Kind",
        "Unspecified",
        |_, a| {
            let number = match of(a, 0).kind {
                DateTimeKind::Unspecified => 0,
                DateTimeKind::Utc => 1,
                DateTimeKind::Local => 2,
            };
            Ok(Value::Enum(crate::types::ClassRef(&DATE_TIME_KIND), number))
        },
    ),
    row(
        "bool IsDaylightSavingTime()",
        "DateTime.UtcNow.IsDaylightSavingTime()",
        "False",
        |_, _| Ok(false.into()),
    ),
    row(
        "DateTime ToUniversalTime()",
        "new DateTime(2024, 5, 6).ToUniversalTime().Kind",
        "Utc",
        |_, a| dated(of(a, 0).ticks, DateTimeKind::Utc),
    ),
    row(
        "DateTime ToLocalTime()",
        "new DateTime(2024, 5, 6).ToLocalTime().Kind",
        "Local",
        |_, a| dated(of(a, 0).ticks, DateTimeKind::Local),
    ),
    row(
        "int CompareTo(DateTime value)",
        "DateTime.MinValue.CompareTo(DateTime.MaxValue)",
        "-1",
        |_, a| Ok((of(a, 0).cmp(&of(a, 1)) as i32).into()),
    ),
    row(
        "string ToString()",
        "new DateTime(2024, 5, 6, 7, 8, 9).ToString()",
        "05/06/2024 07:08:09",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row(
        "string ToString(IFormatProvider provider)",
        "new DateTime(2024, 5, 6, 7, 8, 9).ToString(CultureInfo.InvariantCulture)",
        "05/06/2024 07:08:09",
        |_, a| Ok(format_in(a.value(0), "", culture(a.value(1)))?.into()),
    ),
    row(
        "int CompareTo(object value)",
        "DateTime.MinValue.CompareTo((object)DateTime.MaxValue)",
        "-1",
        |_, a| match a.value(1) {
            Value::Null => Ok(1.into()),
            Value::DateTime(_) => Ok((of(a, 0).cmp(&of(a, 1)) as i32).into()),
            _ => Err(Thrown::new(
                "System.ArgumentException",
                "Object must be of type DateTime.",
            )),
        },
    ),
    row(
        "string ToLongTimeString()",
        "new DateTime(2024, 5, 6, 7, 8, 9).ToLongTimeString()",
        "07:08:09",
        |_, a| Ok(format_value(a.value(0), "T")?.into()),
    ),
    row(
        "string ToString(string format)",
        r#"new DateTime(2024, 5, 6).ToString("yyyy-MM-dd")"#,
        "2024-05-06",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "string ToString(string format, IFormatProvider provider)",
        r#"new DateTime(2024, 5, 6).ToString("yyyy", null)"#,
        "2024",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "string ToShortDateString()",
        "new DateTime(2024, 5, 6).ToShortDateString()",
        "05/06/2024",
        |_, a| Ok(format_value(a.value(0), "d")?.into()),
    ),
    row(
        "string ToLongDateString()",
        "new DateTime(2024, 5, 6).ToLongDateString()",
        "Monday, 06 May 2024",
        |_, a| Ok(format_value(a.value(0), "D")?.into()),
    ),
    row(
        "string ToShortTimeString()",
        "new DateTime(2024, 5, 6).ToShortTimeString()",
        "00:00",
        |_, a| Ok(format_value(a.value(0), "t")?.into()),
    ),
    row(
        "static DateTime operator +(DateTime d, TimeSpan t)",
        "(new DateTime(2024, 5, 6) + TimeSpan.FromDays(1)).Day",
        "7",
        |_, a| moved(a, span(a, 1)),
    ),
    row(
        "static DateTime operator -(DateTime d, TimeSpan t)",
        "(new DateTime(2024, 5, 6) - TimeSpan.FromDays(1)).Day",
        "5",
        |_, a| moved(a, span(a, 1).saturating_neg()),
    ),
    row(
        "static TimeSpan operator -(DateTime d1, DateTime d2)",
        "new DateTime(2024, 5, 6) - new DateTime(2024, 5, 5)",
        "1.00:00:00",
        |_, a| Ok(Value::TimeSpan(of(a, 0).ticks - of(a, 1).ticks)),
    ),
    row(
        "static bool operator ==(DateTime d1, DateTime d2)",
        "DateTime.MinValue == DateTime.MaxValue",
        "False",
        |_, a| Ok((of(a, 0) == of(a, 1)).into()),
    ),
    row(
        "static bool operator !=(DateTime d1, DateTime d2)",
        "DateTime.MinValue != DateTime.MaxValue",
        "True",
        |_, a| Ok((of(a, 0) != of(a, 1)).into()),
    ),
    row(
        "static bool operator <(DateTime t1, DateTime t2)",
        "DateTime.MinValue < DateTime.MaxValue",
        "True",
        |_, a| Ok((of(a, 0) < of(a, 1)).into()),
    ),
    row(
        "static bool operator >(DateTime t1, DateTime t2)",
        "DateTime.MinValue > DateTime.MaxValue",
        "False",
        |_, a| Ok((of(a, 0) > of(a, 1)).into()),
    ),
    row(
        "static bool operator <=(DateTime t1, DateTime t2)",
        "DateTime.MinValue <= DateTime.MinValue",
        "True",
        |_, a| Ok((of(a, 0) <= of(a, 1)).into()),
    ),
    row(
        "static bool operator >=(DateTime t1, DateTime t2)",
        "DateTime.MinValue >= DateTime.MinValue",
        "True",
        |_, a| Ok((of(a, 0) >= of(a, 1)).into()),
    ),
];

fn of(a: Arguments<'_>, index: usize) -> DateTime {
    match a.value(index) {
        Value::DateTime(date) => *date,
        _ => DateTime {
            ticks: 0,
            kind: DateTimeKind::Unspecified,
        },
    }
}

fn span(a: Arguments<'_>, index: usize) -> i64 {
    if let Value::TimeSpan(ticks) = a.value(index) {
        *ticks
    } else {
        0
    }
}

/// The year at the first argument.
fn year(a: Arguments<'_>) -> Result<i64, Thrown> {
    let year = Some(a.long(0)).filter(|year| (1..=9999).contains(year));
    year.ok_or_else(|| Thrown::out_of_range("Year must be between 1 and 9999.", "year"))
}

fn kind(number: i32) -> DateTimeKind {
    match number {
        1 => DateTimeKind::Utc,
        2 => DateTimeKind::Local,
        _ => DateTimeKind::Unspecified,
    }
}

fn now(call: &Call<'_, '_>, kind: DateTimeKind) -> Value {
    Value::DateTime(DateTime {
        ticks: call.context.now(),
        kind,
    })
}

fn dated(ticks: i64, kind: DateTimeKind) -> Outcome {
    let outside = || {
        Thrown::out_of_range(
            "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.",
            "ticks",
        )
    };
    DateTime::new(ticks, kind).map(Value::DateTime).ok_or_else(outside)
}

fn civil(a: Arguments<'_>, count: usize, kind: DateTimeKind) -> Outcome {
    let at = |index: usize| if index < count { a.long(index) } else { 0 };
    let civil = Civil {
        year: at(0),
        month: at(1),
        day: at(2),
        hour: at(3),
        minute: at(4),
        second: at(5),
        fraction: at(6).saturating_mul(10_000),
    };
    let invalid = || {
        Thrown::new(
            "System.ArgumentOutOfRangeException",
            "Year, Month, and Day parameters describe an un-representable DateTime.",
        )
    };
    if civil.hour > 23 || !(0..10_000_000).contains(&civil.fraction) {
        return Err(Thrown::new(
            "System.ArgumentOutOfRangeException",
            "Hour, Minute, and Second parameters describe an un-representable DateTime.",
        ));
    }
    DateTime::from_civil(civil, kind)
        .map(Value::DateTime)
        .ok_or_else(invalid)
}

fn moved(a: Arguments<'_>, by: i64) -> Outcome {
    let date = of(a, 0);
    let outside = || {
        Thrown::out_of_range(
            "The added or subtracted value results in an un-representable DateTime.",
            "value",
        )
    };
    let ticks = date.ticks.checked_add(by).ok_or_else(outside)?;
    DateTime::new(ticks, date.kind).map(Value::DateTime).ok_or_else(outside)
}

/// Adds a number of units of so many milliseconds.
fn scaled(a: Arguments<'_>, unit: f64) -> Outcome {
    let ticks = a.double(1) * unit * 10_000.0;
    if ticks.is_nan() || ticks.abs() > MAX_TICKS as f64 {
        return Err(Thrown::out_of_range("Value to add was out of range.", "value"));
    }
    moved(a, ticks as i64)
}

fn months(a: Arguments<'_>, by: i64) -> Outcome {
    let date = of(a, 0);
    let civil = date.civil();
    let total = civil.year * 12 + civil.month - 1 + by;
    let (year, month) = (total.div_euclid(12), total.rem_euclid(12) + 1);
    let outside = || {
        Thrown::out_of_range(
            "The added or subtracted value results in an un-representable DateTime.",
            "months",
        )
    };
    if !(1..=9999).contains(&year) {
        return Err(outside());
    }
    let day = civil.day.min(days_in_month(year, month));
    DateTime::from_civil(
        Civil {
            year,
            month,
            day,
            ..civil
        },
        date.kind,
    )
    .map(Value::DateTime)
    .ok_or_else(outside)
}

fn part(a: Arguments<'_>, part: impl FnOnce(Civil) -> i64) -> Value {
    (part(of(a, 0).civil()) as i32).into()
}
