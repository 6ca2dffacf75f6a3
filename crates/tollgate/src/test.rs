//! `tollgate test`: specifications of policies, run offline.

use crate::{EXIT_FAILED, EXIT_PROBLEMS};
use clap::{Args, ValueEnum};
use spec::{Report, report};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Run specifications of policies: Markdown or YAML documents with requests and what comes of them.
///
/// No network, no waiting: servers are those of the specification, and time is virtual. Documents are `*.spec.md`,
/// `*.spec.yaml` and everything in folders named `specs`; docs/testing.md says how they are written.
///
/// Exit code 0: all passed; 1: a scenario failed, or a document is wrong; 2: something could not be read.
#[derive(Args)]
pub struct Test {
    /// Folders with specifications, or single documents.
    #[arg(default_value = ".")]
    paths: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value = "text")]
    format: TestFormat,
    /// Run only scenarios whose document's title or own name holds this text.
    #[arg(long, value_name = "TEXT")]
    filter: Option<String>,
    /// Name scenarios that passed too.
    #[arg(long, short)]
    verbose: bool,
    /// Write a report beside what is printed: as `JUnit` has it for `.xml`, TAP for `.tap`, else text.
    #[arg(long, value_name = "FILE")]
    report: Vec<PathBuf>,
}

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TestFormat {
    /// For people.
    Text,
    /// XML for build servers.
    Junit,
    /// The Test Anything Protocol.
    Tap,
}

impl Test {
    /// Runs the command.
    pub fn run(self) -> ExitCode {
        match self.test() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(EXIT_PROBLEMS),
            Err(message) => {
                eprintln!("error: {message}");
                ExitCode::from(EXIT_FAILED)
            }
        }
    }

    fn test(&self) -> Result<bool, String> {
        let mut specifications = Vec::new();
        for path in &self.paths {
            specifications.extend(spec::read(path)?);
        }
        if specifications.is_empty() {
            let looked: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
            return Err(format!("there are no specifications in {}", looked.join(", ")));
        }
        let filter = self.filter.as_deref().unwrap_or_default();
        let tested = spec::test(specifications, |title, name| {
            title.contains(filter) || name.contains(filter)
        });
        if self.filter.is_some() && tested.results().next().is_none() {
            return Err(format!("no scenario's name holds \"{filter}\""));
        }
        crate::print(&self.printed(self.format, &tested));
        for file in &self.report {
            let text = self.printed(format_of(file), &tested);
            std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        }
        Ok(tested.passed())
    }

    fn printed(&self, format: TestFormat, tested: &Report) -> String {
        match format {
            TestFormat::Text => report::text(tested, self.verbose),
            TestFormat::Junit => report::junit(tested),
            TestFormat::Tap => report::tap(tested),
        }
    }
}

fn format_of(file: &Path) -> TestFormat {
    match file.extension().and_then(|extension| extension.to_str()) {
        Some("xml") => TestFormat::Junit,
        Some("tap") => TestFormat::Tap,
        _ => TestFormat::Text,
    }
}
