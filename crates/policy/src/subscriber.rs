//! A client that subscribes to events of a GraphQL API with resolvers: its handshake, its subscriptions, and what it is
//! sent of an event.
//!
//! The handshake is a request like any other: inbound has run when it is accepted, outbound runs behind it. What it left
//! in the exchange is what resolvers below an event see. Never here: the protocol's messages, sockets.

use crate::LocalFuture;
use crate::body::Body;
use crate::exchange::{Exchange, RequestMessage, ResponseMessage};
use crate::failure::Failure;
use crate::graphql_request::{Sent, entry, with_errors};
use crate::resolvers::{Event, Resolvers};
use crate::subscriptions::{Listening, Mailbox};
use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use expression::body::MessageBody;
use graphql::Error;
use http::header::{
    CONNECTION, CONTENT_TYPE, HeaderMap, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;

/// The protocol that is spoken on the socket.
const PROTOCOL: &str = "graphql-transport-ws";
/// RFC 6455, section 1.3.
const ACCEPTED: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Subscriptions of one connection.
const MOST_SUBSCRIPTIONS: usize = 100;
/// Bytes of the messages that began the subscriptions of one connection.
const MOST_BYTES: u64 = 1 << 20;

/// What becomes of a request that is checked.
pub(crate) enum Verdict {
    Pass,
    /// It goes on without some fields.
    Without(String, Vec<Error>),
    Refuse(Vec<Error>),
}

/// What a policy in inbound has against subscriptions.
pub(crate) trait SubscriptionCheck: Send + Sync {
    /// Judges a request, in the exchange of the handshake.
    fn judge(&self, sent: &Sent, exchange: &Exchange) -> Result<Verdict, Failure>;
}

/// A client whose handshake was accepted.
pub struct Subscriber {
    /// The handshake's.
    exchange: Rc<Exchange>,
    resolvers: Arc<Resolvers>,
    mailbox: Arc<Mailbox>,
    /// By the ids that the client gave them.
    running: HashMap<String, Rc<Running>>,
}

struct Running {
    sent: Sent,
    /// What is told with each event: fields that were removed.
    errors: Vec<Value>,
    _listening: Listening,
}

/// Why a subscription does not come to be.
#[derive(Debug)]
pub enum Refused {
    /// The client has another one of this id.
    Taken,
    /// What is wrong with it: a JSON array of GraphQL's errors.
    Errors(String),
}

impl Refused {
    fn errors(errors: &[Error]) -> Self {
        let list: Vec<_> = errors.iter().map(entry).collect();
        Self::Errors(Value::Array(list).to_string())
    }
}

impl Subscriber {
    /// Begins a subscription: `request` is a GraphQL request (`query`, `operationName`, `variables`), which came in a
    /// message of `size` bytes.
    ///
    /// # Errors
    /// It does not conform to the schema, is no subscription, a policy refuses it, or there are too many.
    pub fn subscribe(&mut self, id: &str, request: Value, size: u64) -> Result<(), Refused> {
        if self.running.contains_key(id) {
            return Err(Refused::Taken);
        }
        if self.running.len() >= MOST_SUBSCRIPTIONS {
            let message = format!("A connection has at most {MOST_SUBSCRIPTIONS} subscriptions.");
            return Err(Refused::errors(&[Error::new(message)]));
        }
        let kept: u64 = self.running.values().map(|running| running.sent.size).sum();
        if kept.saturating_add(size) > MOST_BYTES {
            let message = format!("The subscriptions of a connection have at most {MOST_BYTES} bytes.");
            return Err(Refused::errors(&[Error::new(message)]));
        }
        let sent = Sent::of_message(request, size).map_err(|message| Refused::errors(&[Error::new(message)]))?;
        let (sent, errors) = self.checked(sent)?;
        let field = self.resolvers.subscribed(&sent, &self.exchange);
        let field = field.map_err(|errors| Refused::errors(&errors))?;
        let api = self.exchange.matched.api.as_ref();
        let topic = (api.map(|api| api.id.clone()).unwrap_or_default(), field.as_str().into());
        let subscriptions = &self.exchange.services.subscriptions;
        let running = Running {
            sent,
            errors,
            _listening: subscriptions.listen(topic, &self.mailbox, id),
        };
        self.running.insert(id.to_owned(), Rc::new(running));
        Ok(())
    }

    /// The request as the policies of inbound let it pass, and what each event tells of what they removed.
    fn checked(&self, mut sent: Sent) -> Result<(Sent, Vec<Value>), Refused> {
        let mut told = Vec::new();
        for check in &self.exchange.state.subscription_checks {
            match check.judge(&sent, &self.exchange) {
                Ok(Verdict::Pass) => {}
                Ok(Verdict::Without(query, removed)) => {
                    sent = sent.with_query(query);
                    told.extend(removed.iter().map(entry));
                }
                Ok(Verdict::Refuse(errors)) => return Err(Refused::errors(&errors)),
                // What an expression failed over is not the client's to know.
                Err(_) => return Err(Refused::errors(&[Error::new("The subscription could not be checked.")])),
            }
        }
        Ok((sent, told))
    }

    /// Ends a subscription; one that there is not has ended already.
    pub fn complete(&mut self, id: &str) {
        self.running.remove(id);
    }

    /// Waits for an event, given with the id of its subscription; nothing when events were lost. May be dropped while it
    /// waits.
    pub async fn event(&self) -> Option<(Arc<str>, Bytes)> {
        poll_fn(|context| self.mailbox.poll(context)).await
    }

    /// What a subscription makes of an event: a response of GraphQL; nothing when it has ended.
    pub fn made_of(&self, id: &str, event: Bytes) -> Option<LocalFuture<'static, String>> {
        let running = Rc::clone(self.running.get(id)?);
        let (resolvers, exchange) = (Arc::clone(&self.resolvers), Rc::clone(&self.exchange));
        Some(Box::pin(async move {
            let made = resolvers.made_of(Event(&event), &running.sent, &exchange).await;
            let made = made.unwrap_or_else(|errors| {
                let list: Vec<_> = errors.iter().map(entry).collect();
                json!({ "errors": list }).to_string()
            });
            if running.errors.is_empty() {
                return made;
            }
            with_errors(made.as_bytes(), running.errors.iter().cloned()).unwrap_or(made)
        }))
    }
}

