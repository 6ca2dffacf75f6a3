//! Writes a node as .NET does: two spaces a level, no line breaks where text is mixed in, `<a />` for an element without
//! content, prefixes from the declarations that are in scope, `p1`, `p2`, … where there are none.
//!
//! Never here: encodings, checks that the tree is a sound document.

mod escape;
mod scope;

use crate::name::{XML_NAMESPACE, XMLNS_NAMESPACE};
use crate::tree::{DocumentType, Kind, NodeId, Tree};
use escape::{escape, separated};
use scope::{Scope, Standing};
use std::fmt::{self, Write};
use std::sync::Arc;

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// `XNode.ToString()`
    Indented,
    /// `XNode.ToString(SaveOptions.DisableFormatting)`
    OneLine,
    /// `XmlNode.OuterXml`: in one line, each name with the prefix that it was read with.
    Prefixed,
}

/// Why a node cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteError {
    /// A prefix would mean two namespaces on one element.
    Redefined(String),
    /// A character that XML does not have.
    Character(String),
    /// The text would be longer than allowed.
    TooLong,
}

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redefined(message) | Self::Character(message) => formatter.write_str(message),
            Self::TooLong => formatter.write_str("the XML would be longer than allowed"),
        }
    }
}

/// The text of a node and all below it, of at most `limit` bytes.
///
/// # Errors
/// The first thing that cannot be written.
pub fn write(tree: &Tree, id: NodeId, style: Style, limit: usize) -> Result<String, WriteError> {
    let mut writer = Writer {
        tree,
        out: String::new(),
        limit,
        style,
        declared: Scope::default(),
        scope: Scope::default(),
        mixed: style != Style::Indented,
        spaced: false,
        levels: Vec::new(),
    };
    for (prefix, namespace) in [("xmlns", XMLNS_NAMESPACE), ("xml", XML_NAMESPACE), ("", "")] {
        writer.scope.push(&prefix.into(), &namespace.into(), Standing::Known);
    }
    let outside: Vec<NodeId> = tree.ancestors_and_self(id).skip(1).collect();
    for ancestor in outside.into_iter().rev() {
        writer.declare(ancestor);
    }
    writer.walk(id)?;
    Ok(writer.out)
}

/// What is around the content of an open element.
struct Level {
    name: String,
    mixed: bool,
    declared: usize,
    scope: usize,
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    limit: usize,
    style: Style,
    /// Declarations that stand in the tree as attributes, outside of what is written too.
    declared: Scope,
    /// Declarations that were written.
    scope: Scope,
    /// Text stands beside what comes next: no line breaks.
    mixed: bool,
    /// Whitespace of a document was just written.
    spaced: bool,
    levels: Vec<Level>,
}

