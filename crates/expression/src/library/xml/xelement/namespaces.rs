//! `XElement`'s members for namespaces.

use super::super::linq_node::node;
use super::super::xnamespace;
use crate::library::{Arguments, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// Prefixes and namespaces are looked for among all attributes around.
fn cost(a: Arguments<'_>) -> Result<u64, Thrown> {
    Ok(8 + node(a, 0)?.read(xml::Tree::attributes_around) as u64 / 16)
}

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "XNamespace GetDefaultNamespace()",
        r#"XElement.Parse("<a xmlns='urn:x'/>").GetDefaultNamespace()"#,
        "urn:x",
        |call, a| {
            call.step(cost(a)?)?;
            let found = node(a, 0)?.read(|tree, id| tree.namespace_of_prefix(id, ""));
            Ok(xnamespace::value(&found.unwrap_or_default()))
        },
    ),
    row(
        "XNamespace GetNamespaceOfPrefix(string prefix)",
        r#"XElement.Parse("<a xmlns:p='urn:x'/>").GetNamespaceOfPrefix("p")"#,
        "urn:x",
        |call, a| {
            call.step(cost(a)?)?;
            let prefix = a.text(1)?;
            if prefix.is_empty() {
                return Err(Thrown::new("System.ArgumentException", "'' is an invalid prefix."));
            }
            let found = node(a, 0)?.read(|tree, id| tree.namespace_of_prefix(id, prefix));
            Ok(found.map_or(Value::Null, |found| xnamespace::value(&found)))
        },
    ),
    row(
        "string GetPrefixOfNamespace(XNamespace ns)",
        r#"XElement.Parse("<a xmlns:p='urn:x'/>").GetPrefixOfNamespace("urn:x")"#,
        "p",
        |call, a| {
            call.step(cost(a)?)?;
            let namespace = xnamespace::required(a, 1)?;
            let found = node(a, 0)?.read(|tree, id| tree.prefix_of_namespace(id, namespace));
            Ok(found.map(|prefix| prefix.to_string()).into())
        },
    ),
];
