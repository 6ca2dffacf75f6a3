//! Virtual time: it stands still while something can go on, and jumps to the next moment that something waits for.
//!
//! Never here: what waits.

use policy::{Clock, LocalFuture, Runtime};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

/// Rounds in which something goes on without time passing, and moments at which something wakes: more do not end.
const MOST: usize = 1_000_000;

/// The clock of a scenario.
pub struct VirtualClock {
    /// Where it starts, in ticks.
    start: i64,
    /// Nanoseconds since then.
    passed: AtomicU64,
    /// Numbers drawn so far.
    drawn: AtomicU64,
}

impl VirtualClock {
    /// Starts at this moment, in ticks since 0001-01-01 UTC.
    pub fn starting(start: i64) -> Self {
        Self {
            start,
            passed: AtomicU64::new(0),
            drawn: AtomicU64::new(0),
        }
    }
}

impl Clock for VirtualClock {
    fn ticks(&self) -> i64 {
        self.start.saturating_add((self.passed.load(Relaxed) / 100) as i64)
    }
    fn monotonic(&self) -> Duration {
        Duration::from_nanos(self.passed.load(Relaxed))
    }
    /// The same numbers in every run (`SplitMix64`).
    fn random(&self) -> u64 {
        let drawn = self.drawn.fetch_add(1, Relaxed) + 1;
        let mixed = drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

/// Drives what goes on in a scenario.
pub struct Time {
    clock: Arc<VirtualClock>,
    sleepers: RefCell<BTreeMap<(u64, u64), Waker>>,
    slept: Cell<u64>,
    background: RefCell<Vec<LocalFuture<'static, ()>>>,
}

/// Why something did not end.
#[derive(Debug, PartialEq, Eq)]
pub enum Stuck {
    /// It waits for something that never happens.
    Waits,
    /// It goes on and on.
    Endless,
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

impl Time {
    /// Moves `clock`.
    pub fn new(clock: Arc<VirtualClock>) -> Rc<Self> {
        Rc::new(Self {
            clock,
            sleepers: RefCell::default(),
            slept: Cell::new(0),
            background: RefCell::default(),
        })
    }

    /// The clock.
    pub fn clock(&self) -> Arc<VirtualClock> {
        Arc::clone(&self.clock)
    }

    /// What a future gives; time passes only while everything waits for it. Afterwards what is in the background has
    /// gone as far as it can without time passing.
    pub fn run<T>(&self, future: impl Future<Output = T>) -> Result<T, Stuck> {
        let mut future = std::pin::pin!(future);
        let woken = Arc::new(Woken(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        let (mut given, mut rounds) = (None, 0);
        while rounds < MOST {
            while rounds < MOST && woken.0.swap(false, Relaxed) {
                rounds += 1;
                if given.is_none()
                    && let Poll::Ready(value) = future.as_mut().poll(&mut context)
                {
                    given = Some(value);
                }
                self.poll_background(&mut context);
            }
            if let Some(given) = given {
                return Ok(given);
            }
            rounds += 1;
            let Some(((due, _), sleeper)) = self.sleepers.borrow_mut().pop_first() else {
                return Err(Stuck::Waits);
            };
            self.clock.passed.fetch_max(due, Relaxed);
            sleeper.wake();
        }
        Err(Stuck::Endless)
    }

    fn poll_background(&self, context: &mut Context<'_>) {
        // A task may leave another one behind while it is polled.
        let mut tasks = std::mem::take(&mut *self.background.borrow_mut());
        tasks.retain_mut(|task| task.as_mut().poll(context).is_pending());
        let mut left = self.background.borrow_mut();
        if !left.is_empty() {
            context.waker().wake_by_ref();
        }
        tasks.append(&mut left);
        *left = tasks;
    }
}

/// Time as the gateway gets it.
pub struct Hours(pub Rc<Time>);

impl Runtime for Hours {
    fn sleep(&self, time: Duration) -> LocalFuture<'static, ()> {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        let due = self.0.clock.passed.load(Relaxed).saturating_add(nanos);
        let number = self.0.slept.get();
        self.0.slept.set(number + 1);
        Box::pin(Sleep {
            time: Rc::clone(&self.0),
            key: (due, number),
            yields: nanos == 0,
        })
    }

    fn spawn(&self, task: LocalFuture<'static, ()>) -> bool {
        self.0.background.borrow_mut().push(task);
        true
    }
}

struct Sleep {
    time: Rc<Time>,
    key: (u64, u64),
    /// Whether it lets others go on once, no time being asked for.
    yields: bool,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::take(&mut self.yields) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if self.time.clock.passed.load(Relaxed) >= self.key.0 {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        self.time.sleepers.borrow_mut().insert(self.key, waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.time.sleepers.borrow_mut().remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_jumps_to_what_is_waited_for() {
        let time = Time::new(Arc::new(VirtualClock::starting(0)));
        let hours = Hours(Rc::clone(&time));
        let order = Rc::new(RefCell::new(Vec::new()));
        for seconds in [7200, 3600, 0] {
            let (sleep, order) = (hours.sleep(Duration::from_secs(seconds)), Rc::clone(&order));
            assert!(hours.spawn(Box::pin(async move {
                sleep.await;
                order.borrow_mut().push(seconds);
            })));
        }
        assert_eq!(time.run(hours.sleep(Duration::from_hours(2))), Ok(()));
        assert_eq!(*order.borrow(), [0, 3600, 7200]);
        assert_eq!(time.clock().monotonic(), Duration::from_hours(2));
    }

    #[test]
    fn what_never_happens_is_not_waited_for() {
        let time = Time::new(Arc::new(VirtualClock::starting(0)));
        assert_eq!(time.run(std::future::pending::<()>()), Err(Stuck::Waits));
        let hours = Hours(Rc::clone(&time));
        let endless = async {
            loop {
                hours.sleep(Duration::from_nanos(1)).await;
            }
        };
        assert_eq!(time.run::<()>(endless), Err(Stuck::Endless));
    }
}
