//! `tollgate check`: everything that is wrong with artifact folders, policy documents and fragments.

mod sarif;

use crate::configuration::Configuration;
use crate::{EXIT_FAILED, EXIT_PROBLEMS, output};
use catalog::codes;
use clap::{Args, ValueEnum};
use diagnostic::{Diagnostic, Report, Severity, Source};
use policy::Options;
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

/// Check artifact folders, policy documents and fragments, and print all problems.
///
/// Exit code 0: no errors (warnings are allowed); 1: errors; 2: something could not be read.
#[derive(Args)]
pub struct Check {
    /// Artifact folders, or single policy documents and fragments (XML).
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: CheckFormat,
    /// Named values for single files: a JSON object of names and values, or of file names with such an object each.
    /// A document is not refused for a value that does not fit it: that is a warning (an error with --strict-apim).
    #[arg(long, value_name = "FILE")]
    named_values: Option<PathBuf>,
    /// Properties that entities of folders have in one environment: `configuration.<environment>.yaml` of the `APIOps` tools.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
    /// Treat what Tollgate accepts and APIM would refuse as an error.
    #[arg(long)]
    strict_apim: bool,
}

/// How problems are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// For people.
    Text,
    /// A JSON array of objects with severity, code, file, line, column and message.
    Json,
    /// SARIF 2.1.0, which code hosts and editors show beside the lines.
    Sarif,
}

impl Check {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        let named_values = match self.named_values.as_deref().map(read_named_values).transpose() {
            Ok(named_values) => named_values,
            Err(message) => {
                output::error(message);
                return ExitCode::from(EXIT_FAILED);
            }
        };
        let diagnostics = self.collect(named_values.as_ref());
        let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
        match self.format {
            CheckFormat::Sarif => output::line(sarif::log(&diagnostics)),
            CheckFormat::Json => {
                let reports: Vec<_> = diagnostics.iter().map(Report::from).collect();
                output::line(serde_json::json!(reports));
            }
            CheckFormat::Text => {
                let summary = summary(self.paths.len(), errors, diagnostics.len() - errors);
                output::print(format_args!("{}{summary}\n", diagnostic::render(&diagnostics)));
            }
        }
        let unreadable: Vec<_> = diagnostics
            .iter()
            .filter(|problem| is_unreadable(problem, &self.paths))
            .collect();
        for problem in &unreadable {
            output::error(format_args!("{}: {}", problem.file(), problem.message));
        }
        if !unreadable.is_empty() {
            ExitCode::from(EXIT_FAILED)
        } else if errors > 0 {
            ExitCode::from(EXIT_PROBLEMS)
        } else {
            ExitCode::SUCCESS
        }
    }

    /// All problems of what can be read, and why the rest cannot.
    fn collect(&self, named_values: Option<&Map<String, Value>>) -> Vec<Diagnostic> {
        let options = Options {
            strict: self.strict_apim,
            serving: false,
        };
        let mut diagnostics = Vec::new();
        for path in &self.paths {
            diagnostics.extend(if path.is_dir() {
                Configuration::check(path, self.overrides.as_deref(), options)
            } else {
                check_file(path, named_values, options).unwrap_or_else(|problem| vec![problem])
            });
        }
        diagnostics
    }
}

/// Whether it says that one of these files cannot be read, rather than what stands in it.
fn is_unreadable(problem: &Diagnostic, files: &[PathBuf]) -> bool {
    const CODES: [&str; 3] = [codes::UNREADABLE, codes::TOO_LARGE, codes::NOT_UTF8];
    CODES.contains(&problem.code) && files.iter().any(|file| file == Path::new(problem.file()))
}

fn summary(paths: usize, errors: usize, warnings: usize) -> String {
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    format!(
        "{} checked: {}, {}",
        counted(paths, "path"),
        counted(errors, "error"),
        counted(warnings, "warning")
    )
}

fn read_named_values(path: &Path) -> Result<Map<String, Value>, String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("cannot read named values from {}: {error}", path.display()))?;
    serde_json::from_str(&text)
        .map_err(|error| format!("{} must be a JSON object of names and values: {error}", path.display()))
}

fn check_file(
    path: &Path,
    named_values: Option<&Map<String, Value>>,
    options: Options,
) -> Result<Vec<Diagnostic>, Diagnostic> {
    let text = catalog::read_text(path)?;
    let name = path.display().to_string();
    let Some(named_values) = named_values else {
        return Ok(policy::check(&Source::new(name, text), options));
    };
    let own = path
        .file_name()
        .and_then(|file| named_values.get(&*file.to_string_lossy()))
        .and_then(Value::as_object);
    let known = own.unwrap_or(named_values);
    let (source, unknown) = Source::expanded(name.as_str(), text.as_str(), |name| {
        known.get(name).and_then(Value::as_str)
    });
    let mut diagnostics = policy::check(&source, options);
    if !options.strict && diagnostics.iter().any(Diagnostic::is_error) {
        soften(&mut diagnostics, &policy::check(&Source::new(name, text), options));
    }
    diagnostics.extend(unknown_names(&source, unknown));
    Ok(diagnostics)
}

/// Makes warnings of the errors that are due to the given values of named values, not to the document: they are not in
/// `valueless`, what is found with the values unknown.
fn soften(diagnostics: &mut [Diagnostic], valueless: &[Diagnostic]) {
    let place = |diagnostic: &Diagnostic| {
        let position = diagnostic.position();
        (diagnostic.code, position.line, position.column)
    };
    let own: HashSet<_> = valueless.iter().filter(|found| found.is_error()).map(place).collect();
    for diagnostic in diagnostics {
        if diagnostic.is_error() && !own.contains(&place(diagnostic)) {
            diagnostic.severity = Severity::Warning;
            let help = "the document may be right: the value of a named value does not fit here";
            diagnostic.help.get_or_insert_with(|| help.to_owned());
        }
    }
}

fn unknown_names(source: &Arc<Source>, unknown: Vec<(String, diagnostic::Span)>) -> Vec<Diagnostic> {
    let liquid = |name: &str| name.starts_with("body.") || name.starts_with("context.") || name == "body";
    let unknown = unknown.into_iter().filter(|(name, _)| !liquid(name));
    unknown
        .map(|(name, span)| {
            Diagnostic::error("TG1010", source, span, format!("cannot find a property '{name}'"))
                .with_help("add it to the file given with --named-values")
        })
        .collect()
}
