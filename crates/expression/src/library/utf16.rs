//! Strings counted in UTF-16 units, as .NET counts them; ASCII texts without any conversion.

use crate::text::Text;

/// Steps that looking whether a text is ASCII costs, and counting where it is not.
pub fn cost(text: &str) -> u64 {
    let bytes = text.len() as u64;
    if text.is_ascii() { bytes / 2048 } else { bytes / 64 }
}

/// The number of units.
pub fn length(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.encode_utf16().count()
    }
}

/// The unit at a place.
pub fn unit(text: &str, at: usize) -> Option<u16> {
    if text.is_ascii() {
        text.as_bytes().get(at).map(|byte| u16::from(*byte))
    } else {
        text.encode_utf16().nth(at)
    }
}

/// The stretch of `count` units from `start`; `None` when it is not inside the text. Half a surrogate pair becomes U+FFFD.
pub fn slice(text: &Text, start: usize, count: usize) -> Option<Text> {
    let end = start.checked_add(count)?;
    if text.is_ascii() {
        return text.slice(start..end);
    }
    let (from, to) = (byte_offset(text, start), byte_offset(text, end));
    if let (Some(from), Some(to)) = (from, to) {
        return text.slice(from..to);
    }
    let units: Vec<u16> = text.encode_utf16().collect();
    units
        .get(start..end)
        .map(|units| String::from_utf16_lossy(units).into())
}

/// The byte at which a unit begins; `None` inside a surrogate pair or beyond the end.
pub fn byte_offset(text: &str, unit: usize) -> Option<usize> {
    if text.is_ascii() {
        return (unit <= text.len()).then_some(unit);
    }
    let mut units = 0;
    for (at, c) in text.char_indices() {
        if units == unit {
            return Some(at);
        }
        units += c.len_utf16();
    }
    (units == unit).then_some(text.len())
}

/// The unit that begins at a byte.
pub fn unit_offset(text: &str, byte: usize) -> usize {
    length(text.get(..byte).unwrap_or(text))
}

/// A text of one unit.
pub fn text_of(unit: u16) -> String {
    String::from_utf16_lossy(&[unit])
}
