//! Counters of calls in a sliding window, keyed by text.
//!
//! The window slides by the usual two-bucket estimate: the calls of the current period plus those of the one before,
//! weighted by how much of it the window still covers. Its memory is two numbers a key; its error is below the calls
//! of one period, and it never lets more than `limit` pass within one period.

use crate::Reply;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

/// A limit: `limit` units within any `period`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Units allowed.
    pub limit: u64,
    /// Length of the window; zero counts as one millisecond.
    pub period: Duration,
}

/// What became of a request for units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether the units were within the limit.
    pub allowed: bool,
    /// Units that are left after this.
    pub remaining: u64,
    /// When not allowed: how long until one unit will be.
    pub retry_after: Duration,
}

/// Counters by key; a key's counter starts at zero with its first use and is forgotten after two idle periods.
///
/// `now` is the time since any fixed moment, the same for all calls; it must not run backwards by more than a period.
pub trait Counters: Send + Sync {
    /// Takes `amount` units if they fit (`amount` 0 asks without taking).
    fn take(&self, key: &str, window: Window, amount: u64, now: Duration) -> Reply<Taken>;
    /// Adds `amount` units whether or not they fit (counting after the answer).
    fn add(&self, key: &str, window: Window, amount: u64, now: Duration) -> Reply<()>;
}

/// Counters of one process, spread over shards so that cores do not wait for each other.
pub struct InProcessCounters {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
}

#[derive(Default)]
struct Shard {
    counters: HashMap<Box<str>, Counter>,
    /// Sweep when the map has grown to this size.
    sweep_at: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counter {
    /// Which period since the start of time `current` counts.
    period: u64,
    current: u64,
    previous: u64,
    /// When this counter says nothing any more.
    idle_after: Duration,
}

const SHARDS: usize = 64;
const FIRST_SWEEP: usize = 1024;

impl Default for InProcessCounters {
    fn default() -> Self {
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
        }
    }
}

impl InProcessCounters {
    fn with<T>(
        &self,
        key: &str,
        window: Window,
        now: Duration,
        change: impl FnOnce(&mut Counter, Estimate) -> T,
    ) -> Option<T> {
        let shard = self.shards.get(self.hasher.hash_one(key) as usize % SHARDS)?;
        let mut shard = shard.lock();
        if !shard.counters.contains_key(key) {
            shard.sweep(now);
            shard.counters.insert(key.into(), Counter::default());
        }
        let counter = shard.counters.get_mut(key)?;
        let estimate = counter.advance(window.period.max(Duration::from_millis(1)), now);
        Some(change(counter, estimate))
    }
}

impl Counters for InProcessCounters {
    fn take(&self, key: &str, window: Window, amount: u64, now: Duration) -> Reply<Taken> {
        let taken = self.with(key, window, now, |counter, estimate| {
            let used = estimate.used(counter);
            let allowed = used.saturating_add(amount.max(1)) <= window.limit;
            if allowed {
                counter.current = counter.current.saturating_add(amount);
            }
            Taken {
                allowed,
                remaining: window.limit.saturating_sub(used + if allowed { amount } else { 0 }),
                retry_after: if allowed {
                    Duration::ZERO
                } else {
                    estimate.until_room(counter, window.limit)
                },
            }
        });
        Reply::Now(taken.unwrap_or(Taken {
            allowed: true,
            remaining: window.limit,
            retry_after: Duration::ZERO,
        }))
    }

    fn add(&self, key: &str, window: Window, amount: u64, now: Duration) -> Reply<()> {
        self.with(key, window, now, |counter, _| {
            counter.current = counter.current.saturating_add(amount);
        });
        Reply::Now(())
    }
}

impl Shard {
    /// Forgets idle counters when the map has doubled since the last sweep.
    fn sweep(&mut self, now: Duration) {
        if self.counters.len() < self.sweep_at.max(FIRST_SWEEP) {
            return;
        }
        self.counters.retain(|_, counter| counter.idle_after > now);
        self.sweep_at = self.counters.len() * 2;
    }
}

/// Where in its window a counter stands.
#[derive(Clone, Copy)]
struct Estimate {
    period: Duration,
    /// Time since the current period began.
    into: Duration,
}

