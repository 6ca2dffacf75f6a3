//! `JUnit`'s XML, as build servers read it: some refuse attributes that they do not know, such as a test's line.

use super::explained;
use crate::suite::{Ran, Report, Tested};
use std::fmt::Write;
use std::time::Duration;

/// Characters of a text that a message shows.
const SHORT: usize = 200;

/// The report as `JUnit` XML.
pub fn junit(report: &Report) -> String {
    let mut out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    let problems: Vec<_> = report
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .collect();
    let (tests, failures) = counts(report.results().map(|(_, ran)| ran));
    let errors = problems.len();
    let took: Duration = report.results().map(|(_, ran)| ran.took).sum();
    let _ = writeln!(
        out,
        "<testsuites name=\"tollgate test\" tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\" time=\"{:.3}\">",
        tests + errors,
        took.as_secs_f64()
    );
    for tested in report.documents.iter().filter(|tested| !tested.results.is_empty()) {
        suite(tested, &mut out);
    }
    if !problems.is_empty() {
        let _ = writeln!(
            out,
            "  <testsuite name=\"documents\" tests=\"{errors}\" failures=\"0\" errors=\"{errors}\">"
        );
        for problem in problems {
            let name = format!("{}:{}", problem.file(), problem.position().line);
            let text = diagnostic::render(std::slice::from_ref(problem));
            let _ = writeln!(
                out,
                "    <testcase classname=\"documents\" name=\"{}\"><error message=\"{}\" type=\"{}\">{}</error></testcase>",
                escaped(&name),
                escaped(&problem.message),
                problem.code,
                escaped(&text)
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(tested: &Tested, out: &mut String) {
    let (tests, failures) = counts(tested.results.iter());
    let took: Duration = tested.results.iter().map(|ran| ran.took).sum();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" file=\"{}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" time=\"{:.3}\">",
        escaped(&tested.title),
        escaped(tested.source.name()),
        took.as_secs_f64()
    );
    for ran in &tested.results {
        let _ = write!(
            out,
            "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
            escaped(&tested.title),
            escaped(&ran.name),
            ran.took.as_secs_f64()
        );
        match ran.differences.first() {
            None => out.push_str(" />\n"),
            Some(first) => {
                let [expected, found] = [&first.expected, &first.found].map(|text| short(text));
                let message = format!("{}: expected {expected}, found {found}", first.what);
                let _ = writeln!(
                    out,
                    "><failure message=\"{}\" type=\"expectation\">{}</failure></testcase>",
                    escaped(&message),
                    escaped(&explained(tested, ran))
                );
            }
        }
    }
    out.push_str("  </testsuite>\n");
}

fn counts<'r>(results: impl Iterator<Item = &'r Ran>) -> (usize, usize) {
    results.fold((0, 0), |(all, failed), ran| {
        (all + 1, failed + usize::from(!ran.passed()))
    })
}

/// The beginning of a text, which stands as a whole in the element.
fn short(text: &str) -> String {
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Text for an attribute or element; characters that XML 1.0 cannot have become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            control if control.is_control() || matches!(control, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            other => out.push(other),
        }
    }
    out
}
