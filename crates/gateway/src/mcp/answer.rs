//! An upstream's event stream in which one message answers the request.
//!
//! Never here: sending requests, what policies make of the message.

use super::early::Opening;
use super::finder::{Awaited, Finder};
use crate::media_type::is_event_stream;
use ::mcp::{Event, Kind, LAST_EVENT_ID, Message, Output};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING};
use http_body::{Body as HttpBody, Frame};
use policy::{AnswerStream, Body, BodyError, Call, Head, LocalFuture, Reply, StreamBody, UpstreamFailure};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Bytes that one event of a stream may have.
const MOST: usize = 8 << 20;

/// What the answer to a call will be looked through for. It must come without a content coding, in which nothing could
/// be found.
pub fn awaited(call: &mut Call) -> Awaited {
    call.headers.remove(ACCEPT_ENCODING);
    // Whatever came with a body has been read before its policies ran.
    let message = match &call.body {
        Body::Buffered(message) => Message::read(message.bytes()).ok(),
        _ => None,
    };
    let request = message.filter(|message| message.kind() == Kind::Request);
    match request.and_then(|request| request.id().cloned()) {
        Some(id) => Awaited::Answer(id),
        None if call.headers.contains_key(LAST_EVENT_ID) => Awaited::Rest,
        None => Awaited::Messages,
    }
}

/// The reply, in whose event stream policies find what is awaited.
///
/// # Errors
/// An event stream in a content coding nobody has asked for: it would get past the policies unseen.
pub fn with_answer(mut reply: Reply, awaited: Awaited, opening: Option<Opening>) -> Result<Reply, UpstreamFailure> {
    reply.body = match reply.body {
        Body::Stream(stream) if is_event_stream(&reply.headers) => {
            if is_coded(&reply.headers) {
                let message = "the backend's event stream has a content coding, which the request did not accept";
                return Err(UpstreamFailure::Connection(message.to_owned()));
            }
            Body::Answer(Box::new(Events::new(stream, awaited, opening)))
        }
        other => other,
    };
    Ok(reply)
}

fn is_coded(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(CONTENT_ENCODING).iter();
    codings.any(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
}

/// The stream.
struct Events {
    stream: StreamBody,
    finder: Finder,
    /// How long policies wait.
    wait: Wait,
    opening: Option<Opening>,
    ended: bool,
    /// What goes to the client before more is read.
    first: Option<Bytes>,
    answer: Option<Event>,
}

enum Wait {
    /// For the answer.
    Answer,
    /// For an answer that may never come: the response begins at once.
    Perhaps,
    /// Not at all; they see an empty message.
    Not,
}

impl Events {
    fn new(stream: StreamBody, awaited: Awaited, opening: Option<Opening>) -> Self {
        let wait = match awaited {
            Awaited::Answer(_) => Wait::Answer,
            Awaited::Rest => Wait::Perhaps,
            Awaited::Messages => Wait::Not,
        };
        let finder = Finder::new(awaited, MOST);
        Self {
            stream,
            finder,
            wait,
            opening,
            ended: false,
            first: None,
            answer: None,
        }
    }

    /// The next event; `None` at the end.
    fn poll_output(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Output, BodyError>>> {
        loop {
            match self.finder.output() {
                Ok(Some(output)) => return Poll::Ready(Some(Ok(output))),
                Ok(None) if self.ended => return Poll::Ready(None),
                Ok(None) => {}
                Err(_) => return Poll::Ready(Some(Err(BodyError::TooLarge { limit: MOST as u64 }))),
            }
            match ready!(self.stream.as_mut().poll_frame(context)) {
                Some(Ok(frame)) => self.finder.push(frame.data_ref().map_or(&[], Bytes::as_ref)),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.ended = true;
                    self.finder.end();
                }
            }
        }
    }

    async fn find(&mut self, head: &Head) -> Result<Bytes, BodyError> {
        match (&self.wait, &mut self.opening) {
            (Wait::Not, _) => return Ok(Bytes::new()),
            (Wait::Perhaps, Some(opening)) => opening.pass(head, Bytes::new()).await?,
            _ => {}
        }
        while let Some(output) = poll_fn(|context| self.poll_output(context)).await {
            match output? {
                Output::Answer(event) => {
                    let message = event.data.clone().unwrap_or_default();
                    self.answer = Some(event);
                    return Ok(message);
                }
                Output::Pass(bytes) => match &mut self.opening {
                    Some(opening) => opening.pass(head, bytes).await?,
                    None => return Err(BodyError::Upstream("events came before the answer".into())),
                },
            }
        }
        self.opening.iter().for_each(Opening::unanswered);
        Err(BodyError::Upstream("the event stream ended without the answer".into()))
    }
}

impl AnswerStream for Events {
    fn answer<'a>(&'a mut self, head: &'a Head) -> LocalFuture<'a, Result<Bytes, BodyError>> {
        Box::pin(self.find(head))
    }

    fn finish(mut self: Box<Self>, answer: Option<Bytes>) -> StreamBody {
        self.first = self.answer.take().map(|event| match answer {
            Some(message) => event.with_data(&message),
            None => event.raw,
        });
        // Whatever has been passed on early is followed by what is left.
        self.opening = None;
        Box::pin(*self)
    }
}

impl HttpBody for Events {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let this = self.get_mut();
        if let Some(first) = this.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        let output = ready!(this.poll_output(context));
        Poll::Ready(output.map(|output| {
            output.map(|output| match output {
                Output::Pass(bytes) => Frame::data(bytes),
                Output::Answer(event) => Frame::data(event.raw),
            })
        }))
    }
}
