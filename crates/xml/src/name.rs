//! Names: what may be one, and names with their namespaces (W3C: "Namespaces in XML 1.0").

use std::fmt::{self, Write};
use std::sync::Arc;

/// The namespace that the prefix `xml` always means.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of namespace declarations.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";

/// A local name in a namespace; the namespace is empty for names in none.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    namespace: Arc<str>,
    local: Arc<str>,
}

impl Name {
    /// The name of this namespace and local part; nothing is checked.
    pub fn new(namespace: impl Into<Arc<str>>, local: impl Into<Arc<str>>) -> Self {
        Self {
            namespace: namespace.into(),
            local: local.into(),
        }
    }

    /// A name in no namespace.
    pub fn local_only(local: impl Into<Arc<str>>) -> Self {
        Self::new("", local)
    }

    /// The namespace, empty for none.
    pub fn namespace(&self) -> &Arc<str> {
        &self.namespace
    }

    /// The part without the namespace.
    pub fn local(&self) -> &Arc<str> {
        &self.local
    }

    /// The prefix that an attribute of this name declares (empty for `xmlns`); `None` when it declares none.
    pub fn declared_prefix(&self) -> Option<&str> {
        if self.namespace.is_empty() {
            (&*self.local == "xmlns").then_some("")
        } else {
            (&*self.namespace == XMLNS_NAMESPACE).then_some(if &*self.local == "xmlns" { "" } else { &self.local })
        }
    }
}

/// `{namespace}local`, or only `local` when there is no namespace.
impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.namespace.is_empty() {
            write!(formatter, "{{{}}}", self.namespace)?;
        }
        formatter.write_str(&self.local)
    }
}

/// Whether a character may begin a name without a colon.
pub fn is_name_start(c: char) -> bool {
    matches!(c,
        'A'..='Z' | 'a'..='z' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}'
        | '\u{370}'..='\u{37D}' | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}')
}

/// Whether a character may stand inside a name without a colon.
pub fn is_name_part(c: char) -> bool {
    is_name_start(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// Whether a text is a name without a colon.
pub fn is_ncname(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(is_name_start) && characters.all(is_name_part)
}

/// A name without a colon made of any text, as .NET's `XmlConvert.EncodeLocalName` makes it: what no name may hold is
/// `_x0020_`.
pub fn encoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for (at, c) in name.chars().enumerate() {
        let sound = if at == 0 { is_name_start(c) } else { is_name_part(c) };
        if sound {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "_x{:04X}_", u32::from(c));
        }
    }
    out
}

/// What [`encoded`] was made of, as .NET's `XmlConvert.DecodeName` has it: `_x0020_` is a space.
pub fn decoded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some(at) = rest.find("_x") {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let code = after.get(2..6).filter(|_| after.get(6..7) == Some("_"));
        let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
        if let Some(character) = code.and_then(char::from_u32) {
            out.push(character);
            rest = after.get(7..).unwrap_or_default();
        } else {
            out.push_str("_x");
            rest = after.get(2..).unwrap_or_default();
        }
    }
    out + rest
}

/// Whether XML 1.0 allows a character in a document.
pub fn is_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Whether a character is XML's whitespace.
pub fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether a text is nothing but XML's whitespace.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_space)
}
