//! .NET's format strings.

mod composite;
mod custom_number;
mod date;
mod digits;
mod number;
mod time_span;

pub use composite::{format_composite, format_composite_in};
pub use date::pattern as date_pattern;

use super::culture::Culture;
use crate::thrown::Thrown;
use crate::value::{Value, enumeration_text};

/// `FormatException` of a format that does not apply.
fn invalid() -> Thrown {
    Thrown::new("System.FormatException", "Format specifier was invalid.")
}

/// A value in a format of the invariant culture; what has no formats ignores it.
///
/// # Errors
/// `FormatException` for a malformed format.
pub fn format_value(value: &Value, format: &str) -> Result<String, Thrown> {
    format_in(value, format, Culture::Invariant)
}

/// A date, or one with an offset in minutes, in a format of the invariant culture.
///
/// # Errors
/// `FormatException` for a malformed format.
pub fn format_date(date: crate::date::DateTime, offset: Option<i32>, format: &str) -> Result<String, Thrown> {
    date::format(date, offset, format, Culture::Invariant)
}

/// A value in a format of a culture.
///
/// # Errors
/// `FormatException` for a malformed format.
pub fn format_in(value: &Value, format: &str, culture: Culture) -> Result<String, Thrown> {
    let is_general = format.is_empty();
    match value {
        Value::DateTime(date) if !is_general || culture != Culture::Invariant => {
            date::format(*date, None, if is_general { "G" } else { format }, culture)
        }
        Value::DateTimeOffset(local, offset) if !is_general || culture != Culture::Invariant => {
            date::format(*local, Some(*offset), format, culture)
        }
        other if is_general => Ok(other.display_string().to_string()),
        Value::TimeSpan(ticks) => time_span::format(*ticks, format),
        Value::Guid(guid) => guid_format(*guid, format),
        Value::Enum(class, number) => match format {
            "g" | "G" => Ok(value.display_string().to_string()),
            "f" | "F" => Ok(enumeration_text(class.0, *number, true)),
            "d" | "D" => Ok(number.to_string()),
            "x" | "X" => Ok(format!("{number:08X}")),
            _ => Err(Thrown::new(
                "System.FormatException",
                "Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".",
            )),
        },
        Value::Json(token) => match token.scalar() {
            Some(scalar) => format_in(&super::scalar_value(&scalar), format, culture),
            None => Ok(value.display_string().to_string()),
        },
        other
            if other
                .simple()
                .is_some_and(|simple| simple.is_numeric() && !matches!(other, Value::Char(_))) =>
        {
            number::format(other, format, culture)
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
        "X" | "x" => {
            let tail: Vec<String> = (guid as u64)
                .to_be_bytes()
                .iter()
                .map(|byte| format!("0x{byte:02x}"))
                .collect();
            Ok(format!(
                "{{0x{:08x},0x{:04x},0x{:04x},{{{}}}}}",
                guid >> 96,
                (guid >> 80) & 0xffff,
                (guid >> 64) & 0xffff,
                tail.join(",")
            ))
        }
        _ => Err(Thrown::new(
            "System.FormatException",
            "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".",
        )),
    }
}
