//! Counters and a cache in Redis, for gateways that share their limits and what they keep.
//!
//! The counters count as those of one process do, in one step on the server and by the server's clock, so that a limit
//! holds over all gateways as exactly as in one. No call waits longer than [`Options::patience`], none waits at all
//! while there is no connection, and the connection comes back by itself.
//! Never here: who uses the state, how it is configured on a command line.

mod address;
mod cache;
mod counters;
mod link;
#[cfg(test)]
mod tests;

pub use address::Address;
pub use cache::RedisCache;
pub use counters::RedisCounters;
pub use link::{Link, Options};

/// What becomes of a call that is under a limit while its counter cannot be reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenAway {
    /// It passes and is not counted.
    #[default]
    LetPass,
    /// It is refused.
    Refuse,
}
