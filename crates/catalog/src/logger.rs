//! Loggers: where the events of policies go.
//!
//! Never here: sending events, reading the folder.

use std::fmt;
use std::path::PathBuf;

/// A place that takes events.
#[derive(Clone, Debug, PartialEq)]
pub struct Logger {
    /// Its id, which policies name.
    pub id: String,
    /// What it is.
    pub sink: Sink,
}

/// What takes the events.
#[derive(Clone, Debug, PartialEq)]
pub enum Sink {
    /// An event hub of Azure's, or what speaks its REST protocol.
    EventHub(EventHub),
    /// A file of JSON lines.
    File(PathBuf),
    /// A Kafka cluster.
    Kafka(Kafka),
    /// A NATS server.
    Nats(Nats),
    /// An OpenTelemetry collector, which gets log records.
    Otlp(Otlp),
    /// Nothing that takes events of policies: why.
    Unusable(String),
    /// What is known only where the folder is served.
    Elsewhere,
}

/// An event hub.
#[derive(Clone, Debug, PartialEq)]
pub struct EventHub {
    /// Base URL of its namespace, without trailing `/`.
    pub url: String,
    /// The hub's name.
    pub hub: String,
    /// How the gateway shows that it may send.
    pub access: Access,
}

/// What lets a sender in.
#[derive(Clone, Debug, PartialEq)]
pub enum Access {
    /// A shared key, with which the gateway signs.
    Key {
        /// The key's name.
        name: String,
        /// The key.
        key: Hidden,
    },
    /// A token that somebody has signed already.
    Signed(Hidden),
    /// The gateway's own identity.
    Identity {
        /// Which one, where there are several.
        client_id: Option<String>,
    },
}

/// A Kafka cluster, or what speaks its protocol, with the topic that takes the events.
#[derive(Clone, Debug, PartialEq)]
pub struct Kafka {
    /// Servers that tell where all others are, as `host:port`.
    pub bootstrap: Vec<String>,
    /// The topic.
    pub topic: String,
    /// Whether connections begin with TLS.
    pub tls: bool,
    /// What the servers are shown.
    pub login: Option<KafkaLogin>,
}

/// What lets a client into a Kafka cluster, by SASL.
#[derive(Clone, Debug, PartialEq)]
pub struct KafkaLogin {
    /// How it is shown.
    pub mechanism: SaslMechanism,
    /// User.
    pub user: String,
    /// Password.
    pub password: Hidden,
}

/// How user and password are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaslMechanism {
    /// `PLAIN` (RFC 4616)
    Plain,
    /// `SCRAM-SHA-256` (RFC 7677)
    ScramSha256,
    /// `SCRAM-SHA-512`
    ScramSha512,
}

/// A NATS server with the subject that events are published under.
#[derive(Clone, Debug, PartialEq)]
pub struct Nats {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Whether the connection begins with TLS.
    pub tls: bool,
    /// The subject.
    pub subject: String,
    /// User and password.
    pub user: Option<(String, Hidden)>,
    /// A token.
    pub token: Option<Hidden>,
}

/// An OpenTelemetry collector (OTLP over HTTP, as JSON).
#[derive(Clone, Debug, PartialEq)]
pub struct Otlp {
    /// Base URL without trailing `/`; records go to `/v1/logs` below it.
    pub url: String,
    /// Headers that each request has.
    pub headers: Vec<(String, Hidden)>,
}

/// A secret, which no message shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden(pub String);

