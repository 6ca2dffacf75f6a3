//! The resolvers of a GraphQL API, and what answers its requests by them.
//!
//! The crate `graphql` goes through a request and says which fields it needs; each of these is a run of its resolver's
//! document in a copy of the exchange, at the same time as the others of the same turn. `context.GraphQL` has the field's
//! arguments and the object that it belongs to, and the copy's request body is both as JSON, which is what templates see.
//! What a resolver sets stays in its copy; a failure is an error of its field.
//! Never here: what a data source is (`policies/http_data_source.rs` and others), the execution of GraphQL.

use crate::block::Block;
use crate::body::Body;
use crate::exchange::{Exchange, Message, ResponseMessage};
use crate::failure::Failure;
use crate::graphql_request::{Sent, entry};
use diagnostic::{Source, Span};
use expression::body::MessageBody;
use expression::context::GraphQl;
use expression::json::JToken;
use expression::text::Text;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use graphql::{Call, Error, Execution, Limits, Schema, Wanted};
use http::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, StatusCode};
use serde_json::json;
use std::collections::HashMap;
use std::sync::Arc;

/// Fields of a request, as APIM has it.
const MOST_FIELDS: usize = 250;
/// Levels of a request, those of the schema's own description included.
const MOST_LEVELS: usize = 30;
/// Calls of resolvers for one request.
const MOST_CALLS: usize = 1000;
/// Calls of resolvers that are under way at the same time for one request.
const AT_ONCE: usize = 32;

/// What happened, as JSON.
#[derive(Clone, Copy)]
pub(crate) struct Event<'e>(pub &'e [u8]);

/// Where the values of an API's fields come from.
pub(crate) struct Resolvers {
    schema: Arc<Schema>,
    /// By type and field.
    documents: HashMap<String, HashMap<String, Arc<Block>>>,
}

/// A resolver that a policy names (`set-graphql-resolver`).
pub(crate) struct Declared {
    pub type_name: Text,
    pub field: Text,
    pub document: Arc<Block>,
    /// Where it says so.
    pub source: Arc<Source>,
    pub span: Span,
}

impl Resolvers {
    /// None yet.
    pub fn new(schema: Arc<Schema>) -> Self {
        Self {
            schema,
            documents: HashMap::new(),
        }
    }

    /// What requests are validated by.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Adds the document of a field.
    pub fn add(&mut self, type_name: &str, field: &str, document: Block) {
        let fields = self.documents.entry(type_name.to_owned()).or_default();
        fields.insert(field.to_owned(), Arc::new(document));
    }

    /// The same, and those that policies name where there are none for their fields; the last one counts.
    pub fn and(&self, declared: &[Arc<Declared>]) -> Self {
        let mut all = Self {
            schema: Arc::clone(&self.schema),
            documents: self.documents.clone(),
        };
        for Declared {
            type_name,
            field,
            document,
            ..
        } in declared.iter().map(|one| &**one)
        {
            if self.of(type_name, field).is_none() && self.schema.has_field(type_name, field) {
                let fields = all.documents.entry(type_name.to_string()).or_default();
                fields.insert(field.to_string(), Arc::clone(document));
            }
        }
        all
    }

    fn of(&self, type_name: &str, field: &str) -> Option<&Arc<Block>> {
        self.documents.get(type_name)?.get(field)
    }

