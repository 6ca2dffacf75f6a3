//! `System.Xml.Linq.XDeclaration`

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt::Write;
use std::sync::Arc;
use xml::Declaration;

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
        "string ToString()",
        r#"new XDeclaration("1.0", null, "yes").ToString()"#,
        r#"<?xml version="1.0" standalone="yes"?>"#,
        |_, a| Ok(declaration(a.value(0)).ok_or_else(|| a.null(0))?.display().into()),
    ),
];

#[derive(Debug)]
struct DeclarationObject(Declaration);

impl Object for DeclarationObject {
    fn type_name(&self) -> String {
        XDECLARATION.name.to_owned()
    }
    fn display(&self) -> String {
        let mut text = "<?xml".to_owned();
        let parts = [
            ("version", &self.0.version),
            ("encoding", &self.0.encoding),
            ("standalone", &self.0.standalone),
        ];
        for (name, part) in parts {
            if let Some(part) = part {
                // Writing to a string cannot fail.
                let _ = write!(text, " {name}=\"{part}\"");
            }
        }
        text + "?>"
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// A declaration as a value.
pub fn value(declaration: Declaration) -> Value {
    Value::of(DeclarationObject(declaration))
}

fn declaration(value: &Value) -> Option<&DeclarationObject> {
    value.object()
}

/// The declaration that a value is.
pub fn of(value: &Value) -> Option<Declaration> {
    declaration(value).map(|declaration| declaration.0.clone())
}

fn part(a: Arguments<'_>, pick: impl Fn(&Declaration) -> &Option<Arc<str>>) -> Outcome {
    let declaration = declaration(a.value(0)).ok_or_else(Thrown::null_reference)?;
    Ok(pick(&declaration.0).as_deref().into())
}
