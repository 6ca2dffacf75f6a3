//! `System.Xml.Linq.XDocument`

use super::content::{add, items};
use super::linq_node::{NODE_BYTES, copy, node, parse_document, related, save, value};
use super::xdeclaration;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use xml::{Declaration, Kind, Node, NodeId, Tree};

/// A document.
pub static XDOCUMENT: Class = Class::new("System.Xml.Linq.XDocument", ClassKind::Class)
    .inherits(&["XContainer"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new XDocument().Root == null", "True", |call, a| {
        create(call, a, None, 0)
    }),
    row(
        "new(params object[] content)",
        r#"new XDocument(new XComment("c"), new XElement("a"))"#,
        "<!--c-->\n<a />",
        |call, a| create(call, a, None, 0),
    ),
    row(
        "new(XDeclaration declaration, params object[] content)",
        r#"new XDocument(new XDeclaration("1.0", "utf-8", null), new XElement("a")).Declaration.Encoding"#,
        "utf-8",
        |call, a| create(call, a, xdeclaration::of(a.value(0)), 1),
    ),
    row(
        "new(XDocument other)",
        r#"new XDocument(XDocument.Parse("<a/>")).Root.Name"#,
        "a",
        |call, a| Ok(value(copy(call.frame, node(a, 0)?)?)),
    ),
    row(
        "static XDocument Parse(string text)",
        r#"XDocument.Parse("<?xml version='1.0'?><a/>")"#,
        "<a />",
        |call, a| {
            let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))?;
            parse_document(call.frame, text, false)
        },
    ),
    row(
        "static XDocument Parse(string text, LoadOptions options)",
        r#"XDocument.Parse("<a> </a>", LoadOptions.PreserveWhitespace)"#,
        "<a> </a>",
        |call, a| {
            let text = a.text_or_null(0).ok_or_else(|| Thrown::argument_null("s"))?;
            parse_document(call.frame, text, a.int(1) & 1 == 1)
        },
    ),
    row(
        "XElement Root { get; }",
        r#"XDocument.Parse("<a/>").Root.Name"#,
        "a",
        |_, a| {
            let root = |tree: &Tree, id| tree.children(id).find(|id| tree.is_element(*id));
            Ok(related(node(a, 0)?, root))
        },
    ),
    row(
        "XDocumentType DocumentType { get; }",
        r#"XDocument.Parse("<!DOCTYPE a><a/>").DocumentType.Name"#,
        "a",
        |_, a| {
            let wanted = |tree: &Tree, id: &NodeId| matches!(tree.kind(*id), Kind::DocumentType(_));
            Ok(related(node(a, 0)?, |tree, id| {
                tree.children(id).find(|id| wanted(tree, id))
            }))
        },
    ),
    row(
        "XDeclaration Declaration { get; }",
        r#"XDocument.Parse("<?xml version='1.0' encoding='utf-8'?><a/>").Declaration.Encoding"#,
        "utf-8",
        |_, a| Ok(xdeclaration::of_document(node(a, 0)?)),
    ),
    row("void Save(TextWriter textWriter)", "", "", save),
    row("void Save(TextWriter textWriter, SaveOptions options)", "", "", save),
    row("XDeclaration Declaration { set; }", "", "", |_, a| {
        let declaration = xdeclaration::of(a.value(1));
        node(a, 0)?.write(|tree, id| tree.set_kind(id, Kind::Document { declaration }));
        Ok(Value::Null)
    }),
];

/// Whether a node is a document.
pub fn is_document(tree: &Tree, id: NodeId) -> bool {
    matches!(tree.kind(id), Kind::Document { .. })
}

fn create(call: &mut Call<'_, '_>, a: Arguments<'_>, declaration: Option<Declaration>, content: usize) -> Outcome {
    call.allocate(NODE_BYTES)?;
    let document = Node::new(Kind::Document { declaration });
    let items = items(call.frame, a.value(content))?;
    add(call.frame, &document, items)?;
    Ok(value(document))
}
