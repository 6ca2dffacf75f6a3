//! MCP servers: APIs of type `mcp`.

use super::references;
use crate::codes;
use crate::fields::Fields;
use crate::{Backend, McpServer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Path of the endpoint below the API's path where the API names no other.
const DEFAULT_ENDPOINT: &str = "/mcp";

/// The server behind an API of type `mcp`; `None` after reporting why it cannot be served.
pub(crate) fn server(fields: Fields<'_>, path: &str, backends: &BTreeMap<String, Arc<Backend>>) -> Option<McpServer> {
    if let Some(tools) = fields.get("mcpTools").filter(|tools| !tools.items().is_empty()) {
        let message = "MCP servers made of REST operations (`mcpTools`) are not served yet";
        let problem = fields.error(codes::NOT_SERVED, tools.span, message);
        fields
            .problems
            .push(problem.with_help("an existing MCP server is named by `backendId`"));
        return None;
    }
    let endpoint = endpoint(fields, path);
    let backend = fields.required("backendId")?;
    let name = references::name_in(backend.value);
    references::check(fields, backend, "backend", name, backends.keys().map(String::as_str)).then(|| McpServer {
        backend_id: name.to_owned(),
        endpoint,
    })
}

/// `mcpProperties.endpoints.message.uriTemplate`; published templates also write `mcpPropperties`.
///
/// Where an API's path itself ends with `mcp` and no endpoint is named, the path is the endpoint.
fn endpoint(fields: Fields<'_>, path: &str) -> String {
    let own = fields
        .object("mcpProperties")
        .or_else(|| fields.object("mcpPropperties"));
    let message = own
        .and_then(|own| own.object("endpoints"))
        .and_then(|endpoints| endpoints.object("message"));
    match message.and_then(|message| message.string("uriTemplate")) {
        Some(template) => match template.value.trim().trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        },
        None if path
            .rsplit('/')
            .next()
            .is_some_and(|last| last.eq_ignore_ascii_case("mcp")) =>
        {
            String::new()
        }
        None => DEFAULT_ENDPOINT.to_owned(),
    }
}
