//! Counters of the data plane, one set a worker so that no two threads write the same one.
//!
//! Never here: records of single requests, exporters.

mod measured;
mod text;

pub use measured::Measured;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use store::Counters;

/// Upper bounds of the duration histogram in milliseconds, which are those of APIM's self-hosted gateway.
pub const BUCKETS: [u64; 11] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

/// All counters of a gateway.
#[derive(Default)]
pub struct Metrics {
    workers: Vec<Arc<WorkerMetrics>>,
    apis: Mutex<BTreeMap<String, Arc<ApiMetrics>>>,
    loggers: Mutex<BTreeMap<String, Arc<LoggerMetrics>>>,
    /// What policies measure.
    pub measured: Arc<Measured>,
    /// Counters that a server may hold.
    pub counters: OnceLock<Arc<dyn Counters>>,
    /// Snapshots that were put in place after the first.
    pub reloads: Counter,
    /// Changes of the configuration that were refused.
    pub refused_reloads: Counter,
}

/// Counters of one worker.
#[derive(Default)]
pub struct WorkerMetrics {
    /// Requests that have begun.
    pub begun: Counter,
    /// Requests that have ended.
    pub ended: Counter,
    /// Calls to upstreams that gave no answer.
    pub upstream_errors: Counter,
    /// Client connections accepted.
    pub connections: Counter,
    /// Durations by bucket, the last one without an upper bound.
    durations: [Counter; 12],
    /// Sum of the durations in microseconds.
    duration_sum: Counter,
}

/// Counters of one API: requests by status class for each worker, the first one of those whose client left before the
/// answer.
pub struct ApiMetrics {
    workers: Vec<[Counter; 10]>,
}

/// Counters of a logger's events, written by who has its queue.
#[derive(Default)]
pub struct LoggerMetrics {
    /// Events that have arrived.
    pub sent: Counter,
    /// Events that were dropped.
    pub dropped: Counter,
}

/// A counter that only one thread writes.
#[derive(Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// Adds; by the owning thread only.
    pub fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    /// The count so far.
    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

impl Metrics {
    /// Counters for this many workers.
    pub fn new(workers: usize) -> Self {
        Self {
            workers: (0..workers).map(|_| Arc::default()).collect(),
            ..Self::default()
        }
    }

    /// The counters of each worker.
    pub fn workers(&self) -> &[Arc<WorkerMetrics>] {
        &self.workers
    }

    /// The counters of an API, which outlive the snapshot; an empty name stands for what matched no API.
    pub fn api(&self, id: &str) -> Arc<ApiMetrics> {
        let mut apis = self.apis.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            Arc::new(ApiMetrics {
                workers: self.workers.iter().map(|_| Default::default()).collect(),
            })
        };
        Arc::clone(apis.entry(id.to_owned()).or_insert_with(new))
    }
}

impl Metrics {
    /// The counters of a logger, which outlive the snapshot.
    pub fn logger(&self, id: &str) -> Arc<LoggerMetrics> {
        let mut loggers = self.loggers.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(loggers.entry(id.to_owned()).or_default())
    }
}

impl WorkerMetrics {
    /// A request has ended after this time.
    pub fn end(&self, took: Duration) {
        self.ended.add(1);
        self.duration_sum
            .add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
        let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let bucket = BUCKETS
            .iter()
            .position(|bound| millis < *bound)
            .unwrap_or(BUCKETS.len());
        if let Some(counter) = self.durations.get(bucket) {
            counter.add(1);
        }
    }
}

impl ApiMetrics {
    /// A request of `worker` was answered with this status.
    pub fn count(&self, worker: usize, status: http::StatusCode) {
        let class = usize::from(status.as_u16() / 100);
        if let Some(counter) = self.workers.get(worker).and_then(|classes| classes.get(class)) {
            counter.add(1);
        }
    }

    /// The client of a request of `worker` left before the answer.
    pub fn count_left(&self, worker: usize) {
        if let Some(counter) = self.workers.get(worker).and_then(|classes| classes.first()) {
            counter.add(1);
        }
    }

    fn total(&self, class: usize) -> u64 {
        self.workers
            .iter()
            .filter_map(|classes| classes.get(class))
            .map(Counter::get)
            .sum()
    }
}
