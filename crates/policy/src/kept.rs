//! What is fetched from outside and kept by a worker: one fetch at a time for each key, begun again before what is there
//! has run out. While a fetch fails, the last good value stays as long as it may be used.
//!
//! Never here: what is fetched, and how.

use crate::LocalFuture;
use crate::exchange::{Clock, Services};
use crate::runtime::within;
use expression::text::Text;
use futures_util::future::{FutureExt, Shared};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

/// Keys that are kept at most; expressions may compute them from requests. The one that was not used for longest goes.
const MOST_KEYS: usize = 256;
/// After this time a fetch has failed.
const DEADLINE: Duration = Duration::from_secs(10);
/// How soon a fetch that failed is begun again: with nothing to fall back on, and with an old value.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_WITH_VALUE: Duration = Duration::from_secs(30);
/// Time between renewals that somebody asks for.
const RENEWALS: Duration = Duration::from_secs(5);

/// What a fetch gave.
pub(crate) struct Fetched<T> {
    pub value: T,
    /// When it is to be fetched again.
    pub renew_after: Duration,
    /// How long it may be used; `None`: until there is a newer one.
    pub usable_for: Option<Duration>,
}

/// A fetch; what went wrong is in words.
pub(crate) type Fetch<T> = LocalFuture<'static, Result<Fetched<T>, String>>;

/// The value, or why there is none.
pub(crate) type Outcome<T> = Result<Rc<T>, Rc<str>>;

/// A fetch under way, which any number may wait for.
type Going<T> = Shared<LocalFuture<'static, Outcome<T>>>;

/// Values by key.
pub(crate) struct Kept<T> {
    entries: Rc<RefCell<HashMap<Text, Entry<T>>>>,
}

struct Entry<T> {
    value: Option<Rc<T>>,
    usable_until: Option<Duration>,
    failure: Option<Rc<str>>,
    going: Option<Going<T>>,
    /// When it is to be fetched again.
    next: Duration,
    /// When somebody may ask for that.
    renewable: Duration,
    used: Duration,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { entries: Rc::default() }
    }
}

impl<T> Default for Entry<T> {
    fn default() -> Self {
        Self {
            value: None,
            usable_until: None,
            failure: None,
            going: None,
            next: Duration::ZERO,
            renewable: Duration::ZERO,
            used: Duration::ZERO,
        }
    }
}

