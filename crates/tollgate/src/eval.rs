//! `tollgate eval`: what a policy expression gives, for a recorded exchange.

mod explanation;
mod interactive;

use crate::{EXIT_FAILED, EXIT_PROBLEMS, Format, output};
use clap::Args;
use diagnostic::{Diagnostic, Source, nearest};
use expression::recorded::RecordedContext;
use expression::{Budget, Exception, Expression, Problem, Target};
use serde_json::{Value, json};
use std::io::{BufRead, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Evaluate policy expressions.
///
/// Without an expression, on a terminal: evaluate what is typed, with history and a context that is kept (`:help`).
///
/// Exit code 0: a value; 1: the expression does not compile or throws; 2: an input could not be read.
/// With --jsonl each input line {"id", "expr", "returns"?, "context"?} gives an output line with "type" and "text", or
/// "error" and "message", or "compileError"; the exit code is 0 when every line could be read.
#[derive(Args)]
pub struct Eval {
    /// The expression: `@(…)` or `@{…}`.
    expression: Option<String>,
    /// The exchange that the expression sees as `context`: a JSON file with any of request, response, variables, api, …
    #[arg(long, value_name = "FILE")]
    context: Option<PathBuf>,
    /// Read cases from standard input, one JSON object a line.
    #[arg(long, conflicts_with_all = ["expression", "context"])]
    jsonl: bool,
    /// How to print the value of a single expression.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// Show the type of the expression and of each of its parts, and evaluate nothing.
    #[arg(long = "type", requires = "expression", conflicts_with_all = ["jsonl", "format"])]
    types: bool,
    /// Show what each part of the expression gives, in the order in which they run.
    #[arg(long, requires = "expression", conflicts_with_all = ["jsonl", "format", "types"])]
    explain: bool,
}

impl Eval {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let done = match &self.expression {
            _ if self.jsonl => lines(),
            Some(source) => self.single(source),
            None => self.context().and_then(interactive::run),
        };
        done.unwrap_or_else(|message| {
            output::error(message);
            ExitCode::from(EXIT_FAILED)
        })
    }

    fn context(&self) -> Result<RecordedContext, String> {
        match &self.context {
            Some(path) => read(path),
            None => recorded("{}", "nothing"),
        }
    }

    fn single(&self, source: &str) -> Result<ExitCode, String> {
        let context = self.context()?;
        if self.types || self.explain {
            let sound = if self.types {
                explanation::types(source)
            } else {
                explanation::steps(source, &context)
            };
            return Ok(if sound {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(EXIT_PROBLEMS)
            });
        }
        let outcome = evaluate(source, Target::Object, &context);
        if self.format == Format::Json {
            output::line(line(None, &outcome));
        } else {
            print(source, &outcome);
        }
        Ok(if matches!(outcome, Outcome::Value { .. }) {
            ExitCode::SUCCESS
        } else {
            ExitCode::from(EXIT_PROBLEMS)
        })
    }
}

enum Outcome {
    Value { type_name: String, text: Option<String> },
    Thrown(Exception),
    Problems(Vec<Problem>),
}

fn read(path: &Path) -> Result<RecordedContext, String> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("cannot read the context from {}: {error}", path.display()))?;
    recorded(&text, &path.display().to_string())
}

fn recorded(text: &str, place: &str) -> Result<RecordedContext, String> {
    let written = serde_json::from_str::<Value>(text).ok();
    let members = written.as_ref().and_then(Value::as_object).into_iter().flatten();
    for (name, _) in members.filter(|(name, _)| !RecordedContext::MEMBERS.contains(&name.as_str())) {
        let near = nearest(name, RecordedContext::MEMBERS).map(|near| format!("; did you mean `{near}`?"));
        let near = near.unwrap_or_else(|| format!(", expected {}", RecordedContext::MEMBERS.join(", ")));
        output::aside(format_args!(
            "warning: nothing reads `{name}` of the context in {place}{near}\n"
        ));
    }
    let context = RecordedContext::from_json(text);
    context.map_err(|error| format!("the context in {place} is no JSON object: {}", error.message))
}

