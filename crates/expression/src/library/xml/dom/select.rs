//! `XmlNode`'s queries.

use super::super::xpath::nodes;
use super::node_list::node_list;
use super::{node, value};
use crate::library::{Arguments, Call, Row, row};
use crate::thrown::Outcome;
use crate::value::Value;

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "XmlNode SelectSingleNode(string xpath)",
        r#"new XmlDocument().SelectSingleNode("a") == null"#,
        "True",
        one,
    ),
    row(
        "XmlNode SelectSingleNode(string xpath, XmlNamespaceManager nsmgr)",
        "",
        "",
        one,
    ),
    row(
        "XmlNodeList SelectNodes(string xpath)",
        r#"new XmlDocument().SelectNodes("a").Count"#,
        "0",
        all,
    ),
    row(
        "XmlNodeList SelectNodes(string xpath, XmlNamespaceManager nsmgr)",
        "",
        "",
        all,
    ),
];

fn one(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let found = nodes(call.frame, node(a, 0)?, a.value(1), a.value(2))?;
    Ok(found.into_iter().next().map_or(Value::Null, value))
}

fn all(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let found = nodes(call.frame, node(a, 0)?, a.value(1), a.value(2))?;
    Ok(node_list(found.into_iter().map(value).collect()))
}
