//! [`Counters`] in Redis: the same algorithm as in one process, as a script that the server runs in one step.
//!
//! A take is one round trip, from however many counters of a group: their keys have the group's name in braces, by which
//! a cluster keeps them on one node. Keys expire with their periods.

use crate::WhenAway;
use crate::link::Link;
use redis::Script;
use std::sync::Arc;
use std::time::Duration;
use store::{Ask, CounterName, Counters, Period, Reply, Server, Taken, Unavailable, Window};
use tokio::sync::oneshot;

/// Counters that gateways share.
pub struct RedisCounters {
    link: Arc<Link>,
    script: Arc<Script>,
    when_away: WhenAway,
}

/// The longest period, in microseconds: what ends later is taken to end then, some 126 years from now. Lua's numbers
/// are exact up to twice that and the time.
const LONGEST: u64 = 4_000_000_000_000_000;

/// The largest number that Lua's are exact for.
const MOST: u64 = (1 << 53) - 1;

/// What the script answers of a counter: whether it fits, what is left, microseconds to wait.
type Answer = (u8, u64, u64);

/// The script's answers, when they are there.
type Answers = oneshot::Receiver<Result<Vec<Answer>, Unavailable>>;

/// What the script is to do with one counter.
struct Part {
    key: String,
    kind: &'static str,
    length: u64,
    limit: Option<u64>,
    units: u64,
}

impl RedisCounters {
    /// Counters over this link.
    pub fn new(link: Arc<Link>, when_away: WhenAway) -> Self {
        Self {
            link,
            script: Arc::new(Script::new(include_str!("counters.lua"))),
            when_away,
        }
    }

    fn part(&self, counter: &CounterName, period: Period, limit: Option<u64>, units: u64) -> Part {
        let (kind, length) = match period {
            Period::Sliding(length) => ("sliding", length),
            Period::Ending(left) => ("ending", left),
        };
        let (group, part) = counter.parts();
        Part {
            key: self.link.key("counter", &format!("{{{group}}}{part}")),
            kind,
            length: length.as_micros().min(LONGEST.into()) as u64,
            limit: limit.map(|limit| limit.min(MOST)),
            units: units.min(MOST),
        }
    }

    /// Runs the script; `at` is the time where it is not the server's.
    fn run(&self, parts: Vec<Part>, at: Option<Duration>) -> Result<Answers, Unavailable> {
        let script = Arc::clone(&self.script);
        let text = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        self.link.call(move |mut connection| async move {
            let mut call = script.prepare_invoke();
            call.arg(text(at.map(|at| at.as_micros() as u64)));
            for part in parts {
                call.key(part.key)
                    .arg(part.kind)
                    .arg(part.length)
                    .arg(text(part.limit))
                    .arg(part.units);
            }
            call.invoke_async(&mut connection).await
        })
    }

    /// Takes as [`Counters::take`] does; `at` as with [`run`](Self::run).
    pub(crate) fn take_at(
        &self,
        counter: &CounterName,
        window: Window,
        amount: u64,
        at: Option<Duration>,
    ) -> Reply<Taken> {
        let away = self.away(window);
        let part = self.part(counter, window.period, Some(window.limit), amount);
        match self.run(vec![part], at) {
            Err(_) => Reply::Now(away),
            Ok(answers) => Reply::Later(Box::pin(async move {
                match answers.await {
                    Ok(Ok(answers)) => answers.first().map_or(away, taken),
                    Ok(Err(_)) | Err(_) => away,
                }
            })),
        }
    }

    /// Takes as [`Counters::take_together`] does; `at` as with [`run`](Self::run).
    pub(crate) fn take_together_at(&self, asks: &[Ask], at: Option<Duration>) -> Reply<Vec<Taken>> {
        let mut away: Vec<Taken> = asks.iter().map(|ask| self.away(ask.window)).collect();
        if self.when_away == WhenAway::Refuse {
            away.truncate(1);
        }
        if asks.is_empty() {
            return Reply::Now(away);
        }
        let parts = asks
            .iter()
            .map(|ask| self.part(&ask.counter, ask.window.period, Some(ask.window.limit), ask.amount));
        match self.run(parts.collect(), at) {
            Err(_) => Reply::Now(away),
            Ok(answers) => Reply::Later(Box::pin(async move {
                match answers.await {
                    Ok(Ok(answers)) => answers.iter().map(taken).collect(),
                    Ok(Err(_)) | Err(_) => away,
                }
            })),
        }
    }

    /// Adds as [`Counters::add`] does; `at` as with [`run`](Self::run).
    pub(crate) fn add_at(&self, counter: &CounterName, period: Period, amount: u64, at: Option<Duration>) {
        // The link has counted and logged a failure.
        drop(self.run(vec![self.part(counter, period, None, amount)], at));
    }

    /// What is answered where the counter cannot be asked.
    fn away(&self, window: Window) -> Taken {
        let allowed = self.when_away == WhenAway::LetPass;
        Taken {
            allowed,
            remaining: if allowed { window.limit } else { 0 },
            retry_after: if allowed {
                Duration::ZERO
            } else {
                Duration::from_secs(1)
            },
            counted: false,
        }
    }
}

fn taken(&(fits, left, wait): &Answer) -> Taken {
    Taken {
        allowed: fits == 1,
        remaining: left,
        retry_after: Duration::from_micros(wait),
        counted: true,
    }
}

impl Counters for RedisCounters {
    fn server(&self) -> Option<Server> {
        Some(Server {
            connected: self.link.is_connected(),
            unanswered: self.link.unanswered(),
        })
    }

    fn take(&self, counter: &CounterName, window: Window, amount: u64, _now: Duration) -> Reply<Taken> {
        self.take_at(counter, window, amount, None)
    }

    fn take_together(&self, asks: &[Ask], _now: Duration) -> Reply<Vec<Taken>> {
        self.take_together_at(asks, None)
    }

    fn add(&self, counter: &CounterName, period: Period, amount: u64, _now: Duration) {
        self.add_at(counter, period, amount, None);
    }
}
