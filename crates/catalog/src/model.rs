//! The catalog's types: APIM's entities, resolved (references checked, named values replaced), ready to be served.

use crate::certificate::{ClientCertificate, PublicCertificate};
use crate::contract::{Described, Statuses};
use crate::logger::Logger;
use crate::proxy::ProxyAddress;
use crate::xml_schema::XmlSchema;
use diagnostic::Source;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// One immutable state of everything that is governed.
#[derive(Debug, Default)]
pub struct Catalog {
    /// APIs, each version and revision one of its own, in the order of their folder names.
    pub apis: Vec<Arc<Api>>,
    /// Products by id.
    pub products: BTreeMap<String, Arc<Product>>,
    /// Subscriptions by id.
    pub subscriptions: BTreeMap<String, Arc<Subscription>>,
    /// Subscriptions by the digest of each of their keys; [`Catalog::add_subscription`] keeps it in step.
    pub subscription_keys: HashMap<KeyDigest, Arc<Subscription>>,
    /// Users by id, with the names of their groups.
    pub users: BTreeMap<String, Arc<User>>,
    /// Names of groups by id.
    pub groups: BTreeMap<String, String>,
    /// Backends by id.
    pub backends: BTreeMap<String, Arc<Backend>>,
    /// Client certificates by id, those that have their private key.
    pub certificates: BTreeMap<String, Arc<ClientCertificate>>,
    /// All certificates by id, also those without their private key.
    pub public_certificates: BTreeMap<String, Arc<PublicCertificate>>,
    /// Certificate authorities that are trusted beside the system's.
    pub authorities: Vec<Arc<PublicCertificate>>,
    /// Loggers by id.
    pub loggers: BTreeMap<String, Arc<Logger>>,
    /// Named values by display name, which is what `{{…}}` names.
    pub named_values: BTreeMap<String, NamedValue>,
    /// Schemas that belong to no API, by id.
    pub schemas: BTreeMap<String, SharedSchema>,
    /// Policy fragments by id.
    pub fragments: BTreeMap<String, Arc<PolicyText>>,
    /// The policy document of the global scope.
    pub policy: Option<Arc<PolicyText>>,
}

/// A schema that belongs to no API.
#[derive(Clone, Debug, PartialEq)]
pub enum SharedSchema {
    /// JSON Schema, or a document that holds several.
    Json(Arc<serde_json::Value>),
    /// XML Schema, or WSDL with schemas in its types.
    Xml(Arc<XmlSchema>),
}

/// A policy document or fragment as loaded: the source has its named values replaced already.
pub struct PolicyText {
    /// Name, written text and text to parse.
    pub source: Arc<Source>,
}

/// The same text under the same name, whatever it was read from.
impl PartialEq for PolicyText {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.source, &other.source) || self.source.says_the_same(&other.source)
    }
}

impl std::fmt::Debug for PolicyText {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The text to parse contains the values of secrets.
        formatter
            .debug_struct("PolicyText")
            .field("name", &self.source.name())
            .finish_non_exhaustive()
    }
}

/// A named value.
#[derive(Clone, PartialEq, Eq)]
pub struct NamedValue {
    /// What `{{name}}` becomes.
    pub value: String,
    /// Whether it must never be shown.
    pub secret: bool,
}

impl std::fmt::Debug for NamedValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let value = if self.secret { "(secret)" } else { &self.value };
        formatter.debug_struct("NamedValue").field("value", &value).finish()
    }
}

/// What an API speaks.
#[derive(Clone, Debug, PartialEq)]
pub enum ApiKind {
    /// REST and everything else that is plain HTTP.
    Http,
    /// Passed through as HTTP POST with an XML body.
    Soap,
    /// Upgraded connections; one `onHandshake` operation.
    WebSocket,
    /// Passed through as HTTP, or answered by its resolvers if it has any.
    GraphQl,
    /// Passed through over HTTP/2, streams and trailers included.
    Grpc,
    /// Passed through as HTTP, whatever stands below its path: the service's own model says what there is.
    OData,
    /// An existing MCP server behind the gateway.
    Mcp(McpServer),
}

/// An external MCP server.
#[derive(Clone, Debug, PartialEq)]
pub struct McpServer {
    /// The backend whose url is the upstream's whole endpoint; empty where there is a `url`.
    pub backend_id: String,
    /// The upstream's whole endpoint, where the API names no backend.
    pub url: Option<String>,
    /// Path below the API's path, normally `/mcp`.
    pub endpoint: String,
}

