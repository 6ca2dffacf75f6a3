//! Pages about the gateway itself: status for probes, metrics for scrapers, traces of requests.
//!
//! The status page answers on every listener, as APIM's self-hosted gateway does; metrics only on the operator's own.
//! Never here: management of APIs.

mod tracing_pages;

use crate::body::Outgoing;
use crate::debug::Tracing;
use crate::metrics::Metrics;
use crate::respond::{self, AnswerBody};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use policy::{Clock, ResponseMessage};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Whether a path is the status page's: APIM's own, and the form of it that a part of its documentation prints.
pub fn is_status(path: &str) -> bool {
    matches!(path, "/status-0123456789abcdef" | "/status-012345678990abcdef")
}

/// The status page.
pub fn status() -> ResponseMessage {
    page("text/plain; charset=utf-8", "Service Operational")
}

fn page(content_type: &'static str, text: impl Into<bytes::Bytes>) -> ResponseMessage {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    let body = policy::Body::Buffered(expression::body::MessageBody::new(text));
    ResponseMessage {
        status: StatusCode::OK,
        headers,
        body,
        ..ResponseMessage::default()
    }
}

/// How long a client may take to ask, and then to take the answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the operator's pages show.
#[derive(Clone)]
pub struct Operator {
    /// All counters.
    pub metrics: Arc<Metrics>,
    /// Traces of requests; none: there is no tracing.
    pub tracing: Option<Arc<Tracing>>,
    /// Now.
    pub clock: Arc<dyn Clock>,
}

/// Serves the operator's pages on a thread with a local task set.
pub async fn serve(listener: TcpListener, operator: Operator) {
    // A scraper needs a few connections, not all of them.
    let room = Arc::new(Semaphore::new(64));
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let operator = operator.clone();
        tokio::task::spawn_local(async move {
            let service = service_fn(move |request| {
                let operator = operator.clone();
                async move { Ok::<_, Infallible>(answer(request, &operator).await) }
            });
            let mut builder = hyper::server::conn::http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                // A scraper that stays must not keep others out.
                .keep_alive(false)
                .header_read_timeout(PATIENCE);
            let served = builder.serve_connection(TokioIo::new(stream), service);
            let served = tokio::time::timeout(PATIENCE * 2, served).await;
            drop((served, permit));
        });
    }
}

async fn answer(request: Request<Incoming>, operator: &Operator) -> Response<AnswerBody> {
    let is_head = request.method() == Method::HEAD;
    let message = match request.uri().path() {
        _ if request.method() == Method::POST => match &operator.tracing {
            Some(tracing) => tracing_pages::answer(request, tracing, operator.clock.ticks()).await,
            None => None,
        },
        _ if !is_head && request.method() != Method::GET => None,
        path if is_status(path) => Some(status()),
        "/metrics" => Some(page(
            "text/plain; version=0.0.4; charset=utf-8",
            operator.metrics.text(),
        )),
        _ => None,
    };
    if let Some(message) = message {
        respond::head(message, None, is_head)
    } else {
        let mut response = Response::new(AnswerBody::new(Outgoing::Empty, None));
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }
}
