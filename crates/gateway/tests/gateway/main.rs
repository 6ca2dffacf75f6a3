//! The gateway through real sockets: a client on one side, an upstream on the other, both in this process.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what is not as expected fails the test"
)]

mod access;
mod bodies;
mod client_certificates;
mod codings;
mod events;
mod forwarding;
mod kafka;
mod lifecycle;
mod malformed;
mod mcp;
mod messaging;
mod nats;
mod protocols;
mod support;
mod tracing;
mod upstreams;
mod ways;
