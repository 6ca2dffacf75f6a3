//! Loggers: where `log-to-eventhub` sends.
//!
//! What is wrong with one of Azure's is told where a policy uses it: extracts are full of loggers that only diagnostics
//! need. Kinds of our own are checked where they stand.

use super::named_values::Missing;
use super::{Loader, layout};
use crate::codes;
use crate::fields::{Fields, Text};
use crate::logger::{Access, EventHub, Hidden, Kafka, KafkaLogin, Logger, Nats, Otlp, SaslMechanism, Sink, base_url};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Clone, Copy)]
enum Kind {
    EventHub,
    Diagnostics,
    File,
    Kafka,
    Nats,
    Otlp,
}

const KINDS: &[(&str, Kind)] = &[
    ("azureEventHub", Kind::EventHub),
    ("applicationInsights", Kind::Diagnostics),
    ("azureMonitor", Kind::Diagnostics),
    ("file", Kind::File),
    ("kafka", Kind::Kafka),
    ("nats", Kind::Nats),
    ("otlp", Kind::Otlp),
];

/// Kafka's names for whether there is TLS, and whether SASL.
const PROTOCOLS: &[(&str, (bool, bool))] = &[
    ("PLAINTEXT", (false, false)),
    ("SSL", (true, false)),
    ("SASL_PLAINTEXT", (false, true)),
    ("SASL_SSL", (true, true)),
];

const MECHANISMS: &[(&str, SaslMechanism)] = &[
    ("PLAIN", SaslMechanism::Plain),
    ("SCRAM-SHA-256", SaslMechanism::ScramSha256),
    ("SCRAM-SHA-512", SaslMechanism::ScramSha512),
];

/// All loggers by id.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, Arc<Logger>> {
    let mut loggers = BTreeMap::new();
    for entry in layout::entities(loader, layout::LOGGERS) {
        let Some(information) = loader.information(&entry.path, "loggerInformation.json") else {
            continue;
        };
        let fields = information.properties(loader.problems);
        let sink = match sink(loader, fields) {
            Ok(Some(sink)) => sink,
            Ok(None) => continue,
            Err(Missing::Value(why)) => Sink::Unusable(why),
            Err(Missing::Elsewhere) => Sink::Elsewhere,
        };
        let logger = Logger {
            id: entry.name.clone(),
            sink,
        };
        loggers.insert(entry.name, Arc::new(logger));
    }
    loggers
}

/// What a logger writes to. `Err`: why no policy can use it; `Ok(None)`: that was reported already.
fn sink(loader: &Loader<'_>, fields: Fields<'_>) -> Result<Option<Sink>, Missing> {
    if fields.get("loggerType").is_none() {
        return Err(unusable("it has no `loggerType`"));
    }
    let Some(kind) = fields.choice("loggerType", KINDS) else {
        return Ok(None);
    };
    match kind {
        Kind::EventHub => event_hub(loader, fields).map(|hub| Some(Sink::EventHub(hub))),
        Kind::Diagnostics => Err(unusable(
            "events go to loggers of type `azureEventHub`, `file`, `kafka`, `nats` or `otlp`",
        )),
        Kind::File => {
            let Some(path) = fields.required("path") else {
                return Ok(None);
            };
            Ok(Some(Sink::File(PathBuf::from(expand(loader, path.value)?))))
        }
        Kind::Kafka => kafka(loader, fields).map(|kafka| kafka.map(Sink::Kafka)),
        Kind::Nats => nats(loader, fields).map(|nats| nats.map(Sink::Nats)),
        Kind::Otlp => otlp(loader, fields).map(|otlp| otlp.map(Sink::Otlp)),
    }
}

fn unusable(why: impl Into<String>) -> Missing {
    Missing::Value(why.into())
}

/// The text with its named values replaced; an error when one of them is not there.
fn expand(loader: &Loader<'_>, text: &str) -> Result<String, Missing> {
    loader.named_values.expand(text)
}

