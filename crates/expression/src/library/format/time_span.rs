//! `TimeSpan` formats.

use super::invalid;
use crate::date::{TICKS_PER_DAY, TICKS_PER_SECOND, format_time_span};
use crate::thrown::Thrown;
use std::fmt::Write;

/// Ticks in a format.
///
/// # Errors
/// `FormatException`
pub fn format(ticks: i64, format: &str) -> Result<String, Thrown> {
    let magnitude = i64::try_from(ticks.unsigned_abs()).unwrap_or(i64::MAX);
    let (days, seconds, fraction) = (
        magnitude / TICKS_PER_DAY,
        magnitude % TICKS_PER_DAY / TICKS_PER_SECOND,
        magnitude % TICKS_PER_SECOND,
    );
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let sign = if ticks < 0 { "-" } else { "" };
    match format {
        "c" | "t" | "T" => return Ok(format_time_span(ticks)),
        "g" => {
            let days = if days > 0 { format!("{days}:") } else { String::new() };
            let fraction = if fraction > 0 {
                format!(".{}", format!("{fraction:07}").trim_end_matches('0'))
            } else {
                String::new()
            };
            return Ok(format!("{sign}{days}{hours}:{minutes:02}:{seconds:02}{fraction}"));
        }
        "G" => {
            return Ok(format!(
                "{sign}{days}:{hours:02}:{minutes:02}:{seconds:02}.{fraction:07}"
            ));
        }
        _ => {}
    }
    let mut text = String::new();
    let mut chars = format.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.push(chars.next().ok_or_else(invalid)?),
            '\'' | '"' => text.extend(chars.by_ref().take_while(|quoted| *quoted != c)),
            '%' => {}
            'd' | 'h' | 'm' | 's' | 'f' | 'F' => {
                let mut count = 1;
                while chars.next_if_eq(&c).is_some() {
                    count += 1;
                }
                let most = match c {
                    'd' => 8,
                    'f' | 'F' => 7,
                    _ => 2,
                };
                if count > most {
                    return Err(malformed());
                }
                let value = match c {
                    'd' => days,
                    'h' => hours,
                    'm' => minutes,
                    's' => seconds,
                    _ => {
                        let digits = format!("{fraction:07}");
                        let digits = digits.get(..count).unwrap_or_default();
                        text.push_str(if c == 'F' { digits.trim_end_matches('0') } else { digits });
                        continue;
                    }
                };
                let _ = write!(text, "{value:0count$}");
            }
            _ => return Err(malformed()),
        }
    }
    Ok(text)
}

fn malformed() -> Thrown {
    Thrown::new("System.FormatException", "Input string was not in a correct format.")
}
