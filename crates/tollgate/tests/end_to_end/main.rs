//! The program as its users meet it: real processes, real sockets, upstreams that behave and upstreams that do not.
//!
//! One module a feature; each has a folder of artifacts written from a table, and readable rows of what goes in and what
//! must come out. Tests run side by side: each has its own gateway, ports and folder. A deadline ends every test, and no
//! test asserts how long something took.
//! Never here: what a unit test of a crate can say.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, and says where"
)]

mod backends;
mod caching;
mod calls;
mod clock;
mod command_line;
mod connections;
mod databases;
mod evaluation;
mod event_streams;
mod failing_upstreams;
mod graphql_subscriptions;
mod grpc;
mod hostile_expressions;
mod hostile_upstreams;
mod key_vault;
mod large_bodies;
mod limits;
mod malformed_requests;
mod pass_through;
mod policies;
mod reload;
mod secrets;
mod shared_state;
mod specifications;
mod subscriptions;
mod support;
mod tokens;
mod websocket;
