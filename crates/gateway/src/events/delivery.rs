//! Emptying a queue: batches in turn, and patience with a logger that does not answer.
//!
//! Never here: protocols.

use super::queue::Queue;
use super::sender::{Sender, Sent};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long an event waits for others to go with it.
const LINGER: Duration = Duration::from_millis(100);
/// The wait after the first failure; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long a logger may take over a batch.
const PATIENCE: Duration = Duration::from_secs(30);

/// A moment at which the gateway stops, once it is known.
type Stop = watch::Receiver<Option<Instant>>;

/// Sends the events of a queue; ends when the gateway stops and nothing waits.
pub async fn deliver(queue: Arc<Queue>, mut sender: Sender, mut stop: Stop) {
    loop {
        while queue.is_empty() {
            if stops(&stop) {
                return;
            }
            tokio::select! {
                () = queue.filled() => {}
                _ = stop.changed() => {}
            }
        }
        if !queue.has_a_batch() && !stops(&stop) {
            tokio::select! {
                () = tokio::time::sleep(LINGER) => {}
                _ = stop.changed() => {}
            }
        }
        send(&queue, &mut sender).await;
    }
}

/// Whether the gateway stops, or was dropped.
fn stops(stop: &Stop) -> bool {
    stop.borrow().is_some() || stop.has_changed().is_err()
}

/// Sends one batch, however often it takes.
async fn send(queue: &Queue, sender: &mut Sender) {
    let batch = queue.batch();
    let logger = batch.logger.id.as_str();
    let (mut wait, mut since) = (FIRST_WAIT, None);
    loop {
        let sent = tokio::time::timeout(PATIENCE, sender.send(&batch)).await;
        let late = |_| Sent::later(format!("no answer within {} s", PATIENCE.as_secs()));
        match sent.unwrap_or_else(late) {
            Sent::Done { refused: 0, .. } => queue.arrived(0),
            Sent::Done { refused, why } => {
                tracing::warn!(logger, refused, why, "a logger has refused events");
                queue.arrived(refused);
            }
            Sent::Later { why, after } => {
                if since.is_none() {
                    since = Some(Instant::now());
                    tracing::warn!(logger, why, "a logger takes no events; they wait and are sent later");
                }
                tokio::time::sleep(after.unwrap_or(wait).min(LONGEST_WAIT)).await;
                wait = (wait * 2).min(LONGEST_WAIT);
                continue;
            }
        }
        break;
    }
    if let Some(since) = since {
        let (seconds, dropped) = (since.elapsed().as_secs(), queue.take_dropped());
        tracing::info!(logger, seconds, dropped, "the logger takes events again");
    } else {
        let dropped = queue.take_dropped();
        if dropped > 0 {
            tracing::warn!(logger, dropped, "a logger is slower than the events come");
        }
    }
}
