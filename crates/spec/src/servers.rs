//! The servers of a scenario: what they answer, and what they got.
//!
//! The first server that fits and still answers takes a request; where none was given, all are answered by an empty 200.
//! Never here: connections.

use crate::pattern::names_url;
use crate::scenario::{Answer, Reply, Server};
use bytes::Bytes;
use gateway::Servers;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use policy::{BodyError, LocalFuture, Runtime, StreamBody, UpstreamFailure};
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// Longer than anybody waits.
const FOREVER: Duration = Duration::from_hours(100 * 365 * 24);

/// Marks a request to an issuer of tokens that nobody had to give.
#[derive(Clone, Copy, Debug)]
pub struct ToIssuer;

/// Who answers.
enum Chosen {
    Given(Server),
    Issuer(Server),
}

/// All servers of a scenario.
pub struct World {
    /// With how often each still answers; the first that fits answers.
    servers: RefCell<Vec<(Server, Option<u32>)>>,
    sent: RefCell<Vec<Request<Bytes>>>,
    unanswered: RefCell<Vec<String>>,
    /// Servers of tokens' issuers, which nobody had to give.
    issuers: Vec<Server>,
    runtime: Rc<dyn Runtime>,
}

impl World {
    /// Servers in the order in which they are asked.
    pub fn new(servers: impl IntoIterator<Item = Server>, issuers: Vec<Server>, runtime: Rc<dyn Runtime>) -> Self {
        let world = Self {
            servers: RefCell::default(),
            sent: RefCell::default(),
            unanswered: RefCell::default(),
            issuers,
            runtime,
        };
        world.add(servers);
        world
    }

    /// Servers that are asked before the others from now on.
    pub fn add(&self, servers: impl IntoIterator<Item = Server>) {
        let counted = servers.into_iter().map(|server| {
            let times = server.times;
            (server, times)
        });
        self.servers.borrow_mut().splice(..0, counted);
    }

    /// The requests since the last time, in order.
    pub fn sent(&self) -> Vec<Request<Bytes>> {
        self.sent.take()
    }

    /// Requests that no server answers, since the last time.
    pub fn unanswered(&self) -> Vec<String> {
        self.unanswered.take()
    }

    /// The server that answers this request, counted; `Err` when there is none although there are some. An issuer's own
    /// goes before those that answer whatever is asked, which are not meant to be it.
    fn choose(&self, request: &Request<Bytes>) -> Result<Option<Chosen>, UpstreamFailure> {
        let mut servers = self.servers.borrow_mut();
        let (method, url) = (request.method().as_str(), request.uri().to_string());
        let fits =
            |server: &Server| server.method.as_ref().is_none_or(|own| own == method) && names_url(&server.url, &url);
        let issuer = self.issuers.iter().find(|server| fits(server));
        let found = servers.iter_mut().find(|(server, left)| {
            let is_named = server.method.is_some() || server.url != "*";
            *left != Some(0) && fits(server) && (is_named || issuer.is_none())
        });
        if let Some((server, left)) = found {
            *left = left.map(|left| left - 1);
            return Ok(Some(Chosen::Given(server.clone())));
        }
        if issuer.is_some() || servers.is_empty() {
            return Ok(issuer.cloned().map(Chosen::Issuer));
        }
        self.unanswered.borrow_mut().push(format!("{method} {url}"));
        Err(UpstreamFailure::Connection(format!("no server answers {method} {url}")))
    }
}

impl Servers for World {
    fn answer(&self, request: Request<Bytes>) -> LocalFuture<'_, Result<Response<StreamBody>, UpstreamFailure>> {
        Box::pin(async move {
            let chosen = self.choose(&request);
            let mut request = request;
            if let Ok(Some(Chosen::Issuer(_))) = chosen {
                request.extensions_mut().insert(ToIssuer);
            }
            self.sent.borrow_mut().push(request);
            let Some(Chosen::Given(server) | Chosen::Issuer(server)) = chosen? else {
                return Ok(Response::new(Box::pin(Bytewise::default()) as StreamBody));
            };
            if !server.delay.is_zero() {
                self.runtime.sleep(server.delay).await;
            }
            match &server.answer {
                Answer::Response(reply) => Ok(response(reply)),
                Answer::Refused => Err(UpstreamFailure::Connection("connection refused".to_owned())),
                Answer::Silence => {
                    self.runtime.sleep(FOREVER).await;
                    Err(UpstreamFailure::Timeout(FOREVER))
                }
            }
        })
    }
}

fn response(reply: &Reply) -> Response<StreamBody> {
    let mut bytes = Bytes::copy_from_slice(reply.body.as_bytes());
    let broken = reply.breaks_after.is_some();
    bytes.truncate(reply.breaks_after.unwrap_or(bytes.len()));
    let body: StreamBody = Box::pin(Bytewise { bytes, broken });
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status.0).unwrap_or_default();
    if let Some(reason) = &reply.status.1
        && response.status().canonical_reason() != Some(reason)
        && let Ok(reason) = ReasonPhrase::try_from(reason.as_bytes())
    {
        response.extensions_mut().insert(reason);
    }
    for (name, value) in &reply.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
            response.headers_mut().append(name, value);
        }
    }
    response
}

/// A body in one stretch, which may break off behind it.
#[derive(Default)]
struct Bytewise {
    bytes: Bytes,
    broken: bool,
}

impl Body for Bytewise {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if !self.bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.bytes)))));
        }
        let broken = std::mem::take(&mut self.broken);
        Poll::Ready(broken.then(|| Err(BodyError::Upstream("the connection broke".to_owned()))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && !self.broken
    }

    fn size_hint(&self) -> SizeHint {
        if self.broken {
            SizeHint::default()
        } else {
            SizeHint::with_exact(self.bytes.len() as u64)
        }
    }
}
