//! Bodies that a policy rewrites as a whole: had before, put back after.
//!
//! Never here: what a policy makes of a body.

use crate::block::Needs;
use crate::body::Body;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Message};
use crate::failure::Failure;
use bytes::Bytes;
use expression::Reads;
use expression::body::MessageBody;
use http::StatusCode;
use http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName};

impl ElementReader<'_, '_> {
    /// The message whose body the policy rewrites: the request's on the way in, the response's on the way out. It is
    /// kept before the policy runs.
    pub fn rewrites_body(&mut self) -> Message {
        let message = self.message();
        let reads = Reads {
            request_body: message == Message::Request,
            response_body: message == Message::Response,
        };
        self.need(Needs { reads, answer: false });
        message
    }
}

impl Exchange {
    /// The body of a message; nothing when there is none, or an expression has consumed it.
    ///
    /// # Errors
    /// It is of a coding that cannot be taken off, so that nobody can look into it.
    pub(crate) fn body_to_rewrite(&self, message: Message) -> Result<Option<&MessageBody>, Failure> {
        let body = self.body_as_kept(message);
        match body.and_then(MessageBody::fault) {
            None => Ok(body),
            Some(fault) if message == Message::Request => {
                let message = fault.to_owned();
                let status = StatusCode::BAD_REQUEST;
                Err(Failure::refused("BodyNotDecoded", status, message, "Bad request"))
            }
            Some(fault) => Err(Failure::internal("BodyNotDecoded", fault)),
        }
    }

    /// The same, whether somebody can look into it or not.
    pub(crate) fn body_as_kept(&self, message: Message) -> Option<&MessageBody> {
        let body = match message {
            Message::Request => &self.request.body,
            Message::Response => &self.response.as_ref()?.body,
        };
        match body {
            Body::Buffered(body) | Body::Answered(body, _) if !body.is_consumed() && !body.bytes().is_empty() => {
                Some(body)
            }
            _ => None,
        }
    }

    /// Puts another body into a message; the length follows, and the old one's coding is not the new one's.
    pub(crate) fn rewrite_body(&mut self, message: Message, bytes: impl Into<Bytes>) {
        self.headers_mut(message).remove(CONTENT_ENCODING);
        self.replace_bytes(message, bytes);
    }

    /// Puts other bytes into a message, of the same coding; the length follows.
    pub(crate) fn replace_bytes(&mut self, message: Message, bytes: impl Into<Bytes>) {
        self.headers_mut(message).remove(CONTENT_LENGTH);
        let bytes = bytes.into();
        let body = if bytes.is_empty() {
            Body::Empty
        } else {
            Body::Buffered(MessageBody::new(bytes))
        };
        match message {
            Message::Request => self.request.body = body,
            Message::Response => self.replace_response_body(body),
        }
    }
}

/// Whether the message's `Content-Type` is of a format: `json` for `application/json`, `application/vnd.api+json`, ….
pub(crate) fn is_of_type(headers: &HeaderMap, format: &str) -> bool {
    names_type(headers, &CONTENT_TYPE, format)
}

/// Whether the request's `Accept` names a media type of a format, and not as unwanted (`q=0`); a range such as `*/*`
/// names none.
pub(crate) fn accepts(headers: &HeaderMap, format: &str) -> bool {
    names_type(headers, &ACCEPT, format)
}

fn names_type(headers: &HeaderMap, name: &HeaderName, format: &str) -> bool {
    let values = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|range| {
        let (media, parameters) = range.split_once(';').unwrap_or((range, ""));
        if parameters.split(';').any(is_unwanted) {
            return false;
        }
        let Some((_, subtype)) = media.trim().split_once('/') else {
            return false;
        };
        let suffix = subtype.rsplit_once('+').map_or(subtype, |(_, suffix)| suffix);
        suffix.eq_ignore_ascii_case(format)
    })
}

/// Whether a parameter is a weight of nothing.
fn is_unwanted(parameter: &str) -> bool {
    let weight = parameter.trim().split_once('=');
    let weight = weight.filter(|(name, _)| name.eq_ignore_ascii_case("q"));
    weight.is_some_and(|(_, weight)| weight.parse().is_ok_and(|weight: f32| weight <= 0.0))
}
