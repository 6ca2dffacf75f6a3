//! `DateTime.Parse` in the invariant culture: ISO 8601 and its relaxations, month/day/year, RFC 1123 and month names.
//!
//! Never here: exact formats.

use super::{Civil, DateTime, DateTimeKind, TICKS_PER_DAY, TICKS_PER_SECOND};

const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;

pub(super) const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
pub(super) const DAYS: [&str; 7] = [
    "sunday",
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
];

/// What a text says of a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Ticks as written.
    pub ticks: i64,
    /// The zone, where one is written.
    pub zone: Option<Zone>,
}

/// A zone as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// How far ahead of UTC it is.
    pub minutes: i64,
    /// Whether it is UTC's name rather than a number.
    pub named: bool,
}

impl Reading {
    /// As a `DateTime`: a zone makes it local time (which is UTC here), as `DateTime.Parse` does without further styles.
    /// `None` beyond .NET's range.
    pub fn date_time(self) -> Option<DateTime> {
        match self.zone {
            Some(zone) => {
                let ticks = self.ticks.checked_sub(zone.minutes * TICKS_PER_MINUTE)?;
                // On the first day of all, .NET moves within the day.
                let moved = if ticks < 0 { ticks + TICKS_PER_DAY } else { ticks };
                DateTime::new(moved, DateTimeKind::Local)
            }
            None => DateTime::new(self.ticks, DateTimeKind::Unspecified),
        }
    }

    /// As a `DateTimeOffset`: the date as written, and the minutes that it is ahead of UTC, which without a zone are none.
    /// `None` beyond .NET's range.
    pub fn date_time_offset(self) -> Option<(DateTime, i32)> {
        let minutes = self.zone.map_or(0, |zone| zone.minutes);
        DateTime::new(self.ticks.checked_sub(minutes * TICKS_PER_MINUTE)?, DateTimeKind::Utc)?;
        let local = DateTime::new(self.ticks, DateTimeKind::Unspecified)?;
        Some((local, i32::try_from(minutes).ok()?))
    }
}

/// Reads a date as `DateTime.Parse` does without further styles. `None` where .NET throws `FormatException`; a time without
/// a date needs a day and is not read.
pub fn parse(text: &str) -> Option<DateTime> {
    read(text, None)?.date_time()
}

/// Reads what a date is written like; a time without a date is of this day, if one is given.
pub fn read(text: &str, today: Option<i64>) -> Option<Reading> {
    let mut scanner = Scanner { rest: text.trim() };
    let clock = today.filter(|_| scanner.begins_with_time());
    let (year, month, day) = match clock {
        Some(_) => (1, 1, 1),
        None => scanner.date()?,
    };
    let (hour, minute, second, fraction) = scanner.time()?;
    let civil = Civil {
        year,
        month,
        day,
        hour,
        minute,
        second,
        fraction,
    };
    let zone = scanner.zone()?;
    if !scanner.rest.is_empty() {
        return None;
    }
    let date = DateTime::from_civil(civil, DateTimeKind::Unspecified).filter(|_| hour < 24)?;
    Some(Reading {
        ticks: date.ticks + clock.map_or(0, |today| today - today % TICKS_PER_DAY),
        zone,
    })
}

struct Scanner<'a> {
    rest: &'a str,
}

