//! What the tests share: a gateway over a small catalog, upstreams, clients. Everything has a deadline.

use bytes::Bytes;
use catalog::{Api, ApiKind, Catalog, Operation};
use gateway::{Config, Gateway, Listen, Running, SystemClock};
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use policy::Clock;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use store::{Caches, InProcessCounters};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

pub type AnyBody = BoxBody<Bytes, std::io::Error>;

/// Long enough for a busy machine, short enough for a test that hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.expect("it took too long")
}

/// Asks until the answer is yes.
pub async fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    for _ in 0..400 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not happen");
}

pub fn full(bytes: impl Into<Bytes>) -> AnyBody {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed()
}

pub fn text(text: &str) -> Response<AnyBody> {
    Response::new(full(text.to_owned()))
}

/// A body of the frames that come out of a channel.
pub fn channel() -> (mpsc::Sender<Frame<Bytes>>, AnyBody) {
    let (sender, receiver) = mpsc::channel(1);
    (sender, Frames(receiver).boxed())
}

struct Frames(mpsc::Receiver<Frame<Bytes>>);

impl http_body::Body for Frames {
    type Data = Bytes;
    type Error = std::io::Error;
    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.0.poll_recv(context).map(|frame| frame.map(Ok))
    }
}

/// An upstream that counts its connections.
pub struct Upstream {
    pub address: SocketAddr,
    pub connections: Arc<AtomicUsize>,
}

impl Upstream {
    /// Answers with what `answer` makes of a request, over HTTP/1.1 or HTTP/2 with prior knowledge.
    pub async fn http<F, A>(answer: F) -> Self
    where
        F: Fn(Request<Incoming>) -> A + Clone + Send + Sync + 'static,
        A: Future<Output = Response<AnyBody>> + Send + 'static,
    {
        Self::serve(move |stream| {
            let answer = answer.clone();
            async move {
                let service = service_fn(move |request| {
                    let answer = answer(request);
                    async { Ok::<_, Infallible>(answer.await) }
                });
                let builder = hyper_util::server::conn::auto::Builder::new(Spawn);
                let _ = builder
                    .serve_connection_with_upgrades(TokioIo::new(stream), service)
                    .await;
            }
        })
        .await
    }

    /// Handles each connection as it likes.
    pub async fn serve<F, A>(handle: F) -> Self
    where
        F: Fn(TcpStream) -> A + Send + 'static,
        A: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(handle(stream));
            }
        });
        Self { address, connections }
    }

    /// Reads a request's head, then says `response`, then closes or waits for the other side to.
    pub async fn saying(response: &'static str, close: bool) -> Self {
        Self::serve(move |mut stream| async move {
            while let Some(_head) = read_head(&mut stream).await {
                if stream.write_all(response.as_bytes()).await.is_err() || close {
                    return hang_up(stream).await;
                }
            }
        })
        .await
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

#[derive(Clone)]
struct Spawn;

impl<F: Future<Output: Send> + Send + 'static> hyper::rt::Executor<F> for Spawn {
    fn execute(&self, future: F) {
        tokio::spawn(future);
    }
}

/// Says nothing more and waits for the other side to stop, so that no byte under way is lost to a reset.
pub async fn hang_up(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
}

/// Reads until an empty line; `None` at the end of the stream.
pub async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

/// An API at `/echo` that passes everything on.
pub fn api(path: &str, upstream: SocketAddr) -> Api {
    let operation = |method: &str| {
        Arc::new(Operation {
            id: method.to_lowercase().into(),
            name: method.into(),
            method: method.into(),
            url_template: "/*".into(),
            responses: Box::default(),
            described: None,
            policy: None,
        })
    };
    Api {
        id: path.replace('/', "-"),
        name: path.into(),
        kind: ApiKind::Http,
        path: path.into(),
        protocols: Vec::new(),
        service_url: Some(format!("http://{upstream}")),
        revision: "1".into(),
        is_current: true,
        is_online: true,
        version: None,
        subscription_required: false,
        subscription_key_header: "Ocp-Apim-Subscription-Key".into(),
        subscription_key_query: "subscription-key".into(),
        graphql_schema: None,
        wsdl: None,
        resolvers: Vec::new(),
        hosts: Vec::new(),
        operations: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]
            .into_iter()
            .map(operation)
            .collect(),
        policy: None,
        products: Vec::new(),
    }
}

