//! `context.Workspace`

use crate::context::Workspace;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// The workspace that the API is in.
pub static WORKSPACE: Class = Class::new("IWorkspace", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row("string Id { get; }", "context.Workspace.Id", "team", |_, a| {
        ask(a, |workspace| workspace.id.clone().into())
    }),
    row("string Name { get; }", "context.Workspace.Name", "The team", |_, a| {
        ask(a, |workspace| workspace.name.clone().into())
    }),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Workspace) -> Value) -> Outcome {
    a.value(0)
        .object::<Workspace>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Workspace {
    fn type_name(&self) -> String {
        "IWorkspace".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
