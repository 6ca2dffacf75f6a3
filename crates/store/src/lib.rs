//! State that may be shared between gateways: counters and caches.
//!
//! One small trait per noun, an in-process implementation beside it; where an answer must wait for a network it comes
//! as [`Reply::Later`], so that the in-process one costs no allocation. What nobody needs an answer to has none: a
//! network's implementation does it later.
//! Never here: who uses the state, which clock runs: callers say what time it is.

mod cache;
mod counters;
mod name;

pub use cache::{CACHE_BYTES, Cache, Caches, InProcessCache, Unavailable};
pub use counters::{Ask, Counters, InProcessCounters, Period, Server, Taken, Window};
pub use name::CounterName;

use std::future::Future;
use std::pin::Pin;

/// An answer that is there at once, or later.
pub enum Reply<T> {
    /// There already.
    Now(T),
    /// To be awaited.
    Later(Pin<Box<dyn Future<Output = T> + Send>>),
}

impl<T> Reply<T> {
    /// The answer, for those who may wait anyway.
    pub async fn wait(self) -> T {
        match self {
            Self::Now(answer) => answer,
            Self::Later(answer) => answer.await,
        }
    }
}
