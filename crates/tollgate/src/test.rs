//! `tollgate test`: specifications of policies, run offline.

use crate::{EXIT_FAILED, EXIT_PROBLEMS, output};
use clap::{Args, ValueEnum};
use spec::{Coverage, Report, report};
use std::path::PathBuf;
use std::process::ExitCode;

/// Run specifications of policies: Markdown or YAML documents with requests and what comes of them.
///
/// No network, no waiting: servers are those of the specification, and time is virtual. Documents are `*.spec.md`,
/// `*.spec.yaml`, `*.spec.yml` and everything in folders named `specs`; docs/testing.md says how they are written.
///
/// Exit code 0: all passed; 1: a scenario failed, a document is wrong or cannot be read, or a threshold was missed; 2: a
/// path is not there, or there is nothing to run.
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
    /// Say which policies, branches and expressions no scenario came by.
    #[arg(long)]
    coverage: bool,
    /// Fail when fewer of them than this were come by.
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    least_coverage: Option<f64>,
    /// Try small faults in the policies of scenarios that pass, and name those that no scenario notices.
    #[arg(long)]
    mutate: bool,
    /// Fail when fewer faults than this are noticed.
    #[arg(long, value_name = "PERCENT", requires = "mutate", value_parser = percent)]
    least_score: Option<f64>,
    /// Write a report beside what is printed: as `JUnit` has it for `.xml`, TAP for `.tap`, coverage as LCOV for
    /// `.info`, else text.
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
                output::error(message);
                ExitCode::from(EXIT_FAILED)
            }
        }
    }

    fn test(&self) -> Result<bool, String> {
        let specifications = spec::read(&self.paths)?;
        if specifications.is_empty() {
            let looked: Vec<_> = self.paths.iter().map(|path| path.display().to_string()).collect();
            return Err(format!("there are no specifications in {}", looked.join(", ")));
        }
        let filter = self.filter.as_deref().unwrap_or_default();
        let tested = spec::test(&specifications, |title, name| {
            title.contains(filter) || name.contains(filter)
        });
        if self.filter.is_some() && tested.results().next().is_none() {
            return Err(format!("no scenario's name holds \"{filter}\""));
        }
        output::print(self.printed(self.format, &tested));
        let coverage = Coverage::of(&tested);
        for file in &self.report {
            let text = match file.extension().and_then(|extension| extension.to_str()) {
                Some("info") => coverage.lcov(),
                Some("xml") => self.printed(TestFormat::Junit, &tested),
                Some("tap") => self.printed(TestFormat::Tap, &tested),
                _ => self.printed(TestFormat::Text, &tested),
            };
            std::fs::write(file, text).map_err(|error| format!("cannot write {}: {error}", file.display()))?;
        }
        let (mut passed, mut beside) = (tested.passed(), String::new());
        if self.coverage {
            beside.push_str(&coverage.text());
        }
        passed &= enough("coverage", coverage.whole().percent(), self.least_coverage);
        if self.mutate {
            let mutants = spec::mutate(&specifications, &tested);
            beside.push_str(&report::mutants(&mutants));
            passed &= enough("mutation score", mutants.score(), self.least_score);
        }
        // What machines read on standard output stays whole.
        if self.format == TestFormat::Text {
            output::print(beside);
        } else {
            output::aside(beside);
        }
        Ok(passed)
    }

    fn printed(&self, format: TestFormat, tested: &Report) -> String {
        match format {
            TestFormat::Text => report::text(tested, self.verbose),
            TestFormat::Junit => report::junit(tested),
            TestFormat::Tap => report::tap(tested),
        }
    }
}

fn percent(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (0.0..=100.0).contains(number));
    number.ok_or_else(|| "expected a number from 0 to 100".to_owned())
}

/// Whether it is as much as is asked for; says so if not.
fn enough(what: &str, found: f64, least: Option<f64>) -> bool {
    let missed = least.filter(|least| found < *least);
    if let Some(least) = missed {
        output::error(format_args!("the {what} is {found:.1} %, expected {least} % or more"));
    }
    missed.is_none()
}
