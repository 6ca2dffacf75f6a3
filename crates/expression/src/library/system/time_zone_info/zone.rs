//! A time zone's rules, in .NET's terms: ticks, offsets of whole minutes, daylight saving as what is ahead of standard time.
//!
//! The rules are those of the IANA database that the program carries; this machine's are not asked.

use super::windows;
use crate::date::{DateTimeKind, MAX_TICKS, TICKS_PER_SECOND, UNIX_EPOCH_TICKS};
use crate::text::Text;
use jiff::Timestamp;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase, TimeZoneTransition};
use std::sync::LazyLock;

const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;

/// A year and a bit: how far back the other half of a year's clock changes is.
const A_YEAR: i64 = 400 * 86_400;

/// A time zone.
#[derive(Debug)]
pub struct Zone {
    /// `Id`
    pub id: Text,
    /// The kind of the dates that its conversions give.
    pub kind: DateTimeKind,
    rules: TimeZone,
}

/// What a clock shows at a moment.
pub struct Season {
    /// Ticks ahead of UTC.
    pub offset: i64,
    /// Ticks ahead of UTC without daylight saving.
    pub standard: i64,
}

/// What a local time means.
pub enum Local {
    /// One moment; ticks ahead of UTC.
    Once(i64),
    /// Clocks were set forward over it; the offset before.
    Skipped(i64),
    /// Clocks were set back over it; standard and daylight offset.
    Twice(i64, i64),
}

impl Zone {
    /// UTC, or the local zone, which is UTC too.
    pub fn universal(kind: DateTimeKind) -> Self {
        Self {
            id: "UTC".into(),
            kind,
            rules: TimeZone::UTC,
        }
    }

    /// The zone of an IANA or Windows id.
    pub fn named(id: &str) -> Option<Self> {
        static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);
        if id.eq_ignore_ascii_case("UTC") {
            return Some(Self::universal(DateTimeKind::Utc));
        }
        let (own, iana) = windows::iana(id).map_or((None, id), |(own, iana)| (Some(own), iana));
        let rules = DATABASE.get(iana).ok()?;
        let id = own.or_else(|| rules.iana_name()).unwrap_or(id).into();
        Some(Self {
            id,
            kind: DateTimeKind::Unspecified,
            rules,
        })
    }

    /// Whether it is known by its IANA id.
    pub fn is_iana(&self) -> bool {
        windows::iana(&self.id).is_none()
    }

    /// Windows's name of it, or its id.
    pub fn standard_name(&self) -> &str {
        if self.id == "UTC" {
            return "Coordinated Universal Time";
        }
        windows::windows(&self.id).unwrap_or(&self.id)
    }

    /// The clock at a moment, in ticks of UTC.
    pub fn season(&self, utc: i64) -> Season {
        let moment = timestamp(utc);
        let here = self.rules.to_offset_info(moment);
        let offset = ticks(here.offset());
        let other = self
            .rules
            .preceding(moment)
            .take(8)
            .find(|change| change.dst() != here.dst());
        let standard = match other {
            // Some zones (Europe/Dublin) have their standard time in summer and a "daylight saving" that is behind it.
            Some(other) if here.dst().is_dst() || recent(&other, moment) => offset.min(ticks(other.offset())),
            _ => offset,
        };
        Season { offset, standard }
    }

    /// What a local time means.
    pub fn local(&self, local: i64) -> Local {
        let civil = Offset::UTC.to_datetime(timestamp(local));
        match self.rules.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Local::Once(ticks(offset)),
            AmbiguousOffset::Gap { before, .. } => Local::Skipped(ticks(before)),
            AmbiguousOffset::Fold { before, after } => Local::Twice(ticks(after), ticks(before)),
        }
    }

    /// Whether clocks change within a year of a moment, in ticks of UTC.
    pub fn changes(&self, utc: i64) -> bool {
        let half_a_year = 183 * 86_400 * TICKS_PER_SECOND;
        let season = |at: i64| {
            let season = self.season(at.clamp(0, MAX_TICKS));
            season.offset != season.standard
        };
        season(utc) || season(utc - half_a_year) || season(utc + half_a_year)
    }

    /// Whether two zones have the same rules.
    pub fn same_rules(&self, other: &Self) -> bool {
        self.rules == other.rules
    }
}

/// Whether a change is no more than a year and a bit before a moment.
fn recent(change: &TimeZoneTransition<'_>, moment: Timestamp) -> bool {
    moment.as_second() - change.timestamp().as_second() < A_YEAR
}

fn timestamp(utc: i64) -> Timestamp {
    let since = utc - UNIX_EPOCH_TICKS;
    let fraction = since.rem_euclid(TICKS_PER_SECOND) as i32 * 100;
    // The last days of the year 9999 are beyond the database's range; the rules are the same the day before.
    Timestamp::new(since.div_euclid(TICKS_PER_SECOND), fraction).unwrap_or(Timestamp::MAX)
}

/// Whole minutes, as .NET has them: local mean times of former centuries lose their seconds.
fn ticks(offset: Offset) -> i64 {
    i64::from(offset.seconds() / 60) * TICKS_PER_MINUTE
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Offset and standard offset in minutes, in January and July 2024.
    fn seasons(id: &str) -> [(i64, i64); 2] {
        let zone = Zone::named(id).unwrap();
        // 2024-01-15 and 2024-07-15
        [638_408_736_000_000_000, 638_565_984_000_000_000].map(|ticks| {
            let season = zone.season(ticks);
            (season.offset / TICKS_PER_MINUTE, season.standard / TICKS_PER_MINUTE)
        })
    }

    #[test]
    fn summer_is_ahead_of_standard_time() {
        assert_eq!(seasons("Europe/Berlin"), [(60, 60), (120, 60)]);
        assert_eq!(seasons("W. Europe Standard Time"), [(60, 60), (120, 60)]);
        assert_eq!(seasons("Europe/Dublin"), [(0, 0), (60, 0)]);
        assert_eq!(seasons("Australia/Lord_Howe"), [(660, 630), (630, 630)]);
        assert_eq!(seasons("Asia/Kolkata"), [(330, 330), (330, 330)]);
        assert_eq!(seasons("Europe/Moscow"), [(180, 180), (180, 180)]);
    }

    #[test]
    fn any_number_of_ticks_has_an_offset() {
        for id in ["America/New_York", "Europe/Dublin", "Asia/Tokyo", "UTC"] {
            let zone = Zone::named(id).unwrap();
            for ticks in [0, MAX_TICKS / 2, MAX_TICKS] {
                zone.season(ticks);
                zone.local(ticks);
                zone.changes(ticks);
            }
        }
    }

    #[test]
    fn unknown_ids_are_none() {
        for id in ["", "Nowhere/X", "../etc/passwd", "Standard Time", "\0"] {
            assert!(Zone::named(id).is_none(), "{id:?}");
        }
    }
}
