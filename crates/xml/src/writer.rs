//! Writes a node as .NET's `XNode.ToString()` does: two spaces a level, no line breaks where text is mixed in, `<a />`
//! for an element without content, prefixes from the declarations that are in scope.
//!
//! Never here: encodings, checks that the tree is a sound document.

use crate::name::{XML_NAMESPACE, XMLNS_NAMESPACE};
use crate::tree::{Kind, NodeId, Tree};
use std::fmt::{self, Write};
use std::sync::Arc;

/// The text of a node and all below it, `indented` or in one line.
pub fn write(tree: &Tree, id: NodeId, indented: bool) -> String {
    let mut writer = Writer {
        tree,
        out: String::new(),
        scope: Vec::new(),
        mixed: !indented,
        levels: Vec::new(),
    };
    let outside: Vec<NodeId> = tree.ancestors_and_self(id).skip(1).collect();
    let hidden = outside.into_iter().rev().fold(Vec::new(), |mut known, ancestor| {
        known.extend(declarations(tree, ancestor));
        known
    });
    writer.walk(id, &hidden);
    writer.out
}

fn declarations(tree: &Tree, element: NodeId) -> Vec<(Arc<str>, Arc<str>)> {
    let declaration = |id| {
        let prefix = tree.name(id)?.declared_prefix()?.into();
        Some((prefix, tree.attribute_value(id)?.clone()))
    };
    tree.attributes(element).filter_map(declaration).collect()
}

struct Writer<'t> {
    tree: &'t Tree,
    out: String,
    /// Prefixes with their namespaces, innermost last.
    scope: Vec<(Arc<str>, Arc<str>)>,
    /// Text stands beside what comes next: no line breaks.
    mixed: bool,
    /// For each open element: `mixed` around it, and the length of `scope` around it.
    levels: Vec<(bool, usize)>,
}

impl Writer<'_> {
    fn walk(&mut self, top: NodeId, hidden: &[(Arc<str>, Arc<str>)]) {
        let mut node = top;
        loop {
            self.enter(node, hidden);
            if let Some(child) = self.tree.first_child(node) {
                node = child;
                continue;
            }
            while node == top || self.tree.next(node).is_none() {
                let Some(parent) = self.tree.parent(node).filter(|_| node != top) else {
                    return;
                };
                self.leave(parent);
                node = parent;
            }
            let Some(next) = self.tree.next(node) else { return };
            node = next;
        }
    }

    fn put(&mut self, text: fmt::Arguments<'_>) {
        // Writing to a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn line(&mut self) {
        if !self.mixed && !self.out.is_empty() {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(self.levels.len()));
        }
    }

    fn enter(&mut self, id: NodeId, hidden: &[(Arc<str>, Arc<str>)]) {
        match self.tree.kind(id) {
            Kind::Document { .. } | Kind::Fragment => {}
            Kind::Element { .. } => self.start(id, hidden),
            Kind::Attribute { name, value, .. } => {
                let text = format!("{}=\"{}\"", name.local(), escaped(value, true));
                self.out.push_str(&text);
            }
            Kind::Text(text) => {
                self.mixed |= !self.levels.is_empty();
                self.out.push_str(&escaped(text, false));
            }
            Kind::CData(text) => {
                self.mixed = true;
                let text = format!("<![CDATA[{}]]>", text.replace("]]>", "]]]]><![CDATA[>"));
                self.out.push_str(&text);
            }
            Kind::Comment(text) => {
                self.line();
                self.put(format_args!("<!--{text}-->"));
            }
            Kind::Instruction { target, content } => {
                self.line();
                let gap = if content.is_empty() { "" } else { " " };
                self.put(format_args!("<?{target}{gap}{content}?>"));
            }
            Kind::DocumentType(kind) => {
                self.line();
                self.put(format_args!("<!DOCTYPE {}", kind.name));
                match (&kind.public, &kind.system) {
                    (Some(public), system) => {
                        let system = system.as_deref().unwrap_or_default();
                        self.put(format_args!(" PUBLIC \"{public}\" \"{system}\""));
                    }
                    (None, Some(system)) => self.put(format_args!(" SYSTEM \"{system}\"")),
                    (None, None) => self.out.push(' '),
                }
                if let Some(subset) = &kind.subset {
                    self.put(format_args!("[{subset}]"));
                }
                self.out.push('>');
            }
        }
    }

    fn start(&mut self, id: NodeId, hidden: &[(Arc<str>, Arc<str>)]) {
        let Some(name) = self.tree.name(id) else { return };
        self.line();
        self.levels.push((self.mixed, self.scope.len()));
        let own = declarations(self.tree, id);
        let mut wanted = Vec::new();
        self.scope.extend(own.iter().cloned());
        let prefix = self.prefix(name.namespace(), true, hidden, &mut wanted);
        self.out.push('<');
        self.qualified(&prefix, name.local());
        for attribute in self.tree.attributes(id) {
            let (Some(name), Some(value)) = (self.tree.name(attribute), self.tree.attribute_value(attribute)) else {
                continue;
            };
            let prefix = match &**name.namespace() {
                "" => "".into(),
                XMLNS_NAMESPACE => "xmlns".into(),
                _ => self.prefix(name.namespace(), false, hidden, &mut wanted),
            };
            self.out.push(' ');
            self.qualified(&prefix, name.local());
            self.put(format_args!("=\"{}\"", escaped(value, true)));
        }
        for (prefix, uri) in wanted {
            let text = if prefix.is_empty() {
                "xmlns".to_owned()
            } else {
                format!("xmlns:{prefix}")
            };
            self.put(format_args!(" {text}=\"{}\"", escaped(&uri, true)));
        }
        if self.tree.first_child(id).is_some() {
            self.out.push('>');
            return;
        }
        if self.tree.is_open(id) {
            self.out.push_str("></");
            self.qualified(&prefix, name.local());
            self.out.push('>');
        } else {
            self.out.push_str(" />");
        }
        self.pop();
    }

    fn pop(&mut self) {
        if let Some((mixed, scope)) = self.levels.pop() {
            self.mixed = mixed;
            self.scope.truncate(scope);
        }
    }

    fn leave(&mut self, id: NodeId) {
        let Some(name) = self.tree.name(id) else { return };
        let prefix = self.known(name.namespace(), true).unwrap_or_default();
        let inside = self.levels.pop();
        self.line();
        self.levels.extend(inside);
        self.out.push_str("</");
        self.qualified(&prefix, name.local());
        self.out.push('>');
        self.pop();
    }

    fn qualified(&mut self, prefix: &str, local: &str) {
        if !prefix.is_empty() {
            self.out.push_str(prefix);
            self.out.push(':');
        }
        self.out.push_str(local);
    }

    /// The prefix that means a namespace here, innermost declaration first.
    fn known(&self, namespace: &str, default: bool) -> Option<Arc<str>> {
        if namespace == XML_NAMESPACE {
            return Some("xml".into());
        }
        let means = |prefix: &str| {
            self.scope
                .iter()
                .rev()
                .find(|(own, _)| **own == *prefix)
                .map(|(_, uri)| uri)
        };
        if namespace.is_empty() && means("").is_none_or(|uri| uri.is_empty()) {
            return Some("".into());
        }
        let mut found = self.scope.iter().rev().filter(|(_, uri)| **uri == *namespace);
        found
            .find(|(prefix, uri)| (default || !prefix.is_empty()) && means(prefix) == Some(uri))
            .map(|(prefix, _)| Arc::clone(prefix))
    }

    /// The prefix to write for a namespace, declared on this element when nothing in scope means it.
    fn prefix(
        &mut self,
        namespace: &Arc<str>,
        default: bool,
        hidden: &[(Arc<str>, Arc<str>)],
        wanted: &mut Vec<(Arc<str>, Arc<str>)>,
    ) -> Arc<str> {
        if let Some(known) = self.known(namespace, default) {
            return known;
        }
        let outside = hidden.iter().rev().find(|(prefix, uri)| {
            *uri == *namespace && (default || !prefix.is_empty()) && !self.scope.iter().any(|(own, _)| own == prefix)
        });
        let prefix: Arc<str> = match outside {
            Some((prefix, _)) => Arc::clone(prefix),
            None if default => "".into(),
            None => (self.levels.len()..=self.levels.len() + self.scope.len())
                .map(|number| format!("p{number}"))
                .find(|name| !self.scope.iter().any(|(prefix, _)| **prefix == **name))
                .unwrap_or_default()
                .into(),
        };
        self.scope.push((Arc::clone(&prefix), Arc::clone(namespace)));
        wanted.push((Arc::clone(&prefix), Arc::clone(namespace)));
        prefix
    }
}

