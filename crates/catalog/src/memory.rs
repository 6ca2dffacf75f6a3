//! What a folder came to when it was read last, so that reading it again costs what has changed.
//!
//! Only APIs are remembered, each with all that its own folder says; there are many of them, and everything else is read
//! anew. What a remembered API depends on outside of its folder is kept as well ([`Surroundings`]); when that changes,
//! everything is forgotten. Never here: noticing changes ([`crate::watch()`]).

use crate::{Api, Backend, NamedValue, PolicyText, Product, VersioningScheme};
use diagnostic::Diagnostic;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What has changed in a folder since it was read last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nobody knows: anything.
    Anything,
    /// These files and folders, by their paths from the folder.
    Paths(BTreeSet<PathBuf>),
}

impl Changed {
    /// Adds what has changed later.
    pub fn add(&mut self, other: Self) {
        match (&mut *self, other) {
            (Self::Paths(paths), Self::Paths(more)) => paths.extend(more),
            _ => *self = Self::Anything,
        }
    }

    /// Whether a folder, or a file below it, is as it was.
    fn leaves(&self, folder: &Path) -> bool {
        match self {
            Self::Anything => false,
            Self::Paths(paths) => {
                // Paths are in order, part by part: what is below a folder follows it.
                let mut behind = paths.range::<Path, _>((Bound::Included(folder), Bound::Unbounded));
                let is_below = behind.next().is_some_and(|path| path.starts_with(folder));
                !is_below && !folder.ancestors().any(|above| paths.contains(above))
            }
        }
    }
}

/// What reading one folder has left for the next time. It must be of that folder alone.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    surroundings: Option<Surroundings>,
    apis: Apis,
    products: BTreeMap<String, Arc<Product>>,
    fragments: BTreeMap<String, Arc<PolicyText>>,
    policy: Option<Arc<PolicyText>>,
}

/// What is remembered of APIs, by the names of their folders.
pub(crate) type Apis = HashMap<String, Remembered>;

/// What APIs depend on outside of their folders.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Surroundings {
    /// All named values.
    pub named_values: BTreeMap<String, NamedValue>,
    /// All version sets.
    pub version_sets: BTreeMap<String, Option<VersioningScheme>>,
    /// Backends that can be used.
    pub backends: BTreeMap<String, Arc<Backend>>,
    /// Ids of all backends.
    pub known_backends: Vec<String>,
    /// What policies outside of their folders ask of their descriptions.
    pub asked: Asked,
}

/// What the folder of an API came to.
#[derive(Clone, Debug)]
pub(crate) struct Remembered {
    /// The API; nothing where it cannot be served.
    pub api: Option<Arc<Api>>,
    /// What is wrong in its folder.
    pub problems: Vec<Diagnostic>,
    /// Bytes of the files that were read.
    pub bytes: u64,
}

/// What policies ask of the description of an API; nobody keeps the rest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    /// What messages may hold.
    pub contracts: bool,
    /// Examples of responses.
    pub examples: bool,
}

impl Asked {
    /// What either asks.
    pub fn or(self, other: Self) -> Self {
        Self {
            contracts: self.contracts || other.contracts,
            examples: self.examples || other.examples,
        }
    }
}

impl Memory {
    /// Takes out what is remembered of APIs, without those that have changed.
    pub(crate) fn unchanged(&mut self, changed: &Changed, surroundings: &Surroundings) -> Apis {
        let mut apis = std::mem::take(&mut self.apis);
        if self.surroundings.take().as_ref() != Some(surroundings) {
            apis.clear();
        }
        let folder = Path::new("apis");
        apis.retain(|name, _| changed.leaves(&folder.join(name)));
        apis
    }

    /// Remembers what was read.
    pub(crate) fn keep(&mut self, surroundings: Surroundings, apis: Apis) {
        self.surroundings = Some(surroundings);
        self.apis = apis;
    }

    /// Puts products and fragments that are as they were in the place of their equals, and remembers all.
    pub(crate) fn share(
        &mut self,
        products: &mut BTreeMap<String, Arc<Product>>,
        fragments: &mut BTreeMap<String, Arc<PolicyText>>,
        policy: &mut Option<Arc<PolicyText>>,
    ) {
        share(&mut self.products, products);
        share(&mut self.fragments, fragments);
        if self.policy == *policy {
            policy.clone_from(&self.policy);
        }
        self.policy.clone_from(policy);
    }
}

fn share<T: PartialEq>(known: &mut BTreeMap<String, Arc<T>>, found: &mut BTreeMap<String, Arc<T>>) {
    for (id, entity) in found.iter_mut() {
        if let Some(known) = known.get(id).filter(|known| *known == entity) {
            *entity = Arc::clone(known);
        }
    }
    known.clone_from(found);
}
