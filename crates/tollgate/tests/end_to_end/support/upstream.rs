//! Upstreams inside the test: one that answers requests with a function, one that does anything with a connection.

use super::client::Body;
use super::raw::Raw;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::channel::{Channel, Sender};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A listening socket; connections to it are refused once it is dropped.
pub struct Upstream {
    /// Where it listens: `http://127.0.0.1:PORT`.
    pub url: String,
    connections: Arc<AtomicUsize>,
    accepting: JoinHandle<()>,
}

impl Upstream {
    /// Answers each request with `answer`.
    pub async fn answering<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response<Body>> + Send + 'static,
    {
        Self::accepting(move |stream| {
            let answer = answer.clone();
            async move {
                let service = service_fn(move |request| {
                    let answered = answer(request);
                    async move { Ok::<_, Infallible>(answered.await) }
                });
                let server = Builder::new(TokioExecutor::new());
                // A connection that breaks is the point of some tests.
                let _ = server
                    .serve_connection_with_upgrades(TokioIo::new(stream), service)
                    .await;
            }
        })
        .await
    }

    /// Hands each connection to `serve`.
    pub async fn raw<F, S>(serve: F) -> Self
    where
        F: Fn(Raw) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        Self::accepting(move |stream| serve(Raw::over(stream))).await
    }

    /// Hands each accepted socket to `serve`.
    pub async fn accepting<F, S>(serve: F) -> Self
    where
        F: Fn(TcpStream) -> S + Send + 'static,
        S: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        let accepting = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream));
            }
        });
        Self {
            url,
            connections,
            accepting,
        }
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// An address where nothing listens.
pub async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// A body at hand.
pub fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(io::Error::other).boxed()
}

/// A body that the test sends bit by bit.
pub fn channel() -> (Sender<Bytes, io::Error>, Body) {
    let (sender, body) = Channel::new(16);
    (sender, body.boxed())
}
