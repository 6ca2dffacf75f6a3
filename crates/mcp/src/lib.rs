//! The Model Context Protocol as bytes in and bytes out: JSON-RPC envelopes, server-sent events, the search for the
//! answer in a stream, and the headers that repeat what a message says.
//!
//! Messages are read just as far as a gateway must know them and are never written anew, so fields that nobody here
//! knows of arrive as they were sent.
//! Never here: sockets, clocks, sessions, and what a policy makes of a message.

mod answer;
mod completion;
mod headers;
mod jsonrpc;
mod sse;

pub use answer::{AnswerFinder, Output};
pub use completion::{complete_result, completes_results};
pub use headers::{LAST_EVENT_ID, MCP_METHOD, MCP_NAME, MCP_PROTOCOL_VERSION, MCP_SESSION_ID, check_headers};
pub use jsonrpc::{Fault, Id, Kind, Message, Params, code, error_response};
pub use sse::{Decoder, Event, EventTooLarge};
