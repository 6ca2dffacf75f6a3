//! One exchange: a request with its response on the way through the pipeline.

use crate::LocalFuture;
use crate::backends::Backends;
use crate::block::{Origin, Scope};
use crate::body::Body;
use crate::caching::Missed;
use crate::connection::Connection;
use crate::events::Events;
use crate::identity::{Authorizations, OwnIdentity};
use crate::meter::Meter;
use crate::openid::Issuers;
use crate::resolvers::Resolvers;
use crate::runtime::Runtime;
use crate::slots::Slots;
use crate::subscriber::{Subscriber, SubscriptionCheck};
use crate::subscriptions::Subscriptions;
use crate::telemetry::Telemetry;
use crate::trace::{Recorder, Secrets};
use crate::upstream::Upstream;
use crate::witness::Witness;
use expression::Reads;
use expression::body::MessageBody;
use expression::certificate::Certificate;
use expression::context::{Api, Deployment, GraphQl, LastError, Operation, Product, Subscription, User};
use expression::text::Text;
use expression::value::Value;
use http::header::HOST;
use http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode};
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use store::{Caches, Counters};

/// A request with its response on the way through, and everything policies may see or change.
pub struct Exchange {
    /// The request as it goes to the backend.
    pub request: RequestMessage,
    /// The response, once there is one.
    pub response: Option<ResponseMessage>,
    /// `context.Variables`, in the order in which they were first set.
    pub variables: Vec<(Text, Value)>,
    /// `context.LastError`
    pub last_error: Option<LastError>,
    /// What was matched and who calls.
    pub matched: Matched,
    /// Who calls.
    pub identity: Identity,
    /// The backend that the request goes to.
    pub target: Target,
    /// `context.Deployment.Certificates`: the catalog's certificates by id.
    pub certificates: Arc<[(Text, Value)]>,
    /// Clock, counters, upstreams …
    pub services: Rc<Services>,
    /// `context.RequestId`
    pub request_id: u128,
    /// When it arrived, by [`Clock::ticks`].
    pub timestamp: i64,
    /// When it arrived, by [`Clock::monotonic`].
    pub arrived: Duration,
    /// How far the pipeline has come; [`State::default`] for a new exchange.
    pub state: State,
}

/// How far the pipeline has come with an exchange. Filled and read by the pipeline and its policies only.
#[derive(Default)]
pub struct State {
    /// The step that failed, innermost first found.
    pub(crate) failed_at: Option<FailedAt>,
    /// The operation as the catalog has it, with the responses that it declares.
    pub(crate) operation: Option<Arc<catalog::Operation>>,
    /// What GraphQL requests are validated by, where a policy does that.
    pub(crate) graphql: Option<Arc<graphql::Schema>>,
    /// What XML is validated by that no `schema-id` names: the API's WSDL.
    pub(crate) wsdl: Option<Arc<xsd::Schemas>>,
    /// What answers the requests of a GraphQL API, instead of a backend.
    pub(crate) resolvers: Option<Arc<Resolvers>>,
    /// The client whose handshake the response accepts, to be told of events.
    pub(crate) subscriber: Option<Box<Subscriber>>,
    /// What policies check subscriptions by that come over the connection, where the request is its handshake.
    pub(crate) subscription_checks: Vec<Arc<dyn SubscriptionCheck>>,
    /// The field that a resolver is asked for.
    pub(crate) graphql_call: Option<Arc<GraphQl>>,
    /// What is still to do when the response leaves.
    pub(crate) leaving: Vec<Leaving>,
    /// What expressions see as the body of a message without one, where there must be one.
    pub(crate) no_body: MessageBody,
    /// Whether a policy reads or replaces the message that answers within a stream.
    pub(crate) wants_answer: bool,
    /// Whether the API is an MCP server: expressions then always find a request body.
    pub(crate) is_mcp: bool,
    /// Whether the API is one of gRPC: its requests go over HTTP/2.
    pub(crate) is_grpc: bool,
    /// Whether the request went to a backend.
    pub(crate) forwarded: bool,
    /// The counters of quotas that have counted this exchange.
    pub(crate) counted: Vec<Arc<str>>,
    /// Counts the bytes of its bodies, if somebody wants to know.
    pub(crate) meter: Option<Rc<Meter>>,
    /// Whether outbound holds a `cache-store`, without which nothing is looked up.
    pub(crate) has_cache_store: bool,
    /// A lookup of the response that found none.
    pub(crate) missed: Option<Missed>,
    /// Whether the response came from the cache.
    pub(crate) from_cache: bool,
    /// Whether a policy has replaced that message.
    pub(crate) answer_replaced: bool,
    /// What brings the client back to the pool's member that its request is sent to, `name=value`.
    pub(crate) session_cookie: Option<String>,
    /// What policies say of the connection to the backend.
    pub(crate) connection: Connection,
    /// Records what happens, where somebody wants to know.
    pub(crate) recorder: Option<Box<Recorder>>,
    /// The variables that were set, where a copy of an exchange remembers them.
    pub(crate) written: Option<Vec<Text>>,
}

