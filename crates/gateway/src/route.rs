//! Which API and operation a request calls.
//!
//! In this order: APIs of the request's host before those of any host; the longest API path; there, the version that
//! the request names (segment, query or header; without one, the unversioned API of the set); the revision that
//! `;rev=n` names, else the current one; then the operation ([`operations`]). An API that has neither the version nor
//! the revision does not take part, so that a shorter path may match; one that lacks the operation, or whose protocols are
//! not the request's, ends the search.
//! Path text is compared ignoring case (ASCII) and percent-encoding.
//! Upstreams may read a path otherwise than it is written ([`readings`]); a path of which another reading calls another
//! operation calls none, so that no policy of that operation is passed by.
//! Never here: who may call.

mod operations;
mod readings;
mod segments;
mod template;

pub use operations::ServedOperation;

use crate::entities::Entities;
use crate::hosts;
use crate::metrics::{ApiMetrics, Metrics};
use catalog::{Api, ApiKind, BackendKind, Catalog, VersioningScheme};
use expression::context;
use expression::text::Text;
use http::HeaderMap;
use operations::Operations;
use policy::Target;
use segments::{Segment, cut, fold};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// The APIs of a snapshot by host and path.
#[derive(Default)]
pub struct Router {
    hosts: HashMap<String, Node>,
    any_host: Node,
    /// All of them, by the address of the catalog's API.
    apis: HashMap<usize, Arc<ServedApi>>,
}

#[derive(Default)]
struct Node {
    apis: Vec<Arc<ServedApi>>,
    below: HashMap<String, Node>,
}

/// An API that can be called.
pub struct ServedApi {
    /// As the catalog has it.
    pub catalog: Arc<Api>,
    /// As expressions see it.
    pub entity: Arc<context::Api>,
    /// Where its requests go when no policy says otherwise.
    pub target: Target,
    /// Its counters.
    pub metrics: Arc<ApiMetrics>,
    operations: Operations,
    /// The operation of an API that has but one for everything, such as a WebSocket's handshake.
    only: Option<Arc<ServedOperation>>,
}

/// What a request says about where it goes.
pub struct Address<'a> {
    /// Host and port as the client named them.
    pub authority: &'a str,
    /// Path as sent.
    pub path: &'a str,
    /// Query without `?`.
    pub query: &'a str,
    /// Method.
    pub method: &'a str,
    /// Headers, for versions.
    pub headers: &'a HeaderMap,
    /// `http` or `https`, for the protocols of APIs; none where nobody knows.
    pub scheme: Option<&'a str>,
}

/// An API and operation that a request calls.
pub struct Called {
    /// The API.
    pub api: Arc<ServedApi>,
    /// The operation; none for APIs without operations.
    pub operation: Option<Arc<ServedOperation>>,
    /// Path parameters in the template's order, then those of its query.
    pub parameters: Vec<(Text, Text)>,
    /// Where the path below the API's path begins in the request's path.
    pub below: usize,
}

/// A request's query, decoded where it is looked at.
pub struct Query<'a>(pub &'a str);

impl<'a> Query<'a> {
    /// The first value of a parameter, whose name is compared ignoring case.
    pub fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        self.all(name).next()
    }

    /// All values of a parameter.
    pub fn all(&self, name: &str) -> impl Iterator<Item = Cow<'a, str>> {
        self.0.split('&').filter_map(move |pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let matches = key.eq_ignore_ascii_case(name) || segments::decode(key).eq_ignore_ascii_case(name);
            matches.then(|| {
                if value.contains('+') {
                    plus(value)
                } else {
                    segments::decode(value)
                }
            })
        })
    }
}

/// In a query, `+` is a space.
fn plus(value: &str) -> Cow<'static, str> {
    Cow::Owned(segments::decode(&value.replace('+', " ")).into_owned())
}

impl Router {
    /// The routes of a catalog, sharing with those `before` what is the same.
    pub fn of(catalog: &Catalog, entities: &Entities, metrics: &Metrics, before: &Self) -> Self {
        let mut router = Self::default();
        router.apis.reserve(catalog.apis.len());
        for api in &catalog.apis {
            // The backend of an MCP server is not part of its API.
            let known = before.known(api).filter(|_| !matches!(api.kind, ApiKind::Mcp(_)));
            let served = known.map_or_else(|| Arc::new(served(api, catalog, entities, metrics)), Arc::clone);
            router.apis.insert(Arc::as_ptr(api).addr(), Arc::clone(&served));
            if api.hosts.is_empty() {
                router.any_host.add(Arc::clone(&served));
            }
            for host in &api.hosts {
                router
                    .hosts
                    .entry(host.to_ascii_lowercase())
                    .or_default()
                    .add(Arc::clone(&served));
            }
        }
        router
    }

    /// An API of the catalog as it is served.
    pub fn known(&self, api: &Arc<Api>) -> Option<&Arc<ServedApi>> {
        self.apis.get(&Arc::as_ptr(api).addr())
    }

