//! A small stateless MCP server with four tools: who answers, an echo, a table of facts, and notes on App Service topics.
//!
//! It stands for an agent's own tool server: `whoami` names the instance, so that a caller sees which of several copies
//! behind a gateway has answered.
//!
//! Never here: sessions, resources, prompts.

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ListToolsResult, PaginatedRequestParams,
    ServerCapabilities, ServerConfig,
};
use rmcp::service::RequestContext;
use rmcp::{ErrorData, RoleServer, ServerHandler};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::mcp::{arguments, failure, implementation, text, typed, unknown_tool};

/// What `lookup_fact` knows.
const FACTS: &[(&str, &str)] = &[
    (
        "app service",
        "Azure App Service runs web apps, APIs and back ends on managed Windows or Linux machines.",
    ),
    (
        "api management",
        "Azure API Management publishes, secures and observes APIs through a gateway that runs policies.",
    ),
    (
        "mcp",
        "The Model Context Protocol connects applications that use language models to tools and sources of context.",
    ),
    (
        "semantic cache",
        "A semantic cache answers a prompt with a stored completion when an earlier prompt meant much the same.",
    ),
];

/// What `summarize_app_service_doc` knows.
const TOPICS: &[(&str, &str)] = &[
    (
        "scaling",
        "Scale up changes the plan's tier; scale out adds instances. Stateless servers, such as MCP servers without sessions, scale out freely behind the built-in load balancer.",
    ),
    (
        "deployment slots",
        "A slot is a live app with its own host name. Swapping warms up the new version first, then exchanges the two without downtime.",
    ),
    (
        "health check",
        "App Service asks a path of the app every minute, takes instances that fail out of rotation, and replaces those that stay unhealthy.",
    ),
    (
        "managed identity",
        "The platform gives the app a token for other Azure resources, so that the app holds no secret.",
    ),
];

/// The server; it has no state.
pub struct Tools;

#[derive(Deserialize)]
struct Echo {
    message: String,
}

#[derive(Deserialize)]
struct Topic {
    topic: String,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(implementation("tools"))
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(typed(definitions())?))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let result = match &*request.name {
            "whoami" => Ok(whoami()),
            "echo" => arguments(request.arguments).map(|Echo { message }| text(message)),
            "lookup_fact" => arguments(request.arguments).map(|Topic { topic }| looked_up(FACTS, &topic)),
            "summarize_app_service_doc" => {
                arguments(request.arguments).map(|Topic { topic }| looked_up(TOPICS, &topic))
            }
            other => return Err(unknown_tool(other)),
        };
        Ok(result.unwrap_or_else(|refusal| *refusal).into())
    }
}

/// The instance as App Service names it, or the process when it runs elsewhere.
fn whoami() -> CallToolResult {
    let instance = std::env::var("WEBSITE_INSTANCE_ID").unwrap_or_else(|_| format!("process-{}", std::process::id()));
    CallToolResult::structured(json!({
        "instance_id": instance,
        "server": "peers-tools",
        "version": env!("CARGO_PKG_VERSION"),
    }))
}

fn looked_up(table: &[(&str, &str)], topic: &str) -> CallToolResult {
    let asked = topic.to_lowercase();
    let known = table
        .iter()
        .find(|(name, _)| asked.contains(name) || (!asked.is_empty() && name.contains(&asked)));
    if let Some((_, known)) = known {
        return text(*known);
    }
    let names = table.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    failure(format!("nothing is known about {topic:?}; ask about one of: {names}"))
}

fn definitions() -> Value {
    let one_text = |name: &str, description: &str| {
        json!({
            "type": "object",
            "properties": {name: {"type": "string", "description": description}},
            "required": [name],
        })
    };
    json!([
        {
            "name": "whoami",
            "description": "Names the server instance that answers, to show which of several copies took the call.",
            "inputSchema": {"type": "object", "properties": {}},
            "annotations": {"readOnlyHint": true},
        },
        {
            "name": "echo",
            "description": "Answers with the message it was given.",
            "inputSchema": one_text("message", "What to answer with"),
            "annotations": {"readOnlyHint": true, "idempotentHint": true},
        },
        {
            "name": "lookup_fact",
            "description": "Looks up a short fact about an Azure or MCP topic.",
            "inputSchema": one_text("topic", "For example: app service, api management, mcp, semantic cache"),
            "annotations": {"readOnlyHint": true, "idempotentHint": true},
        },
        {
            "name": "summarize_app_service_doc",
            "description": "Sums up the App Service documentation on a topic.",
            "inputSchema": one_text("topic", "For example: scaling, deployment slots, health check, managed identity"),
            "annotations": {"readOnlyHint": true, "idempotentHint": true},
        },
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use rmcp::model::Tool;

    #[test]
    fn the_definitions_are_tools_of_the_sdk() {
        let tools: Vec<Tool> = typed(definitions()).unwrap();
        assert_eq!(tools.len(), 4);
    }

    #[test]
    fn a_topic_is_found_inside_a_question_and_an_unknown_one_is_an_error_the_model_can_read() {
        for (table, topic, found) in [
            (FACTS, "What is MCP?", true),
            (FACTS, "semantic", true),
            (TOPICS, "Scaling an MCP server", true),
            (TOPICS, "", false),
            (TOPICS, "weather", false),
        ] {
            assert_eq!(looked_up(table, topic).is_error != Some(true), found, "{topic:?}");
        }
    }
}