/// Where a failure came from.
pub(crate) struct FailedAt {
    /// The innermost step.
    pub origin: Arc<Origin>,
    /// Its path from the section's top.
    pub path: String,
}

/// Something to do when the response leaves, whatever path made it.
pub(crate) struct Leaving {
    /// Bodies that it reads.
    pub reads: Reads,
    /// Does it; what it gives is awaited before the response goes out.
    pub act: Act,
}

/// See [`Leaving::act`].
pub(crate) type Act = Box<dyn FnOnce(&mut Exchange) -> Option<LocalFuture<'static, ()>>>;

/// One of an exchange's two messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Message {
    Request,
    Response,
}

impl Exchange {
    /// Has `act` run when the response leaves, after outbound or on-error, whatever made the response. `reads` are the
    /// bodies that it reads.
    pub(crate) fn when_leaving(
        &mut self,
        reads: Reads,
        act: impl FnOnce(&mut Self) -> Option<LocalFuture<'static, ()>> + 'static,
    ) {
        let act: Act = Box::new(act);
        self.state.leaving.push(Leaving { reads, act });
    }

    /// The headers of one message; a response comes into being if there is none.
    pub(crate) fn headers_mut(&mut self, message: Message) -> &mut HeaderMap {
        match message {
            Message::Request => &mut self.request.headers,
            Message::Response => &mut self.response_mut().headers,
        }
    }

    /// Sets `context.Variables[name]`.
    pub(crate) fn set_variable(&mut self, name: &Text, value: Value) {
        self.note_variable(name, &value);
        if let Some(written) = &mut self.state.written {
            written.push(name.clone());
        }
        match self.variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.variables.push((name.clone(), value)),
        }
    }

    /// Puts another body into the response; within a stream of messages, another answer in the old one's place.
    pub(crate) fn replace_response_body(&mut self, body: Body) {
        let response = self.response.get_or_insert_default();
        response.body = match std::mem::take(&mut response.body) {
            Body::Answered(_, stream) => {
                self.state.answer_replaced = true;
                let message = if let Body::Buffered(message) = body {
                    message
                } else {
                    MessageBody::default()
                };
                Body::Answered(message, stream)
            }
            _ => body,
        };
    }

    /// The request's id as a GUID, which names this exchange towards the client.
    pub(crate) fn activity_id(&self) -> String {
        let hex = format!("{:032x}", self.request_id);
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|range| hex.get(range).unwrap_or_default());
        parts.join("-")
    }

    /// The response; an empty 200 comes into being if there is none.
    pub(crate) fn response_mut(&mut self) -> &mut ResponseMessage {
        self.response.get_or_insert_default()
    }
}

/// The request as it stands.
pub struct RequestMessage {
    /// Method; policies may change it.
    pub method: Method,
    /// Method as the client sent it.
    pub original_method: Method,
    /// Scheme of the client's URL: `http` or `https`.
    pub scheme: &'static str,
    /// Host and port of the client's URL, from `Host` or `:authority`.
    pub authority: Text,
    /// `Host` as it stood among the headers when the request came.
    pub host: Option<HeaderValue>,
    /// Path and query as the client sent them.
    pub original: Text,
    /// Bytes of `original` up to the API's path, its version included: where the API's own paths begin.
    pub root: usize,
    /// Path below the API's path, with leading `/`, percent-encoded; policies may rewrite it.
    pub path: Text,
    /// Query without `?`; empty when there is none; policies may rewrite it.
    pub query: Text,
    /// Headers; policies may change them.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// The certificate that the client showed when the connection was made.
    pub certificate: Option<Arc<Certificate>>,
    /// The client's address.
    pub ip: IpAddr,
    /// The address that the connection came from, which a call to a backend adds to `X-Forwarded-For`.
    pub peer: Option<HeaderValue>,
    /// What the listener attached, such as the connection to upgrade.
    pub extensions: Extensions,
}

impl RequestMessage {
    /// Takes out of headers that were copied from this request the `Host` that names the gateway. One that a policy has
    /// set names the backend, also where it is the same text.
    pub(crate) fn leave_own_host(&self, headers: &mut HeaderMap) {
        let own = self.host.as_ref().map(HeaderValue::as_bytes);
        let is_own = |host: &HeaderValue| own.is_some_and(|own| std::ptr::eq(own, host.as_bytes()));
        if headers.get(HOST).is_some_and(is_own) {
            headers.remove(HOST);
        }
    }
}