/// An API (one version, one revision).
#[derive(Clone, Debug)]
pub struct Api {
    /// Folder name without `;rev=`.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What it speaks.
    pub kind: ApiKind,
    /// Path prefix without leading or trailing `/`; empty for the root.
    pub path: String,
    /// `http`, `https`, `ws`, `wss`; empty when not stated (then all are served).
    pub protocols: Vec<String>,
    /// Base URL of the backend, used when no policy sets another.
    pub service_url: Option<String>,
    /// Revision number as text.
    pub revision: String,
    /// Whether this revision answers without `;rev=`.
    pub is_current: bool,
    /// `false` takes the revision off line.
    pub is_online: bool,
    /// Version and how it is chosen.
    pub version: Option<ApiVersion>,
    /// Whether calls need a subscription key.
    pub subscription_required: bool,
    /// Header that carries the key.
    pub subscription_key_header: String,
    /// Query parameter that carries the key.
    pub subscription_key_query: String,
    /// Host names it answers on; empty: on any.
    pub hosts: Vec<String>,
    /// Its schema in GraphQL's language, where it is a GraphQL API that has resolvers, or a policy that may run for it
    /// validates by it.
    pub graphql_schema: Option<Arc<str>>,
    /// Its WSDL, with XML schemas in its types, where a policy of the folder validates.
    pub wsdl: Option<Arc<XmlSchema>>,
    /// Where the values of its schema's fields come from; none for an API that is passed through.
    pub resolvers: Vec<Resolver>,
    /// Its operations in the order of the specification.
    pub operations: Vec<Arc<Operation>>,
    /// The policy document of API scope.
    pub policy: Option<Arc<PolicyText>>,
    /// Ids of the products it is in.
    pub products: Vec<String>,
}

/// Where the values of a field of a GraphQL schema come from.
#[derive(Clone, Debug)]
pub struct Resolver {
    /// Its id.
    pub id: String,
    /// The type that has the field.
    pub type_name: String,
    /// The field.
    pub field: String,
    /// The document that says it: an `http-data-source` or another.
    pub policy: Arc<PolicyText>,
}

/// A version of an API within its version set.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiVersion {
    /// Its name, such as `v2`; empty for the original, unversioned API of a set.
    pub name: String,
    /// Where a request names it.
    pub scheme: VersioningScheme,
}

/// Where a request names an API version.
#[derive(Clone, Debug, PartialEq)]
pub enum VersioningScheme {
    /// A path segment behind the API's path.
    Segment,
    /// A query parameter of this name.
    Query(String),
    /// A header of this name.
    Header(String),
}

/// An operation. A folder may have tens of thousands: it holds no room that it does not need.
#[derive(Debug)]
pub struct Operation {
    /// Its id.
    pub id: Box<str>,
    /// Display name.
    pub name: Box<str>,
    /// Upper-case method, or `*`.
    pub method: Box<str>,
    /// As written: `/orders/{id}?expand={expand}`.
    pub url_template: Box<str>,
    /// Responses with examples, for mocks; empty where no policy mocks that may run for its API.
    pub responses: Box<[OperationResponse]>,
    /// Where it stands in its API's description, which says what its messages may hold; none where no policy asks for it
    /// that may run for its API.
    pub described: Option<Box<Described>>,
    /// The policy document of operation scope.
    pub policy: Option<Arc<PolicyText>>,
}

/// A response that an operation declares.
#[derive(Clone, Debug)]
pub struct OperationResponse {
    /// Which statuses it is for.
    pub statuses: Statuses,
    /// One per content type, in the order of the specification.
    pub representations: Vec<Representation>,
}

/// A body that a response declares.
#[derive(Clone, Debug)]
pub struct Representation {
    /// Media type.
    pub content_type: String,
    /// Examples as they would be sent, in order.
    pub examples: Vec<String>,
    /// A sample made from the schema, where there is a schema and no example.
    pub sample: Option<String>,
}

/// A product.
#[derive(Debug, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Whether calls need a subscription.
    pub subscription_required: bool,
    /// Whether subscriptions need an approval.
    pub approval_required: bool,
    /// Subscriptions a user may have.
    pub subscriptions_limit: Option<u32>,
    /// Whether it is published.
    pub published: bool,
    /// Ids of its APIs.
    pub apis: Vec<String>,
    /// Ids of the groups that see it.
    pub groups: Vec<String>,
    /// The policy document of product scope.
    pub policy: Option<Arc<PolicyText>>,
}

/// What a subscription opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionScope {
    /// Every API.
    AllApis,
    /// One API.
    Api(String),
    /// The APIs of one product.
    Product(String),
}

/// A subscription. Its keys are kept as digests only.
#[derive(Debug)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// What it opens.
    pub scope: SubscriptionScope,
    /// Only `Active` works.
    pub state: SubscriptionState,
    /// From when on it works.
    pub start_date: Option<SystemTime>,
    /// Until when it works.
    pub expiration_date: Option<SystemTime>,
    /// When it was made.
    pub created_date: Option<SystemTime>,
    /// Id of its user.
    pub owner_id: Option<String>,
    /// Primary and secondary key.
    pub keys: Vec<KeyDigest>,
}

