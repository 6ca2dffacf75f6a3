//! Two texts beside each other, line by line: what is alike in both is shown once.
//!
//! Never here: what is compared.

use super::seen;
use crate::pattern::matches;
use std::fmt::Write;

/// Lines of one kind in a row that are shown.
const LINES: usize = 40;
/// Lines that are alike and shown beside those that differ.
const AROUND: usize = 3;
/// Lines that are compared each with each; longer texts are alike at their ends alone.
const COMPARED: usize = 1000;
/// Characters of a line that are shown.
const WIDTH: usize = 400;
/// Those of them that stand before what differs.
const BEFORE: usize = 60;

/// What was expected (`-`) beside what came (`+`).
pub fn lines(expected: &str, found: &str) -> String {
    let (expected, found) = (split(expected), split(found));
    let alike = |(one, other): &(&&str, &&str)| matches(one, other);
    let head = expected.iter().zip(&found).take_while(alike).count();
    let (expected, found) = (expected.as_slice(), found.as_slice());
    let (left, right) = (
        &expected.get(head..).unwrap_or_default(),
        &found.get(head..).unwrap_or_default(),
    );
    let tail = left.iter().rev().zip(right.iter().rev()).take_while(alike).count();
    let left = left.get(..left.len() - tail).unwrap_or_default();
    let right = right.get(..right.len() - tail).unwrap_or_default();
    let mut rows: Vec<(char, &str)> = found.iter().take(head).map(|line| (' ', *line)).collect();
    rows.extend(between(left, right));
    rows.extend(found.iter().skip(found.len() - tail).map(|line| (' ', *line)));
    written(&rows)
}

/// A text's lines; one that ends with a line end has an empty one last.
fn split(text: &str) -> Vec<&str> {
    if text.is_empty() {
        Vec::new()
    } else {
        text.split('\n').collect()
    }
}

/// The longest sequence of lines that both have stays, the others go and come.
fn between<'t>(expected: &[&'t str], found: &[&'t str]) -> Vec<(char, &'t str)> {
    let gone = expected.iter().map(|line| ('-', *line));
    let come = found.iter().map(|line| ('+', *line));
    if expected.len().max(found.len()) > COMPARED {
        return gone.chain(come).collect();
    }
    // By lines of both that are left: how many of them are alike.
    let mut most = vec![vec![0_usize; found.len() + 1]; expected.len() + 1];
    let at = |most: &[Vec<usize>], row: usize, column: usize| most.get(row).and_then(|row| row.get(column)).copied();
    for (row, one) in expected.iter().enumerate().rev() {
        for (column, other) in found.iter().enumerate().rev() {
            let best = if matches(one, other) {
                at(&most, row + 1, column + 1).unwrap_or(0) + 1
            } else {
                at(&most, row + 1, column).max(at(&most, row, column + 1)).unwrap_or(0)
            };
            if let Some(cell) = most.get_mut(row).and_then(|row| row.get_mut(column)) {
                *cell = best;
            }
        }
    }
    let (mut rows, mut row, mut column) = (Vec::new(), 0, 0);
    loop {
        rows.push(match (expected.get(row), found.get(column)) {
            (Some(one), Some(other)) if matches(one, other) => {
                row += 1;
                column += 1;
                (' ', *other)
            }
            (Some(one), other) if other.is_none() || at(&most, row + 1, column) >= at(&most, row, column + 1) => {
                row += 1;
                ('-', *one)
            }
            (_, Some(other)) => {
                column += 1;
                ('+', *other)
            }
            (_, None) => return rows,
        });
    }
}

/// Rows as text: of many that are alike, or differ, only some.
fn written(rows: &[(char, &str)]) -> String {
    let mut out = String::new();
    let groups: Vec<_> = rows.chunk_by(|one, other| one.0 == other.0).collect();
    let last = groups.len().saturating_sub(1);
    let mut from = 0;
    for (number, group) in groups.iter().enumerate() {
        from = match (*group, groups.get(number + 1)) {
            ([('-', gone)], Some([('+', come)])) => differ_from(gone, come),
            ([('+', _)], _) => from,
            _ => 0,
        };
        let mark = group.first().map_or(' ', |row| row.0);
        let (first, end) = match mark {
            ' ' if number == 0 => (0, AROUND),
            ' ' if number == last => (AROUND, 0),
            ' ' => (AROUND, AROUND),
            _ => (LINES, 0),
        };
        let left_out = group.len().saturating_sub(first + end);
        for (at, (_, line)) in group.iter().enumerate() {
            if left_out > 1 && at == first {
                let what = if mark == ' ' { "alike" } else { "more" };
                let _ = writeln!(out, "  {mark} … {left_out} lines {what}");
            }
            if left_out <= 1 || at < first || at >= first + left_out {
                let _ = writeln!(out, "  {mark} {}", visible(line, mark, from));
            }
        }
    }
    out
}

/// The character from which two lines are shown: the first, unless what differs would not be among those shown.
fn differ_from(one: &str, other: &str) -> usize {
    let alike = one
        .chars()
        .zip(other.chars())
        .take_while(|(one, other)| one == other)
        .count();
    if alike < WIDTH { 0 } else { alike - BEFORE }
}

/// A line that stands beside no other.
pub fn line(line: &str) -> String {
    visible(line, ' ', 0)
}

/// A line whose blanks at the end, and characters that nobody sees, are shown where they may be what differs.
fn visible(line: &str, mark: char, from: usize) -> String {
    let begin = if from > 0 { "…" } else { "" };
    let part: String = line.chars().skip(from).take(WIDTH).collect();
    let mut out = format!("{begin}{}", seen(&part));
    if line.chars().nth(from + WIDTH).is_some() {
        out.push('…');
    } else if mark != ' ' {
        let blanks = line.len() - line.trim_end_matches([' ', '\t']).len();
        out.truncate(out.len() - blanks);
        out.push_str(&"·".repeat(blanks));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn what_is_alike_is_shown_once() {
        for (expected, found, told) in [
            ("a\nb\nc", "a\nx\ny\nc", "    a\n  - b\n  + x\n  + y\n    c\n"),
            ("a", "", "  - a\n"),
            ("a", "a\n", "    a\n  + \n"),
            ("a", "a ", "  - a\n  + a·\n"),
            ("a", "a\r", "  - a\n  + a\\r\n"),
            (
                "a\nb\nc\nd\ne",
                "a\nB\nc\nD\ne",
                "    a\n  - b\n  + B\n    c\n  - d\n  + D\n    e\n",
            ),
            ("id <any>\nb", "id 7\nc", "    id 7\n  - b\n  + c\n"),
            (
                "1\n2\n3\n4\n5\n6\n7",
                "1\n2\n3\n4\n5\n6\n8",
                "    … 3 lines alike\n    4\n    5\n    6\n  - 7\n  + 8\n",
            ),
        ] {
            assert_eq!(lines(expected, found), told, "{expected:?} {found:?}");
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let told = lines("", &"many\n".repeat(2000));
        assert!(told.contains("… 1961 lines more"), "{told}");
        let told = lines("a", &"x".repeat(1000));
        assert!(told.len() < 500, "{told}");
        let long = |end: &str| format!("{}{end}{}", "x".repeat(1000), "y".repeat(1000));
        let told = lines(&long("1"), &long("2"));
        assert!(
            told.len() < 1000 && told.contains("xx1yy") && told.contains("xx2yy"),
            "{told}"
        );
    }
}
