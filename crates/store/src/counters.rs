//! Counters of calls in a window, keyed by text.
//!
//! In a sliding window a counter keeps its calls in at most [`BUCKETS`] stretches of time; a stretch leaves the window
//! with the last call in it. So no more than the limit passes within any period, wherever it begins; a call waits at
//! most one period; and a unit may come back late by one stretch. Its memory does not depend on the limit. In a period
//! with an end all that was counted leaves the window at that end.
//!
//! There is room for so many keys; where it is used up, counters are forgotten: those that say nothing any more, then
//! those with the fewest units, the longest idle first, and last those that have refused a call within their period. So
//! a flood of new keys costs other keys that are hardly used a fresh start, and never one that is being limited.

use crate::{CounterName, Reply};
use parking_lot::{Mutex, MutexGuard};
use std::collections::hash_map::RandomState;
use std::collections::{HashMap, VecDeque};
use std::hash::BuildHasher;
use std::time::Duration;

/// A limit: `limit` units within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Units allowed.
    pub limit: u64,
    /// In which they are.
    pub period: Period,
}

/// What a limit holds within. A key is counted in one kind of period only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// Any stretch of time of this length; zero counts as one millisecond.
    Sliding(Duration),
    /// A stretch that ends in so long; the counter then starts again at zero.
    Ending(Duration),
}

impl Period {
    /// How long a unit counts at most from now on.
    fn length(self) -> Duration {
        match self {
            Self::Sliding(length) => length,
            Self::Ending(left) => left,
        }
    }
}

/// What became of a request for units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Whether the units were within the limit.
    pub allowed: bool,
    /// Units that are left after this.
    pub remaining: u64,
    /// When not allowed: how long until they will be; at most a period.
    pub retry_after: Duration,
    /// Whether the counter was asked. If not, it could not be reached, and the rest is what its owner has decided for
    /// that case.
    pub counted: bool,
}

/// What is wanted of one of several counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    /// Which.
    pub counter: CounterName,
    /// Its limit.
    pub window: Window,
    /// Units; 0 asks whether there is room for one.
    pub amount: u64,
}

/// Counters by name; a counter starts at zero with its first use and is forgotten after an idle period.
///
/// `now` is the time since any fixed moment, the same for all calls, and does not run backwards.
pub trait Counters: Send + Sync {
    /// Takes `amount` units if they fit (`amount` 0 asks whether one would, without taking it).
    fn take(&self, counter: &CounterName, window: Window, amount: u64, now: Duration) -> Reply<Taken>;
    /// Takes from all of these counters in one step, or from none when one has no room. They are different counters of
    /// one group. The answers are in the order of the asks and end with the first that has no room.
    fn take_together(&self, asks: &[Ask], now: Duration) -> Reply<Vec<Taken>>;
    /// Adds `amount` units whether or not they fit (counting after the answer). Nobody waits for it.
    fn add(&self, counter: &CounterName, period: Period, amount: u64, now: Duration);
    /// How the server does that holds them; none for counters of this process.
    fn server(&self) -> Option<Server> {
        None
    }
}

/// How a server of shared state does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Server {
    /// Whether there is a connection to it.
    pub connected: bool,
    /// Calls that it did not answer, since the start.
    pub unanswered: u64,
}

/// Counters of one process, spread over shards so that cores do not wait for each other.
pub struct InProcessCounters {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    room: Room,
}

/// What one shard may hold.
#[derive(Clone, Copy)]
struct Room {
    keys: usize,
    /// Bytes of their texts.
    bytes: usize,
}

#[derive(Default)]
struct Shard {
    counters: HashMap<Box<str>, Counter>,
    /// Bytes of the keys.
    bytes: usize,
    /// Sweep when the map has grown to this size.
    sweep_at: usize,
}

/// Stretches of time that a period is counted in.
pub const BUCKETS: u32 = 32;

/// Keys that [`InProcessCounters::default`] has room for: a few hundred bytes each in use, 1.5 KiB at most.
pub const KEYS: usize = 1 << 20;

/// Bytes of a key for which there is room, on average.
const KEY_BYTES: usize = 256;

const SHARDS: usize = 64;
const FIRST_SWEEP: usize = 1024;

impl Default for InProcessCounters {
    fn default() -> Self {
        Self::with_room_for(KEYS)
    }
}

