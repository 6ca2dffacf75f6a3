//! `System.Xml.Linq.XObject`: what nodes and attributes have in common.

use super::linq_node::{node, related, value};
use super::options::node_type;
use super::xdocument::is_document;
use crate::library::{Class, ClassKind, Row, row};
use crate::value::Value;
use xml::Tree;

/// A node or an attribute.
pub static XOBJECT: Class = Class::new("System.Xml.Linq.XObject", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "XElement Parent { get; }",
        r#"XElement.Parse("<a><b/></a>").Element("b").Parent.Name"#,
        "a",
        |_, a| {
            let parent = |tree: &Tree, id| tree.parent(id).filter(|id| tree.is_element(*id));
            Ok(related(node(a, 0)?, parent))
        },
    ),
    row(
        "XDocument Document { get; }",
        r#"XDocument.Parse("<a><b/></a>").Root.Element("b").Document.Root.Name"#,
        "a",
        |call, a| {
            let mut depth = 0;
            let root = node(a, 0)?.sibling_handle(|tree, id| {
                let root = tree.ancestors_and_self(id).inspect(|_| depth += 1).last();
                root.filter(|id| is_document(tree, *id))
            });
            call.step(depth / 8)?;
            Ok(root.map_or(Value::Null, value))
        },
    ),
    row(
        "XmlNodeType NodeType { get; }",
        r#"XElement.Parse("<a>x</a>").FirstNode.NodeType"#,
        "Text",
        |_, a| Ok(node(a, 0)?.read(|tree, id| node_type(tree.kind(id)))),
    ),
    row(
        "string BaseUri { get; }",
        r#"XElement.Parse("<a/>").BaseUri"#,
        "",
        |_, _| Ok("".into()),
    ),
];
