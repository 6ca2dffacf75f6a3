//! .NET's `DateTime` and `TimeSpan` as numbers of ticks (100 ns), in the time zone UTC.
//!
//! [`parse`] and [`read`] read what `DateTime.Parse` reads, [`read_exact`] what `ParseExact` does. Never here: a clock, format strings, the members that C# sees.

mod exact;
mod parse;

pub use exact::{Leniency, read_exact};
pub use parse::{Reading, parse, read};

use std::cmp::Ordering;
use std::fmt::Write;

/// Ticks in a second.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// Ticks in a day.
pub const TICKS_PER_DAY: i64 = 86_400 * TICKS_PER_SECOND;
/// The last tick of the year 9999.
pub const MAX_TICKS: i64 = 3_155_378_975_999_999_999;
/// 1970-01-01T00:00:00.
pub const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// .NET's `DateTimeKind`. Local time is UTC here, but prints with its offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the .NET member of its name")]
pub enum DateTimeKind {
    #[default]
    Unspecified,
    Utc,
    Local,
}

/// .NET's `DateTime`; as there, the kind takes no part in comparisons.
#[derive(Clone, Copy, Debug)]
pub struct DateTime {
    /// Ticks since 0001-01-01, `0..=MAX_TICKS`.
    pub ticks: i64,
    /// What the ticks are relative to.
    pub kind: DateTimeKind,
}

/// A `DateTime`'s calendar fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// 1 to 9999
    pub year: i64,
    /// 1 to 12
    pub month: i64,
    /// 1 to 31
    pub day: i64,
    /// 0 to 23
    pub hour: i64,
    /// 0 to 59
    pub minute: i64,
    /// 0 to 59
    pub second: i64,
    /// Ticks within the second.
    pub fraction: i64,
}

impl DateTime {
    /// A date of these ticks; `None` outside of .NET's range.
    pub fn new(ticks: i64, kind: DateTimeKind) -> Option<Self> {
        (0..=MAX_TICKS).contains(&ticks).then_some(Self { ticks, kind })
    }

    /// A date of these calendar fields; `None` if there is no such date. Hour 24 is the next day's midnight (ISO 8601).
    pub fn from_civil(civil: Civil, kind: DateTimeKind) -> Option<Self> {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            fraction,
        } = civil;
        let date =
            (1..=9999).contains(&year) && (1..=12).contains(&month) && (1..=days_in_month(year, month)).contains(&day);
        let midnight = hour == 24 && minute == 0 && second == 0 && fraction == 0;
        let time = ((0..24).contains(&hour) || midnight) && (0..60).contains(&minute) && (0..60).contains(&second);
        if !date || !time {
            return None;
        }
        let days = days_before_year(year) + days_before_month(year, month) + day - 1;
        let seconds = (hour * 60 + minute) * 60 + second;
        Self::new(days * TICKS_PER_DAY + seconds * TICKS_PER_SECOND + fraction, kind)
    }

    /// Its calendar fields.
    pub fn civil(self) -> Civil {
        let days = self.ticks / TICKS_PER_DAY;
        let mut year = days * 400 / 146_097 + 1;
        while days_before_year(year + 1) <= days {
            year += 1;
        }
        while days_before_year(year) > days {
            year -= 1;
        }
        let day_of_year = days - days_before_year(year);
        let month = (1..=12)
            .rev()
            .find(|month| days_before_month(year, *month) <= day_of_year)
            .unwrap_or(1);
        let seconds = self.ticks % TICKS_PER_DAY / TICKS_PER_SECOND;
        Civil {
            year,
            month,
            day: day_of_year - days_before_month(year, month) + 1,
            hour: seconds / 3600,
            minute: seconds / 60 % 60,
            second: seconds % 60,
            fraction: self.ticks % TICKS_PER_SECOND,
        }
    }

    /// Day of the week, Sunday 0.
    pub fn day_of_week(self) -> i64 {
        (self.ticks / TICKS_PER_DAY + 1) % 7
    }

    /// Day of the year, 1 to 366.
    pub fn day_of_year(self) -> i64 {
        self.ticks / TICKS_PER_DAY - days_before_year(self.civil().year) + 1
    }

    /// `ToString()` in the invariant culture: `05/06/2024 07:08:09`.
    pub fn general(self) -> String {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self.civil();
        format!("{month:02}/{day:02}/{year:04} {hour:02}:{minute:02}:{second:02}")
    }

    /// As Newtonsoft writes it: ISO 8601, the fraction without trailing zeros, `Z`, `+00:00` or nothing by kind.
    pub fn iso(self) -> String {
        let zone = match self.kind {
            DateTimeKind::Unspecified => "",
            DateTimeKind::Utc => "Z",
            DateTimeKind::Local => "+00:00",
        };
        self.iso_without_zone() + zone
    }

    /// [`Self::iso`] with an offset in minutes, as Newtonsoft writes a `DateTimeOffset`.
    pub fn iso_with_offset(self, offset: i64) -> String {
        let sign = if offset < 0 { '-' } else { '+' };
        let minutes = offset.abs();
        format!(
            "{}{sign}{:02}:{:02}",
            self.iso_without_zone(),
            minutes / 60,
            minutes % 60
        )
    }

    fn iso_without_zone(self) -> String {
        let Civil {
            year,
            month,
            day,
            hour,
            minute,
            second,
            fraction,
        } = self.civil();
        let mut text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}");
        if fraction != 0 {
            let _ = write!(text, ".{}", format!("{fraction:07}").trim_end_matches('0'));
        }
        text
    }

    /// The same moment as local time, given the offset in minutes that its ticks are ahead of UTC; clamped to .NET's range.
    pub(crate) fn local_from_offset(ticks: i64, offset: i64) -> Self {
        let utc = ticks.saturating_sub(offset * 60 * TICKS_PER_SECOND);
        Self {
            ticks: utc.clamp(0, MAX_TICKS),
            kind: DateTimeKind::Local,
        }
    }
}

