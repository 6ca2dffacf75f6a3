//! APIs that contradict each other: two that would answer the same request, revisions that exclude each other.

use super::Loader;
use super::apis::{INFORMATION, LoadedApi, LoadedApis};
use crate::VersioningScheme;
use crate::codes;
use crate::problems::Problems;
use diagnostic::{Diagnostic, Severity};
use std::collections::HashMap;

/// Reports all conflicts.
pub(crate) fn check(loader: &Loader<'_>, apis: &LoadedApis) {
    check_revisions(loader, &apis.served);
    check_paths(loader, &apis.served);
}

fn check_revisions(loader: &Loader<'_>, apis: &[LoadedApi]) {
    let mut revisions: HashMap<(&str, &str), &LoadedApi> = HashMap::new();
    let mut current: HashMap<&str, &LoadedApi> = HashMap::new();
    for loaded in apis {
        let api = &loaded.api;
        if revisions.insert((&api.id, &api.revision), loaded).is_some() {
            let message = format!("the API `{}` has another revision {}", api.id, api.revision);
            report(
                loader,
                loaded,
                Severity::Error,
                codes::REVISIONS,
                "apiRevision",
                message,
            );
        }
        if api.is_current
            && let Some(other) = current.insert(&api.id, loaded)
        {
            let message = format!(
                "the API `{}` has two current revisions, {} and {}",
                api.id, other.api.revision, api.revision
            );
            report(loader, loaded, Severity::Error, codes::REVISIONS, "isCurrent", message);
        }
    }
    for loaded in apis
        .iter()
        .filter(|loaded| !current.contains_key(loaded.api.id.as_str()))
    {
        let api = &loaded.api;
        let message = format!(
            "the API `{}` has no current revision: it answers only with `;rev={}`",
            api.id, api.revision
        );
        report(
            loader,
            loaded,
            Severity::Warning,
            codes::REVISIONS,
            "isCurrent",
            message,
        );
    }
}

/// Where requests find an API: path, and the version where it is not a part of the path. Letter case never tells
/// two APIs apart.
fn address(loaded: &LoadedApi) -> (String, String) {
    let path = loaded.api.path.to_lowercase();
    let Some(version) = &loaded.api.version else {
        return (path, String::new());
    };
    let name = version.name.to_lowercase();
    match &version.scheme {
        VersioningScheme::Segment => (format!("{path}/{name}").trim_matches('/').to_owned(), String::new()),
        // An unversioned API of a set answers requests without a version, as an API without a set does.
        _ if name.is_empty() => (path, String::new()),
        VersioningScheme::Query(parameter) => (path, format!("query {parameter}={name}")),
        VersioningScheme::Header(header) => (path, format!("header {}: {name}", header.to_lowercase())),
    }
}

fn check_paths(loader: &Loader<'_>, apis: &[LoadedApi]) {
    let mut at: HashMap<(String, String), Vec<&LoadedApi>> = HashMap::new();
    for loaded in apis.iter().filter(|loaded| loaded.api.is_current) {
        let others = at.entry(address(loaded)).or_default();
        if let Some(other) = others
            .iter()
            .find(|other| other.api.id != loaded.api.id && share_hosts(other, loaded))
        {
            let place = if loaded.api.path.is_empty() {
                "the root path".to_owned()
            } else {
                format!("the path `{}`", loaded.api.path)
            };
            let message = format!(
                "the API `{}` answers at {place} already, in the same version and for the same hosts",
                other.api.id
            );
            report(loader, loaded, Severity::Error, codes::DUPLICATE_PATH, "path", message);
        }
        others.push(loaded);
    }
}

fn share_hosts(a: &LoadedApi, b: &LoadedApi) -> bool {
    let (a, b) = (&a.hosts, &b.hosts);
    // No host names means all of them.
    a.is_empty() == b.is_empty() && (a.is_empty() || a.iter().any(|host| b.contains(host)))
}

/// Reports a conflict at a property of an API's information file, which is read again for its place.
fn report(loader: &Loader<'_>, found: &LoadedApi, severity: Severity, code: &'static str, key: &str, message: String) {
    // What is wrong in the file was told when the API was read.
    let heard = Problems::default();
    let Some(information) = crate::information::read(&loader.files, &heard, &found.folder.path, INFORMATION) else {
        return;
    };
    let fields = information.properties(&heard);
    let span = fields.get(key).map_or(fields.head(), |value| value.span);
    let problem = Diagnostic::error(code, &information.source, span, message);
    loader.problems.push(Diagnostic { severity, ..problem });
}
