//! The life of a request that was matched to a plan.
//!
//! Never here: routing, keys, connections.

use crate::block::{Block, Needs, Section};
use crate::body::Body;
use crate::buffer::meet;
use crate::exchange::{Exchange, Leaving};
use crate::failure::Failure;
use crate::plan::Plan;
use crate::respond::{error_response, last_error};
use crate::step::Flow;
use std::sync::Arc;

impl Plan {
    /// Takes an exchange through inbound, backend and outbound; a failure goes to on-error. Afterwards
    /// `exchange.response` is what the client gets.
    pub async fn run(&self, exchange: &mut Exchange) {
        self.begin(exchange);
        if let Err((section, failure)) = self.forth_and_back(exchange).await {
            self.on_error(exchange, section, failure).await;
        }
        leave(exchange).await;
    }

    /// Answers an exchange that failed before inbound: not matched, or refused for its key.
    pub async fn fail(&self, exchange: &mut Exchange, failure: Failure) {
        self.begin(exchange);
        // What cannot be matched fails on its way to a backend, says APIM; everything else fails on its way in.
        let section = if failure.source == "configuration" {
            Section::Backend
        } else {
            Section::Inbound
        };
        self.on_error(exchange, section, failure).await;
        leave(exchange).await;
    }

    /// Answers a CORS preflight: only `cors` policies that stand directly in inbound are asked. [`Flow::Next`] when
    /// there is none, and the request is one like any other.
    pub async fn preflight(&self, exchange: &mut Exchange) -> Flow {
        self.begin(exchange);
        let mut flow = Flow::Next;
        for block in self.section(Section::Inbound) {
            match block.preflight(exchange) {
                None => continue,
                // Somebody else may know the origin; if nobody does, the answer is an empty 200.
                Some(Ok(Flow::Next)) => {
                    exchange.response.get_or_insert_default();
                    flow = Flow::Answer;
                    continue;
                }
                Some(Ok(Flow::Answer)) => {}
                Some(Err(failure)) => self.on_error(exchange, Section::Inbound, failure).await,
            }
            flow = Flow::Answer;
            break;
        }
        if flow == Flow::Answer {
            leave(exchange).await;
        }
        flow
    }

    fn begin(&self, exchange: &mut Exchange) {
        exchange.state.is_mcp = self.implicit_forward.is_some();
        exchange.state.wants_answer = self.wants_answer;
    }

    async fn forth_and_back(&self, exchange: &mut Exchange) -> Result<(), (Section, Failure)> {
        for section in [Section::Inbound, Section::Backend, Section::Outbound] {
            let flow = self
                .go_through(section, exchange)
                .await
                .map_err(|failure| (section, failure))?;
            if flow == Flow::Answer {
                break;
            }
        }
        Ok(())
    }

    async fn go_through(&self, section: Section, exchange: &mut Exchange) -> Result<Flow, Failure> {
        if section == Section::Backend {
            let kept = meet(self.needs_before_backend, exchange).await;
            kept.map_err(|failure| Failure {
                source: "forward-request",
                ..failure
            })?;
        }
        let flow = run(self.section(section), exchange).await?;
        let forward = self.implicit_forward.as_ref().filter(|_| section == Section::Backend);
        match forward {
            Some(forward) if flow == Flow::Next && !exchange.state.forwarded => forward.run(exchange).await,
            _ => Ok(flow),
        }
    }

    /// On-error sees the response that is being prepared and may change it; if it fails itself, the response is the
    /// one for the first failure.
    async fn on_error(&self, exchange: &mut Exchange, section: Section, failure: Failure) {
        let failed = exchange.state.failed_at.take();
        exchange.last_error = Some(last_error(&failure, section, failed.as_ref()));
        if !failure.keeps_response || exchange.response.is_none() {
            exchange.response = Some(error_response(&failure, exchange));
        }
        if run(self.section(Section::OnError), exchange).await.is_err() {
            exchange.response = Some(error_response(&failure, exchange));
        }
    }
}

async fn run(blocks: &[Arc<Block>], exchange: &mut Exchange) -> Result<Flow, Failure> {
    for block in blocks {
        if block.run(exchange).await? == Flow::Answer {
            return Ok(Flow::Answer);
        }
    }
    Ok(Flow::Next)
}

/// What is to be done when the response leaves, then the response as it goes out.
async fn leave(exchange: &mut Exchange) {
    exchange.response.get_or_insert_default();
    for Leaving { reads, act } in std::mem::take(&mut exchange.state.leaving) {
        if let Err(failure) = meet(Needs { reads, answer: false }, exchange).await {
            exchange.response = Some(error_response(&failure, exchange));
        }
        if let Some(rest) = act(exchange) {
            rest.await;
        }
    }
    let replaced = exchange.state.answer_replaced;
    let response = exchange.response_mut();
    response.body = match std::mem::take(&mut response.body) {
        Body::Answer(stream) => Body::Stream(stream.finish(None)),
        Body::Answered(message, stream) => Body::Stream(stream.finish(replaced.then(|| message.bytes().clone()))),
        // APIM sends nothing of a body that was read without `preserveContent`.
        Body::Buffered(body) if body.is_consumed() => {
            response.headers.remove(http::header::CONTENT_LENGTH);
            Body::Empty
        }
        other => other,
    };
}
