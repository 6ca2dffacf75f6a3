//! Opening a connection to an upstream: name, TCP, TLS, the HTTP handshake.
//!
//! Never here: keeping connections (that is the pool), requests.

use crate::body::Outgoing;
use crate::local::Local;
use crate::stream::Stream;
use crate::upstream::dial::dial;
use crate::upstream::tls::{Alpn, ClientTls};
use crate::upstream::tunnel;
use crate::upstream::verifier::Verification;
use crate::watched::{Traffic, Watched};
use http::header::HOST;
use http::uri::{Authority, Scheme};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use policy::{Call, Connection, HttpVersion, Proxy};
use rustls::pki_types::ServerName;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::hash::{Hash, Hasher};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::TlsConnector;

/// Bytes of a response's head at most, and of its body in one read.
const BUFFER: usize = 128 << 10;

/// Header lines of a response at most. .NET, which APIM runs on, counts their bytes alone.
const HEADERS: usize = 500;

/// Streams that share one HTTP/2 connection at most; most servers allow a hundred, and few many more (RFC 9113,
/// section 6.5.2).
const STREAMS: usize = 100;

/// How often an HTTP/2 upstream is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// What connections are told apart by: requests of one origin may share them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Host and port.
    pub authority: Authority,
    /// How its certificate is checked; none: cleartext.
    pub tls: Option<Verification>,
    /// What is spoken.
    pub version: HttpVersion,
    /// The proxy between, and the certificate that is shown.
    pub connection: Connection,
    /// The name that the server is asked for in the TLS handshake, and that its certificate must have, where a policy
    /// says another one by `Host` than the URL, as .NET has it.
    pub server_name: Option<Box<str>>,
    /// Whether what is sent through a proxy wants to switch protocols, which a proxy leaves to those that it connects.
    pub switches: bool,
}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.authority.hash(state);
        self.tls.hash(state);
        self.connection.hash(state);
        std::mem::discriminant(&self.version).hash(state);
    }
}

impl Origin {
    /// Where a call goes; an error says what is wrong with its URL.
    pub fn of(call: &Call) -> Result<Self, String> {
        // Messages do not quote the URL, in whose query a credential may stand.
        let Some(authority) = call.url.authority() else {
            return Err("the backend's URL has no host".to_owned());
        };
        let verification = call.backend.as_ref().map_or(
            Verification {
                chain: true,
                name: true,
            },
            |backend| Verification {
                chain: backend.validate_certificate_chain,
                name: backend.validate_certificate_name,
            },
        );
        let tls = match call.url.scheme_str() {
            Some("https" | "wss" | "grpcs") => Some(verification),
            Some("http" | "ws" | "grpc") => None,
            _ => return Err("the backend's URL is neither http nor https".to_owned()),
        };
        Ok(Self {
            authority: without_user(authority)?,
            tls,
            // A proxy takes requests in absolute form, which HTTP/2 has not.
            version: if tls.is_none() && call.connection.proxy.is_some() {
                HttpVersion::One
            } else {
                call.version
            },
            connection: call.connection.clone(),
            server_name: tls.and_then(|_| named_host(call)),
            switches: false,
        })
    }

