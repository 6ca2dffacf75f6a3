//! NATS: events as messages under a subject. They have arrived when the server answers the ping behind them.
//!
//! Follows NATS' client protocol. A partition is a header, where the server has them. Never here: `JetStream`'s
//! acknowledgements, other servers of a cluster.

use super::sent::Sent;
use crate::stream::Stream;
use crate::upstream::{ClientTls, Verification};
use catalog::Nats;
use policy::{Event, Partition};
use rustls::pki_types::ServerName;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Bytes of a line of the server at most.
const LONGEST_LINE: u64 = 64 << 10;
/// A connection that rested for longer may have been closed by the server, whose pings nobody answers meanwhile.
const LONGEST_REST: Duration = Duration::from_secs(45);

/// A client with a connection or none.
#[derive(Default)]
pub struct Client {
    connection: Option<Connection>,
}

struct Connection {
    stream: BufReader<Stream>,
    /// What it was made for.
    nats: Nats,
    has_headers: bool,
    max_payload: u64,
    used: Instant,
}

impl Client {
    /// Publishes events and waits until the server has taken them.
    pub async fn publish(&mut self, nats: &Nats, tls: &ClientTls, events: &[Event]) -> Sent {
        let kept = self.connection.take();
        let kept = kept.filter(|kept| kept.nats == *nats && kept.used.elapsed() < LONGEST_REST);
        let connection = match kept {
            Some(connection) => Ok(connection),
            None => Connection::open(nats, tls).await,
        };
        let mut connection = match connection {
            Ok(connection) => connection,
            Err(why) => return Sent::later(why),
        };
        match connection.publish(events).await {
            Ok(refused) => {
                connection.used = Instant::now();
                self.connection = Some(connection);
                Sent::refused(refused, "they are longer than the server's `max_payload`")
            }
            Err(why) => Sent::later(why),
        }
    }
}

impl Connection {
    async fn open(nats: &Nats, tls: &ClientTls) -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("no connection to {}:{}: {error}", nats.host, nats.port);
        let stream = TcpStream::connect((nats.host.as_str(), nats.port))
            .await
            .map_err(failed)?;
        stream.set_nodelay(true).map_err(failed)?;
        let mut stream = BufReader::new(Stream::Plain(stream));
        let information = read_line(&mut stream).await?;
        let information = information.strip_prefix("INFO ").ok_or("it does not speak NATS")?;
        let information: Value = serde_json::from_str(information).map_err(|_| "it does not speak NATS")?;
        let says = |name: &str| information.get(name).and_then(Value::as_bool).unwrap_or(false);
        if nats.tls || says("tls_required") {
            stream = secured(stream, nats, tls).await?;
        }
        let mut connection = Self {
            stream,
            nats: nats.clone(),
            has_headers: says("headers"),
            max_payload: information
                .get("max_payload")
                .and_then(Value::as_u64)
                .unwrap_or(1 << 20),
            used: Instant::now(),
        };
        let greeting = format!("CONNECT {}\r\nPING\r\n", greeting(nats));
        connection.say(greeting.as_bytes()).await?;
        connection.pong().await?;
        Ok(connection)
    }

    /// Gives how many were longer than the server takes.
    async fn publish(&mut self, events: &[Event]) -> Result<u64, String> {
        let (mut out, mut refused) = (Vec::new(), 0);
        for event in events {
            if !self.write(event, &mut out) {
                refused += 1;
            }
        }
        out.extend_from_slice(b"PING\r\n");
        self.say(&out).await?;
        self.pong().await?;
        Ok(refused)
    }

    fn write(&self, event: &Event, out: &mut Vec<u8>) -> bool {
        let subject = &self.nats.subject;
        let header = match &event.partition {
            _ if !self.has_headers => None,
            Partition::Any => None,
            Partition::Id(id) => Some(("Partition-Id", id)),
            Partition::Key(key) => Some(("Partition-Key", key)),
        };
        let header = header.map(|(name, value)| {
            let value: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            format!("NATS/1.0\r\n{name}: {value}\r\n\r\n")
        });
        let header = header.unwrap_or_default();
        let (before, all) = (header.len(), header.len() + event.body.len());
        if all as u64 > self.max_payload {
            return false;
        }
        let command = if header.is_empty() {
            format!("PUB {subject} {all}\r\n")
        } else {
            format!("HPUB {subject} {before} {all}\r\n")
        };
        for part in [&command, &header, &event.body, "\r\n"] {
            out.extend_from_slice(part.as_bytes());
        }
        true
    }

    async fn say(&mut self, bytes: &[u8]) -> Result<(), String> {
        let stream = self.stream.get_mut();
        let said = match stream.write_all(bytes).await {
            Ok(()) => stream.flush().await,
            broken => broken,
        };
        said.map_err(|error| format!("the connection broke: {error}"))
    }

    /// Waits for the answer to a ping.
    async fn pong(&mut self) -> Result<(), String> {
        loop {
            let line = read_line(&mut self.stream).await?;
            match line.split(' ').next().unwrap_or_default() {
                "PONG" => return Ok(()),
                "PING" => self.say(b"PONG\r\n").await?,
                "-ERR" => return Err(format!("it says {}", line.trim_start_matches("-ERR").trim())),
                "+OK" | "INFO" => {}
                _ => return Err("it does not speak NATS".to_owned()),
            }
        }
    }
}

async fn secured(stream: BufReader<Stream>, nats: &Nats, tls: &ClientTls) -> Result<BufReader<Stream>, String> {
    let Stream::Plain(stream) = stream.into_inner() else {
        return Err("it asks for TLS twice".to_owned());
    };
    let checked = Verification {
        chain: true,
        name: true,
    };
    let name = ServerName::try_from(nats.host.clone())
        .map_err(|_| format!("`{}` is not a name that a certificate can have", nats.host))?;
    let connector = TlsConnector::from(Arc::clone(&tls.config(checked, &[], None)?));
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|error| format!("no TLS: {error}"))?;
    Ok(BufReader::new(Stream::Tls(Box::new(stream.into()))))
}

fn greeting(nats: &Nats) -> Value {
    let mut greeting = json!({
        "verbose": false,
        "pedantic": false,
        "tls_required": nats.tls,
        "name": "tollgate",
        "lang": "rust",
        "version": env!("CARGO_PKG_VERSION"),
        "headers": true,
        "protocol": 0,
    });
    let mut put = |name: &str, value: &str| {
        if let Some(object) = greeting.as_object_mut() {
            object.insert(name.to_owned(), value.into());
        }
    };
    if let Some((user, password)) = &nats.user {
        put("user", user);
        put("pass", &password.0);
    }
    if let Some(token) = &nats.token {
        put("auth_token", &token.0);
    }
    greeting
}

async fn read_line(stream: &mut BufReader<Stream>) -> Result<String, String> {
    let mut line = Vec::new();
    let read = stream.take(LONGEST_LINE).read_until(b'\n', &mut line).await;
    read.map_err(|error| format!("the connection broke: {error}"))?;
    if line.last() != Some(&b'\n') {
        return Err("the connection was closed".to_owned());
    }
    Ok(String::from_utf8_lossy(&line).trim_end().to_owned())
}
