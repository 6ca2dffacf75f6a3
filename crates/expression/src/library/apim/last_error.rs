//! `context.LastError`

use crate::context::LastError;
use crate::frame::Frame;
use crate::library::{Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};

/// What went wrong.
pub static LAST_ERROR: Class = Class::new("ILastError", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "string Source { get; }",
        "context.LastError.Source",
        "validate-jwt",
        |call, _| ask(call.frame, |error| &error.source),
    ),
    row(
        "string Reason { get; }",
        "context.LastError.Reason",
        "TokenNotPresent",
        |call, _| ask(call.frame, |error| &error.reason),
    ),
    row(
        "string Message { get; }",
        "context.LastError.Message",
        "JWT not present.",
        |call, _| ask(call.frame, |error| &error.message),
    ),
    row("string Scope { get; }", "context.LastError.Scope", "api", |call, _| {
        ask(call.frame, |error| &error.scope)
    }),
    row(
        "string Section { get; }",
        "context.LastError.Section",
        "inbound",
        |call, _| ask(call.frame, |error| &error.section),
    ),
    row(
        "string Path { get; }",
        "context.LastError.Path",
        "validate-jwt[1]",
        |call, _| ask(call.frame, |error| &error.path),
    ),
    row(
        "string PolicyId { get; }",
        "context.LastError.PolicyId",
        "p",
        |call, _| ask(call.frame, |error| &error.policy_id),
    ),
];

fn ask(frame: &Frame<'_>, part: impl FnOnce(&LastError) -> &Text) -> Outcome {
    frame
        .context
        .last_error()
        .map(|error| part(error).clone().into())
        .ok_or_else(Thrown::null_reference)
}
