//! `context.Request.Foundry`

use crate::context::Foundry;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Object;
use std::any::Any;

/// The model of Foundry that a request is for.
pub static FOUNDRY: Class = Class::new("IFoundry", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[row(
    "string Deployment { get; }",
    "context.Request.Foundry.Deployment",
    "gpt",
    |_, a| {
        let foundry = a.value(0).object::<Foundry>().ok_or_else(Thrown::null_reference)?;
        Ok(foundry.deployment.clone().into())
    },
)];

impl Object for Foundry {
    fn type_name(&self) -> String {
        "IFoundry".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
