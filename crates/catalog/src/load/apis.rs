//! APIs: their information files, and what the folder around each adds (specification, operations, policies).

use super::backends;
use super::{Loader, graphql, layout, mcp, operations, references, resolvers, version_sets};
use crate::codes;
use crate::fields::{Fields, Text};
use crate::files::{Entry, about};
use crate::information::Information;
use crate::memory::{self, Asked, Remembered, Surroundings};
use crate::specification::{self, Specification};
use crate::xml_schema::XmlSchema;
use crate::{Api, ApiKind, ApiVersion};
use diagnostic::Severity;
use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;

/// The file that describes an API.
pub(crate) const INFORMATION: &str = "apiInformation.json";

/// Header and query parameter of the subscription key where an API names no others.
const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
const KEY_QUERY: &str = "subscription-key";

/// All APIs of the folder.
#[derive(Default)]
pub(crate) struct LoadedApis {
    /// Those that can be served.
    pub served: Vec<LoadedApi>,
    /// What is remembered of each folder.
    kept: memory::Apis,
}

/// An API with what others say of it.
pub(crate) struct LoadedApi {
    /// The API.
    pub api: Arc<Api>,
    /// Its folder.
    pub folder: Entry,
    /// Host names that it answers on.
    pub hosts: Vec<String>,
    /// Products that it is in.
    pub products: Vec<String>,
}

impl LoadedApis {
    /// Leaves out the folders `x;rev=N` of revisions that the folder `x` describes already: one of the extractors writes
    /// the current revision twice, and another leaves the folder of a revision behind that has become the current one.
    pub fn leave_out_repeated(&mut self, loader: &Loader<'_>) {
        let plain: HashSet<(String, String)> = self
            .served
            .iter()
            .filter(|loaded| loaded.folder.name == loaded.api.id)
            .map(|loaded| (loaded.api.id.clone(), loaded.api.revision.clone()))
            .collect();
        self.served.retain(|LoadedApi { api, folder, .. }| {
            let is_repeated = folder.name != api.id && plain.contains(&(api.id.clone(), api.revision.clone()));
            if is_repeated {
                let message = format!(
                    "`{}` describes revision {} already: what is in this folder has no effect",
                    api.id, api.revision
                );
                loader
                    .problems
                    .push(about(Severity::Warning, codes::REVISIONS, &folder.path, message));
                // The other folder may become another revision.
                self.kept.remove(&folder.name);
            }
            !is_repeated
        });
    }

    /// The APIs with all that is said of them, and what is remembered of each folder.
    pub fn finish(mut self) -> (Vec<Arc<Api>>, memory::Apis) {
        let mut served = Vec::with_capacity(self.served.len());
        for LoadedApi {
            mut api,
            folder,
            hosts,
            products,
        } in self.served
        {
            let kept = self.kept.get_mut(&folder.name);
            if api.hosts != hosts || api.products != products {
                // A fresh API is remembered below, so that it is changed in its place.
                let api = Arc::make_mut(&mut api);
                (api.hosts, api.products) = (hosts, products);
            }
            if let Some(kept) = kept {
                kept.api = Some(Arc::clone(&api));
            }
            served.push(api);
        }
        (served, self.kept)
    }
}

/// Lets go of what no policy asks of an API's description: of many APIs that is most of them.
fn forget_descriptions(api: &mut Api, asked: Asked) {
    if api.resolvers.is_empty() && !asked.contracts {
        api.graphql_schema = None;
    }
    if !asked.contracts {
        api.wsdl = None;
    }
    for operation in api.operations.iter_mut().filter_map(Arc::get_mut) {
        if !asked.contracts {
            operation.described = None;
        }
        if !asked.examples {
            operation.responses = Box::default();
        }
    }
}

/// The ids of the APIs in these folders, also of those that cannot be served.
pub(crate) fn ids(folders: &[Entry]) -> BTreeSet<String> {
    let id = |entry: &Entry| references::without_revision(&entry.name).to_owned();
    folders.iter().map(id).collect()
}

/// Loads the APIs of all folders, which are in the order of their names, except those that are remembered.
pub(crate) fn load(
    loader: &Loader<'_>,
    folders: Vec<Entry>,
    known: &Surroundings,
    mut remembered: memory::Apis,
) -> LoadedApis {
    let mut apis = LoadedApis::default();
    for entry in folders {
        let remembered = remembered.remove(&entry.name);
        let (api, kept) = match remembered.filter(|kept| loader.files.count(kept.bytes)) {
            Some(kept) => {
                kept.problems
                    .iter()
                    .for_each(|problem| loader.problems.push(problem.clone()));
                (kept.api.clone(), Some(kept))
            }
            None => read(loader, known, &entry),
        };
        apis.kept.extend(kept.map(|kept| (entry.name.clone(), kept)));
        apis.served.extend(api.map(|api| LoadedApi {
            api,
            folder: entry,
            hosts: Vec::new(),
            products: Vec::new(),
        }));
    }
    apis
}