impl<T: 'static> Kept<T> {
    /// The value of `key`; `fetch` begins a fetch when one is due. Waits only if there is no value to go on with.
    pub async fn get(&self, services: &Services, key: &Text, fetch: impl FnOnce() -> Fetch<T>) -> Outcome<T> {
        let now = services.clock.monotonic();
        self.begin_if_due(services, key, now, fetch)?;
        let found = self.entry(key, now, |entry| match (entry.usable(now), &entry.going) {
            (Some(value), _) => Ok(Ok(value)),
            (None, Some(going)) => Err(going.clone()),
            (None, None) => Ok(Err(entry.failure.clone().unwrap_or_default())),
        })?;
        match found {
            Ok(outcome) => outcome,
            Err(going) => going.await,
        }
    }

    /// The value of `key` if there is one to go on with; `fetch` begins a fetch when one is due. Never waits.
    pub fn at_hand(&self, services: &Services, key: &Text, fetch: impl FnOnce() -> Fetch<T>) -> Option<Rc<T>> {
        let now = services.clock.monotonic();
        self.begin_if_due(services, key, now, fetch).ok()?;
        self.entry(key, now, |entry| entry.usable(now)).ok()?
    }

    /// A newer value than the one of [`Self::get`], for somebody who has seen that it is out of date; `None` when that
    /// was asked for a moment ago, or there is no newer one.
    pub async fn renew(&self, services: &Services, key: &Text, fetch: impl FnOnce() -> Fetch<T>) -> Option<Rc<T>> {
        let now = services.clock.monotonic();
        let may_begin = self.entry(key, now, |entry| {
            let may = entry.going.is_none() && now >= entry.renewable;
            if may {
                entry.renewable = now + RENEWALS;
            }
            (may, entry.going.clone())
        });
        match may_begin.ok()? {
            (true, _) => {
                self.begin(services, key, fetch());
                let going = self.entry(key, now, |entry| (entry.going.clone(), entry.usable(now)));
                match going.ok()? {
                    (Some(going), _) => going.await.ok(),
                    (None, value) => value,
                }
            }
            (false, Some(going)) => going.await.ok(),
            (false, None) => None,
        }
    }

    /// Does something with an entry, which comes into being. An error: there are too many under way.
    fn entry<R>(&self, key: &Text, now: Duration, act: impl FnOnce(&mut Entry<T>) -> R) -> Result<R, Rc<str>> {
        let mut entries = self.entries.borrow_mut();
        if !entries.contains_key(key) && entries.len() >= MOST_KEYS {
            let idle = entries.iter().filter(|(_, entry)| entry.going.is_none());
            let oldest = idle.min_by_key(|(_, entry)| entry.used).map(|(key, _)| key.clone());
            entries.remove(&oldest.ok_or("too many are fetched at once")?);
        }
        let entry = entries.entry(key.clone()).or_default();
        entry.used = now;
        Ok(act(entry))
    }

    fn begin_if_due(
        &self,
        services: &Services,
        key: &Text,
        now: Duration,
        fetch: impl FnOnce() -> Fetch<T>,
    ) -> Result<(), Rc<str>> {
        let is_due = self.entry(key, now, |entry| entry.going.is_none() && now >= entry.next)?;
        if is_due {
            self.begin(services, key, fetch());
        }
        Ok(())
    }

    fn begin(&self, services: &Services, key: &Text, fetch: Fetch<T>) {
        let (entries, runtime) = (Rc::clone(&self.entries), Rc::clone(&services.runtime));
        let (clock, name) = (services.clock.clone(), key.clone());
        let fetching: LocalFuture<'static, Outcome<T>> = Box::pin(async move {
            let late = || Err(format!("no whole answer within {} s", DEADLINE.as_secs()));
            let fetched = within(&*runtime, DEADLINE, fetch).await.unwrap_or_else(late);
            let mut entries = entries.borrow_mut();
            entries.entry(name).or_default().settle(fetched, &*clock)
        });
        let going = fetching.shared();
        if let Some(entry) = self.entries.borrow_mut().get_mut(key) {
            entry.going = Some(going.clone());
        }
        // Whoever waits for it may go away. If no task can be begun, those who wait drive it.
        services.runtime.spawn(Box::pin(going.map(drop)));
    }
}

impl<T> Entry<T> {
    fn usable(&self, now: Duration) -> Option<Rc<T>> {
        let is_usable = self.usable_until.is_none_or(|until| now < until);
        self.value.clone().filter(|_| is_usable)
    }

