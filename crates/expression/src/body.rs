//! `IMessageBody`: a message's buffered body, decoded and parsed at most once.
//!
//! Never here: reading from a connection, size limits; whoever buffers a body hands it over whole.

use crate::charset::Charset;
use crate::json::{JToken, JsonError};
use crate::text::Text;
use bytes::Bytes;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
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
    /// What is within, where the bytes are of a coding such as gzip.
    coded: Option<Coded>,
    /// What its `Content-Type` names; otherwise its begin tells.
    charset: Option<Charset>,
    text: OnceLock<Text>,
    markup: OnceLock<Text>,
    json: OnceLock<Result<JToken, JsonError>>,
    /// By [`XmlTree`].
    xml: [OnceLock<Node>; 3],
    consumed: AtomicBool,
}

/// What takes a body's coding off, or says why it cannot.
type Decode = Arc<dyn Fn(&[u8]) -> Result<Bytes, String> + Send + Sync>;

/// A body of a coding, decoded when somebody looks into it.
#[derive(Clone)]
struct Coded {
    decode: Decode,
    decoded: Arc<OnceLock<Result<Bytes, String>>>,
}

impl fmt::Debug for Coded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Coded").field(&self.decoded).finish()
    }
}

impl MessageBody {
    /// A body of these bytes, which expressions read as UTF-8, or as the mark at their begin says (it is dropped).
    pub fn new(bytes: impl Into<Bytes>) -> Self {
        Self {
            bytes: bytes.into(),
            ..Self::default()
        }
    }

    /// A body whose readers see what `decode` makes of the bytes. It is asked once, when somebody looks into the body.
    pub fn encoded(
        bytes: impl Into<Bytes>,
        decode: impl Fn(&[u8]) -> Result<Bytes, String> + Send + Sync + 'static,
    ) -> Self {
        Self {
            coded: Some(Coded {
                decode: Arc::new(decode),
                decoded: Arc::default(),
            }),
            ..Self::new(bytes)
        }
    }

    /// The same body, of this character set.
    #[must_use]
    pub fn in_charset(self, charset: Option<Charset>) -> Self {
        Self { charset, ..self }
    }

    /// The character set, if it is not UTF-8.
    pub fn charset(&self) -> Option<Charset> {
        self.charset.or_else(|| Charset::of_mark(self.content()))
    }

    /// The bytes as they came and go on, whether consumed or not.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// What is within: the bytes without their coding; the bytes themselves where that cannot be taken off, which
    /// [`MessageBody::fault`] tells.
    pub fn content(&self) -> &Bytes {
        self.decoded()
            .and_then(|decoded| decoded.as_ref().ok())
            .unwrap_or(&self.bytes)
    }

    /// Whether the bytes are of a coding that readers do not see.
    pub fn is_encoded(&self) -> bool {
        self.coded.is_some()
    }

    /// Why nobody can look into the body; nothing where it can be read.
    pub fn fault(&self) -> Option<&str> {
        let fault = self.decoded()?.as_ref().err()?;
        Some(fault)
    }

    fn decoded(&self) -> Option<&Result<Bytes, String>> {
        let coded = self.coded.as_ref()?;
        Some(coded.decoded.get_or_init(|| (coded.decode)(&self.bytes)))
    }

    /// The content's characters; malformed sequences become U+FFFD.
    pub fn text(&self) -> Text {
        self.text
            .get_or_init(|| {
                let content = self.content();
                if let Some(charset) = self.charset() {
                    return charset.decode(content).into();
                }
                let bytes = content.strip_prefix("\u{feff}".as_bytes()).unwrap_or(content);
                String::from_utf8_lossy(bytes).into_owned().into()
            })
            .clone()
    }

    /// The same for readers of XML, which look into its declaration where nothing else tells the character set.
    pub fn markup(&self) -> Text {
        self.markup
            .get_or_init(|| {
                let content = self.content();
                let told = self.charset().is_none().then(|| Charset::of_declaration(content));
                told.flatten()
                    .map_or_else(|| self.text(), |charset| charset.decode(content).into())
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
            return parse(&self.markup());
        };
        if let Some(node) = kept.get() {
            return Ok(node.detached_copy());
        }
        let node = parse(&self.markup())?;
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
            coded: self.coded.clone(),
            charset: self.charset,
            text: self.text.clone(),
            markup: self.markup.clone(),
            json: OnceLock::new(),
            xml: Default::default(),
            consumed: AtomicBool::new(self.is_consumed()),
        }
    }
}