/// Reads the folder of an API, and what is to be remembered of it: nothing where it could not be read to its end.
fn read(loader: &Loader<'_>, known: &Surroundings, entry: &Entry) -> (Option<Arc<Api>>, Option<Remembered>) {
    let (before, total) = (loader.problems.len(), loader.files.total());
    loader.files.take_trouble();
    // Its own policies ask for their API alone.
    loader.asked.set(known.asked);
    layout::check_within(loader, &entry.path);
    let information = if is_old_layout(loader, entry) {
        None
    } else {
        loader.information(&entry.path, INFORMATION)
    };
    let mut api = information.and_then(|information| api(loader, known, entry, &information));
    if let Some(api) = &mut api {
        forget_descriptions(api, loader.asked.get());
    }
    let kept = Remembered {
        api: None,
        problems: loader.problems.since(before),
        bytes: loader.files.total().saturating_sub(total),
    };
    let is_whole = !loader.files.take_trouble();
    (api.map(Arc::new), is_whole.then_some(kept))
}

/// Whether the folder of an API is one of the first extractors, which wrote `<name>/<version>/<revision>/`; that is
/// reported.
fn is_old_layout(loader: &Loader<'_>, entry: &Entry) -> bool {
    let folders = |path: &Path| loader.files.folders(path).into_iter();
    let is_old = !loader.files.exists(&entry.path.join(INFORMATION))
        && folders(&entry.path)
            .flat_map(|version| folders(&version.path))
            .any(|revision| loader.files.exists(&revision.path.join(INFORMATION)));
    if is_old {
        let message =
            format!("this folder has no `{INFORMATION}`: folders of versions and revisions within it are not read");
        let problem = about(Severity::Error, codes::NO_INFORMATION, &entry.path, message);
        loader
            .problems
            .push(problem.with_help("extractors wrote this layout before 2023; extract anew with a later one"));
    }
    is_old
}

fn api(loader: &Loader<'_>, known: &Surroundings, entry: &Entry, information: &Information) -> Option<Api> {
    let fields = information.properties(loader.problems);
    let name = fields
        .required("displayName")
        .map(|name| name.value.to_owned())
        .unwrap_or_default();
    let path = fields
        .required("path")
        .map(|path| checked_path(fields, path))
        .unwrap_or_default();
    let Some(kind) = api_type(fields) else {
        // What else is wrong is told all the same.
        let _ = (protocols(fields), version(fields, known));
        let _ = ["subscriptionRequired", "isCurrent", "isOnline"].map(|key| fields.boolean(key));
        return None;
    };
    let kind = match kind {
        ApiType::Http => ApiKind::Http,
        ApiType::Soap => ApiKind::Soap,
        ApiType::WebSocket => ApiKind::WebSocket,
        ApiType::GraphQl => ApiKind::GraphQl,
        ApiType::Grpc => ApiKind::Grpc,
        ApiType::OData => ApiKind::OData,
        ApiType::Mcp => ApiKind::Mcp(mcp::server(loader, fields, &entry.path, &path, known)?),
    };
    let reads_operations = matches!(kind, ApiKind::Http | ApiKind::Soap);
    let specification = if reads_operations {
        specification::read(&loader.files, loader.problems, &entry.path)
    } else {
        None
    };
    let resolvers = resolvers::load(loader, &entry.path, &kind);
    let graphql_schema = matches!(kind, ApiKind::GraphQl)
        .then(|| graphql::schema(loader, &entry.path))
        .flatten();
    let wsdl = reads_operations
        .then(|| loader.files.read(&entry.path.join(specification::WSDL)))
        .flatten();
    let (id, revision, is_current) = revision(fields, &entry.name);
    let key_names = fields.object("subscriptionKeyParameterNames");
    let key_name = |key: &str, default: &str| {
        let name = key_names
            .and_then(|names| names.string(key))
            .map(|name| name.value.trim().to_owned());
        name.filter(|name| !name.is_empty())
            .unwrap_or_else(|| default.to_owned())
    };
    Some(Api {
        name,
        path,
        protocols: protocols(fields),
        service_url: service_url(loader, fields, specification.as_ref()),
        operations: operations::load(loader, fields, &entry.path, &kind, specification),
        revision,
        is_current,
        is_online: fields.boolean("isOnline").unwrap_or(true),
        version: version(fields, known),
        subscription_required: fields.boolean("subscriptionRequired").unwrap_or(true),
        subscription_key_header: key_name("header", KEY_HEADER),
        subscription_key_query: key_name("query", KEY_QUERY),
        kind,
        graphql_schema,
        wsdl: wsdl.map(|text| Arc::new(XmlSchema::new(specification::rpc::with_schemas(text)))),
        resolvers,
        hosts: Vec::new(),
        policy: loader.policy(&entry.path),
        products: Vec::new(),
        id,
    })
}

