//! `context`: one exchange as expressions see it.
//!
//! The gateway implements [`Context`] over what it holds; the plain types here are APIM's entities with their .NET
//! member names in snake case (APIM: "API Management policy expressions", context variable). Messages' headers and
//! URLs are asked for by name so that nothing is copied that no expression reads.
//! Never here: HTTP, sockets, how a policy uses a value.

use crate::body::MessageBody;
use crate::certificate::Certificate;
use crate::json::JToken;
use crate::text::Text;
use crate::value::Value;
use std::fmt;
use std::sync::Arc;

/// The exchange that an expression is evaluated for.
pub trait Context {
    /// `context.Request`
    fn request(&self) -> &dyn Request;
    /// `context.Response`; `None` until a response exists.
    fn response(&self) -> Option<&dyn Response>;
    /// `context.Variables[name]`; `None` when it was never set. Names are case-sensitive.
    fn variable(&self, name: &str) -> Option<Value>;
    /// The names of all variables, in the order in which they were first set.
    fn variable_names(&self) -> Vec<Text>;
    /// `context.Api`
    fn api(&self) -> Option<&Arc<Api>>;
    /// `context.Operation`
    fn operation(&self) -> Option<&Arc<Operation>>;
    /// `context.Product`
    fn product(&self) -> Option<&Arc<Product>>;
    /// `context.Subscription`
    fn subscription(&self) -> Option<&Arc<Subscription>>;
    /// `context.Subscription.Key`: the one that the client presented.
    fn subscription_key(&self) -> Option<&Text>;
    /// `context.User`
    fn user(&self) -> Option<&Arc<User>>;
    /// `context.Backend`: where the request goes, as far as it is a backend entity.
    fn backend(&self) -> Option<Backend>;
    /// `context.Workspace`
    fn workspace(&self) -> Option<&Arc<Workspace>>;
    /// `context.GraphQL`; `None` outside of resolvers.
    fn graphql(&self) -> Option<&Arc<GraphQl>>;
    /// `context.Deployment`
    fn deployment(&self) -> &Arc<Deployment>;
    /// `context.Deployment.Certificates`, by their ids: those of the configuration, which the deployment itself outlives;
    /// see [`crate::certificate::with_private_key`].
    fn certificates(&self) -> &[(Text, Value)];
    /// `context.LastError`; `None` outside of on-error.
    fn last_error(&self) -> Option<&LastError>;
    /// `context.RequestId` as its 128 bits.
    fn request_id(&self) -> u128;
    /// `context.Timestamp`: when the request arrived, in ticks (100 ns since 0001-01-01 UTC).
    fn timestamp(&self) -> i64;
    /// The clock: now, in ticks (100 ns since 0001-01-01 UTC).
    fn now(&self) -> i64;
    /// `context.Elapsed`: ticks since the request arrived, whatever has been done to the clock since.
    fn elapsed(&self) -> i64;
    /// `context.Tracing`
    fn tracing(&self) -> bool;
    /// `context.Trace(message)`
    fn trace(&self, message: &str);
    /// Whether a chain leads from a certificate to a root that the host trusts, for clients. Its time is checked before.
    fn trusts(&self, certificate: &Certificate) -> bool;
    /// 64 random bits, for `Guid.NewGuid()` and unseeded `Random`.
    fn random(&self) -> u64;
}

/// `context.Request`
pub trait Request {
    /// `Method`, in upper case as received.
    fn method(&self) -> Text;
    /// The method before policies changed it, which Liquid's templates see.
    fn original_method(&self) -> Text {
        self.method()
    }
    /// `Url`: where the request goes as things stand, or `OriginalUrl`: what the client asked for.
    fn url(&self, which: WhichUrl) -> Arc<Url>;
    /// `IpAddress`
    fn ip_address(&self) -> Text;
    /// `Headers`
    fn headers(&self) -> &dyn Headers;
    /// `MatchedParameters`, in the template's order.
    fn matched_parameters(&self) -> &[(Text, Text)];
    /// `Certificate`: what the client showed; `None` when it showed none.
    fn certificate(&self) -> Option<&Arc<Certificate>>;
    /// `Foundry`; `None` for other APIs than those of Foundry models.
    fn foundry(&self) -> Option<&Arc<Foundry>>;
    /// `Body`; `None` for a request without one.
    fn body(&self) -> Option<&MessageBody>;
}

