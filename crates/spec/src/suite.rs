//! Running specifications, and what came of it.
//!
//! Never here: how it is printed.

use crate::compare::Difference;
use crate::find::Read;
use crate::opened::{Opened, spot_at_home};
use crate::run::{self, Outcome};
use crate::scenario::{Scenario, Specification, World};
use diagnostic::{Diagnostic, Source, Span};
use policy::Spot;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What came of specifications.
#[derive(Default)]
pub struct Report {
    /// By document, in the order of their names.
    pub documents: Vec<Tested>,
    /// How many documents had errors of their own, which kept their scenarios from running.
    pub wrong: usize,
    /// Problems of specifications, and of the policies that they are about.
    pub diagnostics: Vec<Diagnostic>,
    /// The folders that have warnings, and how many: what a scenario expects may not happen because of one.
    pub warnings: BTreeMap<PathBuf, usize>,
    /// All places of the policies.
    pub places: BTreeSet<Spot>,
    /// Those that some scenario came by.
    pub seen: BTreeSet<Spot>,
}

/// A document's scenarios.
pub struct Tested {
    /// The document.
    pub source: Arc<Source>,
    /// Its title.
    pub title: String,
    /// Its scenarios in order.
    pub results: Vec<Ran>,
}

/// A scenario that ran.
pub struct Ran {
    /// Which of the document's scenarios it is.
    pub(crate) number: usize,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Whether its policies could be served; it did not run otherwise.
    pub is_ready: bool,
    /// What did not hold.
    pub differences: Vec<Difference>,
    /// The response that was compared last.
    pub response: Option<String>,
    /// What failed in the policies of the last request.
    pub error: Option<String>,
    /// How long it took, really.
    pub took: Duration,
    /// The places of policies that it came by.
    pub(crate) spots: BTreeSet<Spot>,
}

impl Ran {
    /// Whether all held.
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

impl Report {
    /// Whether all scenarios passed and nothing was wrong with any document.
    pub fn passed(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error) && self.results().all(|(_, ran)| ran.passed())
    }

    /// All scenarios with their documents.
    pub fn results(&self) -> impl Iterator<Item = (&Tested, &Ran)> {
        self.documents
            .iter()
            .flat_map(|tested| tested.results.iter().map(move |ran| (tested, ran)))
    }
}

/// Runs specifications; `wanted` chooses scenarios by document title and name.
pub fn test(specifications: &[Read], wanted: impl Fn(&str, &str) -> bool) -> Report {
    let mut report = Report::default();
    let mut opened = None;
    for read in specifications {
        let is_sound = !read.diagnostics.iter().any(Diagnostic::is_error);
        report.diagnostics.extend(read.diagnostics.iter().cloned());
        if is_sound {
            let tested = test_one(&read.specification, &wanted, &mut opened, &mut report);
            report.documents.push(tested);
        } else {
            report.wrong += 1;
        }
    }
    report
}

/// Policies that were opened last, and by what.
type Last<'s> = Option<(&'s Arc<Source>, &'s World, Opened)>;

fn test_one<'s>(
    specification: &'s Specification,
    wanted: impl Fn(&str, &str) -> bool,
    opened: &mut Last<'s>,
    report: &mut Report,
) -> Tested {
    let mut results = Vec::new();
    let source = &specification.source;
    for (number, scenario) in specification.scenarios.iter().enumerate() {
        if !wanted(&specification.title, &scenario.name) {
            continue;
        }
        let began = Instant::now();
        let world = &scenario.world;
        // What a document brings itself is told with places in it.
        let serves =
            |known: &Arc<Source>| Arc::ptr_eq(known, source) || world.folder.is_some() && world.files.is_empty();
        let known = opened
            .take()
            .filter(|(known, last, _)| serves(known) && world.has_policies_of(last));
        let policies = known.map_or_else(|| open(source, world, report), |(_, _, policies)| policies);
        let is_ready = policies.ready.is_some();
        let outcome = outcome(scenario, &policies);
        *opened = Some((source, world, policies));
        let at_home = outcome
            .spots
            .iter()
            .filter_map(|spot| spot_at_home(spot, source, world));
        report.seen.extend(at_home);
        results.push(Ran {
            number,
            name: scenario.name.clone(),
            span: scenario.span,
            is_ready,
            differences: outcome.differences,
            response: outcome.response,
            error: outcome.error,
            took: began.elapsed(),
            spots: outcome.spots,
        });
    }
    Tested {
        source: Arc::clone(source),
        title: specification.title.clone(),
        results,
    }
}

/// Compiles the policies of a world, and notes their places and what is wrong with them.
fn open(source: &Arc<Source>, world: &World, report: &mut Report) -> Opened {
    let opened = Opened::of(source, world);
    let at_home = opened
        .places
        .iter()
        .filter_map(|spot| spot_at_home(spot, source, world));
    report.places.extend(at_home);
    if let Some(folder) = world.folder.as_ref().filter(|_| opened.warnings > 0) {
        report.warnings.insert(folder.clone(), opened.warnings);
    }
    for problem in &opened.diagnostics {
        let is_known = |known: &Diagnostic| {
            known.file() == problem.file() && known.span == problem.span && known.message == problem.message
        };
        if !report.diagnostics.iter().any(is_known) {
            report.diagnostics.push(problem.clone());
        }
    }
    opened
}

fn outcome(scenario: &Scenario, opened: &Opened) -> Outcome {
    if let Some(ready) = &opened.ready {
        return run::run(scenario, ready);
    }
    let mut found = opened
        .diagnostics
        .first()
        .map_or(String::new(), |it| it.message.clone());
    match opened.diagnostics.len() {
        0 | 1 => {}
        2 => found.push_str("\nand another error"),
        all => {
            let _ = write!(found, "\nand {} more errors", all - 1);
        }
    }
    let broken = Difference {
        span: scenario.span,
        what: "policies".to_owned(),
        expected: "policies that can be served".to_owned(),
        found,
    };
    Outcome {
        differences: vec![broken],
        response: None,
        error: None,
        spots: BTreeSet::new(),
    }
}
