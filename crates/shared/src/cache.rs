//! [`Cache`] in Redis: a key there for each key here, which expires with its entry.
//!
//! How much it holds and what makes room is the server's (`maxmemory`, `maxmemory-policy`).

use crate::link::Link;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;
use store::{Cache, Reply, Unavailable};

/// A cache that gateways share.
pub struct RedisCache {
    link: Arc<Link>,
}

const KIND: &str = "cache";

/// Milliseconds of the longest time that is kept, some 31 years.
const LONGEST: u128 = 1_000_000_000_000;

impl RedisCache {
    /// A cache over this link.
    pub fn new(link: Arc<Link>) -> Self {
        Self { link }
    }
}

impl Cache for RedisCache {
    fn get(&self, key: &str, _now: Duration) -> Reply<Option<Bytes>> {
        let key = self.link.key(KIND, key);
        let asked = self.link.call(move |mut connection| async move {
            redis::cmd("GET")
                .arg(key)
                .query_async::<Option<Bytes>>(&mut connection)
                .await
        });
        match asked {
            Err(_) => Reply::Now(None),
            Ok(answer) => Reply::Later(Box::pin(async move { answer.await.ok()?.ok()? })),
        }
    }

    fn put(&self, key: &str, value: Bytes, lasts: Duration, _now: Duration) {
        let milliseconds = lasts.as_millis().min(LONGEST) as u64;
        let key = self.link.key(KIND, key);
        // The link has counted and logged a failure.
        drop(self.link.call(move |mut connection| async move {
            let mut command = if milliseconds == 0 {
                redis::cmd("DEL")
            } else {
                redis::cmd("SET")
            };
            command.arg(key);
            if milliseconds > 0 {
                command.arg(&value[..]).arg("PX").arg(milliseconds);
            }
            command.exec_async(&mut connection).await
        }));
    }

    fn remove(&self, key: &str) -> Reply<Result<(), Unavailable>> {
        let key = self.link.key(KIND, key);
        let asked = self
            .link
            .call(move |mut connection| async move { redis::cmd("DEL").arg(key).exec_async(&mut connection).await });
        match asked {
            Err(unavailable) => Reply::Now(Err(unavailable)),
            Ok(answer) => Reply::Later(Box::pin(async move {
                answer
                    .await
                    .unwrap_or_else(|_| Err(Unavailable("the connection to Redis has ended".to_owned())))
            })),
        }
    }
}
