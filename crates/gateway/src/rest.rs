//! The rest of a request's body that nobody wanted: read and thrown away, so that the connection can serve again.
//!
//! A refusal leaves before the body has come. Were the connection closed then, the client's next request on it would be
//! lost. What does not come in a moment is not waited for: then the connection is told that it closes upon a client that
//! still sends.
//! Never here: bodies that somebody wants.

use crate::watched::Traffic;
use bytes::Bytes;
use http::header::EXPECT;
use http::{HeaderMap, Request};
use http_body::{Body as HttpBody, Frame, SizeHint};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::time::{Sleep, sleep};

/// Bytes of a rest that are read; the connection is closed for the sake of more.
const MOST: u64 = 256 << 10;

/// How long a rest may take to come.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a connection finds the rest of its request's body.
pub struct Rest<B> {
    left: RefCell<Option<Left<B>>>,
    /// Who reads it.
    reader: Cell<Option<Waker>>,
    /// Whether the client waits to be asked for the body of its request.
    waits: Cell<bool>,
    /// Of the connection.
    traffic: Arc<Traffic>,
}

struct Left<B> {
    body: B,
    read: u64,
    /// When it is given up; set when it is first looked at.
    ends: Option<Pin<Box<Sleep>>>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> Rest<B> {
    /// For the requests of a connection.
    pub fn new(traffic: Arc<Traffic>) -> Self {
        Self {
            left: RefCell::new(None),
            reader: Cell::new(None),
            waits: Cell::new(false),
            traffic,
        }
    }

    /// The request with a body whose rest comes here, unless the client waits to be asked for it.
    pub fn of(self: &Rc<Self>, request: Request<B>) -> Request<Whole<B>> {
        let waits = asks_first(request.headers()) && !request.body().is_end_stream();
        self.waits.set(waits);
        request.map(|body| Whole {
            body: Some(body),
            rest: Some(Rc::clone(self)),
        })
    }

    /// Whether the client has not been asked for the body that it holds back: what comes next may be that or another
    /// request (RFC 9110, section 10.1.1), so that the connection must end.
    pub fn is_waited_for(&self) -> bool {
        self.waits.get()
    }

    /// Reads what is there; whether something was.
    pub fn poll(&self, context: &mut Context<'_>) -> bool {
        self.reader.set(Some(context.waker().clone()));
        let mut place = self.left.borrow_mut();
        let Some(left) = place.as_mut() else { return false };
        let mut has_read = false;
        while let Poll::Ready(frame) = Pin::new(&mut left.body).poll_frame(context) {
            has_read = true;
            let length = match &frame {
                Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len) as u64,
                Some(Err(_)) | None => 0,
            };
            left.read = left.read.saturating_add(length);
            let is_over = left.body.is_end_stream() || !matches!(frame, Some(Ok(_)));
            if is_over || left.read >= MOST {
                *place = None;
                if !is_over {
                    self.traffic.cut_off();
                }
                return has_read;
            }
        }
        let ends = left.ends.get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
        if ends.as_mut().poll(context).is_ready() {
            *place = None;
            self.traffic.cut_off();
        }
        has_read
    }

    fn put(&self, body: B) {
        *self.left.borrow_mut() = Some(Left {
            body,
            read: 0,
            ends: None,
        });
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }
}

fn asks_first(headers: &HeaderMap) -> bool {
    headers.contains_key(EXPECT)
}

/// A body that, dropped before its end, leaves its rest to the connection.
pub struct Whole<B: HttpBody<Data = Bytes> + Unpin> {
    /// There until it is dropped.
    body: Option<B>,
    /// Where the rest goes; none once the body has failed.
    rest: Option<Rc<Rest<B>>>,
}

impl<B: HttpBody<Data = Bytes> + Unpin> HttpBody for Whole<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.get_mut();
        let Some(body) = this.body.as_mut() else {
            return Poll::Ready(None);
        };
        this.rest.iter().for_each(|rest| rest.waits.set(false));
        let frame = Pin::new(body).poll_frame(context);
        if matches!(frame, Poll::Ready(None | Some(Err(_)))) {
            this.rest = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(SizeHint::default, HttpBody::size_hint)
    }
}

impl<B: HttpBody<Data = Bytes> + Unpin> Drop for Whole<B> {
    fn drop(&mut self) {
        let (Some(body), Some(rest)) = (self.body.take(), self.rest.take()) else {
            return;
        };
        if body.is_end_stream() {
            return;
        }
        // A client that was not asked may send its body all the same.
        if !rest.waits.get() && body.size_hint().lower() <= MOST {
            rest.put(body);
        } else {
            rest.traffic.cut_off();
        }
    }
}
