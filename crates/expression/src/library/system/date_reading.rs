//! `Parse`, `ParseExact` and their `Try` forms, of `System.DateTime` and `System.DateTimeOffset`.
//!
//! Never here: how texts are read (`date`).

use super::globalization::culture;
use crate::collection::collect;
use crate::date::{DateTime, DateTimeKind, Leniency, Reading, read, read_exact};
use crate::library::format::date_pattern;
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Those of `DateTime`.
pub const DATE_TIME_ROWS: &[Row] = &[
    row(
        "static DateTime Parse(string s)",
        r#"DateTime.Parse("2024-05-06T07:08:09Z").Kind"#,
        "Local",
        |call, a| DATE_TIME.parse(call, a, 0),
    ),
    row(
        "static DateTime Parse(string s, IFormatProvider provider)",
        r#"DateTime.Parse("2024-05-06", CultureInfo.InvariantCulture).Month"#,
        "5",
        |call, a| DATE_TIME.parse(call, a, 0),
    ),
    row(
        "static DateTime Parse(string s, IFormatProvider provider, DateTimeStyles styles)",
        r#"DateTime.Parse("2024-05-06", null, DateTimeStyles.AssumeUniversal).Kind"#,
        "Local",
        |call, a| DATE_TIME.parse(call, a, a.int(2)),
    ),
    row(
        "static bool TryParse(string s, out DateTime result)",
        r#"DateTime.TryParse("x", out var d)"#,
        "False",
        |call, a| DATE_TIME.try_parse(call, a, 0),
    ),
    row(
        "static bool TryParse(string s, IFormatProvider provider, out DateTime result)",
        r#"DateTime.TryParse("2024-05-06", null, out var d) ? d.Day : 0"#,
        "6",
        |call, a| DATE_TIME.try_parse(call, a, 0),
    ),
    row(
        "static bool TryParse(string s, IFormatProvider provider, DateTimeStyles styles, out DateTime result)",
        r#"DateTime.TryParse("2024-05-06T07:08:09+02:00", null, DateTimeStyles.AdjustToUniversal, out var d) ? d.Hour : 0"#,
        "5",
        |call, a| DATE_TIME.try_parse(call, a, a.int(2)),
    ),
    row(
        "static DateTime ParseExact(string s, string format, IFormatProvider provider)",
        r#"DateTime.ParseExact("20240506", "yyyyMMdd", CultureInfo.InvariantCulture)"#,
        "05/06/2024 00:00:00",
        |call, a| DATE_TIME.parse_exact(call, a, 0),
    ),
    row(
        "static DateTime ParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style)",
        r#"DateTime.ParseExact("6 May 24", "d MMM yy", null, DateTimeStyles.AssumeUniversal).Kind"#,
        "Local",
        |call, a| DATE_TIME.parse_exact(call, a, a.int(3)),
    ),
    row(
        "static DateTime ParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style)",
        r#"DateTime.ParseExact("06.05.2024", new[] { "d", "dd.MM.yyyy" }, null, DateTimeStyles.None).Month"#,
        "5",
        |call, a| DATE_TIME.parse_exact(call, a, a.int(3)),
    ),
    row(
        "static bool TryParseExact(string s, string format, IFormatProvider provider, DateTimeStyles style, out DateTime result)",
        r#"DateTime.TryParseExact("7:08", "h:mm", null, DateTimeStyles.None, out var d) ? d.Minute : 0"#,
        "8",
        |call, a| DATE_TIME.try_parse_exact(call, a),
    ),
    row(
        "static bool TryParseExact(string s, string[] formats, IFormatProvider provider, DateTimeStyles style, out DateTime result)",
        r#"DateTime.TryParseExact("x", new[] { "o", "s" }, null, DateTimeStyles.None, out var d)"#,
        "False",
        |call, a| DATE_TIME.try_parse_exact(call, a),
    ),
];

