//! `DateTime.ParseExact`: a text read by a custom format, letter by letter.
//!
//! Never here: standard formats, which are custom ones by another name; what styles make of a reading.

use super::parse::{DAYS, MONTHS, Reading, Zone};
use super::{Civil, DateTime, DateTimeKind, TICKS_PER_SECOND};
use std::iter::Peekable;
use std::str::Chars;

/// Where white space may stand that the format does not ask for, and what day a time without one is of.
#[derive(Clone, Copy, Debug)]
pub struct Leniency {
    /// Before everything.
    pub leading: bool,
    /// After everything.
    pub trailing: bool,
    /// Between the fields.
    pub inner: bool,
    /// A tick of the day.
    pub today: i64,
    /// Whether what has a date must have a year if it has a zone, as a `DateTimeOffset`.
    pub needs_year: bool,
}

/// Reads a text that is written in a custom format; `None` where .NET throws `FormatException`.
pub fn read_exact(text: &str, format: &str, lenient: Leniency) -> Option<Reading> {
    if text.is_empty() || format.is_empty() {
        return None;
    }
    let trimmed = |text| {
        let text: &str = if lenient.leading { str::trim_start(text) } else { text };
        if lenient.trailing { text.trim_end() } else { text }
    };
    let mut reader = Reader {
        rest: trimmed(text),
        inner: lenient.inner,
        fields: Fields::default(),
    };
    let mut format = trimmed(format).chars().peekable();
    while let Some(letter) = format.next() {
        if lenient.inner {
            reader.spaces();
        }
        reader.part(letter, &mut format)?;
    }
    if reader.rest.is_empty() {
        reader.fields.reading(lenient)
    } else {
        None
    }
}

/// What has been read; a field that comes twice must say the same.
#[derive(Default)]
struct Fields {
    year: Option<i64>,
    short_year: bool,
    month: Option<i64>,
    day: Option<i64>,
    weekday: Option<i64>,
    hour: Option<i64>,
    twelve: bool,
    afternoon: Option<bool>,
    minute: Option<i64>,
    second: Option<i64>,
    fraction: Option<i64>,
    zone: Option<Zone>,
}

fn set<T: PartialEq + Copy>(field: &mut Option<T>, value: T) -> Option<()> {
    (*field.get_or_insert(value) == value).then_some(())
}

impl Fields {
    fn reading(self, lenient: Leniency) -> Option<Reading> {
        let (year, month, day) = self.date(lenient)?;
        let civil = Civil {
            year,
            month,
            day,
            hour: self.hour_of_day()?,
            minute: self.minute.unwrap_or(0),
            second: self.second.unwrap_or(0),
            fraction: self.fraction.unwrap_or(0),
        };
        let date = DateTime::from_civil(civil, DateTimeKind::Unspecified)?;
        let right_day = self.weekday.is_none_or(|weekday| weekday == date.day_of_week());
        right_day.then_some(Reading {
            ticks: date.ticks,
            zone: self.zone,
        })
    }

    fn date(&self, lenient: Leniency) -> Option<(i64, i64, i64)> {
        let dated = self.month.is_some() || self.day.is_some();
        if lenient.needs_year && dated && self.year.is_none() && self.zone.is_some() {
            return None;
        }
        let today = DateTime::new(lenient.today, DateTimeKind::Unspecified)?.civil();
        let year = match self.year {
            Some(year) if self.short_year => (year < 100).then_some(if year < 50 { 2000 } else { 1900 } + year)?,
            Some(year) => year,
            None => today.year,
        };
        if self.year.is_none() && !dated {
            return Some((today.year, today.month, today.day));
        }
        Some((year, self.month.unwrap_or(1), self.day.unwrap_or(1)))
    }

    fn hour_of_day(&self) -> Option<i64> {
        let hour = self.hour.unwrap_or(0);
        if self.twelve {
            let half = if self.afternoon == Some(true) { 12 } else { 0 };
            return (hour <= 12).then_some(hour % 12 + half);
        }
        if hour >= 24 {
            return None;
        }
        self.afternoon
            .is_none_or(|afternoon| afternoon == (hour >= 12))
            .then_some(hour)
    }
}