/// APIM's states of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "APIM's own names")]
pub enum SubscriptionState {
    Submitted,
    Active,
    Suspended,
    Rejected,
    Cancelled,
    Expired,
}

/// The SHA-256 digest of a subscription key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KeyDigest(pub [u8; 32]);

impl std::fmt::Debug for KeyDigest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("KeyDigest(…)")
    }
}

/// A user, owner of subscriptions.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "APIM's own names")]
pub struct User {
    pub id: String,
    pub email: String,
    pub first_name: String,
    pub last_name: String,
    pub note: String,
    pub registration_date: Option<SystemTime>,
    /// Who vouches for the user, and by which name there: providers with ids.
    pub identities: Vec<(String, String)>,
    pub groups: Vec<String>,
    /// Blocked users' subscriptions open nothing.
    pub blocked: bool,
}

/// Where requests are sent.
#[derive(Debug, PartialEq)]
pub struct Backend {
    /// Its id.
    pub id: String,
    /// One server or a pool of them.
    pub kind: BackendKind,
    /// Added to each request.
    pub credentials: BackendCredentials,
    /// Whether the server's certificate chain is checked.
    pub validate_certificate_chain: bool,
    /// Whether the server's certificate must carry the host's name.
    pub validate_certificate_name: bool,
    /// The proxy that it is reached through.
    pub proxy: Option<BackendProxy>,
    /// When it is taken out of service.
    pub circuit_breaker: Option<CircuitBreaker>,
    /// The region that it is in, as expressions see it; empty where nobody says.
    pub azure_region: String,
}

/// A proxy for HTTP in front of a backend.
#[derive(Clone, PartialEq, Eq)]
pub struct BackendProxy {
    /// Where it listens.
    pub address: ProxyAddress,
    /// Whom it knows the gateway as.
    pub username: Option<String>,
    /// That user's password.
    pub password: String,
}

impl std::fmt::Debug for BackendProxy {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BackendProxy(…)")
    }
}

impl Backend {
    /// One server behind a URL, with its certificates checked and nothing more said of it.
    pub fn single(id: impl Into<String>, url: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            kind: BackendKind::Single { url: url.into() },
            credentials: BackendCredentials::default(),
            validate_certificate_chain: true,
            validate_certificate_name: true,
            proxy: None,
            circuit_breaker: None,
            azure_region: String::new(),
        }
    }
}

/// One server or a pool.
#[derive(Debug, PartialEq)]
pub enum BackendKind {
    /// One base URL.
    Single {
        /// Without trailing `/`.
        url: String,
    },
    /// Several of which each request goes to one.
    Pool(Pool),
}

/// Backends of which each request goes to one.
#[derive(Debug, Default, PartialEq)]
pub struct Pool {
    /// Its members, all of kind `Single`.
    pub members: Vec<PoolMember>,
    /// Name of the cookie that keeps a client with one member; none: each request is on its own.
    pub session_cookie: Option<String>,
}

/// A member of a pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolMember {
    /// The backend.
    pub backend: Arc<Backend>,
    /// Lower is tried first.
    pub priority: u32,
    /// Share among members of one priority; 0 counts as 1 when all are 0.
    pub weight: u32,
}

/// What a backend adds to each request.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BackendCredentials {
    /// Headers with their values.
    pub headers: Vec<(String, Vec<String>)>,
    /// Query parameters with their values.
    pub query: Vec<(String, Vec<String>)>,
    /// `Authorization: scheme parameter`.
    pub authorization: Option<(String, String)>,
    /// The client certificate that it is shown.
    pub certificate: Option<Arc<ClientCertificate>>,
    /// An access token of the gateway's own identity in `Authorization`.
    pub managed_identity: Option<BackendIdentity>,
}

/// What the gateway's own identity gets tokens for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackendIdentity {
    /// The resource that the token is for.
    pub resource: String,
    /// One of several identities.
    pub client_id: Option<String>,
}

impl std::fmt::Debug for BackendCredentials {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("BackendCredentials(…)")
    }
}

/// A circuit breaker rule.
#[derive(Clone, Debug, PartialEq)]
pub struct CircuitBreaker {
    /// Failures that trip it.
    pub threshold: Threshold,
    /// Window in which they are counted.
    pub interval: Duration,
    /// Statuses that count as failures, bounds included.
    pub status_ranges: Vec<(u16, u16)>,
    /// Error reasons that count as failures.
    pub error_reasons: Vec<String>,
    /// How long it stays open.
    pub trip_duration: Duration,
    /// Whether a Retry-After of the failing response replaces the trip duration.
    pub accept_retry_after: bool,
}

/// How many failures within a breaker's interval trip it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threshold {
    /// This many.
    Count(u32),
    /// This many of a hundred requests.
    Percentage(u32),
}
