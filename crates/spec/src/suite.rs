//! Specifications of a folder: finding, reading and running them, and what came of it.
//!
//! Never here: how it is printed.

use crate::block::Problems;
use crate::compare::Difference;
use crate::run::{self, Outcome};
use crate::scenario::{Scenario, Specification, World};
use crate::{document, markdown, yaml};
use catalog::{Catalog, Environment};
use diagnostic::{Diagnostic, Source, Span};
use gateway::Ready;
use policy::{Plans, Spot};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What came of specifications.
#[derive(Default)]
pub struct Report {
    /// By document, in the order of their names.
    pub documents: Vec<Tested>,
    /// Problems of specifications, and of the policies that they are about.
    pub diagnostics: Vec<Diagnostic>,
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
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// What did not hold.
    pub differences: Vec<Difference>,
    /// The response that was compared last.
    pub response: Option<String>,
    /// How long it took, really.
    pub took: Duration,
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

/// Secrets come from specifications alone, so that a test means the same everywhere.
struct Given<'g>(&'g World);

impl Environment for Given<'_> {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }
    fn read(&self, _: &Path) -> std::io::Result<String> {
        Err(std::io::ErrorKind::NotFound.into())
    }
    fn named_values(&self) -> Vec<(String, String)> {
        self.0
            .named_values
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// A world's policies, ready to run, with their places.
struct Opened {
    ready: Option<Ready>,
    places: BTreeSet<Spot>,
    diagnostics: Vec<Diagnostic>,
}

impl Opened {
    fn of(source: &Arc<Source>, world: &World) -> Self {
        let nowhere = PathBuf::from(source.name());
        let folder = world.folder.as_deref().unwrap_or(&nowhere);
        let (catalog, mut diagnostics) = catalog::load_over(folder, &world.overlay(), &Given(world));
        let (plans, spots, problems) = Plans::compile_to_watch(&catalog);
        diagnostics.extend(problems);
        let diagnostics = diagnostics.into_iter().filter(Diagnostic::is_error);
        let diagnostics: Vec<_> = diagnostics.map(|it| home(it, source, world, folder)).collect();
        let ready = diagnostics.is_empty().then(|| ready(catalog, plans));
        let places = spots.iter().map(|spot| Spot::clone(spot)).collect();
        Self {
            ready,
            places,
            diagnostics,
        }
    }
}

fn ready(catalog: Catalog, plans: Plans) -> Ready {
    Ready::new(Arc::new(catalog), plans)
}

/// A problem of a file that stands in the specification, at its place there.
fn home(problem: Diagnostic, source: &Arc<Source>, world: &World, folder: &Path) -> Diagnostic {
    let file = world
        .files
        .iter()
        .find(|(path, _)| folder.join(path) == Path::new(problem.file()));
    let Some((start, before)) = file.and_then(|(_, file)| Some((file.start?, file.before))) else {
        return problem;
    };
    let span = problem
        .source
        .as_ref()
        .map_or(problem.span, |own| own.written_span(problem.span));
    let place = |at: usize| (at + start).saturating_sub(before).clamp(start, source.text().len());
    Diagnostic {
        source: Some(Arc::clone(source)),
        span: Span::new(place(span.start), place(span.end)),
        ..problem
    }
}

/// A specification that was read.
pub struct Read {
    /// What it says.
    pub specification: Specification,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads the specifications in a file or folder, in the order of their names.
pub fn read(path: &Path) -> Result<Vec<Read>, String> {
    let mut found = Vec::new();
    if path.is_dir() {
        collect(path, &mut found)?;
    } else {
        found.push(path.to_owned());
    }
    found.sort();
    found.iter().map(|file| read_file(file)).collect()
}

/// Folders that nobody writes specifications into.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("cannot read {}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
        if name.starts_with('.') || SKIPPED.contains(&name.as_str()) {
            continue;
        }
        // Links are not followed: they may lead in a circle.
        let kind = entry.file_type().map_err(failed)?;
        if kind.is_dir() {
            collect(&path, found)?;
        } else if is_specification(&path) {
            found.push(path);
        }
    }
    Ok(())
}

