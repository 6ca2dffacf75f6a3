//! `System.TimeZoneInfo`. The local zone is UTC, as it is in API Management.
//!
//! Ids are IANA's or Windows's. `StandardName` and `DaylightName` are Windows's where there is one; `DisplayName` is the
//! offset and the id, without Windows's list of cities.

mod windows;
mod zone;

use crate::collection::Array;
use crate::date::{DateTime, DateTimeKind, MAX_TICKS};
use crate::library::{Arguments, Class, ClassKind, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use zone::{Local, Zone};

/// A time zone.
pub static TIME_ZONE_INFO: Class = Class::new("System.TimeZoneInfo", ClassKind::Class)
    .rows(ROWS)
    .more(&[CONVERSIONS]);

const TICKS_PER_MINUTE: i64 = 600_000_000;

const ROWS: &[Row] = &[
    row(
        "static TimeZoneInfo Utc { get; }",
        "TimeZoneInfo.Utc.Id",
        "UTC",
        |_, _| Ok(Value::of(Zone::universal(DateTimeKind::Utc))),
    ),
    row(
        "static TimeZoneInfo Local { get; }",
        "TimeZoneInfo.Local.Id",
        "UTC",
        |_, _| Ok(Value::of(Zone::universal(DateTimeKind::Local))),
    ),
    row(
        "static TimeZoneInfo FindSystemTimeZoneById(string id)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("W. Europe Standard Time").BaseUtcOffset"#,
        "01:00:00",
        |_, a| Ok(Value::of(found(a, 0)?)),
    ),
    row(
        "static bool TryFindSystemTimeZoneById(string id, out TimeZoneInfo timeZoneInfo)",
        r#"TimeZoneInfo.TryFindSystemTimeZoneById("Nowhere/X", out var zone)"#,
        "False",
        |call, a| {
            let zone = a.text_or_null(0).and_then(|id| Zone::named(id));
            let is_known = zone.is_some();
            call.give_out(zone.map_or(Value::Null, Value::of));
            Ok(is_known.into())
        },
    ),
    row(
        "string Id { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo").Id"#,
        "Asia/Tokyo",
        |_, a| Ok(of(a, 0)?.id.clone().into()),
    ),
    row(
        "bool HasIanaId { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Tokyo Standard Time").HasIanaId"#,
        "False",
        |_, a| Ok(of(a, 0)?.is_iana().into()),
    ),
    row(
        "string DisplayName { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns").DisplayName"#,
        "(UTC-03:30) America/St_Johns",
        |call, a| Ok(display_name(of(a, 0)?, call.context.now()).into()),
    ),
    row(
        "string StandardName { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").StandardName"#,
        "W. Europe Standard Time",
        |_, a| Ok(of(a, 0)?.standard_name().into()),
    ),
    row(
        "string DaylightName { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin").DaylightName"#,
        "W. Europe Daylight Time",
        |_, a| {
            let zone = of(a, 0)?;
            Ok(zone.standard_name().replace("Standard", "Daylight").into())
        },
    ),
    row(
        "TimeSpan BaseUtcOffset { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").BaseUtcOffset"#,
        "-05:00:00",
        |call, a| Ok(Value::TimeSpan(of(a, 0)?.season(call.context.now()).standard)),
    ),
    row(
        "bool SupportsDaylightSavingTime { get; }",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").SupportsDaylightSavingTime"#,
        "True",
        |call, a| Ok(of(a, 0)?.changes(call.context.now()).into()),
    ),
    row(
        "TimeSpan GetUtcOffset(DateTime dateTime)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").GetUtcOffset(new DateTime(2024, 7, 1))"#,
        "-04:00:00",
        |_, a| {
            let (zone, date) = (of(a, 0)?, date(a, 1));
            let offset = match date.kind {
                DateTimeKind::Unspecified => standard_offset(zone, date.ticks),
                DateTimeKind::Utc | DateTimeKind::Local => zone.season(date.ticks).offset,
            };
            Ok(Value::TimeSpan(offset))
        },
    ),
    row(
        "TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo").GetUtcOffset(DateTimeOffset.UtcNow)"#,
        "09:00:00",
        |_, a| Ok(Value::TimeSpan(of(a, 0)?.season(moment(a, 1)).offset)),
    ),
    row(
        "bool IsDaylightSavingTime(DateTime dateTime)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("Europe/London").IsDaylightSavingTime(new DateTime(2024, 7, 1))"#,
        "True",
        |_, a| {
            let (zone, date) = (of(a, 0)?, date(a, 1));
            let utc = match (date.kind, zone.local(date.ticks)) {
                (DateTimeKind::Unspecified, Local::Once(offset)) => date.ticks - offset,
                (DateTimeKind::Unspecified, _) => return Ok(false.into()),
                _ => date.ticks,
            };
            Ok(is_daylight(zone, utc).into())
        },
    ),
    row(
        "bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)",
        "TimeZoneInfo.Utc.IsDaylightSavingTime(DateTimeOffset.UtcNow)",
        "False",
        |_, a| Ok(is_daylight(of(a, 0)?, moment(a, 1)).into()),
    ),
    row(
        "bool IsAmbiguousTime(DateTime dateTime)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").IsAmbiguousTime(new DateTime(2024, 11, 3, 1, 30, 0))"#,
        "True",
        |_, a| {
            let zone = of(a, 0)?;
            Ok(matches!(zone.local(shown(zone, date(a, 1))), Local::Twice(..)).into())
        },
    ),
    row(
        "bool IsInvalidTime(DateTime dateTime)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").IsInvalidTime(new DateTime(2024, 3, 10, 2, 30, 0))"#,
        "True",
        |_, a| {
            let (zone, date) = (of(a, 0)?, date(a, 1));
            let is_local = date.kind == DateTimeKind::Unspecified;
            Ok((is_local && matches!(zone.local(date.ticks), Local::Skipped(_))).into())
        },
    ),
    row(
        "TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)",
        r#"TimeZoneInfo.FindSystemTimeZoneById("America/New_York").GetAmbiguousTimeOffsets(new DateTime(2024, 11, 3, 1, 30, 0))[1]"#,
        "-04:00:00",
        |_, a| {
            let zone = of(a, 0)?;
            let Local::Twice(standard, daylight) = zone.local(shown(zone, date(a, 1))) else {
                return Err(Thrown::argument(
                    "The supplied DateTime is not in an ambiguous time range.",
                    "dateTime",
                ));
            };
            let offsets = [standard, daylight].map(Value::TimeSpan).to_vec();
            let element = named_type("TimeSpan", Vec::new()).unwrap_or(Type::OBJECT);
            Ok(Value::of(Array::new(element, offsets)))
        },
    ),
    row(
        "bool HasSameRules(TimeZoneInfo other)",
        "TimeZoneInfo.Utc.HasSameRules(TimeZoneInfo.Local)",
        "True",
        |_, a| Ok(of(a, 0)?.same_rules(zone(a, 1)?).into()),
    ),
    row(
        "string ToString()",
        "TimeZoneInfo.Utc.ToString()",
        "(UTC) Coordinated Universal Time",
        |call, a| Ok(display_name(of(a, 0)?, call.context.now()).into()),
    ),
];

