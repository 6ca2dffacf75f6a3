//! A TCP connection on which a test writes and reads bytes as it likes.

use super::patience::soon;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The connection, with all that was read from it.
pub struct Raw {
    stream: TcpStream,
    /// What has come so far.
    pub received: Vec<u8>,
}

/// How a peer ended a connection.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// It said that nothing more comes.
    Closed,
    /// It broke off.
    Reset,
}

impl Raw {
    /// Connects.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap())
    }

    /// On a connection that was accepted.
    pub fn over(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Writes; a peer that has hung up already is told by reading.
    pub async fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).await.is_ok()
    }

    /// Reads until what has come contains `text`; `false` when the connection ended before.
    pub async fn reads(&mut self, text: &str) -> bool {
        soon(text, async {
            while !self.text().contains(text) {
                if self.more().await.is_some() {
                    return false;
                }
            }
            true
        })
        .await
    }

    /// Reads until the peer ends the connection.
    pub async fn end(&mut self) -> End {
        soon("the end of the connection", async {
            loop {
                if let Some(end) = self.more().await {
                    return end;
                }
            }
        })
        .await
    }

    /// Whether the peer has ended the connection by now.
    pub async fn is_ended(&mut self) -> bool {
        let ended = tokio::time::timeout(Duration::from_millis(10), self.more());
        matches!(ended.await, Ok(Some(_)))
    }

    async fn more(&mut self) -> Option<End> {
        let mut part = vec![0; 16 << 10];
        match self.stream.read(&mut part).await {
            Ok(0) => Some(End::Closed),
            Ok(length) => {
                self.received.extend_from_slice(&part[..length]);
                None
            }
            Err(_) => Some(End::Reset),
        }
    }

    /// What has come, as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.received).into_owned()
    }

    /// The status codes of all answers that have come, interim ones included.
    pub fn statuses(&self) -> Vec<u16> {
        let text = self.text();
        let answers = text.match_indices("HTTP/1.");
        answers
            .filter_map(|(at, _)| text.get(at + 9..at + 12)?.parse().ok())
            .collect()
    }
}
