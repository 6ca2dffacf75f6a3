//! Policies with a small fault each, and whether a scenario notices it.
//!
//! Faults are those of documents that some scenario came by. One is tried on the scenarios that came by the policy it is
//! in, and survives when there are none; one that makes a document that does not compile says nothing, and is left out, as
//! is a `<base />` that brings nothing in.
//! Never here: which faults there are.

use crate::find::Read;
use crate::opened::{Opened, folder, spot_at_home};
use crate::run;
use crate::scenario::{Scenario, World};
use crate::suite::Report;
use diagnostic::{Position, Source};
use gateway::Ready;
use policy::{Mutation, Spot, SpotKind, mutations};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How faults fared.
#[derive(Debug, Default)]
pub struct Mutants {
    /// Faults that a scenario noticed.
    pub killed: usize,
    /// Faults that none noticed, by document and place.
    pub survivors: Vec<Survivor>,
}

/// A fault that no scenario noticed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Survivor {
    /// The document.
    pub document: String,
    /// Where.
    pub position: Position,
    /// What it is.
    pub what: String,
    /// Whether a scenario came by the policy.
    pub was_seen: bool,
}

impl Mutants {
    /// Noticed faults in percent; all of nothing is 100.
    pub fn score(&self) -> f64 {
        let all = self.killed + self.survivors.len();
        if all == 0 {
            return 100.0;
        }
        self.killed as f64 * 100.0 / all as f64
    }
}

/// A scenario with what it came by.
struct Case<'c> {
    source: &'c Arc<Source>,
    scenario: &'c Scenario,
    seen: &'c BTreeSet<Spot>,
    /// Which of the worlds it is in.
    world: usize,
}

/// Policies that scenarios have in common.
struct Opening<'c> {
    source: &'c Arc<Source>,
    world: &'c World,
    opened: Opened,
}

/// The worlds of all scenarios.
#[derive(Default)]
struct Worlds<'c> {
    all: Vec<Opening<'c>>,
    /// Which of them are of a folder.
    by_folder: BTreeMap<PathBuf, Vec<usize>>,
}

impl<'c> Worlds<'c> {
    /// The one of a scenario, which is opened if there is none yet.
    fn of(&mut self, source: &'c Arc<Source>, world: &'c World) -> usize {
        let of_folder = self.by_folder.entry(folder(source, world)).or_default();
        let is_same = |at: &&usize| {
            let other = self.all.get(**at);
            other.is_some_and(|other| world.has_policies_of(other.world))
        };
        if let Some(known) = of_folder.iter().find(is_same) {
            return *known;
        }
        of_folder.push(self.all.len());
        let opened = Opened::of(source, world);
        self.all.push(Opening { source, world, opened });
        self.all.len() - 1
    }
}

/// A policy document as some scenarios have it.
struct Document<'c> {
    /// Its path in the folder.
    path: PathBuf,
    source: Arc<Source>,
    cases: Vec<Case<'c>>,
}

enum Fate {
    Killed,
    Survived,
    /// It does not compile, or changes nothing.
    SaysNothing,
}

/// Tries faults in the policies of scenarios that passed.
pub fn mutate(specifications: &[Read], report: &Report) -> Mutants {
    let mut worlds = Worlds::default();
    let documents = documents(specifications, report, &mut worlds);
    let mut faults = Vec::new();
    for document in &documents {
        faults.extend(
            of_document(document, &worlds)
                .into_iter()
                .map(|fault| (document, fault)),
        );
    }
    let (next, mutants) = (AtomicUsize::new(0), Mutex::new(Mutants::default()));
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(faults.len()) {
            scope.spawn(|| {
                while let Some((document, fault)) = faults.get(next.fetch_add(1, Relaxed)) {
                    let fate = try_fault(document, fault, &worlds);
                    let mut mutants = mutants.lock().unwrap_or_else(PoisonError::into_inner);
                    match fate {
                        Fate::Killed => mutants.killed += 1,
                        Fate::Survived => mutants.survivors.extend(survivor(document, fault)),
                        Fate::SaysNothing => {}
                    }
                }
            });
        }
    });
    let mut mutants = mutants.into_inner().unwrap_or_else(PoisonError::into_inner);
    mutants.survivors.sort();
    mutants.survivors.dedup();
    mutants
}

