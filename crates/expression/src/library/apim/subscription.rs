//! `ISubscription`

use crate::context::Subscription;
use crate::date::{DateTime, DateTimeKind};
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// `ISubscription`
pub static SUBSCRIPTION: Class = Class::new("ISubscription", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row("string Id { get; }", "context.Subscription.Id", "sub", |_, a| {
        ask(a, |subscription| subscription.id.clone().into())
    }),
    row(
        "string Name { get; }",
        "context.Subscription.Name",
        "Subscription",
        |_, a| ask(a, |subscription| subscription.name.clone().into()),
    ),
    row("string Key { get; }", "context.Subscription.Key", "k1", |call, _| {
        Ok(call.context.subscription_key().cloned().unwrap_or_default().into())
    }),
    row(
        "string PrimaryKey { get; }",
        "context.Subscription.PrimaryKey",
        "k1",
        |_, a| ask(a, |subscription| subscription.primary_key.clone().into()),
    ),
    row(
        "string SecondaryKey { get; }",
        "context.Subscription.SecondaryKey",
        "k2",
        |_, a| ask(a, |subscription| subscription.secondary_key.clone().into()),
    ),
    row(
        "DateTime CreatedDate { get; }",
        "context.Subscription.CreatedDate.Year",
        "1",
        |_, a| ask(a, |subscription| date(subscription.created_date)),
    ),
    row(
        "DateTime? StartDate { get; }",
        "context.Subscription.StartDate == null",
        "True",
        |_, a| ask(a, |subscription| subscription.start_date.map_or(Value::Null, date)),
    ),
    row(
        "DateTime? EndDate { get; }",
        "context.Subscription.EndDate == null",
        "True",
        |_, a| ask(a, |subscription| subscription.end_date.map_or(Value::Null, date)),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Subscription) -> Value) -> Outcome {
    a.value(0)
        .object::<Subscription>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Subscription {
    fn type_name(&self) -> String {
        "ISubscription".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A date of so many ticks, in UTC.
pub fn date(ticks: i64) -> Value {
    Value::DateTime(DateTime {
        ticks,
        kind: DateTimeKind::Utc,
    })
}
