//! For people: what failed and why, and a line about all of it.

use super::{explained, seen};
use crate::mutants::Mutants;
use crate::suite::Report;
use std::fmt::Write;

/// The report as text; `all` names scenarios that passed too.
pub fn text(report: &Report, all: bool) -> String {
    let mut out = diagnostic::render(&report.diagnostics);
    for (tested, ran) in report.results() {
        if ran.passed() {
            if all {
                let _ = writeln!(out, "ok    {} · {}", tested.source.name(), seen(&ran.name));
            }
            continue;
        }
        if !ran.is_ready {
            continue;
        }
        let line = tested.source.position(ran.span.start).line;
        let _ = writeln!(out, "FAIL  {}:{line} · {}", tested.source.name(), seen(&ran.name));
        for line in explained(tested, ran).lines() {
            let _ = writeln!(out, "      {line}");
        }
        out.push('\n');
    }
    for tested in &report.documents {
        // What is wrong with the policies is told above, once.
        match tested.results.iter().filter(|ran| !ran.is_ready).count() {
            0 => {}
            count => {
                let scenarios = if count == 1 {
                    "1 scenario"
                } else {
                    &format!("{count} scenarios")
                };
                let name = tested.source.name();
                let _ = writeln!(
                    out,
                    "FAIL  {name}: {scenarios} did not run, the policies cannot be served"
                );
            }
        }
    }
    if report.results().any(|(_, ran)| ran.is_ready && !ran.passed()) {
        for (folder, count) in &report.warnings {
            let warnings = if *count == 1 {
                "1 warning"
            } else {
                &format!("{count} warnings")
            };
            let folder = folder.display();
            let _ = writeln!(out, "`tollgate check {folder}` has {warnings}, which may be why");
        }
    }
    let (mut passed, mut failed) = (0, 0);
    for (_, ran) in report.results() {
        *(if ran.passed() { &mut passed } else { &mut failed }) += 1;
    }
    let took: u128 = report.results().map(|(_, ran)| ran.took.as_micros()).sum();
    let documents = report.documents.len();
    let _ = writeln!(
        out,
        "{documents} document{}: {passed} scenario{} passed, {failed} failed, {}.{:03} s",
        if documents == 1 { "" } else { "s" },
        if passed == 1 { "" } else { "s" },
        took / 1_000_000,
        took / 1000 % 1000
    );
    match report.wrong {
        0 => {}
        1 => out.push_str("1 document is wrong: its scenarios did not run\n"),
        wrong => {
            let _ = writeln!(out, "{wrong} documents are wrong: their scenarios did not run");
        }
    }
    out
}

/// How faults fared, as text.
pub fn mutants(mutants: &Mutants) -> String {
    let mut out = "mutation\n".to_owned();
    for survivor in &mutants.survivors {
        let unseen = if survivor.was_seen {
            ""
        } else {
            " (no scenario comes by)"
        };
        let _ = writeln!(
            out,
            "  {}:{}: not noticed: {}{unseen}",
            survivor.document, survivor.position.line, survivor.what
        );
    }
    let all = mutants.killed + mutants.survivors.len();
    let _ = writeln!(
        out,
        "  score {:.1} %: {} of {all} faults noticed",
        mutants.score(),
        mutants.killed
    );
    out
}
