//! The parts of an expression, on standard output: the types they have, and what they give.
//!
//! Never here: finding either; that is the engine's.

use super::{Outcome, print};
use crate::output;
use diagnostic::Span;
use expression::explained::{Explained, Step};
use expression::recorded::RecordedContext;
use expression::{Budget, Target};

/// Columns for a part's source text.
const WIDTH: usize = 60;

/// Prints the type of each part; whether the expression compiles.
pub fn types(source: &str) -> bool {
    let Some(explained) = compile(source) else { return false };
    let whole = explained.expression().static_type();
    let rows = explained.parts().iter();
    table(rows.map(|part| (excerpt(source, part.span), part.type_name.clone())));
    output::line(whole);
    true
}

/// Prints what each part gives; whether the expression compiles and gives a value.
pub fn steps(source: &str, context: &RecordedContext) -> bool {
    let Some(explained) = compile(source) else { return false };
    let told = explained.run(context, Budget::default());
    table(told.steps.iter().map(|step| (excerpt(source, step.span), gave(step))));
    if told.cut {
        output::line("… and more");
    }
    let outcome = match told.outcome {
        Ok(value) => Outcome::Value {
            type_name: value.type_name,
            text: value.text,
        },
        Err(exception) => Outcome::Thrown(exception),
    };
    print(source, &outcome);
    matches!(outcome, Outcome::Value { .. })
}

fn compile(source: &str) -> Option<Explained> {
    let explained = Explained::compile(source, Target::Object);
    explained
        .map_err(|problems| print(source, &Outcome::Problems(problems)))
        .ok()
}

fn gave(step: &Step) -> String {
    let Step { type_name, text, .. } = step;
    if step.threw {
        format!("throws {type_name}: {text}")
    } else if type_name == "null" {
        text.clone()
    } else {
        format!("{text}  ({type_name})")
    }
}

/// A part's source on one line, its end cut off when it is long.
fn excerpt(source: &str, span: Span) -> String {
    let part = source.get(span.start..span.end).unwrap_or_default();
    let line: Vec<&str> = part.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}

fn table(rows: impl Iterator<Item = (String, String)>) {
    let rows: Vec<(String, String)> = rows.collect();
    let width = rows.iter().map(|(part, _)| part.chars().count()).max().unwrap_or(0);
    for (part, told) in rows {
        output::line(format_args!("{part:width$}  {told}"));
    }
}
