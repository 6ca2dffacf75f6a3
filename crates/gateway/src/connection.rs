//! One client connection from its first byte to its end: TLS, HTTP/1.1 or HTTP/2, deadlines, draining.
//!
//! Never here: what a request means.

use crate::config::Timeouts;
use crate::forwarded::Peer;
use crate::local::Local;
use crate::rest::Rest;
use crate::server;
use crate::stream::Stream;
use crate::ticker::Alarm;
use crate::visit::{Open, Visit};
use crate::watched::{Traffic, Watched};
use crate::worker::Worker;
use expression::certificate::Certificate;
use http::HeaderValue;
use http::header::CONNECTION;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::CertificateDer;
use std::cell::Cell;
use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

/// A socket that was accepted.
pub struct Accepted {
    /// The connection.
    pub stream: std::net::TcpStream,
    /// The client's address.
    pub peer: SocketAddr,
    /// TLS, when the listener speaks it.
    pub tls: Option<TlsAcceptor>,
    /// Whether the listener can be reached from this machine alone.
    pub loopback: bool,
    /// Its place among the open connections.
    pub open: Open,
}

/// What an HTTP/2 client that needs no negotiation says first (RFC 9113, section 3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// How often an HTTP/2 client is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(30);

/// Bytes that an HTTP/2 client may send ahead on all streams of a connection.
const WINDOW: u32 = 1 << 20;

/// Serves a connection.
pub async fn serve(worker: Rc<Worker>, accepted: Accepted) {
    let Accepted {
        stream,
        peer,
        tls,
        loopback,
        open,
    } = accepted;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let opening = async {
        let stream = TcpStream::from_std(stream).ok()?;
        if let Some(acceptor) = tls {
            let stream = acceptor.accept(stream).await.ok()?;
            let stream = Stream::Tls(Box::new(stream.into()));
            let http2 = stream.is_http2();
            Some((stream, http2))
        } else {
            let http2 = begins_with_preface(&stream).await?;
            Some((Stream::Plain(stream), http2))
        }
    };
    let alarm = worker.ticker.alarm();
    let opened = tokio::select! {
        opened = alarm.limit(first_byte(&worker), opening) => opened.flatten(),
        () = worker.draining.notified() => None,
    };
    let Some((stream, http2)) = opened else { return };
    let traffic = Arc::new(Traffic::default());
    let certificate = shown(stream.client_certificates());
    let visit = Rc::new(Visit {
        peer: Peer::new(peer.ip(), scheme, &worker.settings.trusted_proxies),
        certificate: certificate.map(Arc::new),
        loopback,
        traffic: Arc::clone(&traffic),
        begun: Cell::new(0),
        in_flight: Cell::new(0),
        untaken: Cell::new(0),
        taken: Cell::new(0),
        open,
    });
    let io = TokioIo::new(Watched::new(stream, traffic));
    let deadlines = Deadlines::new(&worker, &visit, http2);
    if http2 {
        serve_http2(worker, visit, io, deadlines).await;
    } else {
        serve_http1(worker, visit, io, deadlines).await;
    }
}

/// Certificates that are kept of those that a client shows with its own.
const LONGEST_CHAIN: usize = 10;

fn shown(certificates: &[CertificateDer<'_>]) -> Option<Certificate> {
    let (own, others) = certificates.split_first()?;
    let mut certificate = Certificate::parse(own)?;
    let others = others.iter().take(LONGEST_CHAIN);
    certificate.chain = others.map(|other| other.to_vec()).collect();
    Some(certificate)
}

/// A client that says nothing at all is as idle as one between two requests; TLS must be quick.
fn first_byte(worker: &Worker) -> Duration {
    worker.settings.timeouts.idle.min(worker.settings.timeouts.head * 2)
}

async fn serve_http1(worker: Rc<Worker>, visit: Rc<Visit>, io: TokioIo<Watched>, deadlines: Deadlines) {
    let limits = worker.settings.limits;
    let traffic = Arc::clone(&visit.traffic);
    let rest = Rc::new(Rest::<Incoming>::new(Arc::clone(&traffic)));
    let service = service_fn({
        let (worker, rest) = (Rc::clone(&worker), Rc::clone(&rest));
        move |request| {
            let answer = server::answer(Rc::clone(&worker), Rc::clone(&visit), rest.of(request));
            let rest = Rc::clone(&rest);
            async move {
                let mut answer = answer.await;
                if rest.is_waited_for() {
                    answer
                        .headers_mut()
                        .insert(CONNECTION, HeaderValue::from_static("close"));
                }
                Ok::<_, Infallible>(answer)
            }
        }
    });
    // hyper's least is 8 KiB. A head that fills the buffer is refused like one that is too large.
    let buffer = limits.head_bytes.max(8 << 10);
    traffic.expect_fruit(buffer);
    traffic.bear_with_ends();
    let mut builder = http1::Builder::new();
    builder
        .header_read_timeout(None)
        // Names of headers are written as the backend wrote them, the gateway's own as is usual.
        .title_case_headers(true)
        .max_headers(limits.headers)
        .max_header_size(limits.head_bytes)
        .max_buf_size(buffer);
    let connection = builder.serve_connection(io, service).with_upgrades();
    let read_rest = move |context: &mut Context<'_>| {
        if rest.poll(context) {
            traffic.pass();
        }
    };
    drive(&worker, connection, deadlines, read_rest, |connection| {
        connection.graceful_shutdown();
    })
    .await;
}