impl PartialEq for DateTime {
    fn eq(&self, other: &Self) -> bool {
        self.ticks == other.ticks
    }
}

impl Eq for DateTime {}

impl PartialOrd for DateTime {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for DateTime {
    fn cmp(&self, other: &Self) -> Ordering {
        self.ticks.cmp(&other.ticks)
    }
}

/// Whether the year has a 29 February.
pub fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days of a month (1 to 12) of a year.
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap_year(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn days_before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|earlier| days_in_month(year, earlier)).sum()
}

/// `TimeSpan.ToString()`: `[-][d.]hh:mm:ss[.fffffff]`.
pub fn format_time_span(ticks: i64) -> String {
    let sign = if ticks < 0 { "-" } else { "" };
    let ticks = ticks.unsigned_abs();
    let (second, day) = (TICKS_PER_SECOND as u64, TICKS_PER_DAY as u64);
    let seconds = ticks % day / second;
    let days = if ticks >= day {
        format!("{}.", ticks / day)
    } else {
        String::new()
    };
    let fraction = if ticks.is_multiple_of(second) {
        String::new()
    } else {
        format!(".{:07}", ticks % second)
    };
    format!(
        "{sign}{days}{:02}:{:02}:{:02}{fraction}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A string that Newtonsoft's reader takes for a date: ISO 8601 with `T`, or `/Date(ms)/`.
///
/// An offset makes it local time, `Z` UTC, neither an unspecified kind.
pub fn parse_json_date(text: &str) -> Option<DateTime> {
    match text.as_bytes().first()? {
        b'/' => milliseconds(text),
        b'0'..=b'9' if (19..=40).contains(&text.len()) && text.as_bytes().get(10) == Some(&b'T') => {
            iso_8601(text.as_bytes())
        }
        _ => None,
    }
}

/// `/Date(1198908717056)/`, optionally with an offset that only makes it local time.
fn milliseconds(text: &str) -> Option<DateTime> {
    let inside = text.strip_prefix("/Date(")?.strip_suffix(")/")?;
    let sign = inside.get(1..)?.find(['+', '-']).map(|at| at + 1);
    let (number, kind) = match sign {
        Some(at) => (inside.get(..at)?, DateTimeKind::Local),
        None => (inside, DateTimeKind::Utc),
    };
    let ticks = number
        .parse::<i64>()
        .ok()?
        .checked_mul(10_000)?
        .checked_add(UNIX_EPOCH_TICKS)?;
    DateTime::new(ticks, kind)
}

fn iso_8601(text: &[u8]) -> Option<DateTime> {
    let number = |at: usize, length: usize| digits(text, at, length);
    let separated = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if separated.iter().any(|(at, byte)| text.get(*at) != Some(byte)) {
        return None;
    }
    let mut civil = Civil {
        year: number(0, 4)?,
        month: number(5, 2)?,
        day: number(8, 2)?,
        hour: number(11, 2)?,
        minute: number(14, 2)?,
        second: number(17, 2)?,
        fraction: 0,
    };
    let mut at = 19;
    if text.get(at) == Some(&b'.') {
        let length = text
            .iter()
            .skip(20)
            .take(7)
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let scale = 10_i64.pow(7_u32.saturating_sub(length as u32));
        civil.fraction = if length == 0 {
            return None;
        } else {
            number(20, length)? * scale
        };
        at = 20 + length;
    }
    let (kind, offset, end) = zone(text, at);
    if end != text.len() {
        return None;
    }
    let date = DateTime::from_civil(civil, kind)?;
    Some(if kind == DateTimeKind::Local {
        DateTime::local_from_offset(date.ticks, offset)
    } else {
        date
    })
}

/// Kind, offset in minutes and where the zone ends. As in Newtonsoft, two stray digits are read as minutes of no zone.
fn zone(text: &[u8], mut at: usize) -> (DateTimeKind, i64, usize) {
    if matches!(text.get(at), Some(b'Z' | b'z')) {
        return (DateTimeKind::Utc, 0, at + 1);
    }
    let mut kind = DateTimeKind::Unspecified;
    let mut sign = 1;
    let mut hours = 0;
    if let (Some(byte @ (b'+' | b'-')), Some(number)) = (text.get(at), digits(text, at + 1, 2)) {
        kind = DateTimeKind::Local;
        sign = if *byte == b'-' { -1 } else { 1 };
        hours = number;
        at += 3;
    }
    if text.get(at) == Some(&b':') {
        at += 1;
    }
    let minutes = digits(text, at, 2);
    (
        kind,
        sign * (hours * 60 + minutes.unwrap_or(0)),
        if minutes.is_some() { at + 2 } else { at },
    )
}

fn digits(text: &[u8], at: usize, length: usize) -> Option<i64> {
    let part = text.get(at..at + length)?;
    part.iter().try_fold(0_i64, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + i64::from(byte - b'0'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_and_calendar_agree() {
        for (year, month, day) in [
            (1, 1, 1),
            (1970, 1, 1),
            (2000, 2, 29),
            (2023, 12, 31),
            (2024, 12, 31),
            (9999, 12, 31),
        ] {
            let civil = Civil {
                year,
                month,
                day,
                hour: 23,
                minute: 59,
                second: 58,
                fraction: 7,
            };
            assert_eq!(DateTime::from_civil(civil, DateTimeKind::Utc).unwrap().civil(), civil);
        }
        assert_eq!(
            DateTime {
                ticks: UNIX_EPOCH_TICKS,
                kind: DateTimeKind::Utc
            }
            .iso(),
            "1970-01-01T00:00:00Z"
        );
        assert_eq!(
            DateTime {
                ticks: UNIX_EPOCH_TICKS,
                kind: DateTimeKind::Utc
            }
            .day_of_week(),
            4
        );
        assert_eq!(
            DateTime {
                ticks: MAX_TICKS,
                kind: DateTimeKind::Utc
            }
            .iso(),
            "9999-12-31T23:59:59.9999999Z"
        );
    }

    #[test]
    fn json_dates_are_recognised_and_rewritten() {
        for (text, written) in [
            ("2024-05-06T07:08:09Z", "2024-05-06T07:08:09Z"),
            ("2024-05-06T07:08:09.000Z", "2024-05-06T07:08:09Z"),
            ("2024-05-06T07:08:09", "2024-05-06T07:08:09"),
            ("2024-05-06T07:08:09.1234567+02:00", "2024-05-06T05:08:09.1234567+00:00"),
            ("2024-05-06T07:08:09-0230", "2024-05-06T09:38:09+00:00"),
            ("2024-05-06T24:00:00", "2024-05-07T00:00:00"),
            ("/Date(0)/", "1970-01-01T00:00:00Z"),
        ] {
            assert_eq!(
                parse_json_date(text).map(DateTime::iso).as_deref(),
                Some(written),
                "{text}"
            );
        }
        for text in [
            "",
            "2024-05-06",
            "2024-05-06 07:08:09Z",
            "2024-13-06T07:08:09Z",
            "2024-05-06T07:08:60Z",
            "2024-05-06T07:08:09.Z",
            "/Date(x)/",
        ] {
            assert!(parse_json_date(text).is_none(), "{text}");
        }
    }

    #[test]
    fn time_spans_print_as_in_net() {
        assert_eq!(format_time_span(57 * TICKS_PER_SECOND), "00:00:57");
        assert_eq!(format_time_span(900_615_000_000), "1.01:01:01.5000000");
        assert_eq!(format_time_span(-TICKS_PER_SECOND), "-00:00:01");
    }
}
