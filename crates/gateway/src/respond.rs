//! Responses on their way to the client, and the bodies that the gateway makes itself.
//!
//! Never here: responses of policies, status codes of upstreams.

use crate::body::Outgoing;
use crate::visit::InFlight;
use bytes::Bytes;
use http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TRANSFER_ENCODING, UPGRADE};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::ext::ReasonPhrase;
use policy::{BodyError, ResponseMessage};
use std::pin::Pin;
use std::task::{Context, Poll};

/// A response as a connection sends it.
pub type Answer = Response<AnswerBody>;

/// A response's body; its end ends the exchange.
pub struct AnswerBody {
    outgoing: Outgoing,
    in_flight: Option<InFlight>,
    /// Why it breaks off, while the connection sends what came before, the head at least: told at once, it would be all
    /// that the connection looks at.
    failure: Option<BodyError>,
}

impl AnswerBody {
    /// A body whose end is the end of `in_flight`.
    pub fn new(outgoing: Outgoing, in_flight: Option<InFlight>) -> Self {
        in_flight.iter().for_each(InFlight::hand_over);
        Self {
            outgoing,
            in_flight,
            failure: None,
        }
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        this.in_flight.iter().for_each(InFlight::take);
        if let Some(failure) = this.failure.take() {
            return Poll::Ready(Some(Err(failure)));
        }
        let polled = Pin::new(&mut this.outgoing).poll_frame(context);
        if let Poll::Ready(Some(Err(failure))) = polled {
            this.failure = Some(failure);
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        if polled.is_ready() {
            this.in_flight.iter().for_each(InFlight::hand_over);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.outgoing.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.outgoing.size_hint()
    }
}

/// A request that never became an exchange.
pub struct Refusal {
    /// Status.
    pub status: StatusCode,
    /// What the client is told.
    pub message: &'static str,
}

impl Refusal {
    /// Refuses with this status.
    pub fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message }
    }

    /// The response; the connection is closed behind it, since what follows on it cannot be trusted.
    pub fn response(self) -> ResponseMessage {
        let mut headers = json();
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        let body = format!(
            "{{ \"statusCode\": {}, \"message\": \"{}\" }}",
            self.status.as_u16(),
            self.message
        );
        ResponseMessage {
            status: self.status,
            headers,
            body: policy::Body::Buffered(expression::body::MessageBody::new(body)),
            ..ResponseMessage::default()
        }
    }
}

/// The headers of a body in JSON.
pub fn json() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

/// What the connection sends of a response: framing is the connection's own, so that no header splits a message.
pub fn head(mut message: ResponseMessage, in_flight: Option<InFlight>, is_head: bool) -> Answer {
    let trailers = message.extensions.remove();
    let outgoing = Outgoing::of(std::mem::take(&mut message.body)).with_trailers(trailers);
    let headers = &mut message.headers;
    headers.remove(TRANSFER_ENCODING);
    match outgoing.size_hint().exact() {
        // The answer to HEAD and a 304 say how long the body would have been.
        Some(0) if is_head || message.status == StatusCode::NOT_MODIFIED => {}
        _ => {
            headers.remove(CONTENT_LENGTH);
        }
    }
    if message.status != StatusCode::SWITCHING_PROTOCOLS {
        headers.remove(UPGRADE);
    }
    let outgoing = if is_head { Outgoing::Empty } else { outgoing };
    let mut response = Response::new(AnswerBody::new(outgoing, in_flight));
    *response.status_mut() = message.status;
    *response.headers_mut() = message.headers;
    *response.extensions_mut() = message.extensions;
    // The writer of heads has words of its own, and some for a status without any.
    let standard = policy::reason::standard(message.status);
    let reason = message.reason.as_deref().unwrap_or(standard);
    if message.status.canonical_reason() != Some(reason)
        && let Ok(reason) = ReasonPhrase::try_from(reason.as_bytes())
    {
        response.extensions_mut().insert(reason);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::StreamBody;
    use std::task::Waker;

    struct Broken;

    impl HttpBody for Broken {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
            Poll::Ready(Some(Err(BodyError::Upstream("reset".to_owned()))))
        }
    }

    #[test]
    fn a_failure_waits_until_the_connection_has_sent_what_came_before() {
        let stream: StreamBody = Box::pin(Broken);
        let mut body = AnswerBody::new(Outgoing::stream(stream), None);
        let mut context = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut body).poll_frame(&mut context).is_pending());
        let told = Pin::new(&mut body).poll_frame(&mut context);
        assert!(matches!(told, Poll::Ready(Some(Err(BodyError::Upstream(_))))));
    }
}
