//! Expressions that are typed: evaluated one after the other in a context that is kept.
//!
//! Never here: history on disk, since what is typed may hold secrets.

use super::{explanation, print, read};
use crate::{EXIT_FAILED, output};
use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};
use rustyline::error::ReadlineError;
use rustyline::history::MemHistory;
use rustyline::{Config, Editor};
use std::path::Path;
use std::process::ExitCode;

const HELP: &str = "\
EXPRESSION           evaluate; `@(…)` around it may be left out
:set NAME EXPRESSION context.Variables[\"NAME\"] is the value from now on
:type EXPRESSION     the types of its parts
:explain EXPRESSION  what its parts give
:context FILE        begin anew with the exchange in this JSON file
:quit                leave, as Ctrl-D does";

/// Reads and evaluates until the end of the input.
pub fn run(mut context: RecordedContext) -> Result<ExitCode, String> {
    let failed = |error: ReadlineError| format!("cannot read what is typed: {error}");
    let mut editor = Editor::<(), MemHistory>::with_history(Config::default(), MemHistory::new()).map_err(failed)?;
    loop {
        match editor.readline("> ") {
            Ok(line) => {
                let line = line.trim();
                if matches!(line, ":quit" | ":q") {
                    return Ok(ExitCode::SUCCESS);
                }
                if !line.is_empty() {
                    // A history that is full forgets its oldest lines.
                    let _ = editor.add_history_entry(line);
                    answer(line, &mut context);
                }
            }
            // The line is given up, not the session.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => return Ok(ExitCode::SUCCESS),
            Err(error) => {
                output::error(failed(error));
                return Ok(ExitCode::from(EXIT_FAILED));
            }
        }
    }
}

fn answer(line: &str, context: &mut RecordedContext) {
    let (command, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim();
    match command {
        ":help" | ":h" => output::line(HELP),
        ":type" => drop(explanation::types(&source(rest))),
        ":explain" => drop(explanation::steps(&source(rest), context)),
        ":context" => match read(Path::new(rest)) {
            Ok(read) => *context = read,
            Err(message) => output::error(message),
        },
        ":set" => set(rest, context),
        _ if command.starts_with(':') => output::error(format_args!(
            "there is no command {command}; :help shows those there are"
        )),
        _ => {
            let source = source(line);
            print(&source, &super::evaluate(&source, Target::Object, context));
        }
    }
}

fn set(rest: &str, context: &mut RecordedContext) {
    let Some((name, expression)) = rest.split_once(char::is_whitespace) else {
        output::error("`:set` takes a name and an expression");
        return;
    };
    let source = source(expression.trim());
    let compiled = match Expression::compile(&source, Target::Object) {
        Ok(compiled) => compiled,
        Err(problems) => return print(&source, &super::Outcome::Problems(problems)),
    };
    match compiled.evaluate(context, Budget::default()) {
        Ok(value) => context.set_variable(name, value),
        Err(exception) => print(&source, &super::Outcome::Thrown(exception)),
    }
}

/// What is typed as a policy would have it.
fn source(typed: &str) -> String {
    if typed.starts_with("@(") || typed.starts_with("@{") {
        typed.to_owned()
    } else {
        format!("@({typed})")
    }
}
