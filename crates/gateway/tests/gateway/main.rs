//! The gateway through real sockets: a client on one side, an upstream on the other, both in this process.

mod access;
mod bodies;
mod forwarding;
mod lifecycle;
mod malformed;
mod mcp;
mod protocols;
mod support;
