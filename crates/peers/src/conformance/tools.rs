//! The tools that the suite calls, by what they are for.
//!
//! Never here: a tool's work; each module beside this one has one kind.

mod asking;
mod content;
mod notifying;
mod rounds;
mod schemas;

use rmcp::ErrorData;
use rmcp::model::{CallToolResponse, JsonObject, LoggingLevel, Tool};
use serde_json::{Value, json};

use super::changes::Changes;
use super::question::Round;
use crate::mcp::{typed, unknown_tool};

/// What `tools/list` answers with.
pub fn list() -> Result<Vec<Tool>, ErrorData> {
    let kinds = [
        content::definitions(),
        notifying::definitions(),
        asking::definitions(),
        rounds::definitions(),
        schemas::definitions(),
    ];
    typed(Value::Array(kinds.into_iter().flatten().collect()))
}

/// The result of the tool that `round` calls. Log messages below `least_level` are not sent to a session.
pub async fn call(
    arguments: Option<JsonObject>,
    round: &Round,
    least_level: LoggingLevel,
    changes: &Changes,
) -> Result<CallToolResponse, ErrorData> {
    let arguments = arguments.unwrap_or_default();
    if let Some(result) = content::call(&round.subject) {
        return result.map(Into::into);
    }
    if let Some(result) = schemas::call(&round.subject, &arguments) {
        return Ok(result.into());
    }
    if let Some(result) = notifying::call(round, least_level, changes).await {
        return result.map(Into::into);
    }
    if let Some(result) = asking::call(&arguments, round).await {
        return result;
    }
    rounds::call(round)
        .await
        .unwrap_or_else(|| Err(unknown_tool(&round.subject)))
}

/// The definition of a tool without arguments.
fn plain(name: &str, description: &str) -> Value {
    json!({"name": name, "description": description, "inputSchema": {"type": "object", "properties": {}}})
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_tool_has_a_name_of_its_own() {
        let tools = list().unwrap();
        let names = tools.iter().map(|tool| tool.name.clone()).collect::<BTreeSet<_>>();
        assert_eq!(names.len(), tools.len());
    }
}
