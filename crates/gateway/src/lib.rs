//! The data plane: listeners, routing, subscriptions, the exchange through the pipeline, upstream connections.
//!
//! [`Gateway::start`] serves a catalog with its compiled plans until [`Running::shutdown`]; [`Running::replace`] puts
//! the next state in place without a pause. One thread per core, nothing shared between them on a request's way.
//! Never here: where a catalog came from, what a policy does, wire formats of models.

mod admin;
mod admit;
mod background;
mod body;
mod clock;
mod config;
mod connection;
mod debug;
mod entities;
mod events;
mod forwarded;
mod gateway;
mod graphql_socket;
mod grpc;
mod hop_by_hop;
mod hosts;
mod intake;
mod listener;
mod local;
mod log_limit;
mod mcp;
mod media_type;
mod metrics;
mod offline;
mod respond;
mod rest;
mod route;
mod server;
mod snapshot;
mod stream;
mod thread;
mod ticker;
mod unwinding;
mod upgrade;
mod upstream;
mod vaults;
mod visit;
mod watched;
mod worker;

pub use clock::SystemClock;
pub use config::{Config, Limits, Listen, Timeouts, TlsIdentity};
pub use gateway::{Gateway, Running};
pub use offline::{Client, Offline, Ready, World};
pub use upstream::Servers;
pub use vaults::read_secrets;
