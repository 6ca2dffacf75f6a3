//! What the policies that limit calls share: counters that are taken from together, limits for parts of what a document
//! is for, when a call is counted, and where the outcome is told.
//!
//! Never here: what any of them limits; how a counter counts.

mod announced;
mod counting;
mod quota;
mod scoped;
mod taking;

pub(crate) use announced::{Announced, RenewalPeriod};
pub(crate) use counting::Counting;
pub(crate) use quota::{Amounts, Tally, refusal};
pub(crate) use scoped::Scoped;
pub(crate) use taking::Taking;
