//! From an artifact folder to a catalog: one module an entity, in an order in which each finds what it refers to.
//!
//! Never here: reading files (`files`), JSON and YAML (`document`).

#[cfg(test)]
mod again_tests;
mod apis;
mod backends;
mod certificates;
mod conflicts;
#[cfg(test)]
mod extracts_tests;
mod gateways;
mod graphql;
mod groups;
pub(crate) mod layout;
mod links;
mod liquid;
mod loggers;
mod mcp;
mod named_values;
mod operations;
mod products;
mod proto;
mod references;
mod resolvers;
mod schemas;
mod subscriptions;
#[cfg(test)]
mod tests;
mod users;
#[cfg(test)]
mod vault_tests;
mod version_sets;

pub(crate) use layout::is_read;

use crate::codes;
use crate::environment::Environment;
use crate::fields::{Fields, Text};
use crate::files::{Files, name_of};
use crate::memory::{Asked, Changed, Memory, Surroundings};
use crate::overlay::Overlay;
use crate::overrides;
use crate::problems::{Problems, suggest};
use crate::{Catalog, PolicyText};
use diagnostic::{Diagnostic, Source, Span};
use named_values::NamedValues;
use std::cell::Cell;
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;

/// How the policies begin that validate messages by what descriptions say.
const VALIDATES: &str = "<validate-";
/// How the policy begins that resolves fields of a description.
const RESOLVES: &str = "<set-graphql-resolver";
/// How the policy begins that answers with what descriptions give as examples.
const MOCKS: &str = "<mock-response";

/// The file that describes a fragment.
const FRAGMENT_INFORMATION: &str = "policyFragmentInformation.json";

/// Loads an artifact folder.
///
/// All problems are found at once, sorted by file and place. Errors mean that the catalog must not be served: parts
/// of it are missing. Warnings mean that it may. No secret is part of a diagnostic.
pub fn load(folder: &Path, environment: &dyn Environment) -> (Catalog, Vec<Diagnostic>) {
    load_over(folder, &Overlay::default(), environment)
}

/// Loads an artifact folder with files that lie over it.
pub fn load_over(folder: &Path, overlay: &Overlay, environment: &dyn Environment) -> (Catalog, Vec<Diagnostic>) {
    load_over_again(folder, overlay, environment, &mut Memory::default(), &Changed::Anything)
}

/// Loads an artifact folder again with files that lie over it, as [`load_again`]; files that lie over it now and did not
/// before, or that are others, are among those that have changed.
pub fn load_over_again(
    folder: &Path,
    overlay: &Overlay,
    environment: &dyn Environment,
    memory: &mut Memory,
    changed: &Changed,
) -> (Catalog, Vec<Diagnostic>) {
    load_reporting(folder, overlay, environment, (memory, changed), Problems::default())
}

/// Loads an artifact folder again, reading anew of its APIs only those that have changed. The result is that of
/// [`load()`]; what is as it was is shared with the catalog before (`Arc`). `memory` is what the loads of this folder
/// before have left.
pub fn load_again(
    folder: &Path,
    environment: &dyn Environment,
    memory: &mut Memory,
    changed: &Changed,
) -> (Catalog, Vec<Diagnostic>) {
    load_over_again(folder, &Overlay::default(), environment, memory, changed)
}

/// Loads an artifact folder again with a file of overrides over it (`configuration.<environment>.yaml` of the `APIOps`
/// tools). When that file has changed, `changed` must be [`Changed::Anything`].
pub fn load_overridden(
    folder: &Path,
    overrides: &Path,
    environment: &dyn Environment,
    memory: &mut Memory,
    changed: &Changed,
) -> (Catalog, Vec<Diagnostic>) {
    let problems = Problems::default();
    let overlay = overrides::overlay(folder, overrides, &problems);
    load_reporting(folder, &overlay, environment, (memory, changed), problems)
}

fn load_reporting(
    folder: &Path,
    overlay: &Overlay,
    environment: &dyn Environment,
    (memory, changed): (&mut Memory, &Changed),
    problems: Problems,
) -> (Catalog, Vec<Diagnostic>) {
    let catalog = Loader::new(folder, overlay, &problems).catalog(environment, memory, changed);
    (catalog, problems.into_sorted())
}

/// What every entity needs to be loaded.
pub(crate) struct Loader<'l> {
    folder: &'l Path,
    problems: &'l Problems,
    files: Files<'l>,
    named_values: NamedValues,
    /// What the policy documents that were read ask of descriptions.
    asked: Cell<Asked>,
}

impl<'l> Loader<'l> {
    fn new(folder: &'l Path, overlay: &'l Overlay, problems: &'l Problems) -> Self {
        Self {
            folder,
            problems,
            files: Files::new(folder, overlay, problems),
            named_values: NamedValues::default(),
            asked: Cell::default(),
        }
    }

