//! `set-backend-service` sends the request elsewhere: to a base URL, or to a backend entity with its credentials and
//! TLS rules. Path and query stay. The last one that runs decides; only a backend entity that a document of a broader scope
//! has chosen is not replaced by a `base-url` (APIM's page says so), but by another `backend-id`.
//!
//! `backend-id="dapr"` calls a method of an application through the Dapr runtime beside the gateway; the method's path
//! stands in for the request's. Of a pool, each request that is sent goes to one member. Service Fabric is not offered.

mod dapr;

use crate::block::Scope;
use crate::codes;
use crate::element::ElementReader;
use crate::exchange::{Exchange, Target as Destination};
use crate::failure::Failure;
use crate::registry::{Policy, Sections, now};
use crate::step::{Flow, Run, Step};
use crate::value::Value;
use catalog::{Backend, BackendKind};
use dapr::{DAPR, Dapr};
use expression::text::Text;
use expression::value::Value as Object;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) const SET_BACKEND_SERVICE: Policy = Policy {
    sections: Sections::INBOUND.and(Sections::BACKEND),
    ..Policy::new("set-backend-service", parse)
};

struct SetBackendService {
    chosen: Chosen,
    scope: Option<Scope>,
}

enum Chosen {
    Url(Value<Text>),
    Backend(Destination),
    /// By an id that is computed.
    Lookup(Value<Text>, Arc<BTreeMap<String, Arc<Backend>>>),
    Dapr(Dapr),
}

/// Attributes for backends in a Service Fabric cluster, whose naming service only APIM's own gateway can ask.
const SERVICE_FABRIC: [&str; 5] = [
    "sf-resolve-condition",
    "sf-service-instance-name",
    "sf-partition-key",
    "sf-replica-type",
    "sf-listener-name",
];

fn parse(element: &mut ElementReader<'_, '_>) -> Option<Run> {
    let scope = element.compiler.place.scope;
    now(SetBackendService {
        chosen: chosen(element)?,
        scope,
    })
}

fn chosen(element: &mut ElementReader<'_, '_>) -> Option<Chosen> {
    for name in SERVICE_FABRIC {
        if element.optional::<Object>(name).is_some() {
            let message = format!("`{name}`: backends in a Service Fabric cluster are not offered");
            element.error_at(name, codes::NOT_OFFERED, message);
        }
    }
    let url: Option<Value<Text>> = element.optional("base-url");
    let id: Option<Value<Text>> = element.optional("backend-id");
    let is_dapr = id
        .as_ref()
        .and_then(Value::constant)
        .is_some_and(|id| id.as_str() == DAPR);
    let dapr = if is_dapr {
        Dapr::read(element)
    } else {
        Dapr::refuse(element);
        None
    };
    if !element.exactly_one(&["base-url", "backend-id"]) {
        return None;
    }
    if let Some(url) = url {
        check_url(element, url.constant());
        return Some(Chosen::Url(url));
    }
    if is_dapr {
        return Some(Chosen::Dapr(dapr?));
    }
    let id = id?;
    let catalog = element.compiler.catalog?;
    match id.constant() {
        Some(id) => {
            let backend = catalog::entity(&catalog.backends, id).map(|(_, backend)| backend);
            Some(Chosen::Backend(known(element, id, backend)?))
        }
        None => Some(Chosen::Lookup(id, Arc::new(catalog.backends.clone()))),
    }
}

/// Warns of a literal that no request can be sent to. APIM accepts it and fails when it is used; so does this.
fn check_url(element: &mut ElementReader<'_, '_>, url: Option<&Text>) {
    if url.is_none_or(|url| url.contains("{{") || base_url(url).is_some()) {
        return;
    }
    let span = element.attribute_span("base-url");
    let quoted = element.compiler.place.source.quote(span).to_owned();
    let message = format!("`base-url` should be an absolute http or https URL, found \"{quoted}\"");
    element.compiler.warning(codes::WRONG_VALUE, span, message);
}

/// An absolute URL for a backend.
fn base_url(text: &str) -> Option<Text> {
    let url: http::Uri = text.trim().parse().ok()?;
    let is_web = matches!(
        url.scheme_str(),
        Some("http" | "https" | "ws" | "wss" | "grpc" | "grpcs")
    );
    (is_web && !url.host()?.is_empty()).then(|| text.trim().into())
}

