//! Server-sent events (WHATWG HTML §9.2) that can be passed on as they came.
//!
//! [`Decoder`] cuts a byte stream into events and keeps each one's bytes; the events' bytes, one after the other, are
//! the stream. Never here: what an event's data means.

mod decoder;
mod event;

pub use decoder::{Decoder, EventTooLarge};
pub use event::Event;

#[cfg(test)]
mod tests;