impl Scanner<'_> {
    /// `10:30` and what follows.
    fn begins_with_time(&self) -> bool {
        let after = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let digits = self.rest.len() - after.len();
        (1..=2).contains(&digits) && after.starts_with(':')
    }

    fn number(&mut self) -> Option<(i64, usize)> {
        let length = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at(length);
        let number = digits.get(..length.min(18))?.parse().ok()?;
        self.rest = rest;
        Some((number, length))
    }

    fn word(&mut self) -> String {
        let length = self.rest.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (word, rest) = self.rest.split_at(length);
        self.rest = rest;
        word.to_ascii_lowercase()
    }

    /// Skips one of these characters.
    fn skip(&mut self, among: &[char]) -> Option<char> {
        let next = self.rest.chars().next().filter(|next| among.contains(next))?;
        self.rest = self.rest.get(next.len_utf8()..)?;
        Some(next)
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn month_name(&mut self) -> Option<i64> {
        let word = self.word();
        let found = MONTHS
            .iter()
            .position(|name| *name == word || (word.len() == 3 && name.starts_with(&word)))?;
        i64::try_from(found + 1).ok()
    }

    fn date(&mut self) -> Option<(i64, i64, i64)> {
        let before = self.rest;
        let word = self.word();
        if DAYS
            .iter()
            .any(|name| *name == word || (word.len() == 3 && name.starts_with(&word)))
        {
            self.skip(&[',']);
            self.spaces();
        } else {
            self.rest = before;
        }
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return self.month_first();
        }
        let (first, length) = self.number()?;
        let separator = self.skip(&['-', '/', '.', ' '])?;
        self.spaces();
        if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            let month = self.month_name()?;
            self.skip(&['-', ',']);
            self.spaces();
            return Some((self.year()?, month, first));
        }
        let (second, _) = self.number()?;
        if length >= 3 {
            let day = self.skip(&[separator]).map_or(Some((1, 1)), |_| self.number())?.0;
            return Some((first, second, day));
        }
        self.skip(&[separator])?;
        Some((self.year()?, first, second))
    }

    /// `May 6, 2024`
    fn month_first(&mut self) -> Option<(i64, i64, i64)> {
        let month = self.month_name()?;
        self.spaces();
        let (day, _) = self.number()?;
        self.skip(&[',']);
        self.spaces();
        Some((self.year()?, month, day))
    }

    /// Two digits are of the years 1950 to 2049.
    fn year(&mut self) -> Option<i64> {
        let (year, length) = self.number()?;
        Some(match (length, year) {
            (..=2, ..50) => 2000 + year,
            (..=2, _) => 1900 + year,
            _ => year,
        })
    }

    /// Hour, minute, second and ticks; midnight if there is none.
    fn time(&mut self) -> Option<(i64, i64, i64, i64)> {
        let midnight = Some((0, 0, 0, 0));
        if self.skip(&['T', 't']).is_none() {
            self.spaces();
        }
        if !self.rest.starts_with(|c: char| c.is_ascii_digit()) {
            return midnight;
        }
        let (mut hour, _) = self.number()?;
        self.skip(&[':'])?;
        let (minute, _) = self.number()?;
        let second = if self.skip(&[':']).is_some() {
            self.number()?.0
        } else {
            0
        };
        let fraction = if self.skip(&['.']).is_some() {
            self.fraction()?
        } else {
            0
        };
        self.spaces();
        let before = self.rest;
        match self.word().as_str() {
            "am" | "a" if hour <= 12 => hour %= 12,
            "pm" | "p" if hour <= 12 => hour = hour % 12 + 12,
            _ => self.rest = before,
        }
        Some((hour, minute, second, fraction))
    }

    fn fraction(&mut self) -> Option<i64> {
        let (number, length) = self.number()?;
        let digits = u32::try_from(length.min(18)).ok()?;
        let power = 10_i64.pow(digits.abs_diff(7));
        Some(if digits <= 7 {
            number * power
        } else {
            (number + power / 2) / power
        })
    }

    /// `None` inside where no zone is written.
    #[expect(clippy::option_option, reason = "no zone is one thing, a wrong one another")]
    fn zone(&mut self) -> Option<Option<Zone>> {
        self.spaces();
        let before = self.rest;
        match self.word().as_str() {
            "z" | "gmt" | "utc" => {
                return Some(Some(Zone {
                    minutes: 0,
                    named: true,
                }));
            }
            _ => self.rest = before,
        }
        let Some(sign) = self.skip(&['+', '-']) else {
            return Some(None);
        };
        let (number, length) = self.number()?;
        let ahead = match length {
            1 | 2 if self.skip(&[':']).is_some() => number * 60 + self.number()?.0,
            1 | 2 => number * 60,
            4 => number / 100 * 60 + number % 100,
            _ => return None,
        };
        let minutes = if sign == '-' { -ahead } else { ahead };
        (ahead <= 14 * 60).then_some(Some(Zone { minutes, named: false }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_date_time_parse_reads() {
        for (text, iso) in [
            ("2024-05-06", Some("2024-05-06T00:00:00")),
            (" 2024-05-06 07:08 ", Some("2024-05-06T07:08:00")),
            ("2024-05-06T07:08:09Z", Some("2024-05-06T07:08:09+00:00")),
            ("2024-05-06T07:08:09.5+02:00", Some("2024-05-06T05:08:09.5+00:00")),
            ("05/06/2024 07:08:09", Some("2024-05-06T07:08:09")),
            ("5/6/2024 1:02 PM", Some("2024-05-06T13:02:00")),
            ("Mon, 06 May 2024 07:08:09 GMT", Some("2024-05-06T07:08:09+00:00")),
            ("May 6, 2024", Some("2024-05-06T00:00:00")),
            ("6 May 2024", Some("2024-05-06T00:00:00")),
            ("2024-05", Some("2024-05-01T00:00:00")),
            ("13/13/2024", None),
            ("x", None),
            ("", None),
            ("2024-05-06T25:00:00", None),
            ("99999999999999999999999-01-01", None),
        ] {
            assert_eq!(parse(text).map(DateTime::iso).as_deref(), iso, "{text}");
        }
    }
}
