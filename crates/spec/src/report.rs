//! What came of specifications, as text for people and for machines.
//!
//! Never here: running them.

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
        lines(&difference.expected, &difference.found, &mut out);
    }
    if let Some(response) = &ran.response {
        let _ = writeln!(out, "the last response was");
        for line in response.lines().take(LINES) {
            let _ = writeln!(out, "  | {line}");
        }
    }
    out
}

/// Both texts line by line: what they begin and end with alike is shown once.
fn lines(expected: &str, found: &str, out: &mut String) {
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = |pair: &(&&str, &&str)| pair.0 == pair.1;
    let head = expected.iter().zip(&found).take_while(same).count();
    let rest = expected.len().min(found.len()) - head;
    let tail = expected
        .iter()
        .rev()
        .zip(found.iter().rev())
        .take(rest)
        .take_while(same)
        .count();
    let mut write = |mark: char, lines: &[&str]| {
        for line in lines.iter().take(LINES) {
            let _ = writeln!(out, "  {mark} {line}");
        }
        if lines.len() > LINES {
            let _ = writeln!(out, "  {mark} … and {} lines more", lines.len() - LINES);
        }
    };
    let part = |lines: &[&'_ str], from: usize, to: usize| -> Vec<String> {
        lines
            .get(from..to)
            .unwrap_or_default()
            .iter()
            .map(|line| (*line).to_owned())
            .collect()
    };
    let [before, missing, extra, after] = [
        part(&expected, 0, head),
        part(&expected, head, expected.len() - tail),
        part(&found, head, found.len() - tail),
        part(&expected, expected.len() - tail, expected.len()),
    ];
    for (mark, lines) in [(' ', before), ('-', missing), ('+', extra), (' ', after)] {
        write(mark, &lines.iter().map(String::as_str).collect::<Vec<_>>());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_is_shown_once() {
        let mut out = String::new();
        lines("a\nb\nc", "a\nx\ny\nc", &mut out);
        assert_eq!(out, "    a\n  - b\n  + x\n  + y\n    c\n");
        out.clear();
        lines("a", "", &mut out);
        assert_eq!(out, "  - a\n");
    }
}
