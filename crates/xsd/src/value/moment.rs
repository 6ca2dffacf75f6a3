//! Points in time and durations: what is written, and which comes first.
//!
//! Never here: clocks.

use super::Primitive;
use std::cmp::Ordering;

const MINUTE: i64 = 60;
const DAY: i64 = 24 * 60 * MINUTE;
/// A point without a time zone may be this far from where it seems.
const WIDEST_ZONE: i64 = 14 * 60 * MINUTE;
/// Digits of years and of parts of durations; more are no number here.
const MOST_DIGITS: usize = 9;

/// Seconds since 1970-01-01, by UTC where there is a time zone; what recurs is put into 1972.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Moment {
    seconds: i64,
    /// Digits behind the point without trailing zeros.
    fraction: Box<str>,
    has_zone: bool,
}

/// A span of months and one of seconds, both of one sign.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Duration {
    is_negative: bool,
    months: i64,
    seconds: i64,
    fraction: Box<str>,
}

/// Reads a text from its front.
struct Cursor<'t>(&'t str);

impl<'t> Cursor<'t> {
    fn eat(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    fn digits(&mut self) -> &'t str {
        let end = self.0.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.0.len());
        let (digits, rest) = self.0.split_at(end);
        self.0 = rest;
        digits
    }

    fn number(&mut self) -> Option<i64> {
        let digits = self.digits();
        // Leading zeros do not count.
        let digits = if digits.is_empty() {
            return None;
        } else {
            digits.trim_start_matches('0')
        };
        (digits.len() <= MOST_DIGITS).then(|| digits.parse().unwrap_or(0))
    }

    fn two(&mut self, least: i64, most: i64) -> Option<i64> {
        let (digits, rest) = self.0.split_at_checked(2)?;
        self.0 = rest;
        let number = digits
            .bytes()
            .all(|byte| byte.is_ascii_digit())
            .then(|| digits.parse().ok())??;
        (least..=most).contains(&number).then_some(number)
    }

    fn fraction(&mut self) -> Option<Box<str>> {
        if self.eat(".").is_none() {
            return Some("".into());
        }
        let digits = self.digits();
        (!digits.is_empty()).then(|| digits.trim_end_matches('0').into())
    }

    fn year(&mut self) -> Option<i64> {
        let is_negative = self.eat("-").is_some();
        let digits = self.digits();
        let is_sound =
            digits.len() >= 4 && digits.len() <= MOST_DIGITS && !(digits.len() > 4 && digits.starts_with('0'));
        let year: i64 = if is_sound { digits.parse().ok()? } else { return None };
        // There is no year 0: the year before 1 is -1.
        (year != 0).then_some(if is_negative { 1 - year } else { year })
    }

    /// The seconds that a zone is ahead of UTC.
    fn zone(&mut self) -> Option<i64> {
        if self.eat("Z").is_some() {
            return Some(0);
        }
        let sign = if self.eat("-").is_some() {
            -1
        } else {
            self.eat("+").map(|()| 1)?
        };
        let hours = self.two(0, 14)?;
        self.eat(":")?;
        let minutes = self.two(0, if hours == 14 { 0 } else { 59 })?;
        Some(sign * (hours * 60 + minutes) * MINUTE)
    }
}

/// Days from 1970-01-01 to a day of the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // The year begins in March, so that the leap day is its last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn days_of_month(year: i64, month: i64) -> i64 {
    let (next_year, next) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    days(next_year, next, 1) - days(year, month, 1)
}

