//! A message's body on its way through: absent, streaming, or buffered because a policy reads it.

use crate::LocalFuture;
use bytes::Bytes;
use expression::body::MessageBody;
use http::{HeaderMap, StatusCode};
use std::pin::Pin;
use thiserror::Error;

/// A body whose bytes flow through without being kept.
pub type StreamBody = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError>>>;

/// Why a body ended early.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum BodyError {
    /// The client closed its connection or sent something malformed.
    #[error("the client's message ended early: {0}")]
    Client(String),
    /// The upstream closed its connection or sent something malformed.
    #[error("the upstream's message ended early: {0}")]
    Upstream(String),
    /// More than may be kept or passed on.
    #[error("the body is larger than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// Nothing came for too long.
    #[error("no data for {seconds} seconds")]
    Idle {
        /// The time waited.
        seconds: u64,
    },
}

/// The trailers of a body that is kept, among its message's extensions; those of a body that flows come behind it.
#[derive(Clone, Debug)]
pub struct Trailers(pub HeaderMap);

/// A message's body.
#[derive(Default)]
pub enum Body {
    /// There is none.
    #[default]
    Empty,
    /// Kept, because a policy reads or has written it.
    Buffered(MessageBody),
    /// Passing through.
    Stream(StreamBody),
    /// A stream of messages of which one answers the request (MCP over server-sent events). Policies see that message.
    Answer(Box<dyn AnswerStream>),
    /// Like [`Body::Answer`] after the message was awaited: what policies see and may replace, and the stream it is in.
    Answered(MessageBody, Box<dyn AnswerStream>),
}

/// Status line and headers of a response, as far as they are known when they must be sent.
#[derive(Clone, Debug)]
pub struct Head {
    /// Status code.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
}

/// A stream of messages in which one is the answer to the request; the others flow on to the client untouched.
pub trait AnswerStream {
    /// Waits for the answering message and gives its bytes (JSON, without event framing). Messages that come before it
    /// go to the client at once; then `head` is sent first and later changes of status and headers have no effect.
    fn answer<'a>(&'a mut self, head: &'a Head) -> LocalFuture<'a, Result<Bytes, BodyError>>;
    /// The body for the client: what came with the answer (`None`: as it was; `Some`: this message in its place) and
    /// the rest of the stream.
    fn finish(self: Box<Self>, answer: Option<Bytes>) -> StreamBody;
}
