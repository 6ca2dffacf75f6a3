//! State that may be shared between gateways: counters today; caches and vectors when they are needed.
//!
//! One small trait per noun, an in-process implementation beside it; where an answer must wait for a network it comes
//! as [`Reply::Later`], so that the in-process one costs no allocation.
//! Never here: who uses the state, which clock runs: callers say what time it is.

mod counters;

pub use counters::{Counters, InProcessCounters, Taken, Window};

use std::future::Future;
use std::pin::Pin;

/// An answer that is there at once, or later.
pub enum Reply<T> {
    /// There already.
    Now(T),
    /// To be awaited.
    Later(Pin<Box<dyn Future<Output = T> + Send>>),
}
