//! Where secrets come from that do not stand in the artifact folder.

use crate::vault::{SecretReference, VaultSecret};
use std::io;
use std::path::Path;

/// Environment variables, mounted files and vaults, as far as loading needs them.
pub trait Environment {
    /// The value of an environment variable, when it is set.
    fn variable(&self, name: &str) -> Option<String>;

    /// The text of a file outside the artifact folder.
    fn read(&self, path: &Path) -> io::Result<String>;

    /// Named values that are there besides the folder's, or instead of them.
    fn named_values(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The secrets of Azure Key Vault that these references name, in their order; an error says why there is none.
    /// Nothing where no vault is asked.
    fn secrets(&self, wanted: &[SecretReference]) -> Option<Vec<Result<VaultSecret, String>>> {
        let _ = wanted;
        None
    }

    /// Whether the folder is served from here, so that a secret that is not here is nowhere.
    fn is_deployment(&self) -> bool {
        true
    }
}

/// The environment of this process and its file system.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}

/// The environment of a process that checks folders which are served elsewhere.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckingEnvironment;

impl Environment for CheckingEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        ProcessEnvironment.variable(name)
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        ProcessEnvironment.read(path)
    }

    fn is_deployment(&self) -> bool {
        false
    }
}
