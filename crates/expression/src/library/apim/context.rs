//! `context`

use crate::date::{DateTime, DateTimeKind};
use crate::library::{Class, ClassKind, Row, row};
use crate::value::{HostPart, Object, Value};
use std::sync::Arc;

/// The exchange.
pub static CONTEXT: Class = Class::new("IProxyRequestContext", ClassKind::Interface).rows(ROWS);

/// An entity that the host shares.
pub fn shared<T: Object>(entity: Option<&Arc<T>>) -> Value {
    entity.map_or(Value::Null, |entity| {
        Value::Object(Arc::clone(entity) as Arc<dyn Object>)
    })
}

const ROWS: &[Row] = &[
    row("IContextApi Api { get; }", "context.Api.Id", "echo", |call, _| {
        Ok(shared(call.context.api()))
    }),
    row(
        "IOperation Operation { get; }",
        "context.Operation.Id",
        "get",
        |call, _| Ok(shared(call.context.operation())),
    ),
    row(
        "IProduct Product { get; }",
        "context.Product?.Id",
        "starter",
        |call, _| Ok(shared(call.context.product())),
    ),
    row(
        "ISubscription Subscription { get; }",
        "context.Subscription?.Id",
        "sub",
        |call, _| Ok(shared(call.context.subscription())),
    ),
    row("IUser User { get; }", "context.User?.Id", "ada", |call, _| {
        Ok(shared(call.context.user()))
    }),
    row(
        "IBackend Backend { get; }",
        "context.Backend.Type",
        "Pool",
        |call, _| Ok(call.context.backend().map_or(Value::Null, Value::of)),
    ),
    row(
        "IWorkspace Workspace { get; }",
        "context.Workspace?.Id",
        "team",
        |call, _| Ok(shared(call.context.workspace())),
    ),
    row(
        "IGraphQLDataObject GraphQL { get; }",
        "context.GraphQL == null",
        "False",
        |call, _| Ok(shared(call.context.graphql())),
    ),
    row(
        "IDeployment Deployment { get; }",
        "context.Deployment.Region",
        "West Europe",
        |call, _| Ok(shared(Some(call.context.deployment()))),
    ),
    row("IRequest Request { get; }", "context.Request.Method", "GET", |_, _| {
        Ok(Value::Host(HostPart::Request))
    }),
    row(
        "IResponse Response { get; }",
        "context.Response == null",
        "False",
        |call, _| {
            Ok(call
                .context
                .response()
                .map_or(Value::Null, |_| Value::Host(HostPart::Response)))
        },
    ),
    row(
        "IReadOnlyDictionary<string, object> Variables { get; }",
        r#"context.Variables.ContainsKey("n")"#,
        "True",
        |_, _| Ok(Value::Host(HostPart::Variables)),
    ),
    row(
        "ILastError LastError { get; }",
        "context.LastError == null",
        "False",
        |call, _| {
            Ok(call
                .context
                .last_error()
                .map_or(Value::Null, |_| Value::Host(HostPart::LastError)))
        },
    ),
    row(
        "Guid RequestId { get; }",
        "context.RequestId",
        "00000000-0000-0000-0000-000000000001",
        |call, _| Ok(Value::Guid(call.context.request_id())),
    ),
    row(
        "DateTime Timestamp { get; }",
        "context.Timestamp.Kind",
        "Utc",
        |call, _| {
            Ok(Value::DateTime(DateTime {
                ticks: call.context.timestamp(),
                kind: DateTimeKind::Utc,
            }))
        },
    ),
    row(
        "TimeSpan Elapsed { get; }",
        "context.Elapsed.TotalMilliseconds >= 0",
        "True",
        |call, _| Ok(Value::TimeSpan(call.context.elapsed())),
    ),
    row("bool Tracing { get; }", "context.Tracing", "False", |call, _| {
        Ok(call.context.tracing().into())
    }),
    row("void Trace(string message)", "", "", |call, a| {
        call.context.trace(a.text_or_null(1).map_or("", |text| text.as_str()));
        Ok(Value::Null)
    }),
];
