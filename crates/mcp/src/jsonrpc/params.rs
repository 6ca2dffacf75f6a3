//! The parameters that a gateway must know: what is called, and in which revision.

use super::Fault;
use super::members::Members;

/// The key in `params._meta` under which a request of revision 2026-07-28 or later names its revision.
const PROTOCOL_VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// A few parameters of a request; none where absent or not a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params {
    /// `name`: the tool of `tools/call`, the prompt of `prompts/get`.
    pub name: Option<String>,
    /// `uri`: the resource of `resources/read`.
    pub uri: Option<String>,
    /// `taskId`: the task of the methods of the tasks extension.
    pub task_id: Option<String>,
    /// `_meta["io.modelcontextprotocol/protocolVersion"]`
    pub protocol_version: Option<String>,
}

impl Params {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Fault> {
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::params("`params` is not UTF-8"))?;
        let members = Members::read(text).map_err(|_| Fault::params("`params` must be an object"))?;
        members
            .check_names(&["name", "uri", "taskId", "arguments", "_meta"])
            .map_err(|wrong| Fault::params(format!("in `params`: {wrong}")))?;
        let protocol_version = match members.get("_meta") {
            Some(meta) => protocol_version(meta.get())?,
            None => None,
        };
        Ok(Self {
            name: members.text("name"),
            uri: members.text("uri"),
            task_id: members.text("taskId"),
            protocol_version,
        })
    }
}

fn protocol_version(meta: &str) -> Result<Option<String>, Fault> {
    let members = Members::read(meta).map_err(|_| Fault::params("`params._meta` must be an object"))?;
    members
        .check_names(&[PROTOCOL_VERSION])
        .map_err(|wrong| Fault::params(format!("in `params._meta`: {wrong}")))?;
    Ok(members.text(PROTOCOL_VERSION))
}
