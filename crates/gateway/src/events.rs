//! Events of policies on their way to loggers: taken by workers, sent by one thread of their own.
//!
//! A worker puts an event into its logger's queue and goes on. The thread sends what waits, batch after batch, and tries
//! again for as long as a logger cannot be reached. Never here: what an event says, which policies log.

mod delivery;
mod event_hub;
mod file;
mod http_sink;
mod kafka;
mod nats;
mod otlp;
mod queue;
mod sender;
mod sent;

use crate::metrics::Metrics;
use crate::ticker::Ticker;
use crate::worker::{Shared, services};
use catalog::Logger;
use policy::{Event, Events};
use queue::Queue;
use sender::Sender;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

/// Where workers hand events over.
pub struct Outbox {
    queues: RwLock<HashMap<String, Arc<Queue>>>,
    opened: mpsc::UnboundedSender<Arc<Queue>>,
    metrics: Arc<Metrics>,
}

/// Queues that were opened and that nobody empties yet.
pub struct Opened(mpsc::UnboundedReceiver<Arc<Queue>>);

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

/// Sends what the queues hold until `stop` names a moment, then what is left until that moment.
pub async fn run(shared: Shared, opened: Opened, mut stop: watch::Receiver<Option<Instant>>) {
    let ticker = Ticker::new();
    let (services, pool, _) = services(&shared, &ticker, Arc::default());
    let services = Rc::new(services);
    tokio::task::spawn_local(Rc::clone(&ticker).run(move || pool.purge()));
    let mut opened = opened.0;
    let (mut queues, mut deliveries) = (Vec::new(), JoinSet::new());
    let mut deliver = |queue: Arc<Queue>, stop: &watch::Receiver<Option<Instant>>| {
        let sender = Sender::new(Rc::clone(&services), Arc::clone(&shared.tls));
        deliveries.spawn_local(delivery::deliver(Arc::clone(&queue), sender, stop.clone()));
        queues.push(queue);
    };
    loop {
        tokio::select! {
            queue = opened.recv() => match queue {
                Some(queue) => deliver(queue, &stop),
                None => break,
            },
            // An error means that the gateway was dropped.
            _ = stop.changed() => break,
        }
    }
    while let Ok(queue) = opened.try_recv() {
        deliver(queue, &stop);
    }
    let deadline = stop.borrow().unwrap_or_else(Instant::now);
    let all = async { while deliveries.join_next().await.is_some() {} };
    if tokio::time::timeout_at(deadline.into(), all).await.is_err() {
        for queue in queues {
            queue.give_up();
        }
    }
}
