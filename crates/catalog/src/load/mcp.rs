//! MCP servers: APIs of type `mcp`.

use super::{Loader, backends, references};
use crate::McpServer;
use crate::codes;
use crate::document::Value;
use crate::fields::Fields;
use crate::memory::Surroundings;
use diagnostic::Diagnostic;
use std::path::Path;

/// Path of the endpoint below the API's path where the API names no other.
const DEFAULT_ENDPOINT: &str = "/mcp";

/// A second file, in which one of the `APIOps` tools writes what concerns MCP.
const INFORMATION: &str = "mcpServerInformation.json";

/// The server behind an API of type `mcp`; `None` after reporting why it cannot be served.
pub(crate) fn server(
    loader: &Loader<'_>,
    api: Fields<'_>,
    folder: &Path,
    path: &str,
    known: &Surroundings,
) -> Option<McpServer> {
    let second = loader.files.exists(&folder.join(INFORMATION));
    let second = if second {
        loader.information(folder, INFORMATION)
    } else {
        None
    };
    let second = second
        .as_ref()
        .map(|information| information.properties(loader.problems));
    // The file that has a property, the API's own first.
    let holder = |keys: &[&str]| {
        [Some(api), second]
            .into_iter()
            .flatten()
            .find(|file| keys.iter().any(|key| file.get(key).is_some()))
    };
    if let Some((file, tools)) = holder(&["mcpTools"]).and_then(|file| Some((file, file.get("mcpTools")?)))
        && !tools.items().is_empty()
    {
        let message = "MCP servers made of REST operations (`mcpTools`) are not served yet: requests to it find no API";
        let problem = Diagnostic::warning(codes::NOT_SERVED, file.source, tools.span, message);
        loader
            .problems
            .push(problem.with_help("an existing MCP server is named by `backendId`"));
        return None;
    }
    let properties = holder(&PROPERTIES).and_then(|file| PROPERTIES.iter().find_map(|key| file.object(key)));
    if let Some(transport) = properties.and_then(|properties| properties.string("transportType"))
        && transport.value.eq_ignore_ascii_case("sse")
    {
        let message = "MCP servers of the transport `sse` are not served: requests to it find no API";
        api.warn(codes::NOT_SERVED, transport.span, message);
        return None;
    }
    let endpoint = endpoint(properties, path);
    let Some(file) = holder(&["backendId"]) else {
        return without_backend(loader, api, properties.is_some(), endpoint);
    };
    let backend = file.required("backendId")?;
    let name = references::name_in(backend.value);
    references::check(
        file,
        backend,
        "backend",
        name,
        known.known_backends.iter().map(String::as_str),
    )
    .map(|name| McpServer {
        backend_id: name.to_owned(),
        url: None,
        endpoint,
    })
}

/// A server that names no backend: its endpoint is below the API's `serviceUrl`, where it says what it speaks. Others are
/// made of REST operations, which stand in files of their own or are not extracted.
fn without_backend(loader: &Loader<'_>, api: Fields<'_>, has_properties: bool, endpoint: String) -> Option<McpServer> {
    let url = api.string("serviceUrl").filter(|url| !url.value.trim().is_empty());
    let Some(url) = url.filter(|_| has_properties) else {
        let message = "an MCP server without `backendId`, or `serviceUrl` and `mcpProperties`, is not served: requests to it find no API";
        api.warn(codes::NOT_SERVED, api.head(), message);
        return None;
    };
    let url = backends::service_url(loader, api, "serviceUrl", url)?;
    Some(McpServer {
        backend_id: String::new(),
        url: Some(url + &endpoint),
        endpoint,
    })
}

/// Published templates write the name in both ways.
const PROPERTIES: [&str; 2] = ["mcpProperties", "mcpPropperties"];

/// The `uriTemplate` of `endpoints.message` or `endpoints.mcp`.
///
/// Where an API's path itself ends with `mcp` and no endpoint is named, the path is the endpoint.
fn endpoint(properties: Option<Fields<'_>>, path: &str) -> String {
    let named = properties.and_then(|properties| {
        let of_name = |name: &str| {
            if properties.get("endpoints")?.object().is_some() {
                return properties.object("endpoints")?.object(name);
            }
            // A list, whose items have names.
            let mut all = properties.objects("endpoints").into_iter();
            all.find(|one| one.get("name").and_then(Value::text) == Some(name))
        };
        ["message", "mcp"].into_iter().find_map(of_name)
    });
    match named.and_then(|endpoint| endpoint.string("uriTemplate")) {
        Some(template) => match template.value.trim().trim_matches('/') {
            "" => String::new(),
            path => format!("/{path}"),
        },
        None if path.to_ascii_lowercase().rsplit('/').next() == Some("mcp") => String::new(),
        None => DEFAULT_ENDPOINT.to_owned(),
    }
}