struct Reader<'a> {
    rest: &'a str,
    inner: bool,
    fields: Fields,
}

impl Reader<'_> {
    fn part(&mut self, letter: char, format: &mut Peekable<Chars<'_>>) -> Option<()> {
        match letter {
            'd' | 'M' | 'y' | 'H' | 'h' | 'm' | 's' | 'f' | 'F' | 't' | 'z' | 'g' => {
                let mut count = 1;
                while format.next_if_eq(&letter).is_some() {
                    count += 1;
                }
                self.field(letter, count)
            }
            'K' => self.kind(),
            'Z' => {
                let named = ["Z", "GMT"].iter().any(|name| self.word(name));
                (named && self.fields.zone.is_none()).then(|| self.fields.zone = Some(UTC))
            }
            '\'' | '"' => loop {
                match format.next()? {
                    '\\' => self.literal(format.next()?)?,
                    c if c == letter => return Some(()),
                    ' ' if self.inner => self.spaces(),
                    c => self.literal(c)?,
                }
            },
            '%' => format.peek().is_some_and(|next| *next != '%').then_some(()),
            '\\' => self.literal(format.next()?),
            // A point before a fraction that may be absent is absent with it.
            '.' if !self.rest.starts_with('.') => {
                format.next_if_eq(&'F')?;
                while format.next_if_eq(&'F').is_some() {}
                Some(())
            }
            ' ' if self.inner => {
                self.spaces();
                Some(())
            }
            'G' if format.clone().take(2).eq(['M', 'T']) => {
                format.nth(1);
                self.fields.zone = Some(UTC);
                self.word("GMT").then_some(())
            }
            other => self.literal(other),
        }
    }

    fn field(&mut self, letter: char, count: usize) -> Option<()> {
        match (letter, count) {
            ('y', _) => {
                self.fields.short_year |= count <= 2;
                let year = self.digits(count)?;
                set(&mut self.fields.year, year)
            }
            ('M', 1 | 2) => {
                let month = self.digits(count)?;
                set(&mut self.fields.month, month)
            }
            ('M', _) => {
                let month = self.name(&MONTHS, count == 3)?;
                set(&mut self.fields.month, month + 1)
            }
            ('d', 1 | 2) => {
                let day = self.digits(count)?;
                set(&mut self.fields.day, day)
            }
            ('d', _) => {
                let day = self.name(&DAYS, count == 3)?;
                set(&mut self.fields.weekday, day)
            }
            ('H' | 'h', _) => {
                self.fields.twelve |= letter == 'h';
                let hour = self.digits(count.min(2))?;
                set(&mut self.fields.hour, hour)
            }
            ('m', _) => {
                let minute = self.digits(count.min(2))?;
                set(&mut self.fields.minute, minute)
            }
            ('s', _) => {
                let second = self.digits(count.min(2))?;
                set(&mut self.fields.second, second)
            }
            ('f' | 'F', ..=7) => {
                let fraction = self.fraction(count, letter == 'F')?;
                set(&mut self.fields.fraction, fraction)
            }
            ('t', _) => {
                let marks = if count == 1 { ["A", "P"] } else { ["AM", "PM"] };
                let at = marks.iter().position(|mark| self.word(mark))?;
                set(&mut self.fields.afternoon, at == 1)
            }
            ('z', _) if self.fields.zone.is_none() => {
                self.fields.zone = Some(self.offset(count)?);
                Some(())
            }
            ('g', _) => (self.word("A.D.") || self.word("AD")).then_some(()),
            _ => None,
        }
    }

    /// `K`: a zone, or none.
    fn kind(&mut self) -> Option<()> {
        let zone = if self.rest.starts_with('Z') {
            self.literal('Z')?;
            UTC
        } else if self.rest.starts_with(['+', '-']) {
            self.offset(3)?
        } else {
            return Some(());
        };
        set(&mut self.fields.zone, zone)
    }

    fn offset(&mut self, count: usize) -> Option<Zone> {
        let behind = self.rest.starts_with('-');
        self.literal(if behind { '-' } else { '+' })?;
        let hours = self.digits(count.min(2))?;
        let minutes = if count >= 3 {
            if self.rest.starts_with(':') {
                self.literal(':')?;
            }
            self.digits(2)?
        } else {
            0
        };
        let ahead = hours * 60 + minutes;
        (minutes < 60 && ahead <= 14 * 60).then_some(Zone {
            minutes: if behind { -ahead } else { ahead },
            named: false,
        })
    }

    /// So many digits; where one is asked for, there may be two.
    fn digits(&mut self, count: usize) -> Option<i64> {
        let most = if count == 1 { 2 } else { count };
        let length = self.rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(length).filter(|_| length >= count)?;
        self.rest = rest;
        digits.parse().ok()
    }

    /// A fraction of a second in ticks, of exactly so many digits or at most so many.
    fn fraction(&mut self, count: usize, at_most: bool) -> Option<i64> {
        let length = self.rest.bytes().take(count).take_while(u8::is_ascii_digit).count();
        let (digits, rest) = self.rest.split_at_checked(length)?;
        if !at_most && length < count {
            return None;
        }
        self.rest = rest;
        let read: i64 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
        Some(read * TICKS_PER_SECOND / 10_i64.checked_pow(u32::try_from(length).ok()?)?)
    }

    /// The place of the name that stands here, in full or by its first three letters.
    fn name(&mut self, names: &[&str], short: bool) -> Option<i64> {
        let at = names.iter().position(|name| {
            let name = if short { name.get(..3).unwrap_or(name) } else { name };
            self.word(name)
        })?;
        i64::try_from(at).ok()
    }

    /// Whether this word stands here, in whatever case; it is passed then.
    fn word(&mut self, word: &str) -> bool {
        let here = self.rest.get(..word.len());
        let stands = here.is_some_and(|here| here.eq_ignore_ascii_case(word));
        if stands {
            self.rest = self.rest.get(word.len()..).unwrap_or_default();
        }
        stands
    }

    fn literal(&mut self, c: char) -> Option<()> {
        self.rest = self.rest.strip_prefix(c)?;
        Some(())
    }

    fn spaces(&mut self) {
        self.rest = self.rest.trim_start();
    }
}

