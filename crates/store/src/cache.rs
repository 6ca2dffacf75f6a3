//! A cache of bytes by key, for a time, in a bounded room.
//!
//! Where there is no room for one more entry, what has expired goes first, then what was used longest ago. An entry
//! that is larger than the room is not kept.

use crate::Reply;
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;
use std::time::Duration;
use thiserror::Error;

/// Keeps bytes by key for a time. What it cannot answer it does not have: nobody fails because of a cache.
///
/// `now` is the time since any fixed moment, the same for all calls, and does not run backwards.
pub trait Cache: Send + Sync {
    /// What was kept under a key and has not expired.
    fn get(&self, key: &str, now: Duration) -> Reply<Option<Bytes>>;
    /// Keeps `value` under a key for `lasts`, in place of what was there. Nobody waits for it, so that another gateway
    /// may see it a moment later.
    fn put(&self, key: &str, value: Bytes, lasts: Duration, now: Duration);
    /// Forgets a key.
    fn remove(&self, key: &str) -> Reply<Result<(), Unavailable>>;
}

/// That a cache cannot be reached.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("the cache cannot be reached: {0}")]
pub struct Unavailable(pub String);

/// The caches that a gateway has, by APIM's names for them.
#[derive(Clone)]
pub struct Caches {
    /// The gateway's own.
    pub internal: Arc<dyn Cache>,
    /// One outside that gateways share.
    pub external: Option<Arc<dyn Cache>>,
}

impl Default for Caches {
    fn default() -> Self {
        Self {
            internal: Arc::new(InProcessCache::default()),
            external: None,
        }
    }
}

/// A cache of one process, spread over shards so that cores do not wait for each other.
pub struct InProcessCache {
    shards: Vec<Mutex<Shard>>,
    hasher: RandomState,
    /// Bytes that a shard may hold.
    room: usize,
}

/// Bytes that [`InProcessCache::default`] has room for.
pub const CACHE_BYTES: usize = 128 << 20;

/// What an entry takes besides its key and its value, about.
const ENTRY_BYTES: usize = 256;

const SHARDS: usize = 8;

/// A cache with less room than this for each shard has fewer of them, so that large entries fit.
const LEAST_SHARD: usize = 8 << 20;

#[derive(Default)]
struct Shard {
    entries: HashMap<Arc<str>, Entry>,
    /// Keys by their entries' last use.
    by_use: BTreeMap<u64, Arc<str>>,
    /// When entries expire, with their last use.
    by_end: BTreeSet<(Duration, u64)>,
    /// Counts uses.
    uses: u64,
    bytes: usize,
}

struct Entry {
    value: Bytes,
    ends: Duration,
    used: u64,
}

impl Default for InProcessCache {
    fn default() -> Self {
        Self::with_room_for(CACHE_BYTES)
    }
}

impl InProcessCache {
    /// A cache of at most so many bytes, about.
    pub fn with_room_for(bytes: usize) -> Self {
        let shards = (bytes / LEAST_SHARD).clamp(1, SHARDS);
        Self {
            shards: (0..shards).map(|_| Mutex::default()).collect(),
            hasher: RandomState::new(),
            room: bytes / shards,
        }
    }

    fn shard(&self, key: &str) -> Option<&Mutex<Shard>> {
        self.shards.get(self.hasher.hash_one(key) as usize % self.shards.len())
    }
}

impl Cache for InProcessCache {
    fn get(&self, key: &str, now: Duration) -> Reply<Option<Bytes>> {
        Reply::Now(self.shard(key).and_then(|shard| shard.lock().get(key, now)))
    }

    fn put(&self, key: &str, value: Bytes, lasts: Duration, now: Duration) {
        if let Some(shard) = self.shard(key) {
            shard.lock().put(key, value, now.saturating_add(lasts), now, self.room);
        }
    }

    fn remove(&self, key: &str) -> Reply<Result<(), Unavailable>> {
        if let Some(shard) = self.shard(key) {
            shard.lock().remove(key);
        }
        Reply::Now(Ok(()))
    }
}

impl Shard {
    fn get(&mut self, key: &str, now: Duration) -> Option<Bytes> {
        let entry = self.entries.get_mut(key)?;
        if entry.ends <= now {
            self.remove(key);
            return None;
        }
        let name = self.by_use.remove(&entry.used)?;
        self.by_end.remove(&(entry.ends, entry.used));
        self.uses += 1;
        entry.used = self.uses;
        self.by_use.insert(entry.used, name);
        self.by_end.insert((entry.ends, entry.used));
        Some(entry.value.clone())
    }

    fn put(&mut self, key: &str, value: Bytes, ends: Duration, now: Duration, room: usize) {
        self.remove(key);
        let size = size(key, &value);
        if size > room || ends <= now {
            return;
        }
        self.make_room(room - size, now);
        self.uses += 1;
        let used = self.uses;
        let name: Arc<str> = key.into();
        self.by_use.insert(used, Arc::clone(&name));
        self.by_end.insert((ends, used));
        self.entries.insert(name, Entry { value, ends, used });
        self.bytes += size;
    }

