//! `IMessageBody`: a message's buffered body, decoded and parsed at most once.
//!
//! Never here: reading from a connection, size limits; whoever buffers a body hands it over whole.

use crate::json::{JToken, JsonError};
use crate::text::Text;
use bytes::Bytes;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

/// A body as `Body.As<T>()` sees it. Reading it without `preserveContent: true` consumes it: later readers, and the
/// next hop, find nothing (APIM: "API Management policy expressions", `IMessageBody`).
#[derive(Debug, Default)]
pub struct MessageBody {
    bytes: Bytes,
    text: OnceLock<Text>,
    json: OnceLock<Result<JToken, JsonError>>,
    consumed: AtomicBool,
}

impl MessageBody {
    /// A body of these bytes, which expressions read as UTF-8 (a leading byte order mark is dropped).
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            ..Self::default()
        }
    }

    /// The bytes, whether consumed or not.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The bytes decoded as UTF-8; malformed sequences become U+FFFD.
    pub fn text(&self) -> Text {
        self.text
            .get_or_init(|| {
                let bytes = self.bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&self.bytes);
                String::from_utf8_lossy(bytes).into_owned().into()
            })
            .clone()
    }

    /// The body parsed as JSON with Newtonsoft's rules. Parsed once: each caller gets a tree of its own that shares
    /// the parsed one until it is changed.
    pub fn json(&self) -> Result<JToken, JsonError> {
        match self.json.get_or_init(|| JToken::parse(&self.text())) {
            Ok(token) => Ok(token.detached_copy()),
            Err(error) => Err(error.clone()),
        }
    }

    /// Marks the body as read without `preserveContent`.
    pub fn consume(&self) {
        self.consumed.store(true, Ordering::Relaxed);
    }

    /// Whether somebody read the body without `preserveContent`.
    pub fn is_consumed(&self) -> bool {
        self.consumed.load(Ordering::Relaxed)
    }
}

impl Clone for MessageBody {
    fn clone(&self) -> Self {
        Self {
            bytes: self.bytes.clone(),
            text: self.text.clone(),
            json: OnceLock::new(),
            consumed: AtomicBool::new(self.is_consumed()),
        }
    }
}
