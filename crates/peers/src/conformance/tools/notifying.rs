//! Tools that send notifications: logs and progress on their own call, and news of changed lists to everybody.
//!
//! Never here: requests to the client.

use std::time::Duration;

use rmcp::ErrorData;
use rmcp::model::{CallToolResult, LoggingLevel, ServerNotification};
use serde_json::{Value, json};

use super::plain;
use crate::conformance::changes::{Change, Changes};
use crate::conformance::question::Round;
use crate::conformance::resources;
use crate::mcp::{text, typed};

/// The pause between two notifications of a call, so that a client sees them one by one.
const PAUSE: Duration = Duration::from_millis(50);

/// The tools' definitions.
pub fn definitions() -> Vec<Value> {
    vec![
        plain("test_tool_with_logging", "Sends three log messages while it works"),
        plain(
            "test_logging_tool",
            "Sends three log messages to callers that ask for a log level",
        ),
        plain("test_tool_with_progress", "Reports its progress in three steps"),
        plain("test_reconnection", "Takes long enough for a client to reconnect"),
        plain(
            "test_trigger_tool_change",
            "Announces that the list of tools has changed",
        ),
        plain(
            "test_trigger_prompt_change",
            "Announces that the list of prompts has changed",
        ),
        plain(
            "test_trigger_resource_change",
            "Announces that the watched resource has changed",
        ),
    ]
}

/// The result of the tool that `round` calls, where it is one of these.
pub async fn call(
    round: &Round,
    least_level: LoggingLevel,
    changes: &Changes,
) -> Option<Result<CallToolResult, ErrorData>> {
    let change = match round.subject.as_str() {
        "test_tool_with_logging" | "test_logging_tool" => return Some(logging(round, least_level).await),
        "test_tool_with_progress" => return Some(progress(round).await),
        "test_reconnection" => {
            tokio::time::sleep(PAUSE * 4).await;
            return Some(Ok(text("The tool has ended.")));
        }
        "test_trigger_tool_change" => Change::Tools,
        "test_trigger_prompt_change" => Change::Prompts,
        "test_trigger_resource_change" => Change::Resource(resources::WATCHED),
        _ => return None,
    };
    changes.publish(change);
    Some(Ok(text("The change was announced.")))
}

async fn logging(round: &Round, least_level: LoggingLevel) -> Result<CallToolResult, ErrorData> {
    // From 2026-07-28 on, a request without a log level gets no messages; before, the session has one.
    let threshold = if round.is_modern() {
        round.context.meta.log_level()
    } else {
        Some(least_level)
    };
    let heard = threshold.is_some_and(|threshold| threshold as u8 <= LoggingLevel::Info as u8);
    for (step, message) in [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ]
    .into_iter()
    .enumerate()
    {
        if step > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        if heard {
            notify(
                round,
                "notifications/message",
                &json!({"level": "info", "data": message}),
            )
            .await?;
        }
    }
    Ok(text("The tool has logged what it did."))
}

async fn progress(round: &Round) -> Result<CallToolResult, ErrorData> {
    let token = round.context.meta.get_progress_token();
    for progress in [0, 50, 100] {
        if progress > 0 {
            tokio::time::sleep(PAUSE).await;
        }
        if let Some(token) = &token {
            let params = json!({"progressToken": token, "progress": progress, "total": 100});
            notify(round, "notifications/progress", &params).await?;
        }
    }
    Ok(text("The tool has reported its progress."))
}

async fn notify(round: &Round, method: &str, params: &Value) -> Result<(), ErrorData> {
    let notification = typed::<ServerNotification>(json!({"method": method, "params": params}))?;
    let sent = round.context.peer.send_notification(notification).await;
    sent.map_err(|error| ErrorData::internal_error(format!("{method} could not be sent: {error}"), None))
}
