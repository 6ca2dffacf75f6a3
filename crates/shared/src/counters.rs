//! [`Counters`] in Redis: the same algorithm as in one process, as a script that the server runs in one step.
//!
//! A take is one round trip. Keys expire with their periods.

use crate::WhenAway;
use crate::link::Link;
use redis::Script;
use std::sync::Arc;
use std::time::Duration;
use store::{Counters, Period, Reply, Server, Taken, Unavailable, Window};
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

/// What the script answers: whether it fits, what is left, microseconds to wait.
type Answer = (u8, u64, u64);

/// A call of the script on one counter.
struct Call {
    kind: &'static str,
    length: u64,
    limit: Option<u64>,
    units: u64,
}

impl Call {
    fn new(period: Period, limit: Option<u64>, units: u64) -> Self {
        let (kind, length) = match period {
            Period::Sliding(length) => ("sliding", length),
            Period::Ending(left) => ("ending", left),
        };
        Self {
            kind,
            length: length.as_micros().min(LONGEST.into()) as u64,
            limit: limit.map(|limit| limit.min(MOST)),
            units: units.min(MOST),
        }
    }
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

    /// Runs the script; `at` is the time where it is not the server's.
    pub(crate) fn run(
        &self,
        key: &str,
        period: Period,
        limit: Option<u64>,
        units: u64,
        at: Option<Duration>,
    ) -> Result<oneshot::Receiver<Result<Answer, Unavailable>>, Unavailable> {
        let Call {
            kind,
            length,
            limit,
            units,
        } = Call::new(period, limit, units);
        let script = Arc::clone(&self.script);
        let key = self.link.key("counter", key);
        let text = |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        self.link.call(move |mut connection| async move {
            script
                .key(key)
                .arg(kind)
                .arg(length)
                .arg(text(limit))
                .arg(units)
                .arg(text(at.map(|at| at.as_micros() as u64)))
                .invoke_async(&mut connection)
                .await
        })
    }

    /// Takes as [`Counters::take`] does; `at` as with [`run`](Self::run).
    pub(crate) fn take_at(&self, key: &str, window: Window, amount: u64, at: Option<Duration>) -> Reply<Taken> {
        let away = self.away(window);
        match self.run(key, window.period, Some(window.limit), amount, at) {
            Err(_) => Reply::Now(away),
            Ok(answer) => Reply::Later(Box::pin(async move {
                match answer.await {
                    Ok(Ok((fits, left, wait))) => Taken {
                        allowed: fits == 1,
                        remaining: left,
                        retry_after: Duration::from_micros(wait),
                        counted: true,
                    },
                    Ok(Err(_)) | Err(_) => away,
                }
            })),
        }
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

impl Counters for RedisCounters {
    fn server(&self) -> Option<Server> {
        Some(Server {
            connected: self.link.is_connected(),
            unanswered: self.link.unanswered(),
        })
    }

    fn take(&self, key: &str, window: Window, amount: u64, _now: Duration) -> Reply<Taken> {
        self.take_at(key, window, amount, None)
    }

    fn add(&self, key: &str, period: Period, amount: u64, _now: Duration) {
        // The link has counted and logged a failure.
        drop(self.run(key, period, None, amount, None));
    }
}