    fn settle(&mut self, fetched: Result<Fetched<T>, String>, clock: &dyn Clock) -> Outcome<T> {
        let now = clock.monotonic();
        self.going = None;
        match fetched {
            Ok(fetched) => {
                let value = Rc::new(fetched.value);
                self.value = Some(Rc::clone(&value));
                self.usable_until = fetched.usable_for.map(|time| now.saturating_add(time));
                self.next = now.saturating_add(fetched.renew_after);
                self.failure = None;
                Ok(value)
            }
            Err(message) => {
                let again = if self.usable(now).is_some() {
                    AGAIN_WITH_VALUE
                } else {
                    AGAIN
                };
                self.next = now + again;
                let message: Rc<str> = message.into();
                self.failure = Some(Rc::clone(&message));
                Err(message)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, ready};
    use std::cell::Cell;
    use std::task::{Context, Poll, Waker};

    /// A fetch that gives `answer` and counts.
    fn fetch(answer: Result<u32, &str>, count: &Rc<Cell<u32>>) -> Fetch<u32> {
        let (answer, count) = (answer.map_err(str::to_owned), Rc::clone(count));
        Box::pin(async move {
            count.set(count.get() + 1);
            answer.map(|value| Fetched {
                value,
                renew_after: Duration::from_mins(1),
                usable_for: Some(Duration::from_secs(100)),
            })
        })
    }

    #[test]
    fn a_value_is_fetched_once_renewed_in_time_and_outlives_failures() {
        let bench = Bench::new("");
        let services = bench.exchange("GET /").services;
        let (kept, count, key) = (Kept::default(), Rc::new(Cell::new(0)), Text::from("k"));
        let get = |answer| ready(kept.get(&services, &key, || fetch(answer, &count))).map(|value| *value);
        for (passes, answer, expected, fetches) in [
            (0, Err("down"), Err("down".into()), 1),
            (0, Ok(1), Err("down".into()), 1),
            (1, Ok(1), Ok(1), 2),
            (59, Ok(2), Ok(1), 2),
            (1, Err("down"), Ok(1), 3),
            (29, Ok(2), Ok(1), 3),
            (1, Ok(2), Ok(2), 4),
            (61, Err("down"), Ok(2), 5),
            (40, Err("down"), Err("down".into()), 6),
        ] {
            bench.clock.pass(passes);
            assert_eq!(get(answer), expected, "fetch {fetches}");
            assert_eq!(count.get(), fetches);
        }
    }

    #[test]
    fn what_is_at_hand_is_there_without_waiting_and_is_renewed_too() {
        let bench = Bench::new("");
        let mut services = Rc::into_inner(bench.exchange("GET /").services).unwrap();
        services.runtime = Rc::new(Idle);
        let (kept, count, key) = (Kept::default(), Rc::new(Cell::new(0)), Text::from("k"));
        let at_hand = || {
            kept.at_hand(&services, &key, || fetch(Ok(1), &count))
                .map(|value| *value)
        };
        assert_eq!((at_hand(), count.get()), (None, 0), "nobody drives the fetch");
        let got = ready(kept.get(&services, &key, || fetch(Ok(2), &count)));
        assert_eq!(
            (got.map(|value| *value), count.get()),
            (Ok(1), 1),
            "it is the same fetch"
        );
        assert_eq!(at_hand(), Some(1));
        bench.clock.pass(60);
        assert_eq!(at_hand(), Some(1));
        let going = kept.entry(&key, Duration::ZERO, |entry| entry.going.is_some());
        assert_eq!(going, Ok(true), "a newer one is fetched");
        bench.clock.pass(40);
        assert_eq!(at_hand(), None, "it may no longer be used");
    }

    #[test]
    fn renewals_are_spaced() {
        let bench = Bench::new("");
        let services = bench.exchange("GET /").services;
        let (kept, count, key) = (Kept::default(), Rc::new(Cell::new(0)), Text::from("k"));
        assert_eq!(
            ready(kept.get(&services, &key, || fetch(Ok(1), &count))).map(|value| *value),
            Ok(1)
        );
        for (passes, answer, expected) in [
            (0, Ok(2), Some(2)),
            (4, Ok(3), None),
            (1, Ok(3), Some(3)),
            (5, Err(""), Some(3)),
        ] {
            bench.clock.pass(passes);
            let renewed = ready(kept.renew(&services, &key, || fetch(answer, &count)));
            assert_eq!(renewed.map(|value| *value), expected);
        }
    }

    #[test]
    fn keys_do_not_grow_without_bound() {
        let bench = Bench::new("");
        let services = bench.exchange("GET /").services;
        let (kept, count) = (Kept::default(), Rc::new(Cell::new(0)));
        for at in 0..2 * MOST_KEYS {
            let key = Text::from(at.to_string());
            assert!(ready(kept.get(&services, &key, || fetch(Ok(1), &count))).is_ok());
        }
        assert_eq!(kept.entries.borrow().len(), MOST_KEYS);
    }

    /// Drives nothing by itself.
    struct Idle;

    impl crate::runtime::Runtime for Idle {
        fn sleep(&self, _: Duration) -> LocalFuture<'static, ()> {
            Box::pin(std::future::pending())
        }
        fn spawn(&self, _: LocalFuture<'static, ()>) -> bool {
            false
        }
    }

    #[test]
    fn those_who_come_meanwhile_wait_for_the_same_fetch_also_when_its_starter_leaves() {
        let bench = Bench::new("");
        let mut services = Rc::into_inner(bench.exchange("GET /").services).unwrap();
        services.runtime = Rc::new(Idle);
        let (kept, count, key) = (Kept::<u32>::default(), Rc::new(Cell::new(0)), Text::from("k"));
        let answers = Rc::new(Cell::new(false));
        let waiting = || {
            kept.get(&services, &key, || {
                let (answers, answer) = (Rc::clone(&answers), fetch(Ok(7), &count));
                Box::pin(async move {
                    std::future::poll_fn(|_| if answers.get() { Poll::Ready(()) } else { Poll::Pending }).await;
                    answer.await
                })
            })
        };
        let mut context = Context::from_waker(Waker::noop());
        let (mut first, mut second) = (Box::pin(waiting()), Box::pin(waiting()));
        assert!(first.as_mut().poll(&mut context).is_pending());
        assert!(second.as_mut().poll(&mut context).is_pending());
        drop(first);
        answers.set(true);
        assert_eq!(ready(second).map(|value| *value), Ok(7));
        assert_eq!(count.get(), 1);
    }
}
