//! `context.Backend`

use crate::context::Backend;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;

/// Where the request goes.
pub static BACKEND: Class = Class::new("IBackend", ClassKind::Interface).rows(ROWS);
/// One server or several.
pub static TYPE: Class = Class::enumeration("BackendType", &[("Single", 0), ("Pool", 1)]);

const ROWS: &[Row] = &[
    row("string Id { get; }", "context.Backend.Id", "orders", |_, a| {
        ask(a, |backend| backend.id.clone().into())
    }),
    row("BackendType Type { get; }", "context.Backend.Type", "Pool", |_, a| {
        ask(a, |backend| Value::Enum(ClassRef(&TYPE), backend.is_pool.into()))
    }),
    row(
        "string AzureRegion { get; }",
        "context.Backend.AzureRegion",
        "westeurope",
        |_, a| ask(a, |backend| backend.azure_region.clone().into()),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Backend) -> Value) -> Outcome {
    a.value(0)
        .object::<Backend>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Backend {
    fn type_name(&self) -> String {
        "IBackend".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
