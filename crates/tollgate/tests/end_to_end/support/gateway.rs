//! `tollgate serve` as a process.

use super::artifacts::Artifacts;
use super::client;
use super::patience::eventually;
use super::process::Process;
use super::programs;
use std::net::SocketAddr;

/// A running gateway.
pub struct Gateway {
    /// The process: its log, memory and end.
    pub process: Process,
    /// Where clients connect.
    pub address: SocketAddr,
    /// Where metrics and health are.
    pub admin: SocketAddr,
}

impl Gateway {
    /// Serves the folder.
    pub async fn serve(folder: &Artifacts) -> Self {
        Self::serve_with(folder, &[]).await
    }

    /// Serves the folder, with more arguments.
    pub async fn serve_with(folder: &Artifacts, more: &[&str]) -> Self {
        Self::serve_in(folder, more, &[]).await
    }

    /// Serves the folder, with more arguments and environment variables.
    pub async fn serve_in(folder: &Artifacts, more: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut arguments = vec!["serve", "--config", folder.argument()];
        arguments.extend(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
        arguments.extend(more);
        let mut process = Process::start_in(programs::tollgate(), &arguments, variables);
        let scheme = if more.contains(&"--tls-key") { "https" } else { "http" };
        let address = process
            .announced(&format!("listening on {scheme}://"))
            .await
            .parse()
            .unwrap();
        let admin = process.announced("admin on http://").await.parse().unwrap();
        Self {
            process,
            address,
            admin,
        }
    }

    /// All metrics, in Prometheus' text format.
    pub async fn metrics(&self) -> String {
        client::get(self.admin, "/metrics").await.text()
    }

    /// The value of a metric without labels.
    pub async fn metric(&self, name: &str) -> u64 {
        let metrics = self.metrics().await;
        let value = metrics
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        let number = value.and_then(|value| value.trim().parse().ok());
        number.unwrap_or_else(|| panic!("no number {name} in the metrics:\n{metrics}"))
    }

    /// Waits until no request is in progress.
    pub async fn idle(&self) {
        eventually("no request in flight", async || {
            (self.metric("tollgate_requests_in_flight").await == 0).then_some(())
        })
        .await;
    }
}
