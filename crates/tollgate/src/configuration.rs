//! From an artifact folder to something that can be served: load, compile, and all problems of both at once.

use crate::vault::VaultEnvironment;
use catalog::{Catalog, Changed, CheckingEnvironment, Memory};
use diagnostic::Diagnostic;
use policy::{Options, Plans};
use std::path::{Path, PathBuf};

/// A folder that was read and compiled.
pub struct Configuration {
    /// What is governed.
    pub catalog: Catalog,
    /// The policies, compiled for it.
    pub plans: Plans,
    /// Everything that is wrong with it; with an error among them it must not be served.
    pub diagnostics: Vec<Diagnostic>,
}

/// A folder that is read again and again; each time costs what has changed.
pub struct Source {
    folder: PathBuf,
    overrides: Option<PathBuf>,
    environment: VaultEnvironment,
    memory: Memory,
    plans: Option<Plans>,
}

impl Source {
    /// A folder that was not read yet, perhaps with a file of overrides, whose secrets are in this environment.
    pub fn new(folder: &Path, overrides: Option<&Path>, environment: VaultEnvironment) -> Self {
        Self {
            folder: folder.to_owned(),
            overrides: overrides.map(Path::to_owned),
            environment,
            memory: Memory::default(),
            plans: None,
        }
    }

    /// What the folder is read in.
    pub fn environment(&self) -> &VaultEnvironment {
        &self.environment
    }

    /// Reads and compiles the folder.
    pub fn read(&mut self, changed: &Changed) -> Configuration {
        self.environment.begin();
        let (folder, memory) = (&self.folder, &mut self.memory);
        let (catalog, mut diagnostics) = match &self.overrides {
            Some(file) => catalog::load_overridden(folder, file, &self.environment, memory, changed),
            None => catalog::load_again(folder, &self.environment, memory, changed),
        };
        let (plans, problems) = match &self.plans {
            Some(before) => Plans::compile_after(&catalog, before),
            None => Plans::compile(&catalog),
        };
        self.plans = Some(plans.clone());
        diagnostics.extend(problems);
        let configuration = Configuration {
            catalog,
            plans,
            diagnostics,
        };
        // A folder that is broken leaves the one before it in service.
        if configuration.is_sound() {
            self.environment.keep_referred();
        }
        configuration
    }
}

impl Configuration {
    /// Reads and compiles a folder once, perhaps with a file of overrides, and asks no vaults.
    pub fn read(folder: &Path, overrides: Option<&Path>) -> Self {
        let (catalog, mut diagnostics) = load(folder, overrides);
        let (plans, problems) = Plans::compile(&catalog);
        diagnostics.extend(problems);
        Self {
            catalog,
            plans,
            diagnostics,
        }
    }

    /// All problems of the folder, without making it ready to serve.
    pub fn check(folder: &Path, overrides: Option<&Path>, options: Options) -> Vec<Diagnostic> {
        let (catalog, mut diagnostics) = load(folder, overrides);
        diagnostics.extend(Plans::check(&catalog, options));
        diagnostics
    }

    /// Whether it may be served.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

fn load(folder: &Path, overrides: Option<&Path>) -> (Catalog, Vec<Diagnostic>) {
    let Some(file) = overrides else {
        return catalog::load(folder, &CheckingEnvironment);
    };
    catalog::load_overridden(
        folder,
        file,
        &CheckingEnvironment,
        &mut Memory::default(),
        &Changed::Anything,
    )
}
