//! An exchange written down as JSON: for tests, and for trying expressions without a gateway.
//!
//! Names are those of `context`'s members, in any case: `request {method, url, originalUrl, ipAddress, headers, body,
//! matchedParameters, certificate, foundry}`, `response {statusCode, statusReason, headers, body}`, `variables`, `api`, `operation`, `product`,
//! `subscription`, `user`, `backend`, `workspace`, `graphQL`, `deployment`, `lastError`, `requestId`, `timestamp`, `elapsedMs`, `tracing`. All may be missing.
//! A body is text, or any other JSON. A certificate is the Base64 of its DER, as are those in `deployment`'s `certificates`. A variable is a plain value or `{"$json": …}`, `{"$response": {…}}`,
//! `{"$jwt": "…"}`, `{"$authorization": {"accessToken": "…"}}`, `{"$date": "…"}`, `{"$bytes": "base64"}`, `{"$array": […]}`, `{"$long": n}`, `{"$double": n}`.

mod entity;
mod variable;

use crate::body::MessageBody;
use crate::certificate::Certificate;
use crate::context::{
    Api, Backend, Context, Deployment, Foundry, GraphQl, Headers, LastError, Operation, Product, Request, Response,
    Subscription, Url, User, WhichUrl, Workspace,
};
use crate::json::{JToken, JsonError, parse_guid};
use crate::response::{HeaderList, StoredResponse};
use crate::text::Text;
use crate::value::Value;
use entity::Part;
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Ticks of 2026-01-02T03:04:05Z, when no other time is given.
const DEFAULT_TIME: i64 = 639_029_198_450_000_000;

/// An exchange that was written down. Its clock stands still; its random numbers are the same each time.
pub struct RecordedContext {
    request: RecordedRequest,
    response: Option<StoredResponse>,
    variables: Vec<(Text, Value)>,
    api: Option<Arc<Api>>,
    operation: Option<Arc<Operation>>,
    product: Option<Arc<Product>>,
    subscription: Option<Arc<Subscription>>,
    subscription_key: Option<Text>,
    backend: Option<Backend>,
    workspace: Option<Arc<Workspace>>,
    graphql: Option<Arc<GraphQl>>,
    user: Option<Arc<User>>,
    deployment: Arc<Deployment>,
    certificates: Vec<(Text, Value)>,
    last_error: Option<LastError>,
    request_id: u128,
    timestamp: i64,
    elapsed: i64,
    tracing: bool,
    traces: Mutex<Vec<Text>>,
    random: AtomicU64,
}

struct RecordedRequest {
    method: Text,
    url: Arc<Url>,
    original_url: Arc<Url>,
    ip_address: Text,
    headers: HeaderList,
    matched_parameters: Vec<(Text, Text)>,
    certificate: Option<Arc<Certificate>>,
    foundry: Option<Arc<Foundry>>,
    body: Option<MessageBody>,
}

impl RecordedContext {
    /// The members that [`RecordedContext::from_json`] reads; it passes over others.
    pub const MEMBERS: [&str; 17] = [
        "api",
        "backend",
        "deployment",
        "elapsedMs",
        "graphQL",
        "lastError",
        "operation",
        "product",
        "request",
        "requestId",
        "response",
        "subscription",
        "timestamp",
        "tracing",
        "user",
        "variables",
        "workspace",
    ];

    /// Sets one of `context.Variables`.
    pub fn set_variable(&mut self, name: &str, value: Value) {
        match self.variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.variables.push((name.into(), value)),
        }
    }

    /// Reads an exchange.
    ///
    /// # Errors
    /// The text is no JSON object.
    pub fn from_json(json: &str) -> Result<Self, JsonError> {
        let root = Part(Some(JToken::parse_object(&json.into())?));
        let request = root.get("request");
        let url = entity::url(&request.text_or("url", "https://gateway.example/"));
        Ok(Self {
            request: RecordedRequest {
                method: request.text_or("method", "GET"),
                original_url: request
                    .text("originalUrl")
                    .map_or_else(|| Arc::clone(&url), |text| entity::url(&text)),
                url,
                ip_address: request.text_or("ipAddress", "192.0.2.1"),
                headers: entity::headers(&request.get("headers")),
                matched_parameters: request
                    .get("matchedParameters")
                    .entries()
                    .map(|(name, value)| (name, value.own_text()))
                    .collect(),
                foundry: request
                    .get("foundry")
                    .present()
                    .map(|part| Arc::new(entity::foundry(&part))),
                certificate: request
                    .get("certificate")
                    .present()
                    .and_then(|part| entity::certificate(&part)),
                body: request.get("body").present().map(|body| entity::body(&body)),
            },
            response: root
                .get("response")
                .present()
                .map(|response| entity::response(&response)),
            variables: root
                .get("variables")
                .entries()
                .map(|(name, value)| (name, variable::value(&value)))
                .collect(),
            api: root.get("api").present().map(|api| Arc::new(entity::api(&api))),
            operation: root
                .get("operation")
                .present()
                .map(|operation| Arc::new(entity::operation(&operation))),
            product: root
                .get("product")
                .present()
                .map(|product| Arc::new(entity::product(&product))),
            subscription: root
                .get("subscription")
                .present()
                .map(|subscription| Arc::new(entity::subscription(&subscription))),
            subscription_key: root
                .get("subscription")
                .text("key")
                .or_else(|| root.get("subscription").text("primaryKey")),
            backend: root.get("backend").present().map(|part| entity::backend(&part)),
            graphql: root
                .get("graphQL")
                .present()
                .map(|part| Arc::new(entity::graphql(&part))),
            workspace: root
                .get("workspace")
                .present()
                .map(|part| Arc::new(entity::workspace(&part))),
            user: root.get("user").present().map(|user| Arc::new(entity::user(&user))),
            deployment: Arc::new(entity::deployment(&root.get("deployment"))),
            certificates: entity::certificates(&root.get("deployment")),
            last_error: root.get("lastError").present().map(|error| entity::last_error(&error)),
            request_id: root
                .text("requestId")
                .and_then(|text| parse_guid(&text))
                .unwrap_or_default(),
            timestamp: root.get("timestamp").ticks().unwrap_or(DEFAULT_TIME),
            elapsed: root
                .get("elapsedMs")
                .number()
                .map_or(0, |milliseconds| (milliseconds * 10_000.0) as i64),
            tracing: root.get("tracing").flag(),
            traces: Mutex::default(),
            random: AtomicU64::new(0),
        })
    }

    /// What expressions traced so far.
    pub fn traces(&self) -> Vec<Text> {
        self.traces.lock().clone()
    }
}

