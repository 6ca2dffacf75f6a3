//! A gateway without sockets, for tests of policies: requests and responses are values, servers and time are given.
//!
//! From a request's head on everything is what a gateway that listens does. Never here: HTTP on a connection, TLS.

use crate::body::Outgoing;
use crate::config::Config;
use crate::debug::LONGEST;
use crate::forwarded::Peer;
use crate::metrics::Metrics;
use crate::server;
use crate::snapshot::Snapshot;
use crate::upstream::{OfflineClient, Servers, whole};
use crate::visit::{Open, Visit};
use crate::watched::Traffic;
use crate::worker::{Outside, Worker};
use arc_swap::ArcSwap;
use bytes::Bytes;
use catalog::Catalog;
use expression::certificate::Certificate;
use http::{Request, Response};
use policy::{BodyError, Clock, Events, Plans, Runtime, Telemetry, Trust, Witness};
use std::cell::Cell;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use store::{Caches, Counters};

/// A catalog with its plans, ready to be served any number of times.
pub struct Ready {
    place: Arc<ArcSwap<Snapshot>>,
    metrics: Metrics,
}

/// What a gateway without sockets is given.
pub struct World {
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// Time that passes, and work in the background.
    pub runtime: Rc<dyn Runtime>,
    /// Servers.
    pub servers: Rc<dyn Servers>,
    /// Counters of limits.
    pub counters: Arc<dyn Counters>,
    /// Caches.
    pub caches: Caches,
    /// Where measurements go.
    pub telemetry: Arc<dyn Telemetry>,
    /// Where events go.
    pub events: Arc<dyn Events>,
    /// Whose certificates are trusted.
    pub trust: Arc<dyn Trust>,
    /// Who watches exchanges.
    pub witness: Option<Rc<dyn Witness>>,
}

/// A gateway without sockets: its limits, caches, breakers and tokens are its own.
pub struct Offline {
    worker: Rc<Worker>,
}

/// Who sends a request.
pub struct Client {
    /// Its address.
    pub ip: IpAddr,
    /// Whether it came by TLS.
    pub https: bool,
    /// The certificate that it showed (DER).
    pub certificate: Option<Vec<u8>>,
}

impl Ready {
    /// Makes a catalog ready.
    pub fn new(catalog: Arc<Catalog>, plans: Plans) -> Self {
        let metrics = Metrics::new(1);
        let place = Arc::new(ArcSwap::from_pointee(Snapshot::of(catalog, plans, &metrics)));
        Self { place, metrics }
    }

    /// Makes a catalog ready of which most is shared with this one, if nothing is wrong with its policies.
    pub fn followed_by(&self, catalog: Arc<Catalog>) -> Option<Self> {
        let before = self.place.load();
        let plans = Plans::compile_to_watch_after(&catalog, &before.plans)?;
        let metrics = Metrics::new(1);
        let snapshot = before.followed_by(catalog, plans, &metrics);
        Some(Self {
            place: Arc::new(ArcSwap::from_pointee(snapshot)),
            metrics,
        })
    }

    /// A new gateway.
    pub fn open(&self, settings: Config, world: World) -> Offline {
        let upstream = OfflineClient::new(world.servers, Rc::clone(&world.runtime));
        let outside = Outside {
            clock: world.clock,
            counters: world.counters,
            caches: world.caches,
            backends: Arc::default(),
            slots: Arc::default(),
            subscriptions: Arc::default(),
            telemetry: world.telemetry,
            events: world.events,
            trust: world.trust,
            upstream: Rc::new(upstream),
            runtime: world.runtime,
            witness: world.witness,
        };
        let place = Arc::clone(&self.place);
        Offline {
            worker: Worker::offline(Arc::new(settings), place, &self.metrics, outside),
        }
    }
}

impl Offline {
    /// Debug credentials for requests to the API of this id, good for an hour from `now` (in ticks).
    pub fn debug_token(&self, api: &str, now: i64) -> String {
        let tracing = self.worker.tracing.as_ref();
        tracing.map_or_else(String::new, |tracing| tracing.token(api, LONGEST, now))
    }

    /// The trace of this id, as JSON.
    pub fn trace(&self, id: &str) -> Option<Arc<str>> {
        self.worker.tracing.as_ref()?.find(id)
    }

    /// The response to a request, whole; where its body breaks off, why.
    pub async fn answer(&self, client: &Client, request: Request<Bytes>) -> Response<Result<Bytes, BodyError>> {
        let scheme = if client.https { "https" } else { "http" };
        let certificate = client.certificate.as_deref().and_then(Certificate::parse);
        let visit = Visit {
            peer: Peer::new(client.ip, scheme, &self.worker.settings.trusted_proxies),
            certificate: certificate.map(Arc::new),
            loopback: false,
            traffic: Arc::new(Traffic::default()),
            begun: Cell::new(0),
            in_flight: Cell::new(0),
            untaken: Cell::new(0),
            taken: Cell::new(0),
            open: Open::new(&Arc::default(), None),
        };
        let request = request.map(Outgoing::from);
        let (head, body) = server::answer(Rc::clone(&self.worker), Rc::new(visit), request)
            .await
            .into_parts();
        Response::from_parts(head, whole(body).await)
    }
}
