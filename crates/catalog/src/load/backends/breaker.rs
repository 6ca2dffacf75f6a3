//! A backend's circuit breaker rule.

use crate::codes;
use crate::fields::Fields;
use crate::{CircuitBreaker, Threshold};
use jiff::SpanRelativeTo;
use std::time::Duration;

/// The first rule of `circuitBreaker`; Azure itself allows no more than one.
pub(crate) fn read(backend: Fields<'_>) -> Option<CircuitBreaker> {
    let rules = backend.object("circuitBreaker")?.objects("rules");
    if let Some(second) = rules.get(1) {
        second.warn(
            codes::MORE_BREAKER_RULES,
            second.head(),
            "only the first rule of a circuit breaker is used",
        );
    }
    let rule = rules.first()?;
    let Some(condition) = rule.object("failureCondition") else {
        rule.report(
            codes::MISSING_PROPERTY,
            rule.head(),
            "required property `failureCondition` is missing",
        );
        return None;
    };
    let (threshold, interval) = (threshold(condition), duration(condition, "interval"));
    let ranges = condition.objects("statusCodeRanges").into_iter();
    let status_ranges = ranges.filter_map(range).collect();
    let reasons = condition.strings("errorReasons").into_iter();
    let error_reasons = reasons.map(|reason| reason.value.to_owned()).collect();
    let (trip_duration, accept_retry_after) = (duration(*rule, "tripDuration"), rule.boolean("acceptRetryAfter"));
    Some(CircuitBreaker {
        threshold: threshold?,
        interval: interval?,
        status_ranges,
        error_reasons,
        trip_duration: trip_duration?,
        accept_retry_after: accept_retry_after.unwrap_or(false),
    })
}

fn threshold(condition: Fields<'_>) -> Option<Threshold> {
    if condition.get("count").is_none() && condition.get("percentage").is_some() {
        return condition.number("percentage").map(Threshold::Percentage);
    }
    if condition.get("count").is_none() {
        condition.report(
            codes::MISSING_PROPERTY,
            condition.head(),
            "required property `count` is missing",
        );
    }
    condition.number("count").map(Threshold::Count)
}

fn range(range: Fields<'_>) -> Option<(u16, u16)> {
    let bound = |key: &str| range.number(key).and_then(|status| u16::try_from(status).ok());
    match (bound("min"), bound("max")) {
        (Some(min), Some(max)) if min <= max => Some((min, max)),
        _ => {
            range.report(
                codes::BAD_VALUE,
                range.head(),
                "a range of status codes needs a `min` and a `max` not below it",
            );
            None
        }
    }
}

/// A duration as ISO 8601 writes it.
fn duration(fields: Fields<'_>, key: &str) -> Option<Duration> {
    let written = fields.required(key)?;
    let parsed = written.value.parse::<jiff::Span>().ok();
    let exact = parsed.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
    let duration = exact.and_then(|duration| Duration::try_from(duration).ok());
    if duration.is_none() {
        let message = format!(
            "`{key}` must be a duration such as `PT1M` or `P1D`, found \"{}\"",
            written.value
        );
        fields.report(codes::BAD_VALUE, written.span, message);
    }
    duration
}