/// Those of `DateTimeOffset`.
pub const DATE_TIME_OFFSET_ROWS: &[Row] = &[
    row(
        "static DateTimeOffset Parse(string input)",
        r#"DateTimeOffset.Parse("2024-05-06T07:08:09+02:00").ToUnixTimeSeconds()"#,
        "1714972089",
        |call, a| DATE_TIME_OFFSET.parse(call, a, 0),
    ),
    row(
        "static DateTimeOffset Parse(string input, IFormatProvider formatProvider)",
        r#"DateTimeOffset.Parse("2024-05-06T07:08:09Z", null).Hour"#,
        "7",
        |call, a| DATE_TIME_OFFSET.parse(call, a, 0),
    ),
    row(
        "static DateTimeOffset Parse(string input, IFormatProvider formatProvider, DateTimeStyles styles)",
        r#"DateTimeOffset.Parse("2024-05-06T07:00:00+02:00", null, DateTimeStyles.AdjustToUniversal).Hour"#,
        "5",
        |call, a| DATE_TIME_OFFSET.parse(call, a, a.int(2)),
    ),
    row(
        "static bool TryParse(string input, out DateTimeOffset result)",
        r#"DateTimeOffset.TryParse("x", out var d)"#,
        "False",
        |call, a| DATE_TIME_OFFSET.try_parse(call, a, 0),
    ),
    row(
        "static bool TryParse(string input, IFormatProvider formatProvider, out DateTimeOffset result)",
        r#"DateTimeOffset.TryParse("2024-05-06", null, out var d) ? d.Day : 0"#,
        "6",
        |call, a| DATE_TIME_OFFSET.try_parse(call, a, 0),
    ),
    row(
        "static bool TryParse(string input, IFormatProvider formatProvider, DateTimeStyles styles, out DateTimeOffset result)",
        r#"DateTimeOffset.TryParse("2024-05-06", null, DateTimeStyles.AssumeUniversal, out var d) ? d.Day : 0"#,
        "6",
        |call, a| DATE_TIME_OFFSET.try_parse(call, a, a.int(2)),
    ),
    row(
        "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider)",
        r#"DateTimeOffset.ParseExact("20240506 +02:00", "yyyyMMdd zzz", CultureInfo.InvariantCulture)"#,
        "05/06/2024 00:00:00 +02:00",
        |call, a| DATE_TIME_OFFSET.parse_exact(call, a, 0),
    ),
    row(
        "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider, DateTimeStyles styles)",
        r#"DateTimeOffset.ParseExact("06.05.24", "dd.MM.yy", null, DateTimeStyles.AssumeUniversal).Month"#,
        "5",
        |call, a| DATE_TIME_OFFSET.parse_exact(call, a, a.int(3)),
    ),
    row(
        "static DateTimeOffset ParseExact(string input, string[] formats, IFormatProvider formatProvider, DateTimeStyles styles)",
        r#"DateTimeOffset.ParseExact("06.05.24", new[] { "o", "dd.MM.yy" }, null, DateTimeStyles.None).Day"#,
        "6",
        |call, a| DATE_TIME_OFFSET.parse_exact(call, a, a.int(3)),
    ),
    row(
        "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, DateTimeStyles styles, out DateTimeOffset result)",
        r#"DateTimeOffset.TryParseExact("x", "o", null, DateTimeStyles.None, out var d)"#,
        "False",
        |call, a| DATE_TIME_OFFSET.try_parse_exact(call, a),
    ),
    row(
        "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, DateTimeStyles styles, out DateTimeOffset result)",
        r#"DateTimeOffset.TryParseExact("2024", new[] { "yyyy" }, null, DateTimeStyles.None, out var d) ? d.Year : 0"#,
        "2024",
        |call, a| DATE_TIME_OFFSET.try_parse_exact(call, a),
    ),
];

const LEADING_WHITE: i32 = 1;
const TRAILING_WHITE: i32 = 2;
const INNER_WHITE: i32 = 4;
const NO_CURRENT_DATE: i32 = 8;
const ADJUST_TO_UNIVERSAL: i32 = 16;
const ASSUME_LOCAL: i32 = 32;
const ASSUME_UNIVERSAL: i32 = 64;
const ROUNDTRIP_KIND: i32 = 128;

/// What the two types do with a reading.
struct Reader {
    /// Whether a date is read with its offset, in formats too.
    offset: bool,
    /// What a reading and styles give; `None` beyond .NET's range.
    finish: fn(Reading, i32) -> Option<Value>,
    /// The result of a `Try` form that fails.
    failed: Value,
}

const START: DateTime = DateTime {
    ticks: 0,
    kind: DateTimeKind::Unspecified,
};
const DATE_TIME: Reader = Reader {
    offset: false,
    finish: |reading, styles| styled(reading, styles).map(Value::DateTime),
    failed: Value::DateTime(START),
};
const DATE_TIME_OFFSET: Reader = Reader {
    offset: true,
    finish: |reading, styles| {
        let (local, offset) = reading.date_time_offset()?;
        Some(if styles & ADJUST_TO_UNIVERSAL != 0 {
            let ticks = local.ticks - i64::from(offset) * 600_000_000;
            Value::DateTimeOffset(DateTime { ticks, ..local }, 0)
        } else {
            Value::DateTimeOffset(local, offset)
        })
    },
    failed: Value::DateTimeOffset(START, 0),
};

