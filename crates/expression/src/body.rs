//! `IMessageBody`: a message's buffered body, decoded and parsed at most once.
//!
//! Never here: reading from a connection, size limits; whoever buffers a body hands it over whole.

use crate::json::{JToken, JsonError};
use crate::text::Text;
use bytes::Bytes;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use xml::Node;

/// The trees that .NET makes of XML.
#[derive(Clone, Copy, Debug)]
pub enum XmlTree {
    /// `XElement`: the root element alone.
    Element,
    /// `XDocument`
    LinqDocument,
    /// `XmlDocument`, whose declaration is a node.
    Document,
}

/// A body as `Body.As<T>()` sees it. Reading it without `preserveContent: true` consumes it: later readers, and the
/// next hop, find nothing (APIM: "API Management policy expressions", `IMessageBody`).
#[derive(Debug, Default)]
pub struct MessageBody {
    bytes: Bytes,
    text: OnceLock<Text>,
    json: OnceLock<Result<JToken, JsonError>>,
    /// By [`XmlTree`].
    xml: [OnceLock<Node>; 3],
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

    /// Whether somebody read the body as JSON before.
    pub fn is_parsed(&self) -> bool {
        self.json.get().is_some()
    }

    /// The body as XML. Parsed once for each kind of tree: each caller gets one of its own that shares the parsed one until it
    /// is changed.
    ///
    /// # Errors
    /// What `parse` makes of the text.
    pub fn xml<E>(&self, kind: XmlTree, parse: impl FnOnce(&str) -> Result<Node, E>) -> Result<Node, E> {
        let Some(kept) = self.xml.get(kind as usize) else {
            return parse(&self.text());
        };
        if let Some(node) = kept.get() {
            return Ok(node.detached_copy());
        }
        let node = parse(&self.text())?;
        Ok(kept.get_or_init(|| node).detached_copy())
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
            xml: Default::default(),
            consumed: AtomicBool::new(self.is_consumed()),
        }
    }
}