impl Counter {
    fn advance(&mut self, period: Duration, now: Duration) -> Estimate {
        let index = (now.as_nanos() / period.as_nanos()) as u64;
        match index.saturating_sub(self.period) {
            0 => {}
            1 => (self.previous, self.current, self.period) = (self.current, 0, index),
            _ => (self.previous, self.current, self.period) = (0, 0, index),
        }
        self.idle_after = now + period * 2;
        let into = now.saturating_sub(Duration::from_nanos(
            (u128::from(index) * period.as_nanos()).min(u128::from(u64::MAX)) as u64,
        ));
        Estimate { period, into }
    }
}

impl Estimate {
    /// The units within the sliding window, rounded up.
    fn used(self, counter: &Counter) -> u64 {
        let left = self.period.saturating_sub(self.into).as_nanos();
        let carried = (u128::from(counter.previous) * left).div_ceil(self.period.as_nanos()) as u64;
        counter.current.saturating_add(carried)
    }

    /// How long until one more unit fits, when nothing else is taken.
    fn until_room(self, counter: &Counter, limit: u64) -> Duration {
        let to_period_end = self.period.saturating_sub(self.into);
        if limit == 0 {
            return self.period;
        }
        let share = |units: u64, of: u64| {
            let nanos = self.period.as_nanos() * u128::from(units) / u128::from(of.max(1));
            Duration::from_nanos(nanos.min(u128::from(u64::MAX)) as u64)
        };
        if counter.current < limit {
            // Room comes within this period, as the previous one's calls leave the window: they may weigh `surplus`.
            let surplus = limit - 1 - counter.current;
            let at = self.period.saturating_sub(share(surplus, counter.previous));
            return at.saturating_sub(self.into);
        }
        // In the next period the current calls are the previous ones.
        to_period_end + self.period.saturating_sub(share(limit - 1, counter.current))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Window = Window {
        limit: 3,
        period: Duration::from_mins(1),
    };

    fn take(counters: &InProcessCounters, at: u64) -> Taken {
        match counters.take("k", MINUTE, 1, Duration::from_secs(at)) {
            Reply::Now(taken) => taken,
            Reply::Later(_) => unreachable!("in-process counters answer at once"),
        }
    }

    #[test]
    fn takes_no_more_than_the_limit() {
        let counters = InProcessCounters::default();
        let remaining: Vec<u64> = (0..3).map(|at| take(&counters, at).remaining).collect();
        assert_eq!(remaining, [2, 1, 0]);
        assert!(!take(&counters, 3).allowed);
    }

    #[test]
    fn after_the_announced_wait_a_call_passes_and_not_a_second_before() {
        let counters = InProcessCounters::default();
        for at in 0..3 {
            take(&counters, at);
        }
        let refused = take(&counters, 10);
        let wait = refused.retry_after.as_secs();
        assert_eq!(refused.retry_after, Duration::from_secs(50 + 20));
        assert!(!take(&counters, 10 + wait - 1).allowed);
        assert!(take(&counters, 10 + wait).allowed);
    }

    #[test]
    fn two_at_once_never_both_win() {
        let counters = std::sync::Arc::new(InProcessCounters::default());
        let window = Window {
            limit: 1000,
            period: Duration::from_mins(1),
        };
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let counters = std::sync::Arc::clone(&counters);
                std::thread::spawn(move || {
                    let took = |_: &u32| matches!(counters.take("k", window, 1, Duration::from_secs(1)), Reply::Now(taken) if taken.allowed);
                    (0..1000).filter(took).count()
                })
            })
            .collect();
        let total: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
        assert_eq!(total, 1000);
    }

    #[test]
    fn idle_counters_are_forgotten() {
        let counters = InProcessCounters::default();
        for key in 0..200_000_u64 {
            counters.take(&key.to_string(), MINUTE, 1, Duration::from_secs(key));
        }
        let kept: usize = counters.shards.iter().map(|shard| shard.lock().counters.len()).sum();
        assert!(kept <= SHARDS * FIRST_SWEEP, "{kept} counters kept");
    }

    #[test]
    fn adding_counts_beyond_the_limit() {
        let counters = InProcessCounters::default();
        counters.add("k", MINUTE, 5, Duration::from_secs(0));
        assert_eq!(take(&counters, 1).remaining, 0);
        assert!(!take(&counters, 1).allowed);
    }
}
