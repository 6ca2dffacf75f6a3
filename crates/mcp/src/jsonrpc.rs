//! The JSON-RPC 2.0 envelope of an MCP message, read from a POST body or from an event.
//!
//! What the reader lets through means the same to every JSON parser: a member given twice, or once more in other
//! letter case, would let a policy and the upstream see different messages, so both are refused.
//! Never here: the meaning of methods, and writing messages anew: [`Message::raw`] is what was received.

mod fault;
mod id;
mod members;
mod params;

pub use fault::{Fault, code, error_response};
pub use id::Id;
pub use params::Params;

use bytes::Bytes;
pub(crate) use members::Members;
use serde_json::value::RawValue;

/// How deep arrays and objects may be nested; what `serde_json` and most upstreams take.
const DEPTH: usize = 128;

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Has a method and an id: wants an answer.
    Request,
    /// Has a method and no id: wants none.
    Notification,
    /// Answers a request with a result.
    Response,
    /// Answers a request with an error; without an id if the other side could not read it.
    ErrorResponse,
    /// An array of the others, as revision 2025-03-26 allows.
    Batch,
}

/// A message: what a gateway must know of it, and its bytes as they were received.
#[derive(Clone, Debug)]
pub struct Message {
    raw: Bytes,
    kind: Kind,
    id: Option<Id>,
    method: Option<String>,
    params: Option<Bytes>,
    entries: Vec<Message>,
}

impl Message {
    /// Reads a POST body or an event's data.
    ///
    /// # Errors
    /// [`code::PARSE_ERROR`] when it is not JSON in UTF-8; [`code::INVALID_REQUEST`] when it is JSON and not a
    /// JSON-RPC message, is nested too deeply, or is ambiguous.
    pub fn read(bytes: &Bytes) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes)
            .map_err(|wrong| Fault::parse(format!("the message is not UTF-8 from byte {}", wrong.valid_up_to())))?;
        if text.trim_start().starts_with('[') {
            return Self::read_batch(bytes, text);
        }
        let message = Self::read_single(bytes, text)?;
        match too_deep(text) {
            Some(fault) => Err(Fault {
                id: message.id,
                ..fault
            }),
            None => Ok(message),
        }
    }

    fn read_batch(bytes: &Bytes, text: &str) -> Result<Self, Fault> {
        let entries: Vec<&RawValue> = serde_json::from_str(text).map_err(|wrong| Fault::not_json(&wrong))?;
        if entries.is_empty() {
            return Err(Fault::invalid("the batch is empty; expected at least one message"));
        }
        if let Some(fault) = too_deep(text) {
            return Err(fault);
        }
        // The batch has no id of its own, and that of the faulty entry would look like an answer to that entry alone.
        let entries = entries
            .iter()
            .map(|entry| Self::read_single(&bytes.slice_ref(entry.get().as_bytes()), entry.get()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| Fault { id: None, ..fault })?;
        let raw = bytes.clone();
        Ok(Self {
            raw,
            kind: Kind::Batch,
            id: None,
            method: None,
            params: None,
            entries,
        })
    }

    fn read_single(bytes: &Bytes, text: &str) -> Result<Self, Fault> {
        let members = Members::read(text)?;
        let id_raw = members.get("id").map(RawValue::get);
        let id = id_raw.and_then(|raw| Id::read(bytes.slice_ref(raw.as_bytes())));
        let null_id = id_raw == Some("null");
        let invalid = |message: String| Fault {
            id: id.clone(),
            ..Fault::invalid(message)
        };

        members
            .check_names(&["jsonrpc", "id", "method", "params", "result", "error"])
            .map_err(invalid)?;
        if members.text("jsonrpc").as_deref() != Some("2.0") {
            return Err(invalid(String::from("`jsonrpc` is missing or not \"2.0\"")));
        }
        if id_raw.is_some() && id.is_none() && !null_id {
            return Err(Fault::invalid("`id` must be a string or a number"));
        }
        let kind = kind(&members, id.is_some(), null_id).map_err(invalid)?;
        let params = members
            .get("params")
            .map(|params| bytes.slice_ref(params.get().as_bytes()));
        let method = members.text("method");
        Ok(Self {
            raw: bytes.clone(),
            kind,
            id,
            method,
            params,
            entries: Vec::new(),
        })
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The bytes as received.
    pub fn raw(&self) -> &Bytes {
        &self.raw
    }

    /// The id; none for notifications, batches, and errors that answer an unreadable request.
    pub fn id(&self) -> Option<&Id> {
        self.id.as_ref()
    }

    /// The method of a request or notification, escapes resolved.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// A batch's messages; empty for all other kinds.
    pub fn entries(&self) -> &[Message] {
        &self.entries
    }

    /// The few parameters that a gateway must know, read when asked for.
    ///
    /// # Errors
    /// [`code::INVALID_PARAMS`] when `params` is no object or is ambiguous.
    pub fn params(&self) -> Result<Params, Fault> {
        let Some(params) = &self.params else {
            return Ok(Params::default());
        };
        Params::read(params).map_err(|fault| Fault {
            id: self.id.clone(),
            ..fault
        })
    }
}

/// Which kind the members make, and what contradicts itself.
fn kind(members: &Members, has_id: bool, null_id: bool) -> Result<Kind, String> {
    let has = |name| members.get(name).is_some();
    if has("method") {
        if members.text("method").is_none() {
            return Err(String::from("`method` must be a string"));
        }
        if has("result") || has("error") {
            return Err(String::from("a message has either `method` or `result` or `error`"));
        }
        if null_id {
            return Err(String::from("`id` of a request must not be null"));
        }
        return Ok(if has_id { Kind::Request } else { Kind::Notification });
    }
    match (has("result"), has("error")) {
        (true, true) => Err(String::from("a response has either `result` or `error`")),
        (true, false) if has_id => Ok(Kind::Response),
        (true, false) => Err(String::from("a response needs the `id` of its request")),
        (false, true) => Ok(Kind::ErrorResponse),
        (false, false) => Err(String::from("expected `method`, `result` or `error`")),
    }
}

/// The fault of a text whose arrays and objects are nested more than [`DEPTH`] deep.
fn too_deep(json: &str) -> Option<Fault> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH {
            return Some(Fault::invalid(format!(
                "the message is nested more than {DEPTH} levels deep"
            )));
        }
    }
    None
}

#[cfg(test)]
mod tests;
