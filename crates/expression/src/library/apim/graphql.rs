//! `context.GraphQL`

use crate::context::GraphQl;
use crate::json::JToken;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// What a GraphQL resolver was called with.
pub static GRAPHQL: Class = Class::new("IGraphQLDataObject", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "JToken Arguments { get; }",
        r#"context.GraphQL.Arguments["id"].ToString()"#,
        "7",
        |_, a| ask(a, |resolved| &resolved.arguments),
    ),
    row(
        "JToken Parent { get; }",
        r#"context.GraphQL.Parent["name"].ToString()"#,
        "tea",
        |_, a| ask(a, |resolved| &resolved.parent),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&GraphQl) -> &JToken) -> Outcome {
    let resolved = a.value(0).object::<GraphQl>().ok_or_else(Thrown::null_reference)?;
    Ok(Value::Json(part(resolved).clone()))
}

impl Object for GraphQl {
    fn type_name(&self) -> String {
        "IGraphQLDataObject".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
