//! `System.Xml.Linq.XAttribute`

use super::casts::OF_ATTRIBUTE;
use super::content::remove;
use super::linq_node::{NODE_BYTES, node, related, text_of as written, value};
use super::text::text_of;
use super::xname;
use crate::collection::Sequence;
use crate::library::{Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Value;
use xml::writer::Style;
use xml::{Kind, Node, Tree};

/// An attribute.
pub static XATTRIBUTE: Class = Class::new("System.Xml.Linq.XAttribute", ClassKind::Class)
    .inherits(&["XObject"])
    .rows(ROWS)
    .more(&[OF_ATTRIBUTE]);

const ROWS: &[Row] = &[
    row(
        "static IEnumerable<XAttribute> EmptySequence { get; }",
        "XAttribute.EmptySequence.Count()",
        "0",
        |_, _| Ok(Sequence::of(Type::class(&XATTRIBUTE), Vec::new())),
    ),
    row(
        "new(XName name, object value)",
        r#"new XAttribute("a", 1)"#,
        r#"a="1""#,
        |call, a| {
            let (name, text) = (xname::required(a, 0)?, text_of(a.required(1)?)?);
            call.allocate(NODE_BYTES + text.len())?;
            Ok(value(Node::new(Kind::Attribute {
                name: name.clone(),
                prefix: None,
                value: text.as_str().into(),
            })))
        },
    ),
    row(
        "new(XAttribute other)",
        r#"new XAttribute(new XAttribute("a", 1)).Value"#,
        "1",
        |call, a| {
            call.allocate(NODE_BYTES)?;
            Ok(value(Node::new(node(a, 0)?.read(|tree, id| tree.kind(id).clone()))))
        },
    ),
    row("XName Name { get; }", r#"new XAttribute("a", 1).Name"#, "a", |_, a| {
        let name = node(a, 0)?.read(|tree, id| tree.name(id).cloned());
        Ok(name.map_or(Value::Null, xname::value))
    }),
    row(
        "string Value { get; }",
        r#"new XAttribute("a", 1).Value"#,
        "1",
        |_, a| Ok(Text::from(node(a, 0)?.read(Tree::value)).into()),
    ),
    row("string Value { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
    row("void SetValue(object value)", "", "", |call, a| {
        let text = text_of(a.required(1)?)?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
    row(
        "bool IsNamespaceDeclaration { get; }",
        r#"XElement.Parse("<a xmlns='u'/>").FirstAttribute.IsNamespaceDeclaration"#,
        "True",
        |_, a| {
            let declares = |tree: &Tree, id| tree.name(id).is_some_and(|name| name.declared_prefix().is_some());
            Ok(node(a, 0)?.read(declares).into())
        },
    ),
    row(
        "XAttribute NextAttribute { get; }",
        r#"XElement.Parse("<a b='1' c='2'/>").FirstAttribute.NextAttribute.Value"#,
        "2",
        |_, a| Ok(related(node(a, 0)?, Tree::next)),
    ),
    row(
        "XAttribute PreviousAttribute { get; }",
        r#"XElement.Parse("<a b='1' c='2'/>").LastAttribute.PreviousAttribute.Value"#,
        "1",
        |_, a| Ok(related(node(a, 0)?, Tree::previous)),
    ),
    row("void Remove()", "", "", |_, a| {
        remove(node(a, 0)?).map(|()| Value::Null)
    }),
    row(
        "string ToString()",
        r#"new XAttribute("a", "<").ToString()"#,
        r#"a="&lt;""#,
        |call, a| written(call.frame, node(a, 0)?, Style::Indented),
    ),
];
