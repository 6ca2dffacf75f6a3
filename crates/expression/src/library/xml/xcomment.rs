//! `System.Xml.Linq.XComment`, `XProcessingInstruction`, `XDocumentType`: what is written between `<!` or `<?` and `>`.

use super::linq_node::{NODE_BYTES, node, value};
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use std::sync::Arc;
use xml::{DocumentType, Kind, Node, Tree};

/// A comment.
pub static XCOMMENT: Class = Class::new("System.Xml.Linq.XComment", ClassKind::Class)
    .inherits(&["XNode"])
    .rows(COMMENT_ROWS);

/// A processing instruction.
pub static XPROCESSING_INSTRUCTION: Class = Class::new("System.Xml.Linq.XProcessingInstruction", ClassKind::Class)
    .inherits(&["XNode"])
    .rows(INSTRUCTION_ROWS);

/// A document type declaration.
pub static XDOCUMENT_TYPE: Class = Class::new("System.Xml.Linq.XDocumentType", ClassKind::Class)
    .inherits(&["XNode"])
    .rows(TYPE_ROWS);

const COMMENT_ROWS: &[Row] = &[
    row("new(string value)", r#"new XComment("c")"#, "<!--c-->", |call, a| {
        let text = a.text(0)?;
        call.allocate(NODE_BYTES + text.len())?;
        Ok(value(Node::new(Kind::Comment(text.as_str().into()))))
    }),
    row("string Value { get; }", r#"new XComment("c").Value"#, "c", |_, a| {
        Ok(Text::from(node(a, 0)?.read(Tree::value)).into())
    }),
    row("string Value { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
];

const INSTRUCTION_ROWS: &[Row] = &[
    row(
        "new(string target, string data)",
        r#"new XProcessingInstruction("t", "d")"#,
        "<?t d?>",
        |call, a| {
            let (target, content) = (a.text(0)?, a.text(1)?);
            call.allocate(NODE_BYTES + content.len())?;
            Ok(value(Node::new(Kind::Instruction {
                target: instruction_target(target)?,
                content: content.as_str().into(),
            })))
        },
    ),
    row(
        "string Target { get; }",
        r#"new XProcessingInstruction("t", "d").Target"#,
        "t",
        |_, a| {
            let target = node(a, 0)?.read(|tree, id| match tree.kind(id) {
                Kind::Instruction { target, .. } => Some(Arc::clone(target)),
                _ => None,
            });
            Ok(target.map(Text::from).into())
        },
    ),
    row(
        "string Data { get; }",
        r#"new XProcessingInstruction("t", "d").Data"#,
        "d",
        |_, a| Ok(Text::from(node(a, 0)?.read(Tree::value)).into()),
    ),
    row("string Data { set; }", "", "", |call, a| {
        let text = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        call.allocate(text.len())?;
        node(a, 0)?.write(|tree, id| tree.set_text(id, text.as_str().into()));
        Ok(Value::Null)
    }),
    row("string Target { set; }", "", "", |_, a| {
        let name = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        let target = instruction_target(name)?;
        node(a, 0)?.write(|tree, id| {
            let content = tree.value(id);
            tree.set_kind(id, Kind::Instruction { target, content });
        });
        Ok(Value::Null)
    }),
];

const TYPE_ROWS: &[Row] = &[
    row(
        "new(string name, string publicId, string systemId, string internalSubset)",
        r#"new XDocumentType("a", null, "s", null).SystemId"#,
        "s",
        |call, a| {
            call.allocate(NODE_BYTES)?;
            let part = |index| a.text_or_null(index).map(|text| Arc::<str>::from(text.as_str()));
            Ok(value(Node::new(Kind::DocumentType(Box::new(DocumentType {
                name: a.text(0)?.as_str().into(),
                public: part(1),
                system: part(2),
                subset: part(3),
            })))))
        },
    ),
    row(
        "string Name { get; }",
        r#"new XDocumentType("a", null, null, null).Name"#,
        "a",
        |_, a| part(a, |kind| Some(Arc::clone(&kind.name))),
    ),
    row(
        "string PublicId { get; }",
        r#"new XDocumentType("a", "p", "s", null).PublicId"#,
        "p",
        |_, a| part(a, |kind| kind.public.clone()),
    ),
    row(
        "string SystemId { get; }",
        r#"new XDocumentType("a", "p", "s", null).SystemId"#,
        "s",
        |_, a| part(a, |kind| kind.system.clone()),
    ),
    row(
        "string InternalSubset { get; }",
        r#"new XDocumentType("a", null, null, "x").InternalSubset"#,
        "x",
        |_, a| part(a, |kind| kind.subset.clone()),
    ),
    row("string Name { set; }", "", "", |_, a| {
        let name = a.text_or_null(1).ok_or_else(|| Thrown::argument_null("value"))?;
        set_part(a, |kind| kind.name = name.as_str().into())
    }),
    row("string PublicId { set; }", "", "", |_, a| {
        set_part(a, |kind| kind.public = own_text(a))
    }),
    row("string SystemId { set; }", "", "", |_, a| {
        set_part(a, |kind| kind.system = own_text(a))
    }),
    row("string InternalSubset { set; }", "", "", |_, a| {
        set_part(a, |kind| kind.subset = own_text(a))
    }),
];

fn instruction_target(name: &str) -> Result<Arc<str>, Thrown> {
    let message = format!("'{name}' is an invalid name for a processing instruction.");
    if name.eq_ignore_ascii_case("xml") {
        return Err(Thrown::new("System.ArgumentException", message));
    }
    if !xml::name::is_ncname(name) {
        return Err(Thrown::new("System.Xml.XmlException", message));
    }
    Ok(name.into())
}

fn own_text(a: Arguments<'_>) -> Option<Arc<str>> {
    a.text_or_null(1).map(|text| text.as_str().into())
}

fn set_part(a: Arguments<'_>, set: impl FnOnce(&mut DocumentType)) -> Outcome {
    node(a, 0)?.write(|tree, id| {
        if let Kind::DocumentType(kind) = tree.kind(id) {
            let mut kind = kind.clone();
            set(&mut kind);
            tree.set_kind(id, Kind::DocumentType(kind));
        }
    });
    Ok(Value::Null)
}

fn part(a: Arguments<'_>, pick: impl Fn(&DocumentType) -> Option<Arc<str>>) -> Outcome {
    let part = node(a, 0)?.read(|tree, id| match tree.kind(id) {
        Kind::DocumentType(kind) => pick(kind),
        _ => None,
    });
    Ok(part.map(Text::from).into())
}