fn event_hub(loader: &Loader<'_>, fields: Fields<'_>) -> Result<EventHub, Missing> {
    let credentials = fields
        .object("credentials")
        .ok_or_else(|| unusable("it has no `credentials`"))?;
    let text = |key: &str| match credentials.string(key) {
        Some(text) => expand(loader, text.value).map(|text| Some(text).filter(|text| !text.trim().is_empty())),
        None => Ok(None),
    };
    let hub = text("name")?;
    if let Some(connection) = text("connectionString")? {
        return EventHub::from_connection_string(&connection, hub.as_deref()).map_err(unusable);
    }
    let endpoint = text("endpointAddress")?
        .ok_or_else(|| unusable("its `credentials` have no `connectionString` or `endpointAddress`"))?;
    let client_id = text("identityClientId")?.filter(|id| !id.eq_ignore_ascii_case("SystemAssigned"));
    Ok(EventHub {
        url: base_url(&endpoint, false).ok_or_else(|| unusable("its `endpointAddress` is no host"))?,
        hub: hub.ok_or_else(|| unusable("its `credentials` have no `name`, which is the event hub's"))?,
        access: Access::Identity { client_id },
    })
}

fn kafka(loader: &Loader<'_>, fields: Fields<'_>) -> Result<Option<Kafka>, Missing> {
    let (Some(servers), Some(topic)) = (fields.required("bootstrapServers"), fields.required("topic")) else {
        return Ok(None);
    };
    let protocol = fields
        .get("securityProtocol")
        .map(|_| fields.choice("securityProtocol", PROTOCOLS));
    let mechanism = fields
        .get("saslMechanism")
        .map(|_| fields.choice("saslMechanism", MECHANISMS));
    let (Some((tls, has_login)), Some(mechanism)) = (
        protocol.unwrap_or(Some((false, false))),
        mechanism.unwrap_or(Some(SaslMechanism::Plain)),
    ) else {
        return Ok(None);
    };
    let credentials = fields.object("credentials");
    let hidden = |key: &str| match credentials.and_then(|credentials| credentials.string(key)) {
        Some(text) => expand(loader, text.value).map(Some),
        None => Ok(None),
    };
    let (user, password) = (hidden("user")?, hidden("password")?);
    let login = match (has_login, user, password) {
        (false, None, None) => None,
        (true, Some(user), Some(password)) => Some(KafkaLogin {
            mechanism,
            user,
            password: Hidden(password),
        }),
        (true, ..) => {
            let message = "`credentials` must have `user` and `password`, which SASL shows";
            fields.report(codes::BAD_VALUE, fields.head(), message);
            return Ok(None);
        }
        (false, ..) => {
            let message = "`credentials` are shown where `securityProtocol` is `SASL_SSL` or `SASL_PLAINTEXT`";
            fields.report(codes::BAD_VALUE, fields.head(), message);
            return Ok(None);
        }
    };
    let written = expand(loader, servers.value)?;
    let bootstrap: Option<Vec<String>> = written.split(',').map(|server| broker(server.trim())).collect();
    let Some(bootstrap) = bootstrap else {
        let message = "`bootstrapServers` must be servers as `host:port`, with `,` between them";
        report(fields, servers, message);
        return Ok(None);
    };
    let name = expand(loader, topic.value)?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if name.is_empty() || name.len() > 249 || !name.bytes().all(is_plain) {
        let message = "`topic` must be of at most 249 letters, digits, `.`, `_` and `-`";
        report(fields, topic, message);
        return Ok(None);
    }
    Ok(Some(Kafka {
        bootstrap,
        topic: name,
        tls,
        login,
    }))
}

/// A server with its port, which is 9092 where none is written.
fn broker(server: &str) -> Option<String> {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse::<u16>().ok()?),
        _ => (server, 9092),
    };
    is_host(host).then(|| format!("{host}:{port}"))
}

fn is_host(host: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !host.is_empty() && host.bytes().all(is_part)
}