impl fmt::Debug for RecordedContext {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RecordedContext")
            .field("method", &self.request.method)
            .finish_non_exhaustive()
    }
}

impl Context for RecordedContext {
    fn request(&self) -> &dyn Request {
        &self.request
    }
    fn response(&self) -> Option<&dyn Response> {
        self.response.as_ref().map(|response| response as &dyn Response)
    }
    fn variable(&self, name: &str) -> Option<Value> {
        self.variables
            .iter()
            .find(|(own, _)| own == name)
            .map(|(_, value)| value.clone())
    }
    fn variable_names(&self) -> Vec<Text> {
        self.variables.iter().map(|(name, _)| name.clone()).collect()
    }
    fn api(&self) -> Option<&Arc<Api>> {
        self.api.as_ref()
    }
    fn operation(&self) -> Option<&Arc<Operation>> {
        self.operation.as_ref()
    }
    fn product(&self) -> Option<&Arc<Product>> {
        self.product.as_ref()
    }
    fn subscription(&self) -> Option<&Arc<Subscription>> {
        self.subscription.as_ref()
    }
    fn subscription_key(&self) -> Option<&Text> {
        self.subscription_key.as_ref()
    }
    fn backend(&self) -> Option<Backend> {
        self.backend.clone()
    }
    fn graphql(&self) -> Option<&Arc<GraphQl>> {
        self.graphql.as_ref()
    }
    fn workspace(&self) -> Option<&Arc<Workspace>> {
        self.workspace.as_ref()
    }
    fn user(&self) -> Option<&Arc<User>> {
        self.user.as_ref()
    }
    fn deployment(&self) -> &Arc<Deployment> {
        &self.deployment
    }
    fn certificates(&self) -> &[(Text, Value)] {
        &self.certificates
    }
    fn last_error(&self) -> Option<&LastError> {
        self.last_error.as_ref()
    }
    fn request_id(&self) -> u128 {
        self.request_id
    }
    fn timestamp(&self) -> i64 {
        self.timestamp
    }
    fn now(&self) -> i64 {
        self.timestamp.saturating_add(self.elapsed)
    }
    fn elapsed(&self) -> i64 {
        self.elapsed
    }
    fn trusts(&self, _certificate: &Certificate) -> bool {
        // Nobody's roots are written down.
        false
    }
    fn tracing(&self) -> bool {
        self.tracing
    }
    fn trace(&self, message: &str) {
        self.traces.lock().push(message.into());
    }
    fn random(&self) -> u64 {
        // SplitMix64.
        let mut bits = self.random.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }
}

impl Request for RecordedRequest {
    fn method(&self) -> Text {
        self.method.clone()
    }
    fn url(&self, which: WhichUrl) -> Arc<Url> {
        Arc::clone(match which {
            WhichUrl::Current => &self.url,
            WhichUrl::Original => &self.original_url,
        })
    }
    fn ip_address(&self) -> Text {
        self.ip_address.clone()
    }
    fn headers(&self) -> &dyn Headers {
        &self.headers
    }
    fn matched_parameters(&self) -> &[(Text, Text)] {
        &self.matched_parameters
    }
    fn foundry(&self) -> Option<&Arc<Foundry>> {
        self.foundry.as_ref()
    }
    fn certificate(&self) -> Option<&Arc<Certificate>> {
        self.certificate.as_ref()
    }
    fn body(&self) -> Option<&MessageBody> {
        self.body.as_ref()
    }
}
