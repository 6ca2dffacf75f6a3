//! Bodies on a connection: what arrives, under limits and deadlines, and what is sent.
//!
//! Bytes are passed on in the stretches in which they came, one at a time, so that a slow reader slows the writer.
//! Never here: buffering for policies, event streams.

use crate::ticker::Alarm;
use crate::watched::Traffic;
use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body as HttpBody, Frame, SizeHint};
use hyper::body::Incoming;
use policy::{Body, BodyError, StreamBody, Trailers};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Why a client's body ended early, for whoever handed it on.
#[derive(Default)]
pub struct Progress {
    failure: RefCell<Option<BodyError>>,
}

impl Progress {
    /// Why it ended early.
    pub fn failure(&self) -> Option<BodyError> {
        self.failure.borrow().clone()
    }
}

/// A client's body.
pub struct ClientBody<B = Incoming> {
    incoming: B,
    alarm: Alarm,
    idle: Duration,
    limit: Option<u64>,
    passed: u64,
    progress: Rc<Progress>,
    traffic: Arc<Traffic>,
}

impl<B> ClientBody<B> {
    /// The body of a request, to be refused when it grows beyond `limit` or nothing comes for `idle`.
    pub fn new(
        incoming: B,
        (alarm, idle): (Alarm, Duration),
        limit: Option<u64>,
        progress: Rc<Progress>,
        traffic: Arc<Traffic>,
    ) -> Self {
        Self {
            incoming,
            alarm,
            idle,
            limit,
            passed: 0,
            progress,
            traffic,
        }
    }

    fn fail(&self, error: BodyError) -> BodyError {
        *self.progress.failure.borrow_mut() = Some(error.clone());
        error
    }

    fn count(&mut self, frame: &Frame<Bytes>) -> Result<(), BodyError> {
        self.passed += frame.data_ref().map_or(0, |bytes| bytes.len() as u64);
        match self.limit {
            Some(limit) if self.passed > limit => Err(self.fail(BodyError::TooLarge { limit })),
            _ => Ok(()),
        }
    }
}

impl<B: HttpBody<Data = Bytes, Error: Display> + Unpin> HttpBody for ClientBody<B> {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        let Poll::Ready(frame) = Pin::new(&mut this.incoming).poll_frame(context) else {
            ready!(poll_idle(&this.alarm, this.idle, context));
            return Poll::Ready(Some(Err(this.fail(BodyError::Idle {
                seconds: this.idle.as_secs(),
            }))));
        };
        this.alarm.off();
        this.traffic.bear_fruit();
        Poll::Ready(frame.map(|frame| match frame {
            Ok(frame) => this.count(&frame).map(|()| frame),
            Err(error) => Err(this.fail(BodyError::Client(error.to_string()))),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// Ready when nothing has come for `idle` since the alarm was last switched off.
pub fn poll_idle(alarm: &Alarm, idle: Duration, context: &mut Context<'_>) -> Poll<()> {
    if !alarm.is_set() {
        alarm.set(idle);
    }
    alarm.poll(context)
}

/// A body as a connection sends it.
#[derive(Default)]
pub enum Outgoing {
    /// Nothing.
    #[default]
    Empty,
    /// All of it at once.
    Full(Bytes),
    /// All of it at once, then trailers.
    Trailed(Bytes, Option<HeaderMap>),
    /// As it comes.
    Stream {
        /// Where it comes from.
        stream: StreamBody,
        /// Set when all of it has been handed on, for whoever must know.
        complete: Option<Rc<Cell<bool>>>,
    },
}

impl Outgoing {
    /// What a pipeline left as a message's body.
    pub fn of(body: Body) -> Self {
        match body {
            Body::Empty => Self::Empty,
            Body::Buffered(message) => Self::from(message.bytes().clone()),
            Body::Stream(stream) => Self::stream(stream),
            Body::Answer(stream) => Self::stream(stream.finish(None)),
            Body::Answered(message, stream) => Self::stream(stream.finish(Some(message.bytes().clone()))),
        }
    }

    /// What flows by.
    pub fn stream(stream: StreamBody) -> Self {
        Self::Stream { stream, complete: None }
    }

    /// With the trailers that were kept; a body that flows brings its own.
    pub fn with_trailers(self, trailers: Option<Trailers>) -> Self {
        match (self, trailers) {
            (Self::Empty, Some(Trailers(trailers))) => Self::Trailed(Bytes::new(), Some(trailers)),
            (Self::Full(bytes), Some(Trailers(trailers))) => Self::Trailed(bytes, Some(trailers)),
            (body, _) => body,
        }
    }

    /// The same body once more, for a second attempt; `None` when its bytes flow by.
    pub fn replay(&self) -> Option<Self> {
        match self {
            Self::Empty => Some(Self::Empty),
            Self::Full(bytes) => Some(Self::Full(bytes.clone())),
            Self::Trailed(bytes, trailers) => Some(Self::Trailed(bytes.clone(), trailers.clone())),
            Self::Stream { .. } => None,
        }
    }
}

impl From<Bytes> for Outgoing {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Full(bytes)
        }
    }
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Trailed(bytes, trailers) => {
                let frame = if bytes.is_empty() {
                    trailers.take().map(Frame::trailers)
                } else {
                    Some(Frame::data(std::mem::take(bytes)))
                };
                Poll::Ready(frame.map(Ok))
            }
            Self::Stream { stream, complete } => {
                let frame = ready!(stream.as_mut().poll_frame(context));
                if (frame.is_none() || stream.is_end_stream())
                    && let Some(complete) = complete
                {
                    complete.set(true);
                }
                Poll::Ready(frame)
            }
            full @ Self::Full(_) => {
                let Self::Full(bytes) = std::mem::take(full) else {
                    return Poll::Ready(None);
                };
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Full(_) => false,
            Self::Trailed(bytes, trailers) => bytes.is_empty() && trailers.is_none(),
            Self::Stream { stream, .. } => stream.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            // A length would be the end of the message in HTTP/1.1, and nothing could come behind it.
            Self::Trailed(bytes, _) => {
                let mut hint = SizeHint::new();
                hint.set_lower(bytes.len() as u64);
                hint
            }
            Self::Stream { stream, .. } => stream.size_hint(),
        }
    }
}
