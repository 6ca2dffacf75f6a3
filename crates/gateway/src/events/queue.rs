//! Events that wait for their logger, of which there are only so many.
//!
//! Never here: sending them.

use crate::metrics::LoggerMetrics;
use catalog::Logger;
use policy::{Event, Partition};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Events that wait at most.
const MOST: usize = 10_000;
/// Bytes of events that wait at most.
const MOST_BYTES: usize = 16 << 20;
/// Events of a batch at most.
pub const BATCH: usize = 500;
/// Bytes of a batch at most, unless a single event is longer.
const BATCH_BYTES: usize = 200 << 10;
/// What an event counts beside its text.
const OVERHEAD: usize = 128;

/// The events of one logger.
pub struct Queue {
    state: Mutex<State>,
    filled: Notify,
    metrics: Arc<LoggerMetrics>,
}

struct State {
    /// The logger as it was when it was last heard of.
    logger: Arc<Logger>,
    waiting: VecDeque<Event>,
    bytes: usize,
    /// Events that were taken and of which it is not known what becomes of them.
    taken: u64,
    /// Events that were dropped since somebody was told.
    dropped: u64,
}

impl State {
    fn follow(&mut self, logger: &Arc<Logger>) {
        if !Arc::ptr_eq(&self.logger, logger) {
            self.logger = Arc::clone(logger);
        }
    }
}

/// Events that are sent together.
pub struct Batch {
    /// Where to.
    pub logger: Arc<Logger>,
    /// The events in order.
    pub events: Vec<Event>,
}

fn size(event: &Event) -> usize {
    let key = match &event.partition {
        Partition::Any => 0,
        Partition::Id(text) | Partition::Key(text) => text.len(),
    };
    event.body.len() + key + OVERHEAD
}

