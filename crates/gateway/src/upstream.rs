//! Sends requests to upstreams: one call, its attempts, the head of its answer.
//!
//! A request goes out a second time only where that is safe: the connection had served before, it broke before a byte
//! of the answer, and either nothing had been written, or its body is at hand and it is idempotent (RFC 9110, section
//! 9.2.2) or the server says that it has not looked at it (RFC 9113, section 8.7).
//! Never here: routing, backends' pools and breakers, what a client is told.

mod connect;
mod database;
mod dial;
mod expect;
mod gather;
mod offline;
mod pool;
mod redirect;
mod reply;
mod tls;
mod tunnel;
mod verifier;

pub use offline::{OfflineClient, Servers, whole};
pub use pool::Pool;
pub use tls::ClientTls;
pub use verifier::Verification;

use crate::body::Outgoing;
use crate::hop_by_hop;
use crate::mcp;
use crate::metrics::WorkerMetrics;
use crate::ticker::Ticker;
use crate::upgrade;
use connect::{Origin, Sender};
use expect::Gate;
use http::header::{CONTENT_LENGTH, EXPECT, HOST, PROXY_AUTHORIZATION, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, Version};
use http_body::Body as _;
use hyper::body::Incoming;
use policy::{BodyError, Call, LocalFuture, Reply, Upstream, UpstreamFailure};
use pool::{Lease, Return};
use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// A worker's upstreams.
pub struct Client {
    pool: Rc<Pool>,
    ticker: Rc<Ticker>,
    idle: Duration,
    metrics: Arc<WorkerMetrics>,
}

impl Client {
    /// Sends through `pool`; a response's body may pause for `idle`.
    pub fn new(pool: Rc<Pool>, ticker: Rc<Ticker>, idle: Duration, metrics: Arc<WorkerMetrics>) -> Self {
        Self {
            pool,
            ticker,
            idle,
            metrics,
        }
    }

    async fn within(
        &self,
        timeout: Duration,
        answer: LocalFuture<'_, Result<Reply, UpstreamFailure>>,
    ) -> Result<Reply, UpstreamFailure> {
        // The coarse clock would be felt in short timeouts.
        let answered = if timeout < Duration::from_secs(10) {
            Box::pin(tokio::time::timeout(timeout, answer)).await.ok()
        } else {
            self.ticker.alarm().limit(timeout, answer).await
        };
        let answered = answered.unwrap_or(Err(UpstreamFailure::Timeout(timeout)));
        if let Err(UpstreamFailure::Connection(_) | UpstreamFailure::Timeout(_)) = answered {
            self.metrics.upstream_errors.add(1);
        }
        answered
    }

    /// Sends a message of MCP, in whose answer policies will look for the one that answers it.
    async fn send_message(&self, mut call: Call) -> Result<Reply, UpstreamFailure> {
        let awaited = mcp::awaited(&mut call);
        let opening = call.extensions.remove::<mcp::Opening>();
        let reply = self.send_once(call).await?;
        mcp::with_answer(reply, awaited, opening)
    }

    async fn send_once(&self, mut call: Call) -> Result<Reply, UpstreamFailure> {
        let mut origin = Origin::of(&call).map_err(UpstreamFailure::Connection)?;
        let trailers = call.extensions.remove();
        let mut body = Outgoing::of(std::mem::take(&mut call.body)).with_trailers(trailers);
        hop_by_hop::strip_request(&mut call.headers);
        let gate = expect::gate(&call, &mut body, &self.ticker);
        frame(&call.method, &mut call.headers, &body);
        let sent = reply::Sent {
            complete: watch(&mut body),
            gate: gate.clone(),
        };
        let may_switch = call.headers.contains_key(UPGRADE);
        origin.switches = may_switch && call.connection.proxy.is_some();
        let message = Message {
            method: call.method,
            url: call.url,
            headers: call.headers,
            gate,
        };
        // Policies find a stream's message; events must not wait for each other.
        let gathers = call.buffer_response && !call.wants_answer;
        let (response, lease) = self.attempt(&origin, message, body).await?;
        sent.gate.iter().for_each(Gate::answer);
        if response.status() == StatusCode::SWITCHING_PROTOCOLS && !may_switch {
            let message = "the backend switched protocols, which nobody had asked for";
            return Err(UpstreamFailure::Connection(message.to_owned()));
        }
        if !is_readable(response.headers()) {
            let message = "the backend answered in another transfer coding than chunked";
            return Err(UpstreamFailure::Connection(message.to_owned()));
        }
        let returning = Return::new(Rc::clone(&self.pool), origin, lease);
        let mut reply = reply::reply(response, returning, sent, gathers, (self.ticker.alarm(), self.idle));
        if reply.status == StatusCode::SWITCHING_PROTOCOLS {
            upgrade::keep(&mut call.extensions, &mut reply.extensions);
        }
        Ok(reply)
    }

