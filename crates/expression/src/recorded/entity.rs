//! The parts of a recorded exchange.

use crate::body::MessageBody;
use crate::certificate::Certificate;
use crate::context::{
    Api, Backend, Deployment, Foundry, GraphQl, Group, LastError, Operation, Product, Subscription, Url, User,
    Workspace,
};
use crate::json::{Formatting, JToken, Scalar};
use crate::library::{decode_base64, url_decode};
use crate::response::{HeaderList, StoredResponse};
use crate::text::Text;
use crate::value::Value;
use std::sync::Arc;

/// A stretch of the JSON that may be missing.
pub struct Part(pub Option<JToken>);

impl Part {
    /// A member, whose name is found in any case.
    pub fn get(&self, name: &str) -> Self {
        Self(
            self.0
                .as_ref()
                .and_then(|token| token.property_ignoring_case(name)?.property_value()),
        )
    }

    /// Itself, unless it is missing or null.
    pub fn present(self) -> Option<Self> {
        self.0.filter(|token| !token.is_null()).map(|token| Self(Some(token)))
    }

    /// Members with their names.
    pub fn entries(&self) -> impl Iterator<Item = (Text, Self)> {
        let properties = self.0.as_ref().map(JToken::properties).unwrap_or_default();
        properties
            .into_iter()
            .map(|property| (property.name().unwrap_or_default(), Self(property.property_value())))
    }

    /// Elements of an array.
    pub fn items(&self) -> impl Iterator<Item = Self> {
        let items = self
            .0
            .as_ref()
            .filter(|token| token.class() == "JArray")
            .map(JToken::children)
            .unwrap_or_default();
        items.into_iter().map(|item| Self(Some(item)))
    }

    /// Its own text: strings as they are.
    pub fn own_text(&self) -> Text {
        match self.0.as_ref().and_then(JToken::scalar) {
            Some(Scalar::Date(date)) => date.iso().into(),
            Some(scalar) => scalar.to_text(),
            None => self
                .0
                .as_ref()
                .map_or_else(Text::default, |token| token.to_json(Formatting::None).into()),
        }
    }

    /// A member's text.
    pub fn text(&self, name: &str) -> Option<Text> {
        self.get(name).present().map(|part| part.own_text())
    }

    /// A member's text, or this one.
    pub fn text_or(&self, name: &str, default: &str) -> Text {
        self.text(name).unwrap_or_else(|| default.into())
    }

    /// A number.
    pub fn number(&self) -> Option<f64> {
        self.0.as_ref()?.to_double().ok()
    }

    /// Whether it is `true`.
    pub fn flag(&self) -> bool {
        self.0.as_ref().is_some_and(|token| token.to_boolean().unwrap_or(false))
    }

    /// A moment in ticks.
    pub fn ticks(&self) -> Option<i64> {
        self.0
            .as_ref()
            .filter(|token| !token.is_null())?
            .to_date_time()
            .ok()
            .map(|date| date.ticks)
    }
}

/// A URL.
pub fn url(text: &str) -> Arc<Url> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    let default = if scheme == "http" { 80 } else { 443 };
    let (host, port) = authority.rsplit_once(':').map_or((authority, default), |(host, port)| {
        (host, port.parse().unwrap_or(default))
    });
    let query_at = tail.find('?').unwrap_or(tail.len());
    let (path, query_string) = tail.split_at(query_at);
    let mut query: Vec<(Text, Vec<Text>)> = Vec::new();
    for pair in query_string
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| !pair.is_empty())
    {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (Text::from(url_decode(name)), Text::from(url_decode(value)));
        match query.iter_mut().find(|(own, _)| *own == name) {
            Some((_, values)) => values.push(value),
            None => query.push((name, vec![value])),
        }
    }
    let path = if path.is_empty() { "/" } else { path };
    Arc::new(Url {
        scheme: scheme.into(),
        host: host.into(),
        port,
        path: path.into(),
        query_string: query_string.into(),
        query,
    })
}

/// Headers: a text or several for each name.
pub fn headers(part: &Part) -> HeaderList {
    HeaderList(
        part.entries()
            .map(|(name, value)| {
                let several: Vec<Text> = value.items().map(|item| item.own_text()).collect();
                (
                    name,
                    if several.is_empty() {
                        vec![value.own_text()]
                    } else {
                        several
                    },
                )
            })
            .collect(),
    )
}

/// A body: text as it is, other JSON as its text.
pub fn body(part: &Part) -> MessageBody {
    let text = match part.0.as_ref().and_then(JToken::scalar) {
        Some(Scalar::String(text)) => text,
        _ => part
            .0
            .as_ref()
            .map_or_else(Text::default, |token| token.to_json(Formatting::None).into()),
    };
    MessageBody::new(text.as_bytes().to_vec())
}

/// A response.
pub fn response(part: &Part) -> StoredResponse {
    StoredResponse {
        status_code: part.get("statusCode").number().map_or(200, |code| code as i32),
        status_reason: part.text_or("statusReason", "OK"),
        headers: headers(&part.get("headers")),
        body: part
            .get("body")
            .present()
            .map_or_else(MessageBody::default, |part| body(&part)),
    }
}

