//! Diagnostics for people (an excerpt with carets under the place) and for machines (a flat record).

use crate::{Diagnostic, Severity, Source};
use std::fmt::Write;

/// A diagnostic as machines read it; `line` and `column` count from 1, columns in characters.
#[derive(Debug, serde::Serialize)]
pub struct Report<'d> {
    severity: Severity,
    code: &'d str,
    file: &'d str,
    line: usize,
    column: usize,
    #[serde(rename = "endLine")]
    end_line: usize,
    #[serde(rename = "endColumn")]
    end_column: usize,
    message: &'d str,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'d str>,
}

impl<'d> From<&'d Diagnostic> for Report<'d> {
    fn from(diagnostic: &'d Diagnostic) -> Self {
        let (start, end) = (diagnostic.position(), diagnostic.end());
        Self {
            severity: diagnostic.severity,
            code: diagnostic.code,
            file: diagnostic.file(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
            message: &diagnostic.message,
            help: diagnostic.help.as_deref(),
        }
    }
}

/// How much of a long line an excerpt shows on each side of the place.
const EXCERPT_SIDE: usize = 60;

/// All diagnostics as text, in the given order: head line, excerpt with carets, advice.
pub fn render(diagnostics: &[Diagnostic]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        render_one(diagnostic, &mut out);
    }
    out
}

fn render_one(diagnostic: &Diagnostic, out: &mut String) {
    let kind = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let _ = writeln!(out, "{kind}[{}]: {}", diagnostic.code, visible(&diagnostic.message));
    if let Some(source) = &diagnostic.source {
        if source.text().is_empty() {
            // It is about a file or folder as a whole.
            let _ = writeln!(out, " --> {}", visible(source.name()));
        } else {
            excerpt(diagnostic, source, out);
        }
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  = help: {}", visible(help));
    }
    out.push('\n');
}

/// A text without what a terminal would act on, or what would turn it round.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' => ' ',
        '\n' => c,
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    text.chars().map(shown).collect()
}

/// The line that it is about, with carets under the place.
fn excerpt(diagnostic: &Diagnostic, source: &Source, out: &mut String) {
    let position = diagnostic.position();
    let gutter = position.line.to_string().len();
    let _ = writeln!(
        out,
        "{:gutter$}--> {}:{}:{}",
        "",
        visible(source.name()),
        position.line,
        position.column
    );
    let line: Vec<char> = visible(source.line(position.line)).chars().collect();
    let end = diagnostic.end();
    let last = if end.line == position.line {
        end.column
    } else {
        line.len() + 1
    };
    let at = position.column - 1;
    let width = last.saturating_sub(position.column).clamp(1, EXCERPT_SIDE * 2);
    let from = at.saturating_sub(EXCERPT_SIDE);
    let to = (at + width + EXCERPT_SIDE).min(line.len());
    let excerpt: String = line.get(from..to.max(from)).unwrap_or_default().iter().collect();
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < line.len() { "…" } else { "" });
    let _ = writeln!(out, "{:gutter$} |", "");
    let _ = writeln!(out, "{} | {head}{}{tail}", position.line, excerpt.trim_end());
    let _ = writeln!(
        out,
        "{:gutter$} | {:2$}{3}",
        "",
        "",
        at - from + head.chars().count(),
        "^".repeat(width)
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Source, Span};

    #[test]
    fn an_excerpt_points_at_the_place() {
        let source = Source::new("orders.xml", "<a>\n  <rate-limit calls=\"x\" />\n</a>");
        let diagnostic = Diagnostic::error(
            "TG0001",
            &source,
            Span::new(25, 26),
            "`calls` must be a whole number, found \"x\"",
        )
        .with_help("write a number");
        assert_eq!(
            render(&[diagnostic]),
            "error[TG0001]: `calls` must be a whole number, found \"x\"\n --> orders.xml:2:22\n  |\n2 |   <rate-limit calls=\"x\" />\n  |                      ^\n  = help: write a number\n\n"
        );
    }

    #[test]
    fn what_a_terminal_would_act_on_is_not_shown() {
        let source = Source::new("\u{1b}c.xml", "<a\u{202e}\u{1b}/>");
        let diagnostic =
            Diagnostic::error("TG0001", &source, Span::new(1, 2), "`\u{1b}[2J` is no policy").with_help("\u{7}");
        assert_eq!(
            render(&[diagnostic]),
            "error[TG0001]: `\u{fffd}[2J` is no policy\n --> \u{fffd}c.xml:1:2\n  |\n1 | <a\u{fffd}\u{fffd}/>\n  |  ^\n  = help: \u{fffd}\n\n"
        );
    }
}
