//! The policies of a world, compiled and ready to run.
//!
//! Never here: requests.

use crate::scenario::{File, Origin, World};
use catalog::{Changed, Environment, Memory};
use diagnostic::{Diagnostic, Position, Severity, Source, Span};
use gateway::Ready;
use policy::{Plans, Spot};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The name of the document that gateways have by themselves.
const DEFAULT: &str = "default policies";

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
pub struct Opened {
    /// None when something is wrong with them.
    pub ready: Option<Ready>,
    /// The places that exchanges may come by.
    pub places: BTreeSet<Spot>,
    /// What is wrong.
    pub diagnostics: Vec<Diagnostic>,
    /// How many warnings there are.
    pub warnings: usize,
    /// What reading it has left.
    memory: Memory,
}

/// The folder of a world; one that has none is as if its document were a folder.
pub fn folder(source: &Source, world: &World) -> PathBuf {
    world.folder.clone().unwrap_or_else(|| PathBuf::from(source.name()))
}

impl Opened {
    /// The policies of a world in the document `source`.
    pub fn of(source: &Arc<Source>, world: &World) -> Self {
        let folder = folder(source, world);
        let mut memory = Memory::default();
        let (overlay, given) = (world.overlay(), Given(world));
        let (catalog, mut diagnostics) =
            catalog::load_over_again(&folder, &overlay, &given, &mut memory, &Changed::Anything);
        let (plans, spots, problems) = Plans::compile_to_watch(&catalog);
        diagnostics.extend(problems);
        let diagnostics = diagnostics.into_iter().map(|it| strict(it, world, &folder));
        let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.partition(Diagnostic::is_error);
        let diagnostics: Vec<_> = errors.into_iter().map(|it| home(it, source, world, &folder)).collect();
        let places = spots.iter().map(|spot| Spot::clone(spot));
        Self {
            ready: diagnostics.is_empty().then(|| Ready::new(Arc::new(catalog), plans)),
            places: places.filter(|spot| &*spot.document != DEFAULT).collect(),
            diagnostics,
            warnings: warnings.len(),
            memory,
        }
    }

    /// The same with another text in the place of a file, if that can be served.
    pub fn with(&self, source: &Source, world: &World, path: &Path, text: &str) -> Option<Ready> {
        let mut overlay = world.overlay();
        overlay.insert(path, text.as_bytes());
        let changed = Changed::Paths([path.to_owned()].into());
        let (folder, mut memory) = (folder(source, world), self.memory.clone());
        let (catalog, problems) = catalog::load_over_again(&folder, &overlay, &Given(world), &mut memory, &changed);
        let mut problems = problems.into_iter().map(|it| strict(it, world, &folder));
        if problems.any(|problem| problem.is_error()) {
            return None;
        }
        self.ready.as_ref()?.followed_by(Arc::new(catalog))
    }
}

/// A place of a file that stands in the specification, at its place there; nothing for what the document only implies.
pub fn spot_at_home(spot: &Spot, source: &Arc<Source>, world: &World) -> Option<Spot> {
    let folder = folder(source, world);
    let file = world
        .files
        .iter()
        .find(|(path, _)| folder.join(path) == Path::new(&*spot.document));
    let Some((_, file)) = file else {
        return Some(spot.clone());
    };
    let at = offset(&file.text, spot.position).filter(|at| file.has(*at))?;
    Some(Spot {
        document: source.name().into(),
        position: source.position(file.home(at)?),
        ..spot.clone()
    })
}

/// The byte at a place of a text.
fn offset(text: &str, Position { line, column }: Position) -> Option<usize> {
    let before: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let within = text.get(before..)?.char_indices().nth(column - 1);
    within.map(|(at, _)| before + at)
}

/// Names that are not known are no more than warnings in a folder, which may be a part of one; what a specification sets
/// is whole.
fn strict(problem: Diagnostic, world: &World, folder: &Path) -> Diagnostic {
    let path = Path::new(problem.file());
    let is_meant =
        |(own, file): (&String, &File)| folder.join(own) == path && matches!(file.origin, Origin::Setting(_));
    if problem.code == catalog::codes::UNKNOWN_REFERENCE && world.files.iter().any(is_meant) {
        return Diagnostic {
            severity: Severity::Error,
            ..problem
        };
    }
    problem
}

/// A problem of what the specification gives, at its place there.
fn home(problem: Diagnostic, source: &Arc<Source>, world: &World, folder: &Path) -> Diagnostic {
    let path = Path::new(problem.file());
    let found = world.files.iter().find(|(own, _)| folder.join(own) == path);
    let Some((_, file)) = found else {
        return entity(problem, source, world, folder);
    };
    let span = problem
        .source
        .as_ref()
        .map_or(problem.span, |own| own.written_span(problem.span));
    let span = match (file.home(span.start), file.home(span.end)) {
        (Some(start), Some(end)) => Some(Span::new(start, end.max(start))),
        _ => file.origin.place(),
    };
    match span {
        Some(span) => at(problem, source, span),
        None => problem,
    }
}

/// A problem of an entity's folder, at the first block or setting that brings something into it.
fn entity(problem: Diagnostic, source: &Arc<Source>, world: &World, folder: &Path) -> Diagnostic {
    let path = PathBuf::from(problem.file());
    let Ok(own) = path.strip_prefix(folder) else {
        return problem;
    };
    let within = |name: &&String| {
        Path::new(name)
            .strip_prefix(own)
            .is_ok_and(|rest| rest != Path::new(name))
    };
    let mut files = world.files.iter().filter(|(name, _)| within(name));
    let Some(span) = files.find_map(|(_, file)| file.origin.place()) else {
        return problem;
    };
    let mut problem = at(problem, source, span);
    if let Some((message, help)) = what_is_missing(&problem, own) {
        problem.message = message;
        problem = problem.with_help(help);
    }
    problem
}

/// What a specification says nothing of although it has a policy document for it, and how it is given.
fn what_is_missing(problem: &Diagnostic, entity: &Path) -> Option<(String, String)> {
    if ![catalog::codes::NO_INFORMATION, catalog::codes::UNKNOWN_OPERATION].contains(&problem.code) {
        return None;
    }
    let parts: Option<Vec<&str>> = entity.components().map(|part| part.as_os_str().to_str()).collect();
    match parts?.as_slice() {
        ["products", product] => Some((
            format!("there is no product `{product}`"),
            format!("`given` gives one: `products: {{ {product}: {{}} }}`"),
        )),
        ["apis", "api", "operations", id] => Some((
            format!("there is no operation `{id}`"),
            format!(
                "`given` gives one: `api: {{ operations: {{ {id}: GET /path }} }}`; where it gives none there is `any`"
            ),
        )),
        ["apis", api] => Some((
            format!("there is no API `{api}`"),
            format!("a document that gives none has `api`; `apis/{api}/apiInformation.json` is the file of this one"),
        )),
        _ => None,
    }
}

fn at(problem: Diagnostic, source: &Arc<Source>, span: Span) -> Diagnostic {
    Diagnostic {
        source: Some(Arc::clone(source)),
        span,
        ..problem
    }
}
