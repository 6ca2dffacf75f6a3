//! External MCP servers: what differs from any other HTTP API on the way through.
//!
//! Messages, sessions and protocol versions pass as they are (MCP, Streamable HTTP transport). Where policies read the
//! message that answers a request, only that message waits for them: what comes before it flows on.
//! Never here: JSON-RPC, the format of server-sent events; those are the `mcp` crate's.

mod answer;
mod early;
mod finder;
mod origin;
mod post;

pub use answer::{awaited, with_answer};
pub use early::Opening;
pub use post::govern;

use crate::visit::Visit;
use catalog::Api;
use policy::{Exchange, Plan, ResponseMessage};
use std::future::Future;

/// Runs an exchange with an MCP server: the exchange when its response is complete, or a response that was refused or
/// has begun early. `allowed` are origins beside those that `plan` allows.
pub async fn run<R>(
    visit: &Visit,
    api: &Api,
    allowed: &[String],
    plan: &Plan,
    mut exchange: Box<Exchange>,
    run: impl FnOnce(Box<Exchange>) -> R,
) -> Result<Box<Exchange>, ResponseMessage>
where
    R: Future<Output = Box<Exchange>> + 'static,
{
    if let Some(refusal) = origin::foreign(visit, api, allowed, plan, &mut exchange) {
        return Err(refusal);
    }
    let early = early::Early::attach(&mut exchange);
    early.race(run(exchange)).await
}
