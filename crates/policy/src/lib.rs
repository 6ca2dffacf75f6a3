//! Policy documents: the raw-XML reader, scopes and `<base/>`, the pipeline, and `policies`: one file a policy.
//!
//! A document becomes steps when a snapshot is built; a request only walks a finished plan.
//! Never here: listeners, sockets, routing, wire formats of providers. What a policy needs of the outside is a trait
//! ([`Upstream`], [`Clock`], `store`'s traits).

mod backends;
mod block;
mod body;
mod buffer;
mod caching;
mod check;
#[cfg(test)]
mod clock_tests;
pub mod codes;
mod coding;
mod compiler;
mod connection;
mod context;
mod database;
mod document;
mod effective;
mod element;
mod events;
mod exchange;
#[cfg(test)]
mod expression_tests;
mod failure;
mod fetch;
mod findings;
mod fork;
mod fragment;
mod graphql_request;
mod headers;
mod identity;
mod kept;
mod key;
mod known;
mod limits;
mod meter;
mod mutation;
mod network;
mod openid;
mod outline;
mod pending;
mod pipeline;
mod plan;
mod policies;
mod query;
pub mod reason;
#[cfg(test)]
mod reference_tests;
mod registry;
mod resolvers;
mod respond;
mod retry_after;
mod rewriting;
mod runtime;
mod slots;
mod spelling;
mod step;
mod steps;
mod subscriber;
mod subscriptions;
mod telemetry;
#[cfg(test)]
mod testing;
mod token;
mod trace;
mod upstream;
mod validation;
mod value;
mod vault;
mod walk;
mod witness;
mod xml;

pub use backends::Backends;
pub use block::{Origin, Scope, Section};
pub use body::{AnswerStream, Body, BodyError, Head, StreamBody, Trailers};
pub use check::check;
pub use connection::{Connection, Proxy};
pub use database::{SqlEncryption, SqlProof, SqlServer};
pub use events::{Event, Events, Partition};
pub use exchange::{
    Clock, Exchange, Identity, Matched, RequestMessage, ResponseMessage, Services, State, Target, Trust,
};
pub use failure::Failure;
pub use findings::Options;
pub use identity::{Authorizations, ClientCredentials, IdentitySource, KnownAuthorizations, OwnIdentity, Secret};
pub use mutation::{Mutation, mutations};
pub use network::Network;
pub use openid::Issuers;
pub use outline::{Outline, OutlinedSection};
pub use plan::{Plan, Plans};
pub use policies::{Offer, names, offered};
pub use retry_after::retry_after;
pub use runtime::Runtime;
pub use slots::Slots;
pub use step::{Flow, Outcome, Run, Step, WaitingStep};
pub use subscriber::{Refused, Subscriber};
pub use subscriptions::Subscriptions;
pub use telemetry::{Measurement, Telemetry};
pub use trace::Secrets;
pub use upstream::{Call, HttpVersion, Reply, Upstream, UpstreamFailure};
pub use vault::Vaults;
pub use witness::{Spot, SpotKind, Witness};

use std::future::Future;
use std::pin::Pin;

/// Base URL of Entra ID in Azure's public cloud.
pub const ENTRA: &str = "https://login.microsoftonline.com";

/// Bytes of stack of a thread that compiles documents or runs them: as many as the deepest document with the longest chain
/// of fragments takes, and twice that. Memory is taken as it is used.
pub const STACK: usize = 32 << 20;

/// A future of one exchange; an exchange stays on the thread that accepted it.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
