//! `substring` and `translate`; positions count UTF-16 units, as .NET's do.

use std::collections::HashMap;

/// The units from position `start` (from 1), `length` of them; both are rounded.
pub fn substring(text: &str, start: f64, length: Option<f64>) -> String {
    let round = |number: f64| (number + 0.5).floor();
    let first = round(start);
    let end = length.map_or(f64::INFINITY, |length| first + round(length));
    let units: Vec<u16> = text
        .encode_utf16()
        .zip(1u32..)
        .filter(|(_, position)| {
            let position = f64::from(*position);
            position >= first && position < end
        })
        .map(|(unit, _)| unit)
        .collect();
    String::from_utf16_lossy(&units)
}

/// Each character of `from` becomes the one at its place in `to`, or nothing when there is none.
pub fn translate(text: &str, from: &str, to: &str) -> String {
    let mut replacements = HashMap::new();
    let targets = to.chars().map(Some).chain(std::iter::repeat(None));
    for (character, target) in from.chars().zip(targets) {
        replacements.entry(character).or_insert(target);
    }
    text.chars()
        .filter_map(|c| replacements.get(&c).copied().unwrap_or(Some(c)))
        .collect()
}
