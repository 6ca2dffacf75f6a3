//! A request's head as it comes off a connection: refused where it is ambiguous, else turned into an exchange.
//!
//! hyper has parsed it by then and refused what is not HTTP; a request with both `Content-Length` and
//! `Transfer-Encoding` has lost the former, and its connection is closed behind it (RFC 9112, section 6.1).
//! Never here: routing, bodies' contents.

use crate::body::{ClientBody, Progress};
use crate::config::Config;
use crate::hop_by_hop;
use crate::respond::Refusal;
use crate::snapshot::Snapshot;
use crate::visit::Visit;
use crate::worker::Worker;
use bytes::Bytes;
use expression::text::Text;
use http::header::{COOKIE, HOST, TRANSFER_ENCODING};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Version, request};
use http_body::Body as HttpBody;
use policy::{Body, Exchange, Matched, RequestMessage, Target};
use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

/// A request that may go on.
pub struct Arrived {
    /// With nothing matched yet. Boxed, since phases hand it on and futures are copied by their size.
    pub exchange: Box<Exchange>,
    /// What became of its body; none when it has none.
    pub progress: Option<Rc<Progress>>,
    /// The scheme that the protocols of APIs are held against; none where nobody knows the client's.
    pub scheme: Option<&'static str>,
}

/// Checks a request and makes it an exchange.
pub fn arrive<B>(
    worker: &Rc<Worker>,
    visit: &Visit,
    snapshot: &Snapshot,
    request: Request<B>,
) -> Result<Arrived, Refusal>
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin + 'static,
{
    let (mut parts, incoming) = request.into_parts();
    let authority = check(worker, &mut parts, &incoming)?;
    hop_by_hop::strip_nominated(&mut parts.headers);
    if parts.version == Version::HTTP_2 {
        join_cookies(&mut parts.headers);
    }
    let client = visit.peer.forward(&mut parts.headers, &worker.settings.trusted_proxies);
    let (body, progress) = body(worker, visit, incoming);
    let original: Text = parts.uri.path_and_query().map_or("/", |target| target.as_str()).into();
    let path_end = parts.uri.path().len();
    let message = RequestMessage {
        original_method: parts.method.clone(),
        method: parts.method,
        scheme: client.scheme,
        authority,
        host: parts.headers.get(HOST).cloned(),
        path: original.slice(0..path_end).unwrap_or_default(),
        query: original
            .slice(path_end + 1..original.len())
            .unwrap_or_else(|| worker.nothing.clone()),
        original,
        root: 0,
        headers: parts.headers,
        body,
        certificate: visit.certificate.clone(),
        ip: client.ip,
        peer: Some(visit.peer.text.clone()),
        extensions: parts.extensions,
    };
    let exchange = Box::new(Exchange {
        request: message,
        response: None,
        variables: Vec::new(),
        last_error: None,
        matched: Matched::default(),
        identity: policy::Identity::default(),
        target: Target::default(),
        certificates: Arc::clone(&snapshot.certificates),
        services: Rc::clone(&worker.services),
        request_id: crate::clock::request_id(),
        timestamp: worker.services.clock.ticks(),
        arrived: worker.services.clock.monotonic(),
        state: policy::State::default(),
    });
    let is_known = client.is_told || tells_schemes_apart(&worker.settings);
    Ok(Arrived {
        exchange,
        progress,
        scheme: is_known.then_some(client.scheme),
    })
}

/// Without a TLS listener, something in front of the gateway most likely speaks TLS with clients. A gateway without
/// sockets is told by whoever asks it.
fn tells_schemes_apart(settings: &Config) -> bool {
    settings.listen.is_empty() || settings.listen.iter().any(|listen| listen.tls.is_some())
}