pub fn catalog(apis: Vec<Api>) -> Catalog {
    Catalog {
        apis: apis.into_iter().map(Arc::new).collect(),
        ..Catalog::default()
    }
}

/// The plans of a catalog that is sound.
pub fn plans(catalog: &Catalog) -> policy::Plans {
    let (plans, diagnostics) = policy::Plans::compile(catalog);
    assert!(diagnostics.is_empty(), "{}", diagnostic::render(&diagnostics));
    plans
}

/// A gateway on a free port of the loopback.
pub fn start_with(catalog: Catalog, change: impl FnOnce(&mut Config)) -> Running {
    start_by(Arc::new(SystemClock::default()), catalog, change)
}

/// The same by another clock.
pub fn start_by(clock: Arc<dyn Clock>, catalog: Catalog, change: impl FnOnce(&mut Config)) -> Running {
    let loopback: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let mut config = Config {
        listen: vec![Listen {
            address: loopback,
            tls: None,
            client_certificates: false,
        }],
        admin_listen: Some(loopback),
        workers: 1,
        ..Config::default()
    };
    change(&mut config);
    let plans = plans(&catalog);
    Gateway::start(
        config,
        Arc::new(catalog),
        plans,
        Arc::new(InProcessCounters::default()),
        Caches::default(),
        clock,
    )
    .unwrap()
}

pub fn start(catalog: Catalog) -> Running {
    start_with(catalog, |_| {})
}

/// The API `echo` in front of `upstream`.
pub fn in_front_of(upstream: &Upstream) -> Running {
    start(catalog(vec![api("echo", upstream.address)]))
}

/// A client connection of HTTP/1.1.
pub struct Client(hyper::client::conn::http1::SendRequest<AnyBody>);

impl Client {
    pub async fn connect(gateway: &Running) -> Self {
        let stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .unwrap();
        tokio::spawn(connection.with_upgrades());
        Self(sender)
    }

    pub async fn send(&mut self, request: Request<AnyBody>) -> hyper::Result<Response<Incoming>> {
        soon(self.0.ready()).await?;
        soon(self.0.send_request(request)).await
    }
}

pub fn request(method: &str, path: &str, body: AnyBody) -> Request<AnyBody> {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", "gateway.test")
        .body(body)
        .unwrap()
}

pub fn get(path: &str) -> Request<AnyBody> {
    request("GET", path, full(""))
}

pub async fn body_of(response: Response<Incoming>) -> String {
    let bytes = soon(response.into_body().collect()).await.unwrap().to_bytes();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Status and body of one request on a connection of its own.
pub async fn fetch(gateway: &Running, request: Request<AnyBody>) -> (StatusCode, String) {
    let response = Client::connect(gateway).await.send(request).await.unwrap();
    (response.status(), body_of(response).await)
}

/// Says `text` and returns everything that comes back until the connection is closed.
pub async fn converse(gateway: &Running, text: &str) -> String {
    let mut stream = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    // The gateway may refuse and close before it has read everything.
    let _ = stream.write_all(text.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = soon(stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// An upstream that switches to a protocol `echo`: it says hello and then what it hears.
pub async fn switching() -> Upstream {
    Upstream::serve(|mut stream| async move {
        let head = read_head(&mut stream).await.unwrap().to_lowercase();
        if !(head.contains("connection: upgrade\r\n") && head.contains("upgrade: echo\r\n")) {
            let _ = stream
                .write_all(b"HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\n\r\n")
                .await;
            return;
        }
        let switch = "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\nhello ";
        stream.write_all(switch.as_bytes()).await.unwrap();
        let (mut read, mut write) = stream.split();
        let _ = tokio::io::copy(&mut read, &mut write).await;
    })
    .await
}

/// An API `socket` in front of it.
pub fn socket(upstream: &Upstream) -> Api {
    Api {
        kind: ApiKind::WebSocket,
        ..api("socket", upstream.address)
    }
}

/// A connection that has switched through that API.
pub async fn switch(gateway: &Running) -> TcpStream {
    let mut client = TcpStream::connect(gateway.address().unwrap()).await.unwrap();
    let ask = "GET /socket HTTP/1.1\r\nhost: a\r\nconnection: keep-alive, Upgrade\r\nupgrade: echo\r\n\r\n";
    client.write_all(ask.as_bytes()).await.unwrap();
    let head = soon(read_head(&mut client)).await.unwrap();
    assert!(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"), "{head}");
    assert!(head.to_lowercase().contains("upgrade: echo\r\n"), "{head}");
    client
}