fn nats(loader: &Loader<'_>, fields: Fields<'_>) -> Result<Option<Nats>, Missing> {
    let (Some(endpoint), Some(subject)) = (fields.required("endpoint"), fields.required("subject")) else {
        return Ok(None);
    };
    let credentials = fields.object("credentials");
    let hidden = |key: &str| match credentials.and_then(|credentials| credentials.string(key)) {
        Some(text) => expand(loader, text.value).map(Some),
        None => Ok(None),
    };
    let (user, password, token) = (hidden("user")?, hidden("password")?, hidden("token")?);
    let url = expand(loader, endpoint.value)?;
    let Some((host, port, tls)) = server(&url) else {
        let message = "`endpoint` must be `nats://host:port`, or `tls://…` for a connection with TLS";
        report(fields, endpoint, message);
        return Ok(None);
    };
    let name = expand(loader, subject.value)?;
    if !is_subject(&name) {
        report(
            fields,
            subject,
            "`subject` must be words with `.` between them, without `*`, `>` and spaces",
        );
        return Ok(None);
    }
    Ok(Some(Nats {
        host,
        port,
        tls,
        subject: name,
        user: user.map(|user| (user, Hidden(password.unwrap_or_default()))),
        token: token.map(Hidden),
    }))
}

fn report(fields: Fields<'_>, text: Text<'_>, message: &str) {
    fields.report(codes::BAD_VALUE, text.span, message);
}

/// Host, port and whether there is TLS.
fn server(url: &str) -> Option<(String, u16, bool)> {
    let (scheme, rest) = url.trim().split_once("://").unwrap_or(("nats", url.trim()));
    let tls = match scheme.to_ascii_lowercase().as_str() {
        "nats" => false,
        "tls" => true,
        _ => return None,
    };
    let rest = rest.trim_end_matches('/');
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port.parse().ok()?),
        _ => (rest, 4222),
    };
    is_host(host).then(|| (bare(host), port, tls))
}

fn is_subject(subject: &str) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control() && !matches!(c, '*' | '>');
    !subject.is_empty()
        && subject
            .split('.')
            .all(|word| !word.is_empty() && word.chars().all(is_plain))
}

fn otlp(loader: &Loader<'_>, fields: Fields<'_>) -> Result<Option<Otlp>, Missing> {
    let Some(endpoint) = fields.required("endpoint") else {
        return Ok(None);
    };
    let url = expand(loader, endpoint.value)?;
    let url = url.trim().trim_end_matches('/');
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    if rest.is_none_or(|rest| rest.is_empty() || rest.contains(['@', '?', '#', ' '])) {
        report(
            fields,
            endpoint,
            "`endpoint` must be a whole http or https URL of a collector",
        );
        return Ok(None);
    }
    let mut headers = Vec::new();
    if let Some(credentials) = fields.object("credentials") {
        for member in credentials.value.members() {
            if let Some(text) = credentials.string(&member.key) {
                headers.push((member.key.clone(), Hidden(expand(loader, text.value)?)));
            }
        }
    }
    Ok(Some(Otlp {
        url: url.to_owned(),
        headers,
    }))
}

#[cfg(test)]
mod tests {
    use crate::ProcessEnvironment;

