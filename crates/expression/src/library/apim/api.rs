//! `IApi`, `IContextApi`, `IOperation`

use super::context::shared;
use crate::collection::Array;
use crate::context::{Api, Operation};
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// An API.
pub static API: Class = Class::new("IApi", ClassKind::Interface).rows(API_ROWS);
/// The API that was called.
pub static CONTEXT_API: Class = Class::new("IContextApi", ClassKind::Interface)
    .inherits(&["IApi"])
    .rows(CONTEXT_API_ROWS);
/// The operation that was called.
pub static OPERATION: Class = Class::new("IOperation", ClassKind::Interface).rows(OPERATION_ROWS);
/// Where an API looks for the subscription key.
pub static KEY_NAMES: Class = Class::new("ISubscriptionKeyParameterNames", ClassKind::Interface).rows(KEY_NAME_ROWS);

const API_ROWS: &[Row] = &[
    row("string Id { get; }", "context.Api.Id", "echo", |_, a| {
        ask(a, |api| api.id.clone().into())
    }),
    row("string Name { get; }", "context.Api.Name", "Echo API", |_, a| {
        ask(a, |api| api.name.clone().into())
    }),
    row("string Path { get; }", "context.Api.Path", "echo", |_, a| {
        ask(a, |api| api.path.clone().into())
    }),
    row(
        "IEnumerable<string> Protocols { get; }",
        r#"string.Join(",", context.Api.Protocols)"#,
        "https",
        |_, a| ask(a, |api| Array::texts(api.protocols.clone())),
    ),
    row(
        "IUrl ServiceUrl { get; }",
        "context.Api.ServiceUrl?.Host",
        "backend.test",
        |_, a| ask(a, |api| shared(api.service_url.as_ref())),
    ),
    row(
        "ISubscriptionKeyParameterNames SubscriptionKeyParameterNames { get; }",
        "context.Api.SubscriptionKeyParameterNames.Header",
        "Ocp-Apim-Subscription-Key",
        |_, a| Ok(a.value(0).clone()),
    ),
];

const CONTEXT_API_ROWS: &[Row] = &[
    row(
        "bool IsCurrentRevision { get; }",
        "context.Api.IsCurrentRevision",
        "True",
        |_, a| ask(a, |api| api.is_current_revision.into()),
    ),
    row("string Revision { get; }", "context.Api.Revision", "1", |_, a| {
        ask(a, |api| api.revision.clone().into())
    }),
    row("string Version { get; }", "context.Api.Version", "v1", |_, a| {
        ask(a, |api| api.version.clone().into())
    }),
];

const KEY_NAME_ROWS: &[Row] = &[
    row(
        "string Header { get; }",
        "context.Api.SubscriptionKeyParameterNames.Header",
        "Ocp-Apim-Subscription-Key",
        |_, a| ask(a, |api| api.subscription_key_header.clone().into()),
    ),
    row(
        "string Query { get; }",
        "context.Api.SubscriptionKeyParameterNames.Query",
        "subscription-key",
        |_, a| ask(a, |api| api.subscription_key_query.clone().into()),
    ),
];

const OPERATION_ROWS: &[Row] = &[
    row("string Id { get; }", "context.Operation.Id", "get", |_, a| {
        of_operation(a, |operation| operation.id.clone().into())
    }),
    row("string Name { get; }", "context.Operation.Name", "Get it", |_, a| {
        of_operation(a, |operation| operation.name.clone().into())
    }),
    row("string Method { get; }", "context.Operation.Method", "GET", |_, a| {
        of_operation(a, |operation| operation.method.clone().into())
    }),
    row(
        "string UrlTemplate { get; }",
        "context.Operation.UrlTemplate",
        "/{id}",
        |_, a| of_operation(a, |operation| operation.url_template.clone().into()),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Api) -> Value) -> Outcome {
    a.value(0).object::<Api>().map(part).ok_or_else(Thrown::null_reference)
}

fn of_operation(a: Arguments<'_>, part: impl FnOnce(&Operation) -> Value) -> Outcome {
    a.value(0)
        .object::<Operation>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Api {
    fn type_name(&self) -> String {
        "IContextApi".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl Object for Operation {
    fn type_name(&self) -> String {
        "IOperation".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
