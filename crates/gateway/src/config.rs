//! What an operator sets: where to listen, how much to accept, how long to wait.
//!
//! Never here: what is governed (that is the catalog), reading files or the command line.

use expression::context::Deployment;
use policy::{IdentitySource, KnownAuthorizations};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

/// Settings of a gateway; a change of them needs a restart, unlike a change of the catalog.
#[derive(Default)]
pub struct Config {
    /// Sockets for clients; port 0 takes a free one.
    pub listen: Vec<Listen>,
    /// Socket for `/status-0123456789abcdef` and `/metrics`; none: neither metrics nor a status of its own.
    pub admin_listen: Option<SocketAddr>,
    /// Worker threads; 0: one per core.
    pub workers: usize,
    /// Sizes.
    pub limits: Limits,
    /// Times.
    pub timeouts: Timeouts,
    /// Proxies in front whose `X-Forwarded-*` headers are believed; none by default.
    pub trusted_proxies: Vec<policy::Network>,
    /// Origins (`https://app.example`) whose pages may call MCP servers, beside those on the API's hosts, those
    /// that its `cors` policies allow and, on a loopback listener, local ones.
    pub mcp_origins: Vec<String>,
    /// `context.Deployment`
    pub deployment: Arc<Deployment>,
    /// Base URL that messages for Service Bus go to in place of its namespaces.
    pub service_bus: Option<String>,
    /// Base URL of the Dapr runtime that policies call; none: `http://localhost:3500`.
    pub dapr: Option<String>,
    /// Where tokens of the gateway's own identity come from; the machine's metadata service by default.
    pub identity: Arc<IdentitySource>,
    /// Access to other services that policies may ask for.
    pub authorizations: Arc<KnownAuthorizations>,
    /// What an operator must show to have requests traced; none: nothing is traced.
    pub tracing_key: Option<String>,
    /// Base URL of Entra ID; none: that of Azure's public cloud.
    pub entra: Option<String>,
}

/// One listening socket.
pub struct Listen {
    /// Address and port.
    pub address: SocketAddr,
    /// Certificates for TLS; none: cleartext.
    pub tls: Option<Vec<TlsIdentity>>,
    /// Whether clients are asked for a certificate, which policies read. A client may have none.
    pub client_certificates: bool,
}

/// A certificate with its key, and the names it is shown for.
pub struct TlsIdentity {
    /// Host names, lower case; `*.example.com` for one label below; empty: for every name that no other one has.
    pub hosts: Vec<String>,
    /// The chain, leaf first.
    pub chain: Vec<CertificateDer<'static>>,
    /// Its private key.
    pub key: PrivateKeyDer<'static>,
}

/// Sizes beyond which a message is refused.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of a request's head; more gives 431.
    pub head_bytes: usize,
    /// Header lines of a message; more gives 431.
    pub headers: usize,
    /// Bytes of path and query; more gives 414.
    pub url_bytes: usize,
    /// Bytes of a request's body, streamed or not; more gives 413; none: unlimited, since it streams.
    pub body_bytes: Option<u64>,
    /// Bytes of a body that a policy reads whole.
    pub buffer_bytes: u64,
    /// Client connections that are open at once, over all listeners; more wait until one closes.
    pub connections: usize,
    /// Concurrent requests of one HTTP/2 connection.
    pub streams: u32,
    /// Idle connections kept for one upstream by one worker.
    pub idle_upstream_connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head_bytes: 64 << 10,
            headers: 100,
            url_bytes: 16 << 10,
            body_bytes: None,
            buffer_bytes: 4 << 20,
            connections: 16 << 10,
            streams: 200,
            idle_upstream_connections: 256,
        }
    }
}

/// How long to wait; all are enforced with a granularity of a tenth of a second.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// From a request's first byte to the end of its head; then the connection is closed.
    pub head: Duration,
    /// Between two stretches of a request's body; then 408.
    pub request_body: Duration,
    /// Between two stretches of a response's body, which event streams with long pauses need to be long.
    pub response_body: Duration,
    /// For a client that takes no bytes of its response.
    pub write_stall: Duration,
    /// For a client connection without a request.
    pub idle: Duration,
    /// For an upgraded connection without traffic in either direction.
    pub upgraded_idle: Duration,
    /// For an upstream connection, TLS included.
    pub connect: Duration,
    /// For an upstream connection without a request.
    pub upstream_idle: Duration,
    /// After which an upstream connection takes no further request.
    pub upstream_lifetime: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(20),
            request_body: Duration::from_mins(1),
            response_body: Duration::from_mins(5),
            write_stall: Duration::from_mins(1),
            idle: Duration::from_mins(2),
            upgraded_idle: Duration::from_mins(10),
            connect: Duration::from_secs(10),
            upstream_idle: Duration::from_secs(55),
            upstream_lifetime: Duration::from_mins(10),
        }
    }
}
