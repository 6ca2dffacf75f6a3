//! The .NET library as tables, one file a type.
//!
//! A row is a member: its signature as C# writes it, an example with the text that it gives, and the function that runs
//! it. `check` looks members up by name, `compile` calls them; adding a type is its file and one line in [`all`].
//! Never here: I/O, and members that API Management does not allow (APIM: "API Management policy expressions").

#![allow(clippy::unnecessary_wraps, reason = "helpers of rows have the rows' result type")]
#![allow(
    clippy::mutable_key_type,
    reason = "what can change in a key takes no part in its hash"
)]

mod apim;
mod arguments;
mod base64;
mod certificates;
mod class;
mod collections;
mod cryptography;
mod culture;
mod format;
mod io;
mod json;
mod linq;
mod net;
mod signature;
mod sort;
mod system;
mod text;
mod utf16;
mod xml;

pub use apim::{Jwt, parse_jwt};
pub use arguments::{Arguments, Call};
pub use class::{Class, ClassKind, Function, Member, MemberKind, Parameter, Passing, Row, row};
pub(crate) use text::CodePage;

use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::types::{Simple, Type};
use crate::value::{HostPart, Value};
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// `System.Exception`, the root of what can be thrown.
pub use system::exceptions::EXCEPTION;

pub(crate) use apim::find;
pub(crate) use certificates::{certificate, own_certificate};
pub(crate) use collections::LIST;
pub(crate) use cryptography::no_hash_name;
pub(crate) use culture::{Culture, culture_compare};
pub(crate) use format::{format_composite, format_composite_in, format_date, format_in, format_value};
pub(crate) use json::{content, keep as keep_json, read_through as read_json, scalar_value};
pub use net::{html_decode, html_encode, url_decode, url_encode};
pub(crate) use sort::sort_values;
pub(crate) use system::{
    TYPE, TypeObject, number_error, parse_date_time_offset, read_number, unicode_category, uri, uri_text,
};
pub(crate) use text::replace_pattern;
pub(crate) use xml::{equal_nodes, hash_node, json_of as xml_json, of_body as xml_of_body};

/// Every type of the library.
pub fn all() -> impl Iterator<Item = &'static Class> {
    [
        apim::CLASSES,
        collections::CLASSES,
        certificates::CLASSES,
        cryptography::CLASSES,
        cryptography::HASHES,
        cryptography::CIPHERS,
        io::CLASSES,
        json::CLASSES,
        json::OPTIONS,
        linq::CLASSES,
        net::CLASSES,
        text::CLASSES,
        system::CLASSES,
        system::exceptions::CLASSES,
    ]
    .into_iter()
    .flatten()
    .copied()
    .chain(xml::classes())
}

/// The type of this name (full or short) with this many type parameters.
pub fn class(name: &str, arity: usize) -> Option<&'static Class> {
    static BY_NAME: LazyLock<HashMap<(&'static str, usize), &'static Class>> = LazyLock::new(|| {
        let mut by_name = HashMap::new();
        for class in all() {
            by_name.insert((class.name, class.parameters.len()), class);
            by_name
                .entry((class.short_name(), class.parameters.len()))
                .or_insert(class);
        }
        by_name
    });
    BY_NAME.get(&(name, arity)).copied()
}

/// The type of this name with these type arguments; C#'s keywords are names here.
pub fn named_type(name: &str, arguments: Vec<Type>) -> Option<Type> {
    if let Some(simple) = Simple::ALL
        .into_iter()
        .find(|simple| simple.keyword() == name && arguments.is_empty())
    {
        return Some(Type::Simple(simple));
    }
    if let Some(class) = class(name, arguments.len()) {
        if class.name == "System.Nullable" && !arguments.is_empty() {
            return arguments.into_iter().next().map(Type::nullable);
        }
        return Some(Type::generic(class, arguments));
    }
    signature::delegate_type(name, arguments)
}

/// Whether types' full names begin with this and a dot.
pub fn is_namespace(name: &str) -> bool {
    static NAMESPACES: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
        all()
            .flat_map(|class| {
                class
                    .name
                    .match_indices('.')
                    .filter_map(|(dot, _)| class.name.get(..dot))
            })
            .collect()
    });
    NAMESPACES.contains(name)
}

/// The extension methods of a name.
pub fn extensions(name: &str) -> &'static [&'static Member] {
    static EXTENSIONS: LazyLock<HashMap<&'static str, Vec<&'static Member>>> = LazyLock::new(|| {
        let mut extensions: HashMap<&'static str, Vec<&'static Member>> = HashMap::new();
        for class in all().filter(|class| class.kind == ClassKind::Static) {
            for name in class.member_names() {
                let found = class
                    .members(name)
                    .iter()
                    .filter(|member| member.kind == MemberKind::Extension);
                extensions.entry(name).or_default().extend(found);
            }
        }
        extensions
    });
    EXTENSIONS.get(name).map_or(&[], Vec::as_slice)
}

/// The digest of bytes by the hash function that the argument at `index` names.
///
/// # Errors
/// When it names none.
pub(crate) fn digest(arguments: Arguments<'_>, index: usize, bytes: &[u8]) -> Result<Vec<u8>, Thrown> {
    Ok(cryptography::hash_function(arguments, index)?.digest(bytes))
}

/// An `Oid` of dotted numbers.
pub(crate) fn oid(value: &str) -> Value {
    cryptography::oid_of(&value.into())
}

/// A `Jwt` of a text; null when it is none.
pub(crate) fn jwt(text: &str) -> Value {
    parse_jwt(text).map_or(Value::Null, Value::of)
}

/// `Convert.FromBase64String`
pub(crate) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    base64::decode(text)
}

/// Elements of a part of `context`.
pub(crate) fn host_entries(part: HostPart, frame: &Frame<'_>) -> Vec<Value> {
    apim::entries(part, frame)
}

/// Elements of an object that is no collection of its own; `None` when there are none to go through.
///
/// # Errors
/// What computing them throws.
pub(crate) fn object_items(value: &Value, frame: &mut Frame<'_>) -> Result<Option<Vec<Value>>, Thrown> {
    if let Some(items) = linq::items(value, frame)? {
        return Ok(Some(items));
    }
    let items = text::items(value)
        .or_else(|| xml::items(value))
        .or_else(|| certificates::items(value));
    Ok(items.or_else(|| apim::object_entries(value)))
}

#[cfg(test)]
mod tests;
