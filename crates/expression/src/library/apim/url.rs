//! `IUrl`

use super::lookup::Multimap;
use crate::context::Url;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// `IUrl`
pub static URL: Class = Class::new("IUrl", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "string Scheme { get; }",
        "context.Request.Url.Scheme",
        "https",
        |_, a| ask(a, |url| url.scheme.clone().into()),
    ),
    row(
        "string Host { get; }",
        "context.Request.Url.Host",
        "backend.test",
        |_, a| ask(a, |url| url.host.clone().into()),
    ),
    row("int Port { get; }", "context.Request.Url.Port", "443", |_, a| {
        ask(a, |url| url.port.into())
    }),
    row("string Path { get; }", "context.Request.Url.Path", "/x", |_, a| {
        ask(a, |url| url.path.clone().into())
    }),
    row(
        "string QueryString { get; }",
        "context.Request.Url.QueryString",
        "?q=1&q=2",
        |_, a| ask(a, |url| url.query_string.clone().into()),
    ),
    row(
        "IReadOnlyDictionary<string, string[]> Query { get; }",
        r#"context.Request.Url.Query.GetValueOrDefault("q")"#,
        "1,2",
        |_, a| query(a.value(0)),
    ),
    row(
        "string ToString()",
        "context.Request.Url.ToString()",
        "https://backend.test:443/x?q=1&q=2",
        |_, a| ask(a, |url| text(url).into()),
    ),
    row(
        "Uri ToUri()",
        "context.Request.Url.ToUri().Host",
        "backend.test",
        |_, a| ask(a, |url| crate::library::uri(&text(url))),
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Url) -> Value) -> Outcome {
    a.value(0).object::<Url>().map(part).ok_or_else(Thrown::null_reference)
}

impl Object for Url {
    fn type_name(&self) -> String {
        "IUrl".to_owned()
    }
    fn display(&self) -> String {
        text(self)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn query(url: &Value) -> Outcome {
    let Value::Object(object) = url else {
        return Err(Thrown::null_reference());
    };
    let url: Result<Arc<Url>, _> = (Arc::clone(object) as Arc<dyn Any + Send + Sync>).downcast();
    url.map(|url| Value::of(Multimap::Query(url)))
        .map_err(|_| Thrown::null_reference())
}

/// The whole URL, its port included even when it is the scheme's own.
fn text(url: &Url) -> String {
    format!(
        "{}://{}:{}{}{}",
        url.scheme, url.host, url.port, url.path, url.query_string
    )
}
