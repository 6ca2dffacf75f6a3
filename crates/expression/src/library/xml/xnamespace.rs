//! `System.Xml.Linq.XNamespace`

use super::xname::{self, checked};
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use xml::name::{XML_NAMESPACE, XMLNS_NAMESPACE};

/// A namespace.
pub static XNAMESPACE: Class = Class::new("System.Xml.Linq.XNamespace", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static XNamespace Get(string namespaceName)",
        r#"XNamespace.Get("urn:x")"#,
        "urn:x",
        |_, a| Ok(value(&a.text(0)?.as_str().into())),
    ),
    row(
        "static XNamespace None { get; }",
        r#"XNamespace.None + "a""#,
        "a",
        |_, _| Ok(value(&"".into())),
    ),
    row(
        "static XNamespace Xml { get; }",
        "XNamespace.Xml",
        XML_NAMESPACE,
        |_, _| Ok(value(&XML_NAMESPACE.into())),
    ),
    row(
        "static XNamespace Xmlns { get; }",
        "XNamespace.Xmlns",
        XMLNS_NAMESPACE,
        |_, _| Ok(value(&XMLNS_NAMESPACE.into())),
    ),
    row(
        "static implicit operator XNamespace(string namespaceName)",
        r#"((XNamespace)"urn:x").NamespaceName"#,
        "urn:x",
        |_, a| {
            Ok(match a.text_or_null(0) {
                Some(text) => value(&text.as_str().into()),
                None => Value::Null,
            })
        },
    ),
    row(
        "static XName operator +(XNamespace ns, string localName)",
        r#"XNamespace.Get("urn:x") + "a""#,
        "{urn:x}a",
        |_, a| Ok(xname::value(checked(required(a, 0)?, a.text(1)?)?)),
    ),
    row(
        "static bool operator ==(XNamespace left, XNamespace right)",
        r#"XNamespace.Get("urn:x") == "urn:x""#,
        "True",
        |_, a| Ok((namespace(a, 0) == namespace(a, 1)).into()),
    ),
    row(
        "static bool operator !=(XNamespace left, XNamespace right)",
        r#"XNamespace.Get("urn:x") != "urn:x""#,
        "False",
        |_, a| Ok((namespace(a, 0) != namespace(a, 1)).into()),
    ),
    row(
        "XName GetName(string localName)",
        r#"XNamespace.Get("urn:x").GetName("a")"#,
        "{urn:x}a",
        |_, a| Ok(xname::value(checked(required(a, 0)?, a.text(1)?)?)),
    ),
    row(
        "string NamespaceName { get; }",
        r#"XNamespace.Get("urn:x").NamespaceName"#,
        "urn:x",
        |_, a| Ok(required(a, 0)?.as_ref().into()),
    ),
    row(
        "string ToString()",
        r#"XNamespace.Get("urn:x").ToString()"#,
        "urn:x",
        |_, a| Ok(required(a, 0)?.as_ref().into()),
    ),
];

#[derive(Debug)]
struct Namespace(Arc<str>);

impl Object for Namespace {
    fn type_name(&self) -> String {
        XNAMESPACE.name.to_owned()
    }
    fn display(&self) -> String {
        self.0.to_string()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.0 == other.0)
    }
    fn is_same(&self, other: &Value) -> bool {
        self.equals(other)
    }
    fn hash_code(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A namespace as a value.
pub fn value(namespace: &Arc<str>) -> Value {
    Value::of(Namespace(Arc::clone(namespace)))
}

fn namespace(a: Arguments<'_>, index: usize) -> Option<&Arc<str>> {
    a.value(index).object::<Namespace>().map(|namespace| &namespace.0)
}

/// The namespace of an argument that must not be null.
///
/// # Errors
/// `ArgumentNullException`, `NullReferenceException`
pub fn required(a: Arguments<'_>, index: usize) -> Result<&Arc<str>, Thrown> {
    namespace(a, index).ok_or_else(|| a.null(index))
}
