//! Walking over steps: plain calls where nothing waits, bodies kept just before a step that reads them, and where a
//! failure came from.
//!
//! Never here: sections, what becomes of a failure.

use crate::block::{Block, InstantBlock, Origin};
use crate::buffer::{is_met, meet};
use crate::exchange::{Exchange, FailedAt};
use crate::failure::Failure;
use crate::step::{Flow, Outcome, Run};
use crate::trace::{enter, leave};
use http::HeaderValue;
use std::sync::Arc;

impl Block {
    /// Runs the steps until one answers or fails.
    pub fn run(&self, exchange: &mut Exchange) -> impl Future<Output = Result<Flow, Failure>> {
        self.run_behind(0, exchange)
    }

    /// Runs the steps behind the first so many, until one answers or fails.
    pub async fn run_behind(&self, passed: usize, exchange: &mut Exchange) -> Result<Flow, Failure> {
        for step in self.steps.iter().skip(passed) {
            let entered = enter(exchange, &step.origin);
            if !is_met(step.needs, exchange)
                && let Err(failure) = meet(step.needs, exchange).await
            {
                let result = Err(failure);
                leave(entered, exchange, &result);
                return result.map_err(|failure| note(failure, &step.origin, exchange));
            }
            witnessed(&step.origin, exchange);
            let result = match &step.run {
                Run::Now(run) => run.run(exchange),
                Run::Waiting(run) => match run.run(exchange) {
                    Outcome::Now(result) => result,
                    Outcome::Later(result) => result.await,
                },
            };
            leave(entered, exchange, &result);
            match result {
                Ok(Flow::Next) => {}
                Ok(Flow::Answer) => return Ok(Flow::Answer),
                Err(failure) => return Err(note(failure, &step.origin, exchange)),
            }
        }
        Ok(Flow::Next)
    }

    /// The steps that take part in answering a CORS preflight; see [`Step::preflight`].
    pub fn preflight(&self, exchange: &mut Exchange) -> Option<Result<Flow, Failure>> {
        let mut seen = None;
        for step in &self.steps {
            let result = match &step.run {
                Run::Now(run) => run.preflight(exchange),
                Run::Waiting(run) => run.preflight(exchange),
            };
            if result.is_some() {
                witnessed(&step.origin, exchange);
            }
            match result {
                None => {}
                Some(Ok(Flow::Next)) => seen = Some(Ok(Flow::Next)),
                answer => return answer,
            }
        }
        seen
    }

    /// What the steps do before a request is refused, until one answers instead; see [`Step::before_refusal`].
    pub fn before_refusal(&self, exchange: &mut Exchange, refusal: &Failure) -> Result<Flow, Failure> {
        for step in &self.steps {
            let flow = match &step.run {
                Run::Now(run) => run.before_refusal(exchange, refusal),
                Run::Waiting(run) => run.before_refusal(exchange, refusal),
            };
            if flow.map_err(|failure| note(failure, &step.origin, exchange))? == Flow::Answer {
                return Ok(Flow::Answer);
            }
        }
        Ok(Flow::Next)
    }

    /// Whether a step lets pages of this origin call; see [`Step::allows_origin`].
    pub fn allows_origin(&self, origin: &HeaderValue, exchange: &Exchange) -> bool {
        self.steps.iter().any(|step| match &step.run {
            Run::Now(run) => run.allows_origin(origin, exchange),
            Run::Waiting(run) => run.allows_origin(origin, exchange),
        })
    }
}

impl InstantBlock {
    /// Runs the steps until one answers or fails.
    pub fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        for (step, origin) in &self.steps {
            witnessed(origin, exchange);
            let entered = enter(exchange, origin);
            let result = step.run(exchange);
            leave(entered, exchange, &result);
            match result {
                Ok(Flow::Next) => {}
                Ok(Flow::Answer) => return Ok(Flow::Answer),
                Err(failure) => return Err(note(failure, origin, exchange)),
            }
        }
        Ok(Flow::Next)
    }
}

fn witnessed(origin: &Arc<Origin>, exchange: &Exchange) {
    if let Some(witness) = &exchange.services.witness {
        witness.step(exchange, origin);
    }
}

/// Remembers where a failure came from: the innermost step, and the way to it.
fn note(failure: Failure, origin: &Arc<Origin>, exchange: &mut Exchange) -> Failure {
    match &mut exchange.state.failed_at {
        Some(failed) => failed.path = format!("{}/{}", origin.path, failed.path),
        none => {
            *none = Some(FailedAt {
                origin: Arc::clone(origin),
                path: origin.path.clone(),
            });
        }
    }
    failure
}
