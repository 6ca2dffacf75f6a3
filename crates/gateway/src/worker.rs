//! A worker: one thread with its own runtime, connections, upstreams and counters. Nothing of it leaves the thread.
//!
//! Never here: accepting connections, HTTP.

use crate::background::Background;
use crate::config::Config;
use crate::connection;
use crate::debug::Tracing;
use crate::events::Outbox;
use crate::forwarded::Peer;
use crate::log_limit::LogLimit;
use crate::metrics::{ApiMetrics, Metrics, WorkerMetrics};
use crate::snapshot::{Current, Snapshot};
use crate::ticker::Ticker;
use crate::upstream::{Client, ClientTls, Pool};
use crate::watched::Traffic;
use arc_swap::ArcSwap;
use expression::certificate::Certificate;
use expression::text::Text;
use policy::{Backends, Clock, Services, Trust};
use std::cell::Cell;
use std::future::Future;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use store::{Caches, Counters};
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use tokio::task::LocalSet;
use tokio_rustls::TlsAcceptor;

/// What all workers share.
#[derive(Clone)]
pub struct Shared {
    /// The operator's settings.
    pub settings: Arc<Config>,
    /// The snapshot in place.
    pub place: Arc<ArcSwap<Snapshot>>,
    /// All counters.
    pub metrics: Arc<Metrics>,
    /// Counters of limits.
    pub counters: Arc<dyn Counters>,
    /// Caches.
    pub caches: Caches,
    /// Breakers and turns of backends.
    pub backends: Arc<Backends>,
    /// Who is within limits of concurrency.
    pub slots: Arc<policy::Slots>,
    /// Who waits for events of GraphQL APIs.
    pub subscriptions: Arc<policy::Subscriptions>,
    /// Who may have requests traced; none: nobody.
    pub tracing: Option<Arc<Tracing>>,
    /// Events on their way to loggers.
    pub events: Arc<Outbox>,
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// TLS towards upstreams.
    pub tls: Arc<ClientTls>,
    /// How long requests in flight may take when the gateway stops, in milliseconds.
    pub drain: Arc<AtomicUsize>,
}

/// What a worker's policies reach.
pub struct Outside {
    /// Time and randomness.
    pub clock: Arc<dyn Clock>,
    /// Counters of limits.
    pub counters: Arc<dyn Counters>,
    /// Caches.
    pub caches: Caches,
    /// Breakers and turns of backends.
    pub backends: Arc<Backends>,
    /// Who is within limits of concurrency.
    pub slots: Arc<policy::Slots>,
    /// Who waits for events of GraphQL APIs.
    pub subscriptions: Arc<policy::Subscriptions>,
    /// Where measurements go.
    pub telemetry: Arc<dyn policy::Telemetry>,
    /// Where events go.
    pub events: Arc<dyn policy::Events>,
    /// Whose certificates are trusted.
    pub trust: Arc<dyn Trust>,
    /// Connections to upstreams.
    pub upstream: Rc<dyn policy::Upstream>,
    /// Time that passes, and work in the background.
    pub runtime: Rc<dyn policy::Runtime>,
    /// Who watches exchanges.
    pub witness: Option<Rc<dyn policy::Witness>>,
}

/// A socket that was accepted.
pub struct Accepted {
    /// The connection.
    pub stream: std::net::TcpStream,
    /// The client's address.
    pub peer: SocketAddr,
    /// TLS, when the listener speaks it.
    pub tls: Option<TlsAcceptor>,
    /// Whether the listener can be reached from this machine alone.
    pub loopback: bool,
    /// Its place among the open connections.
    pub open: Open,
}

/// One of a worker's open connections, with its place among those of all workers.
pub struct Open {
    count: Arc<AtomicUsize>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Open {
    /// Counts one more.
    pub fn new(count: &Arc<AtomicUsize>, place: Option<OwnedSemaphorePermit>) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self {
            count: Arc::clone(count),
            _place: place,
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::Relaxed);
    }
}

