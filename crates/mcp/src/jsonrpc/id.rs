//! A message's id: compared as a value, echoed as the bytes that were sent.

use bytes::Bytes;

/// An id: a string or a number.
///
/// Equality is that of values: `1` is `1.0` and `"a"` is `"\u0061"`, while `1` is not `"1"`. Numbers are compared as
/// doubles, since upstreams in JavaScript give back `9007199254740993` as `9007199254740992`; within one exchange
/// there is only one id to find.
#[derive(Clone, Debug)]
pub struct Id {
    raw: Bytes,
    value: Value,
}

#[derive(Clone, Debug, PartialEq)]
enum Value {
    Text(String),
    Number(f64),
}

impl Id {
    /// Reads a JSON value; none when it is neither a string nor a number, or no text in Unicode.
    pub(crate) fn read(raw: Bytes) -> Option<Self> {
        let value = match raw.first()? {
            b'"' => Value::Text(serde_json::from_slice(&raw).ok()?),
            b'-' | b'0'..=b'9' => Value::Number(serde_json::from_slice(&raw).ok()?),
            _ => return None,
        };
        Some(Self { raw, value })
    }

    /// The JSON bytes as they were sent.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

// A JSON number is never NaN, so equality is reflexive.
impl Eq for Id {}