impl fmt::Debug for Hidden {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

impl EventHub {
    /// Reads a connection string: `Endpoint=sb://…;SharedAccessKeyName=…;SharedAccessKey=…;EntityPath=…`. `hub` is the
    /// name where the string has none. The error says what it lacks and never what it holds.
    pub fn from_connection_string(text: &str, hub: Option<&str>) -> Result<Self, String> {
        let parts = || {
            let pairs = text.split(';').filter_map(|pair| pair.split_once('='));
            pairs.map(|(name, value)| (name.trim(), value.trim()))
        };
        let part = |wanted: &str| {
            let mut found = parts().filter(|(name, value)| name.eq_ignore_ascii_case(wanted) && !value.is_empty());
            found.next().map(|(_, value)| value.to_owned())
        };
        let endpoint = part("Endpoint").ok_or("its connection string has no `Endpoint`")?;
        let is_emulator = part("UseDevelopmentEmulator").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let hub = hub
            .filter(|hub| !hub.trim().is_empty())
            .map(|hub| hub.trim().to_owned());
        let access = if let Some(signed) = part("SharedAccessSignature") {
            Access::Signed(Hidden(signed))
        } else {
            let name = part("SharedAccessKeyName").ok_or("its connection string has no `SharedAccessKeyName`")?;
            let key = part("SharedAccessKey").ok_or("its connection string has no `SharedAccessKey`")?;
            Access::Key { name, key: Hidden(key) }
        };
        Ok(Self {
            url: base_url(&endpoint, is_emulator).ok_or("the `Endpoint` of its connection string is no URL")?,
            hub: hub
                .or_else(|| part("EntityPath"))
                .ok_or("neither `credentials.name` nor its connection string names the event hub")?,
            access,
        })
    }
}

/// The URL for HTTP of a namespace: `sb` stands for TLS, which the emulator has not; a bare name is a host.
pub(crate) fn base_url(endpoint: &str, is_emulator: bool) -> Option<String> {
    let endpoint = endpoint.trim().trim_end_matches('/');
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("sb", endpoint));
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "sb" if is_emulator => "http",
        "sb" | "amqps" | "https" => "https",
        "http" => "http",
        _ => return None,
    };
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    let is_whole = !rest.is_empty() && !rest.starts_with(':') && rest.bytes().all(is_host);
    is_whole.then(|| format!("{scheme}://{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_strings() {
        let key = "SharedAccessKeyName=send;SharedAccessKey=c2VjcmV0=";
        let read = |text: &str, hub| match EventHub::from_connection_string(text, hub) {
            Ok(EventHub {
                url,
                hub,
                access: Access::Key { name, key },
            }) => format!("{url} {hub} {name} {}", key.0),
            Ok(other) => format!("{other:?}"),
            Err(why) => why,
        };
        for (text, hub, expected) in [
            (
                format!("Endpoint=sb://ns.servicebus.windows.net/;{key}"),
                Some("hub"),
                "https://ns.servicebus.windows.net hub send c2VjcmV0=",
            ),
            (
                format!("Endpoint=http://localhost:5300/;{key};EntityPath=own"),
                None,
                "http://localhost:5300 own send c2VjcmV0=",
            ),
            (
                format!("endpoint=sb://localhost:5300;{key};UseDevelopmentEmulator=true"),
                Some("hub"),
                "http://localhost:5300 hub send c2VjcmV0=",
            ),
            (
                "Endpoint=sb://ns;SharedAccessSignature=SharedAccessSignature sr=x&sig=y".to_owned(),
                Some("hub"),
                "EventHub { url: \"https://ns\", hub: \"hub\", access: Signed((hidden)) }",
            ),
            (key.to_owned(), None, "its connection string has no `Endpoint`"),
            (
                format!("Endpoint=sb://a b;{key}"),
                Some("h"),
                "the `Endpoint` of its connection string is no URL",
            ),
            (
                "Endpoint=sb://ns;SharedAccessKeyName=n".to_owned(),
                Some("h"),
                "its connection string has no `SharedAccessKey`",
            ),
            (
                format!("Endpoint=sb://ns;{key}"),
                Some(" "),
                "neither `credentials.name` nor its connection string names the event hub",
            ),
        ] {
            assert_eq!(read(&text, hub), expected, "{text}");
        }
    }
}
