//! A step: one policy in a plan.

use crate::LocalFuture;
use crate::exchange::Exchange;
use crate::failure::Failure;

/// What happens after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// The next step.
    Next,
    /// The exchange's response is the answer; nothing else runs.
    Answer,
}

/// A step that never waits: a plain function call.
pub trait Step: Send + Sync {
    /// Does it.
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure>;
}

/// A step that waits for something outside.
pub trait WaitingStep: Send + Sync {
    /// Does it.
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> LocalFuture<'a, Result<Flow, Failure>>;
}

/// Either kind of step.
pub enum Run {
    /// Runs at once.
    Now(Box<dyn Step>),
    /// Waits.
    Waiting(Box<dyn WaitingStep>),
}
