//! `string.Format`: `{index,alignment:format}`.

use super::format_in;
use crate::frame::Frame;
use crate::library::culture::Culture;
use crate::thrown::Thrown;
use crate::value::Value;

/// .NET refuses wider holes.
const WIDEST: u32 = 1_000_000;

/// Bytes of a result at which the expression is stopped; its own budget is asked only when the text is whole.
const LONGEST: usize = 64 << 20;

fn malformed() -> Thrown {
    Thrown::new("System.FormatException", "Input string was not in a correct format.")
}

/// A composite format with its arguments.
///
/// # Errors
/// `FormatException` for malformed formats and missing arguments.
pub fn format_composite(frame: &mut Frame<'_>, format: &str, arguments: &[Value]) -> Result<String, Thrown> {
    format_composite_in(frame, format, arguments, Culture::Invariant)
}

/// A composite format of a culture.
///
/// # Errors
/// As [`format_composite`].
pub fn format_composite_in(
    frame: &mut Frame<'_>,
    format: &str,
    arguments: &[Value],
    culture: Culture,
) -> Result<String, Thrown> {
    let mut text = String::with_capacity(format.len());
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(at);
        text.push_str(before);
        if from.starts_with("{{") || from.starts_with("}}") {
            text.push_str(from.get(..1).unwrap_or_default());
            rest = from.get(2..).unwrap_or_default();
            continue;
        }
        let inner = from.strip_prefix('{').ok_or_else(malformed)?;
        let end = inner.find('}').ok_or_else(malformed)?;
        let (hole, after) = inner.split_at(end);
        fill(frame, &mut text, hole, (arguments, culture))?;
        rest = after.get(1..).unwrap_or_default();
    }
    text.push_str(rest);
    Ok(text)
}

fn fill(
    frame: &mut Frame<'_>,
    text: &mut String,
    hole: &str,
    (arguments, culture): (&[Value], Culture),
) -> Result<(), Thrown> {
    let (head, format) = hole.split_once(':').unwrap_or((hole, ""));
    let (index, alignment) = head.split_once(',').unwrap_or((head, "0"));
    let index: usize = place(index)?.parse().map_err(|_| malformed())?;
    let width: i32 = alignment.trim_matches(' ').parse().map_err(|_| malformed())?;
    if width.unsigned_abs() >= WIDEST {
        return Err(malformed());
    }
    if text.len() > LONGEST {
        return Err(Thrown::limit(
            "the expression was stopped: it used more memory than an expression may",
        ));
    }
    let missing = || {
        Thrown::new(
            "System.FormatException",
            "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
        )
    };
    let piece = format_in(arguments.get(index).ok_or_else(missing)?, format, culture)?;
    crate::compile::pad(frame, text, &piece, width)
}

/// The digits of an index; spaces may only follow it.
fn place(index: &str) -> Result<&str, Thrown> {
    let digits = index.trim_end_matches(' ');
    if digits.bytes().all(|digit| digit.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(malformed())
    }
}
