//! How a connection to a server is made, beyond its URL: what the gateway shows of itself, and through which proxy.
//!
//! Never here: making it.

use catalog::ClientCertificate;
use http::HeaderValue;
use std::sync::Arc;

/// Connections that differ in this are never shared.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Connection {
    /// The certificate that the gateway shows.
    pub certificate: Option<Arc<ClientCertificate>>,
    /// The proxy that the connection goes through.
    pub proxy: Option<Arc<Proxy>>,
}

/// A proxy for HTTP, which is itself spoken to in cleartext.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Proxy {
    /// Host, without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
    /// `Proxy-Authorization`
    pub authorization: Option<HeaderValue>,
}
