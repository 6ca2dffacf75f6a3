//! Connections to upstreams, kept for the next request. One pool per worker, so there is nothing to lock.
//!
//! HTTP/1.1 connections are taken last in, first out: what is used little becomes idle and is closed. HTTP/2
//! connections are shared up to a number of streams, then joined by another one. None serves for ever, since names come
//! to mean other addresses.
//! Never here: requests, retries.

use crate::ticker::Ticker;
use crate::upstream::connect::{Multiple, Origin, Sender, Single, connect};
use crate::upstream::database::Databases;
use crate::upstream::tls::ClientTls;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A worker's upstream connections.
pub struct Pool {
    ticker: Rc<Ticker>,
    tls: Arc<ClientTls>,
    connect_timeout: Duration,
    idle_timeout: Duration,
    lifetime: u64,
    most_idle: usize,
    idle: RefCell<HashMap<Origin, Vec<Idle>>>,
    shared: RefCell<HashMap<Origin, Vec<Shared>>>,
    databases: Databases,
}

struct Idle {
    connection: Single,
    since: u64,
}

struct Shared {
    connection: Multiple,
    streams: Rc<()>,
    used: u64,
    opened: u64,
}

/// A connection for one request.
pub struct Lease {
    /// Where the request goes.
    pub sender: Sender,
    /// Whether the connection has served before, so that it may have died in between.
    pub reused: bool,
    // Counts the streams of a shared connection.
    stream: Option<Rc<()>>,
}

/// Brings a connection back when its response has been read.
pub struct Return {
    pool: Rc<Pool>,
    origin: Origin,
    lease: Lease,
}

impl Pool {
    /// An empty pool.
    pub fn new(ticker: Rc<Ticker>, tls: Arc<ClientTls>, config: &crate::Config) -> Rc<Self> {
        Rc::new(Self {
            databases: Databases::new(Rc::clone(&ticker), Arc::clone(&tls), config),
            ticker,
            tls,
            connect_timeout: config.timeouts.connect,
            idle_timeout: config.timeouts.upstream_idle,
            lifetime: u64::try_from(config.timeouts.upstream_lifetime.as_millis()).unwrap_or(u64::MAX),
            most_idle: config.limits.idle_upstream_connections,
            idle: RefCell::default(),
            shared: RefCell::default(),
        })
    }

    /// Connections to databases.
    pub const fn databases(&self) -> &Databases {
        &self.databases
    }

    /// A connection that waits for a request, else a new one.
    pub async fn lease(&self, origin: &Origin) -> Result<Lease, String> {
        match self.take_idle(origin).or_else(|| self.share(origin)) {
            Some(lease) => Ok(lease),
            // Opening is rare and its future large.
            None => Box::pin(self.open(origin)).await,
        }
    }

    /// A new connection.
    pub async fn open(&self, origin: &Origin) -> Result<Lease, String> {
        let opened = self
            .ticker
            .alarm()
            .limit(self.connect_timeout, connect(origin, &self.tls, self.ticker.now()))
            .await;
        let sender = opened.unwrap_or_else(|| {
            Err(format!(
                "no connection to {} within {} s",
                origin.authority,
                self.connect_timeout.as_secs()
            ))
        })?;
        let stream = match &sender {
            Sender::Http1(_) => None,
            Sender::Http2(connection) => {
                let streams = Rc::new(());
                let shared = Shared {
                    connection: connection.clone(),
                    streams: Rc::clone(&streams),
                    used: self.ticker.now(),
                    opened: self.ticker.now(),
                };
                self.shared.borrow_mut().entry(origin.clone()).or_default().push(shared);
                Some(streams)
            }
        };
        Ok(Lease {
            sender,
            reused: false,
            stream,
        })
    }

    fn take_idle(&self, origin: &Origin) -> Option<Lease> {
        let mut idle = self.idle.borrow_mut();
        let connections = idle.get_mut(origin)?;
        connections.retain(|idle| !idle.connection.sender.is_closed() && !self.is_old(idle.connection.opened));
        // One that is not ready reads the rest of an answer that nobody wanted, or closes.
        let ready = connections.iter().rposition(|idle| idle.connection.sender.is_ready())?;
        Some(Lease {
            sender: Sender::Http1(connections.remove(ready).connection),
            reused: true,
            stream: None,
        })
    }

    fn share(&self, origin: &Origin) -> Option<Lease> {
        let mut shared = self.shared.borrow_mut();
        let connections = shared.get_mut(origin)?;
        connections.retain(|shared| !shared.connection.sender.is_closed());
        let free = connections
            .iter_mut()
            .filter(|shared| !self.is_old(shared.opened))
            .find(|shared| Rc::strong_count(&shared.streams) <= shared.connection.most_streams())?;
        free.used = self.ticker.now();
        let sender = Sender::Http2(free.connection.clone());
        Some(Lease {
            sender,
            reused: true,
            stream: Some(Rc::clone(&free.streams)),
        })
    }

    fn put(&self, origin: Origin, connection: Single) {
        if connection.sender.is_closed() || self.is_old(connection.opened) {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let connections = idle.entry(origin).or_default();
        if connections.len() < self.most_idle {
            connections.push(Idle {
                connection,
                since: self.ticker.now(),
            });
        }
    }

    fn is_old(&self, opened: u64) -> bool {
        self.ticker.now().saturating_sub(opened) > self.lifetime
    }

    /// Closes what has been idle for too long or was closed by the upstream.
    pub fn purge(&self) {
        self.databases.purge();
        let keep = u64::try_from(self.idle_timeout.as_millis()).unwrap_or(u64::MAX);
        let oldest = self.ticker.now().saturating_sub(keep);
        let expired = |since: u64| self.ticker.now() > keep && since < oldest;
        self.idle.borrow_mut().retain(|_, connections| {
            connections.retain(|idle| !idle.connection.sender.is_closed() && !expired(idle.since));
            !connections.is_empty()
        });
        self.shared.borrow_mut().retain(|_, connections| {
            connections.retain(|shared| {
                let busy = Rc::strong_count(&shared.streams) > 1;
                !shared.connection.sender.is_closed() && (busy || !expired(shared.used) && !self.is_old(shared.opened))
            });
            !connections.is_empty()
        });
    }
}

impl Return {
    /// To bring `lease` back to `pool`.
    pub fn new(pool: Rc<Pool>, origin: Origin, lease: Lease) -> Self {
        Self { pool, origin, lease }
    }

    /// Something has become of what came: the head of an answer, or a part of its body.
    pub fn bear_fruit(&self) {
        if let Sender::Http1(connection) = &self.lease.sender {
            connection.traffic.bear_fruit();
        }
    }

    /// What comes from here on is no answer.
    pub fn switch_protocols(&self) {
        if let Sender::Http1(connection) = &self.lease.sender {
            connection.traffic.expect_anything();
        }
    }

    /// The response has been read, or nobody wants the rest, and the request is written: the connection may serve again,
    /// if it does not close.
    pub fn put_back(self) {
        match self.lease.sender {
            Sender::Http1(connection) => self.pool.put(self.origin, connection),
            Sender::Http2(_) => drop(self.lease.stream),
        }
    }
}