/// Refuses what is ambiguous or too large; gives the request's authority, which `Host` has in the end.
fn check(worker: &Worker, parts: &mut request::Parts, incoming: &impl HttpBody) -> Result<Text, Refusal> {
    if parts.method == Method::CONNECT {
        return Err(Refusal::new(
            StatusCode::METHOD_NOT_ALLOWED,
            "CONNECT is for proxies, which this server is not",
        ));
    }
    // A URL of another scheme is not this server's to answer (RFC 9110, section 7.4).
    if parts
        .uri
        .scheme_str()
        .is_some_and(|scheme| scheme != "http" && scheme != "https")
    {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "The request target is neither http nor https",
        ));
    }
    let target = parts
        .uri
        .path_and_query()
        .map_or_else(|| parts.uri.path(), |target| target.as_str());
    if target.len() > worker.settings.limits.url_bytes {
        return Err(Refusal::new(StatusCode::URI_TOO_LONG, "The URL is too long"));
    }
    // A URL may have a query and no path, for which `Uri::path` gives one that was not sent.
    if !target.starts_with('/') && target != "*" {
        return Err(Refusal::new(
            StatusCode::BAD_REQUEST,
            "The request target is not a path",
        ));
    }
    transfer_encoding(&parts.headers)?;
    let limit = worker.settings.limits.body_bytes;
    if limit.is_some_and(|limit| incoming.size_hint().lower() > limit) {
        return Err(Refusal::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "The request body is too large",
        ));
    }
    host(parts)
}

/// The one coding that can be taken off and put on again is `chunked`.
fn transfer_encoding(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut codings = headers.get_all(TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => Ok(()),
        (Some(coding), None) if coding.as_bytes().eq_ignore_ascii_case(b"chunked") => Ok(()),
        _ => Err(Refusal::new(
            StatusCode::NOT_IMPLEMENTED,
            "The only transfer coding is chunked",
        )),
    }
}

/// RFC 9112, section 3.2: one `Host`, which an absolute target overrides.
fn host(parts: &mut request::Parts) -> Result<Text, Refusal> {
    let refuse = |message| Err(Refusal::new(StatusCode::BAD_REQUEST, message));
    let mut hosts = parts.headers.get_all(HOST).iter();
    let (first, second) = (hosts.next(), hosts.next());
    if second.is_some() {
        return refuse("The request has more than one Host header");
    }
    if let Some(authority) = parts.uri.authority() {
        // Whoever names a user means to deceive (RFC 9110, section 4.2.4); HTTP/2 forbids it.
        if !is_host(authority.as_str()) {
            return refuse("The request target's authority is not a host");
        }
        let text = Text::from(authority.as_str());
        if let Ok(value) = HeaderValue::from_str(&text) {
            parts.headers.insert(HOST, value);
        }
        return Ok(text);
    }
    match first {
        None if parts.version == Version::HTTP_10 => Ok(Text::default()),
        None => refuse("The request has no Host header"),
        Some(host) => match host.to_str() {
            Ok(host) if is_host(host) => Ok(host.into()),
            _ => refuse("The Host header is not a host"),
        },
    }
}

/// RFC 3986, section 3.2: a name or address with an optional port, without credentials.
fn is_host(host: &str) -> bool {
    host.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-._~:[]%!$&'()*+,;=".contains(&byte))
}

/// HTTP/2 may cut a cookie header into crumbs, which HTTP/1.1 must have in one line (RFC 9113, section 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let crumbs: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if crumbs.len() > 1
        && let Ok(whole) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..]))
    {
        headers.insert(COOKIE, whole);
    }
}

fn body<B>(worker: &Rc<Worker>, visit: &Visit, incoming: B) -> (Body, Option<Rc<Progress>>)
where
    B: HttpBody<Data = Bytes, Error: Display> + Unpin + 'static,
{
    if incoming.is_end_stream() {
        return (Body::Empty, None);
    }
    let progress = Rc::new(Progress::default());
    let settings = &worker.settings;
    let (idle, limit) = (settings.timeouts.request_body, settings.limits.body_bytes);
    let patience = (worker.ticker.alarm(), idle);
    let traffic = Arc::clone(&visit.traffic);
    let body = ClientBody::new(incoming, patience, limit, Rc::clone(&progress), traffic);
    (Body::Stream(Box::pin(body)), Some(progress))
}
