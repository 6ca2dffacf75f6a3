//! The environment that a served folder is read in: that of the process, and the vaults that hold its secrets.
//!
//! A secret is asked for when it is first referred to and kept for as long as something refers to it;
//! [`VaultEnvironment::renew`] asks again.
//! Never here: when that happens, Key Vault's protocol ([`policy::Vaults`]).

use catalog::{Environment, ProcessEnvironment, SecretReference, VaultSecret};
use policy::{IdentitySource, Vaults};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// The process and its vaults.
pub struct VaultEnvironment {
    vaults: Vaults,
    kept: RefCell<HashMap<SecretReference, VaultSecret>>,
    /// What the folder refers to, as far as it was read this time.
    referred: RefCell<HashSet<SecretReference>>,
    stop: watch::Receiver<bool>,
    renewed: Cell<Instant>,
}

impl VaultEnvironment {
    /// Nothing was asked for yet. When `stop` says so, whoever waits for a vault waits no longer.
    pub fn new(vaults: Vaults, stop: watch::Receiver<bool>) -> Self {
        Self {
            vaults,
            kept: RefCell::default(),
            referred: RefCell::default(),
            stop,
            renewed: Cell::new(Instant::now()),
        }
    }

    /// Who the gateway is to vaults, and to everyone else.
    pub fn identity(&self) -> Arc<IdentitySource> {
        Arc::clone(&self.vaults.identity)
    }

    /// Whether the gateway stops, so that vaults are not asked any more.
    pub fn stops(&self) -> bool {
        *self.stop.borrow()
    }

    /// The folder is read from here on.
    pub fn begin(&self) {
        self.referred.borrow_mut().clear();
    }

    /// The folder was read: what it does not refer to is forgotten.
    pub fn keep_referred(&self) {
        let referred = self.referred.borrow();
        self.kept
            .borrow_mut()
            .retain(|reference, _| referred.contains(reference));
    }

    /// The time since the secrets were asked for again, or since the first one could be.
    pub fn age(&self) -> Duration {
        self.renewed.get().elapsed()
    }

    /// Asks again for all secrets but those of a version, and tells whether one has changed. One that cannot be had stays
    /// as it was.
    pub fn renew(&self) -> bool {
        self.renewed.set(Instant::now());
        let known: Vec<SecretReference> = self.kept.borrow().keys().cloned().collect();
        let wanted: Vec<SecretReference> = known.into_iter().filter(|known| !known.is_of_version()).collect();
        let mut has_changed = false;
        for (reference, secret) in wanted
            .iter()
            .zip(gateway::read_secrets(&self.vaults, &wanted, &self.stop))
        {
            match secret {
                Ok(secret) => {
                    let before = self.kept.borrow_mut().insert(reference.clone(), secret.clone());
                    has_changed |= before.as_ref() != Some(&secret);
                }
                Err(_) if self.stops() => return false,
                Err(error) => {
                    tracing::error!(%reference, error, "a secret is not renewed; its last value stays in use");
                }
            }
        }
        has_changed
    }
}

impl Environment for VaultEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        ProcessEnvironment.variable(name)
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        ProcessEnvironment.read(path)
    }

    fn secrets(&self, wanted: &[SecretReference]) -> Option<Vec<Result<VaultSecret, String>>> {
        self.referred.borrow_mut().extend(wanted.iter().cloned());
        let mut kept = self.kept.borrow_mut();
        let unknown: Vec<SecretReference> = wanted.iter().filter(|one| !kept.contains_key(one)).cloned().collect();
        let mut failed = HashMap::new();
        for (reference, secret) in unknown
            .iter()
            .zip(gateway::read_secrets(&self.vaults, &unknown, &self.stop))
        {
            match secret {
                Ok(secret) => {
                    kept.insert(reference.clone(), secret);
                }
                Err(error) => {
                    failed.insert(reference, error);
                }
            }
        }
        let answer = |reference| match kept.get(reference) {
            Some(secret) => Ok(secret.clone()),
            None => Err(failed.get(reference).cloned().unwrap_or_default()),
        };
        Some(wanted.iter().map(answer).collect())
    }
}
