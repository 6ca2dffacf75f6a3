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
    let mut attempt = Attempt::default();
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
        if attempt.is_first() && !queue.has_a_batch() && !stops(&stop) {
            tokio::select! {
                () = tokio::time::sleep(LINGER) => {}
                _ = stop.changed() => {}
            }
        }
        send(&queue, &mut sender, &mut attempt, &mut stop).await;
    }
}

/// Whether the gateway stops, or was dropped.
fn stops(stop: &Stop) -> bool {
    stop.borrow().is_some() || stop.has_changed().is_err()
}

/// What is known of the events that come next from attempts to send them.
#[derive(Default)]
struct Attempt {
    /// How long the last wait was.
    waited: Option<Duration>,
    /// Since when the logger takes nothing.
    since: Option<Instant>,
    /// How many it takes at once, where that is less than a batch.
    most: Option<usize>,
}

impl Attempt {
    fn is_first(&self) -> bool {
        self.since.is_none() && self.most.is_none()
    }
}

/// Sends one batch. What does not arrive is put back, so that the next attempt is made with the logger as it is then.
async fn send(queue: &Queue, sender: &mut Sender, attempt: &mut Attempt, stop: &mut Stop) {
    let batch = queue.batch(attempt.most);
    let logger = Arc::clone(&batch.logger);
    let logger = logger.id.as_str();
    let sent = tokio::time::timeout(PATIENCE, sender.send(&batch)).await;
    let late = |_| Sent::later(format!("no answer within {} s", PATIENCE.as_secs()));
    let (refused, why) = match sent.unwrap_or_else(late) {
        Sent::Done { refused, why } => (refused, why),
        Sent::TooMany { .. } if batch.events.len() > 1 => {
            attempt.most = Some(batch.events.len() / 2);
            queue.put_back(batch);
            return;
        }
        Sent::TooMany { why } => (1, why),
        Sent::Later { why, after } => {
            if attempt.since.is_none() {
                attempt.since = Some(Instant::now());
                tracing::warn!(logger, why, "a logger takes no events; they wait and are sent later");
            }
            queue.put_back(batch);
            let wait = attempt
                .waited
                .map_or(FIRST_WAIT, |waited| (waited * 2).min(LONGEST_WAIT));
            attempt.waited = Some(wait);
            let pause = tokio::time::sleep(after.unwrap_or(wait).min(LONGEST_WAIT));
            if stops(stop) {
                pause.await;
            } else {
                tokio::select! {
                    () = pause => {}
                    // There is not much time left: it is tried at once, and again after short waits.
                    _ = stop.changed() => attempt.waited = None,
                }
            }
            return;
        }
    };
    if refused > 0 {
        tracing::warn!(logger, refused, why, "a logger has refused events");
    }
    queue.arrived(refused);
    let dropped = queue.take_dropped();
    if let Some(since) = std::mem::take(attempt).since {
        let seconds = since.elapsed().as_secs();
        tracing::info!(logger, seconds, dropped, "the logger takes events again");
    } else if dropped > refused {
        tracing::warn!(logger, dropped, "a logger is slower than the events come");
    }
}
