//! `System.Xml.Linq.XName`

use super::xnamespace;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;
use std::hash::{DefaultHasher, Hash, Hasher};
use xml::Name;
use xml::name::is_ncname;

/// A local name in a namespace.
pub static XNAME: Class = Class::new("System.Xml.Linq.XName", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static XName Get(string expandedName)",
        r#"XName.Get("{urn:x}a")"#,
        "{urn:x}a",
        |_, a| Ok(value(expanded(a.text(0)?)?)),
    ),
    row(
        "static XName Get(string localName, string namespaceName)",
        r#"XName.Get("a", "urn:x")"#,
        "{urn:x}a",
        |_, a| Ok(value(checked(a.text(1)?, a.text(0)?)?)),
    ),
    row(
        "static implicit operator XName(string expandedName)",
        r#"((XName)"a").LocalName"#,
        "a",
        |_, a| match a.text_or_null(0) {
            Some(text) => Ok(value(expanded(text)?)),
            None => Ok(Value::Null),
        },
    ),
    row(
        "static bool operator ==(XName left, XName right)",
        r#"XName.Get("a") == "a""#,
        "True",
        |_, a| Ok((name(a, 0) == name(a, 1)).into()),
    ),
    row(
        "static bool operator !=(XName left, XName right)",
        r#"XName.Get("a") != "a""#,
        "False",
        |_, a| Ok((name(a, 0) != name(a, 1)).into()),
    ),
    row(
        "string LocalName { get; }",
        r#"XName.Get("a", "urn:x").LocalName"#,
        "a",
        |_, a| Ok(required(a, 0)?.local().as_ref().into()),
    ),
    row(
        "string NamespaceName { get; }",
        r#"XName.Get("a", "urn:x").NamespaceName"#,
        "urn:x",
        |_, a| Ok(required(a, 0)?.namespace().as_ref().into()),
    ),
    row(
        "XNamespace Namespace { get; }",
        r#"XName.Get("a", "urn:x").Namespace"#,
        "urn:x",
        |_, a| Ok(xnamespace::value(required(a, 0)?.namespace())),
    ),
    row("string ToString()", r#"XName.Get("a").ToString()"#, "a", |_, a| {
        Ok(required(a, 0)?.to_string().into())
    }),
];

#[derive(Debug)]
struct NameObject(Name);

impl Object for NameObject {
    fn type_name(&self) -> String {
        XNAME.name.to_owned()
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

/// A name as a value.
pub fn value(name: Name) -> Value {
    Value::of(NameObject(name))
}

/// The name of an argument, `None` for null.
pub fn name(a: Arguments<'_>, index: usize) -> Option<&Name> {
    a.value(index).object::<NameObject>().map(|name| &name.0)
}

/// The name of an argument that must not be null.
///
/// # Errors
/// `ArgumentNullException`, `NullReferenceException`
pub fn required(a: Arguments<'_>, index: usize) -> Result<&Name, Thrown> {
    name(a, index).ok_or_else(|| a.null(index))
}

/// The name of `{namespace}local` or `local`.
fn expanded(text: &str) -> Result<Name, Thrown> {
    let invalid = || {
        Thrown::new(
            "System.ArgumentException",
            format!("'{text}' is an invalid expanded name."),
        )
    };
    if text.is_empty() {
        return Err(invalid());
    }
    let Some(rest) = text.strip_prefix('{') else {
        return checked("", text);
    };
    let (namespace, local) = rest.rsplit_once('}').ok_or_else(invalid)?;
    if namespace.is_empty() || local.is_empty() {
        return Err(invalid());
    }
    checked(namespace, local)
}

/// A name of a namespace and a local part that must be one.
///
/// # Errors
/// `XmlException`; `ArgumentNullException` for an empty local part.
pub fn checked(namespace: &str, local: &str) -> Result<Name, Thrown> {
    if local.is_empty() {
        return Err(Thrown::argument_null("localName"));
    }
    if is_ncname(local) {
        return Ok(Name::new(namespace, local));
    }
    let start = local.chars().next().filter(|c| !xml::name::is_name_start(*c));
    let found = start
        .or_else(|| local.chars().find(|c| !xml::name::is_name_part(*c)))
        .unwrap_or_default();
    let code = u32::from(found);
    let message = if start.is_some() {
        format!("Name cannot begin with the '{found}' character, hexadecimal value 0x{code:02X}.")
    } else {
        format!("The '{found}' character, hexadecimal value 0x{code:02X}, cannot be included in a name.")
    };
    Err(Thrown::new("System.Xml.XmlException", message))
}
