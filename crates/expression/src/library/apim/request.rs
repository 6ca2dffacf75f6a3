//! `context.Request`

use super::context::shared;
use crate::context::WhichUrl;
use crate::library::{Class, ClassKind, Row, certificate, row};
use crate::value::{HostPart, Value};

/// The request.
pub static REQUEST: Class = Class::new("IRequest", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row("string Method { get; }", "context.Request.Method", "GET", |call, _| {
        Ok(call.context.request().method().into())
    }),
    row(
        "IUrl Url { get; }",
        "context.Request.Url.Host",
        "backend.test",
        |call, _| Ok(Value::Object(call.context.request().url(WhichUrl::Current))),
    ),
    row(
        "IUrl OriginalUrl { get; }",
        "context.Request.OriginalUrl.Host",
        "gateway.test",
        |call, _| Ok(Value::Object(call.context.request().url(WhichUrl::Original))),
    ),
    row(
        "string IpAddress { get; }",
        "context.Request.IpAddress",
        "10.0.0.1",
        |call, _| Ok(call.context.request().ip_address().into()),
    ),
    row(
        "IReadOnlyDictionary<string, string[]> Headers { get; }",
        r#"context.Request.Headers.GetValueOrDefault("accept")"#,
        "text/plain,text/html",
        |_, _| Ok(Value::Host(HostPart::RequestHeaders)),
    ),
    row(
        "IReadOnlyDictionary<string, string> MatchedParameters { get; }",
        r#"context.Request.MatchedParameters["id"]"#,
        "7",
        |_, _| Ok(Value::Host(HostPart::MatchedParameters)),
    ),
    row(
        "X509Certificate2 Certificate { get; }",
        "context.Request.Certificate == null",
        "False",
        |call, _| Ok(call.context.request().certificate().map_or(Value::Null, certificate)),
    ),
    row(
        "IFoundry Foundry { get; }",
        "context.Request.Foundry == null",
        "False",
        |call, _| Ok(shared(call.context.request().foundry())),
    ),
    row(
        "IPrivateEndpointConnection PrivateEndpointConnection { get; }",
        "context.Request.PrivateEndpointConnection == null",
        "True",
        |_, _| Ok(Value::Null),
    ),
    row(
        "IAzureVnetInfo AzureVnetInfo { get; }",
        "context.Request.AzureVnetInfo == null",
        "True",
        |_, _| Ok(Value::Null),
    ),
    row(
        "IMessageBody Body { get; }",
        "context.Request.Body.As<string>(true).Length",
        "9",
        |call, _| {
            Ok(call
                .context
                .request()
                .body()
                .map_or(Value::Null, |_| Value::Host(HostPart::RequestBody)))
        },
    ),
];
