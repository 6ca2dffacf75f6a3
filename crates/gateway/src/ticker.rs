//! Coarse deadlines: one clock tick a tenth of a second serves every connection and body of a worker.
//!
//! Arming, moving and dropping an alarm is a store; the runtime's timer wheel would cost more than a header on each
//! request. Never here: deadlines that need to be precise.

use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::{Rc, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

/// How precise alarms are.
pub const TICK: Duration = Duration::from_millis(100);

const NEVER: u64 = u64::MAX;

/// A worker's clock of coarse deadlines.
pub struct Ticker {
    started: Instant,
    now: Cell<u64>,
    entries: RefCell<Vec<Weak<Entry>>>,
}

struct Entry {
    due: Cell<u64>,
    waker: RefCell<Option<Waker>>,
}

/// A deadline that can be moved; dropped, it is forgotten.
pub struct Alarm {
    ticker: Rc<Ticker>,
    entry: Rc<Entry>,
}

impl Ticker {
    /// A clock that stands still until [`Ticker::run`] is polled.
    pub fn new() -> Rc<Self> {
        Rc::new(Self {
            started: Instant::now(),
            now: Cell::new(0),
            entries: RefCell::default(),
        })
    }

    /// Runs the clock, for as long as the worker lives.
    pub async fn run(self: Rc<Self>, mut each: impl FnMut()) {
        let mut interval = tokio::time::interval(TICK);
        interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            interval.tick().await;
            self.tick(u64::try_from(self.started.elapsed().as_millis()).unwrap_or(NEVER - 1));
            each();
        }
    }

    fn tick(&self, now: u64) {
        self.now.set(now);
        self.entries.borrow_mut().retain(|entry| {
            let Some(entry) = entry.upgrade() else { return false };
            if entry.due.get() <= now
                && let Some(waker) = entry.waker.borrow_mut().take()
            {
                waker.wake();
            }
            true
        });
    }

    /// Milliseconds since the worker began, as of the last tick.
    pub fn now(&self) -> u64 {
        self.now.get()
    }

    /// An alarm that never rings until it is set.
    pub fn alarm(self: &Rc<Self>) -> Alarm {
        let entry = Rc::new(Entry {
            due: Cell::new(NEVER),
            waker: RefCell::default(),
        });
        self.entries.borrow_mut().push(Rc::downgrade(&entry));
        Alarm {
            ticker: Rc::clone(self),
            entry,
        }
    }
}

impl Alarm {
    /// Rings after this time, instead of when it was set to before.
    pub fn set(&self, after: Duration) {
        let after = u64::try_from((after + TICK).as_millis()).unwrap_or(NEVER);
        self.entry.due.set(self.ticker.now().saturating_add(after));
    }

    /// Whether it is to ring.
    pub fn is_set(&self) -> bool {
        self.entry.due.get() != NEVER
    }

    /// Never rings.
    pub fn off(&self) {
        self.entry.due.set(NEVER);
    }

    /// Ready when it has rung; otherwise wakes the task when it does.
    pub fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        if self.entry.due.get() <= self.ticker.now() {
            return Poll::Ready(());
        }
        let mut waker = self.entry.waker.borrow_mut();
        if !waker.as_ref().is_some_and(|waker| waker.will_wake(context.waker())) {
            *waker = Some(context.waker().clone());
        }
        Poll::Pending
    }

    /// What `future` gives, or `None` when the time is over first.
    pub async fn limit<T>(&self, after: Duration, future: impl Future<Output = T>) -> Option<T> {
        self.set(after);
        let mut future = std::pin::pin!(future);
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            self.poll(context).map(|()| None)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alarm_rings_once_due_and_can_be_moved_and_forgotten() {
        let ticker = Ticker::new();
        let alarm = ticker.alarm();
        let mut context = Context::from_waker(Waker::noop());
        alarm.set(Duration::from_millis(100));
        ticker.tick(150);
        assert!(alarm.poll(&mut context).is_pending());
        ticker.tick(200);
        assert!(alarm.poll(&mut context).is_ready());
        alarm.set(Duration::from_millis(100));
        assert!(alarm.poll(&mut context).is_pending());
        alarm.off();
        ticker.tick(1 << 40);
        assert!(alarm.poll(&mut context).is_pending());
        drop(alarm);
        ticker.tick(1 << 41);
        assert!(ticker.entries.borrow().is_empty());
    }
}