    /// What a request calls; `None` when it matches no API or no operation.
    pub fn find(&self, address: &Address<'_>) -> Option<Called> {
        let called = self.find_as_written(address)?;
        let agrees = |reading: String| {
            let address = Address {
                path: &reading,
                ..*address
            };
            self.find_as_written(&address)
                .is_none_or(|other| other.is_same(&called))
        };
        readings::others(address.path, called.below)
            .all(agrees)
            .then_some(called)
    }

    /// The API whose operation a request would call if it had one like that.
    pub fn find_api(&self, address: &Address<'_>) -> Option<&Arc<ServedApi>> {
        let (api, _) = self.api(&cut(address.path)?, address)?;
        Some(api)
    }

    /// An API that answers at an address, and how many segments its path takes.
    fn api(&self, segments: &[Segment<'_>], address: &Address<'_>) -> Option<(&Arc<ServedApi>, usize)> {
        let api = if self.hosts.is_empty() {
            None
        } else {
            let host = hosts::host_of(address.authority);
            let names = hosts::names_of(&host);
            let mut nodes = names.filter_map(|name| self.hosts.get(&name));
            nodes.find_map(|host| host.find(segments, address))
        };
        api.or_else(|| self.any_host.find(segments, address))
            .filter(|(api, _)| api.answers_by(address.scheme))
    }

    fn find_as_written(&self, address: &Address<'_>) -> Option<Called> {
        let segments = cut(address.path)?;
        let (api, used) = self.api(&segments, address)?;
        let below = segments.get(used..).unwrap_or_default();
        let start = below
            .first()
            .map_or(address.path.len(), |segment| segment.start.saturating_sub(1));
        api.call(below, start, address)
    }
}

fn served(api: &Arc<Api>, catalog: &Catalog, entities: &Entities, metrics: &Metrics) -> ServedApi {
    let only = match api.kind {
        ApiKind::WebSocket => api.operations.first(),
        _ => None,
    };
    let only = only.map(|catalog| Arc::new(ServedOperation::new(catalog)));
    ServedApi {
        catalog: Arc::clone(api),
        entity: entities.api(api),
        target: target(api, catalog),
        metrics: metrics.api(&api.id),
        operations: Operations::of(&api.operations),
        only,
    }
}

/// Where requests to an API go: the backend of an MCP server, the service url of any other.
fn target(api: &Api, catalog: &Catalog) -> Target {
    let ApiKind::Mcp(server) = &api.kind else {
        return Target {
            base_url: api.service_url.as_deref().map(Text::from),
            endpoint_at_root: matches!(api.kind, ApiKind::Soap | ApiKind::GraphQl | ApiKind::WebSocket),
            ..Target::default()
        };
    };
    let backend = catalog.backends.get(&server.backend_id).cloned();
    let of_backend = backend.as_ref().and_then(|backend| match &backend.kind {
        BackendKind::Single { url } => Some(url.as_str().into()),
        BackendKind::Pool(_) => None,
    });
    let base_url = server.url.as_deref().map(Text::from).or(of_backend);
    Target {
        base_url,
        backend,
        whole_endpoint: true,
        ..Target::default()
    }
}

impl Called {
    fn is_same(&self, other: &Self) -> bool {
        let operation = |called: &Self| called.operation.as_ref().map(Arc::as_ptr);
        Arc::ptr_eq(&self.api, &other.api) && operation(self) == operation(other)
    }
}

impl Node {
    fn add(&mut self, api: Arc<ServedApi>) {
        let mut node = self;
        for segment in api.catalog.path.split('/').filter(|segment| !segment.is_empty()) {
            node = node.below.entry(fold(segment).into_owned()).or_default();
        }
        node.apis.push(api);
    }