const CONVERSIONS: &[Row] = &[
    row(
        "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
        r#"TimeZoneInfo.ConvertTimeFromUtc(new DateTime(2024, 7, 1, 12, 0, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))"#,
        "07/01/2024 14:00:00",
        |_, a| convert(date(a, 0), &Zone::universal(DateTimeKind::Utc), zone(a, 1)?),
    ),
    row(
        "static DateTime ConvertTimeToUtc(DateTime dateTime)",
        "TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024, 7, 1)).Kind",
        "Utc",
        |_, a| Ok(dated(date(a, 0).ticks, DateTimeKind::Utc)),
    ),
    row(
        "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)",
        r#"TimeZoneInfo.ConvertTimeToUtc(new DateTime(2024, 7, 1, 12, 0, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))"#,
        "07/01/2024 10:00:00",
        |_, a| convert(date(a, 0), zone(a, 1)?, &Zone::universal(DateTimeKind::Utc)),
    ),
    row(
        "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
        r#"TimeZoneInfo.ConvertTime(new DateTime(2024, 7, 1, 12, 0, 0), TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"))"#,
        "07/01/2024 21:00:00",
        |_, a| convert(date(a, 0), &zone_of_kind(date(a, 0)), zone(a, 1)?),
    ),
    row(
        "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, TimeZoneInfo destinationTimeZone)",
        r#"TimeZoneInfo.ConvertTime(new DateTime(2024, 7, 1, 12, 0, 0), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"), TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"))"#,
        "07/01/2024 19:00:00",
        |_, a| convert(date(a, 0), zone(a, 1)?, zone(a, 2)?),
    ),
    row(
        "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destinationTimeZone)",
        r#"TimeZoneInfo.ConvertTime(new DateTimeOffset(2024, 7, 1, 12, 0, 0, TimeSpan.Zero), TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"))"#,
        "07/01/2024 21:00:00 +09:00",
        |_, a| Ok(moved(moment(a, 0), zone(a, 1)?)),
    ),
    row(
        "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string destinationTimeZoneId)",
        r#"TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTime(2024, 7, 1, 12, 0, 0), "Tokyo Standard Time")"#,
        "07/01/2024 21:00:00",
        |_, a| convert(date(a, 0), &zone_of_kind(date(a, 0)), &found(a, 1)?),
    ),
    row(
        "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, string destinationTimeZoneId)",
        r#"TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTime(2024, 7, 1, 12, 0, 0), "Europe/Berlin", "Asia/Tokyo")"#,
        "07/01/2024 19:00:00",
        |_, a| convert(date(a, 0), &found(a, 1)?, &found(a, 2)?),
    ),
    row(
        "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, string destinationTimeZoneId)",
        r#"TimeZoneInfo.ConvertTimeBySystemTimeZoneId(new DateTimeOffset(2024, 7, 1, 12, 0, 0, TimeSpan.Zero), "Asia/Tokyo").Offset"#,
        "09:00:00",
        |_, a| Ok(moved(moment(a, 0), &found(a, 1)?)),
    ),
];

