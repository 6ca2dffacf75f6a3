//! Header names and values as policies write them, and how several values share a line.
//!
//! Never here: which headers a hop may carry; that is the connection's business.

use crate::failure::Failure;
use crate::value::{Readable, evaluation_failure};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use std::borrow::Cow;

impl Readable for HeaderName {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a header name";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
    fn refusal(_object: &Object) -> Option<&'static str> {
        Some(INVALID_NAME)
    }
}

/// A line break or NUL within a computed value is a failure: it would let a caller write headers of its own. Around it
/// white space goes, as in .NET.
impl Readable for HeaderValue {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "a header value without control characters";
    /// Line breaks of the document's layout are folded.
    fn from_literal(text: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        Self::from_bytes(lines.join(" ").as_bytes()).ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        let text = Text::from_object(object)?;
        Self::from_bytes(text.trim_matches(AROUND).as_bytes()).ok()
    }
    fn refusal(object: &Object) -> Option<&'static str> {
        let Object::String(text) = object else { return None };
        let has_line_break = text.trim_matches(AROUND).contains(['\r', '\n']);
        Some(if has_line_break { LINE_BREAK } else { CONTROL })
    }
}

/// White space that .NET takes from both ends of a header's value.
const AROUND: [char; 6] = ['\t', '\n', '\u{b}', '\u{c}', '\r', ' '];

const LINE_BREAK: &str = "Specified value has invalid CRLF characters.";
const CONTROL: &str = "Specified value has invalid Control characters.";

/// What APIM says of a computed name that no header has, or one that no policy changes.
pub(crate) const INVALID_NAME: &str = "Header name is invalid or restricted from modification.";

/// Headers that belong to the connection and that no policy changes.
const PROTECTED: [&str; 4] = ["connection", "content-length", "keep-alive", "transfer-encoding"];

/// Headers whose values each have a line of their own.
const NOT_JOINED: [&str; 12] = [
    "user-agent",
    "www-authenticate",
    "proxy-authenticate",
    "cookie",
    "set-cookie",
    "warning",
    "date",
    "expires",
    "if-modified-since",
    "if-unmodified-since",
    "last-modified",
    "retry-after",
];

/// A header's value as text: UTF-8, or else ISO-8859-1, in which every byte is a character (RFC 9110, section 5.5).
pub(crate) fn text_of(value: &HeaderValue) -> Cow<'_, str> {
    let bytes = value.as_bytes();
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().copied().map(char::from).collect()),
    }
}

/// The values of a header, one a line.
pub(crate) fn values_of(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).iter();
    values.map(|value| text_of(value).into_owned()).collect()
}

/// Whether no policy may change this header.
pub(crate) fn is_protected(name: &HeaderName) -> bool {
    PROTECTED.contains(&name.as_str())
}

/// The values of a header; most have one, which is kept in place.
#[derive(Default)]
pub(crate) struct HeaderValues {
    first: Option<HeaderValue>,
    others: Vec<HeaderValue>,
}

impl HeaderValues {
    pub fn push(&mut self, value: HeaderValue) {
        if self.first.is_none() {
            self.first = Some(value);
        } else {
            self.others.push(value);
        }
    }
}

/// Adds values to a header: behind those that it has, on one line where its kind allows.
pub(crate) fn append(headers: &mut HeaderMap, name: HeaderName, values: HeaderValues) -> Result<(), Failure> {
    let HeaderValues { first, others } = values;
    let Some(first) = first else { return Ok(()) };
    if NOT_JOINED.contains(&name.as_str()) {
        for value in std::iter::once(first).chain(others) {
            headers.try_append(&name, value).map_err(|_| too_many())?;
        }
        return Ok(());
    }
    let value = if others.is_empty() && !headers.contains_key(&name) {
        first
    } else {
        let present = headers.get_all(&name).iter();
        let all = present.chain([&first]).chain(&others).map(HeaderValue::as_bytes);
        HeaderValue::from_bytes(&all.collect::<Vec<_>>().join(&b','))
            .map_err(|_| evaluation_failure("The header values cannot be joined."))?
    };
    headers.try_insert(name, value).map_err(|_| too_many())?;
    Ok(())
}

fn too_many() -> Failure {
    Failure::internal("HeadersTooLarge", "the message has too many headers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_utf_8_or_else_latin_1() {
        for (bytes, expected) in [
            (&b""[..], ""),
            (b"plain", "plain"),
            ("caf\u{e9} \u{20ac}".as_bytes(), "caf\u{e9} \u{20ac}"),
            (b"caf\xe9", "caf\u{e9}"),
            (b"\xff", "\u{ff}"),
            (b"\xc3\xa9 \xe9", "\u{c3}\u{a9} \u{e9}"),
            (b"\x80", "\u{80}"),
        ] {
            let value = HeaderValue::from_bytes(bytes).unwrap();
            assert_eq!(text_of(&value), expected, "{bytes:x?}");
        }
    }
}
