//! `Expect: 100-continue` (RFC 9110, section 10.1.1): the body waits until the upstream wants it.
//!
//! The client's own wait ends by itself: its `100 Continue` is sent when its body is first asked for. After an answer
//! without one it is asked for no more: what comes next on the client's connection need not be that body.
//! Never here: other informational responses.

use crate::body::Outgoing;
use crate::ticker::{Alarm, Ticker};
use bytes::Bytes;
use http::Request;
use http::header::EXPECT;
use http_body::{Body as HttpBody, Frame, SizeHint};
use policy::{BodyError, Call, StreamBody};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

/// How long the body waits for an upstream that does not know `100 Continue`.
const PATIENCE: Duration = Duration::from_secs(1);

/// Opened by the upstream's `100 Continue`, closed for good by an answer.
#[derive(Clone, Default)]
pub struct Gate(Arc<State>);

#[derive(Default)]
struct State {
    open: AtomicBool,
    answered: AtomicBool,
    ended: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Gate {
    /// Opens when the answer to `request` begins with `100 Continue`.
    pub fn attach(self, request: &mut Request<Outgoing>) {
        hyper::ext::on_informational(request, move |response| {
            if response.status() == http::StatusCode::CONTINUE {
                self.happens(&self.0.open);
            }
        });
    }

    /// The answer has begun.
    pub fn answer(&self) {
        self.happens(&self.0.answered);
    }

    /// The answer has ended: the connection is of no more use.
    pub fn end(&self) {
        self.happens(&self.0.ended);
    }

    fn happens(&self, event: &AtomicBool) {
        event.store(true, Ordering::Release);
        let waker = self.0.waker.lock().unwrap_or_else(PoisonError::into_inner).take();
        waker.into_iter().for_each(Waker::wake);
    }

    /// Whoever asks is told of what happens next.
    fn listen(&self, context: &Context<'_>) -> &State {
        *self.0.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(context.waker().clone());
        &self.0
    }
}

/// Holds a streamed body back when its request expects `100 Continue`.
pub fn gate(call: &Call, body: &mut Outgoing, ticker: &Rc<Ticker>) -> Option<Gate> {
    let expects = call
        .headers
        .get(EXPECT)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    let Outgoing::Stream { stream, .. } = body else {
        return None;
    };
    if !expects {
        return None;
    }
    let gate = Gate::default();
    let alarm = ticker.alarm();
    alarm.set(call.continue_timeout.unwrap_or(PATIENCE));
    let held: StreamBody = std::mem::replace(stream, Box::pin(Outgoing::Empty));
    *stream = Box::pin(Held {
        stream: held,
        gate: Some((gate.clone(), alarm)),
    });
    Some(gate)
}

/// A body behind a gate.
struct Held {
    stream: StreamBody,
    gate: Option<(Gate, Alarm)>,
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Some((gate, alarm)) = self.gate.as_ref() {
            let state = gate.listen(context);
            let is_open = state.open.load(Ordering::Acquire);
            if !is_open && state.answered.load(Ordering::Acquire) {
                let has_ended = state.ended.load(Ordering::Acquire);
                self.stream = Box::pin(Outgoing::Empty);
                if !has_ended {
                    return Poll::Pending;
                }
                let message = "the server has answered without asking for it".to_owned();
                return Poll::Ready(Some(Err(BodyError::Client(message))));
            }
            if !is_open {
                ready!(alarm.poll(context));
            }
            self.gate = None;
        }
        self.stream.as_mut().poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.stream.size_hint()
    }
}
