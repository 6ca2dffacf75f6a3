//! The Test Anything Protocol, version 14.

use super::{explained, seen};
use crate::suite::Report;
use std::fmt::Write;

/// The report as TAP.
pub fn tap(report: &Report) -> String {
    let problems = report.diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
    let total = report.results().count() + problems.clone().count();
    let mut out = format!("TAP version 14\n1..{total}\n");
    let mut number = 0;
    for (tested, ran) in report.results() {
        number += 1;
        let result = if ran.passed() { "ok" } else { "not ok" };
        let name = escaped(&format!("{} · {}", tested.title, ran.name));
        let _ = writeln!(out, "{result} {number} - {name}");
        if !ran.passed() {
            let line = tested.source.position(ran.span.start).line;
            let at = quoted(tested.source.name(), line);
            let _ = writeln!(out, "  ---\n  at: {at}\n  message: |");
            for line in explained(tested, ran).lines() {
                let _ = writeln!(out, "    {line}");
            }
            out.push_str("  ...\n");
        }
    }
    for problem in problems {
        number += 1;
        let _ = writeln!(out, "not ok {number} - {}", escaped(&problem.message));
        let at = quoted(problem.file(), problem.position().line);
        let _ = writeln!(out, "  ---\n  at: {at}\n  code: {}\n  ...", problem.code);
    }
    out
}

/// `#` begins a directive, and a description is one line.
fn escaped(text: &str) -> String {
    let line = seen(&text.replace(['\n', '\t'], " "));
    line.replace('\\', "\\\\").replace('#', "\\#")
}

/// A place as a text of YAML, whatever stands in a file's name.
fn quoted(file: &str, line: usize) -> String {
    format!("'{}:{line}'", seen(file).replace('\'', "''"))
}
