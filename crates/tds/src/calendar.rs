//! Dates and times as SQL Server sends them, as the texts that .NET's JSON has of them.

use std::fmt::Write as _;

/// Days from 0001-01-01 to 1900-01-01, from which the old types count.
pub(crate) const TO_1900: i64 = 693_595;

/// A date by the days since 0001-01-01: `2024-05-01`; none where it is beyond year 9999.
fn date(days: i64) -> Option<(i64, i64, i64)> {
    if !(0..=3_652_058).contains(&days) {
        return None;
    }
    // By the civil calendar's eras of 400 years that begin in March, so that leap days come last.
    let shifted = days + 306;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    Some((era * 400 + year + i64::from(month <= 2), month, day))
}

/// A date and a time in units of 100 ns since midnight: `2024-05-01T10:00:00.5`.
pub(crate) fn date_time(days: i64, time: i64) -> Option<String> {
    let (year, month, day) = date(days)?;
    let mut text = format!("{year:04}-{month:02}-{day:02}T{}", clock(time)?);
    let fraction = time % 10_000_000;
    if fraction != 0 {
        let digits = format!("{fraction:07}");
        let _ = write!(text, ".{}", digits.trim_end_matches('0'));
    }
    Some(text)
}

/// The same with its distance from UTC in minutes; days and time are those in UTC.
pub(crate) fn date_time_offset(days: i64, time: i64, offset: i16) -> Option<String> {
    const DAY: i64 = 864_000_000_000;
    let local = time + i64::from(offset) * 600_000_000;
    let text = date_time(days + local.div_euclid(DAY), local.rem_euclid(DAY))?;
    let (sign, minutes) = (if offset < 0 { '-' } else { '+' }, offset.unsigned_abs());
    Some(format!("{text}{sign}{:02}:{:02}", minutes / 60, minutes % 60))
}

/// A time of day as .NET's `TimeSpan` has it: `10:00:00`, `10:00:00.5000000`.
pub(crate) fn time(time: i64) -> Option<String> {
    let text = clock(time)?;
    let fraction = time % 10_000_000;
    Some(if fraction == 0 {
        text
    } else {
        format!("{text}.{fraction:07}")
    })
}

fn clock(time: i64) -> Option<String> {
    let seconds = time / 10_000_000;
    (0..86_400)
        .contains(&seconds)
        .then(|| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates() {
        for (days, expected) in [
            (0, "0001-01-01T00:00:00"),
            (TO_1900, "1900-01-01T00:00:00"),
            (738_275, "2022-05-01T00:00:00"),
            (730_178, "2000-02-29T00:00:00"),
            (3_652_058, "9999-12-31T00:00:00"),
        ] {
            assert_eq!(date_time(days, 0).as_deref(), Some(expected));
        }
        assert_eq!(
            (date_time(-1, 0), date_time(3_652_059, 0), date_time(0, 864_000_000_000)),
            (None, None, None)
        );
    }

    #[test]
    fn fractions_are_as_in_net() {
        let half_past = 378_005_000_000;
        assert_eq!(date_time(730_178, half_past).unwrap(), "2000-02-29T10:30:00.5");
        assert_eq!(time(half_past).unwrap(), "10:30:00.5000000");
        assert_eq!(time(0).unwrap(), "00:00:00");
        assert_eq!(
            date_time_offset(730_178, half_past, -90).unwrap(),
            "2000-02-29T09:00:00.5-01:30"
        );
        assert_eq!(date_time_offset(730_178, 0, -60).unwrap(), "2000-02-28T23:00:00-01:00");
        assert_eq!(date_time_offset(0, 0, -60), None);
    }
}