impl InProcessCounters {
    /// Counters for at most this many keys, about; fewer where keys are longer than 256 bytes on average.
    pub fn with_room_for(keys: usize) -> Self {
        let keys = keys.div_ceil(SHARDS).max(8);
        Self {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            room: Room {
                keys,
                bytes: keys.saturating_mul(KEY_BYTES),
            },
        }
    }

    /// The shard of a counter's group, for as long as this is held.
    fn shard(&self, counter: &CounterName) -> Option<MutexGuard<'_, Shard>> {
        let (group, _) = counter.parts();
        let shard = self.shards.get(self.hasher.hash_one(group) as usize % SHARDS)?;
        Some(shard.lock())
    }
}

impl Counters for InProcessCounters {
    fn take(&self, counter: &CounterName, window: Window, amount: u64, now: Duration) -> Reply<Taken> {
        let taken = self
            .shard(counter)
            .and_then(|mut shard| Some(shard.counter(counter, self.room, now)?.take(window, amount, now)));
        Reply::Now(taken.unwrap_or(Taken {
            allowed: true,
            remaining: window.limit,
            retry_after: Duration::ZERO,
            counted: true,
        }))
    }

    fn take_together(&self, asks: &[Ask], now: Duration) -> Reply<Vec<Taken>> {
        let shard = asks.first().and_then(|ask| self.shard(&ask.counter));
        let taken = shard.map(|mut shard| shard.take_together(asks, self.room, now));
        Reply::Now(taken.unwrap_or_default())
    }

    fn add(&self, counter: &CounterName, period: Period, amount: u64, now: Duration) {
        let mut shard = self.shard(counter);
        if let Some(counter) = shard.as_mut().and_then(|shard| shard.counter(counter, self.room, now)) {
            counter.leave(period, now);
            counter.count(period, amount, now);
        }
    }
}

impl Shard {
    /// The counter of this name, a new one where there is none.
    fn counter(&mut self, name: &CounterName, room: Room, now: Duration) -> Option<&mut Counter> {
        let key = name.as_str();
        if !self.counters.contains_key(key) {
            self.sweep(now);
            self.make_room(room, key.len(), now);
            self.bytes += key.len();
            self.counters.insert(key.into(), Counter::default());
        }
        self.counters.get_mut(key)
    }

    /// As [`Counters::take_together`]; nobody comes between the look and the taking.
    fn take_together(&mut self, asks: &[Ask], room: Room, now: Duration) -> Vec<Taken> {
        let mut found = Vec::with_capacity(asks.len());
        for ask in asks {
            let Some(counter) = self.counter(&ask.counter, room, now) else {
                return found;
            };
            let looked = counter.look(ask.window, ask.amount, now);
            found.push(looked);
            if !looked.allowed {
                return found;
            }
        }
        found.clear();
        for ask in asks {
            let taken = self.counter(&ask.counter, room, now);
            found.extend(taken.map(|counter| counter.take(ask.window, ask.amount, now)));
        }
        found
    }

    /// Forgets idle counters when the map has doubled since the last sweep.
    fn sweep(&mut self, now: Duration) {
        if self.counters.len() < self.sweep_at.max(FIRST_SWEEP) {
            return;
        }
        self.retain(|counter| counter.idle_after > now);
        self.sweep_at = self.counters.len() * 2;
    }

    /// Forgets counters when there is no room for one more; an eighth of them at once, so that a flood of keys costs
    /// little for each.
    fn make_room(&mut self, room: Room, length: usize, now: Duration) {
        let fits = |shard: &Self| shard.counters.len() < room.keys && shard.bytes + length <= room.bytes;
        if fits(self) {
            return;
        }
        self.retain(|counter| counter.idle_after > now);
        let spare = |most: usize| most - most / 8;
        while !self.counters.is_empty()
            && (self.counters.len() > spare(room.keys) || self.bytes + length > spare(room.bytes))
        {
            let mut worths: Vec<Worth> = self.counters.values().map(|counter| counter.worth(now)).collect();
            let cheap = worths.len() / 8;
            let (_, least, _) = worths.select_nth_unstable(cheap);
            let least = *least;
            self.retain(|counter| counter.worth(now) > least);
        }
    }

    fn retain(&mut self, keep: impl Fn(&Counter) -> bool) {
        let bytes = &mut self.bytes;
        self.counters.retain(|key, counter| {
            let kept = keep(counter);
            if !kept {
                *bytes -= key.len();
            }
            kept
        });
    }
}

