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
            if !xml::name::is_ncname(target) || target.eq_ignore_ascii_case("xml") {
                let message = format!("'{target}' is an invalid name for a processing instruction.");
                return Err(Thrown::new("System.ArgumentException", message));
            }
            Ok(value(Node::new(Kind::Instruction {
                target: target.as_str().into(),
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
];

fn part(a: Arguments<'_>, pick: impl Fn(&DocumentType) -> Option<Arc<str>>) -> Outcome {
    let part = node(a, 0)?.read(|tree, id| match tree.kind(id) {
        Kind::DocumentType(kind) => pick(kind),
        _ => None,
    });
    Ok(part.map(Text::from).into())
}