const UTC: Zone = Zone {
    minutes: 0,
    named: true,
};

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(text: &str, format: &str) -> Option<String> {
        let strict = Leniency {
            leading: false,
            trailing: false,
            inner: false,
            today: 638_000_000_000_000_000,
            needs_year: false,
        };
        read_exact(text, format, strict)?.date_time().map(DateTime::iso)
    }

    #[test]
    fn formats_are_followed_to_the_letter() {
        for (text, format, expected) in [
            ("20240229", "yyyyMMdd", Some("2024-02-29T00:00:00")),
            ("20230229", "yyyyMMdd", None),
            ("5/1/24 1:05 pm", "d/M/yy h:mm tt", Some("2024-01-05T13:05:00")),
            (
                "2024-01-05T10:20:30.5Z",
                "yyyy-MM-ddTHH:mm:ss.FFFK",
                Some("2024-01-05T10:20:30.5+00:00"),
            ),
            (
                "2024-01-05T10:20:30Z",
                "yyyy-MM-ddTHH:mm:ss.FFFK",
                Some("2024-01-05T10:20:30+00:00"),
            ),
            ("2024 10:20 +02:00", "yyyy HH:mm zzz", Some("2024-01-01T08:20:00+00:00")),
            ("Fri 05 Jan 2024", "ddd dd MMM yyyy", Some("2024-01-05T00:00:00")),
            ("Thu 05 Jan 2024", "ddd dd MMM yyyy", None),
            ("x2024", "'x'yyyy", Some("2024-01-01T00:00:00")),
            ("2024x", "yyyy", None),
            ("", "yyyy", None),
        ] {
            assert_eq!(iso(text, format).as_deref(), expected, "{text}");
        }
    }
}
