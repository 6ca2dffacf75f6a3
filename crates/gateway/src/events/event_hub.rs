//! Event Hubs over HTTPS: a batch of events to a hub, signed with a shared key.
//!
//! Follows its REST interface: `POST /{hub}/messages`, or below `/partitions/{id}`, with a JSON array of events, each with
//! its body and, in `BrokerProperties`, the key of its partition: of a batch, headers are ignored. Never here: AMQP.

use super::http_sink::Post;
use super::sent::Sent;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use catalog::{Access, EventHub};
use expression::text::Text;
use policy::{Event, Partition, Services};
use serde_json::{Value, json};
use std::fmt::Write;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

/// How long a signature is good for, in seconds.
const LIFETIME: u64 = 3600;
/// What a token of the gateway's identity is for.
const RESOURCE: &str = "https://eventhubs.azure.net";

/// Sends events that all belong to one partition.
pub async fn send(services: &Rc<Services>, hub: &EventHub, events: &[Event]) -> Sent {
    let name = encoded(&hub.hub);
    let mut headers = vec![(
        "content-type".to_owned(),
        "application/vnd.microsoft.servicebus.json".to_owned(),
    )];
    let partition = events.first().map_or(&Partition::Any, |event| &event.partition);
    let below = match partition {
        Partition::Any | Partition::Key(_) => String::new(),
        Partition::Id(id) => format!("/partitions/{}", encoded(id)),
    };
    match authorization(services, hub, &name).await {
        Ok(value) => headers.push(("authorization".to_owned(), value)),
        Err(why) => return Sent::later(why),
    }
    let bodies: Vec<_> = events.iter().map(body).collect();
    let post = Post {
        url: format!("{}/{name}{below}/messages?timeout=60&api-version=2014-01", hub.url),
        headers,
        body: Value::from(bodies).to_string().into_bytes(),
        events: events.len() as u64,
        waits_for_mending: true,
    };
    post.send(services).await.0
}

fn body(event: &Event) -> Value {
    match &event.partition {
        Partition::Any | Partition::Id(_) => json!({ "Body": event.body }),
        Partition::Key(key) => json!({ "Body": event.body, "BrokerProperties": { "PartitionKey": key } }),
    }
}

async fn authorization(services: &Rc<Services>, hub: &EventHub, name: &str) -> Result<String, String> {
    match &hub.access {
        Access::Signed(token) => Ok(token.0.clone()),
        Access::Key { name: key_name, key } => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let resource = format!("{}/{name}", hub.url);
            Ok(signed(&resource, key_name, &key.0, now.as_secs() + LIFETIME))
        }
        Access::Identity { client_id } => {
            let client_id = client_id.as_deref().map(Text::from);
            let token = services
                .identity
                .token(services, &RESOURCE.into(), client_id.as_ref())
                .await;
            let token = token.map_err(|error| format!("there is no access token for {RESOURCE}: {error}"))?;
            Ok(format!("Bearer {token}"))
        }
    }
}

/// A shared access signature for a resource until a moment, in seconds since 1970.
fn signed(resource: &str, key_name: &str, key: &str, expires: u64) -> String {
    let resource = encoded(resource);
    let secret = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
    let signature = hmac::sign(&secret, format!("{resource}\n{expires}").as_bytes());
    let signature = encoded(&BASE64_STANDARD.encode(signature.as_ref()));
    format!(
        "SharedAccessSignature sr={resource}&sig={signature}&se={expires}&skn={}",
        encoded(key_name)
    )
}

/// RFC 3986, section 2.3: all but unreserved characters percent-encoded.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_that_the_service_computes() {
        // The expected one: echo -ne 'https%3A%2F%2Fns.servicebus.windows.net%2Fhub\n1700000000' |
        // openssl dgst -sha256 -hmac 'c2VjcmV0' -binary | base64
        assert_eq!(
            signed(
                "https://ns.servicebus.windows.net/hub",
                "send",
                "c2VjcmV0",
                1_700_000_000
            ),
            "SharedAccessSignature sr=https%3A%2F%2Fns.servicebus.windows.net%2Fhub\
             &sig=OsZsO3gbLyGK97AJmUabDcLnkkvpz9DwiNJpMbpzPOI%3D&se=1700000000&skn=send"
        );
    }
}
