//! `System.Xml.XmlNamespaceManager`, with the `NameTable` that it is made of.

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::sync::Arc;
use xml::name::{XML_NAMESPACE, XMLNS_NAMESPACE, is_ncname};

/// What `XPath` asks for the meaning of prefixes.
pub static RESOLVER: Class = Class::new("System.Xml.IXmlNamespaceResolver", ClassKind::Interface);
/// A set of names; nothing but an argument here.
pub static XML_NAME_TABLE: Class = Class::new("System.Xml.XmlNameTable", ClassKind::Class);
/// The set of names that can be created.
pub static NAME_TABLE: Class = Class::new("System.Xml.NameTable", ClassKind::Class)
    .inherits(&["XmlNameTable"])
    .rows(NAME_TABLE_ROWS);
/// Prefixes for queries.
pub static XML_NAMESPACE_MANAGER: Class = Class::new("System.Xml.XmlNamespaceManager", ClassKind::Class)
    .inherits(&["IXmlNamespaceResolver"])
    .rows(ROWS);

const NAME_TABLE_ROWS: &[Row] = &[row("new()", "new NameTable() != null", "True", |_, _| Ok(name_table()))];

const ROWS: &[Row] = &[
    row(
        "new(XmlNameTable nameTable)",
        r#"new XmlNamespaceManager(new NameTable()).LookupNamespace("xml")"#,
        XML_NAMESPACE,
        |call, a| {
            if a.value(0).is_null() {
                return Err(Thrown::null_reference());
            }
            call.allocate(64)?;
            Ok(Value::of(Namespaces(Mutex::new(Vec::new()))))
        },
    ),
    row("void AddNamespace(string prefix, string uri)", "", "", |call, a| {
        let (prefix, uri) = (a.text(1)?, a.text(2)?);
        if matches!(prefix.as_str(), "xml" | "xmlns") || !(prefix.is_empty() || is_ncname(prefix)) {
            return Err(Thrown::argument("The prefix cannot be declared.", "prefix"));
        }
        call.allocate(64 + prefix.len() + uri.len())?;
        own(a)?.0.lock().push((prefix.as_str().into(), uri.as_str().into()));
        Ok(Value::Null)
    }),
    row(
        "string LookupNamespace(string prefix)",
        r#"new XmlNamespaceManager(new NameTable()).LookupNamespace("p") == null"#,
        "True",
        |call, a| {
            call.step(own(a)?.0.lock().len() as u64 / 8)?;
            Ok(own(a)?.find(a.text(1)?).map(Text::from).into())
        },
    ),
    row(
        "string LookupPrefix(string uri)",
        r#"new XmlNamespaceManager(new NameTable()).LookupPrefix("u") == null"#,
        "True",
        |call, a| {
            let (own, uri) = (own(a)?, a.text_or_null(1).map_or("", |text| text.as_str()));
            call.step(own.0.lock().len() as u64 / 8)?;
            Ok(own.prefix_of(uri).map(Text::from).into())
        },
    ),
    row(
        "string DefaultNamespace { get; }",
        "new XmlNamespaceManager(new NameTable()).DefaultNamespace",
        "",
        |_, a| Ok(Text::from(own(a)?.find("").unwrap_or_default()).into()),
    ),
    row("void RemoveNamespace(string prefix, string uri)", "", "", |call, a| {
        let (prefix, uri) = (a.text(1)?, a.text(2)?);
        let mut declared = own(a)?.0.lock();
        call.step(declared.len() as u64 / 8)?;
        declared.retain(|(own, known)| **own != **prefix || **known != **uri);
        Ok(Value::Null)
    }),
    row(
        "bool HasNamespace(string prefix)",
        r#"new XmlNamespaceManager(new NameTable()).HasNamespace("p")"#,
        "False",
        |call, a| {
            call.step(own(a)?.0.lock().len() as u64 / 8)?;
            let prefix = a.text(1)?;
            Ok(own(a)?.0.lock().iter().any(|(own, _)| **own == **prefix).into())
        },
    ),
];

#[derive(Debug)]
struct NameTable;

impl Object for NameTable {
    fn type_name(&self) -> String {
        NAME_TABLE.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A `NameTable`.
pub fn name_table() -> Value {
    Value::of(NameTable)
}

/// Prefixes with their namespaces, the latest last.
#[derive(Debug)]
pub struct Namespaces(Mutex<Vec<(Arc<str>, Arc<str>)>>);

impl Namespaces {
    /// The namespace of a prefix.
    pub fn find(&self, prefix: &str) -> Option<Arc<str>> {
        match prefix {
            "xml" => return Some(XML_NAMESPACE.into()),
            "xmlns" => return Some(XMLNS_NAMESPACE.into()),
            _ => {}
        }
        let declared = self.0.lock();
        let known = declared.iter().rev().find(|(own, _)| **own == *prefix);
        let none = || prefix.is_empty().then(|| "".into());
        known.map(|(_, uri)| Arc::clone(uri)).or_else(none)
    }
}

impl Namespaces {
    /// The prefix of a namespace, the latest first.
    fn prefix_of(&self, uri: &str) -> Option<Arc<str>> {
        match uri {
            XML_NAMESPACE => return Some("xml".into()),
            XMLNS_NAMESPACE => return Some("xmlns".into()),
            _ => {}
        }
        let declared = self.0.lock();
        let known = declared.iter().rev().find(|(_, own)| **own == *uri);
        known.map(|(prefix, _)| Arc::clone(prefix))
    }
}

impl Object for Namespaces {
    fn type_name(&self) -> String {
        XML_NAMESPACE_MANAGER.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The prefixes that a value holds.
pub fn namespaces(value: &Value) -> Option<&Namespaces> {
    value.object()
}

fn own(a: Arguments<'_>) -> Result<&Namespaces, Thrown> {
    namespaces(a.value(0)).ok_or_else(|| a.null(0))
}