impl Object for Zone {
    fn type_name(&self) -> String {
        TIME_ZONE_INFO.name.to_owned()
    }
    fn display(&self) -> String {
        // The offset in the name is that of standard time, which is hardly ever changed: a moment of this century does.
        display_name(self, 639_029_198_450_000_000)
    }
    fn equals(&self, other: &Value) -> bool {
        other
            .object::<Self>()
            .is_some_and(|other| self.id.eq_ignore_ascii_case(&other.id) && self.same_rules(other))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, index: usize) -> Result<&Zone, Thrown> {
    a.value(index).object().ok_or_else(Thrown::null_reference)
}

fn zone(a: Arguments<'_>, index: usize) -> Result<&Zone, Thrown> {
    a.required(index)?.object().ok_or_else(Thrown::null_reference)
}

fn found(a: Arguments<'_>, index: usize) -> Result<Zone, Thrown> {
    let id = a.text_or_null(index).ok_or_else(|| Thrown::argument_null("id"))?;
    Zone::named(id).ok_or_else(|| {
        Thrown::new(
            "System.TimeZoneNotFoundException",
            format!("The time zone ID '{id}' was not found on the local computer."),
        )
    })
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

/// The ticks of UTC of the `DateTimeOffset` at `index`.
fn moment(a: Arguments<'_>, index: usize) -> i64 {
    if let Value::DateTimeOffset(local, minutes) = a.value(index) {
        local.ticks - i64::from(*minutes) * TICKS_PER_MINUTE
    } else {
        0
    }
}

fn dated(ticks: i64, kind: DateTimeKind) -> Value {
    Value::DateTime(DateTime { ticks, kind })
}

/// The zone that a date's ticks are relative to when none is named.
fn zone_of_kind(date: DateTime) -> Zone {
    Zone::universal(match date.kind {
        DateTimeKind::Utc => DateTimeKind::Utc,
        DateTimeKind::Local | DateTimeKind::Unspecified => DateTimeKind::Local,
    })
}

fn is_daylight(zone: &Zone, utc: i64) -> bool {
    let season = zone.season(utc);
    season.offset != season.standard
}

/// The offset of a local time; standard time's where clocks change.
fn standard_offset(zone: &Zone, local: i64) -> i64 {
    match zone.local(local) {
        Local::Once(offset) | Local::Skipped(offset) | Local::Twice(offset, _) => offset,
    }
}

/// What the zone's clocks show at a date.
fn shown(zone: &Zone, date: DateTime) -> i64 {
    match date.kind {
        DateTimeKind::Unspecified => date.ticks,
        DateTimeKind::Utc | DateTimeKind::Local => (date.ticks + zone.season(date.ticks).offset).clamp(0, MAX_TICKS),
    }
}

fn convert(date: DateTime, source: &Zone, destination: &Zone) -> Outcome {
    if date.kind != DateTimeKind::Unspecified && date.kind != source.kind {
        return Err(Thrown::argument(
            "The conversion could not be completed because the supplied DateTime did not have the Kind property set correctly. For example, when the Kind property is DateTimeKind.Local, the source time zone must be TimeZoneInfo.Local.",
            "sourceTimeZone",
        ));
    }
    let offset = match source.local(date.ticks) {
        Local::Once(offset) | Local::Twice(offset, _) => offset,
        Local::Skipped(_) => {
            return Err(Thrown::argument(
                "The supplied DateTime represents an invalid time. For example, when the clock is adjusted forward, any time in the period that is skipped is invalid.",
                "dateTime",
            ));
        }
    };
    let utc = (date.ticks - offset).clamp(0, MAX_TICKS);
    let local = utc + destination.season(utc).offset;
    Ok(dated(local.clamp(0, MAX_TICKS), destination.kind))
}

/// A moment as the zone's clocks show it; one that they cannot show is .NET's first or last.
fn moved(utc: i64, destination: &Zone) -> Value {
    let offset = destination.season(utc).offset;
    let ticks = utc + offset;
    let (ticks, offset) = if (0..=MAX_TICKS).contains(&ticks) {
        (ticks, offset)
    } else {
        (ticks.clamp(0, MAX_TICKS), 0)
    };
    let local = DateTime {
        ticks,
        kind: DateTimeKind::Unspecified,
    };
    Value::DateTimeOffset(local, (offset / TICKS_PER_MINUTE) as i32)
}

fn display_name(zone: &Zone, now: i64) -> String {
    if zone.id == "UTC" {
        return "(UTC) Coordinated Universal Time".to_owned();
    }
    let minutes = zone.season(now).standard / TICKS_PER_MINUTE;
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.abs();
    format!("(UTC{sign}{:02}:{:02}) {}", minutes / 60, minutes % 60, zone.id)
}
