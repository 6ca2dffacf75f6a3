//! The machine's clock and randomness.
//!
//! Never here: clocks for tests; whoever tests sets their own.

use policy::Clock;
use std::cell::Cell;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// Ticks (100 ns) from 0001-01-01 to 1970-01-01.
pub const UNIX_EPOCH_TICKS: i64 = 621_355_968_000_000_000;

/// The machine's clock.
pub struct SystemClock {
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self {
            started: Instant::now(),
        }
    }
}

impl Clock for SystemClock {
    fn ticks(&self) -> i64 {
        ticks(SystemTime::now())
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    fn random(&self) -> u64 {
        // Both halves of a version 4 UUID are random but for six bits, which the other half covers.
        let (high, low) = Uuid::new_v4().as_u64_pair();
        high ^ low
    }
}

/// A moment in ticks: 100 ns since 0001-01-01 UTC.
pub fn ticks(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH_TICKS.saturating_add(i64::try_from(since.as_nanos() / 100).unwrap_or(i64::MAX))
}

thread_local! {
    static SEQUENCE: Cell<(u64, u64)> = Cell::new(Uuid::new_v4().as_u64_pair());
}

/// A new request id in the form of a version 4 UUID: unique, not secret. Random enough for identification and made
/// without a system call.
pub fn request_id() -> u128 {
    let (high, low) = SEQUENCE.get();
    let next = (splitmix(high), splitmix(low ^ high));
    SEQUENCE.set((high.wrapping_add(0x9e37_79b9_7f4a_7c15), low.wrapping_add(1)));
    Uuid::from_u64_pair(next.0 & !0xf000 | 0x4000, next.1 & !(0b11 << 62) | (0b10 << 62)).as_u128()
}

/// The mixing function of `SplitMix64`.
fn splitmix(mut state: u64) -> u64 {
    state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    state ^ (state >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_are_unique_version_4_uuids() {
        let mut ids: Vec<u128> = (0..10_000).map(|_| request_id()).collect();
        assert_eq!(Uuid::from_u128(ids[7]).get_version_num(), 4);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 10_000);
    }

    #[test]
    fn ticks_count_from_the_year_one() {
        assert_eq!(ticks(UNIX_EPOCH + Duration::from_secs(1)), 621_355_968_010_000_000);
    }
}