impl Writer<'_> {
    fn walk(&mut self, top: NodeId) -> Result<(), WriteError> {
        let mut node = top;
        loop {
            self.enter(node)?;
            if self.out.len() > self.limit {
                return Err(WriteError::TooLong);
            }
            if let Some(child) = self.tree.first_child(node) {
                node = child;
                continue;
            }
            while node == top || self.tree.next(node).is_none() {
                let Some(parent) = self.tree.parent(node).filter(|_| node != top) else {
                    return Ok(());
                };
                self.leave(parent);
                node = parent;
            }
            let Some(next) = self.tree.next(node) else {
                return Ok(());
            };
            node = next;
        }
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn line(&mut self) {
        if !self.mixed && !std::mem::take(&mut self.spaced) && !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(self.levels.len()));
        }
    }

    fn enter(&mut self, id: NodeId) -> Result<(), WriteError> {
        match self.tree.kind(id) {
            Kind::Document { .. } | Kind::Fragment => {}
            Kind::Element { .. } => self.start(id)?,
            Kind::Attribute { .. } => self.lone_attribute(id)?,
            Kind::Text(text) => {
                self.spaced = self.levels.is_empty();
                self.mixed |= !self.spaced;
                escape(text, false, &mut self.out)?;
            }
            Kind::CData(text) => {
                self.mixed = true;
                let text = format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"));
                self.out.push_str(&text);
            }
            Kind::Comment(text) => {
                self.line();
                self.put(format_args!("<!--{}-->", separated(text, '-', None)));
            }
            Kind::Instruction { target, content } => {
                self.line();
                let gap = if content.is_empty() { "" } else { " " };
                let content = separated(content, '?', Some('>'));
                self.put(format_args!("<?{target}{gap}{content}?>"));
            }
            Kind::DocumentType(kind) => {
                self.line();
                self.document_type(kind);
            }
        }
        Ok(())
    }

    fn document_type(&mut self, kind: &DocumentType) {
        self.put(format_args!("<!DOCTYPE {}", kind.name));
        match (&kind.public, &kind.system) {
            (Some(public), system) => {
                let system = system.as_deref().unwrap_or_default();
                self.put(format_args!(" PUBLIC \"{public}\" \"{system}\""));
            }
            (None, Some(system)) => self.put(format_args!(" SYSTEM \"{system}\"")),
            (None, None) if self.style == Style::Prefixed => {}
            (None, None) => self.out.push(' '),
        }
        if let Some(subset) = &kind.subset {
            self.put(format_args!("[{subset}]"));
        }
        self.out.push('>');
    }

    fn lone_attribute(&mut self, id: NodeId) -> Result<(), WriteError> {
        let (Some(name), Some(value)) = (self.tree.name(id), self.tree.attribute_value(id)) else {
            return Ok(());
        };
        let prefix = match (&**name.namespace(), &**name.local()) {
            (XMLNS_NAMESPACE, "xmlns") | ("", _) => "".into(),
            (namespace, _) => self
                .own_prefix(namespace, false)
                .or_else(|| self.tree.prefix(id).cloned())
                .unwrap_or_else(|| "p1".into()),
        };
        let qualified = qualified(&prefix, name.local());
        self.out.push_str(&qualified);
        self.out.push_str("=\"");
        escape(value, true, &mut self.out)?;
        self.out.push('"');
        Ok(())
    }

    /// Makes the declarations that are attributes of an element known.
    fn declare(&mut self, element: NodeId) {
        for id in self.tree.attributes(element) {
            let prefix = self.tree.name(id).and_then(|name| name.declared_prefix());
            if let (Some(prefix), Some(value)) = (prefix, self.tree.attribute_value(id)) {
                self.declared.push(&prefix.into(), value, Standing::Known);
            }
        }
    }

    /// The prefix that the tree's own declarations give a namespace.
    fn own_prefix(&self, namespace: &str, default: bool) -> Option<Arc<str>> {
        match namespace {
            "" => Some("".into()),
            XML_NAMESPACE => Some("xml".into()),
            XMLNS_NAMESPACE => Some("xmlns".into()),
            _ => self.declared.prefix_of(namespace, default).cloned(),
        }
    }

    fn start(&mut self, id: NodeId) -> Result<(), WriteError> {
        let Some(name) = self.tree.name(id) else { return Ok(()) };
        self.line();
        let (declared, scope) = (self.declared.len(), self.scope.len());
        self.declare(id);
        let own = if self.style == Style::Prefixed {
            Some(self.tree.prefix(id).cloned().unwrap_or_default())
        } else {
            self.own_prefix(name.namespace(), true)
        };
        let known = || self.scope.prefix_of(name.namespace(), true).cloned();
        let prefix = own.or_else(known).unwrap_or_default();
        let level = Level {
            name: qualified(&prefix, name.local()),
            mixed: self.mixed,
            declared,
            scope,
        };
        self.want(&prefix, name.namespace(), scope)?;
        self.out.push('<');
        self.out.push_str(&level.name);
        self.levels.push(level);
        for attribute in self.tree.attributes(id) {
            self.attribute(attribute, scope)?;
        }
        for (prefix, namespace) in self.scope.wanted(scope) {
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(&prefix);
            self.value(&namespace)?;
        }
        if self.tree.first_child(id).is_some() {
            self.out.push('>');
            return Ok(());
        }
        let Some(level) = self.levels.pop() else { return Ok(()) };
        if self.tree.is_open(id) {
            self.put(format_args!("></{}>", level.name));
        } else {
            self.out.push_str(" />");
        }
        self.close(&level);
        Ok(())
    }

    fn value(&mut self, value: &str) -> Result<(), WriteError> {
        self.out.push_str("=\"");
        escape(value, true, &mut self.out)?;
        self.out.push('"');
        Ok(())
    }

    fn attribute(&mut self, id: NodeId, start: usize) -> Result<(), WriteError> {
        let (Some(name), Some(value)) = (self.tree.name(id), self.tree.attribute_value(id)) else {
            return Ok(());
        };
        if let Some(prefix) = name.declared_prefix() {
            self.declared_here(&prefix.into(), value, start)?;
            self.out.push_str(if prefix.is_empty() { " xmlns" } else { " xmlns:" });
            self.out.push_str(prefix);
            return self.value(value);
        }
        let namespace = name.namespace();
        let own = if self.style == Style::Prefixed {
            self.tree.prefix(id).cloned()
        } else {
            self.own_prefix(namespace, false)
        };
        let prefix = match own.filter(|prefix| namespace.is_empty() || !prefix.is_empty()) {
            Some(prefix) => prefix,
            None if namespace.is_empty() => "".into(),
            None => match self.scope.prefix_of(namespace, false) {
                Some(prefix) => Arc::clone(prefix),
                None => self.new_prefix(),
            },
        };
        if !prefix.is_empty() {
            self.want(&prefix, namespace, start)?;
        }
        self.out.push(' ');
        self.out.push_str(&qualified(&prefix, name.local()));
        self.value(value)
    }

    /// A prefix that means nothing yet: .NET counts the declarations in scope.
    fn new_prefix(&self) -> Arc<str> {
        let first = format!("p{}", self.scope.len() - 3);
        let further = (0..).map(|number| format!("{first}{number}"));
        std::iter::once(first.clone())
            .chain(further)
            .find(|prefix| self.scope.find(prefix).is_none())
            .unwrap_or_default()
            .into()
    }

    /// A name on the element whose declarations begin at `start` uses a prefix.
    fn want(&mut self, prefix: &Arc<str>, namespace: &Arc<str>, start: usize) -> Result<(), WriteError> {
        let standing = match self.scope.find(prefix) {
            Some((at, known)) if at >= start => {
                return if known == namespace {
                    Ok(())
                } else {
                    Err(redefined(prefix, known, namespace))
                };
            }
            Some((_, known)) if known == namespace => Standing::Known,
            _ => Standing::Wanted,
        };
        self.scope.push(prefix, namespace, standing);
        Ok(())
    }

    /// An attribute declares a prefix on the element whose declarations begin at `start`.
    fn declared_here(&mut self, prefix: &Arc<str>, namespace: &Arc<str>, start: usize) -> Result<(), WriteError> {
        match self.scope.find(prefix) {
            Some((at, known)) if at >= start => {
                if known != namespace {
                    return Err(redefined(prefix, known, namespace));
                }
                self.scope.written(at);
            }
            _ => self.scope.push(prefix, namespace, Standing::Known),
        }
        Ok(())
    }

    fn close(&mut self, level: &Level) {
        self.mixed = level.mixed;
        self.declared.truncate(level.declared);
        self.scope.truncate(level.scope);
    }

    fn leave(&mut self, id: NodeId) {
        if !self.tree.is_element(id) {
            return;
        }
        let Some(level) = self.levels.pop() else { return };
        self.line();
        self.put(format_args!("</{}>", level.name));
        self.close(&level);
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() {
        local.to_owned()
    } else {
        format!("{prefix}:{local}")
    }
}