impl Queue {
    /// Nothing waits.
    pub fn new(logger: Arc<Logger>, metrics: Arc<LoggerMetrics>) -> Self {
        Self {
            state: Mutex::new(State {
                logger,
                waiting: VecDeque::new(),
                bytes: 0,
                taken: 0,
                dropped: 0,
            }),
            filled: Notify::new(),
            metrics,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts an event behind the others, or drops it where there is no room.
    pub fn push(&self, logger: &Arc<Logger>, event: Event) {
        let mut state = self.state();
        state.follow(logger);
        let size = size(&event);
        if state.waiting.len() >= MOST || state.bytes + size > MOST_BYTES {
            state.dropped += 1;
            self.metrics.dropped.add(1);
            return;
        }
        state.bytes += size;
        state.waiting.push_back(event);
        drop(state);
        self.filled.notify_one();
    }

    /// From here on the logger is this one, also for what waits.
    pub fn follow(&self, logger: &Arc<Logger>) {
        self.state().follow(logger);
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Whether enough waits for a whole batch.
    pub fn has_a_batch(&self) -> bool {
        let state = self.state();
        state.waiting.len() >= BATCH || state.bytes >= BATCH_BYTES
    }

    /// Ready when something was put in since the last time, or may have been.
    pub async fn filled(&self) {
        self.filled.notified().await;
    }

    /// Takes the next events, no more than `most` if it says so; of one partition only where the logger wants that.
    pub fn batch(&self, most: Option<usize>) -> Batch {
        let mut state = self.state();
        let state = &mut *state;
        let by_partition = matches!(state.logger.sink, catalog::Sink::EventHub(_));
        let (mut events, mut passed, mut bytes) = (Vec::<Event>::new(), Vec::new(), 0);
        let most = most.unwrap_or(BATCH);
        // Those of other partitions stay in their order; not all that wait are looked through.
        while events.len() < most
            && events.len() + passed.len() < BATCH
            && let Some(event) = state.waiting.pop_front()
        {
            let size = size(&event);
            let first = events.first();
            if by_partition && first.is_some_and(|first| first.partition != event.partition) {
                passed.push(event);
            } else if first.is_some() && bytes + size > BATCH_BYTES {
                passed.push(event);
                break;
            } else {
                bytes += size;
                events.push(event);
            }
        }
        for event in passed.into_iter().rev() {
            state.waiting.push_front(event);
        }
        state.bytes = state.bytes.saturating_sub(bytes);
        state.taken = events.len() as u64;
        Batch {
            logger: Arc::clone(&state.logger),
            events,
        }
    }

    /// Puts events that were taken before the others again: they have not arrived.
    pub fn put_back(&self, batch: Batch) {
        let mut state = self.state();
        state.taken = 0;
        for event in batch.events.into_iter().rev() {
            state.bytes += size(&event);
            state.waiting.push_front(event);
        }
    }

    /// The events that were taken have arrived, but for so many that were refused.
    pub fn arrived(&self, refused: u64) {
        let mut state = self.state();
        let taken = std::mem::take(&mut state.taken);
        self.metrics.sent.add(taken.saturating_sub(refused));
        self.metrics.dropped.add(refused);
        state.dropped += refused;
    }

    /// How many were dropped since the last time this was asked.
    pub fn take_dropped(&self) -> u64 {
        std::mem::take(&mut self.state().dropped)
    }

    /// Drops all that has not arrived, and says so.
    pub fn give_up(&self) {
        let mut state = self.state();
        let left = state.waiting.len() as u64 + std::mem::take(&mut state.taken);
        state.waiting.clear();
        state.bytes = 0;
        let dropped = left + std::mem::take(&mut state.dropped);
        self.metrics.dropped.add(left);
        if dropped > 0 {
            let logger = state.logger.id.as_str();
            tracing::warn!(logger, dropped, "the gateway stops before all events have arrived");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{Access, EventHub, Hidden, Sink};

    fn queue(sink: Sink) -> (Queue, Arc<Logger>) {
        let logger = Arc::new(Logger { id: "l".into(), sink });
        (Queue::new(Arc::clone(&logger), Arc::default()), logger)
    }

    fn event(body: String, partition: Partition) -> Event {
        Event {
            body,
            partition,
            ticks: 0,
        }
    }

    #[test]
    fn so_many_wait_and_the_rest_is_dropped() {
        let (queue, logger) = queue(Sink::File("x".into()));
        for number in 0..MOST + 5 {
            queue.push(&logger, event(number.to_string(), Partition::Any));
        }
        assert_eq!((queue.take_dropped(), queue.take_dropped()), (5, 0));
        let batch = queue.batch(None);
        assert_eq!((batch.events.len(), batch.events[7].body.as_str()), (BATCH, "7"));
        queue.arrived(1);
        assert_eq!(queue.metrics.sent.get(), BATCH as u64 - 1);
        assert_eq!(queue.metrics.dropped.get(), 6);
        queue.push(&logger, event("again".to_owned(), Partition::Any));
        assert_eq!(queue.take_dropped(), 1, "the one that was refused");
    }

    #[test]
    fn bytes_are_limited_too() {
        let (queue, logger) = queue(Sink::File("x".into()));
        let large = || event("x".repeat(150 << 10), Partition::Any);
        for _ in 0..200 {
            queue.push(&logger, large());
        }
        assert!(queue.take_dropped() > 80);
        assert_eq!(queue.batch(None).events.len(), 1);
        let mut count = 1;
        while !queue.is_empty() {
            count += queue.batch(None).events.len();
        }
        assert!(count < 120, "{count}");
        assert_eq!(queue.state().bytes, 0);
    }

    #[test]
    fn a_batch_for_a_hub_is_of_one_partition_and_each_keeps_its_order() {
        let (queue, logger) = queue(Sink::EventHub(EventHub {
            url: "http://h".into(),
            hub: "h".into(),
            access: Access::Signed(Hidden("t".into())),
        }));
        for (index, key) in ["a", "b", "a", "a", "b"].iter().enumerate() {
            queue.push(&logger, event(index.to_string(), Partition::Key((*key).to_owned())));
        }
        let bodies = |batch: Batch| batch.events.into_iter().map(|event| event.body).collect::<String>();
        queue.put_back(queue.batch(Some(2)));
        assert_eq!([bodies(queue.batch(None)), bodies(queue.batch(None))], ["023", "14"]);
        assert!(queue.is_empty());
        assert_eq!(queue.state().bytes, 0);
    }
}