impl Moment {
    /// The moment of a type that a text means.
    pub fn parse(primitive: Primitive, text: &str) -> Option<Self> {
        let mut cursor = Cursor(text);
        let (mut year, mut month, mut day) = (1972, 1, 1);
        let (mut seconds, mut fraction) = (0, Box::from(""));
        match primitive {
            Primitive::DateTime | Primitive::Date | Primitive::YearMonth | Primitive::Year => {
                year = cursor.year()?;
                if primitive != Primitive::Year {
                    cursor.eat("-")?;
                    month = cursor.two(1, 12)?;
                }
                if matches!(primitive, Primitive::DateTime | Primitive::Date) {
                    cursor.eat("-")?;
                    day = cursor.two(1, 31)?;
                }
            }
            Primitive::MonthDay | Primitive::Month => {
                cursor.eat("--")?;
                month = cursor.two(1, 12)?;
                if primitive == Primitive::MonthDay {
                    cursor.eat("-")?;
                    day = cursor.two(1, 31)?;
                } else if cursor.0.starts_with("--") {
                    // As the first edition had it.
                    cursor.eat("--")?;
                }
            }
            Primitive::Day => {
                cursor.eat("---")?;
                day = cursor.two(1, 31)?;
            }
            _ => {}
        }
        if primitive == Primitive::DateTime {
            cursor.eat("T")?;
        }
        if matches!(primitive, Primitive::DateTime | Primitive::Time) {
            let hours = cursor.two(0, 24)?;
            cursor.eat(":")?;
            let minutes = cursor.two(0, 59)?;
            cursor.eat(":")?;
            let rest = cursor.two(0, 59)?;
            fraction = cursor.fraction()?;
            if hours == 24 && (minutes, rest, &*fraction) != (0, 0, "") {
                return None;
            }
            let hours = if hours == 24 && primitive == Primitive::Time {
                0
            } else {
                hours
            };
            seconds = (hours * 60 + minutes) * MINUTE + rest;
        }
        let has_zone = !cursor.0.is_empty();
        let zone = if has_zone { cursor.zone()? } else { 0 };
        if !cursor.0.is_empty() || day > days_of_month(year, month) {
            return None;
        }
        Some(Self {
            seconds: days(year, month, day) * DAY + seconds - zone,
            fraction,
            has_zone,
        })
    }

    /// Which comes first; `None` where that depends on a time zone that is not there.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.has_zone == other.has_zone {
            return Some((self.seconds, &self.fraction).cmp(&(other.seconds, &other.fraction)));
        }
        match self.seconds - other.seconds {
            apart if apart > WIDEST_ZONE => Some(Ordering::Greater),
            apart if apart < -WIDEST_ZONE => Some(Ordering::Less),
            _ => None,
        }
    }
}

impl Duration {
    /// The duration that a text means.
    pub fn parse(text: &str) -> Option<Self> {
        let mut cursor = Cursor(text);
        let is_negative = cursor.eat("-").is_some();
        cursor.eat("P")?;
        let mut found = Self {
            is_negative,
            months: 0,
            seconds: 0,
            fraction: "".into(),
        };
        let mut units: &[(char, i64, bool)] = &[('Y', 12, true), ('M', 1, true), ('D', DAY, false)];
        let (mut is_empty, mut in_time) = (true, false);
        while !cursor.0.is_empty() {
            if !in_time && cursor.eat("T").is_some() {
                units = &[('H', 60 * MINUTE, false), ('M', MINUTE, false), ('S', 1, false)];
                (is_empty, in_time) = (true, true);
                continue;
            }
            let number = cursor.number()?;
            let has_point = cursor.0.starts_with('.');
            let fraction = cursor.fraction()?;
            let unit = cursor.0.chars().next()?;
            cursor.0 = cursor.0.get(unit.len_utf8()..)?;
            let at = units.iter().position(|(name, ..)| *name == unit)?;
            let (_, size, is_months) = *units.get(at)?;
            units = units.get(at + 1..)?;
            if has_point && unit != 'S' {
                return None;
            }
            let whole = if is_months {
                &mut found.months
            } else {
                &mut found.seconds
            };
            *whole += number * size;
            if unit == 'S' {
                found.fraction = fraction;
            }
            is_empty = false;
        }
        let is_zero = found.months == 0 && found.seconds == 0 && found.fraction.is_empty();
        found.is_negative &= !is_zero;
        (!is_empty).then_some(found)
    }

    /// Which is longer, where it is so from whatever day on.
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        let orders = [(1696, 9), (1697, 2), (1903, 3), (1903, 7)].map(|(year, month)| {
            let (left, right) = (self.seconds_from(year, month), other.seconds_from(year, month));
            left.cmp(&right).then_with(|| {
                if self.is_negative {
                    other.fraction.cmp(&self.fraction)
                } else {
                    self.fraction.cmp(&other.fraction)
                }
            })
        });
        let [first, rest @ ..] = orders;
        rest.iter().all(|order| *order == first).then_some(first)
    }

    fn seconds_from(&self, year: i64, month: i64) -> i64 {
        let sign = if self.is_negative { -1 } else { 1 };
        let months = year * 12 + month - 1 + sign * self.months;
        let end = days(months.div_euclid(12), months.rem_euclid(12) + 1, 1);
        (end - days(year, month, 1)) * DAY + sign * self.seconds
    }
}