    async fn attempt(
        &self,
        origin: &Origin,
        message: Message,
        body: Outgoing,
    ) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
        let mut lease = self.pool.lease(origin).await.map_err(UpstreamFailure::Connection)?;
        let again = if lease.reused {
            message.again(&lease, &body)
        } else {
            None
        };
        let request = message.request(origin, &lease, body);
        let mut broken = match send(&mut lease, request).await {
            Ok(response) => return Ok((response, lease)),
            Err(broken) => broken,
        };
        let request = match (lease.reused, broken.unsent.take(), again) {
            (true, Some(request), _) => request,
            (true, None, Some((message, body))) if broken.may_be_repeated(&message.method) => {
                message.request(origin, &lease, body)
            }
            _ => return Err(broken.failure),
        };
        Box::pin(self.attempt_again(origin, request)).await
    }
}

impl Client {
    async fn attempt_again(
        &self,
        origin: &Origin,
        request: Request<Outgoing>,
    ) -> Result<(Response<Incoming>, Lease), UpstreamFailure> {
        let mut fresh = self.pool.open(origin).await.map_err(UpstreamFailure::Connection)?;
        match send(&mut fresh, request).await {
            Ok(response) => Ok((response, fresh)),
            Err(broken) => Err(broken.failure),
        }
    }
}

impl Upstream for Client {
    fn send(&self, call: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>> {
        let timeout = call.timeout;
        // Futures are moved before they are boxed: each kind of call has its own, so that the plain one stays small.
        let answer: LocalFuture<'_, _> = if call.wants_answer {
            Box::pin(self.send_message(call))
        } else if call.follow_redirects {
            Box::pin(redirect::follow(|call| self.send_once(call), call))
        } else if call.url.scheme_str() == Some(database::SCHEME) {
            Box::pin(self.pool.databases().ask(call))
        } else {
            Box::pin(self.send_once(call))
        };
        Box::pin(self.within(timeout, answer))
    }
}

/// The one transfer coding that can be taken off is `chunked`; the old `identity` is none.
fn is_readable(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(TRANSFER_ENCODING).iter();
    let mut codings = codings.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    codings.all(|coding| {
        let coding = coding.trim_ascii();
        coding.eq_ignore_ascii_case(b"chunked") || coding.eq_ignore_ascii_case(b"identity")
    })
}

/// What says whether all of a request's body has been handed to the connection; none: it was there at once.
fn watch(body: &mut Outgoing) -> Option<Rc<Cell<bool>>> {
    let Outgoing::Stream { complete, .. } = body else {
        return None;
    };
    Some(Rc::clone(complete.insert(Rc::default())))
}

/// A request's head before a connection is chosen.
struct Message {
    method: Method,
    url: Uri,
    headers: HeaderMap,
    gate: Option<Gate>,
}

impl Message {
    /// A copy for a second attempt, where one is allowed.
    fn again(&self, lease: &Lease, body: &Outgoing) -> Option<(Self, Outgoing)> {
        if !self.method.is_idempotent() && matches!(lease.sender, Sender::Http1(_)) {
            return None;
        }
        let (method, url, headers) = (self.method.clone(), self.url.clone(), self.headers.clone());
        Some((
            Self {
                method,
                url,
                headers,
                gate: None,
            },
            body.replay()?,
        ))
    }