    /// Drops entries until there are at most so many bytes: expired ones, then those that were used longest ago.
    fn make_room(&mut self, most: usize, now: Duration) {
        while self.bytes > most {
            let expired = self.by_end.first().filter(|(ends, _)| *ends <= now);
            let oldest = match expired {
                Some((_, used)) => self.by_use.get(used),
                None => self.by_use.first_key_value().map(|(_, key)| key),
            };
            let Some(key) = oldest.cloned() else { return };
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &str) {
        if let Some(entry) = self.entries.remove(key) {
            self.by_use.remove(&entry.used);
            self.by_end.remove(&(entry.ends, entry.used));
            self.bytes -= size(key, &entry.value);
        }
    }
}

fn size(key: &str, value: &Bytes) -> usize {
    key.len() + value.len() + ENTRY_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn get(cache: &InProcessCache, key: &str, at: u64) -> Option<String> {
        match cache.get(key, SECOND * at as u32) {
            Reply::Now(value) => value.map(|bytes| String::from_utf8(bytes.to_vec()).unwrap()),
            Reply::Later(_) => unreachable!("an in-process cache answers at once"),
        }
    }

    fn put(cache: &InProcessCache, key: &str, value: &str, lasts: u64, at: u64) {
        cache.put(
            key,
            Bytes::copy_from_slice(value.as_bytes()),
            SECOND * lasts as u32,
            SECOND * at as u32,
        );
    }

    #[test]
    fn entries_last_as_long_as_they_were_given() {
        let cache = InProcessCache::default();
        put(&cache, "a", "1", 10, 0);
        put(&cache, "b", "2", 0, 0);
        assert_eq!(get(&cache, "a", 9).as_deref(), Some("1"));
        assert_eq!(get(&cache, "b", 0), None);
        assert_eq!(get(&cache, "a", 10), None);
        put(&cache, "a", "3", u32::MAX.into(), 10);
        assert_eq!(get(&cache, "a", 1_000_000).as_deref(), Some("3"));
    }

    #[test]
    fn a_later_value_and_a_removal_count() {
        let cache = InProcessCache::default();
        put(&cache, "a", "1", 10, 0);
        put(&cache, "a", "2", 20, 0);
        assert_eq!(get(&cache, "a", 15).as_deref(), Some("2"));
        assert!(matches!(cache.remove("a"), Reply::Now(Ok(()))));
        assert!(matches!(cache.remove("never"), Reply::Now(Ok(()))));
        assert_eq!(get(&cache, "a", 15), None);
    }

    #[test]
    fn what_was_used_longest_ago_makes_room_after_what_has_expired() {
        let cache = InProcessCache::with_room_for(3 * (ENTRY_BYTES + 2));
        put(&cache, "a", "1", 100, 0);
        put(&cache, "b", "2", 100, 0);
        put(&cache, "c", "3", 1, 0);
        put(&cache, "d", "4", 100, 5);
        let kept = |at| ["a", "b", "c", "d", "e"].map(|key| get(&cache, key, at).is_some());
        assert_eq!(kept(5), [true, true, false, true, false]);
        get(&cache, "a", 5);
        put(&cache, "e", "5", 100, 5);
        assert_eq!(kept(5), [true, false, false, true, true]);
    }

    #[test]
    fn what_is_larger_than_the_room_is_not_kept_and_takes_nobodys_place() {
        let cache = InProcessCache::with_room_for(1000);
        put(&cache, "a", "1", 100, 0);
        put(&cache, "b", &"x".repeat(1000), 100, 0);
        assert_eq!(get(&cache, "a", 0).as_deref(), Some("1"));
        assert_eq!(get(&cache, "b", 0), None);
    }

    proptest! {
        #[test]
        fn the_room_is_never_exceeded_and_nothing_is_left_over(
            acts in proptest::collection::vec((0..4u8, 0..12u8, 0..2000usize, 0..9u64), 1..200)
        ) {
            let cache = InProcessCache::with_room_for(5000);
            for (at, (act, key, length, lasts)) in acts.into_iter().enumerate() {
                let key = key.to_string();
                match act {
                    0 => drop(cache.remove(&key)),
                    1 => drop(get(&cache, &key, at as u64)),
                    _ => put(&cache, &key, &"x".repeat(length), lasts, at as u64),
                }
                let shard = cache.shards[0].lock();
                let bytes: usize = shard.entries.iter().map(|(key, entry)| size(key, &entry.value)).sum();
                prop_assert_eq!(bytes, shard.bytes);
                prop_assert!(bytes <= 5000);
                prop_assert_eq!(shard.by_use.len(), shard.entries.len());
                prop_assert_eq!(shard.by_end.len(), shard.entries.len());
            }
        }
    }
}
