//! One listening socket for every peer: HTTP/1.1 and HTTP/2 (by ALPN under TLS, by prior knowledge without), upgrades
//! allowed, one line on standard output when it accepts connections, a clean end on SIGTERM or SIGINT.
//!
//! Never here: what a request is answered with; that is the [`Service`].

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Args;
use http::{Request, Response};
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

use crate::tls;

/// How long answers in progress may take once the program was told to end; hanging ones are cut after it.
const GRACE: Duration = Duration::from_millis(500);

/// The body of every answer. An error in it breaks the connection (HTTP/1.1) or resets the stream (HTTP/2).
pub type Body = BoxBody<Bytes, io::Error>;

/// Where to listen.
#[derive(Args)]
pub struct Listen {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Serve https with this certificate chain and private key
    #[arg(long, num_args = 2, value_names = ["CERT.pem", "KEY.pem"])]
    tls: Option<Vec<PathBuf>>,
}

/// A peer: answers one request.
pub trait Service: Send + Sync + 'static {
    /// The path that the line on standard output names.
    const ENDPOINT: &'static str;

    /// The answer to `request`. Every failure is an answer too.
    fn answer(self: Arc<Self>, request: Request<Incoming>) -> impl Future<Output = Response<Body>> + Send;
}

/// Listens, says so, and answers until the process is told to end.
pub async fn serve(listen: Listen, service: Arc<impl Service>) -> io::Result<()> {
    let acceptor = match listen.tls.as_deref() {
        Some([certificates, key]) => Some(tls::acceptor(certificates, key)?),
        _ => None,
    };
    let listener = TcpListener::bind(listen.listen).await?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    announce(&*service, acceptor.is_some(), listener.local_addr()?);

    let shutdown = GracefulShutdown::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    tokio::spawn(connection(stream, acceptor.clone(), Arc::clone(&service), shutdown.watcher()));
                }
                // Out of file descriptors, most likely: the ones in use come back.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    drop(listener);
    // Whether all ended in time or not, the process ends now.
    let _ = tokio::time::timeout(GRACE, shutdown.shutdown()).await;
    Ok(())
}

fn announce<S: Service>(_: &S, secure: bool, address: SocketAddr) {
    let scheme = if secure { "https" } else { "http" };
    println!("listening on {scheme}://{address}{}", S::ENDPOINT);
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, service: Arc<impl Service>, watcher: Watcher) {
    // Small answers (events, JSON-RPC) must not wait for an acknowledgement.
    let _ = stream.set_nodelay(true);
    match acceptor {
        None => exchange(stream, service, watcher).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                exchange(stream, service, watcher).await;
            }
        }
    }
}

async fn exchange<Io>(stream: Io, service: Arc<impl Service>, watcher: Watcher)
where
    Io: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let answers = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), answers);
    // A connection that breaks is the client's news, or the fault that was asked for.
    let _ = watcher.watch(connection).await;
}
