//! Emptying a queue: batches in turn, and patience with a logger that does not answer.
//!
//! Never here: protocols.

use super::queue::{BATCH as MOST_EVENTS, Queue};
use super::sender::Sender;
use super::sent::Sent;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// How long an event waits for others to go with it.
const LINGER: Duration = Duration::from_millis(100);
/// The wait after the first failure; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How often a batch, and an event alone, is sent to a logger that fails over it.
const TRIES: u32 = 3;
/// Refusals in a row after which batches are no longer looked through for the events that are at fault: ten find one
/// among the most that a batch holds, and here all seem to be.
const MOST_REFUSALS: u32 = 32;
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
    /// How often it has failed over as many as these.
    tries: u32,
    /// How often it has refused events for good since it last took some.
    refusals: u32,
}

/// What follows from an attempt.
#[derive(Debug, PartialEq)]
enum Next {
    /// So many events are done with that the logger does not take.
    Dropped(u64, String),
    /// They are sent again at once, not as many together.
    Parts,
    /// They are sent again, after this time.
    Wait(Duration, String),
}

impl Attempt {
    fn is_first(&self) -> bool {
        self.since.is_none() && self.most.is_none()
    }

    /// What comes after an attempt with so many events.
    fn follow(&mut self, sent: Sent, events: usize) -> Next {
        match sent {
            Sent::Done { refused, why } => {
                // It takes more again, though perhaps not yet a whole batch.
                let most = self.most.map(|most| most * 2);
                *self = Self {
                    most: most.filter(|most| *most < MOST_EVENTS),
                    since: self.since,
                    ..Self::default()
                };
                Next::Dropped(refused, why)
            }
            Sent::Refused { why, for_good: true } => {
                self.refusals += 1;
                if events > 1 && self.refusals < MOST_REFUSALS {
                    self.most = Some(events / 2);
                    return Next::Parts;
                }
                self.most = None;
                Next::Dropped(events as u64, why)
            }
            Sent::Refused { why, for_good: false } => {
                self.tries += 1;
                if self.tries < TRIES {
                    return Next::Wait(self.longer(), why);
                }
                if events > 1 {
                    // Those that are at fault are looked for; waits that grow would hold up all others.
                    self.most = Some(events / 2);
                    self.tries = if events > 3 { TRIES - 1 } else { 0 };
                    return Next::Wait(FIRST_WAIT, why);
                }
                // The wait is kept: if the next one fares alike it is the logger, and events are dropped slowly.
                self.tries = 0;
                Next::Dropped(1, why)
            }
            Sent::Later { why, after } => {
                let wait = self.longer();
                Next::Wait(after.unwrap_or(wait).min(LONGEST_WAIT), why)
            }
        }
    }

    fn longer(&mut self) -> Duration {
        let longer = self.waited.map(|waited| (waited * 2).min(LONGEST_WAIT));
        *self.waited.insert(longer.unwrap_or(FIRST_WAIT))
    }
}