/// One worker.
pub struct Worker {
    /// Its number, which is its place among the counters.
    pub index: usize,
    /// The operator's settings.
    pub settings: Arc<Config>,
    /// The snapshot in place.
    pub current: Current,
    /// Its counters.
    pub metrics: Arc<WorkerMetrics>,
    /// What policies reach of the outside.
    pub services: Rc<Services>,
    /// What goes on beside its requests.
    pub background: Rc<Background>,
    /// Its coarse clock.
    pub ticker: Rc<Ticker>,
    /// Who may have requests traced; none: nobody.
    pub tracing: Option<Arc<Tracing>>,
    /// What it may log about requests.
    pub log_limit: LogLimit,
    /// The empty text, so that none is made for each request.
    pub nothing: Text,
    /// Told when connections are to end.
    pub draining: Arc<Notify>,
    /// Whether that was told.
    pub is_draining: Cell<bool>,
}

/// A client connection, as its requests know it.
pub struct Visit {
    /// The client.
    pub peer: Peer,
    /// The certificate that it showed.
    pub certificate: Option<Arc<Certificate>>,
    /// Whether the listener can be reached from this machine alone.
    pub loopback: bool,
    /// What has been seen of its bytes.
    pub traffic: Arc<Traffic>,
    /// Requests that have begun.
    pub begun: Cell<u64>,
    /// Requests that have begun and not ended.
    pub in_flight: Cell<u64>,
    /// Responses of which a part waits for the client to take it.
    pub untaken: Cell<u64>,
    /// Times that a part was taken.
    pub taken: Cell<u64>,
    /// Its place among the open connections, until the last of its requests or its upgrade is over.
    #[expect(dead_code, reason = "held for as long as the visit lasts")]
    pub open: Open,
}

/// A request from its head to the end of its response; dropped, it is over.
pub struct InFlight {
    worker: Rc<Worker>,
    visit: Rc<Visit>,
    started: Instant,
    /// Whether a part of its response waits for the client.
    untaken: Cell<bool>,
}

impl InFlight {
    /// A request begins.
    pub fn begin(worker: &Rc<Worker>, visit: &Rc<Visit>) -> Self {
        worker.metrics.begun.add(1);
        visit.traffic.begin();
        visit.traffic.bear_fruit();
        visit.begun.set(visit.begun.get() + 1);
        visit.in_flight.set(visit.in_flight.get() + 1);
        Self {
            worker: Rc::clone(worker),
            visit: Rc::clone(visit),
            started: Instant::now(),
            untaken: Cell::new(false),
        }
    }

    /// A part of the response has been handed to the connection, which asks for the next one when the client's window
    /// has room.
    pub fn hand_over(&self) {
        if !self.untaken.replace(true) {
            self.visit.untaken.set(self.visit.untaken.get() + 1);
        }
    }

    /// The connection asks for the next part.
    pub fn take(&self) {
        if self.untaken.replace(false) {
            self.visit.untaken.set(self.visit.untaken.get().saturating_sub(1));
            self.visit.taken.set(self.visit.taken.get().wrapping_add(1));
        }
    }

    /// Counts the request's status for its API.
    pub fn count(&self, api: &ApiMetrics, status: http::StatusCode) {
        api.count(self.worker.index, status);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.take();
        self.worker.metrics.end(self.started.elapsed());
        self.visit.in_flight.set(self.visit.in_flight.get().saturating_sub(1));
        self.visit.traffic.end();
    }
}

/// Runs tasks of hyper's on the worker's own thread.
#[derive(Clone, Copy)]
pub struct Local;

impl<F: Future + 'static> hyper::rt::Executor<F> for Local {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

impl Worker {
    fn new(index: usize, shared: Shared) -> Rc<Self> {
        let ticker = Ticker::new();
        let metrics = shared.metrics.workers().get(index).cloned().unwrap_or_default();
        let (services, pool, background) = services(&shared, &ticker, Arc::clone(&metrics));
        tokio::task::spawn_local(Rc::clone(&ticker).run(move || pool.purge()));
        Rc::new(Self {
            tracing: shared.tracing,
            ..Self::with(
                shared.settings,
                shared.place,
                metrics,
                ticker,
                (services, background),
                index,
            )
        })
    }

    /// A worker that reaches nothing but `outside`: no socket, no timer of its own.
    pub fn offline(
        settings: Arc<Config>,
        place: Arc<ArcSwap<Snapshot>>,
        metrics: &Metrics,
        outside: Outside,
    ) -> Rc<Self> {
        let metrics = metrics.workers().first().cloned().unwrap_or_default();
        let services = reaching(&settings, &place, outside);
        let reach = (services, Rc::new(Background::new()));
        let mut worker = Self::with(settings, place, metrics, Ticker::new(), reach, 0);
        // Nobody else gets hold of its tokens.
        worker.tracing = Some(Arc::new(Tracing::new("offline")));
        Rc::new(worker)
    }