/// A path as it is matched; characters that no path prefix can have are reported.
fn checked_path(fields: Fields<'_>, path: Text<'_>) -> String {
    let trimmed = path.value.trim().trim_matches('/');
    if let Some(bad) = trimmed
        .chars()
        .find(|c| c.is_whitespace() || matches!(c, '?' | '#' | '{' | '}' | '*' | '\\'))
    {
        let message = format!(
            "`path` must be a plain path such as `shop/orders`, found {bad:?} in \"{}\"",
            path.value
        );
        fields.report(codes::BAD_VALUE, path.span, message);
    }
    trimmed.to_owned()
}

/// What the `type` (or `apiType`) of an API can be.
#[derive(Clone, Copy)]
enum ApiType {
    Http,
    Soap,
    WebSocket,
    GraphQl,
    Grpc,
    OData,
    Mcp,
}

const TYPES: [(&str, ApiType); 7] = [
    ("http", ApiType::Http),
    ("soap", ApiType::Soap),
    ("websocket", ApiType::WebSocket),
    ("graphql", ApiType::GraphQl),
    ("grpc", ApiType::Grpc),
    ("odata", ApiType::OData),
    ("mcp", ApiType::Mcp),
];

const TYPES_NOT_SERVED: [&str; 1] = ["a2a"];

/// An API's type; `None` for types that are not served, which is reported.
fn api_type(fields: Fields<'_>) -> Option<ApiType> {
    let key = if fields.get("type").is_some() {
        "type"
    } else {
        "apiType"
    };
    let Some(written) = fields.string(key) else {
        return Some(ApiType::Http);
    };
    if TYPES_NOT_SERVED
        .iter()
        .any(|other| other.eq_ignore_ascii_case(written.value))
    {
        let message = format!(
            "APIs of type `{}` are not served yet: requests to it find no API",
            written.value
        );
        fields.warn(codes::NOT_SERVED, written.span, message);
        return None;
    }
    fields.choose(key, written, &TYPES)
}

/// Id, revision and whether it is the current one: from the folder `orders;rev=2` and from the properties.
fn revision(fields: Fields<'_>, folder: &str) -> (String, String, bool) {
    let (id, in_name) = match folder.split_once(";rev=") {
        Some((id, revision)) => (id, Some(revision)),
        None => (folder, None),
    };
    let written = fields.string("apiRevision");
    if let (Some(in_name), Some(written)) = (in_name, written)
        && in_name != written.value
    {
        let message = format!(
            "`apiRevision` is \"{}\", but the folder is named for revision {in_name}",
            written.value
        );
        fields.report(codes::REVISIONS, written.span, message);
    }
    let revision = written
        .map(|written| written.value)
        .or(in_name)
        .unwrap_or("1")
        .to_owned();
    (
        id.to_owned(),
        revision,
        fields.boolean("isCurrent").unwrap_or(in_name.is_none()),
    )
}

fn protocols(fields: Fields<'_>) -> Vec<String> {
    let words = [("http", "http"), ("https", "https"), ("ws", "ws"), ("wss", "wss")];
    let chosen = fields
        .strings("protocols")
        .into_iter()
        .filter_map(|text| fields.choose("protocols", text, &words));
    chosen.map(str::to_owned).collect()
}

fn service_url(loader: &Loader<'_>, fields: Fields<'_>, specification: Option<&Specification>) -> Option<String> {
    match fields.string("serviceUrl").filter(|url| !url.value.trim().is_empty()) {
        Some(url) => backends::service_url(loader, fields, "serviceUrl", url),
        None => specification
            .and_then(|specification| specification.server.clone())
            .filter(|url| !is_azures_gateway(url)),
    }
}

/// Whether an address is that of a gateway in Azure. A description that was extracted names the gateway that it is from:
/// that is where clients called the API, not what is behind it.
fn is_azures_gateway(url: &str) -> bool {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = host
        .split(['/', ':', '?'])
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [".azure-api.net", ".azure-api.us", ".azure-api.cn"]
        .iter()
        .any(|domain| host.ends_with(domain))
}

fn version(fields: Fields<'_>, known: &Surroundings) -> Option<ApiVersion> {
    let name = fields.string("apiVersion").map(|name| name.value.trim().to_owned());
    let own = fields.object("apiVersionSet");
    let inline = own.filter(|set| set.get("versioningScheme").is_some());
    let reference = fields
        .string("apiVersionSetId")
        .or_else(|| own.and_then(|set| set.string("id")))
        .filter(|id| !id.value.trim().is_empty());
    let scheme = match (reference, inline) {
        (_, Some(set)) => version_sets::scheme(set)?,
        (Some(reference), None) => {
            let id = references::name_in(reference.value);
            let sets = &known.version_sets;
            let id = references::check(fields, reference, "version set", id, sets.keys().map(String::as_str))?;
            sets.get(id).cloned().flatten()?
        }
        (None, None) => {
            if let Some(written) = fields
                .string("apiVersion")
                .filter(|written| !written.value.trim().is_empty())
            {
                let message = "`apiVersion` has no effect without `apiVersionSetId`";
                fields.warn(codes::VERSION_WITHOUT_SET, written.span, message);
            }
            return None;
        }
    };
    Some(ApiVersion {
        name: name.unwrap_or_default(),
        scheme,
    })
}
