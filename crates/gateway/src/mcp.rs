//! External MCP servers: what differs from any other HTTP API on the way through.
//!
//! Messages, sessions and protocol versions pass as they are (MCP, Streamable HTTP transport).
//! Never here: JSON-RPC, server-sent events; those are the `mcp` crate's.

mod origin;

pub use origin::foreign;