#[derive(Debug, Default)]
struct Counter {
    /// Oldest first.
    buckets: VecDeque<Bucket>,
    /// Sum of the buckets.
    used: u64,
    /// When this counter says nothing any more.
    idle_after: Duration,
    /// Until when it counts as one that limits its key: a period after it has refused a call.
    limits_until: Duration,
}

/// How much would be lost with a counter: whether it limits, its units, how long it has something to say.
type Worth = (bool, u64, Duration);

/// Calls within one stretch of time.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    first: Duration,
    last: Duration,
    units: u64,
}

impl Counter {
    /// Takes what fits.
    fn take(&mut self, window: Window, amount: u64, now: Duration) -> Taken {
        let mut taken = self.look(window, amount, now);
        if taken.allowed {
            self.count(window.period, amount, now);
            taken.remaining = window.limit.saturating_sub(self.used);
        }
        taken
    }

    /// What would become of units that are taken, with what is left before that.
    fn look(&mut self, window: Window, amount: u64, now: Duration) -> Taken {
        self.leave(window.period, now);
        let wanted = amount.max(1);
        let allowed = self.used.saturating_add(wanted) <= window.limit;
        if !allowed {
            self.limits_until = now.saturating_add(window.period.length());
        }
        Taken {
            allowed,
            remaining: window.limit.saturating_sub(self.used),
            retry_after: if allowed {
                Duration::ZERO
            } else {
                self.until_room(window, wanted, now)
            },
            counted: true,
        }
    }

    fn worth(&self, now: Duration) -> Worth {
        (self.limits_until > now, self.used, self.idle_after)
    }

    /// Drops what has left the window.
    fn leave(&mut self, period: Period, now: Duration) {
        let Period::Sliding(length) = period else {
            if self.idle_after <= now {
                self.buckets.clear();
                self.used = 0;
            }
            return;
        };
        while let Some(oldest) = self.buckets.front().filter(|bucket| bucket.last + length <= now) {
            self.used = self.used.saturating_sub(oldest.units);
            self.buckets.pop_front();
        }
    }

    fn count(&mut self, period: Period, units: u64, now: Duration) {
        if units == 0 {
            return;
        }
        self.used = self.used.saturating_add(units);
        self.idle_after = now.saturating_add(period.length());
        let Period::Sliding(length) = period else { return };
        match self.buckets.back_mut() {
            Some(newest) if now < newest.first + length / BUCKETS => {
                newest.last = newest.last.max(now);
                newest.units = newest.units.saturating_add(units);
            }
            _ => self.buckets.push_back(Bucket {
                first: now,
                last: now,
                units,
            }),
        }
    }