    fn request(mut self, origin: &Origin, lease: &Lease, body: Outgoing) -> Request<Outgoing> {
        let mut request = Request::new(body);
        let mut target = self.url.into_parts();
        match lease.sender {
            Sender::Http1(_) => {
                if !self.headers.contains_key(HOST)
                    && let Ok(host) = HeaderValue::from_str(origin.authority.as_str())
                {
                    self.headers.insert(HOST, host);
                }
                if let Some(proxy) = origin.forwarding_proxy() {
                    (target.scheme, target.authority) = (Some(origin.scheme()), Some(origin.authority.clone()));
                    if let Some(authorization) = &proxy.authorization {
                        self.headers.insert(PROXY_AUTHORIZATION, authorization.clone());
                    }
                } else {
                    // Origin form: what remains is path and query.
                    target.scheme = None;
                    target.authority = None;
                }
            }
            Sender::Http2(_) => {
                *request.version_mut() = Version::HTTP_2;
                let host = self
                    .headers
                    .remove(HOST)
                    .and_then(|host| host.to_str().ok()?.parse().ok());
                target.scheme = Some(origin.scheme());
                target.authority = Some(host.unwrap_or_else(|| origin.authority.clone()));
                self.headers.remove(http::header::CONNECTION);
                self.headers.remove(TRANSFER_ENCODING);
            }
        }
        *request.method_mut() = self.method;
        *request.uri_mut() = Uri::from_parts(target).unwrap_or_default();
        *request.headers_mut() = self.headers;
        if let Some(gate) = self.gate {
            gate.attach(&mut request);
        }
        request
    }
}

/// Why an attempt failed.
struct Broken {
    failure: UpstreamFailure,
    /// The request, where nothing of it was written.
    unsent: Option<Request<Outgoing>>,
    before_answer: bool,
    /// Whether the server says that it has not looked at it.
    unprocessed: bool,
}

impl Broken {
    /// Whether a request of this method, of which something was written, may be sent once more.
    fn may_be_repeated(&self, method: &Method) -> bool {
        self.unprocessed || self.before_answer && method.is_idempotent()
    }
}

async fn send(lease: &mut Lease, request: Request<Outgoing>) -> Result<Response<Incoming>, Broken> {
    let sent = match &mut lease.sender {
        Sender::Http1(connection) => {
            connection.traffic.bear_fruit();
            connection.sender.try_send_request(request).await
        }
        Sender::Http2(connection) => connection.sender.try_send_request(request).await,
    };
    sent.map_err(|mut error| {
        let unsent = error.take_message();
        let error = error.into_error();
        Broken {
            before_answer: !error.is_parse() && !error.is_user(),
            unprocessed: is_unprocessed(&error),
            failure: failure(&error),
            unsent,
        }
    })
}

/// Whether an HTTP/2 server has refused the stream, or closes its connection and left the stream out.
fn is_unprocessed(error: &hyper::Error) -> bool {
    let cause = std::error::Error::source(error).and_then(|cause| cause.downcast_ref::<h2::Error>());
    cause.is_some_and(|cause| {
        let reason = cause.reason();
        cause.is_reset() && reason == Some(h2::Reason::REFUSED_STREAM)
            || cause.is_go_away() && cause.is_remote() && reason == Some(h2::Reason::NO_ERROR)
    })
}

/// Whose fault it was: a request's body breaks inside of the upstream's connection.
fn failure(error: &hyper::Error) -> UpstreamFailure {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        match cause.downcast_ref::<BodyError>() {
            Some(BodyError::TooLarge { limit }) => return UpstreamFailure::TooLarge(*limit),
            Some(body) => return UpstreamFailure::Client(body.to_string()),
            None => source = cause.source(),
        }
    }
    let cause = std::error::Error::source(error).map_or_else(String::new, |cause| format!(": {cause}"));
    UpstreamFailure::Connection(format!("the connection to the backend broke: {error}{cause}"))
}

/// Sets the headers that say how long the body is, from the body itself.
fn frame(method: &Method, headers: &mut HeaderMap, body: &Outgoing) {
    match body.size_hint().exact() {
        Some(0) if headers.get(CONTENT_LENGTH).is_some_and(|length| length == "0") => {}
        Some(0) => {
            headers.remove(CONTENT_LENGTH);
            if matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
                headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
            }
        }
        Some(length) => {
            headers.insert(CONTENT_LENGTH, length.into());
        }
        None => {
            headers.remove(CONTENT_LENGTH);
            headers.insert(TRANSFER_ENCODING, HeaderValue::from_static("chunked"));
        }
    }
    if matches!(body, Outgoing::Empty) {
        headers.remove(EXPECT);
    }
}