    fn with(
        settings: Arc<Config>,
        place: Arc<ArcSwap<Snapshot>>,
        metrics: Arc<WorkerMetrics>,
        ticker: Rc<Ticker>,
        (services, background): (Services, Rc<Background>),
        index: usize,
    ) -> Self {
        Self {
            index,
            current: Current::new(place),
            metrics,
            services: Rc::new(services),
            background,
            ticker,
            tracing: None,
            log_limit: LogLimit::default(),
            nothing: Text::default(),
            draining: Arc::new(Notify::new()),
            is_draining: Cell::new(false),
            settings,
        }
    }
}

/// What is reached of the outside from one thread.
pub fn services(
    shared: &Shared,
    ticker: &Rc<Ticker>,
    metrics: Arc<WorkerMetrics>,
) -> (Services, Rc<Pool>, Rc<Background>) {
    let settings = &shared.settings;
    let pool = Pool::new(Rc::clone(ticker), Arc::clone(&shared.tls), settings);
    let idle = settings.timeouts.response_body;
    let client = Client::new(Rc::clone(&pool), Rc::clone(ticker), idle, metrics);
    let background = Rc::new(Background::new());
    let outside = Outside {
        clock: Arc::clone(&shared.clock),
        counters: Arc::clone(&shared.counters),
        caches: shared.caches.clone(),
        backends: Arc::clone(&shared.backends),
        slots: Arc::clone(&shared.slots),
        subscriptions: Arc::clone(&shared.subscriptions),
        telemetry: Arc::clone(&shared.metrics.measured) as Arc<dyn policy::Telemetry>,
        events: Arc::clone(&shared.events) as Arc<dyn policy::Events>,
        trust: Arc::clone(&shared.tls) as Arc<dyn Trust>,
        upstream: Rc::new(client),
        runtime: Rc::clone(&background) as Rc<dyn policy::Runtime>,
        witness: None,
    };
    (reaching(settings, &shared.place, outside), pool, background)
}

/// What policies reach, as the operator has set it.
fn reaching(settings: &Config, place: &Arc<ArcSwap<Snapshot>>, outside: Outside) -> Services {
    let place = Arc::clone(place);
    Services {
        clock: outside.clock,
        counters: outside.counters,
        caches: outside.caches,
        backends: outside.backends,
        upstream: outside.upstream,
        runtime: outside.runtime,
        issuers: Rc::default(),
        identity: Rc::new(policy::OwnIdentity::new(Arc::clone(&settings.identity))),
        authorizations: Rc::new(policy::Authorizations::new(Arc::clone(&settings.authorizations))),
        entra: settings.entra.as_deref().unwrap_or(policy::ENTRA).into(),
        slots: outside.slots,
        subscriptions: outside.subscriptions,
        telemetry: outside.telemetry,
        events: outside.events,
        trust: outside.trust,
        deployment: Arc::clone(&settings.deployment),
        service_bus: settings.service_bus.as_deref().map(Into::into),
        dapr: settings.dapr.as_deref().unwrap_or("http://localhost:3500").into(),
        buffer_limit: settings.limits.buffer_bytes,
        witness: outside.witness,
        secrets: Rc::new(move || place.load().secrets()),
    }
}

/// A worker's thread: serves connections until no more can come, then lets those that are open finish.
pub fn run(index: usize, shared: Shared, sockets: UnboundedReceiver<Accepted>, open: &Arc<AtomicUsize>) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            tracing::error!(%error, "a worker has no runtime; its connections are not served");
            return;
        }
    };
    LocalSet::new().block_on(&runtime, serve(index, shared, sockets, open));
}

async fn serve(index: usize, shared: Shared, mut sockets: UnboundedReceiver<Accepted>, open: &Arc<AtomicUsize>) {
    let drain = Arc::clone(&shared.drain);
    let worker = Worker::new(index, shared);
    while let Some(accepted) = sockets.recv().await {
        worker.metrics.connections.add(1);
        tokio::task::spawn_local(connection::serve(Rc::clone(&worker), accepted));
    }
    worker.is_draining.set(true);
    worker.draining.notify_waiters();
    let deadline = Instant::now() + Duration::from_millis(drain.load(Ordering::Relaxed) as u64);
    while (open.load(Ordering::Relaxed) > 0 || worker.background.is_busy()) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