/// Sends one batch. What does not arrive is put back, so that the next attempt is made with the logger as it is then.
async fn send(queue: &Queue, sender: &mut Sender, attempt: &mut Attempt, stop: &mut Stop) {
    let batch = queue.batch(attempt.most);
    let logger = Arc::clone(&batch.logger);
    let logger = logger.id.as_str();
    let sent = tokio::time::timeout(PATIENCE, sender.send(&batch)).await;
    let late = |_| Sent::later(format!("no answer within {} s", PATIENCE.as_secs()));
    let sent = sent.unwrap_or_else(late);
    let all = batch.events.len() as u64;
    let takes_some = matches!(sent, Sent::Done { refused, .. } if refused < all);
    match attempt.follow(sent, batch.events.len()) {
        Next::Dropped(refused, why) => {
            if refused > 0 {
                tracing::error!(logger, refused, why, "a logger has refused events; they are dropped");
            }
            queue.arrived(refused);
            let dropped = queue.take_dropped();
            if let Some(since) = attempt.since.take_if(|_| takes_some) {
                let seconds = since.elapsed().as_secs();
                tracing::info!(logger, seconds, dropped, "the logger takes events again");
            } else if dropped > refused {
                tracing::warn!(logger, dropped, "a logger is slower than the events come");
            }
        }
        Next::Parts => queue.put_back(batch),
        Next::Wait(wait, why) => {
            if attempt.since.is_none() {
                attempt.since = Some(Instant::now());
                tracing::warn!(logger, why, "a logger takes no events; they wait and are sent later");
            }
            queue.put_back(batch);
            let pause = tokio::time::sleep(wait);
            if stops(stop) {
                pause.await;
            } else {
                tokio::select! {
                    () = pause => {}
                    // There is not much time left: it is tried at once, and again after short waits.
                    _ = stop.changed() => attempt.waited = None,
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(for_good: bool) -> Sent {
        Sent::Refused {
            why: "it answered so".into(),
            for_good,
        }
    }

    /// Sends these events, of which some are bad, in order until all are done with: how many requests it took, which
    /// events were dropped, and how long was waited in all.
    fn delivered(events: &[u32], is_bad: impl Fn(u32) -> bool, for_good: bool) -> (u32, Vec<u32>, Duration) {
        let (mut attempt, mut waiting) = (Attempt::default(), events.to_vec());
        let (mut requests, mut dropped, mut waited) = (0, Vec::new(), Duration::ZERO);
        while !waiting.is_empty() {
            requests += 1;
            assert!(requests < 10_000, "it ends");
            let count = waiting.len().min(attempt.most.unwrap_or(MOST_EVENTS));
            let sent = if waiting[..count].iter().any(|event| is_bad(*event)) {
                refused(for_good)
            } else {
                Sent::all()
            };
            match attempt.follow(sent, count) {
                Next::Dropped(refused, _) => {
                    let done: Vec<u32> = waiting.drain(..count).collect();
                    if refused > 0 {
                        assert_eq!(refused, count as u64);
                        dropped.extend(done);
                    }
                }
                Next::Parts => {}
                Next::Wait(wait, _) => waited += wait,
            }
        }
        (requests, dropped, waited)
    }

    #[test]
    fn of_many_events_those_alone_are_dropped_that_are_at_fault() {
        let events: Vec<u32> = (0..2000).collect();
        for for_good in [true, false] {
            for bad in [0, 1, 250, 499, 500, 1999] {
                let (requests, dropped, waited) = delivered(&events, |event| event == bad, for_good);
                assert_eq!(dropped, [bad], "{for_good} {bad}");
                assert!(requests < 120, "{for_good} {bad}: {requests}");
                assert!(waited < Duration::from_mins(1), "{for_good} {bad}: {waited:?}");
            }
        }
        let (_, dropped, _) = delivered(&events, |event| event % 700 == 3, true);
        assert_eq!(dropped, [3, 703, 1403]);
    }

    #[test]
    fn a_logger_that_refuses_everything_is_not_asked_for_each_event() {
        let events: Vec<u32> = (0..2000).collect();
        let (requests, dropped, _) = delivered(&events, |_| true, true);
        assert_eq!(dropped.len(), 2000);
        assert!(requests < 40, "{requests}");
    }

    #[test]
    fn a_logger_that_fails_over_everything_loses_few_events() {
        let events: Vec<u32> = (0..500).collect();
        let (_, dropped, waited) = delivered(&events, |event| event < 60, false);
        assert_eq!(dropped.len(), 60);
        assert!(waited > Duration::from_mins(45), "{waited:?}");
    }

    #[test]
    fn one_that_is_away_is_waited_for() {
        let mut attempt = Attempt::default();
        for seconds in [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
            let next = attempt.follow(Sent::later("away"), 9);
            assert_eq!(next, Next::Wait(Duration::from_secs_f64(seconds), "away".into()));
        }
        let after = Some(Duration::from_secs(3));
        let why = String::new();
        let next = attempt.follow(Sent::Later { why, after }, 9);
        assert_eq!(next, Next::Wait(Duration::from_secs(3), String::new()));
        assert_eq!(attempt.most, None);
    }
}
