//! A step: one policy in a plan.

use crate::LocalFuture;
use crate::exchange::Exchange;
use crate::failure::Failure;
use http::HeaderValue;

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

    /// Its part in answering a CORS preflight, for which nothing else runs: `None` if it has none, [`Flow::Next`] if it
    /// leaves the answer to others.
    fn preflight(&self, exchange: &mut Exchange) -> Option<Result<Flow, Failure>> {
        let _ = exchange;
        None
    }

    /// Its part in a request that is refused before policies run, because of its key or because nothing was matched:
    /// [`Flow::Answer`] if it answers instead.
    fn before_refusal(&self, exchange: &mut Exchange, refusal: &Failure) -> Result<Flow, Failure> {
        let _ = (exchange, refusal);
        Ok(Flow::Next)
    }

    /// Whether it lets pages of this origin call, as a CORS policy may.
    fn allows_origin(&self, origin: &HeaderValue, exchange: &Exchange) -> bool {
        let _ = (origin, exchange);
        false
    }
}

/// When a step that may wait is done.
pub enum Outcome<'a> {
    /// It is, and nothing has to be kept for later.
    Now(Result<Flow, Failure>),
    /// When something outside has answered.
    Later(LocalFuture<'a, Result<Flow, Failure>>),
}

/// A step that may have to wait for something outside.
pub trait WaitingStep: Send + Sync {
    /// Does it, or as much as can be done at once.
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a>;

    /// See [`Step::preflight`].
    fn preflight(&self, exchange: &mut Exchange) -> Option<Result<Flow, Failure>> {
        let _ = exchange;
        None
    }

    /// See [`Step::before_refusal`].
    fn before_refusal(&self, exchange: &mut Exchange, refusal: &Failure) -> Result<Flow, Failure> {
        let _ = (exchange, refusal);
        Ok(Flow::Next)
    }

    /// See [`Step::allows_origin`].
    fn allows_origin(&self, origin: &HeaderValue, exchange: &Exchange) -> bool {
        let _ = (origin, exchange);
        false
    }
}

/// Either kind of step.
pub enum Run {
    /// Runs at once.
    Now(Box<dyn Step>),
    /// May wait.
    Waiting(Box<dyn WaitingStep>),
}
