//! Text in text, with or without regard to case.

use crate::library::culture::upper;

/// Which of several places is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    First,
    /// The last.
    Last,
}

/// Whether one of `StringComparison`'s numbers ignores case.
fn ignores_case(comparison: i32) -> bool {
    comparison % 2 == 1
}

fn same(left: &str, right: &str) -> bool {
    left.chars().map(upper).eq(right.chars().map(upper))
}

/// A text in capitals, with the byte at which each of its characters came from, and the end.
fn capitals(text: &str) -> (String, Vec<usize>) {
    let places = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    (text.chars().map(upper).collect(), places)
}

/// Every place at which something stands in a text in whatever case: byte, and how many bytes it takes there.
pub fn find_all_ignoring_case(text: &str, wanted: &str) -> Vec<(usize, usize)> {
    let (own, places) = capitals(text);
    let (wanted, _) = capitals(wanted);
    let length = wanted.chars().count();
    let (mut seen, mut character) = (0, 0);
    let mut found = Vec::new();
    for (at, _) in own.match_indices(&wanted) {
        character += own.get(seen..at).map_or(0, |between| between.chars().count());
        seen = at;
        if let (Some(start), Some(end)) = (places.get(character), places.get(character + length)) {
            found.push((*start, end - start));
        }
    }
    found
}

/// The byte at which something stands in a text, and how many bytes it takes there.
pub fn find(text: &str, wanted: &str, comparison: i32, side: Side) -> Option<(usize, usize)> {
    if !ignores_case(comparison) {
        let at = match side {
            Side::First => text.find(wanted),
            Side::Last => text.rfind(wanted),
        };
        return at.map(|at| (at, wanted.len()));
    }
    if text.is_ascii() && wanted.is_ascii() {
        let (text, wanted) = (text.to_ascii_uppercase(), wanted.to_ascii_uppercase());
        return find(&text, &wanted, 4, side);
    }
    // Both in capitals, remembering where each character came from.
    let (own, places) = capitals(text);
    let (wanted, _) = capitals(wanted);
    let (at, _) = find(&own, &wanted, 4, side)?;
    let first = own.get(..at)?.chars().count();
    let start = *places.get(first)?;
    let end = *places.get(first + wanted.chars().count())?;
    Some((start, end - start))
}

/// Whether a text begins with another.
pub fn is_prefix(text: &str, head: &str, comparison: i32) -> bool {
    if !ignores_case(comparison) {
        return text.starts_with(head);
    }
    let count = head.chars().count();
    let end = text.char_indices().nth(count).map_or(text.len(), |(at, _)| at);
    text.get(..end).is_some_and(|own| same(own, head))
}

/// Whether a text ends with another.
pub fn is_suffix(text: &str, tail: &str, comparison: i32) -> bool {
    if !ignores_case(comparison) {
        return text.ends_with(tail);
    }
    let Some(count) = tail.chars().count().checked_sub(1) else {
        return true;
    };
    let start = text.char_indices().rev().nth(count).map(|(at, _)| at);
    start.and_then(|at| text.get(at..)).is_some_and(|own| same(own, tail))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_in_whatever_case() {
        for (text, wanted, expected) in [
            ("aXbxÀx", "X", &[(1, 1), (3, 1), (6, 1)][..]),
            ("àÀ-ÀB", "ÀB", &[(5, 3)]),
            ("Straße STRASSE", "ss", &[(12, 2)]),
            ("aaa", "AA", &[(0, 2)]),
            ("abc", "x", &[]),
        ] {
            assert_eq!(find_all_ignoring_case(text, wanted), expected, "{text} {wanted}");
        }
        assert_eq!(find_all_ignoring_case(&"à".repeat(100_000), "À").len(), 100_000);
    }
}
