//! Finds, in the event stream that answers one POST, the message that answers its request.
//!
//! Everything else flows on as it came: notifications, the server's own requests, comments. Of responses only one gets
//! to the client, and policies see it: an upstream (or a client that picks odd ids) could otherwise slip a result past
//! them.
//! Never here: JSON answers, which are one message anyway, and what policies do with the message.

use crate::jsonrpc::{Id, Kind, Message};
use crate::sse::{Decoder, Event, EventTooLarge};
use bytes::Bytes;

/// What becomes of the next piece of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Bytes for the client, as they came.
    Pass(Bytes),
    /// The event whose data answers the request: a response, an error, or a batch with one of them in it. Comes once;
    /// [`Event::raw`] or [`Event::with_data`] is what the client gets in its place.
    Answer(Event),
}

/// The state of one stream. Bytes go in by [`push`](Self::push), outputs come out by [`output`](Self::output).
#[derive(Debug)]
pub struct AnswerFinder {
    id: Id,
    decoder: Decoder,
    answered: bool,
}

/// What an event is to the request.
enum Meaning {
    Answer,
    /// A response that answers something else, or once more.
    Stray,
    Other,
}

impl AnswerFinder {
    /// Looks for the answer to the request `id`; an event may have `limit` bytes.
    pub fn new(id: Id, limit: usize) -> Self {
        Self {
            id,
            decoder: Decoder::new(limit),
            answered: false,
        }
    }

    /// Takes the stream's next bytes.
    pub fn push(&mut self, chunk: &[u8]) {
        self.decoder.push(chunk);
    }

    /// Tells that the stream has ended, so that an event without its blank line comes out too.
    pub fn end(&mut self) {
        self.decoder.end();
    }

    /// The next output; none: more bytes are needed, or the stream is over.
    ///
    /// # Errors
    /// When an event is larger than the limit; the stream cannot be read on.
    pub fn output(&mut self) -> Result<Option<Output>, EventTooLarge> {
        while let Some(event) = self.decoder.next_event()? {
            match self.meaning(&event) {
                Meaning::Other => return Ok(Some(Output::Pass(event.raw))),
                Meaning::Answer if !self.answered => {
                    self.answered = true;
                    return Ok(Some(Output::Answer(event)));
                }
                Meaning::Answer | Meaning::Stray => {}
            }
        }
        Ok(None)
    }

    fn meaning(&self, event: &Event) -> Meaning {
        let Some(data) = event.data.as_ref().filter(|data| !data.is_empty()) else {
            return Meaning::Other;
        };
        match Message::read(data) {
            Ok(message) => self.meaning_of(&message),
            // A laxer reader could take it for the answer. Events of other names are no messages to any client.
            Err(_)
                if event
                    .event
                    .as_deref()
                    .is_none_or(|name| name.is_empty() || name == "message") =>
            {
                Meaning::Answer
            }
            Err(_) => Meaning::Other,
        }
    }

    fn meaning_of(&self, message: &Message) -> Meaning {
        match message.kind() {
            Kind::Request | Kind::Notification => Meaning::Other,
            Kind::Response | Kind::ErrorResponse if message.id().is_none_or(|id| *id == self.id) => Meaning::Answer,
            Kind::Response | Kind::ErrorResponse => Meaning::Stray,
            Kind::Batch => message.entries().iter().map(|entry| self.meaning_of(entry)).fold(
                Meaning::Other,
                |batch, entry| match (batch, entry) {
                    (Meaning::Answer, _) | (_, Meaning::Answer) => Meaning::Answer,
                    (Meaning::Stray, _) | (_, Meaning::Stray) => Meaning::Stray,
                    (Meaning::Other, Meaning::Other) => Meaning::Other,
                },
            ),
        }
    }
}

#[cfg(test)]
mod tests;