fn groups(part: &Part) -> Vec<Arc<Group>> {
    part.get("groups")
        .items()
        .map(|group| {
            Arc::new(Group {
                id: group.text_or("id", ""),
                name: group.text_or("name", ""),
            })
        })
        .collect()
}

/// An API.
pub fn api(part: &Part) -> Api {
    let keys = part.get("subscriptionKeyParameterNames");
    Api {
        id: part.text_or("id", ""),
        name: part.text_or("name", ""),
        path: part.text_or("path", ""),
        protocols: part
            .get("protocols")
            .items()
            .map(|protocol| protocol.own_text())
            .collect(),
        service_url: part.text("serviceUrl").map(|text| url(&text)),
        subscription_key_header: keys.text_or("header", "Ocp-Apim-Subscription-Key"),
        subscription_key_query: keys.text_or("query", "subscription-key"),
        revision: part.text_or("revision", ""),
        version: part.text_or("version", ""),
        is_current_revision: part.get("isCurrentRevision").flag(),
    }
}

/// An operation.
pub fn operation(part: &Part) -> Operation {
    Operation {
        id: part.text_or("id", ""),
        name: part.text_or("name", ""),
        method: part.text_or("method", ""),
        url_template: part.text_or("urlTemplate", ""),
    }
}

/// A product.
pub fn product(part: &Part) -> Product {
    Product {
        id: part.text_or("id", ""),
        name: part.text_or("name", ""),
        published: part
            .text("state")
            .is_some_and(|state| state == "Published" || state == "1"),
        subscription_required: part.get("subscriptionRequired").flag(),
        approval_required: part.get("approvalRequired").flag(),
        subscriptions_limit: part.get("subscriptionsLimit").number().map(|limit| limit as i32),
        apis: part.get("apis").items().map(|part| Arc::new(api(&part))).collect(),
        groups: groups(part),
    }
}

/// A backend.
pub fn backend(part: &Part) -> Backend {
    Backend {
        id: part.text_or("id", ""),
        is_pool: part.text("type").is_some_and(|kind| kind == "Pool"),
        azure_region: part.text_or("azureRegion", ""),
    }
}

/// What a resolver was called with.
pub fn graphql(part: &Part) -> GraphQl {
    let token = |name| {
        part.get(name)
            .0
            .map_or_else(|| JToken::value(Scalar::Null), |token| token.deep_clone())
    };
    GraphQl {
        arguments: token("arguments"),
        parent: token("parent"),
    }
}

/// A model of Foundry.
pub fn foundry(part: &Part) -> Foundry {
    Foundry {
        deployment: part.text_or("deployment", ""),
    }
}

/// A workspace.
pub fn workspace(part: &Part) -> Workspace {
    Workspace {
        id: part.text_or("id", ""),
        name: part.text_or("name", ""),
    }
}

/// A subscription.
pub fn subscription(part: &Part) -> Subscription {
    Subscription {
        id: part.text_or("id", ""),
        name: part.text_or("name", ""),
        primary_key: part.text("primaryKey").or_else(|| part.text("key")).unwrap_or_default(),
        secondary_key: part.text_or("secondaryKey", ""),
        created_date: part.get("createdDate").ticks().unwrap_or_default(),
        start_date: part.get("startDate").ticks(),
        end_date: part.get("endDate").ticks(),
    }
}

/// A user.
pub fn user(part: &Part) -> User {
    User {
        id: part.text_or("id", ""),
        email: part.text_or("email", ""),
        first_name: part.text_or("firstName", ""),
        last_name: part.text_or("lastName", ""),
        note: part.text_or("note", ""),
        registration_date: part.get("registrationDate").ticks().unwrap_or_default(),
        groups: groups(part),
        identities: part
            .get("identities")
            .items()
            .map(|identity| (identity.text_or("id", ""), identity.text_or("provider", "")))
            .collect(),
    }
}

/// The deployment.
pub fn deployment(part: &Part) -> Deployment {
    let gateway = part.get("gateway");
    Deployment {
        gateway_id: gateway
            .text("id")
            .or_else(|| part.text("gatewayId"))
            .unwrap_or_default(),
        instance_id: gateway.text_or("instanceId", ""),
        is_managed: gateway.get("isManaged").flag(),
        region: part.text_or("region", ""),
        service_id: part.text_or("serviceId", ""),
        service_name: part.text_or("serviceName", ""),
    }
}

/// The deployment's certificates by id.
pub fn certificates(deployment: &Part) -> Vec<(Text, Value)> {
    let part = deployment.get("certificates");
    let entries = part.entries();
    entries
        .filter_map(|(id, part)| Some((id, Value::Object(certificate(&part)?))))
        .collect()
}

/// A certificate: Base64 of its DER.
pub fn certificate(part: &Part) -> Option<Arc<Certificate>> {
    let bytes = decode_base64(&part.own_text())?;
    Certificate::parse(&bytes).map(Arc::new)
}

/// What went wrong.
pub fn last_error(part: &Part) -> LastError {
    LastError {
        source: part.text_or("source", ""),
        reason: part.text_or("reason", ""),
        message: part.text_or("message", ""),
        scope: part.text_or("scope", ""),
        section: part.text_or("section", ""),
        path: part.text_or("path", ""),
        policy_id: part.text_or("policyId", ""),
    }
}
