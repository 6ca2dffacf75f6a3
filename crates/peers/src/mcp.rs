//! How an MCP server of the SDK meets our listener: the endpoint `/mcp`, the two ways of answering, the guard against DNS
//! rebinding, and the conversion between JSON documents and the SDK's types.
//!
//! Never here: what a particular server's tools do.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use rmcp::model::{CallToolResult, ContentBlock, Implementation, JsonObject};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};
use rmcp::{ErrorData, ServerHandler};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::listener::{Body, Service};

/// How a server answers the clients of revisions up to 2025-11-25. Newer ones never have a session, and get events under
/// both.
#[derive(Clone, Copy)]
pub enum Answers {
    /// No session; `application/json` unless the tool sends something before its result.
    Json,
    /// A session from `initialize` on; `text/event-stream`.
    SessionEvents,
}

/// An MCP server of the SDK as a [`Service`].
pub struct McpServer<H>
where
    H: ServerHandler,
{
    http: StreamableHttpService<H, LocalSessionManager>,
}

impl<H: ServerHandler> McpServer<H> {
    /// Serves a handler for each session, or for each request without one, to callers that name this machine's loopback
    /// in `Host` and, where they send one, in `Origin`.
    pub fn new(handler: impl Fn() -> H + Send + Sync + 'static, answers: Answers) -> Self {
        let origins = ["http", "https"]
            .into_iter()
            .flat_map(|scheme| ["localhost", "127.0.0.1", "[::1]"].map(|host| format!("{scheme}://{host}:*")));
        let sessions = matches!(answers, Answers::SessionEvents);
        let config = StreamableHttpServerConfig::default()
            .with_legacy_session_mode(sessions)
            .with_json_response(!sessions)
            .with_allowed_origins(origins);
        let http = StreamableHttpService::new(move || Ok(handler()), Arc::default(), config);
        Self { http }
    }
}

impl<H: ServerHandler> Service for McpServer<H> {
    const ENDPOINT: &'static str = "/mcp";

    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        if request.uri().path() == Self::ENDPOINT {
            return self
                .http
                .handle(request)
                .await
                .map(|body| body.map_err(io::Error::other).boxed());
        }
        let explanation = Full::new(Bytes::from_static(b"the only endpoint is /mcp\n")).map_err(io::Error::other);
        let mut response = Response::new(explanation.boxed());
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    }
}

/// This program's name for itself as the MCP server `peer`.
pub fn implementation(peer: &str) -> Implementation {
    Implementation::new(format!("peers-{peer}"), env!("CARGO_PKG_VERSION"))
}

/// A value of the SDK's type `T`, written as the JSON that the protocol has for it.
pub fn typed<T: DeserializeOwned>(document: Value) -> Result<T, ErrorData> {
    serde_json::from_value(document)
        .map_err(|error| ErrorData::internal_error(format!("the server's own document does not fit: {error}"), None))
}

/// A tool's arguments as `T`, or the result that tells the model what is wrong with them.
pub fn arguments<T: DeserializeOwned>(arguments: Option<JsonObject>) -> Result<T, Box<CallToolResult>> {
    serde_json::from_value(Value::Object(arguments.unwrap_or_default())).map_err(|error| {
        Box::new(failure(format!(
            "the arguments do not fit the tool's inputSchema: {error}"
        )))
    })
}

/// A result with one text.
pub fn text(text: impl Into<String>) -> CallToolResult {
    CallToolResult::success(vec![ContentBlock::text(text)])
}

/// A result that says the tool failed, and why.
pub fn failure(reason: impl Into<String>) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(reason)])
}

/// The error for a tool that the server does not have.
pub fn unknown_tool(name: &str) -> ErrorData {
    ErrorData::invalid_params(
        format!("no tool is called {name:?}; tools/list names those there are"),
        None,
    )
}