async fn serve_http2(worker: Rc<Worker>, visit: Rc<Visit>, io: TokioIo<Watched>, deadlines: Deadlines) {
    let limits = worker.settings.limits;
    let service = service_fn({
        let worker = Rc::clone(&worker);
        move |request| {
            let answer = server::answer(Rc::clone(&worker), Rc::clone(&visit), request);
            async { Ok::<_, Infallible>(answer.await) }
        }
    });
    let mut builder = http2::Builder::new(Local);
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.head_bytes).unwrap_or(u32::MAX))
        // A client that is gone without a word must not keep its streams.
        .keep_alive_interval(KEEP_ALIVE)
        // What a client may send ahead of whoever reads it; windows that grow with the line's speed grow to 16 times.
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW);
    let connection = builder.serve_connection(io, service);
    drive(
        &worker,
        connection,
        deadlines,
        |_| {},
        |connection| {
            connection.graceful_shutdown();
        },
    )
    .await;
}

/// Polls a connection until it ends, its deadline passes, or the gateway stops and it has nothing left to do.
async fn drive<C, E>(
    worker: &Worker,
    connection: C,
    mut deadlines: Deadlines,
    read_rest: impl Fn(&mut Context<'_>),
    drain: fn(Pin<&mut C>),
) where
    C: Future<Output = Result<(), E>>,
{
    let mut connection = pin!(connection);
    let mut draining = pin!(worker.draining.notified());
    let mut told = false;
    poll_fn(|context| {
        if !told && (worker.is_draining.get() || draining.as_mut().poll(context).is_ready()) {
            told = true;
            drain(connection.as_mut());
        }
        if connection.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        read_rest(context);
        deadlines.poll(context)
    })
    .await;
}

/// What a connection waits for, and until when.
struct Deadlines {
    alarm: Alarm,
    visit: Rc<Visit>,
    timeouts: Timeouts,
    http2: bool,
    waits: Option<Wait>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// A request is under way; bodies have deadlines of their own.
    Request,
    /// The client takes no bytes, after it took some this many times.
    Writing(u64),
    /// The head of a request has begun to come, after this many.
    Head(u64),
    /// Nothing has come since this many requests.
    Idle(u64),
}

impl Deadlines {
    fn new(worker: &Worker, visit: &Rc<Visit>, http2: bool) -> Self {
        let (visit, timeouts) = (Rc::clone(visit), worker.settings.timeouts);
        Self {
            alarm: worker.ticker.alarm(),
            visit,
            timeouts,
            http2,
            waits: None,
        }
    }

    /// Ready when the connection's time is over.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        self.follow();
        ready!(self.alarm.poll(context));
        if self.waits != Some(Wait::Request) {
            return Poll::Ready(());
        }
        self.alarm.set(self.timeouts.write_stall);
        self.alarm.poll(context)
    }

    /// Sets the alarm anew when what is waited for has changed.
    fn follow(&mut self) {
        let wait = if let Some(taken) = self.visit.traffic.write_blocked() {
            Wait::Writing(taken)
        } else if self.http2 && self.visit.untaken.get() > 0 {
            // A client's windows may be closed while its connection is open.
            Wait::Writing(self.visit.taken.get())
        } else if self.visit.in_flight.get() > 0 {
            Wait::Request
        } else if self.visit.traffic.has_read() && !self.http2 {
            Wait::Head(self.visit.begun.get())
        } else {
            Wait::Idle(self.visit.begun.get())
        };
        if self.waits.replace(wait) == Some(wait) {
            return;
        }
        match wait {
            // A stream may come to wait for the client while its connection sleeps: it looks again from time to time.
            Wait::Request if self.http2 => self.alarm.set(self.timeouts.write_stall),
            Wait::Request => self.alarm.off(),
            Wait::Writing(_) => self.alarm.set(self.timeouts.write_stall),
            Wait::Head(_) => self.alarm.set(self.timeouts.head),
            Wait::Idle(_) => self.alarm.set(self.timeouts.idle),
        }
    }
}

/// Whether the client speaks HTTP/2 without TLS; `None` when it goes away before it says anything.
async fn begins_with_preface(stream: &TcpStream) -> Option<bool> {
    let mut buffer = [0; PREFACE.len()];
    let mut patience = Duration::from_millis(5);
    loop {
        let length = stream.peek(&mut buffer).await.ok()?;
        let begun = buffer.get(..length).filter(|bytes| !bytes.is_empty())?;
        if !PREFACE.starts_with(begun) {
            return Some(false);
        }
        if length == PREFACE.len() {
            return Some(true);
        }
        // What has been peeked at stays readable, so there is nothing to wait on but time.
        tokio::time::sleep(patience).await;
        patience = (patience * 2).min(Duration::from_secs(1));
    }
}