/// `*.spec.md` and `*.spec.yaml` anywhere, and every document of a folder `specs` but for its `README.md`.
fn is_specification(path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let stem = ["md", "yaml", "yml"]
        .iter()
        .find_map(|end| name.strip_suffix(end)?.strip_suffix('.'));
    let in_specs = path
        .ancestors()
        .skip(1)
        .any(|folder| folder.file_name().is_some_and(|name| name == "specs"));
    stem.is_some_and(|stem| stem.rsplit('.').next() == Some("spec") || in_specs && stem != "readme")
}

fn read_file(path: &Path) -> Result<Read, String> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| format!("cannot read {name}: {error}"))?;
    Ok(read_text(
        &name,
        &text.replace("\r\n", "\n"),
        artifact_folder(path).as_deref(),
    ))
}

/// Reads a document; `folder` is the artifact folder that it stands in.
pub fn read_text(name: &str, text: &str, folder: Option<&Path>) -> Read {
    let source = Source::new(name, text);
    let mut problems = Problems::of(&source);
    let is_yaml = Path::new(name)
        .extension()
        .is_some_and(|end| end == "yaml" || end == "yml");
    let root = if is_yaml {
        yaml::read(text, &mut problems)
    } else {
        markdown::read(text, &mut problems)
    };
    let (specification, diagnostics) = document::specification(&source, &root, folder, problems);
    Read {
        specification,
        diagnostics,
    }
}

/// The artifact folder around a file: the nearest one that holds APIs or a global policy document.
fn artifact_folder(path: &Path) -> Option<PathBuf> {
    let is_one = |folder: &&Path| folder.join("apis").is_dir() || folder.join("policy.xml").is_file();
    path.ancestors().skip(1).find(is_one).map(Path::to_owned)
}

/// Runs specifications; `wanted` chooses scenarios by document title and name.
pub fn test(specifications: Vec<Read>, wanted: impl Fn(&str, &str) -> bool) -> Report {
    let mut report = Report::default();
    for Read {
        specification,
        diagnostics,
    } in specifications
    {
        let is_sound = !diagnostics.iter().any(Diagnostic::is_error);
        report.diagnostics.extend(diagnostics);
        if is_sound {
            let tested = test_one(&specification, &wanted, &mut report);
            report.documents.push(tested);
        }
    }
    report
}

fn test_one(specification: &Specification, wanted: impl Fn(&str, &str) -> bool, report: &mut Report) -> Tested {
    let mut results = Vec::new();
    let scenarios = specification.scenarios.iter();
    for scenario in scenarios.filter(|scenario| wanted(&specification.title, &scenario.name)) {
        let began = Instant::now();
        let outcome = scenario_outcome(specification, scenario, report);
        report.seen.extend(outcome.spots);
        results.push(Ran {
            name: scenario.name.clone(),
            span: scenario.span,
            differences: outcome.differences,
            response: outcome.response,
            took: began.elapsed(),
        });
    }
    Tested {
        source: Arc::clone(&specification.source),
        title: specification.title.clone(),
        results,
    }
}

fn scenario_outcome(specification: &Specification, scenario: &Scenario, report: &mut Report) -> Outcome {
    let opened = Opened::of(&specification.source, &scenario.world);
    report.places.extend(opened.places);
    if let Some(ready) = opened.ready {
        return run::run(scenario, &ready);
    }
    let broken = Difference {
        span: scenario.span,
        what: "policies".to_owned(),
        expected: "policies that can be served".to_owned(),
        found: opened
            .diagnostics
            .iter()
            .map(|it| it.message.as_str())
            .collect::<Vec<_>>()
            .join("\n"),
    };
    for problem in opened.diagnostics {
        let is_known = |known: &Diagnostic| known.file() == problem.file() && known.span == problem.span;
        if !report.diagnostics.iter().any(is_known) {
            report.diagnostics.push(problem);
        }
    }
    Outcome {
        differences: vec![broken],
        response: None,
        spots: BTreeSet::new(),
    }
}
