//! JSON-RPC over Streamable HTTP, as bare as with curl.

use super::client::{Answer, Body, Connection, sending};
use http::Request;
use serde_json::Value;
use std::net::SocketAddr;

/// The headers that every MCP client sends.
pub const HEADERS: [(&str, &str); 3] = [
    ("content-type", "application/json"),
    ("accept", "application/json, text/event-stream"),
    ("mcp-protocol-version", "2025-06-18"),
];

/// A POST of one message, with more headers.
pub fn call(target: &str, more: &[(&str, &str)], message: &str) -> Request<Body> {
    let headers = [HEADERS.as_slice(), more].concat();
    sending("POST", target, &headers, message.to_owned())
}

/// The texts of the messages in an answer, JSON or server-sent events, byte for byte.
pub fn messages(answer: &Answer) -> Vec<String> {
    if answer.header("content-type").starts_with("text/event-stream") {
        events(&answer.text())
    } else {
        vec![answer.text()]
    }
}

/// The data of the events that have arrived whole and are not empty.
pub fn events(stream: &str) -> Vec<String> {
    let stream = stream.replace("\r\n", "\n");
    let whole = stream.rfind("\n\n").map_or("", |end| &stream[..end]);
    let events = whole.split("\n\n").map(|event| {
        let lines = event.lines().filter_map(|line| line.strip_prefix("data:"));
        let lines = lines.map(|line| line.strip_prefix(' ').unwrap_or(line));
        lines.collect::<Vec<_>>().join("\n")
    });
    events.filter(|event| !event.is_empty()).collect()
}

/// A client of one MCP server that has introduced itself.
pub struct Session {
    connection: Connection,
    target: String,
    headers: Vec<(String, String)>,
}

impl Session {
    /// Introduces itself at `target`, with more headers on each request.
    pub async fn open(address: SocketAddr, target: &str, more: &[(&str, &str)]) -> Self {
        let headers = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let connection = Connection::http1(address).await;
        let mut session = Self {
            connection,
            target: target.to_owned(),
            headers,
        };
        let answer = session.post(INITIALIZE).await;
        assert_eq!(answer.status, 200, "initialize: {}", answer.text());
        assert!(
            messages(&answer).iter().any(|message| message.contains("serverInfo")),
            "{}",
            answer.text()
        );
        if let Some(id) = answer.headers.get("mcp-session-id") {
            session
                .headers
                .push(("mcp-session-id".to_owned(), id.to_str().unwrap().to_owned()));
        }
        let initialized = session
            .post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            .await;
        assert_eq!(initialized.status, 202, "initialized: {}", initialized.text());
        session
    }

    /// The answer to one message, as it came.
    pub async fn post(&mut self, message: &str) -> Answer {
        let headers = self
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect::<Vec<_>>();
        self.connection.answer(call(&self.target, &headers, message)).await
    }

    /// The only message of the answer, as it came and as JSON.
    pub async fn call(&mut self, message: &str) -> (String, Value) {
        let answer = self.post(message).await;
        assert_eq!(answer.status, 200, "{message}: {}", answer.text());
        let mut messages = messages(&answer);
        assert_eq!(messages.len(), 1, "{message}: {}", answer.text());
        let text = messages.remove(0);
        let json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        (text, json)
    }
}

const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
