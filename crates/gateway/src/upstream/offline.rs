//! Upstreams that are no servers: requests are answered within the process, by whoever tests policies.
//!
//! Redirects, hop-by-hop headers, framing, deadlines and messages of MCP are those of real upstreams. Never here: what
//! is answered.

use super::{frame, redirect};
use crate::body::Outgoing;
use crate::hop_by_hop;
use crate::mcp;
use bytes::{Bytes, BytesMut};
use http::header::{HOST, HeaderValue};
use http::{Request, Response};
use http_body::Body as HttpBody;
use hyper::ext::ReasonPhrase;
use policy::{Body, BodyError, Call, LocalFuture, Reply, Runtime, StreamBody, Upstream, UpstreamFailure};
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::Poll;

/// Answers requests in the place of servers.
pub trait Servers {
    /// The answer to a request with an absolute URL, as its server would see it.
    fn answer(&self, request: Request<Bytes>) -> LocalFuture<'_, Result<Response<StreamBody>, UpstreamFailure>>;
}

/// Upstreams within the process.
pub struct OfflineClient {
    servers: Rc<dyn Servers>,
    runtime: Rc<dyn Runtime>,
}

impl OfflineClient {
    /// Has `servers` answer; deadlines are those of `runtime`.
    pub fn new(servers: Rc<dyn Servers>, runtime: Rc<dyn Runtime>) -> Self {
        Self { servers, runtime }
    }

    async fn send_message(&self, mut call: Call) -> Result<Reply, UpstreamFailure> {
        let awaited = mcp::awaited(&mut call);
        let opening = call.extensions.remove::<mcp::Opening>();
        let reply = self.send_once(call).await?;
        mcp::with_answer(reply, awaited, opening)
    }

    async fn send_once(&self, mut call: Call) -> Result<Reply, UpstreamFailure> {
        let body = Outgoing::of(std::mem::take(&mut call.body));
        hop_by_hop::strip_request(&mut call.headers);
        frame(&call.method, &mut call.headers, &body);
        if !call.headers.contains_key(HOST)
            && let Some(host) = call.url.authority()
            && let Ok(host) = HeaderValue::from_str(host.as_str())
        {
            call.headers.insert(HOST, host);
        }
        let body = whole(body).await.map_err(|error| match error {
            BodyError::TooLarge { limit } => UpstreamFailure::TooLarge(limit),
            other => UpstreamFailure::Client(other.to_string()),
        })?;
        let mut request = Request::new(body);
        *request.method_mut() = call.method;
        *request.uri_mut() = call.url;
        *request.headers_mut() = call.headers;
        // What a server would see of the connection.
        request.extensions_mut().insert(call.connection);
        let (mut head, body) = self.servers.answer(request).await?.into_parts();
        hop_by_hop::strip_response(&mut head.headers, false);
        let reason = head.extensions.remove::<ReasonPhrase>();
        Ok(Reply {
            status: head.status,
            reason: reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned()),
            headers: head.headers,
            body: if body.is_end_stream() {
                Body::Empty
            } else {
                Body::Stream(body)
            },
            extensions: head.extensions,
        })
    }
}

impl Upstream for OfflineClient {
    fn send(&self, call: Call) -> LocalFuture<'_, Result<Reply, UpstreamFailure>> {
        let timeout = call.timeout;
        let mut answer: LocalFuture<'_, _> = if call.wants_answer {
            Box::pin(self.send_message(call))
        } else if call.follow_redirects {
            Box::pin(redirect::follow(|call| self.send_once(call), call))
        } else {
            Box::pin(self.send_once(call))
        };
        Box::pin(async move {
            let mut over = self.runtime.sleep(timeout);
            poll_fn(|context| match answer.as_mut().poll(context) {
                Poll::Ready(answer) => Poll::Ready(answer),
                Poll::Pending => over
                    .as_mut()
                    .poll(context)
                    .map(|()| Err(UpstreamFailure::Timeout(timeout))),
            })
            .await
        })
    }
}

/// All bytes of a body.
pub async fn whole(body: impl HttpBody<Data = Bytes, Error = BodyError>) -> Result<Bytes, BodyError> {
    let mut body = pin!(body);
    let mut bytes = BytesMut::new();
    while let Some(frame) = poll_fn(|context| Pin::as_mut(&mut body).poll_frame(context)).await {
        if let Ok(data) = frame?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}