    /// The proxy to which a request goes in absolute form.
    pub fn forwarding_proxy(&self) -> Option<&Proxy> {
        let proxy = self.connection.proxy.as_deref();
        proxy.filter(|_| self.tls.is_none() && !self.switches)
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> Scheme {
        if self.tls.is_some() {
            Scheme::HTTPS
        } else {
            Scheme::HTTP
        }
    }

    /// The host as the resolver and certificates have it, and the port.
    fn host_and_port(&self) -> (&str, u16) {
        let host = bare(self.authority.host());
        let default = if self.tls.is_some() { 443 } else { 80 };
        (host, self.authority.port_u16().unwrap_or(default))
    }
}

/// The host that the header `Host` names, where it is another one than the URL's.
fn named_host(call: &Call) -> Option<Box<str>> {
    let named: Authority = call.headers.get(HOST)?.to_str().ok()?.parse().ok()?;
    let is_other = call
        .url
        .host()
        .is_none_or(|host| !host.eq_ignore_ascii_case(named.host()));
    is_other.then(|| bare(named.host()).into())
}

/// An address of IPv6 without its brackets.
fn bare(host: &str) -> &str {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    address.unwrap_or(host)
}

/// Host and port: a name and password before them are neither sent in `Host` (RFC 9110, section 4.2.4) nor told in
/// messages.
fn without_user(authority: &Authority) -> Result<Authority, String> {
    match authority.as_str().rsplit_once('@') {
        None => Ok(authority.clone()),
        Some((_, host)) => host
            .parse()
            .map_err(|_| "the backend's URL has no valid host behind its user".to_owned()),
    }
}

/// An HTTP/1.1 connection.
pub struct Single {
    /// Where requests are handed to it.
    pub sender: http1::SendRequest<Outgoing>,
    /// What has been seen of its bytes.
    pub traffic: Arc<Traffic>,
    /// When it was opened, by the pool's clock.
    pub opened: u64,
}

/// Where requests are handed to a connection.
pub enum Sender {
    /// One request at a time.
    Http1(Single),
    /// Many requests at a time.
    Http2(Multiple),
}

/// An HTTP/2 connection.
#[derive(Clone)]
pub struct Multiple {
    /// Where requests are handed to it.
    pub sender: http2::SendRequest<Outgoing>,
    most: Rc<Cell<usize>>,
}

impl Multiple {
    /// How many streams may share it: no more than the server takes at once, or the others wait for them to end.
    pub fn most_streams(&self) -> usize {
        self.most.get().clamp(1, STREAMS)
    }
}

/// A new connection to `origin`, driven by a task of its own; `opened` is the time.
pub async fn connect(origin: &Origin, tls: &ClientTls, opened: u64) -> Result<Sender, String> {
    let stream = open(origin, tls).await?;
    let http2 = stream.is_http2() || (origin.version == HttpVersion::Two && origin.tls.is_none());
    if origin.version == HttpVersion::Two && !http2 {
        return Err(format!("{} does not speak HTTP/2", origin.authority));
    }
    let traffic = Arc::new(Traffic::default());
    traffic.expect_answers();
    if http2 {
        let io = Watched::new(stream, traffic);
        let (sender, mut connection) = http2::Builder::new(Local)
            .timer(TokioTimer::new())
            .adaptive_window(true)
            // Until the server says how many it takes, so that none waits for another.
            .initial_max_send_streams(1)
            .keep_alive_interval(KEEP_ALIVE)
            .handshake(TokioIo::new(io))
            .await
            .map_err(|error| format!("no HTTP/2 with {}: {error}", origin.authority))?;
        let most = Rc::new(Cell::new(1));
        let allowed = Rc::clone(&most);
        tokio::task::spawn_local(poll_fn(move |context| {
            let ended = Pin::new(&mut connection).poll(context);
            allowed.set(connection.current_max_send_streams());
            ended
        }));
        return Ok(Sender::Http2(Multiple { sender, most }));
    }
    traffic.expect_fruit(BUFFER);
    let io = Watched::new(stream, Arc::clone(&traffic));
    let (sender, connection) = http1::Builder::new()
        .max_buf_size(BUFFER)
        .max_headers(HEADERS)
        // For clients, who see names as the backend wrote them. Those of their own requests are not worth what it costs.
        .preserve_header_case(true)
        .title_case_headers(true)
        // What servers must not send and a proxy may mend (RFC 9112, sections 5.1 and 5.2), as .NET does.
        .allow_spaces_after_header_name_in_responses(true)
        .allow_obsolete_multiline_headers_in_responses(true)
        .handshake(TokioIo::new(io))
        .await
        .map_err(|error| format!("no HTTP/1.1 with {}: {error}", origin.authority))?;
    tokio::task::spawn_local(connection.with_upgrades());
    Ok(Sender::Http1(Single {
        sender,
        traffic,
        opened,
    }))
}

async fn open(origin: &Origin, tls: &ClientTls) -> Result<Stream, String> {
    let (host, port) = origin.host_and_port();
    let proxy = origin.connection.proxy.as_deref();
    let failed = |error: std::io::Error| match proxy {
        Some(Proxy { host, port, .. }) => format!("no connection to the proxy {host}:{port}: {error}"),
        None => format!("no connection to {}: {error}", origin.authority),
    };
    let (first, first_port) = proxy.map_or((host, port), |proxy| (proxy.host.as_str(), proxy.port));
    let stream = dial(first, first_port).await.map_err(failed)?;
    stream.set_nodelay(true).map_err(failed)?;
    let stream = match proxy {
        Some(proxy) if origin.forwarding_proxy().is_none() => tunnel::through(stream, proxy, host, port).await?,
        _ => stream,
    };
    let Some(verification) = origin.tls else {
        return Ok(Stream::Plain(stream));
    };
    let alpn: Alpn = match origin.version {
        HttpVersion::One => &[b"http/1.1"],
        HttpVersion::TwoOrOne => &[b"h2", b"http/1.1"],
        HttpVersion::Two => &[b"h2"],
    };
    let connector = TlsConnector::from(Arc::clone(&tls.config(
        verification,
        alpn,
        origin.connection.certificate.as_ref(),
    )?));
    let host = origin.server_name.as_deref().unwrap_or(host);
    let name = ServerName::try_from(host.to_owned())
        .map_err(|_| format!("`{host}` is not a name that a certificate can have"))?;
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|error| format!("no TLS with {}: {error}", origin.authority))?;
    Ok(Stream::Tls(Box::new(stream.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_no_part_of_a_host() {
        for (authority, expected) in [("a:80", "a:80"), ("u:p@a:80", "a:80"), ("u@[::1]:80", "[::1]:80")] {
            let authority = Authority::from_static(authority);
            assert_eq!(without_user(&authority).unwrap(), expected);
        }
    }
}