/// The response as it stands.
#[derive(Default)]
pub struct ResponseMessage {
    /// Status code.
    pub status: StatusCode,
    /// Reason phrase where it is not the standard one.
    pub reason: Option<Text>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// What the upstream connection attached, such as the upgraded connection of a `101`.
    pub extensions: Extensions,
}

/// What the request was matched to.
#[derive(Clone, Default)]
pub struct Matched {
    /// The API; none when nothing matched.
    pub api: Option<Arc<Api>>,
    /// The operation; none for APIs without operations.
    pub operation: Option<Arc<Operation>>,
    /// The product that the call came in under.
    pub product: Option<Arc<Product>>,
    /// Template parameters in the template's order.
    pub parameters: Vec<(Text, Text)>,
}

/// Who calls.
#[derive(Clone, Default)]
pub struct Identity {
    /// The subscription whose key was presented.
    pub subscription: Option<Arc<Subscription>>,
    /// That key.
    pub key: Option<Text>,
    /// Its owner.
    pub user: Option<Arc<User>>,
}

/// Where the request goes.
#[derive(Clone, Default)]
pub struct Target {
    /// Base URL (scheme, authority, base path), from the API or `set-backend-service`; none when the API has none.
    pub base_url: Option<Text>,
    /// The backend entity, where one was chosen; a pool's member is chosen when the request is sent.
    pub backend: Option<Arc<catalog::Backend>>,
    /// The scope of the document that chose the backend entity.
    pub chosen_by: Option<Scope>,
    /// The member of the pool that the last request was sent to.
    pub member: Option<Arc<catalog::Backend>>,
    /// MCP: `base_url` is the whole endpoint, and the request's path is not appended.
    pub whole_endpoint: bool,
    /// SOAP, GraphQL, WebSocket: a request for the API's root goes to `base_url` as it is written, without a slash behind it, which many
    /// services would take for another path.
    pub endpoint_at_root: bool,
}

/// The outside, as policies reach it. One per worker thread.
#[derive(Clone)]
pub struct Services {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Counters of limits.
    pub counters: Arc<dyn Counters>,
    /// Caches.
    pub caches: Caches,
    /// Breakers and turns of backends.
    pub backends: Arc<Backends>,
    /// Connections to upstreams.
    pub upstream: Rc<dyn Upstream>,
    /// Time that passes, and work in the background.
    pub runtime: Rc<dyn Runtime>,
    /// Issuers of tokens with their keys.
    pub issuers: Rc<Issuers>,
    /// The gateway's own identity.
    pub identity: Rc<OwnIdentity>,
    /// Access to other services that is configured.
    pub authorizations: Rc<Authorizations>,
    /// Base URL of Entra ID.
    pub entra: Text,
    /// Who is within `limit-concurrency`.
    pub slots: Arc<Slots>,
    /// Who waits for events of GraphQL APIs.
    pub subscriptions: Arc<Subscriptions>,
    /// Where measurements go.
    pub telemetry: Arc<dyn Telemetry>,
    /// Where events for loggers go.
    pub events: Arc<dyn Events>,
    /// Whose certificates are trusted.
    pub trust: Arc<dyn Trust>,
    /// `context.Deployment`
    pub deployment: Arc<Deployment>,
    /// Where messages for Service Bus go in place of its namespaces, as a base URL; none: to the namespaces.
    pub service_bus: Option<Text>,
    /// Base URL of the Dapr runtime beside the gateway.
    pub dapr: Text,
    /// Bytes of a body that are buffered at most.
    pub buffer_limit: u64,
    /// Who watches exchanges.
    pub witness: Option<Rc<dyn Witness>>,
    /// The secrets of the configuration that is in place, which no log shows.
    pub secrets: Rc<dyn Fn() -> Arc<Secrets>>,
}

/// Whose certificates are trusted.
pub trait Trust: Send + Sync {
    /// Whether a root that is trusted signed a client's certificate, or one that it was shown with.
    fn trusts(&self, certificate: &Certificate) -> bool;
    /// Whether this issuer (DER) signed a client's certificate.
    fn is_signed_by(&self, certificate: &[u8], issuer: &[u8]) -> bool;
}

/// Time and randomness, so that tests set both.
pub trait Clock: Send + Sync {
    /// Now in ticks: 100 ns since 0001-01-01 UTC.
    fn ticks(&self) -> i64;
    /// Time since some fixed moment, never running backwards.
    fn monotonic(&self) -> Duration;
    /// 64 random bits.
    fn random(&self) -> u64;
}
