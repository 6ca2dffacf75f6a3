//! Finding what a request needs in a catalog.

use crate::{Api, Catalog, KeyDigest, Subscription};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;
use subtle::ConstantTimeEq;

/// The entity of an id among others of its kind. Azure's resources have names in any letter case, so one that is written
/// otherwise is found too, if no other is written like that.
pub fn entity<'e, T>(entities: &'e BTreeMap<String, T>, id: &str) -> Option<(&'e str, &'e T)> {
    let exactly = entities.get_key_value(id);
    let found = exactly.or_else(|| entities.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)));
    found.map(|(id, entity)| (id.as_str(), entity))
}

impl KeyDigest {
    /// The digest of a key as a caller sends it.
    pub fn of(key: &str) -> Self {
        Self(Sha256::digest(key.as_bytes()).into())
    }
}

impl Catalog {
    /// Adds a subscription, to be found by its id and by its keys.
    pub fn add_subscription(&mut self, subscription: Subscription) {
        let subscription = Arc::new(subscription);
        for digest in &subscription.keys {
            self.subscription_keys.insert(digest.clone(), Arc::clone(&subscription));
        }
        self.subscriptions.insert(subscription.id.clone(), subscription);
    }

    /// The subscription that a key belongs to, whatever its state and scope.
    ///
    /// How long this takes tells nothing about the keys: only digests are looked up, and the last comparison takes
    /// the same time for any two digests.
    pub fn subscription_by_key(&self, key: &str) -> Option<&Arc<Subscription>> {
        let digest = KeyDigest::of(key);
        let subscription = self.subscription_keys.get(&digest)?;
        let is_own = subscription
            .keys
            .iter()
            .fold(false, |found, own| found | bool::from(own.0.ct_eq(&digest.0)));
        is_own.then_some(subscription)
    }

    /// The current revision of an API.
    pub fn api(&self, id: &str) -> Option<&Arc<Api>> {
        self.apis.iter().find(|api| api.id == id && api.is_current)
    }
}
