//! MCP's HTTP headers, and whether those that repeat the body say the same.
//!
//! Revision 2026-07-28 lets intermediaries decide by `Mcp-Method` and `Mcp-Name` without reading the body; a header
//! that says something else than the body would get a call past whoever trusts it.
//! Never here: which headers must be there, and which revision is spoken: the server's business.

use crate::jsonrpc::{Fault, Message, Params, code};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use std::borrow::Cow;

/// The session, in revisions up to 2025-11-25.
pub const MCP_SESSION_ID: &str = "mcp-session-id";
/// The revision that is spoken, since 2025-06-18.
pub const MCP_PROTOCOL_VERSION: &str = "mcp-protocol-version";
/// The body's `method`, since 2026-07-28.
pub const MCP_METHOD: &str = "mcp-method";
/// What the body calls: tool or prompt name, resource URI, task id; since 2026-07-28.
pub const MCP_NAME: &str = "mcp-name";
/// The event to resume after, in revisions up to 2025-11-25.
pub const LAST_EVENT_ID: &str = "last-event-id";

/// Checks that the headers which are there say what the message says.
///
/// # Errors
/// [`code::HEADER_MISMATCH`] with the message's id when one differs, comes twice, or cannot be decoded.
pub fn check_headers(headers: &HeaderMap, message: &Message) -> Result<(), Fault> {
    let mismatch = |text: String| Fault {
        code: code::HEADER_MISMATCH,
        message: text,
        id: message.id().cloned(),
    };
    if let Some(method) = single(headers, MCP_METHOD).map_err(mismatch)? {
        same(MCP_METHOD, &method, "method", message.method()).map_err(mismatch)?;
    }
    let name = single(headers, MCP_NAME).map_err(mismatch)?;
    if name.is_none() && !headers.contains_key(MCP_PROTOCOL_VERSION) {
        return Ok(());
    }
    let params = message.params()?;
    if let (Some(name), Some((member, named))) = (name, named(message.method(), &params)) {
        let name = decoded(&name).ok_or_else(|| mismatch(format!("`{MCP_NAME}` is not valid base64 of UTF-8")))?;
        same(MCP_NAME, &name, member, named).map_err(mismatch)?;
    }
    if let Some(said) = &params.protocol_version
        && let Some(version) = single(headers, MCP_PROTOCOL_VERSION).map_err(mismatch)?
    {
        same(MCP_PROTOCOL_VERSION, &version, "_meta protocolVersion", Some(said)).map_err(mismatch)?;
    }
    Ok(())
}

/// The member of `params` that `Mcp-Name` repeats, for the methods that have one.
fn named<'a>(method: Option<&str>, params: &'a Params) -> Option<(&'static str, Option<&'a str>)> {
    match method? {
        "tools/call" | "prompts/get" => Some(("params.name", params.name.as_deref())),
        "resources/read" => Some(("params.uri", params.uri.as_deref())),
        method if method.starts_with("tasks/") => Some(("params.taskId", params.task_id.as_deref())),
        _ => None,
    }
}

/// The header's value, if it is there.
fn single<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<Cow<'a, str>>, String> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(_), Some(_)) => Err(format!("the header `{name}` is there twice")),
        (value, _) => Ok(value.map(|value| String::from_utf8_lossy(value.as_bytes()))),
    }
}

fn same(header: &str, value: &str, member: &str, expected: Option<&str>) -> Result<(), String> {
    if Some(value) == expected {
        return Ok(());
    }
    Err(format!(
        "the header `{header}` does not say the same as `{member}` in the body"
    ))
}

/// A name as the body has it: `=?base64?…?=` stands for text that a header cannot carry.
fn decoded(value: &str) -> Option<Cow<'_, str>> {
    match value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?=")) {
        None => Some(Cow::Borrowed(value)),
        Some(encoded) => Some(Cow::Owned(String::from_utf8(STANDARD.decode(encoded).ok()?).ok()?)),
    }
}

#[cfg(test)]
mod tests;