/// The documents of all scenarios that passed; one that differs between scenarios is several.
fn documents<'c>(specifications: &'c [Read], report: &'c Report, worlds: &mut Worlds<'c>) -> Vec<Document<'c>> {
    let mut found: BTreeMap<(String, String), Document<'c>> = BTreeMap::new();
    for (tested, ran) in report.results().filter(|(_, ran)| ran.passed()) {
        let read = specifications
            .iter()
            .find(|read| Arc::ptr_eq(&read.specification.source, &tested.source));
        let Some(scenario) = read.and_then(|read| read.specification.scenarios.get(ran.number)) else {
            continue;
        };
        let (source, world) = (&tested.source, &scenario.world);
        let folder = folder(source, world);
        let opening = worlds.of(source, world);
        let names: BTreeSet<&str> = ran.spots.iter().map(|spot| &*spot.document).collect();
        for name in names {
            let Ok(path) = Path::new(name).strip_prefix(&folder) else {
                continue;
            };
            let own = world
                .files
                .get(&path.to_string_lossy().into_owned())
                .map(|file| file.text.clone());
            let Some(text) = own.or_else(|| std::fs::read_to_string(name).ok()) else {
                continue;
            };
            let document = found
                .entry((name.to_owned(), text))
                .or_insert_with_key(|(name, text)| Document {
                    path: path.to_owned(),
                    source: Source::new(name.as_str(), text.as_str()),
                    cases: Vec::new(),
                });
            document.cases.push(Case {
                source,
                scenario,
                seen: &ran.spots,
                world: opening,
            });
        }
    }
    found.into_values().collect()
}

/// The faults of what the author wrote; what the document only implies is not theirs.
fn of_document(document: &Document<'_>, worlds: &Worlds<'_>) -> Vec<Mutation> {
    let opening = |case: &Case<'_>| worlds.all.get(case.world);
    let Some((case, opening)) = document.cases.first().and_then(|case| Some((case, opening(case)?))) else {
        return Vec::new();
    };
    let is_own = |spot: &&Spot| {
        spot.kind == SpotKind::Step
            && &*spot.document == document.source.name()
            && spot_at_home(spot, case.source, &case.scenario.world).is_some()
    };
    let steps: BTreeSet<Position> = opening
        .opened
        .places
        .iter()
        .filter(is_own)
        .map(|spot| spot.position)
        .collect();
    let mut faults = mutations(&document.source, |position| steps.contains(&position));
    faults.retain(|fault| place(document, fault).is_some());
    faults
}

/// Whether a scenario came by the policy that a fault is in, or by any of the document if it is in none.
fn came_by(case: &Case<'_>, document: &Document<'_>, fault: &Mutation) -> bool {
    case.seen.iter().any(|spot| {
        let is_meant = fault.step.is_none_or(|step| step == spot.position);
        spot.kind == SpotKind::Step && is_meant && &*spot.document == document.source.name()
    })
}

fn try_fault(document: &Document<'_>, fault: &Mutation, worlds: &Worlds<'_>) -> Fate {
    let mut text = document.source.text().to_string();
    if text.get(fault.span.start..fault.span.end).is_none() {
        return Fate::SaysNothing;
    }
    text.replace_range(fault.span.start..fault.span.end, &fault.replacement);
    let elsewhere = |spot: &&Spot| &*spot.document != document.source.name();
    let mut changes = fault.step.is_some();
    let mut last: Option<(usize, Ready)> = None;
    for case in document.cases.iter().filter(|case| came_by(case, document, fault)) {
        let faulty = last.take().filter(|(world, _)| *world == case.world);
        let faulty = faulty.map(|(_, ready)| ready).or_else(|| {
            let Opening { source, world, opened } = worlds.all.get(case.world)?;
            opened.with(source, world, &document.path, &text)
        });
        let Some(ready) = faulty else {
            return Fate::SaysNothing;
        };
        let outcome = run::run(case.scenario, &ready);
        last = Some((case.world, ready));
        if !outcome.differences.is_empty() {
            return Fate::Killed;
        }
        changes |= !outcome
            .spots
            .iter()
            .filter(elsewhere)
            .eq(case.seen.iter().filter(elsewhere));
    }
    if changes { Fate::Survived } else { Fate::SaysNothing }
}

/// Where a fault stands for its author; nothing for what the document only implies.
fn place(document: &Document<'_>, fault: &Mutation) -> Option<Spot> {
    let case = document.cases.first()?;
    let spot = Spot {
        document: document.source.name().into(),
        position: document.source.position(fault.span.start),
        kind: SpotKind::Step,
        name: String::new(),
    };
    spot_at_home(&spot, case.source, &case.scenario.world)
}

fn survivor(document: &Document<'_>, fault: &Mutation) -> Option<Survivor> {
    let spot = place(document, fault)?;
    Some(Survivor {
        document: spot.document.to_string(),
        position: spot.position,
        what: fault.what.clone(),
        was_seen: document.cases.iter().any(|case| came_by(case, document, fault)),
    })
}
