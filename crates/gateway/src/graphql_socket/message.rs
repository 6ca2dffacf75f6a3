//! The messages of `graphql-transport-ws`: read, written, and why a connection is closed.
//!
//! Never here: sockets, what a request means.

use serde_json::Value;

/// The answer to a client's first word.
pub const ACK: &str = r#"{"type":"connection_ack"}"#;
/// Asks whether somebody is there.
pub const PING: &str = r#"{"type":"ping"}"#;
/// Answers that.
pub const PONG: &str = r#"{"type":"pong"}"#;

/// What a client says.
#[derive(Debug, PartialEq)]
pub enum Heard {
    /// Its first word. What it says of itself (`payload`) is not looked at: the handshake has been admitted.
    Init,
    /// It asks whether somebody is there.
    Ping,
    /// It is there.
    Pong,
    /// It wants to be told of events.
    Subscribe {
        /// What it calls this subscription.
        id: String,
        /// The GraphQL request.
        request: Value,
    },
    /// It does not want to be told any more.
    Complete {
        /// The subscription.
        id: String,
    },
}

/// Why a connection is closed, by code and words.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    /// The code of the close frame.
    pub code: u16,
    /// Its reason.
    pub reason: String,
}

impl Refusal {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { code, reason }
    }

    /// What is no message of the protocol.
    pub fn malformed() -> Self {
        Self::new(4400, "Invalid message")
    }

    /// A subscription before the first word.
    pub fn not_begun() -> Self {
        Self::new(4401, "Unauthorized")
    }

    /// No first word in time.
    pub fn silent() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// A second first word.
    pub fn begun_twice() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// A second subscription of one id.
    pub fn taken(id: &str) -> Self {
        // A close frame's reason has at most 123 bytes.
        let id: String = id.chars().take(20).collect();
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A client that does not take its events.
    pub fn slow() -> Self {
        Self::new(1013, "Too many events are waiting")
    }

    /// A gateway that stops.
    pub fn going_away() -> Self {
        Self::new(1001, "Going away")
    }
}

impl Heard {
    /// Reads a message.
    ///
    /// # Errors
    /// It is none of the protocol.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let mut message: Value = serde_json::from_str(text).map_err(|_| Refusal::malformed())?;
        let id = message.get("id").and_then(Value::as_str).filter(|id| !id.is_empty());
        let id = id.map(str::to_owned).ok_or_else(Refusal::malformed);
        match message.get("type").and_then(Value::as_str) {
            Some("connection_init") => Ok(Self::Init),
            Some("ping") => Ok(Self::Ping),
            Some("pong") => Ok(Self::Pong),
            Some("complete") => Ok(Self::Complete { id: id? }),
            Some("subscribe") => {
                let id = id?;
                let request = message.get_mut("payload").map(Value::take);
                let request = request.filter(Value::is_object).ok_or_else(Refusal::malformed)?;
                Ok(Self::Subscribe { id, request })
            }
            _ => Err(Refusal::malformed()),
        }
    }
}

/// Tells of an event; `response` is JSON.
pub fn next(id: &str, response: &str) -> String {
    format!(r#"{{"id":{},"type":"next","payload":{response}}}"#, Value::from(id))
}

/// Tells that a subscription did not come to be; `errors` is JSON.
pub fn error(id: &str, errors: &str) -> String {
    format!(r#"{{"id":{},"type":"error","payload":{errors}}}"#, Value::from(id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn messages_are_read() {
        for (text, expected) in [
            (r#"{"type":"connection_init","payload":{"a":1}}"#, Heard::Init),
            (r#"{"type":"ping"}"#, Heard::Ping),
            (r#"{"type":"pong","payload":null}"#, Heard::Pong),
            (r#"{"type":"complete","id":"1"}"#, Heard::Complete { id: "1".into() }),
            (
                r#"{"type":"subscribe","id":"1","payload":{"query":"q"}}"#,
                Heard::Subscribe {
                    id: "1".into(),
                    request: json!({"query": "q"}),
                },
            ),
        ] {
            assert_eq!(Heard::read(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "[]",
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"subscribe","id":"","payload":{}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":"q"}"#,
        ] {
            assert_eq!(Heard::read(text), Err(Refusal::malformed()), "{text}");
        }
    }

    #[test]
    fn reasons_fit_into_a_frame() {
        assert!(Refusal::taken(&"𝄞".repeat(1000)).reason.len() <= 123);
        assert_eq!(next("a\"b", "{}"), r#"{"id":"a\"b","type":"next","payload":{}}"#);
    }

    proptest! {
        #[test]
        fn no_message_makes_it_panic(text in r#"[{}\[\]":,a-z0-9 ]{0,60}"#) {
            let _ = Heard::read(&text);
        }
    }
}
