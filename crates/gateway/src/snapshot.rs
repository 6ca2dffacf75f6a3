//! One state of everything a request needs: routes, doors, plans. Immutable; a reload puts the next one in its place.
//!
//! Never here: how a catalog is loaded, when it is reloaded.

use crate::admit::Doors;
use crate::entities::Entities;
use crate::metrics::{ApiMetrics, Metrics};
use crate::route::Router;
use arc_swap::ArcSwap;
use catalog::Catalog;
use expression::certificate::{with_private_key, without_private_key};
use expression::text::Text;
use expression::value::Value;
use policy::{Plans, Secrets};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// One state of the data plane.
pub struct Snapshot {
    /// What runs for an operation.
    pub plans: Plans,
    /// Which operation is called.
    pub router: Router,
    /// Who may call.
    pub doors: Doors,
    /// Counters of what matched no API.
    pub unmatched: Arc<ApiMetrics>,
    /// `context.Deployment.Certificates`
    pub certificates: Arc<[(Text, Value)]>,
    catalog: Arc<Catalog>,
    secrets: OnceLock<Arc<Secrets>>,
}

impl Snapshot {
    /// The state of `catalog` with its compiled `plans`.
    pub fn of(catalog: Arc<Catalog>, plans: Plans, metrics: &Metrics) -> Self {
        Self::sharing(catalog, plans, metrics, &Router::default())
    }

    /// The state of `catalog` that comes after this one, with which it shares what is the same.
    pub fn followed_by(&self, catalog: Arc<Catalog>, plans: Plans, metrics: &Metrics) -> Self {
        Self::sharing(catalog, plans, metrics, &self.router)
    }

    fn sharing(catalog: Arc<Catalog>, plans: Plans, metrics: &Metrics, before: &Router) -> Self {
        let known = |api: &_| before.known(api).map(|served| Arc::clone(&served.entity));
        let entities = Entities::of(&catalog, known);
        let router = Router::of(&catalog, &entities, metrics, before);
        let doors = Doors::of(Arc::clone(&catalog), &entities);
        Self {
            plans,
            router,
            doors,
            unmatched: metrics.api(""),
            certificates: certificates(&catalog),
            catalog,
            secrets: OnceLock::new(),
        }
    }

    /// What no trace shows; found when the first request is traced.
    pub fn secrets(&self) -> Arc<Secrets> {
        let secrets = self.secrets.get_or_init(|| Arc::new(Secrets::of(&self.catalog)));
        Arc::clone(secrets)
    }
}

/// The catalog's certificates as expressions see them.
fn certificates(catalog: &Catalog) -> Arc<[(Text, Value)]> {
    let entries = catalog.public_certificates.iter().filter_map(|(id, public)| {
        let certificate = match catalog.certificates.get(id) {
            Some(own) => with_private_key(&public.certificate, own.key.secret_der()),
            None => without_private_key(&public.certificate),
        };
        Some((id.as_str().into(), certificate?))
    });
    entries.collect()
}

/// A snapshot that a worker holds once for all of its requests.
pub struct Held(Arc<Snapshot>);

impl std::ops::Deref for Held {
    type Target = Snapshot;
    fn deref(&self) -> &Snapshot {
        &self.0
    }
}

/// A worker's hold on the snapshot in place: requests share it without touching what other threads count.
pub struct Current {
    place: Arc<ArcSwap<Snapshot>>,
    held: RefCell<Rc<Held>>,
}

impl Current {
    /// Follows what is in `place`.
    pub fn new(place: Arc<ArcSwap<Snapshot>>) -> Self {
        let held = RefCell::new(Rc::new(Held(place.load_full())));
        Self { place, held }
    }

    /// The snapshot in place now; who has it keeps it to the end of the request.
    pub fn get(&self) -> Rc<Held> {
        let mut held = self.held.borrow_mut();
        let place = self.place.load();
        if !Arc::ptr_eq(&place, &held.0) {
            *held = Rc::new(Held(Arc::clone(&place)));
        }
        Rc::clone(&held)
    }
}
