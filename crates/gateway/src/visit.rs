//! A client's connection and its requests, as they are counted: open, in flight, waiting for the client.
//!
//! Never here: bytes, what is answered.

use crate::forwarded::Peer;
use crate::metrics::{ApiMetrics, WorkerMetrics};
use crate::watched::Traffic;
use expression::certificate::Certificate;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::sync::OwnedSemaphorePermit;

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
    /// The worker's number, which is its place among the counters, and its own counters.
    worker: (usize, Arc<WorkerMetrics>),
    visit: Rc<Visit>,
    started: Instant,
    /// Whether a part of its response waits for the client.
    untaken: Cell<bool>,
}

impl InFlight {
    /// A request begins at the worker of this number with these counters.
    pub fn begin(index: usize, metrics: &Arc<WorkerMetrics>, visit: &Rc<Visit>) -> Self {
        metrics.begun.add(1);
        visit.traffic.begin();
        visit.traffic.bear_fruit();
        visit.begun.set(visit.begun.get() + 1);
        visit.in_flight.set(visit.in_flight.get() + 1);
        Self {
            worker: (index, Arc::clone(metrics)),
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
        api.count(self.worker.0, status);
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.take();
        self.worker.1.end(self.started.elapsed());
        self.visit.in_flight.set(self.visit.in_flight.get().saturating_sub(1));
        self.visit.traffic.end();
    }
}
