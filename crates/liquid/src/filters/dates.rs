//! The filter of dates, with .NET's formats.

use super::{Filter, Outcome, argument, row};
use crate::value::Value;
use expression::date::{self, DateTime, DateTimeKind};
use expression::runtime::Runtime;
use expression::value::Value as Dotnet;

pub(super) const ROWS: &[Filter] = &[row(
    "Date",
    "{{ '2024-05-06T07:08:09' | Date: 'dd.MM.yyyy HH:mm' }}",
    "06.05.2024 07:08",
    format,
)];

/// A date, or a text that is one, in a format; what is no date stays, and so does a text without a format.
fn format<'v>(runtime: &mut Runtime<'v>, input: Value<'v>, a: &[Value<'v>]) -> Outcome<'v> {
    if input.is_nil() {
        return Ok(Value::Nil);
    }
    let format = argument(a, 0).to_text(runtime)?;
    let is_general = format.trim().is_empty();
    let value = match &input {
        Value::Date(date) => Dotnet::DateTime(*date),
        Value::Other(value @ Dotnet::DateTimeOffset(..)) => value.clone(),
        other => {
            let text = other.to_text(runtime)?;
            let is_now = text.eq_ignore_ascii_case("now") || text.eq_ignore_ascii_case("today");
            let date = if is_now {
                DateTime::new(runtime.context().now(), DateTimeKind::Local)
            } else {
                date::parse(&text).filter(|_| !is_general)
            };
            match date {
                Some(date) => Dotnet::DateTime(date),
                None => return Ok(Value::Text(text)),
            }
        }
    };
    let format = if is_general { "" } else { format.as_str() };
    Ok(runtime.format(&value, format, "")?.map_or(input, Value::Text))
}
