//! Starting, reloading and stopping a gateway.
//!
//! Never here: where settings and catalogs come from.

use crate::admin::{self, Operator};
use crate::config::Config;
use crate::debug::Tracing;
use crate::events::{self, Opened, Outbox};
use crate::listener::{Queue, Room, accept, acceptor};
use crate::metrics::Metrics;
use crate::snapshot::Snapshot;
use crate::thread;
use crate::upstream::ClientTls;
use crate::worker::Shared;
use arc_swap::ArcSwap;
use catalog::Catalog;
use policy::{Clock, Plans};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use store::{Caches, Counters};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::LocalSet;
use tokio_rustls::TlsAcceptor;

/// How long the last events may take when the gateway stops, however short requests are given.
const LAST_EVENTS: Duration = Duration::from_secs(1);

/// Starts gateways.
pub struct Gateway;

/// A gateway that runs until it is told to stop or dropped.
pub struct Running {
    addresses: Vec<SocketAddr>,
    admin: Option<SocketAddr>,
    place: Arc<ArcSwap<Snapshot>>,
    tls: Arc<ClientTls>,
    metrics: Arc<Metrics>,
    outbox: Arc<Outbox>,
    stop: watch::Sender<bool>,
    drain: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
    events: Option<Sending>,
}

/// The thread that sends events, and until when it may when the gateway stops.
struct Sending {
    until: watch::Sender<Option<Instant>>,
    thread: JoinHandle<()>,
}

impl Gateway {
    /// Listens and serves. An error says which socket or certificate is unusable.
    pub fn start(
        config: Config,
        catalog: Arc<Catalog>,
        plans: Plans,
        counters: Arc<dyn Counters>,
        caches: Caches,
        clock: Arc<dyn Clock>,
    ) -> Result<Running, String> {
        let sockets = Sockets::bind(&config)?;
        let addresses = sockets.listeners.iter().map(|(address, ..)| *address).collect();
        let admin = sockets.admin.as_ref().map(|(address, _)| *address);
        let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let workers = if config.workers == 0 { cores() } else { config.workers };
        let metrics = Arc::new(Metrics::new(workers));
        let _ = metrics.counters.set(Arc::clone(&counters));
        let tls = Arc::new(ClientTls::with_system_roots());
        tls.trust(&catalog.authorities);
        let place = Arc::new(ArcSwap::from_pointee(Snapshot::of(catalog, plans, &metrics)));
        let drain = Arc::new(AtomicUsize::new(0));
        let (outbox, opened) = Outbox::new(Arc::clone(&metrics));
        let outbox = Arc::new(outbox);
        let connections = config.limits.connections;
        let tracing = config.tracing_key.as_deref().map(Tracing::new).map(Arc::new);
        let operator = Operator {
            metrics: Arc::clone(&metrics),
            tracing: tracing.clone(),
            clock: Arc::clone(&clock),
        };
        let shared = Shared {
            settings: Arc::new(config),
            place: Arc::clone(&place),
            metrics: Arc::clone(&metrics),
            counters,
            caches,
            backends: Arc::default(),
            slots: Arc::default(),
            subscriptions: Arc::default(),
            tracing,
            events: Arc::clone(&outbox),
            clock,
            tls: Arc::clone(&tls),
            drain: Arc::clone(&drain),
        };
        let (stop, stopped) = watch::channel(false);
        let mut running = Running {
            addresses,
            admin,
            place,
            tls,
            metrics,
            outbox,
            stop,
            drain,
            threads: Vec::new(),
            events: None,
        };
        running.spawn_events(shared.clone(), opened)?;
        let queues = running.spawn_workers(workers, &shared)?;
        running.spawn_acceptor(sockets, operator, connections, queues, stopped)?;
        Ok(running)
    }
}

impl Running {
    /// The address of the first listener.
    pub fn address(&self) -> Option<SocketAddr> {
        self.addresses.first().copied()
    }