    /// Makes the response to the request.
    ///
    /// # Errors
    /// None that the client must not see: what is wrong with the request is a response with `errors`.
    pub async fn answer(&self, exchange: &mut Exchange) -> Result<(), Failure> {
        let given = match Sent::read(exchange) {
            Ok(sent) => self.execute(&sent, exchange).await,
            Err(message) => Err(vec![Error::new(message)]),
        };
        let (status, body) = match given {
            Ok(body) => (StatusCode::OK, body),
            Err(errors) => {
                let list: Vec<_> = errors.iter().map(entry).collect();
                (StatusCode::BAD_REQUEST, json!({ "errors": list }).to_string())
            }
        };
        exchange.response = Some(ResponseMessage {
            status,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]),
            body: Body::Buffered(MessageBody::new(body)),
            ..ResponseMessage::default()
        });
        Ok(())
    }

    async fn execute(&self, sent: &Sent, exchange: &Exchange) -> Result<String, Vec<Error>> {
        let request = self.schema.request(&sent.query, MOST_FIELDS, MOST_LEVELS)?;
        let resolves = |type_name: &str, field: &str| self.of(type_name, field).is_some();
        let execution = Execution::new(&request, &wanted(sent, &resolves, exchange))?;
        if exchange.request.method == Method::GET && execution.changes() {
            // A GET may be repeated by anybody on its way (GraphQL over HTTP).
            return Err(vec![Error::new("A mutation must be sent by POST.")]);
        }
        Ok(self.run(execution, None, exchange).await)
    }

    /// The field that a request subscribes to.
    ///
    /// # Errors
    /// It does not conform to the schema, its variables are not the operation's, or it is no subscription.
    pub fn subscribed(&self, sent: &Sent, exchange: &Exchange) -> Result<String, Vec<Error>> {
        let request = self.schema.request(&sent.query, MOST_FIELDS, MOST_LEVELS)?;
        let subscribed = request.subscribed(sent.operation.as_deref())?;
        let resolves = |_: &str, _: &str| true;
        Execution::of_event(&request, &wanted(sent, &resolves, exchange))?;
        let (_, field) = subscribed.ok_or_else(|| vec![Error::new("The request subscribes to no field.")])?;
        Ok(field)
    }

    /// What a subscription makes of an event: the response for its client. The request is read again for each event, since
    /// a connection keeps its text alone.
    ///
    /// # Errors
    /// As for [`Resolvers::subscribed`].
    pub async fn made_of(&self, event: Event<'_>, sent: &Sent, exchange: &Exchange) -> Result<String, Vec<Error>> {
        let request = self.schema.request(&sent.query, MOST_FIELDS, MOST_LEVELS)?;
        let Some((root, own)) = request.subscribed(sent.operation.as_deref())? else {
            return Err(vec![Error::new("The request subscribes to no field.")]);
        };
        let resolves =
            |type_name: &str, field: &str| (type_name == root && field == own) || self.of(type_name, field).is_some();
        let execution = Execution::of_event(&request, &wanted(sent, &resolves, exchange))?;
        Ok(self.run(execution, Some((&root, event)), exchange).await)
    }

    /// Executes a request to its end; fields of the root are the event, where there is one.
    async fn run(&self, mut execution: Execution<'_>, event: Option<(&str, Event<'_>)>, exchange: &Exchange) -> String {
        loop {
            let mut calls = execution.turn().into_iter();
            let ask = |call: Call| async move {
                let given = match event {
                    Some((root, Event(event))) if call.type_name == root => Ok(event.to_vec()),
                    _ => self.resolve(&call, exchange).await,
                };
                (call, given)
            };
            let mut running: FuturesUnordered<_> = calls.by_ref().take(AT_ONCE).map(ask).collect();
            if running.is_empty() {
                return execution.response();
            }
            while let Some((call, given)) = running.next().await {
                let given = given.as_deref().map_err(told);
                execution.answer(call, given);
                running.extend(calls.next().map(ask));
            }
        }
    }

    /// What the resolver of a field gives: JSON, or nothing for null.
    async fn resolve(&self, call: &Call, exchange: &Exchange) -> Result<Vec<u8>, Failure> {
        let Some(document) = self.of(&call.type_name, &call.field) else {
            return Ok(Vec::new());
        };
        let read = |text: &str| {
            let token = JToken::parse_without_dates(&text.into());
            token.map_err(|error| Failure::internal("GraphQLResolverFailed", error.message))
        };
        let mut copy = exchange.fork();
        copy.state.resolvers = None;
        copy.state.graphql_call = Some(Arc::new(GraphQl {
            arguments: read(&call.arguments)?,
            parent: read(&call.parent)?,
        }));
        let seen = format!("{{\"arguments\":{},\"parent\":{}}}", call.arguments, call.parent);
        copy.rewrite_body(Message::Request, seen);
        let json = HeaderValue::from_static("application/json");
        copy.request.headers.insert(CONTENT_TYPE, json);
        copy.response = None;
        document.run(&mut copy).await?;
        let body = copy.body_to_rewrite(Message::Response)?;
        Ok(body.map(|body| body.text().as_bytes().to_vec()).unwrap_or_default())
    }
}

/// What the client is told of a resolver that failed: what its data source answered, but no addresses of servers and
/// nothing that an expression or a named value holds.
fn told(failure: &Failure) -> String {
    let is_of_source = matches!(failure.reason, "BackendStatusCode" | "CosmosDbError" | "Timeout");
    match &failure.client_message {
        _ if is_of_source => failure.message.clone(),
        Some(message) => message.clone(),
        None => format!("The resolver failed: {}.", failure.reason),
    }
}

fn wanted<'w>(sent: &'w Sent, resolves: &'w dyn Fn(&str, &str) -> bool, exchange: &Exchange) -> Wanted<'w> {
    Wanted {
        operation: sent.operation.as_deref(),
        variables: sent.variables.as_deref(),
        resolves,
        limits: Limits {
            calls: MOST_CALLS,
            bytes: usize::try_from(exchange.services.buffer_limit).unwrap_or(usize::MAX),
        },
    }
}
