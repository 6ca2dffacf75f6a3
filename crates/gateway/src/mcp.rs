//! External MCP servers: what differs from any other HTTP API on the way through.
//!
//! Messages, sessions and protocol versions pass as they are (MCP, Streamable HTTP transport). Where policies read the
//! message that answers a request, only that message waits for them: what comes before it flows on.
//! Never here: JSON-RPC, the format of server-sent events; those are the `mcp` crate's.

mod answer;
mod early;
mod origin;
mod post;

pub use answer::{request_id, with_answer};
pub use early::{Early, Opening};
pub use origin::foreign;
pub use post::{Refusal, read};