    /// The addresses of all listeners, in the order of the settings.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// The address of the operator's pages.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin
    }

    /// Puts a new state in place; requests under way finish on the old one.
    pub fn replace(&self, catalog: Arc<Catalog>, plans: Plans) {
        self.tls.trust(&catalog.authorities);
        self.outbox.follow(&catalog.loggers);
        let next = self.place.load().followed_by(catalog, plans, &self.metrics);
        self.place.store(Arc::new(next));
        self.metrics.reloads.add(1);
    }

    /// Counts a changed configuration that was broken; the one in place stays.
    pub fn refused(&self) {
        self.metrics.refused_reloads.add(1);
    }

    /// Stops accepting, lets requests under way finish for at most `drain`, then closes what is left. Blocks until
    /// then.
    pub fn shutdown(mut self, drain: Duration) {
        let until = Instant::now() + drain.max(LAST_EVENTS);
        self.drain.store(
            usize::try_from(drain.as_millis()).unwrap_or(usize::MAX),
            Ordering::Relaxed,
        );
        self.stop.send_replace(true);
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to finish.
            let _ = thread.join();
        }
        if let Some(Sending { until: told, thread }) = self.events.take() {
            told.send_replace(Some(until));
            let _ = thread.join();
        }
    }

    fn spawn_events(&mut self, shared: Shared, opened: Opened) -> Result<(), String> {
        let (until, stop) = watch::channel(None);
        let thread = spawn("events".to_owned(), move || match runtime() {
            Ok(runtime) => {
                LocalSet::new().block_on(&runtime, events::run(shared, opened, stop));
                // A write to a pipe that nobody reads, or to a disk that hangs, is not waited for.
                runtime.shutdown_background();
            }
            Err(error) => tracing::error!(error, "no events can be sent"),
        })?;
        self.events = Some(Sending { until, thread });
        Ok(())
    }

    fn spawn_workers(&mut self, count: usize, shared: &Shared) -> Result<Vec<Queue>, String> {
        let mut queues = Vec::with_capacity(count);
        for index in 0..count {
            let (sockets, received) = mpsc::unbounded_channel();
            let open = Arc::new(AtomicUsize::new(0));
            queues.push(Queue {
                sockets,
                open: Arc::clone(&open),
            });
            let shared = shared.clone();
            self.spawn(format!("worker {index}"), move || {
                thread::run(index, shared, received, &open);
            })?;
        }
        Ok(queues)
    }

    fn spawn_acceptor(
        &mut self,
        sockets: Sockets,
        operator: Operator,
        connections: usize,
        queues: Vec<Queue>,
        stopped: watch::Receiver<bool>,
    ) -> Result<(), String> {
        let room = Room::new(connections);
        self.spawn("acceptor".to_owned(), move || match runtime() {
            Ok(runtime) => LocalSet::new().block_on(&runtime, sockets.serve(room, queues, operator, stopped)),
            Err(error) => tracing::error!(error, "nothing can be accepted"),
        })
    }

    fn spawn(&mut self, name: String, run: impl FnOnce() + Send + 'static) -> Result<(), String> {
        self.threads.push(spawn(name, run)?);
        Ok(())
    }
}

fn spawn(name: String, run: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, String> {
    let named = format!("no thread for {name}");
    let thread = std::thread::Builder::new().name(name).stack_size(policy::STACK);
    let thread = thread.spawn(run);
    thread.map_err(|error| format!("{named}: {error}"))
}

fn runtime() -> Result<tokio::runtime::Runtime, String> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())
}

/// Sockets that are bound and not served yet.
struct Sockets {
    listeners: Vec<(SocketAddr, std::net::TcpListener, Option<TlsAcceptor>)>,
    admin: Option<(SocketAddr, std::net::TcpListener)>,
}

impl Sockets {
    fn bind(config: &Config) -> Result<Self, String> {
        let mut listeners = Vec::new();
        for listen in &config.listen {
            let asks = listen.client_certificates;
            let tls = listen
                .tls
                .as_deref()
                .map(|identities| acceptor(identities, asks))
                .transpose()?;
            let (address, listener) = bind(listen.address)?;
            listeners.push((address, listener, tls));
        }
        let admin = config.admin_listen.map(bind).transpose()?;
        Ok(Self { listeners, admin })
    }

    async fn serve(self, room: Room, queues: Vec<Queue>, operator: Operator, mut stopped: watch::Receiver<bool>) {
        let mut accepting = Vec::new();
        for (address, listener, tls) in self.listeners {
            match TcpListener::from_std(listener) {
                Ok(listener) => {
                    accepting.push(tokio::task::spawn_local(accept(
                        listener,
                        tls,
                        room.clone(),
                        queues.clone(),
                        stopped.clone(),
                    )));
                }
                Err(error) => tracing::error!(%error, %address, "the socket is not served"),
            }
        }
        drop(queues);
        if let Some((address, listener)) = self.admin {
            match TcpListener::from_std(listener) {
                Ok(listener) => drop(tokio::task::spawn_local(admin::serve(listener, operator))),
                Err(error) => tracing::error!(%error, %address, "the socket is not served"),
            }
        }
        // An error means that the gateway was dropped.
        let _ = stopped.changed().await;
        for task in accepting {
            let _ = task.await;
        }
    }
}

fn bind(address: SocketAddr) -> Result<(SocketAddr, std::net::TcpListener), String> {
    let failed = |error: std::io::Error| format!("cannot listen on {address}: {error}");
    let listener = std::net::TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    Ok((listener.local_addr().map_err(failed)?, listener))
}
