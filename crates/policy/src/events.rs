//! Events that policies hand over to loggers.
//!
//! Never here: who sends them, and how.

use catalog::Logger;
use std::sync::Arc;

/// Takes events and sees to it that they are sent. What waits is bounded by whoever keeps it; nothing waits for it.
pub trait Events: Send + Sync {
    /// Takes one.
    fn log(&self, logger: &Arc<Logger>, event: Event);
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What it says.
    pub body: String,
    /// Where among the hub's partitions it belongs.
    pub partition: Partition,
    /// When it was handed over, by [`crate::Clock::ticks`].
    pub ticks: i64,
}

/// A place among the partitions of a hub.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Partition {
    /// Any.
    #[default]
    Any,
    /// This one.
    Id(String),
    /// The one that all events with this key go to.
    Key(String),
}