    /// How long until `wanted` units fit, when nothing else is taken; a period when they never do.
    fn until_room(&self, window: Window, wanted: u64, now: Duration) -> Duration {
        let length = window.period.length();
        let mut used = self.used;
        for bucket in &self.buckets {
            used = used.saturating_sub(bucket.units);
            if used.saturating_add(wanted) <= window.limit {
                return (bucket.last + length).saturating_sub(now);
            }
        }
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Window = Window {
        limit: 3,
        period: Period::Sliding(Duration::from_mins(1)),
    };

    fn take(counters: &InProcessCounters, at: u64) -> Taken {
        match counters.take(&CounterName::alone("k"), MINUTE, 1, Duration::from_secs(at)) {
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
        assert_eq!(refused.retry_after, Duration::from_secs(51));
        assert!(!take(&counters, 10 + wait - 1).allowed);
        assert!(take(&counters, 10 + wait).allowed);
    }

    #[test]
    fn no_period_has_more_than_the_limit_and_no_wait_is_longer_than_one() {
        let counters = InProcessCounters::default();
        let window = Window {
            limit: 7,
            period: Period::Sliding(Duration::from_secs(10)),
        };
        let mut allowed: Vec<u64> = Vec::new();
        // A call every 70 ms for ten minutes, in bursts and pauses.
        for turn in (0..8500_u64).filter(|turn| turn % 50 < 30) {
            let at = turn * 70;
            let Reply::Now(taken) = counters.take(&CounterName::alone("k"), window, 1, Duration::from_millis(at))
            else {
                unreachable!("in-process counters answer at once")
            };
            assert!(taken.retry_after <= window.period.length());
            if taken.allowed {
                allowed.push(at);
            }
        }
        assert!(allowed.windows(8).all(|eight| eight[7] - eight[0] >= 10_000));
        assert!(
            allowed.len() > 7 * 50,
            "only {} calls passed in ten minutes",
            allowed.len()
        );
    }

    #[test]
    fn two_at_once_never_both_win() {
        let counters = std::sync::Arc::new(InProcessCounters::default());
        let window = Window {
            limit: 1000,
            period: Period::Sliding(Duration::from_mins(1)),
        };
        let threads: Vec<_> = (0..4)
            .map(|_| {
                let counters = std::sync::Arc::clone(&counters);
                std::thread::spawn(move || {
                    let took = |_: &u32| matches!(counters.take(&CounterName::alone("k"), window, 1, Duration::from_secs(1)), Reply::Now(taken) if taken.allowed);
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
            counters.take(
                &CounterName::alone(key.to_string()),
                MINUTE,
                1,
                Duration::from_secs(key),
            );
        }
        let kept: usize = counters.shards.iter().map(|shard| shard.lock().counters.len()).sum();
        assert!(kept <= SHARDS * FIRST_SWEEP, "{kept} counters kept");
    }

    #[test]
    fn a_flood_of_keys_takes_a_bounded_room_and_frees_no_key_that_is_limited() {
        let counters = InProcessCounters::with_room_for(1024);
        let moment = Duration::from_secs(1);
        let refused = |key: &str, counters: &InProcessCounters| match counters.take(
            &CounterName::alone(key),
            MINUTE,
            1,
            moment,
        ) {
            Reply::Now(taken) => !taken.allowed,
            Reply::Later(_) => unreachable!("in-process counters answer at once"),
        };
        let hot: Vec<String> = (0..100).map(|key| format!("hot {key}")).collect();
        for key in &hot {
            counters.add(&CounterName::alone(key.as_str()), MINUTE.period, 3, moment);
            assert!(refused(key, &counters));
        }
        for key in 0..100_000 {
            counters.take(&CounterName::alone(key.to_string()), MINUTE, 1, moment);
        }
        let kept: usize = counters.shards.iter().map(|shard| shard.lock().counters.len()).sum();
        assert!(kept <= 1024, "{kept} counters kept");
        for key in &hot {
            assert!(refused(key, &counters), "{key} was forgotten");
        }
    }

    #[test]
    fn long_keys_take_a_bounded_room_too() {
        let counters = InProcessCounters::with_room_for(1024);
        for key in 0..2000 {
            let key = format!("{key:010000}");
            counters.take(&CounterName::alone(key), MINUTE, 1, Duration::from_secs(1));
        }
        for shard in &counters.shards {
            let shard = shard.lock();
            let bytes: usize = shard.counters.keys().map(|key| key.len()).sum();
            assert_eq!(bytes, shard.bytes);
            assert!(bytes <= 16 * KEY_BYTES || shard.counters.len() == 1, "{bytes}");
        }
    }

    #[test]
    fn adding_counts_beyond_the_limit() {
        let counters = InProcessCounters::default();
        counters.add(&CounterName::alone("k"), MINUTE.period, 5, Duration::from_secs(0));
        assert_eq!(take(&counters, 1).remaining, 0);
        assert!(!take(&counters, 1).allowed);
    }

    #[test]
    fn a_period_with_an_end_starts_again_at_zero() {
        let counters = InProcessCounters::default();
        let take = |at: u64, amount| {
            let window = Window {
                limit: 3,
                period: Period::Ending(Duration::from_secs(100 - at % 100)),
            };
            match counters.take(&CounterName::alone("k"), window, amount, Duration::from_secs(at)) {
                Reply::Now(taken) => (taken.allowed, taken.remaining, taken.retry_after.as_secs()),
                Reply::Later(_) => unreachable!("in-process counters answer at once"),
            }
        };
        assert_eq!(take(1, 1), (true, 2, 0));
        assert_eq!(take(98, 2), (true, 0, 0));
        assert_eq!(take(99, 1), (false, 0, 1));
        assert_eq!(take(100, 1), (true, 2, 0));
        assert_eq!(take(101, 3), (false, 2, 99));
        assert_eq!(take(199, 0), (true, 2, 0));
        counters.add(
            &CounterName::alone("k"),
            Period::Ending(Duration::MAX),
            1,
            Duration::from_secs(199),
        );
        assert_eq!(take(1_000_000, 0), (true, 1, 0));
    }
}
