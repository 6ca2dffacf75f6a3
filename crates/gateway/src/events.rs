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
mod outbox;
mod queue;
mod sender;
mod sent;

pub use outbox::{Opened, Outbox};

use crate::ticker::Ticker;
use crate::worker::{Shared, services};
use queue::Queue;
use sender::Sender;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::watch;
use tokio::task::JoinSet;

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