    /// What becomes of loggers with these properties, and the problems.
    fn load(loggers: &[&str]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: String, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        for (id, properties) in [
            ("key", r#""displayName": "key", "value": "c2VjcmV0""#),
            ("6620", r#""displayName": "Logger-Credentials--6621", "value": "1-2-3""#),
        ] {
            write(
                format!("namedValues/{id}/namedValueInformation.json"),
                &format!("{{\"properties\": {{{properties}}}}}"),
            );
        }
        for (index, properties) in loggers.iter().enumerate() {
            write(
                format!("loggers/l{index}/loggerInformation.json"),
                &format!("{{\"properties\": {properties}}}"),
            );
        }
        let (catalog, problems) = crate::load(folder.path(), &ProcessEnvironment);
        let problems: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
        let sinks = catalog.loggers.values().map(|logger| format!("{:?}", logger.sink));
        sinks.chain(problems).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn each_kind_is_read_with_its_named_values() {
        for (properties, expected) in [
            (
                r#"{"loggerType": "azureEventHub", "credentials": {"name": "hub", "connectionString": "Endpoint=sb://ns/;SharedAccessKeyName=n;SharedAccessKey={{key}}"}}"#,
                r#"EventHub(EventHub { url: "https://ns", hub: "hub", access: Key { name: "n", key: (hidden) } })"#,
            ),
            (
                r#"{"loggerType": "azureEventHub", "credentials": {"name": "hub", "endpointAddress": "ns.servicebus.windows.net", "identityClientId": "SystemAssigned"}}"#,
                r#"EventHub(EventHub { url: "https://ns.servicebus.windows.net", hub: "hub", access: Identity { client_id: None } })"#,
            ),
            (
                r#"{"loggerType": "azureEventHub", "credentials": {"name": "hub", "endpointAddress": "ns", "identityClientId": "{{6620}}"}}"#,
                r#"EventHub(EventHub { url: "https://ns", hub: "hub", access: Identity { client_id: Some("1-2-3") } })"#,
            ),
            (
                r#"{"loggerType": "file", "path": "events.jsonl"}"#,
                r#"File("events.jsonl")"#,
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "a:9093, b", "topic": "gateway.events", "securityProtocol": "SASL_SSL", "saslMechanism": "SCRAM-SHA-512", "credentials": {"user": "u", "password": "{{key}}"}}"#,
                r#"Kafka(Kafka { bootstrap: ["a:9093", "b:9092"], topic: "gateway.events", tls: true, login: Some(KafkaLogin { mechanism: ScramSha512, user: "u", password: (hidden) }) })"#,
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "[::1]:9092", "topic": "t"}"#,
                r#"Kafka(Kafka { bootstrap: ["[::1]:9092"], topic: "t", tls: false, login: None })"#,
            ),
            (
                r#"{"loggerType": "nats", "endpoint": "tls://[::1]:4223", "subject": "a.b", "credentials": {"user": "u", "password": "p"}}"#,
                r#"Nats(Nats { host: "::1", port: 4223, tls: true, subject: "a.b", user: Some(("u", (hidden))), token: None })"#,
            ),
            (
                r#"{"loggerType": "otlp", "endpoint": "http://c:4318/", "credentials": {"x-key": "{{key}}"}}"#,
                r#"Otlp(Otlp { url: "http://c:4318", headers: [("x-key", (hidden))] })"#,
            ),
        ] {
            assert_eq!(load(&[properties]), expected);
        }
    }

    #[test]
    fn what_is_wrong_is_told_there_or_where_it_is_used() {
        for (properties, expected) in [
            ("{}", r#"Unusable("it has no `loggerType`")"#),
            (
                r#"{"loggerType": "applicationInsights", "credentials": {"instrumentationKey": "{{none}}"}}"#,
                r#"Unusable("events go to loggers of type `azureEventHub`, `file`, `kafka`, `nats` or `otlp`")"#,
            ),
            (
                r#"{"loggerType": "azureEventHub", "credentials": {"name": "hub", "connectionString": "{{none}}"}}"#,
                r#"Unusable("there is no named value \"none\"")"#,
            ),
            (
                r#"{"loggerType": "rabbit"}"#,
                "`loggerType` must be one of `azureEventHub`, `applicationInsights`, `azureMonitor`, `file`, `kafka`, `nats`, `otlp`, found \"rabbit\"",
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "kafka://a", "topic": "t"}"#,
                "`bootstrapServers` must be servers as `host:port`, with `,` between them",
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "a", "topic": "t t"}"#,
                "`topic` must be of at most 249 letters, digits, `.`, `_` and `-`",
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "a", "topic": "t", "securityProtocol": "SASL_SSL"}"#,
                "`credentials` must have `user` and `password`, which SASL shows",
            ),
            (
                r#"{"loggerType": "kafka", "bootstrapServers": "a", "topic": "t", "credentials": {"user": "u", "password": "p"}}"#,
                "`credentials` are shown where `securityProtocol` is `SASL_SSL` or `SASL_PLAINTEXT`",
            ),
            (
                r#"{"loggerType": "nats", "endpoint": "http://x", "subject": "a"}"#,
                "`endpoint` must be `nats://host:port`, or `tls://…` for a connection with TLS",
            ),
            (
                r#"{"loggerType": "nats", "endpoint": "x", "subject": "a.>"}"#,
                "`subject` must be words with `.` between them, without `*`, `>` and spaces",
            ),
            (
                r#"{"loggerType": "otlp", "endpoint": "collector"}"#,
                "`endpoint` must be a whole http or https URL of a collector",
            ),
        ] {
            assert_eq!(load(&[properties]), expected);
        }
    }
}