fn redefined(prefix: &str, from: &str, to: &str) -> WriteError {
    WriteError::Redefined(format!(
        "The prefix '{prefix}' cannot be redefined from '{from}' to '{to}' within the same start element tag."
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::read_document;

    fn check(source: &str, style: Style, expected: &str) {
        let tree = read_document(source, false).unwrap();
        let written = write(&tree, NodeId::FIRST, style, 1000);
        assert_eq!(written.as_deref(), Ok(expected), "{source}");
    }

    #[test]
    fn nodes_are_written_like_dotnet_does() {
        use Style::{Indented, OneLine, Prefixed};
        check("<a><b/><c>x</c></a>", Indented, "<a>\n  <b />\n  <c>x</c>\n</a>");
        check("<a><b/><c></c></a>", OneLine, "<a><b /><c></c></a>");
        check("<a>x<b><c/></b></a>", Indented, "<a>x<b><c /></b></a>");
        check(
            "<a xmlns='u'><b xmlns=''/></a>",
            OneLine,
            "<a xmlns=\"u\"><b xmlns=\"\" /></a>",
        );
        check(
            "<p:a xmlns:p='u' p:b='1&quot;'/>",
            Indented,
            "<p:a xmlns:p=\"u\" p:b=\"1&quot;\" />",
        );
        check(
            "<p:a xmlns:p='u' xmlns:q='u'/>",
            Prefixed,
            "<p:a xmlns:p=\"u\" xmlns:q=\"u\" />",
        );
        check("<!--c--><a>&lt;&amp;</a>", Indented, "<!--c-->\n<a>&lt;&amp;</a>");
        check("<!DOCTYPE a><a/>", Indented, "<!DOCTYPE a []>\n<a />");
    }

    #[test]
    fn what_would_be_too_long_is_not_written() {
        let tree = read_document("<a><b/><c/></a>", false).unwrap();
        let written = write(&tree, NodeId::FIRST, Style::Indented, 8);
        assert_eq!(written, Err(WriteError::TooLong));
    }

    proptest::proptest! {
        #[test]
        fn what_was_written_reads_the_same(source in "<a( x='[a-z&;]{0,3}')?>(<b/>|<c>|</c>|text|<!--c-->|&lt;){0,8}</a>") {
            if let Ok(tree) = read_document(&source, true) {
                let text = write(&tree, NodeId::FIRST, Style::OneLine, usize::MAX).unwrap();
                let again = read_document(&text, true).unwrap();
                proptest::prop_assert_eq!(write(&again, NodeId::FIRST, Style::OneLine, usize::MAX), Ok(text));
            }
        }
    }
}
