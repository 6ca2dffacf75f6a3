//! OpenTelemetry collectors: events as log records, OTLP over HTTP in its JSON form.
//!
//! Never here: traces and metrics.

use super::http_sink::Post;
use super::sent::Sent;
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
        // OTLP has exporters drop what is refused so.
        waits_for_mending: false,
    };
    match post.send(services).await {
        (Sent::Done { refused: 0, .. }, answer) => taken(&answer, events.len() as u64),
        (sent, _) => sent,
    }
}

/// What a collector says that it has taken: it may refuse some of the records of an export that succeeds.
fn taken(answer: &[u8], events: u64) -> Sent {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let told = answer.get("partialSuccess").unwrap_or(&Value::Null);
    // The JSON form of protocol buffers writes such numbers as texts, and readers take both.
    let refused = told.get("rejectedLogRecords").unwrap_or(&Value::Null);
    let refused = refused.as_u64().or_else(|| refused.as_str()?.parse().ok()).unwrap_or(0);
    let why = told.get("errorMessage").and_then(Value::as_str).unwrap_or_default();
    Sent::refused(refused.min(events), why)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_may_refuse_some() {
        for (answer, refused, why) in [
            ("", 0, ""),
            ("{}", 0, ""),
            (r#"{"partialSuccess":{}}"#, 0, ""),
            (r#"{"partialSuccess":{"errorMessage":"slow down"}}"#, 0, "slow down"),
            (
                r#"{"partialSuccess":{"rejectedLogRecords":"2","errorMessage":"too old"}}"#,
                2,
                "too old",
            ),
            (r#"{"partialSuccess":{"rejectedLogRecords":9}}"#, 3, ""),
        ] {
            assert_eq!(taken(answer.as_bytes(), 3), Sent::refused(refused, why), "{answer}");
        }
    }
}