    fn catalog(mut self, environment: &dyn Environment, memory: &mut Memory, changed: &Changed) -> Catalog {
        layout::check(&self);
        self.named_values = named_values::load(&self, environment);
        let certificates = certificates::load(&self, environment);
        let backends = backends::load(&self, &certificates.own);
        let api_folders = layout::entities(&self, layout::APIS);
        let api_ids = apis::ids(&api_folders);
        let mut products = products::load(&self, &api_ids);
        let (mut policy, mut fragments) = (self.policy(self.folder), self.fragments());
        let surroundings = Surroundings {
            named_values: self.named_values.all(),
            version_sets: version_sets::load(&self),
            backends: backends.usable,
            known_backends: backends.known,
            asked: self.asked.get(),
        };
        let remembered = if self.named_values.are_whole() {
            memory.unchanged(changed, &surroundings)
        } else {
            // It is not remembered which APIs ask for those without a value.
            HashMap::new()
        };
        let mut apis = apis::load(&self, api_folders, &surroundings, remembered);
        apis.leave_out_repeated(&self);
        gateways::assign_hosts(&self, &api_ids, &mut apis);
        products::assign(&products, &mut apis);
        conflicts::check(&self, &apis);
        memory.share(&mut products, &mut fragments, &mut policy);
        let mut catalog = Catalog {
            policy,
            fragments,
            backends: surroundings.backends.clone(),
            authorities: gateways::authorities(&self, &certificates.public),
            certificates: certificates.own,
            public_certificates: certificates.public,
            loggers: loggers::load(&self),
            users: users::load(&self),
            groups: groups::load(&self),
            schemas: schemas::load(&self),
            ..Catalog::default()
        };
        subscriptions::load(&self, &api_ids, &products, &mut catalog);
        catalog.products = products;
        catalog.named_values = std::mem::take(&mut self.named_values).finished(self.problems);
        let (served, kept) = apis.finish();
        catalog.apis = served;
        memory.keep(surroundings, kept);
        catalog
    }

    fn fragments(&self) -> BTreeMap<String, Arc<PolicyText>> {
        let mut fragments = BTreeMap::new();
        for entry in layout::entities(self, layout::FRAGMENTS) {
            // It describes the fragment for people, which is not needed.
            let path = entry.path.join(FRAGMENT_INFORMATION);
            let information = crate::information::read_any(&self.files, self.problems, &path);
            let policy = self.policy(&entry.path).or_else(|| self.inline(information.as_ref()?));
            match policy {
                Some(policy) => {
                    fragments.insert(entry.name, policy);
                }
                None => self
                    .files
                    .report(codes::NO_INFORMATION, &entry.path, "this fragment has no `policy.xml`"),
            }
        }
        fragments
    }

    /// The document that stands in an information file as `value`, which older extracts have in place of `policy.xml`.
    fn inline(&self, information: &crate::information::Information) -> Option<Arc<PolicyText>> {
        let value = information.properties(self.problems).string("value")?;
        Some(self.policy_text(information.source.name().to_owned(), value.value.to_owned()))
    }

    /// An entity's information file.
    fn information(&self, folder: &Path, file_name: &str) -> Option<crate::information::Information> {
        crate::information::read(&self.files, self.problems, folder, file_name)
    }

    /// The policy document in a folder, its named values replaced.
    fn policy(&self, folder: &Path) -> Option<Arc<PolicyText>> {
        let path = folder.join("policy.xml");
        let text = self.files.read(&path)?;
        Some(self.policy_text(name_of(&path), text))
    }

    /// A policy document, its named values replaced.
    fn policy_text(&self, file: String, text: String) -> Arc<PolicyText> {
        let (source, unknown) = Source::expanded(file, text, |name| self.named_values.value_of(name));
        self.asked.set(self.asked.get().or(Asked {
            contracts: source.text().contains(VALIDATES) || source.text().contains(RESOLVES),
            examples: source.text().contains(MOCKS),
        }));
        let templates = liquid::templates(source.text());
        for (name, span) in unknown {
            if !liquid::is_own(&name) && !templates.iter().any(|t| t.start <= span.start && span.end <= t.end) {
                self.report_unknown_name(&source, span, &name);
            }
        }
        Arc::new(PolicyText { source })
    }

    /// A string property with its named values replaced.
    fn expand(&self, fields: Fields<'_>, text: Text<'_>) -> String {
        let (expanded, unknown) = Source::expanded("", text.value, |name| self.named_values.value_of(name));
        for (name, _) in unknown {
            self.report_unknown_name(fields.source, text.span, &name);
        }
        expanded.text().to_string()
    }

    fn report_unknown_name(&self, source: &Arc<Source>, span: Span, name: &str) {
        let message = format!("cannot find a property '{name}'");
        let problem = Diagnostic::error(codes::UNKNOWN_NAMED_VALUE, source, span, message);
        let mut problem = suggest(problem, name, self.named_values.names());
        if problem.help.is_none() {
            problem = problem.with_help(format!("define it in `named values/{name}/namedValueInformation.json`"));
        }
        self.problems.push(problem);
    }
}
