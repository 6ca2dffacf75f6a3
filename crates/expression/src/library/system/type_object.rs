//! `System.Type`, as far as names go.

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// What `typeof` and `GetType()` give.
pub static TYPE: Class = Class::new("System.Type", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row("string Name { get; }", "typeof(List<int>).Name", "List`1", |_, a| {
        ask(a, |ty| {
            let full = ty.dotnet_name();
            let end = full
                .find('[')
                .filter(|_| !matches!(ty, Type::Array(..)))
                .unwrap_or(full.len());
            full.get(..end)
                .unwrap_or_default()
                .rsplit(['.', '+'])
                .next()
                .unwrap_or_default()
                .to_owned()
        })
    }),
    row(
        "string FullName { get; }",
        "typeof(string).FullName",
        "System.String",
        |_, a| ask(a, Type::dotnet_name),
    ),
    row(
        "string Namespace { get; }",
        "typeof(JObject).Namespace",
        "Newtonsoft.Json.Linq",
        |_, a| {
            ask(a, |ty| {
                let full = ty.dotnet_name();
                full.split('[')
                    .next()
                    .unwrap_or_default()
                    .rsplit_once('.')
                    .map_or_else(String::new, |(namespace, _)| namespace.to_owned())
            })
        },
    ),
    row("bool IsArray { get; }", "typeof(int[]).IsArray", "True", |_, a| {
        Ok(a.value(0)
            .object::<TypeObject>()
            .is_some_and(|ty| matches!(ty.0, Type::Array(..)))
            .into())
    }),
    row(
        "static bool operator ==(Type left, Type right)",
        "typeof(int) == 5.GetType()",
        "True",
        |_, a| Ok(a.value(0).equals(a.value(1)).into()),
    ),
    row(
        "static bool operator !=(Type left, Type right)",
        "typeof(int) != typeof(long)",
        "True",
        |_, a| Ok((!a.value(0).equals(a.value(1))).into()),
    ),
];

/// A type as an object.
#[derive(Debug)]
pub struct TypeObject(pub Type);

impl Object for TypeObject {
    fn type_name(&self) -> String {
        "System.Type".to_owned()
    }
    fn display(&self) -> String {
        self.0.dotnet_name()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.0 == other.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn ask(a: Arguments<'_>, question: impl FnOnce(&Type) -> String) -> Outcome {
    a.value(0)
        .object::<TypeObject>()
        .map(|ty| question(&ty.0).into())
        .ok_or_else(Thrown::null_reference)
}