/// `context.Response`, or a response kept in a variable.
pub trait Response {
    /// `StatusCode`
    fn status_code(&self) -> i32;
    /// `StatusReason`
    fn status_reason(&self) -> Text;
    /// `Headers`
    fn headers(&self) -> &dyn Headers;
    /// `Body`
    fn body(&self) -> &MessageBody;
}

/// A message's headers; names are compared ignoring case.
pub trait Headers {
    /// All values of a header, in order; empty when it is absent.
    fn values(&self, name: &str) -> Vec<Text>;
    /// The values joined by `,`, as `GetValueOrDefault` gives them; `None` when the header is absent.
    fn joined(&self, name: &str) -> Option<Text>;
    /// The names, each once, in order.
    fn names(&self) -> Vec<Text>;
}

/// Which of the two URLs of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhichUrl {
    /// `context.Request.Url`
    Current,
    /// `context.Request.OriginalUrl`
    Original,
}

/// `IUrl`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Url {
    /// `http` or `https`
    pub scheme: Text,
    /// Without port.
    pub host: Text,
    /// Port number.
    pub port: i32,
    /// Starts with `/`, percent-encoded as received.
    pub path: Text,
    /// With its leading `?`; empty without a query.
    pub query_string: Text,
    /// Decoded parameters in order, each name once with all its values.
    pub query: Vec<(Text, Vec<Text>)>,
}

/// `IApi`, `IContextApi`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Api {
    pub id: Text,
    pub name: Text,
    pub path: Text,
    pub protocols: Vec<Text>,
    pub service_url: Option<Arc<Url>>,
    pub subscription_key_header: Text,
    pub subscription_key_query: Text,
    pub revision: Text,
    pub version: Text,
    pub is_current_revision: bool,
}

/// `IOperation`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Operation {
    pub id: Text,
    pub name: Text,
    pub method: Text,
    pub url_template: Text,
}

/// `IProduct`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Product {
    pub id: Text,
    pub name: Text,
    pub published: bool,
    pub subscription_required: bool,
    pub approval_required: bool,
    pub subscriptions_limit: Option<i32>,
    pub apis: Vec<Arc<Api>>,
    pub groups: Vec<Arc<Group>>,
}

/// `IGroup`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Group {
    pub id: Text,
    pub name: Text,
}

/// `context.Backend`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Backend {
    pub id: Text,
    /// Whether its `Type` is `Pool`.
    pub is_pool: bool,
    pub azure_region: Text,
}

/// `context.Workspace`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Workspace {
    pub id: Text,
    pub name: Text,
}

/// `context.GraphQL`
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct GraphQl {
    pub arguments: JToken,
    pub parent: JToken,
}

/// `context.Request.Foundry`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Foundry {
    pub deployment: Text,
}

/// `ISubscription`. The keys are those of the artifact folder; dates are ticks.
#[derive(Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Subscription {
    pub id: Text,
    pub name: Text,
    pub primary_key: Text,
    pub secondary_key: Text,
    pub created_date: i64,
    pub start_date: Option<i64>,
    pub end_date: Option<i64>,
}

impl fmt::Debug for Subscription {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Subscription")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// `IUser`. The date is in ticks.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct User {
    pub id: Text,
    pub email: Text,
    pub first_name: Text,
    pub last_name: Text,
    pub note: Text,
    pub registration_date: i64,
    pub groups: Vec<Arc<Group>>,
    pub identities: Vec<(Text, Text)>,
}

/// `context.Deployment`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct Deployment {
    pub gateway_id: Text,
    pub instance_id: Text,
    pub is_managed: bool,
    pub region: Text,
    pub service_id: Text,
    pub service_name: Text,
}

impl Deployment {
    /// What APIM calls a gateway that it runs itself.
    pub const MANAGED: &str = "managed";

    /// That of the gateway with an id, which is its instance's too.
    pub fn of_gateway(id: &str) -> Self {
        Self {
            gateway_id: id.into(),
            instance_id: id.into(),
            is_managed: id == Self::MANAGED,
            ..Self::default()
        }
    }
}

/// `context.LastError`
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(missing_docs, reason = "APIM's own member names")]
pub struct LastError {
    pub source: Text,
    pub reason: Text,
    pub message: Text,
    pub scope: Text,
    pub section: Text,
    pub path: Text,
    pub policy_id: Text,
}

/// `Authorization`: what `get-authorization-context` leaves in a variable (as `Value::of(…)`).
#[derive(Clone, Default)]
pub struct Authorization {
    /// `AccessToken`
    pub access_token: Text,
    /// `Claims`
    pub claims: Vec<(Text, Value)>,
}

impl fmt::Debug for Authorization {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Authorization")
    }
}
