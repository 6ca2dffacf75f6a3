//! Dates and times as text, and what the types keep of them.
//!
//! Never here: bytes.

use super::types::{DAYS_TO_1900, Moment, TICKS_PER_DAY, TICKS_PER_MINUTE, TICKS_PER_SECOND, Type};

/// Days before each month in a year that is no leap year.
const BEFORE: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_before(year: i32) -> i32 {
    let past = year - 1;
    past * 365 + past / 4 - past / 100 + past / 400
}

fn days_before_month(year: i32, month: usize) -> Option<i32> {
    let leap = i32::from(month > 2 && is_leap(year));
    Some(BEFORE.get(month.checked_sub(1)?)? + leap)
}

/// Days from 0001-01-01 to a date, if there is such a date.
pub fn day(year: i32, month: usize, day: i32) -> Option<i32> {
    let start = days_before_month(year, month)?;
    let length = days_before_month(year, month + 1).unwrap_or(365 + i32::from(is_leap(year))) - start;
    ((1..=9999).contains(&year) && (1..=length).contains(&day)).then(|| days_before(year) + start + day - 1)
}

fn date(day: i32) -> (i32, usize, i32) {
    // The guess is a year early or late at most.
    let guess = (i64::from(day) * 400 / 146_097) as i32 + 1;
    let year = if days_before(guess + 1) <= day {
        guess + 1
    } else {
        guess
    };
    let year = if days_before(year) > day { year - 1 } else { year };
    let within = day - days_before(year);
    let month = (1..=12)
        .rev()
        .find(|month| days_before_month(year, *month).is_some_and(|start| start <= within))
        .unwrap_or(1);
    (year, month, within - days_before_month(year, month).unwrap_or(0) + 1)
}

/// Reads `2024-02-29`, `12:30:00.5`, both with a blank or `T` between them, and `Z` or `+02:00` behind a time.
pub fn parse(text: &str) -> Option<Moment> {
    let text = text.trim();
    let mut moment = Moment {
        day: DAYS_TO_1900,
        ticks: 0,
        offset: 0,
    };
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (Some(date), Some(time)),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    if let Some(date) = date {
        let parts: Vec<&str> = date.split('-').collect();
        let &[year, month, of_month] = parts.first_chunk().filter(|_| parts.len() == 3)?;
        moment.day = day(number(year)? as i32, number(month)? as usize, number(of_month)? as i32)?;
    }
    if let Some(time) = time {
        let (time, offset) = match time.find(['Z', '+', '-']) {
            Some(place) => time.split_at(place),
            None => (time, ""),
        };
        moment.ticks = ticks(time.trim())?;
        moment.offset = match offset.strip_prefix(['+', '-']) {
            Some(minutes) => {
                let (hours, minutes) = minutes.split_once(':')?;
                let minutes = number(hours)? * 60 + number(minutes)?;
                let sign = if offset.starts_with('-') { -1 } else { 1 };
                (minutes <= 840).then_some(sign * minutes as i16)?
            }
            None => 0,
        };
    }
    Some(moment)
}

fn number(digits: &str) -> Option<i64> {
    let only_digits = !digits.is_empty() && digits.len() <= 7 && digits.bytes().all(|byte| byte.is_ascii_digit());
    only_digits.then(|| digits.parse().ok()).flatten()
}

fn ticks(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hours, minutes) = (number(parts.next()?)?, number(parts.next()?)?);
    let (seconds, fraction) = parts
        .next()
        .map_or(("0", ""), |last| last.split_once('.').unwrap_or((last, "")));
    let seconds = number(seconds)?;
    if parts.next().is_some() || hours > 23 || minutes > 59 || seconds > 59 || fraction.len() > 7 {
        return None;
    }
    let fraction = number(&format!("{fraction:0<7}"))?;
    Some((hours * 60 + minutes) * TICKS_PER_MINUTE + seconds * TICKS_PER_SECOND + fraction)
}

/// What a type keeps of a moment.
pub fn fit(moment: Moment, of: Type) -> Moment {
    let unit = match of {
        Type::Time(scale) | Type::DateTime2(scale) | Type::DateTimeOffset(scale) => {
            10_i64.pow(7 - u32::from(scale.min(7)))
        }
        Type::SmallDateTime => TICKS_PER_MINUTE,
        _ => 1,
    };
    let ticks = (moment.ticks + unit / 2) / unit * unit;
    let (day, ticks) = match of {
        Type::Date => (moment.day, 0),
        Type::Time(_) => (DAYS_TO_1900, ticks % TICKS_PER_DAY),
        _ => (moment.day + (ticks / TICKS_PER_DAY) as i32, ticks % TICKS_PER_DAY),
    };
    let offset = if matches!(of, Type::DateTimeOffset(_)) {
        moment.offset
    } else {
        0
    };
    Moment { day, ticks, offset }
}

/// A moment as SQL writes it.
pub fn text(moment: Moment, of: Type) -> String {
    let (year, month, day) = date(moment.day);
    let date = format!("{year:04}-{month:02}-{day:02}");
    let seconds = moment.ticks / TICKS_PER_SECOND;
    let mut time = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let scale = match of {
        Type::Time(scale) | Type::DateTime2(scale) | Type::DateTimeOffset(scale) => usize::from(scale),
        Type::DateTime => 3,
        _ => 0,
    };
    let fraction = format!("{:07}", moment.ticks % TICKS_PER_SECOND);
    if let Some(digits) = fraction.get(..scale).filter(|digits| !digits.is_empty()) {
        time = format!("{time}.{digits}");
    }
    match of {
        Type::Date => date,
        Type::Time(_) => time,
        Type::DateTimeOffset(_) => {
            let (sign, minutes) = if moment.offset < 0 {
                ('-', -moment.offset)
            } else {
                ('+', moment.offset)
            };
            format!("{date} {time} {sign}{:02}:{:02}", minutes / 60, minutes % 60)
        }
        _ => format!("{date} {time}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_has_its_date() {
        for number in (0..3_652_059)
            .step_by(13)
            .chain([0, 58, 59, 365, 693_595, 738_944, 3_652_058])
        {
            let (year, month, of_month) = date(number);
            assert_eq!(day(year, month, of_month), Some(number), "{year}-{month}-{of_month}");
        }
        assert_eq!(day(1900, 1, 1), Some(DAYS_TO_1900));
        assert_eq!(day(2023, 2, 29), None);
        assert_eq!(day(2024, 12, 32), None);
    }

    #[test]
    fn texts_come_back() {
        for (text, of, expected) in [
            ("2024-02-29", Type::Date, "2024-02-29"),
            ("23:59:59.9999999", Type::Time(7), "23:59:59.9999999"),
            (
                "2024-02-29T23:59:59.9999999",
                Type::DateTime2(3),
                "2024-03-01 00:00:00.000",
            ),
            (
                "2024-02-29 12:30:15.25-05:30",
                Type::DateTimeOffset(2),
                "2024-02-29 12:30:15.25 -05:30",
            ),
            ("2024-02-29 12:30:31", Type::SmallDateTime, "2024-02-29 12:31:00"),
        ] {
            assert_eq!(super::text(fit(parse(text).unwrap(), of), of), expected, "{text}");
        }
        for text in ["", "2024-13-01", "24:00", "tomorrow", "2024-02-29 12:30+15:00"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
