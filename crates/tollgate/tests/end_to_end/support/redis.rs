//! Redis servers of a test's own, with nothing kept on disk.

use super::patience::eventually;
use super::process::Process;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;

/// A running server; it ends with this.
pub struct Redis {
    _process: Process,
    /// Where it listens on 127.0.0.1.
    pub port: u16,
}

impl Redis {
    /// Starts a server with these further arguments.
    pub async fn start(arguments: &[&str]) -> Self {
        Self::at(free_port(), arguments).await
    }

    /// Starts a server on this port.
    pub async fn at(port: u16, arguments: &[&str]) -> Self {
        let number = port.to_string();
        let own = [
            "--port",
            &number,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ];
        Self::run(port, &[&own, arguments].concat()).await
    }

    /// Starts a server that speaks TLS only, with this certificate, key and authority.
    pub async fn over_tls((certificate, key): &(String, String)) -> Self {
        let port = free_port();
        let number = port.to_string();
        let own = [
            "--port",
            "0",
            "--tls-port",
            &number,
            "--bind",
            "127.0.0.1",
            "--save",
            "",
        ];
        let tls = [
            "--tls-cert-file",
            certificate,
            "--tls-key-file",
            key,
            "--tls-auth-clients",
            "no",
        ];
        Self::run(port, &[&own[..], &tls].concat()).await
    }

    /// Starts a server whose arguments make it listen on this port.
    pub async fn run(port: u16, arguments: &[&str]) -> Self {
        // Debian's package `redis-server`.
        let process = Process::start(Path::new("redis-server"), arguments);
        eventually(("redis-server on", port), async || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).ok()
        })
        .await;
        Self {
            _process: process,
            port,
        }
    }

    /// Its address for gateways.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// What a command on it prints.
    pub fn command(&self, arguments: &[&str]) -> String {
        command(&[&["-p", &self.port.to_string()], arguments].concat())
    }
}

/// What `redis-cli` prints.
pub fn command(arguments: &[&str]) -> String {
    let output = Command::new("redis-cli").args(arguments).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(output.status.success(), "redis-cli {arguments:?}: {text}");
    text
}

/// A port of 127.0.0.1 that nobody uses.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap().port()
}