/// Whether a request wants to speak WebSocket (RFC 6455, section 4.2.1).
pub(crate) fn is_handshake(request: &RequestMessage) -> bool {
    let upgrade = request.headers.get(UPGRADE).map(HeaderValue::as_bytes);
    request.method == Method::GET && upgrade.is_some_and(|upgrade| upgrade.eq_ignore_ascii_case(b"websocket"))
}

/// Answers a handshake.
pub(crate) fn shake_hands(exchange: &mut Exchange, resolvers: Arc<Resolvers>) {
    let headers = &exchange.request.headers;
    let key = headers.get(SEC_WEBSOCKET_KEY).map(HeaderValue::as_bytes);
    let version = headers.get(SEC_WEBSOCKET_VERSION).map(HeaderValue::as_bytes);
    let offered = headers.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
    let mut offered = offered
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    let is_offered = offered.any(|protocol| protocol.trim() == PROTOCOL);
    let accepted = match (key, version) {
        (Some(key), Some(b"13")) if is_offered => accepted(key),
        _ => None,
    };
    let Some(accept) = accepted else {
        let message = format!("Subscriptions are served over WebSocket (version 13) with the protocol {PROTOCOL}.");
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        exchange.response = Some(ResponseMessage {
            status: StatusCode::BAD_REQUEST,
            headers,
            body: Body::Buffered(MessageBody::new(
                json!({ "errors": [{ "message": message }] }).to_string(),
            )),
            ..ResponseMessage::default()
        });
        return;
    };
    let headers = HeaderMap::from_iter([
        (CONNECTION, HeaderValue::from_static("Upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, accept),
        (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(PROTOCOL)),
    ]);
    exchange.state.subscriber = Some(Box::new(Subscriber {
        exchange: Rc::new(exchange.fork()),
        resolvers,
        mailbox: Arc::default(),
        running: HashMap::new(),
    }));
    exchange.response = Some(ResponseMessage {
        status: StatusCode::SWITCHING_PROTOCOLS,
        headers,
        ..ResponseMessage::default()
    });
}

/// What tells the client that its key was read.
fn accepted(key: &[u8]) -> Option<HeaderValue> {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, &[key, ACCEPTED].concat());
    HeaderValue::try_from(STANDARD.encode(hash)).ok()
}

impl Exchange {
    /// The client that subscribes, where the response accepts its handshake.
    pub fn take_subscriber(&mut self) -> Option<Box<Subscriber>> {
        self.state.subscriber.take()
    }
}

#[cfg(test)]
mod tests {
    use super::accepted;

    #[test]
    fn the_key_is_answered_as_in_the_standard() {
        let accept = accepted(b"dGhlIHNhbXBsZSBub25jZQ==").unwrap();
        assert_eq!(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }
}
