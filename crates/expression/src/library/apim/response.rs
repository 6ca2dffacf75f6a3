//! `context.Response`, and responses kept in variables.

use super::lookup::Multimap;
use crate::context::Response;
use crate::frame::Frame;
use crate::library::{Class, ClassKind, Row, row};
use crate::response::StoredResponse;
use crate::thrown::{Outcome, Thrown};
use crate::value::{HostPart, Object, Value};
use std::any::Any;
use std::sync::Arc;

/// A response.
pub static RESPONSE: Class = Class::new("IResponse", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "int StatusCode { get; }",
        "context.Response.StatusCode",
        "200",
        |call, a| ask(call.frame, a.value(0), |response| response.status_code().into()),
    ),
    row(
        "string StatusReason { get; }",
        "context.Response.StatusReason",
        "OK",
        |call, a| ask(call.frame, a.value(0), |response| response.status_reason().into()),
    ),
    row(
        "IReadOnlyDictionary<string, string[]> Headers { get; }",
        r#"context.Response.Headers.GetValueOrDefault("x", "none")"#,
        "none",
        |_, a| {
            Ok(match stored(a.value(0)) {
                Some(response) => Value::of(Multimap::Headers(response)),
                None => Value::Host(HostPart::ResponseHeaders),
            })
        },
    ),
    row(
        "IMessageBody Body { get; }",
        "context.Response.Body.As<string>(true)",
        "fine",
        |_, a| {
            Ok(match stored(a.value(0)) {
                Some(response) => Value::of(StoredBody(response)),
                None => Value::Host(HostPart::ResponseBody),
            })
        },
    ),
];

/// The body of a response kept in a variable.
#[derive(Debug)]
pub struct StoredBody(pub Arc<StoredResponse>);

impl Object for StoredBody {
    fn type_name(&self) -> String {
        "IMessageBody".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn stored(value: &Value) -> Option<Arc<StoredResponse>> {
    let Value::Object(object) = value else { return None };
    (Arc::clone(object) as Arc<dyn Any + Send + Sync>).downcast().ok()
}

fn ask(frame: &Frame<'_>, value: &Value, question: impl FnOnce(&dyn Response) -> Value) -> Outcome {
    match value.object::<StoredResponse>() {
        Some(response) => Ok(question(response)),
        None => frame
            .context
            .response()
            .map(question)
            .ok_or_else(Thrown::null_reference),
    }
}
