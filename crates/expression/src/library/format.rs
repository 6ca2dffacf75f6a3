//! .NET's format strings in the invariant culture.

mod composite;
mod custom_number;
mod date;
mod number;
mod time_span;

pub use composite::format_composite;

use crate::thrown::Thrown;
use crate::value::Value;

/// `FormatException` of a format that does not apply.
fn invalid() -> Thrown {
    Thrown::new("System.FormatException", "Format specifier was invalid.")
}

/// A value in a format; what has no formats ignores it.
///
/// # Errors
/// `FormatException` for a malformed format.
pub fn format_value(value: &Value, format: &str) -> Result<String, Thrown> {
    if format.is_empty() {
        return Ok(value.display_string().to_string());
    }
    match value {
        Value::DateTime(date) => date::format(*date, None, format),
        Value::DateTimeOffset(local, offset) => date::format(*local, Some(*offset), format),
        Value::TimeSpan(ticks) => time_span::format(*ticks, format),
        Value::Guid(guid) => guid_format(*guid, format),
        Value::Enum(_, number) if format.eq_ignore_ascii_case("d") => Ok(number.to_string()),
        Value::Enum(_, number) if format.eq_ignore_ascii_case("x") => Ok(format!("{number:08X}")),
        Value::Json(token) => match token.scalar() {
            Some(scalar) => format_value(&super::scalar_value(&scalar), format),
            None => Ok(value.display_string().to_string()),
        },
        other
            if other
                .simple()
                .is_some_and(|simple| simple.is_numeric() && !matches!(other, Value::Char(_))) =>
        {
            number::format(other, format)
        }
        other => Ok(other.display_string().to_string()),
    }
}

fn guid_format(guid: u128, format: &str) -> Result<String, Thrown> {
    let dashed = crate::json::format_guid(guid);
    match format {
        "D" | "d" => Ok(dashed),
        "N" | "n" => Ok(dashed.replace('-', "")),
        "B" | "b" => Ok(format!("{{{dashed}}}")),
        "P" | "p" => Ok(format!("({dashed})")),
        _ => Err(Thrown::new(
            "System.FormatException",
            "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".",
        )),
    }
}
