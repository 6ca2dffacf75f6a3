//! What the tests are made of: programs and their folders, clients, upstreams, and patience with an end.
//!
//! Never here: an assertion about the gateway.

pub mod artifacts;
pub mod client;
pub mod gateway;
pub mod patience;
pub mod peer;
pub mod plain_api;
pub mod process;
pub mod programs;
pub mod raw;
pub mod redis;
pub mod rpc;
pub mod shell;
pub mod tls;
pub mod upstream;