/// The backend that a literal names, which must exist.
pub(super) fn known(
    element: &mut ElementReader<'_, '_>,
    id: &str,
    backend: Option<&Arc<Backend>>,
) -> Option<Destination> {
    let Some(backend) = backend else {
        let span = element.attribute_span("backend-id");
        let known = element.compiler.catalog?.backends.keys();
        element.compiler.unknown_reference(("backend", id), span, known);
        return None;
    };
    Some(destination(backend))
}

/// A pool has no URL of its own: a member is chosen when the request is sent.
pub(super) fn destination(backend: &Arc<Backend>) -> Destination {
    let base_url = match &backend.kind {
        BackendKind::Single { url } => Some(url.as_str().into()),
        BackendKind::Pool(_) => None,
    };
    Destination {
        base_url,
        backend: Some(Arc::clone(backend)),
        ..Destination::default()
    }
}

impl Step for SetBackendService {
    fn run(&self, exchange: &mut Exchange) -> Result<Flow, Failure> {
        let chosen = match &self.chosen {
            Chosen::Url(_) if exchange.target.chosen_by.is_some_and(|by| self.scope > Some(by)) => {
                return Ok(Flow::Next);
            }
            Chosen::Url(url) => {
                // The URL may come from a secret: it is not quoted.
                let url = base_url(&url.get(exchange)?);
                let url = url.ok_or_else(|| Failure::internal("BackendNotFound", "`base-url` is no absolute URL"))?;
                Destination {
                    base_url: Some(url),
                    ..Destination::default()
                }
            }
            Chosen::Backend(chosen) => chosen.clone(),
            Chosen::Lookup(id, backends) => {
                let id = id.get(exchange)?;
                let missing = || Failure::internal("BackendNotFound", format!("there is no usable backend \"{id}\""));
                let found = catalog::entity(backends, &id);
                found.map(|(_, backend)| destination(backend)).ok_or_else(missing)?
            }
            Chosen::Dapr(dapr) => {
                exchange.target = dapr.target(exchange)?;
                return Ok(Flow::Next);
            }
        };
        exchange.target = Destination {
            whole_endpoint: exchange.target.whole_endpoint,
            endpoint_at_root: exchange.target.endpoint_at_root,
            chosen_by: chosen.backend.as_ref().and(self.scope),
            ..chosen
        };
        Ok(Flow::Next)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;
    use catalog::{Backend, BackendCredentials};

    fn backend(url: &str) -> Backend {
        Backend {
            credentials: BackendCredentials {
                headers: vec![("X-Key".into(), vec!["k1".into(), "k2".into()])],
                query: vec![("code".into(), vec!["a b".into()])],
                authorization: Some(("Bearer".into(), "t".into())),
                certificate: None,
                managed_identity: None,
            },
            ..Backend::single("b", url)
        }
    }

    fn sent(attribute: &str, request: &str) -> String {
        let policies = format!("<inbound><set-backend-service {attribute} /></inbound>");
        let mut bench = Bench::new(&policies)
            .backend("b", backend("https://b.example/v1"))
            .answer("204");
        bench.run(request);
        let sent = bench.sent.borrow();
        sent.first().cloned().unwrap_or_default().replace('\n', " ")
    }

    #[test]
    fn the_base_is_replaced_and_the_rest_stays() {
        for (attribute, expected) in [
            ("base-url='https://other.example'", "GET https://other.example/x?y=1"),
            (
                "base-url='https://other.example/p/'",
                "GET https://other.example/p/x?y=1",
            ),
            (
                "backend-id='b'",
                "GET https://b.example/v1/x?y=1&code=a%20b authorization: Bearer t x-key: k1 x-key: k2",
            ),
        ] {
            assert_eq!(sent(attribute, "GET /x?y=1"), expected, "{attribute}");
        }
        assert_eq!(sent("base-url='not a url'", "GET /"), "", "nothing is sent");
    }

    #[test]
    fn a_backend_that_is_not_there_is_an_error_of_the_document() {
        let bench = Bench::new("<inbound><set-backend-service backend-id='order' /></inbound>");
        let bench = bench.backend("orders", Backend::single("orders", "http://b.example"));
        let (_, problems) = crate::Plans::compile(&bench.catalog);
        assert_eq!(problems[0].message, "there is no backend \"order\"");
        assert_eq!(problems[0].help.as_deref(), Some("did you mean `orders`?"));
    }
}
