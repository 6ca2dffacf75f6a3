//! Reads a document or complains like .NET's reader: well-formedness and namespaces, one pass, no recursion.
//!
//! A document type declaration is kept as text: no entity that it declares is ever expanded (a reference to one is an
//! error that says so), nothing is fetched. Elements are nested at most [`MAX_DEPTH`] deep.
//! Never here: decoding of bytes, validation.

mod scanner;

use crate::name::{Name, XML_NAMESPACE, XMLNS_NAMESPACE, is_blank};
use crate::tree::{Declaration, DocumentType, Kind, NodeId, Tree};
use scanner::Scanner;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

/// How deep elements may be nested.
pub const MAX_DEPTH: usize = 1000;

/// Why a text is no XML document, in the words of .NET's `XmlException`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct XmlError {
    /// What was found and where.
    pub message: String,
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub position: usize,
}

impl fmt::Display for XmlError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

/// Reads a document; [`NodeId::FIRST`] is its document node. Texts of nothing but whitespace are left out unless
/// `keeps_whitespace` or `xml:space="preserve"` says otherwise.
///
/// # Errors
/// The first place that is not well-formed.
pub fn read_document(text: &str, keeps_whitespace: bool) -> Result<Tree, XmlError> {
    let read = read_up_to_error(text, keeps_whitespace);
    read.error.map_or(Ok(read.tree), Err)
}

/// What could be read of a text, for those who go through a document before all of it is known to be well-formed.
pub struct PartlyRead {
    /// The nodes up to the error.
    pub tree: Tree,
    /// The elements whose end was not reached.
    pub unclosed: Vec<NodeId>,
    /// The first place that is not well-formed.
    pub error: Option<XmlError>,
}

/// Reads a document as [`read_document`] does, up to its first error.
pub fn read_up_to_error(text: &str, keeps_whitespace: bool) -> PartlyRead {
    read(text, keeps_whitespace, None)
}

fn read(text: &str, keeps_whitespace: bool, places: Option<&mut HashMap<NodeId, usize>>) -> PartlyRead {
    let mut reader = Reader {
        scanner: Scanner::new(text.strip_prefix('\u{feff}').unwrap_or(text)),
        tree: Tree::of(Kind::Document { declaration: None }),
        open: Vec::new(),
        names: HashSet::new(),
        prefixes: HashMap::new(),
        keeps_whitespace,
        has_root: false,
        places,
    };
    let error = reader.document().err();
    PartlyRead {
        tree: reader.tree,
        unclosed: reader.open.iter().map(|open| open.id).collect(),
        error,
    }
}

/// Where the elements of a document that was read stand in its text.
#[derive(Debug)]
pub struct Places(HashMap<NodeId, usize>);

impl Places {
    /// The byte of the text at which an element's name begins.
    pub fn of(&self, element: NodeId) -> Option<usize> {
        self.0.get(&element).copied()
    }
}

/// Reads a document as [`read_document`] does, and tells where its elements stand.
///
/// # Errors
/// The first place that is not well-formed.
pub fn read_with_places(text: &str, keeps_whitespace: bool) -> Result<(Tree, Places), XmlError> {
    let mut places = HashMap::new();
    let skipped = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let read = read(text, keeps_whitespace, Some(&mut places));
    if let Some(error) = read.error {
        return Err(error);
    }
    for offset in places.values_mut() {
        *offset += skipped;
    }
    Ok((read.tree, Places(places)))
}

struct Open<'t> {
    id: NodeId,
    name: &'t str,
    offset: usize,
    declared: Vec<&'t str>,
    preserves: bool,
}

struct Reader<'t, 'p> {
    scanner: Scanner<'t>,
    places: Option<&'p mut HashMap<NodeId, usize>>,
    tree: Tree,
    open: Vec<Open<'t>>,
    names: HashSet<Arc<str>>,
    prefixes: HashMap<&'t str, Vec<Arc<str>>>,
    keeps_whitespace: bool,
    has_root: bool,
}