fn evaluate(source: &str, target: Target, context: &RecordedContext) -> Outcome {
    let expression = match Expression::compile(source, target) {
        Ok(expression) => expression,
        Err(problems) => return Outcome::Problems(problems),
    };
    match expression.describe(context, Budget::default()) {
        Ok(described) => Outcome::Value {
            type_name: described.type_name,
            text: described.text,
        },
        Err(exception) => Outcome::Thrown(exception),
    }
}

fn diagnostics(source: &str, problems: &[Problem]) -> Vec<Diagnostic> {
    let source = Source::new("expression", source);
    let told = problems.iter().map(|problem| {
        let diagnostic = Diagnostic::error(problem.code, &source, problem.span, problem.message.as_str());
        match &problem.help {
            Some(help) => diagnostic.with_help(help.as_str()),
            None => diagnostic,
        }
    });
    told.collect()
}

fn print(source: &str, outcome: &Outcome) {
    match outcome {
        Outcome::Value { type_name, text } => {
            output::line(text.as_deref().unwrap_or("null"));
            output::aside(format_args!("({type_name})\n"));
        }
        Outcome::Problems(problems) => output::aside(diagnostic::render(&diagnostics(source, problems))),
        Outcome::Thrown(exception) => {
            let message = format!("{}: {}", exception.type_name, exception.message);
            let thrown = Diagnostic::error("TG2900", &Source::new("expression", source), exception.span, message);
            output::aside(diagnostic::render(&[thrown]));
        }
    }
}

/// An outcome as an output line.
fn line(id: Option<&Value>, outcome: &Outcome) -> Value {
    let mut line = serde_json::Map::new();
    if let Some(id) = id {
        line.insert("id".to_owned(), id.clone());
    }
    match outcome {
        Outcome::Value { type_name, text } => {
            line.insert("type".to_owned(), json!(type_name));
            line.insert("text".to_owned(), json!(text));
        }
        Outcome::Thrown(exception) => {
            line.insert("error".to_owned(), json!(exception.type_name));
            line.insert("message".to_owned(), json!(exception.message));
        }
        Outcome::Problems(problems) => {
            let told: Vec<String> = problems
                .iter()
                .map(|problem| format!("error {}: {}", problem.code, problem.message))
                .collect();
            line.insert("compileError".to_owned(), json!(told.join("\n")));
        }
    }
    Value::Object(line)
}

fn lines() -> Result<ExitCode, String> {
    let mut out = std::io::stdout().lock();
    let failed = |error: std::io::Error| format!("cannot go on: {error}");
    for (number, text) in std::io::stdin().lock().lines().enumerate() {
        let text = text.map_err(failed)?;
        if text.trim().is_empty() {
            continue;
        }
        let case: Value =
            serde_json::from_str(&text).map_err(|error| format!("line {} is no JSON object: {error}", number + 1))?;
        match writeln!(out, "{}", evaluate_case(&case)).and_then(|()| out.flush()) {
            // Whoever reads has seen enough.
            Err(error) if error.kind() == ErrorKind::BrokenPipe => break,
            written => written.map_err(failed)?,
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn evaluate_case(case: &Value) -> Value {
    let id = case.get("id").unwrap_or(&Value::Null);
    let source = case.get("expr").and_then(Value::as_str).unwrap_or_default();
    let target = target(case.get("returns").and_then(Value::as_str).unwrap_or("object"));
    let context = case.get("context").map_or_else(|| "{}".to_owned(), Value::to_string);
    match RecordedContext::from_json(&context) {
        Ok(context) => line(Some(id), &evaluate(source.trim(), target, &context)),
        Err(error) => json!({ "id": id, "compileError": format!("the context is no JSON object: {}", error.message) }),
    }
}

/// The place for a C# type's name; types that no policy attribute has are left as they are.
fn target(returns: &str) -> Target {
    match returns {
        "string" => Target::String,
        "bool" => Target::Boolean,
        "int" => Target::Int32,
        "long" => Target::Int64,
        "double" => Target::Double,
        _ => Target::Object,
    }
}
