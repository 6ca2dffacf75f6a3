//! `System.Xml.Linq.XDeclaration`

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt::Write;
use std::sync::Arc;
use xml::{Declaration, Kind, Node};

/// `<?xml version="1.0"?>`
pub static XDECLARATION: Class = Class::new("System.Xml.Linq.XDeclaration", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new(string version, string encoding, string standalone)",
        r#"new XDeclaration("1.0", "utf-8", null)"#,
        r#"<?xml version="1.0" encoding="utf-8"?>"#,
        |_, a| {
            let part = |index| a.text_or_null(index).map(|text| text.as_str().into());
            Ok(value(Declaration {
                version: part(0),
                encoding: part(1),
                standalone: part(2),
            }))
        },
    ),
    row(
        "string Version { get; }",
        r#"new XDeclaration("1.0", null, null).Version"#,
        "1.0",
        |_, a| part(a, |declaration| &declaration.version),
    ),
    row(
        "string Encoding { get; }",
        r#"new XDeclaration("1.0", "utf-8", null).Encoding"#,
        "utf-8",
        |_, a| part(a, |declaration| &declaration.encoding),
    ),
    row(
        "string Standalone { get; }",
        r#"new XDeclaration("1.0", null, "yes").Standalone"#,
        "yes",
        |_, a| part(a, |declaration| &declaration.standalone),
    ),
    row(
        "new(XDeclaration other)",
        r#"new XDeclaration(new XDeclaration("1.0", null, null)).Version"#,
        "1.0",
        |_, a| Ok(value(of(a.value(0)).ok_or_else(|| a.null(0))?)),
    ),
    row("string Version { set; }", "", "", |_, a| {
        set_part(a, |declaration| &mut declaration.version)
    }),
    row("string Encoding { set; }", "", "", |_, a| {
        set_part(a, |declaration| &mut declaration.encoding)
    }),
    row("string Standalone { set; }", "", "", |_, a| {
        set_part(a, |declaration| &mut declaration.standalone)
    }),
    row(
        "string ToString()",
        r#"new XDeclaration("1.0", null, "yes").ToString()"#,
        r#"<?xml version="1.0" standalone="yes"?>"#,
        |_, a| Ok(declaration(a.value(0)).ok_or_else(|| a.null(0))?.display().into()),
    ),
];

/// A declaration of its own, or that of a document, which changes with it.
#[derive(Debug)]
enum DeclarationObject {
    Own(Mutex<Declaration>),
    OfDocument(Node),
}

impl DeclarationObject {
    fn get(&self) -> Declaration {
        match self {
            Self::Own(own) => own.lock().clone(),
            Self::OfDocument(document) => document
                .read(|tree, id| match tree.kind(id) {
                    Kind::Document { declaration } => declaration.clone(),
                    _ => None,
                })
                .unwrap_or_default(),
        }
    }

    fn set(&self, new: Declaration) {
        match self {
            Self::Own(own) => *own.lock() = new,
            Self::OfDocument(document) => {
                let declaration = Some(new);
                document.write(|tree, id| tree.set_kind(id, Kind::Document { declaration }));
            }
        }
    }
}

impl Object for DeclarationObject {
    fn type_name(&self) -> String {
        XDECLARATION.name.to_owned()
    }
    fn display(&self) -> String {
        let own = self.get();
        let mut text = "<?xml".to_owned();
        let parts = [
            ("version", &own.version),
            ("encoding", &own.encoding),
            ("standalone", &own.standalone),
        ];
        for (name, part) in parts {
            if let Some(part) = part {
                // Writing to a string cannot fail.
                let _ = write!(text, " {name}=\"{part}\"");
            }
        }
        text + "?>"
    }
    fn is_same(&self, other: &Value) -> bool {
        match (self, declaration(other)) {
            (Self::OfDocument(own), Some(Self::OfDocument(other))) => own.is_same(other),
            _ => false,
        }
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn value(declaration: Declaration) -> Value {
    Value::of(DeclarationObject::Own(Mutex::new(declaration)))
}

/// The declaration of a document; null when it has none.
pub fn of_document(document: &Node) -> Value {
    let is_declared = |kind: &Kind| matches!(kind, Kind::Document { declaration: Some(_) });
    if document.read(|tree, id| is_declared(tree.kind(id))) {
        Value::of(DeclarationObject::OfDocument(document.clone()))
    } else {
        Value::Null
    }
}

fn declaration(value: &Value) -> Option<&DeclarationObject> {
    value.object()
}

/// The declaration that a value is.
pub fn of(value: &Value) -> Option<Declaration> {
    declaration(value).map(DeclarationObject::get)
}

fn part(a: Arguments<'_>, pick: impl Fn(&Declaration) -> &Option<Arc<str>>) -> Outcome {
    let declaration = declaration(a.value(0)).ok_or_else(Thrown::null_reference)?.get();
    Ok(pick(&declaration).as_deref().into())
}

fn set_part(a: Arguments<'_>, pick: impl Fn(&mut Declaration) -> &mut Option<Arc<str>>) -> Outcome {
    let object = declaration(a.value(0)).ok_or_else(Thrown::null_reference)?;
    let mut changed = object.get();
    *pick(&mut changed) = a.text_or_null(1).map(|text| text.as_str().into());
    object.set(changed);
    Ok(Value::Null)
}