impl<'t> Reader<'t, '_> {
    fn document(&mut self) -> Result<(), XmlError> {
        self.declaration()?;
        while !self.scanner.rest().is_empty() {
            self.item()?;
        }
        if !self.open.is_empty() {
            let names: Vec<&str> = self.open.iter().rev().map(|open| open.name).collect();
            let message = format!(
                "Unexpected end of file has occurred. The following elements are not closed: {}.",
                names.join(", ")
            );
            return Err(self.scanner.error(&message));
        }
        if !self.has_root {
            return Err(XmlError {
                message: "Root element is missing.".to_owned(),
                line: 0,
                position: 0,
            });
        }
        Ok(())
    }

    fn declaration(&mut self) -> Result<(), XmlError> {
        if !self.scanner.rest().starts_with("<?xml") || !self.scanner.rest().get(5..6).is_some_and(is_blank) {
            return Ok(());
        }
        self.scanner.eat("<?xml");
        let mut declaration = Declaration::default();
        while !self.scanner.eat("?>") {
            self.scanner.spaces();
            let name = self.scanner.name()?;
            let value: Arc<str> = self.scanner.attribute_value()?.into();
            match name {
                "version" if *value == *"1.0" => declaration.version = Some(value),
                "encoding" if declaration.version.is_some() => declaration.encoding = Some(value),
                "standalone" if matches!(&*value, "yes" | "no") => declaration.standalone = Some(value),
                _ => return Err(self.scanner.error("Syntax for an XML declaration is invalid.")),
            }
            self.scanner.spaces();
        }
        let declaration = Some(declaration);
        self.tree.set_kind(NodeId::FIRST, Kind::Document { declaration });
        Ok(())
    }

    fn parent(&self) -> NodeId {
        self.open.last().map_or(NodeId::FIRST, |open| open.id)
    }

    fn add(&mut self, kind: Kind) -> NodeId {
        let (id, parent) = (self.tree.push(kind), self.parent());
        self.tree.append_child(parent, id);
        id
    }

    fn item(&mut self) -> Result<(), XmlError> {
        if self.scanner.eat("<!--") {
            let text = self.scanner.until("--")?;
            if !self.scanner.eat(">") {
                let message = "An XML comment cannot contain '--', and '-' cannot be the last character.";
                return Err(self.scanner.error(message));
            }
            self.add(Kind::Comment(text.into()));
        } else if self.scanner.rest().starts_with("<![CDATA[") && !self.open.is_empty() {
            self.scanner.eat("<![CDATA[");
            let text = self.scanner.until("]]>")?;
            self.add(Kind::CData(text.into()));
        } else if self.scanner.rest().starts_with("<!DOCTYPE") && self.open.is_empty() && !self.has_root {
            self.document_type()?;
        } else if self.scanner.eat("<?") {
            self.instruction()?;
        } else if self.scanner.eat("</") {
            self.end_tag()?;
        } else if self.scanner.rest().starts_with('<') {
            self.start_tag()?;
        } else {
            self.text()?;
        }
        Ok(())
    }

    fn text(&mut self) -> Result<(), XmlError> {
        if self.open.is_empty() && !is_blank(self.scanner.rest().split('<').next().unwrap_or_default()) {
            self.scanner.spaces();
            return Err(self.scanner.error("Data at the root level is invalid."));
        }
        let text = self.scanner.text()?;
        let preserves = self.keeps_whitespace || self.open.last().is_some_and(|open| open.preserves);
        if preserves || !is_blank(&text) {
            self.add(Kind::Text(text.into()));
        }
        Ok(())
    }

    fn instruction(&mut self) -> Result<(), XmlError> {
        let target = self.scanner.name()?;
        if target.eq_ignore_ascii_case("xml") {
            let message = "Unexpected XML declaration. The XML declaration must be the first node in the document, and no whitespace characters are allowed to appear before it.";
            return Err(self.scanner.error(message));
        }
        self.scanner.spaces();
        let content = self.scanner.until("?>")?.into();
        let target = target.into();
        self.add(Kind::Instruction { target, content });
        Ok(())
    }

    fn document_type(&mut self) -> Result<(), XmlError> {
        self.scanner.eat("<!DOCTYPE");
        self.scanner.spaces();
        let mut found = DocumentType {
            name: self.scanner.name()?.into(),
            // .NET writes brackets even where the text had none.
            subset: Some("".into()),
            ..DocumentType::default()
        };
        self.scanner.spaces();
        if self.scanner.eat("PUBLIC") {
            found.public = Some(self.scanner.quoted()?.into());
            found.system = Some(self.scanner.quoted()?.into());
        } else if self.scanner.eat("SYSTEM") {
            found.system = Some(self.scanner.quoted()?.into());
        }
        self.scanner.spaces();
        if self.scanner.eat("[") {
            found.subset = Some(self.scanner.until("]")?.into());
            self.scanner.spaces();
        }
        if !self.scanner.eat(">") {
            return Err(self.scanner.error("Expected DTD markup was not found."));
        }
        self.add(Kind::DocumentType(Box::new(found)));
        Ok(())
    }

    fn end_tag(&mut self) -> Result<(), XmlError> {
        let name = self.scanner.name()?;
        self.scanner.spaces();
        let Some(open) = self.open.last() else {
            return Err(self.scanner.error("Unexpected end tag."));
        };
        if open.name != name {
            let (line, position) = self.scanner.place(open.offset);
            let message = format!(
                "The '{}' start tag on line {line} position {position} does not match the end tag of '{name}'.",
                open.name
            );
            return Err(self.scanner.error(&message));
        }
        if !self.scanner.eat(">") {
            return Err(self.scanner.unexpected(">"));
        }
        if let Some(open) = self.open.pop() {
            self.close(open);
        }
        Ok(())
    }

    fn close(&mut self, open: Open<'t>) {
        for prefix in open.declared {
            self.prefixes.entry(prefix).or_default().pop();
        }
    }

    fn start_tag(&mut self) -> Result<(), XmlError> {
        self.scanner.eat("<");
        let offset = self.scanner.offset();
        if self.open.is_empty() && self.has_root {
            return Err(self.scanner.error("There are multiple root elements."));
        }
        let name = self.scanner.name()?;
        let mut attributes: Vec<(&'t str, String)> = Vec::new();
        let mut seen = HashSet::new();
        loop {
            let spaced = self.scanner.spaces();
            if self.scanner.rest().starts_with(['>', '/']) || self.scanner.rest().is_empty() {
                break;
            }
            if !spaced {
                return Err(self.scanner.unexpected(">"));
            }
            let attribute = self.scanner.name()?;
            if !seen.insert(attribute) {
                return Err(self
                    .scanner
                    .error(&format!("'{attribute}' is a duplicate attribute name.")));
            }
            attributes.push((attribute, self.scanner.attribute_value()?));
        }
        if self.open.len() >= MAX_DEPTH {
            let message = format!("The elements are nested deeper than the {MAX_DEPTH} levels that are read.");
            return Err(self.scanner.error(&message));
        }
        let empty = self.scanner.eat("/");
        if !self.scanner.eat(">") {
            return Err(self.scanner.unexpected(">"));
        }
        let open = self.element((name, offset), attributes, empty)?;
        self.has_root = true;
        if empty {
            self.close(open);
        } else {
            self.open.push(open);
        }
        Ok(())
    }

    fn element(
        &mut self,
        (name, offset): (&'t str, usize),
        attributes: Vec<(&'t str, String)>,
        empty: bool,
    ) -> Result<Open<'t>, XmlError> {
        let mut declared = Vec::new();
        let mut preserves = self.open.last().is_some_and(|open| open.preserves);
        for (attribute, value) in &attributes {
            let prefix = if *attribute == "xmlns" {
                Some("")
            } else {
                attribute.strip_prefix("xmlns:")
            };
            if let Some(prefix) = prefix {
                if value.is_empty() && !prefix.is_empty() {
                    return Err(self.scanner.error("Invalid namespace declaration."));
                }
                let uri = self.interned(value);
                self.prefixes.entry(prefix).or_default().push(uri);
                declared.push(prefix);
            } else if *attribute == "xml:space" {
                preserves = value == "preserve";
            }
        }
        let (prefix, element_name) = self.resolve(name, false)?;
        let id = self.add(Kind::Element {
            name: element_name,
            prefix,
            open: !empty,
        });
        if let Some(places) = &mut self.places {
            places.insert(id, offset);
        }
        let mut seen = HashSet::new();
        for (attribute, value) in attributes {
            let (prefix, name) = self.resolve(attribute, true)?;
            if !seen.insert(name.clone()) {
                return Err(self
                    .scanner
                    .error(&format!("'{attribute}' is a duplicate attribute name.")));
            }
            let value = value.into();
            let attribute = self.tree.push(Kind::Attribute { name, prefix, value });
            self.tree.append_attribute(id, attribute);
        }
        Ok(Open {
            id,
            name,
            offset,
            declared,
            preserves,
        })
    }

    fn resolve(&mut self, raw: &str, attribute: bool) -> Result<(Option<Arc<str>>, Name), XmlError> {
        let Some((prefix, local)) = raw.split_once(':') else {
            let own = self.prefixes.get("").and_then(|uris| uris.last()).cloned();
            let namespace = own.filter(|_| !attribute).unwrap_or_else(|| self.interned(""));
            return Ok((None, Name::new(namespace, self.interned(raw))));
        };
        let namespace = match prefix {
            "xml" => self.interned(XML_NAMESPACE),
            "xmlns" => self.interned(XMLNS_NAMESPACE),
            _ => match self.prefixes.get(prefix).and_then(|uris| uris.last()).cloned() {
                Some(uri) if !uri.is_empty() => uri,
                _ => return Err(self.scanner.error(&format!("'{prefix}' is an undeclared prefix."))),
            },
        };
        let prefix = self.interned(prefix);
        Ok((Some(prefix), Name::new(namespace, self.interned(local))))
    }

    fn interned(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.names.get(text) {
            return Arc::clone(known);
        }
        let new: Arc<str> = text.into();
        self.names.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: Result<&str, &str>) {
        let shown = read_document(source, false).map(|tree| {
            let parts: Vec<String> = tree
                .descendants(NodeId::FIRST)
                .map(|id| {
                    tree.name(id)
                        .map_or_else(|| format!("'{}'", tree.value(id)), ToString::to_string)
                })
                .collect();
            parts.join(" ")
        });
        let shown = shown.map_err(|error| error.message);
        assert_eq!(shown.as_deref().map_err(String::as_str), expected, "{source}");
    }

    #[test]
    fn documents_are_read_and_refused_like_dotnet_does() {
        check("<a><b>x</b> <c/></a>", Ok("a b 'x' c"));
        check("<a xmlns='u'><p:b xmlns:p='v'/></a>", Ok("{u}a {v}b"));
        check("<a>&lt;&#65;&amp;</a>", Ok("a '<A&'"));
        check("<a><![CDATA[<x>]]><!--c--></a>", Ok("a '<x>' 'c'"));
        check("", Err("Root element is missing."));
        check("x", Err("Data at the root level is invalid. Line 1, position 1."));
        check(
            "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
            Err(
                "Reference to entity 'x', which is none of XML's own five: entities of a document type are not expanded. Line 1, position 34.",
            ),
        );
        let deep = "<a>".repeat(MAX_DEPTH + 1);
        check(
            &deep,
            Err("The elements are nested deeper than the 1000 levels that are read. Line 1, position 3003."),
        );
        check("<p:a/>", Err("'p' is an undeclared prefix. Line 1, position 7."));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text in "[<>/a:'=&;!?\\[\\]\\- xmlnsé#1]{0,60}") {
            let _ = read_document(&text, true);
        }
    }
}
