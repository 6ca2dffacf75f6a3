//! The plain API of the peers behind a gateway, at `/rest`, which is what most tests of passing through need.

use super::artifacts::Artifacts;
use super::client::Connection;
use super::gateway::Gateway;
use super::peer::Peer;
use serde_json::Value;

/// The plain API behind a gateway.
pub struct PlainApi {
    /// The gateway.
    pub gateway: Gateway,
    /// What it serves.
    pub folder: Artifacts,
    _peer: Peer,
}

impl PlainApi {
    /// Starts both.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts both, the gateway with more arguments.
    pub async fn start_with(arguments: &[&str]) -> Self {
        let peer = Peer::rest().await;
        let folder = Artifacts::passing("rest", &peer.url);
        let gateway = Gateway::serve_with(&folder, arguments).await;
        Self {
            gateway,
            folder,
            _peer: peer,
        }
    }

    /// A connection to the gateway.
    pub async fn client(&self) -> Connection {
        Connection::http1(self.gateway.address).await
    }
}

/// The values of a header in the description that the upstream gave of a request.
pub fn header_values(echoed: &Value, name: &str) -> Vec<String> {
    let headers = echoed["headers"].as_array().unwrap();
    let values = headers.iter().filter(|header| header[0] == name);
    values.map(|header| header[1].as_str().unwrap().to_owned()).collect()
}
