//! Where workers hand events over: a queue for each logger.
//!
//! Never here: what empties them.

use super::queue::Queue;
use crate::metrics::Metrics;
use catalog::Logger;
use policy::{Event, Events};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::mpsc;

/// Where workers hand events over.
pub struct Outbox {
    queues: RwLock<HashMap<String, Arc<Queue>>>,
    opened: mpsc::UnboundedSender<Arc<Queue>>,
    metrics: Arc<Metrics>,
}

/// Queues that were opened and that nobody empties yet.
pub struct Opened(pub(super) mpsc::UnboundedReceiver<Arc<Queue>>);

impl Outbox {
    /// An empty one, and where its queues come out.
    pub fn new(metrics: Arc<Metrics>) -> (Self, Opened) {
        let (opened, received) = mpsc::unbounded_channel();
        let outbox = Self {
            queues: RwLock::default(),
            opened,
            metrics,
        };
        (outbox, Opened(received))
    }

    fn open(&self, logger: &Arc<Logger>) -> Arc<Queue> {
        let mut queues = self.queues.write().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(logger.id.clone()).or_insert_with(|| {
            let queue = Arc::new(Queue::new(Arc::clone(logger), self.metrics.logger(&logger.id)));
            // Nobody receives once the gateway has stopped.
            let _ = self.opened.send(Arc::clone(&queue));
            queue
        });
        Arc::clone(queue)
    }
}

impl Outbox {
    /// Has what waits go where its loggers are now.
    pub fn follow(&self, loggers: &BTreeMap<String, Arc<Logger>>) {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        for (id, queue) in &*queues {
            loggers.get(id).into_iter().for_each(|logger| queue.follow(logger));
        }
    }
}

impl Events for Outbox {
    fn log(&self, logger: &Arc<Logger>, event: Event) {
        let queues = self.queues.read().unwrap_or_else(PoisonError::into_inner);
        let known = queues.get(&logger.id).cloned();
        drop(queues);
        known.unwrap_or_else(|| self.open(logger)).push(logger, event);
    }
}
