//! `include-fragment` runs the policies of a fragment as if they stood in its place.
//!
//! A fragment holds policies only: no sections, no `<base />`. Unlike in APIM a fragment may include others, not itself.

use crate::block::Block;
use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::fragment::fragment;
use crate::registry::{Policy, waiting};
use crate::step::{Flow, Outcome, Run, WaitingStep};
use expression::text::Text;
use http::HeaderValue;
use std::sync::Arc;

pub(crate) const INCLUDE_FRAGMENT: Policy = Policy::new("include-fragment", parse);

struct IncludeFragment {
    block: Arc<Block>,
}

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let id: Text = element.required_literal("fragment-id")?;
    let span = element.attribute_span("fragment-id");
    let block = fragment(element.compiler, &id, span)?;
    element.holds(&block);
    element.ends(block.ends());
    waiting(IncludeFragment { block })
}

impl WaitingStep for IncludeFragment {
    fn run<'a>(&'a self, exchange: &'a mut Exchange) -> Outcome<'a> {
        Outcome::Later(Box::pin(self.block.run(exchange)))
    }

    fn preflight(&self, exchange: &mut Exchange) -> Option<Result<Flow, Failure>> {
        self.block.preflight(exchange)
    }

    fn before_refusal(&self, exchange: &mut Exchange, refusal: &Failure) -> Result<Flow, Failure> {
        self.block.before_refusal(exchange, refusal)
    }

    fn allows_origin(&self, origin: &HeaderValue, exchange: &Exchange) -> bool {
        self.block.allows_origin(origin, exchange)
    }
}
