//! `buffer-response`: an answer's chunks are passed on when they come to 8 KiB together, or at its end.
//!
//! Never here: answers that a policy reads, which are kept whole; events and gRPC, whose messages nobody may hold back.

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use policy::BodyError;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Bytes that are passed on together, as APIM does.
const ENOUGH: usize = 8 << 10;

type Next = Option<Result<Frame<Bytes>, BodyError>>;

/// A body whose small chunks are passed on together.
pub struct Gathered<B> {
    body: B,
    held: BytesMut,
    /// What came behind that which is held: trailers, an error or the end.
    behind: Option<Next>,
}

impl<B> Gathered<B> {
    /// Gathers the chunks of `body`.
    pub fn new(body: B) -> Self {
        Self {
            body,
            held: BytesMut::new(),
            behind: None,
        }
    }

    fn let_go(&mut self) -> Poll<Next> {
        Poll::Ready(Some(Ok(Frame::data(self.held.split().freeze()))))
    }
}

impl<B> HttpBody for Gathered<B>
where
    B: HttpBody<Data = Bytes, Error = BodyError> + Unpin,
{
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Next> {
        let this = self.get_mut();
        if let Some(behind) = this.behind.take() {
            return Poll::Ready(behind);
        }
        loop {
            let next = ready!(Pin::new(&mut this.body).poll_frame(context));
            let chunk = match next {
                Some(Ok(frame)) => frame.into_data().map_err(|frame| Some(Ok(frame))),
                other => Err(other),
            };
            match chunk {
                Ok(chunk) => {
                    let passes = this.held.len() + chunk.len() >= ENOUGH || this.body.is_end_stream();
                    // Most answers are one chunk, which needs no copy.
                    if passes && this.held.is_empty() {
                        return Poll::Ready(Some(Ok(Frame::data(chunk))));
                    }
                    this.held.extend_from_slice(&chunk);
                    if passes {
                        return this.let_go();
                    }
                }
                Err(behind) if this.held.is_empty() => return Poll::Ready(behind),
                Err(behind) => {
                    this.behind = Some(behind);
                    return this.let_go();
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.held.is_empty() && self.behind.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.held.len() as u64;
        let inner = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower().saturating_add(held));
        if let Some(upper) = inner.upper().and_then(|upper| upper.checked_add(held)) {
            hint.set_upper(upper);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use std::collections::VecDeque;
    use std::task::Waker;

    /// What a connection gives: `None` for a pause.
    struct Script(VecDeque<Option<Result<Frame<Bytes>, BodyError>>>);

    impl HttpBody for Script {
        type Data = Bytes;
        type Error = BodyError;

        fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Next> {
            match self.0.pop_front() {
                Some(None) => Poll::Pending,
                Some(next) => Poll::Ready(next),
                None => Poll::Ready(None),
            }
        }
    }

    /// What each poll of the gathered body gives: the length of data, or a word.
    fn check(script: &[&str], expected: &[&str]) {
        let script = script.iter().map(|word| match *word {
            "pause" => None,
            "trailers" => Some(Ok(Frame::trailers(HeaderMap::new()))),
            "error" => Some(Err(BodyError::Upstream("reset".into()))),
            length => Some(Ok(Frame::data(vec![b'x'; length.parse().unwrap()].into()))),
        });
        let mut body = Gathered::new(Script(script.collect()));
        let mut context = Context::from_waker(Waker::noop());
        let found: Vec<String> = expected
            .iter()
            .map(|_| match Pin::new(&mut body).poll_frame(&mut context) {
                Poll::Pending => "pause".to_owned(),
                Poll::Ready(None) => "end".to_owned(),
                Poll::Ready(Some(Err(_))) => "error".to_owned(),
                Poll::Ready(Some(Ok(frame))) => frame
                    .data_ref()
                    .map_or_else(|| "trailers".to_owned(), |data| data.len().to_string()),
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn chunks_wait_for_each_other_and_nothing_is_lost() {
        check(&[], &["end", "end"]);
        check(&["100"], &["100", "end"]);
        check(&["8192", "1"], &["8192", "1", "end"]);
        check(
            &["100", "pause", "8000", "pause", "92"],
            &["pause", "pause", "8192", "end"],
        );
        check(&["100", "9000", "5"], &["9100", "5", "end"]);
        check(&["5", "trailers"], &["5", "trailers", "end"]);
        check(&["5", "error"], &["5", "error"]);
        check(&["trailers"], &["trailers", "end"]);
    }
}
