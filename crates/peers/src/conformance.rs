//! The MCP server that the official conformance suite calls: the suite names its tools, resources and prompts.
//!
//! One handler serves both eras. What differs between them (asking the client, telling it about changes) is decided in
//! [`question`] and [`changes`], so that a tool is written once and a gateway that bridges eras finds every feature on
//! both sides.
//!
//! Never here: what a single tool, resource or prompt does. Not covered: the tasks extension.

// Sampling, roots and logging are deprecated in the newest revision; the older ones that the suite tests still have them.
#![expect(
    deprecated,
    reason = "the suite requires features that the newest revision deprecates"
)]

mod changes;
mod media;
mod prompts;
mod question;
mod resources;
mod state;
mod tools;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use clap::ValueEnum;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CompleteRequestParams, CompleteResult, GetPromptRequestParams,
    GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult, ListToolsResult,
    LoggingLevel, PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
    ServerCapabilities, ServerConfig, SetLevelRequestParams, SubscribeRequestParams, SubscriptionFilter, Tool,
    UnsubscribeRequestParams,
};
use rmcp::service::{NotificationContext, RequestContext, SubscriptionContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};

use crate::mcp::implementation;
use changes::Changes;
use question::Round;

/// How many resources a session may watch.
const WATCHED: usize = 100;

/// Which revisions to speak.
#[derive(Clone, Copy, ValueEnum)]
pub enum Era {
    /// All of them
    Both,
    /// Those with sessions, up to 2025-11-25
    Legacy,
    /// Those without, from 2026-07-28 on
    Modern,
}

/// What all sessions share.
pub struct Fixture {
    changes: Changes,
    era: Era,
}

impl Fixture {
    /// A server that speaks the revisions of `era`.
    pub fn new(era: Era) -> Self {
        Self {
            changes: Changes::default(),
            era,
        }
    }

    /// The handler of a new session, or of one request without a session.
    pub fn session(&self) -> Session {
        Session {
            changes: self.changes.clone(),
            era: self.era,
            least_level: Mutex::new(LoggingLevel::Debug),
            watched: Arc::default(),
        }
    }
}

/// One session.
pub struct Session {
    changes: Changes,
    era: Era,
    least_level: Mutex<LoggingLevel>,
    watched: Arc<Mutex<BTreeSet<String>>>,
}

impl ServerHandler for Session {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder()
            .enable_completions()
            .enable_logging()
            .enable_prompts()
            .enable_prompts_list_changed()
            .enable_resources()
            .enable_resources_subscribe()
            .enable_tools()
            .enable_tool_list_changed()
            .build();
        ServerConfig::new(capabilities).with_server_info(implementation("conformance"))
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        let older = ProtocolVersion::known_up_to(&ProtocolVersion::V_2025_11_25);
        match self.era {
            Era::Both => Cow::Borrowed(ProtocolVersion::KNOWN_VERSIONS),
            Era::Legacy => Cow::Borrowed(older),
            Era::Modern => ProtocolVersion::KNOWN_VERSIONS
                .iter()
                .filter(|known| !older.contains(known))
                .cloned()
                .collect(),
        }
    }

    async fn on_initialized(&self, context: NotificationContext<RoleServer>) {
        self.changes.forward(context.peer, Arc::clone(&self.watched));
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(tools::list()?))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        tools::list().ok()?.into_iter().find(|tool| tool.name == name)
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let least_level = *self.least_level.lock().unwrap_or_else(PoisonError::into_inner);
        let round = Round::new(
            request.name.into_owned(),
            request.input_responses,
            request.request_state,
            context,
        );
        tools::call(request.arguments, &round, least_level, &self.changes).await
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::list()?))
    }

    async fn list_resource_templates(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        Ok(ListResourceTemplatesResult::with_all_items(resources::templates()?))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        resources::read(&request.uri).map(Into::into)
    }

    async fn subscribe(&self, request: SubscribeRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.len() >= WATCHED {
            return Err(ErrorData::invalid_request(
                format!("a session watches at most {WATCHED} resources"),
                None,
            ));
        }
        watched.insert(request.uri);
        Ok(())
    }

    async fn unsubscribe(
        &self,
        request: UnsubscribeRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        self.watched
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&request.uri);
        Ok(())
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        Some(requested.clone())
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.changes.tell(&context).await
    }

    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Ok(ListPromptsResult::with_all_items(prompts::list()?))
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<GetPromptResponse, ErrorData> {
        let round = Round::new(request.name, request.input_responses, request.request_state, context);
        prompts::get(&request.arguments.unwrap_or_default(), &round).await
    }

    async fn complete(
        &self,
        request: CompleteRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<CompleteResult, ErrorData> {
        prompts::complete(&request.argument.value)
    }

    async fn set_level(&self, request: SetLevelRequestParams, _: RequestContext<RoleServer>) -> Result<(), ErrorData> {
        *self.least_level.lock().unwrap_or_else(PoisonError::into_inner) = request.level;
        Ok(())
    }
}
