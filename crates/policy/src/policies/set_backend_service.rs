//! `set-backend-service` sends the request elsewhere: to a base URL, or to a backend entity with its credentials and
//! TLS rules. Path and query stay. The last one that runs decides.
//!
//! Pools, Service Fabric and Dapr are not built yet.

use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Target as Destination};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::{Readable, Value};
use catalog::{Backend, BackendKind};
use expression::Target;
use expression::text::Text;
use expression::value::Value as Object;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const SET_BACKEND_SERVICE: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND),
    ..Policy::new("set-backend-service", parse)
};

enum SetBackendService {
    Url(Value<BaseUrl>),
    Backend(Destination),
    /// By an id that is computed.
    Lookup(Value<Text>, Arc<BTreeMap<String, Arc<Backend>>>),
}

/// Attributes for Service Fabric and Dapr.
const NOT_BUILT: [&str; 8] = [
    "sf-resolve-condition",
    "sf-service-instance-name",
    "sf-partition-key",
    "sf-replica-type",
    "sf-listener-name",
    "dapr-app-id",
    "dapr-method",
    "dapr-namespace",
];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    for name in NOT_BUILT {
        if element.optional::<Object>(name).is_some() {
            let message = format!("`{name}` of `<set-backend-service>` is not built yet");
            let span = element.attribute_span(name);
            element.compiler.not_built(codes::FEATURE_NOT_BUILT, span, message);
        }
    }
    let url = element.optional("base-url");
    let id: Option<Value<Text>> = element.optional("backend-id");
    if !element.exactly_one(&["base-url", "backend-id"]) {
        return None;
    }
    if let Some(url) = url {
        return now(SetBackendService::Url(url));
    }
    let id = id?;
    let catalog = element.compiler.catalog?;
    match id.constant() {
        Some(id) => {
            let backend = catalog.backends.get(id.as_str());
            now(SetBackendService::Backend(known(element, id, backend)?))
        }
        None => now(SetBackendService::Lookup(id, Arc::new(catalog.backends.clone()))),
    }
}

/// The backend that a literal names, which must exist.
fn known(element: &mut ElementReader<'_, '_>, id: &str, backend: Option<&Arc<Backend>>) -> Option<Destination> {
    let Some(backend) = backend else {
        let message = format!("there is no backend \"{id}\"");
        element.error_at("backend-id", codes::UNKNOWN_REFERENCE, message);
        return None;
    };
    let destination = destination(backend);
    if destination.is_none() {
        let span = element.attribute_span("backend-id");
        let message = format!("backend \"{id}\" is a pool; pools are not built yet");
        element.compiler.not_built(codes::FEATURE_NOT_BUILT, span, message);
    }
    destination
}

fn destination(backend: &Arc<Backend>) -> Option<Destination> {
    match &backend.kind {
        BackendKind::Single { url } => Some(Destination {
            base_url: Some(url.as_str().into()),
            backend: Some(Arc::clone(backend)),
            whole_endpoint: false,
        }),
        BackendKind::Pool(_) => None,
    }
}

impl Step for SetBackendService {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let chosen = match self {
            Self::Url(url) => Destination {
                base_url: Some(url.get(exchange)?.0),
                ..Destination::default()
            },
            Self::Backend(chosen) => chosen.clone(),
            Self::Lookup(id, backends) => {
                let id = id.get(exchange)?;
                let missing = || Failure::internal("BackendNotFound", format!("there is no usable backend \"{id}\""));
                backends.get(id.as_str()).and_then(destination).ok_or_else(missing)?
            }
        };
        exchange.target = Destination {
            whole_endpoint: exchange.target.whole_endpoint,
            ..chosen
        };
        Ok(Flow::Next)
    }
}

/// An absolute URL without query.
#[derive(Clone)]
struct BaseUrl(Text);

impl Readable for BaseUrl {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "an absolute http or https URL without query";
    fn from_literal(text: &str) -> Option<Self> {
        let url: http::Uri = text.trim().parse().ok()?;
        let is_web = matches!(url.scheme_str(), Some("http" | "https" | "ws" | "wss"));
        (is_web && url.query().is_none() && !url.host()?.is_empty()).then(|| Self(text.trim().into()))
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::from_literal(&Text::from_object(object)?)
    }
}
