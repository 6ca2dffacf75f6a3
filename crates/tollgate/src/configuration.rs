//! From an artifact folder to something that can be served: load, compile, and all problems of both at once.

use catalog::{Catalog, ProcessEnvironment};
use diagnostic::Diagnostic;
use policy::{Options, Plans};
use std::path::Path;

/// A folder that was read and compiled.
pub struct Configuration {
    /// What is governed.
    pub catalog: Catalog,
    /// The policies, compiled for it.
    pub plans: Plans,
    /// Everything that is wrong with it; with an error among them it must not be served.
    pub diagnostics: Vec<Diagnostic>,
}

impl Configuration {
    /// Reads and compiles the folder.
    pub fn load(folder: &Path) -> Self {
        let (catalog, mut diagnostics) = catalog::load(folder, &ProcessEnvironment);
        let (plans, problems) = Plans::compile(&catalog);
        diagnostics.extend(problems);
        Self {
            catalog,
            plans,
            diagnostics,
        }
    }

    /// All problems of the folder, without making it ready to serve.
    pub fn check(folder: &Path, options: Options) -> Vec<Diagnostic> {
        let (catalog, mut diagnostics) = catalog::load(folder, &ProcessEnvironment);
        diagnostics.extend(Plans::check(&catalog, options));
        diagnostics
    }

    /// Whether it may be served.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}
