//! OpenTelemetry collectors: events as log records, OTLP over HTTP in its JSON form.
//!
//! Never here: traces and metrics.

use super::http_sink::Post;
use super::sender::Sent;
use crate::clock::UNIX_EPOCH_TICKS;
use catalog::Otlp;
use policy::{Event, Partition, Services};
use serde_json::{Value, json};

/// Sends events as one export.
pub async fn send(services: &Services, otlp: &Otlp, events: &[Event]) -> Sent {
    let headers = otlp
        .headers
        .iter()
        .map(|(name, value)| (name.clone(), value.0.clone()))
        .chain([("content-type".to_owned(), "application/json".to_owned())]);
    let post = Post {
        url: format!("{}/v1/logs", otlp.url),
        headers: headers.collect(),
        body: export(events).to_string().into_bytes(),
        events: events.len() as u64,
    };
    post.send(services).await
}

fn export(events: &[Event]) -> Value {
    let records: Vec<Value> = events.iter().map(record).collect();
    json!({ "resourceLogs": [{
        "resource": { "attributes": [attribute("service.name", "tollgate")] },
        "scopeLogs": [{ "scope": { "name": "log-to-eventhub" }, "logRecords": records }],
    }] })
}

fn record(event: &Event) -> Value {
    let nanoseconds = i128::from(event.ticks.saturating_sub(UNIX_EPOCH_TICKS).max(0)) * 100;
    let attributes = match &event.partition {
        Partition::Any => Vec::new(),
        Partition::Id(id) => vec![attribute("partition.id", id)],
        Partition::Key(key) => vec![attribute("partition.key", key)],
    };
    json!({
        "timeUnixNano": nanoseconds.to_string(),
        "severityNumber": 9,
        "body": { "stringValue": event.body },
        "attributes": attributes,
    })
}

fn attribute(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}
