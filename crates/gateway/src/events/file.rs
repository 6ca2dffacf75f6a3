//! A file of events, one JSON object a line. It is opened anew for each batch, so that it may be moved away.
//!
//! Never here: moving it away.

use super::sent::Sent;
use expression::date::{DateTime, DateTimeKind};
use policy::{Event, Partition};
use serde_json::{Map, Value};
use std::fs::OpenOptions;
use std::io::Write;
use std::path::Path;

/// Appends events. The disk is waited for on another thread.
pub async fn append(path: &Path, events: &[Event]) -> Sent {
    let lines: String = events.iter().map(line).collect();
    let path = path.to_owned();
    let written = tokio::task::spawn_blocking(move || {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        let before = file.metadata()?.len();
        file.write_all(lines.as_bytes()).inspect_err(|_| {
            // A full disk takes a part of them. They come again, and not behind half a line.
            let _ = file.set_len(before);
        })
    });
    match written.await {
        Ok(Ok(())) => Sent::all(),
        Ok(Err(error)) => Sent::later(error.to_string()),
        Err(error) => Sent::later(error.to_string()),
    }
}

fn line(event: &Event) -> String {
    let time = DateTime::new(event.ticks, DateTimeKind::Utc).map_or_else(String::new, DateTime::iso);
    let mut object = Map::new();
    let mut put = |name: &str, value: &str| drop(object.insert(name.to_owned(), value.into()));
    put("time", &time);
    match &event.partition {
        Partition::Any => {}
        Partition::Id(id) => put("partition-id", id),
        Partition::Key(key) => put("partition-key", key),
    }
    put("body", &event.body);
    format!("{}\n", Value::from(object))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let event = |partition| Event {
            body: "a\n\"b\"".to_owned(),
            partition,
            ticks: crate::clock::UNIX_EPOCH_TICKS + 12_345_678,
        };
        let time = "1970-01-01T00:00:01.2345678Z";
        for (partition, expected) in [
            (Partition::Any, ""),
            (Partition::Id("3".into()), r#""partition-id":"3","#),
            (Partition::Key("k".into()), r#""partition-key":"k","#),
        ] {
            let expected = format!("{{\"time\":\"{time}\",{expected}\"body\":\"a\\n\\\"b\\\"\"}}\n");
            assert_eq!(line(&event(partition)), expected);
        }
    }
}