impl Reader {
    fn parse(&self, call: &Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Outcome {
        self.check(styles)?;
        let text = a.text(0)?;
        let value = read(text, Some(today(call, styles))).and_then(|reading| (self.finish)(reading, styles));
        value.ok_or_else(|| not_recognised(text))
    }

    fn try_parse(&self, call: &mut Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Outcome {
        self.check(styles)?;
        let today = today(call, styles);
        let reading = a.text_or_null(0).and_then(|text| read(text, Some(today)));
        Ok(self.tried(call, reading.and_then(|reading| (self.finish)(reading, styles))))
    }

    fn parse_exact(&self, call: &mut Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Outcome {
        self.check(styles)?;
        let text = a.text(0)?;
        a.required(1)?;
        self.exact(call, a, styles)?.ok_or_else(|| not_recognised(text))
    }

    fn try_parse_exact(&self, call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
        let styles = a.int(3);
        self.check(styles)?;
        let value = if a.value(0).is_null() || a.value(1).is_null() {
            None
        } else {
            self.exact(call, a, styles)?
        };
        Ok(self.tried(call, value))
    }

    fn tried(&self, call: &mut Call<'_, '_>, value: Option<Value>) -> Value {
        let read = value.is_some();
        call.give_out(value.unwrap_or_else(|| self.failed.clone()));
        read.into()
    }

    /// By the first of the formats (or the only one) that the text is written in.
    fn exact(&self, call: &mut Call<'_, '_>, a: Arguments<'_>, styles: i32) -> Result<Option<Value>, Thrown> {
        let text = a.text(0)?;
        let formats = match a.value(1) {
            Value::String(_) => vec![a.value(1).clone()],
            formats => collect(formats, call.frame)?,
        };
        let lenient = Leniency {
            leading: styles & LEADING_WHITE != 0,
            trailing: styles & TRAILING_WHITE != 0,
            inner: styles & INNER_WHITE != 0,
            today: today(call, styles),
            needs_year: self.offset,
        };
        for format in &formats {
            call.read(text.len())?;
            let Value::String(format) = format else {
                continue;
            };
            let Some(pattern) = date_pattern(format, culture(a.value(2)), self.offset) else {
                continue;
            };
            let value = read_exact(text, pattern, lenient).and_then(|reading| (self.finish)(reading, styles));
            if value.is_some() {
                return Ok(value);
            }
        }
        Ok(None)
    }

    /// Styles that exclude each other are an argument's fault.
    fn check(&self, styles: i32) -> Result<(), Thrown> {
        let has = |style| styles & style != 0;
        let problem = if has(ASSUME_LOCAL) && has(ASSUME_UNIVERSAL)
            || !self.offset && has(ROUNDTRIP_KIND) && has(ASSUME_LOCAL | ASSUME_UNIVERSAL | ADJUST_TO_UNIVERSAL)
        {
            "The DateTimeStyles values given cannot be used together."
        } else if self.offset && has(NO_CURRENT_DATE) {
            "The DateTimeStyles value 'NoCurrentDateDefault' is not allowed when parsing DateTimeOffset."
        } else if styles & !255 != 0 {
            "An undefined DateTimeStyles value is being used."
        } else {
            return Ok(());
        };
        Err(Thrown::argument(problem, "styles"))
    }
}

fn today(call: &Call<'_, '_>, styles: i32) -> i64 {
    if styles & NO_CURRENT_DATE != 0 {
        0
    } else {
        call.context.now()
    }
}

fn not_recognised(text: &str) -> Thrown {
    Thrown::new(
        "System.FormatException",
        format!("String '{text}' was not recognized as a valid DateTime."),
    )
}

/// What styles make of a date: local time is UTC, so only its kind changes.
fn styled(reading: Reading, styles: i32) -> Option<DateTime> {
    let has = |style| styles & style != 0;
    let date = reading.date_time()?;
    let kind = match reading.zone {
        Some(zone) if has(ADJUST_TO_UNIVERSAL) || has(ROUNDTRIP_KIND) && zone.named => DateTimeKind::Utc,
        Some(_) => DateTimeKind::Local,
        None if has(ASSUME_LOCAL | ASSUME_UNIVERSAL) && has(ADJUST_TO_UNIVERSAL) => DateTimeKind::Utc,
        None if has(ASSUME_LOCAL | ASSUME_UNIVERSAL) => DateTimeKind::Local,
        None => DateTimeKind::Unspecified,
    };
    Some(DateTime { kind, ..date })
}

/// A date with its offset; without one, UTC.
pub fn parse_offset(text: &str) -> Option<Value> {
    let (local, offset) = read(text, None)?.date_time_offset()?;
    Some(Value::DateTimeOffset(local, offset))
}
