//! What the plans of an API depend on beside the API itself: while it is the same, plans that were compiled before serve
//! on.

use catalog::{Backend, Catalog, ClientCertificate, Logger, PolicyText, Product, PublicCertificate, SharedSchema};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Everything in a catalog that documents of an API may name.
#[derive(Clone, Default)]
pub(super) struct World {
    policy: Option<Arc<PolicyText>>,
    fragments: BTreeMap<String, Arc<PolicyText>>,
    backends: BTreeMap<String, Arc<Backend>>,
    certificates: BTreeMap<String, Arc<ClientCertificate>>,
    public_certificates: BTreeMap<String, Arc<PublicCertificate>>,
    loggers: BTreeMap<String, Arc<Logger>>,
    schemas: BTreeMap<String, SharedSchema>,
    products: BTreeMap<String, Arc<Product>>,
}

impl World {
    /// That of a catalog.
    pub fn of(catalog: &Catalog) -> Self {
        Self {
            policy: catalog.policy.clone(),
            fragments: catalog.fragments.clone(),
            backends: catalog.backends.clone(),
            certificates: catalog.certificates.clone(),
            public_certificates: catalog.public_certificates.clone(),
            loggers: catalog.loggers.clone(),
            schemas: catalog.schemas.clone(),
            products: catalog.products.clone(),
        }
    }

    /// Whether plans of one serve in the other. Plans are found by the addresses of products, so these must be the same.
    pub fn is_same(&self, other: &Self) -> bool {
        let are_same = self.products.len() == other.products.len()
            && self
                .products
                .iter()
                .zip(&other.products)
                .all(|((_, own), (_, other))| Arc::ptr_eq(own, other));
        are_same
            && self.policy == other.policy
            && self.fragments == other.fragments
            && self.backends == other.backends
            && self.certificates == other.certificates
            && self.public_certificates == other.public_certificates
            && self.loggers == other.loggers
            && self.schemas == other.schemas
    }
}
