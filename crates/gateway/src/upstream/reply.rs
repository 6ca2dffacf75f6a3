//! An upstream's answer: its head, and its body, whose end brings the connection back to the pool.
//!
//! Never here: sending.

use crate::body::poll_idle;
use crate::hop_by_hop;
use crate::media_type::is_messages;
use crate::ticker::Alarm;
use crate::upstream::expect::Gate;
use crate::upstream::gather::Gathered;
use crate::upstream::pool::Return;
use bytes::Bytes;
use http::{Response, StatusCode};
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use policy::{Body, BodyError, Reply};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// A request's body on its way, while the request is answered.
pub struct Sent {
    /// Set when all of it has been sent, without which the connection cannot be used again; none where it was there at
    /// once.
    pub complete: Option<Rc<Cell<bool>>>,
    /// What it may wait behind.
    pub gate: Option<Gate>,
}

impl Drop for Sent {
    fn drop(&mut self) {
        self.gate.iter().for_each(Gate::end);
    }
}

/// The answer as policies see it; with `gathers` small chunks are passed on together, but messages never; the answer's
/// body may pause for `idle`, which the alarm tells.
pub fn reply(
    response: Response<Incoming>,
    returning: Return,
    sent: Sent,
    gathers: bool,
    (alarm, idle): (Alarm, Duration),
) -> Reply {
    let (mut parts, incoming) = response.into_parts();
    returning.bear_fruit();
    if parts.status == StatusCode::SWITCHING_PROTOCOLS {
        returning.switch_protocols();
    }
    hop_by_hop::strip_response(&mut parts.headers, parts.status == StatusCode::SWITCHING_PROTOCOLS);
    let reason = parts.extensions.remove::<ReasonPhrase>();
    let reason = reason.map(|reason| String::from_utf8_lossy(reason.as_bytes()).into_owned());
    let mut body = UpstreamBody {
        incoming,
        returning: Some(returning),
        sent,
        alarm,
        idle,
    };
    let body = if body.incoming.is_end_stream() {
        if parts.status != StatusCode::SWITCHING_PROTOCOLS {
            body.end();
        }
        Body::Empty
    } else if gathers && !is_messages(&parts.headers) {
        Body::Stream(Box::pin(Gathered::new(body)))
    } else {
        Body::Stream(Box::pin(body))
    };
    Reply {
        status: parts.status,
        reason,
        headers: parts.headers,
        body,
        extensions: parts.extensions,
    }
}

/// An upstream's body. Dropped before its end, it takes its connection with it, unless the connection has all of the
/// rest already: then it can be used again.
struct UpstreamBody {
    incoming: Incoming,
    returning: Option<Return>,
    sent: Sent,
    alarm: Alarm,
    idle: Duration,
}

impl UpstreamBody {
    fn end(&mut self) {
        let written = self.sent.complete.as_ref().is_none_or(|complete| complete.get());
        if let Some(returning) = self.returning.take()
            && written
        {
            returning.put_back();
        }
    }
}

impl Drop for UpstreamBody {
    fn drop(&mut self) {
        self.end();
    }
}

impl HttpBody for UpstreamBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(context) else {
            ready!(poll_idle(&this.alarm, this.idle, context));
            this.returning = None;
            return Poll::Ready(Some(Err(BodyError::Idle {
                seconds: this.idle.as_secs(),
            })));
        };
        this.alarm.off();
        this.returning.iter().for_each(Return::bear_fruit);
        match frame {
            Some(Err(error)) => {
                this.returning = None;
                Poll::Ready(Some(Err(BodyError::Upstream(error.to_string()))))
            }
            frame => {
                // Nothing comes behind trailers, and whoever has them need not ask.
                let is_last = |frame: &Frame<Bytes>| frame.is_trailers();
                if frame.as_ref().is_none_or(|frame| frame.as_ref().is_ok_and(is_last)) || this.incoming.is_end_stream()
                {
                    this.end();
                }
                Poll::Ready(frame.and_then(Result::ok).map(Ok))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
