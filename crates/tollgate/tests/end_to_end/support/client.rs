//! An HTTP client with one connection in its hand: HTTP/1.1 or HTTP/2, in cleartext or over TLS.

use super::patience::soon;
use super::tls::Identity;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Uri, Version};
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Empty, Full};
use hyper::body::Incoming;
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use std::io;
use std::net::SocketAddr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

/// The versions that clients speak.
pub const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

/// The body of a request.
pub type Body = BoxBody<Bytes, io::Error>;

/// A connection that speaks one version of HTTP.
pub struct Connection {
    sender: Sender,
    scheme: &'static str,
    authority: String,
}

enum Sender {
    Http1(http1::SendRequest<Body>),
    Http2(http2::SendRequest<Body>),
}

impl Connection {
    /// HTTP/1.1 in cleartext.
    pub async fn http1(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self {
            sender: Sender::one(stream).await,
            scheme: "http",
            authority: address.to_string(),
        }
    }

    /// HTTP/2 in cleartext, with prior knowledge.
    pub async fn http2(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        Self {
            sender: Sender::two(stream).await,
            scheme: "http",
            authority: address.to_string(),
        }
    }

    /// The same connection in another hand, where requests may share it (HTTP/2).
    pub fn shared(&self) -> Self {
        let Sender::Http2(sender) = &self.sender else {
            panic!("requests take turns on a connection of HTTP/1.1");
        };
        Self {
            sender: Sender::Http2(sender.clone()),
            scheme: self.scheme,
            authority: self.authority.clone(),
        }
    }

    /// Either version in cleartext.
    pub async fn speaking(version: Version, address: SocketAddr) -> Self {
        if version == Version::HTTP_2 {
            Self::http2(address).await
        } else {
            Self::http1(address).await
        }
    }

    /// TLS, and the version that the server chose among those on offer.
    pub async fn tls(address: SocketAddr, identity: &Identity, protocols: &[&str]) -> Self {
        let stream = identity.connect(address, protocols).await;
        let chosen = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        let sender = match chosen.as_deref() {
            Some(b"h2") => Sender::two(stream).await,
            _ => Sender::one(stream).await,
        };
        Self {
            sender,
            scheme: "https",
            authority: address.to_string(),
        }
    }

    /// The version that this connection speaks.
    pub fn version(&self) -> Version {
        match self.sender {
            Sender::Http1(_) => Version::HTTP_11,
            Sender::Http2(_) => Version::HTTP_2,
        }
    }

    /// Sends a request whose URI is path and query; the connection adds the host.
    pub async fn send(&mut self, mut request: Request<Body>) -> hyper::Result<Response<Incoming>> {
        match &mut self.sender {
            Sender::Http1(sender) => {
                let host = HeaderValue::from_str(&self.authority).unwrap();
                request.headers_mut().entry(HOST).or_insert(host);
                sender.ready().await?;
                sender.send_request(request).await
            }
            Sender::Http2(sender) => {
                let target = request.uri().path_and_query().unwrap().as_str();
                let uri = format!("{}://{}{target}", self.scheme, self.authority);
                *request.uri_mut() = uri.parse::<Uri>().unwrap();
                *request.version_mut() = Version::HTTP_2;
                sender.ready().await?;
                sender.send_request(request).await
            }
        }
    }

    /// The whole answer to a request.
    pub async fn answer(&mut self, request: Request<Body>) -> Answer {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = soon(&what, async { Answer::whole(self.send(request).await?).await }).await;
        answer.unwrap_or_else(|error| panic!("{what}: no whole answer: {error:?}"))
    }
}

impl Sender {
    async fn one(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        // How a connection ended is told by the answers on it.
        tokio::spawn(async move { connection.with_upgrades().await.ok() });
        Self::Http1(sender)
    }

    async fn two(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Self {
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection);
        Self::Http2(sender)
    }
}

/// An answer that arrived whole.
#[derive(Debug)]
pub struct Answer {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Bytes,
    /// Trailers, where there were any.
    pub trailers: Option<HeaderMap>,
}

impl Answer {
    /// Reads the response to its end.
    pub async fn whole(response: Response<Incoming>) -> hyper::Result<Self> {
        let (head, body) = response.into_parts();
        let body = body.collect().await?;
        let trailers = body.trailers().cloned();
        Ok(Self {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
            trailers,
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {:?}", self.text()))
    }

    /// The first value of a header; empty where it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap_or("(not text)"))
    }
}

/// A request without a body.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> Request<Body> {
    with_body(method, target, headers, Empty::new().map_err(io::Error::other).boxed())
}

/// A request with a body at hand.
pub fn sending(method: &str, target: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Request<Body> {
    with_body(
        method,
        target,
        headers,
        Full::new(body.into()).map_err(io::Error::other).boxed(),
    )
}

/// A request with any body.
pub fn with_body(method: &str, target: &str, headers: &[(&str, &str)], body: Body) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(body).unwrap()
}

/// The answer to a GET on a connection of its own.
pub async fn get(address: SocketAddr, target: &str) -> Answer {
    Connection::http1(address)
        .await
        .answer(request("GET", target, &[]))
        .await
}

/// The answer to a GET with headers on a connection of its own.
pub async fn get_with(address: SocketAddr, target: &str, headers: &[(&str, &str)]) -> Answer {
    Connection::http1(address)
        .await
        .answer(request("GET", target, headers))
        .await
}
