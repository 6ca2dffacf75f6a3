//! Results as bytes (16): which method writes them, and in which encoding.

mod html;
mod scope;
mod xml_text;

use crate::instruction::{Encoding, Method, Output};
use crate::{Limits, TransformError};
use scope::Start;
use xml::name::is_blank;
use xml::{Kind, NodeId, Tree};

/// The bytes of a result.
///
/// # Errors
/// [`TransformError::Bytes`]; a character that XML does not have.
pub fn write(tree: &Tree, result: NodeId, output: &Output, limits: &Limits) -> Result<Vec<u8>, TransformError> {
    let mut out = Out {
        text: String::new(),
        limit: limits.bytes,
        encoding: output.encoding,
    };
    match output.method.unwrap_or_else(|| default_method(tree, result)) {
        Method::Xml => xml_text::write(tree, result, output, &mut out)?,
        Method::Html => html::write(tree, result, output, &mut out)?,
        Method::Text => {
            for text in tree.descendants(result).filter_map(|id| tree.text(id)) {
                out.push(&text.replace("\r\n", "\n").replace('\r', "\n"))?;
            }
        }
    }
    Ok(encoded(&out.text, output.encoding))
}

/// HTML when the first element is `html` in no namespace and nothing but whitespace stands before it.
fn default_method(tree: &Tree, result: NodeId) -> Method {
    for id in tree.children(result) {
        match tree.kind(id) {
            Kind::Element { name, .. } => {
                let is_html = name.namespace().is_empty() && name.local().eq_ignore_ascii_case("html");
                return if is_html { Method::Html } else { Method::Xml };
            }
            Kind::Text(text) | Kind::CData(text) if !is_blank(text) => return Method::Xml,
            _ => {}
        }
    }
    Method::Xml
}

fn encoded(text: &str, encoding: Encoding) -> Vec<u8> {
    let narrow = |most: u32| {
        let byte = |c: char| u8::try_from(u32::from(c)).ok().filter(|_| u32::from(c) <= most);
        text.chars().map(|c| byte(c).unwrap_or(b'?')).collect()
    };
    match encoding {
        Encoding::Utf8 => text.as_bytes().to_vec(),
        Encoding::Utf16 => {
            let units = std::iter::once(0xFEFF).chain(text.encode_utf16());
            units.flat_map(u16::to_le_bytes).collect()
        }
        Encoding::Latin1 => narrow(0xFF),
        Encoding::Ascii => narrow(0x7F),
    }
}

impl Encoding {
    /// Its name, as a document says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Latin1 => "iso-8859-1",
            Self::Ascii => "us-ascii",
        }
    }

    fn has(self, c: char) -> bool {
        match self {
            Self::Utf8 | Self::Utf16 => true,
            Self::Latin1 => u32::from(c) <= 0xFF,
            Self::Ascii => c.is_ascii(),
        }
    }
}

/// What is written so far.
struct Out {
    text: String,
    limit: usize,
    encoding: Encoding,
}

impl Out {
    fn push(&mut self, text: &str) -> Result<(), TransformError> {
        if self.text.len() + text.len() > self.limit {
            return Err(TransformError::Bytes(self.limit));
        }
        self.text.push_str(text);
        Ok(())
    }

    /// A character, as a reference when the encoding does not have it.
    fn character(&mut self, c: char) -> Result<(), TransformError> {
        if self.encoding.has(c) {
            self.push(c.encode_utf8(&mut [0; 4]))
        } else {
            self.push(&format!("&#x{:X};", u32::from(c)))
        }
    }

    /// A line of its own, so many levels deep.
    fn line(&mut self, level: usize) -> Result<(), TransformError> {
        self.push("\n")?;
        for _ in 0..level {
            self.push("  ")?;
        }
        Ok(())
    }

    /// Text between tags, or between quotes.
    fn escaped(&mut self, text: &str, is_attribute: bool) -> Result<(), TransformError> {
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            match c {
                '&' => self.push("&amp;")?,
                '<' => self.push("&lt;")?,
                '>' => self.push("&gt;")?,
                '"' if is_attribute => self.push("&quot;")?,
                '\n' if is_attribute => self.push("&#xA;")?,
                '\t' if is_attribute => self.push("&#x9;")?,
                '\r' if is_attribute => self.push("&#xD;")?,
                '\r' => {
                    characters.next_if_eq(&'\n');
                    self.push("\n")?;
                }
                other => self.character(other)?,
            }
        }
        Ok(())
    }

    fn declarations(&mut self, start: &Start) -> Result<(), TransformError> {
        for (prefix, namespace) in &start.declarations {
            let separator = if prefix.is_empty() { "" } else { ":" };
            self.push(&format!(" xmlns{separator}{prefix}=\""))?;
            self.escaped(namespace, true)?;
            self.push("\"")?;
        }
        Ok(())
    }

    fn comment(&mut self, text: &str) -> Result<(), TransformError> {
        self.push("<!--")?;
        let mut characters = text.chars().peekable();
        while let Some(c) = characters.next() {
            self.push(c.encode_utf8(&mut [0; 4]))?;
            // What would end the comment is taken apart.
            if c == '-' && characters.peek().is_none_or(|next| *next == '-') {
                self.push(" ")?;
            }
        }
        self.push("-->")
    }

    fn document_type(&mut self, root: &str, output: &Output) -> Result<(), TransformError> {
        let (public, system) = (output.public.as_deref(), output.system.as_deref());
        self.push(&format!("<!DOCTYPE {root}"))?;
        match (public, system) {
            (Some(public), Some(system)) => self.push(&format!(" PUBLIC \"{public}\" \"{system}\""))?,
            (Some(public), None) => self.push(&format!(" PUBLIC \"{public}\""))?,
            (None, Some(system)) => self.push(&format!(" SYSTEM \"{system}\""))?,
            (None, None) => {}
        }
        self.push(">")
    }
}

/// Writes elements, where they begin and where they end, and all else.
trait Writer {
    fn enter(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError>;
    fn leave(&mut self, tree: &Tree, id: NodeId, out: &mut Out) -> Result<(), TransformError>;

    fn write(&mut self, tree: &Tree, result: NodeId, out: &mut Out) -> Result<(), TransformError> {
        for visit in walk(tree, result) {
            match visit {
                Visit::Enter(id) => self.enter(tree, id, out)?,
                Visit::Leave(id) => self.leave(tree, id, out)?,
            }
        }
        Ok(())
    }
}

/// Where a walk through a result comes.
enum Visit {
    Enter(NodeId),
    Leave(NodeId),
}

/// Goes through all below a node, with the end of each element.
fn walk(tree: &Tree, top: NodeId) -> impl Iterator<Item = Visit> + '_ {
    let mut next = tree.first_child(top).map(Visit::Enter);
    std::iter::from_fn(move || {
        let visit = next.take()?;
        let (done, node) = match visit {
            Visit::Enter(node) => (false, node),
            Visit::Leave(node) => (true, node),
        };
        let parent = || tree.parent(node).filter(|parent| *parent != top).map(Visit::Leave);
        let sibling = || tree.next(node).map(Visit::Enter).or_else(parent);
        next = if done || !tree.is_element(node) {
            sibling()
        } else {
            match tree.first_child(node) {
                Some(child) => Some(Visit::Enter(child)),
                None => Some(Visit::Leave(node)),
            }
        };
        Some(visit)
    })
}
