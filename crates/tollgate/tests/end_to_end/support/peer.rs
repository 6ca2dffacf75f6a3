//! The upstreams that this repository has as a program of its own (crate `peers`).

use super::process::Process;
use super::programs;

/// A running peer.
pub struct Peer {
    process: Process,
    /// Where it listens: `http://127.0.0.1:PORT` (or `https:`), without a path.
    pub url: String,
}

impl Peer {
    /// The plain HTTP API.
    pub async fn rest() -> Self {
        Self::start(&["rest"]).await
    }

    /// Any of them, by its command line.
    pub async fn start(arguments: &[&str]) -> Self {
        let mut process = Process::start(programs::peers(), arguments);
        let place = process.announced("listening on ").await;
        let (scheme, rest) = place.split_once("://").expect("a URL");
        let authority = rest.split('/').next().unwrap_or(rest);
        Self {
            process,
            url: format!("{scheme}://{authority}"),
        }
    }

    /// What it has said on its standard error.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it at once, whatever it is doing.
    pub fn kill(&self) {
        self.process.signal("KILL");
    }
}
