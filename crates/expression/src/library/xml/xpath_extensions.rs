//! `System.Xml.XPath.Extensions`

use super::linq_node::{node, value};
use super::xelement::XELEMENT;
use super::xpath::{Found, evaluate};
use crate::collection::Sequence;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;
use xml::{Node, Tree};

/// `XPath` as extension methods of nodes.
pub static XPATH_EXTENSIONS: Class = Class::new("System.Xml.XPath.Extensions", ClassKind::Static).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static XElement XPathSelectElement(this XNode node, string expression)",
        r#"XElement.Parse("<a><b>1</b><b>2</b></a>").XPathSelectElement("b[2]").Value"#,
        "2",
        select_one,
    ),
    row(
        "static XElement XPathSelectElement(this XNode node, string expression, IXmlNamespaceResolver resolver)",
        "",
        "",
        select_one,
    ),
    row(
        "static IEnumerable<XElement> XPathSelectElements(this XNode node, string expression)",
        r#"XElement.Parse("<a><b>1</b><b>2</b></a>").XPathSelectElements("//b").Count()"#,
        "2",
        select_all,
    ),
    row(
        "static IEnumerable<XElement> XPathSelectElements(this XNode node, string expression, IXmlNamespaceResolver resolver)",
        "",
        "",
        select_all,
    ),
    row(
        "static object XPathEvaluate(this XNode node, string expression)",
        r#"XElement.Parse("<a><b>1</b><b>2</b></a>").XPathEvaluate("sum(b)")"#,
        "3",
        any,
    ),
    row(
        "static object XPathEvaluate(this XNode node, string expression, IXmlNamespaceResolver resolver)",
        "",
        "",
        any,
    ),
];

fn elements(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Result<Vec<Node>, Thrown> {
    let own = node(a, 0)?;
    let unexpected = |name: &str| {
        let message = format!("The XPath expression evaluated to unexpected type {name}.");
        Thrown::invalid_operation(&message)
    };
    match evaluate(call.frame, own, a.value(1), a.value(2))? {
        Found::Nodes(nodes) => match nodes.iter().find(|node| !node.read(Tree::is_element)) {
            Some(other) => Err(unexpected(&value(other.clone()).type_name())),
            None => Ok(nodes),
        },
        Found::Value(value) => Err(unexpected(&value.type_name())),
    }
}

fn select_one(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let found = elements(call, a)?.into_iter().next();
    Ok(found.map_or(Value::Null, value))
}

fn select_all(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let found = elements(call, a)?.into_iter().map(value).collect();
    Ok(Sequence::of(Type::class(&XELEMENT), found))
}

fn any(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(match evaluate(call.frame, node(a, 0)?, a.value(1), a.value(2))? {
        Found::Nodes(nodes) => Sequence::of(Type::OBJECT, nodes.into_iter().map(value).collect()),
        Found::Value(value) => value,
    })
}
