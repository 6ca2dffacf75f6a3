//! What came of specifications, as text for people and for machines.
//!
//! Never here: running them.

mod difference;
mod junit;
mod tap;
mod text;

pub use junit::junit;
pub use tap::tap;
pub use text::{mutants, text};

use crate::compare::Difference;
use crate::suite::{Ran, Tested};
use std::fmt::Write;

/// Lines of a text that a report shows.
const LINES: usize = 40;

/// A text in one line, whose characters that nobody sees are shown: reports go to terminals and into YAML and XML, to
/// which some of them would say something.
fn seen(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hidden = character.is_control()
            || matches!(
                character,
                '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
            );
        match character {
            '\t' => out.push('\t'),
            hidden if is_hidden => out.extend(hidden.escape_default()),
            other => out.push(other),
        }
    }
    out
}

/// Where a difference stands.
fn place(tested: &Tested, difference: &Difference) -> String {
    let position = tested.source.position(difference.span.start);
    format!("{}:{}", tested.source.name(), position.line)
}

/// What did not hold, with what came instead.
fn explained(tested: &Tested, ran: &Ran) -> String {
    let mut out = String::new();
    for difference in &ran.differences {
        let _ = writeln!(out, "{} at {}", difference.what, place(tested, difference));
        out.push_str(&difference::lines(&difference.expected, &difference.found));
    }
    for (what, text) in [
        ("the last response was", &ran.response),
        ("its policies failed", &ran.error),
    ] {
        if let Some(text) = text.as_ref().filter(|_| !ran.passed()) {
            let _ = writeln!(out, "{what}");
            for line in text.lines().take(LINES) {
                let _ = writeln!(out, "  | {}", difference::line(line));
            }
            let more = text.lines().count().saturating_sub(LINES);
            if more > 0 {
                let _ = writeln!(out, "  | … {more} lines more");
            }
        }
    }
    out
}
