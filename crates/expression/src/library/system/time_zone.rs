//! `System.TimeZone`: what there was before `TimeZoneInfo`. It knows the local zone alone, which is UTC.

use crate::date::{DateTime, DateTimeKind};
use crate::library::{Arguments, Class, ClassKind, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// The local time zone.
pub static TIME_ZONE: Class = Class::new("System.TimeZone", ClassKind::Class).rows(&[
    row(
        "static TimeZone CurrentTimeZone { get; }",
        "TimeZone.CurrentTimeZone",
        "System.CurrentSystemTimeZone",
        |_, _| Ok(Value::of(Current)),
    ),
    row(
        "string StandardName { get; }",
        "TimeZone.CurrentTimeZone.StandardName",
        NAME,
        named,
    ),
    row(
        "string DaylightName { get; }",
        "TimeZone.CurrentTimeZone.DaylightName",
        NAME,
        named,
    ),
    row(
        "TimeSpan GetUtcOffset(DateTime time)",
        "TimeZone.CurrentTimeZone.GetUtcOffset(DateTime.Now)",
        "00:00:00",
        |_, a| here(a).map(|()| Value::TimeSpan(0)),
    ),
    row(
        "bool IsDaylightSavingTime(DateTime time)",
        "TimeZone.CurrentTimeZone.IsDaylightSavingTime(DateTime.Now)",
        "False",
        |_, a| here(a).map(|()| false.into()),
    ),
    row(
        "DateTime ToLocalTime(DateTime time)",
        "TimeZone.CurrentTimeZone.ToLocalTime(DateTime.UtcNow).Kind",
        "Local",
        |_, a| moved(a, DateTimeKind::Local),
    ),
    row(
        "DateTime ToUniversalTime(DateTime time)",
        "TimeZone.CurrentTimeZone.ToUniversalTime(DateTime.Now).Kind",
        "Utc",
        |_, a| moved(a, DateTimeKind::Utc),
    ),
]);

const NAME: &str = "Coordinated Universal Time";

#[derive(Debug)]
struct Current;

impl Object for Current {
    fn type_name(&self) -> String {
        "System.CurrentSystemTimeZone".to_owned()
    }
    fn display(&self) -> String {
        self.type_name()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn here(a: Arguments<'_>) -> Result<(), Thrown> {
    a.value(0)
        .object::<Current>()
        .map(|_| ())
        .ok_or_else(Thrown::null_reference)
}

fn named(_: &mut crate::library::Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    here(a).map(|()| NAME.into())
}

/// The same ticks: both clocks show the same.
fn moved(a: Arguments<'_>, kind: DateTimeKind) -> Outcome {
    here(a)?;
    Ok(match a.value(1) {
        Value::DateTime(date) => Value::DateTime(DateTime {
            ticks: date.ticks,
            kind,
        }),
        other => other.clone(),
    })
}
