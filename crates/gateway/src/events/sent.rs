//! What became of events that a logger was sent.
//!
//! Never here: what follows from it.

use std::time::Duration;

/// What became of a batch.
#[derive(Debug, PartialEq)]
pub enum Sent {
    /// It has arrived, but for those that will never be taken.
    Done {
        /// How many those are.
        refused: u64,
        /// Why.
        why: String,
    },
    /// The logger has answered that it does not take it: all of it, or some event in it.
    Refused {
        /// What it said.
        why: String,
        /// Whether it would say the same another time.
        for_good: bool,
    },
    /// It may arrive another time.
    Later {
        /// What went wrong.
        why: String,
        /// When the logger wants to be asked again.
        after: Option<Duration>,
    },
}

impl Sent {
    /// All has arrived.
    pub fn all() -> Self {
        Self::refused(0, "")
    }

    /// All but these have arrived.
    pub fn refused(refused: u64, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Done { refused, why }
    }

    /// Nothing has arrived.
    pub fn later(why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Later { why, after: None }
    }
}
