//! A worker: what one thread has for its connections and their requests. Nothing of it leaves the thread.
//!
//! Never here: the thread, accepting connections, HTTP.

use crate::background::Background;
use crate::config::Config;
use crate::debug::Tracing;
use crate::events::Outbox;
use crate::log_limit::LogLimit;
use crate::metrics::{Metrics, WorkerMetrics};
use crate::snapshot::{Current, Snapshot};
use crate::ticker::Ticker;
use crate::upstream::{Client, ClientTls, Pool};
use arc_swap::ArcSwap;
use expression::text::Text;
use policy::{Backends, Clock, Services, Trust};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use store::{Caches, Counters};
use tokio::sync::Notify;

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

impl Worker {
    /// The worker of this number.
    pub fn new(index: usize, shared: Shared) -> Rc<Self> {
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