    /// The API with the longest path, and how many segments its path takes.
    fn find(&self, segments: &[Segment<'_>], address: &Address<'_>) -> Option<(&Arc<ServedApi>, usize)> {
        let mut found = self.choose(None, segments, 0, address);
        let mut node = self;
        for (index, segment) in segments.iter().enumerate() {
            let (name, revision) = revision_of(segment.raw);
            if revision.is_some() && name.is_empty() && index == 0 {
                return self.choose(revision, segments, 1, address);
            }
            let Some(next) = node.below.get(fold(name).as_ref()) else {
                break;
            };
            node = next;
            found = node.choose(revision, segments, index + 1, address).or(found);
            if revision.is_some() {
                break;
            }
        }
        found
    }

    fn choose(
        &self,
        revision: Option<&str>,
        segments: &[Segment<'_>],
        used: usize,
        address: &Address<'_>,
    ) -> Option<(&Arc<ServedApi>, usize)> {
        let candidates = self.apis.iter().filter_map(|api| {
            let (versioned, version_revision) = version(&api.catalog, segments.get(used), address)?;
            let revision = revision.or(version_revision);
            let right = revision.map_or(api.catalog.is_current, |revision| api.catalog.revision == revision);
            let taken = used + usize::from(versioned == Versioned::BySegment);
            (right && api.catalog.is_online).then_some((versioned, api, taken))
        });
        let best = candidates.reduce(|best, next| if next.0 > best.0 { next } else { best });
        best.map(|(_, api, taken)| (api, taken))
    }
}

/// How a request names an API's version; the more explicit is the greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Versioned {
    NotNamed,
    Elsewhere,
    BySegment,
}

/// Whether the request names this API's version, with the revision where that stands on the version's segment.
fn version<'a>(
    api: &Api,
    next: Option<&'a Segment<'_>>,
    address: &Address<'_>,
) -> Option<(Versioned, Option<&'a str>)> {
    let Some(version) = &api.version else {
        return Some((Versioned::NotNamed, None));
    };
    let named = match &version.scheme {
        VersioningScheme::Segment if version.name.is_empty() => return Some((Versioned::NotNamed, None)),
        VersioningScheme::Segment => {
            let (name, revision) = revision_of(next?.raw);
            return fold(name)
                .eq_ignore_ascii_case(&version.name)
                .then_some((Versioned::BySegment, revision));
        }
        VersioningScheme::Query(name) => Query(address.query).get(name),
        VersioningScheme::Header(name) => address
            .headers
            .get(name.as_str())
            .and_then(|value| value.to_str().ok())
            .map(Cow::Borrowed),
    };
    let named = named.unwrap_or_default();
    let how = if version.name.is_empty() {
        Versioned::NotNamed
    } else {
        Versioned::Elsewhere
    };
    named.eq_ignore_ascii_case(&version.name).then_some((how, None))
}

/// A segment's name, and the revision of `name;rev=n`.
fn revision_of(raw: &str) -> (&str, Option<&str>) {
    match raw.split_once(";rev=") {
        Some((name, revision)) => (name, Some(revision)),
        None => (raw, None),
    }
}

impl ServedApi {
    /// Whether the API's protocols are those of a request; an API that names none takes all.
    fn answers_by(&self, scheme: Option<&str>) -> bool {
        let protocols = &self.catalog.protocols;
        let is_secure = |protocol: &str| matches!(protocol, "https" | "wss");
        protocols.is_empty()
            || scheme.is_none_or(|scheme| {
                let wanted = is_secure(scheme);
                protocols.iter().any(|protocol| is_secure(protocol) == wanted)
            })
    }

    fn call(self: &Arc<Self>, below: &[Segment<'_>], start: usize, address: &Address<'_>) -> Option<Called> {
        let called = |operation, parameters| Called {
            api: Arc::clone(self),
            operation,
            parameters,
            below: start,
        };
        let path = address.path.get(start..).unwrap_or_default();
        match &self.catalog.kind {
            ApiKind::Mcp(server) => {
                let same = path
                    .trim_matches('/')
                    .eq_ignore_ascii_case(server.endpoint.trim_matches('/'));
                same.then(|| called(None, Vec::new()))
            }
            // A handshake is a GET.
            ApiKind::WebSocket => (address.method == "GET").then(|| called(self.only.clone(), Vec::new())),
            ApiKind::GraphQl if self.catalog.operations.is_empty() => Some(called(None, Vec::new())),
            ApiKind::Http | ApiKind::Soap | ApiKind::GraphQl | ApiKind::Grpc | ApiKind::OData => {
                let with_action = self.with_action(address);
                let query = Query(with_action.as_deref().unwrap_or(address.query));
                let found = self.operations.find(address.method, below, (path, start), &query)?;
                Some(called(Some(Arc::clone(found.operation)), found.parameters))
            }
        }
    }

    /// A SOAP operation's template is `/?soapAction=…`; callers say that in a header. It goes before what stands in the
    /// query: a backend goes by the header, and a call must not have another operation's policies.
    fn with_action(&self, address: &Address<'_>) -> Option<String> {
        if self.catalog.kind != ApiKind::Soap {
            return None;
        }
        let action = soap_action(address.headers)?;
        // As it stands in a query that is read again.
        let action = action.replace('%', "%25").replace('&', "%26").replace('+', "%2B");
        Some(format!("soapAction={action}&{}", address.query))
    }
}

/// What a SOAP message asks for: the parameter `action` of SOAP 1.2's content type (RFC 3902, section 2), or the header
/// of SOAP 1.1 (section 6.1.1).
fn soap_action(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let parameter = text("content-type").and_then(|written| {
        let (kind, parameters) = written.split_once(';')?;
        let is_soap = kind.trim().eq_ignore_ascii_case("application/soap+xml");
        is_soap.then(|| action_parameter(parameters)).flatten()
    });
    parameter.or_else(|| Some(text("soapaction")?.trim().trim_matches('"')))
}

fn action_parameter(mut parameters: &str) -> Option<&str> {
    loop {
        let (name, rest) = parameters.split_once('=')?;
        let (value, behind) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_at(rest.find(';').unwrap_or(rest.len())),
        };
        if name.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case("action") {
            return Some(value.trim());
        }
        parameters = behind;
    }
}

#[cfg(test)]
mod tests;