fn escaped(text: &str, attribute: bool) -> String {
    let mut all = String::with_capacity(text.len());
    for c in text.replace("\r\n", if attribute { "\r\n" } else { "\n" }).chars() {
        match c {
            '&' => all.push_str("&amp;"),
            '<' => all.push_str("&lt;"),
            '>' => all.push_str("&gt;"),
            '"' if attribute => all.push_str("&quot;"),
            '\n' if attribute => all.push_str("&#xA;"),
            '\r' if attribute => all.push_str("&#xD;"),
            '\t' if attribute => all.push_str("&#x9;"),
            '\r' => all.push('\n'),
            other => all.push(other),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reader::read_document;

    fn check(source: &str, indented: bool, expected: &str) {
        let tree = read_document(source, false).unwrap();
        assert_eq!(write(&tree, NodeId::FIRST, indented), expected, "{source}");
    }

    #[test]
    fn nodes_are_written_like_dotnet_does() {
        check("<a><b/><c>x</c></a>", true, "<a>\n  <b />\n  <c>x</c>\n</a>");
        check("<a><b/><c></c></a>", false, "<a><b /><c></c></a>");
        check("<a>x<b><c/></b></a>", true, "<a>x<b><c /></b></a>");
        check(
            "<a xmlns='u'><b xmlns=''/></a>",
            false,
            "<a xmlns=\"u\"><b xmlns=\"\" /></a>",
        );
        check(
            "<p:a xmlns:p='u' p:b='1&quot;'/>",
            true,
            "<p:a xmlns:p=\"u\" p:b=\"1&quot;\" />",
        );
        check("<!--c--><a>&lt;&amp;</a>", true, "<!--c-->\n<a>&lt;&amp;</a>");
    }

    proptest::proptest! {
        #[test]
        fn what_was_written_reads_the_same(source in "<a( x='[a-z&;]{0,3}')?>(<b/>|<c>|</c>|text|<!--c-->|&lt;){0,8}</a>") {
            if let Ok(tree) = read_document(&source, true) {
                let text = write(&tree, NodeId::FIRST, false);
                let again = read_document(&text, true).unwrap();
                proptest::prop_assert_eq!(write(&again, NodeId::FIRST, false), text);
            }
        }
    }
}
