//! Taking a body in as far as it may be kept; one that is too large flows on as if nobody had looked.

use crate::body::{BodyError, StreamBody};
use crate::buffer::failure;
use crate::failure::Failure;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

/// What came of it.
pub(super) enum Gathered {
    /// All of the body.
    Whole(Bytes),
    /// The body from its beginning: it is larger than allowed, or has trailers.
    More(StreamBody),
}

/// Takes in at most about `limit` bytes.
pub(super) async fn gather(mut stream: StreamBody, limit: usize) -> Result<Gathered, Failure> {
    let mut begun = VecDeque::new();
    let mut bytes = 0;
    loop {
        if bytes > limit {
            return Ok(more(begun, stream));
        }
        let Some(frame) = poll_fn(|context| stream.as_mut().poll_frame(context)).await else {
            return Ok(Gathered::Whole(join(begun, bytes)));
        };
        let frame = frame.map_err(|error| failure(&error))?;
        let Some(data) = frame.data_ref() else {
            begun.push_back(frame);
            return Ok(more(begun, stream));
        };
        bytes += data.len();
        begun.push_back(frame);
    }
}

fn more(begun: VecDeque<Frame<Bytes>>, rest: StreamBody) -> Gathered {
    Gathered::More(Box::pin(Resumed { begun, rest }))
}

fn join(frames: VecDeque<Frame<Bytes>>, length: usize) -> Bytes {
    let mut chunks = frames.into_iter().filter_map(|frame| frame.into_data().ok());
    let first = chunks.next().unwrap_or_default();
    // Most bodies are one chunk, which needs no copy.
    if first.len() == length {
        return first;
    }
    let mut all = BytesMut::with_capacity(length);
    all.extend_from_slice(&first);
    chunks.for_each(|chunk| all.extend_from_slice(&chunk));
    all.freeze()
}

/// What was taken in, then the rest.
struct Resumed {
    begun: VecDeque<Frame<Bytes>>,
    rest: StreamBody,
}

impl Body for Resumed {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.begun.pop_front() {
            Some(frame) => Poll::Ready(Some(Ok(frame))),
            None => self.rest.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.begun.is_empty() && self.rest.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let frames = self.begun.iter().filter_map(Frame::data_ref);
        let begun: u64 = frames.map(|data| data.len() as u64).sum();
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(begun));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(begun));
        }
        hint
    }
}
