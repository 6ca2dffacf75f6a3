//! The folders of an artifact tree, in the spellings of both `APIOps` tools, and what is read, ignored or refused.

use super::Loader;
use crate::codes;
use crate::files::{Entry, about};
use crate::information;
use diagnostic::Severity;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Named values.
pub(crate) const NAMED_VALUES: &[&str] = &["named values", "namedValues"];
/// Policy fragments.
pub(crate) const FRAGMENTS: &[&str] = &["policy fragments", "policyFragments"];
/// Version sets.
pub(crate) const VERSION_SETS: &[&str] = &["version sets", "versionSets"];
/// APIs.
pub(crate) const APIS: &[&str] = &["apis"];
/// Backends.
pub(crate) const BACKENDS: &[&str] = &["backends"];
/// Products.
pub(crate) const PRODUCTS: &[&str] = &["products"];
/// Gateways.
pub(crate) const GATEWAYS: &[&str] = &["gateways"];
/// Subscriptions.
pub(crate) const SUBSCRIPTIONS: &[&str] = &["subscriptions"];
/// Users.
pub(crate) const USERS: &[&str] = &["users"];
/// Groups of users.
pub(crate) const GROUPS: &[&str] = &["groups"];

/// Loggers.
pub(crate) const LOGGERS: &[&str] = &["loggers"];
/// Client certificates.
pub(crate) const CERTIFICATES: &[&str] = &["certificates"];

/// Schemas that belong to no API.
pub(crate) const SCHEMAS: &[&str] = &["schemas", "globalSchemas"];

const READ: [&[&str]; 13] = [
    NAMED_VALUES,
    FRAGMENTS,
    VERSION_SETS,
    APIS,
    BACKENDS,
    PRODUCTS,
    GATEWAYS,
    SUBSCRIPTIONS,
    USERS,
    GROUPS,
    CERTIFICATES,
    SCHEMAS,
    LOGGERS,
];

/// Folders that may be there and change nothing here.
const IGNORED: [&str; 9] = [
    "authorizationServers",
    "caches",
    "diagnostics",
    "documentations",
    "identityProviders",
    "openIdConnectProviders",
    "policyRestrictions",
    "tagDescriptions",
    "tags",
];

/// Folders of an API or product that change nothing here.
const IGNORED_WITHIN: [&str; 8] = [
    "diagnostics",
    "releases",
    "resolvers",
    "schemas",
    "tagDescriptions",
    "tags",
    "wiki",
    "wikis",
];

/// Whether a path from the folder on leads to something that is read. Others may be there: specifications, a log.
pub(crate) fn is_read(path: &Path) -> bool {
    let first = path.iter().next().and_then(|first| first.to_str());
    let names = READ.iter().flat_map(|aliases| aliases.iter().copied());
    let mut names = names.chain(IGNORED).chain(["policy.xml", "workspaces", "mcpServers"]);
    first.is_none_or(|first| names.any(|name| name == first))
}

/// Reports folders that are not part of the layout, and malformed files in those that are ignored.
pub(crate) fn check(loader: &Loader<'_>) {
    if !loader.files.is_folder(loader.folder) {
        loader
            .files
            .report(codes::UNREADABLE, loader.folder, "there is no such folder");
        return;
    }
    check_policies(loader, loader.folder);
    let entries = loader.files.list(loader.folder);
    let read = || READ.iter().flat_map(|aliases| aliases.iter().copied());
    let mut found = entries.iter().any(|entry| entry.name == "policy.xml");
    for entry in entries.iter().filter(|entry| entry.is_folder) {
        let name = entry.name.as_str();
        if read().any(|known| known == name) {
            found = true;
        } else if IGNORED.contains(&name) {
            check_ignored(loader, &entry.path);
        } else if name == "workspaces" || name == "mcpServers" {
            let message = format!("`{name}` are not served: what is in this folder has no effect");
            loader
                .problems
                .push(about(Severity::Warning, codes::WORKSPACES, &entry.path, message));
        } else if let Some(near) = diagnostic::nearest(name, read()) {
            let problem = about(
                Severity::Warning,
                codes::UNKNOWN_FOLDER,
                &entry.path,
                "this folder is not read",
            );
            loader
                .problems
                .push(problem.with_help(format!("did you mean `{near}`?")));
        }
    }
    if !found {
        let message = "nothing to serve: there is no `apis` folder and nothing else of an artifact folder here";
        loader
            .problems
            .push(about(Severity::Warning, codes::NOTHING_FOUND, loader.folder, message));
    }
}

/// The folders of all entities of a kind.
pub(crate) fn entities(loader: &Loader<'_>, aliases: &[&str]) -> Vec<Entry> {
    aliases
        .iter()
        .flat_map(|alias| loader.files.folders(&loader.folder.join(alias)))
        .collect()
}

/// Reports malformed files in the ignored folders of an API or product, and documents where none is read.
pub(crate) fn check_within(loader: &Loader<'_>, folder: &Path) {
    check_policies(loader, folder);
    for name in IGNORED_WITHIN {
        check_ignored(loader, &folder.join(name));
    }
}

/// Azure's own paths have policy documents in folders.
fn check_policies(loader: &Loader<'_>, folder: &Path) {
    let path = folder.join("policies");
    if loader.files.is_folder(&path) {
        let problem = about(
            Severity::Warning,
            codes::UNKNOWN_FOLDER,
            &path,
            "this folder is not read: policies in it have no effect",
        );
        let problem = problem.with_help("the document stands beside this folder, as `policy.xml`");
        loader.problems.push(problem);
    }
}

fn check_ignored(loader: &Loader<'_>, folder: &Path) {
    check_tree(loader, folder, &mut HashSet::new());
}

/// `seen` keeps links that lead to each other from being followed in a circle.
fn check_tree(loader: &Loader<'_>, folder: &Path, seen: &mut HashSet<PathBuf>) {
    if !folder.canonicalize().is_ok_and(|real| seen.insert(real)) {
        return;
    }
    for entry in loader.files.list(folder) {
        if entry.is_folder {
            check_tree(loader, &entry.path, seen);
        } else if is_json(&entry.path) {
            let _ = information::read_any(&loader.files, loader.problems, &entry.path);
        }
    }
}

/// Whether a file's name says that it is JSON.
pub(crate) fn is_json(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
}
