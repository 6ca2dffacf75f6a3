//! Links between entities, in the forms of both `APIOps` tools.

use super::references::{self, without_revision};
use super::{Loader, layout};
use crate::fields::{Fields, Text};
use crate::files::about;
use crate::problems::suggest;
use crate::{codes, information};
use diagnostic::Severity;
use std::collections::BTreeSet;
use std::path::Path;

/// The names that an entity links to: a folder for each (`apis/orders/`), or a list in one file (`apis.json`). Those that
/// are not known are left out, which is a warning: extractors that are told to extract some APIs write all links.
pub(crate) fn linked(
    loader: &Loader<'_>,
    folder: &Path,
    links: &str,
    kind: &str,
    known: &BTreeSet<String>,
) -> Vec<String> {
    let mut found = Vec::new();
    for entry in loader.files.folders(&folder.join(links)) {
        let name = without_revision(&entry.name);
        if let Some(name) = among(known, name) {
            found.push(name.to_owned());
        } else {
            let problem = about(
                Severity::Warning,
                codes::UNKNOWN_REFERENCE,
                &entry.path,
                format!("there is no {kind} `{name}`"),
            );
            loader
                .problems
                .push(suggest(problem, name, known.iter().map(String::as_str)));
        }
        check_link_files(loader, &entry.path);
    }
    each_in_list(loader, folder, links, |fields, text| {
        let name = without_revision(references::name_in(text.value));
        let names = known.iter().map(String::as_str);
        let name =
            among(known, name).or_else(|| references::check_with(Severity::Warning, fields, text, (kind, name), names));
        found.extend(name.map(str::to_owned));
    });
    found.sort();
    found.dedup();
    found
}

/// A name as its folder spells it. There may be many, and almost all are spelled so.
fn among<'n>(known: &'n BTreeSet<String>, name: &str) -> Option<&'n str> {
    let found = known
        .get(name)
        .or_else(|| known.iter().find(|one| one.eq_ignore_ascii_case(name)));
    found.map(String::as_str)
}

/// Like [`linked`] for names that are not checked: built-in groups have no folder.
pub(crate) fn names(loader: &Loader<'_>, folder: &Path, links: &str) -> Vec<String> {
    let mut found: Vec<String> = loader
        .files
        .folders(&folder.join(links))
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    each_in_list(loader, folder, links, |_, text| {
        found.push(references::name_in(text.value).to_owned());
    });
    found.sort();
    found.dedup();
    found
}

fn check_link_files(loader: &Loader<'_>, folder: &Path) {
    for entry in loader
        .files
        .list(folder)
        .iter()
        .filter(|entry| layout::is_json(&entry.path))
    {
        let _ = information::read_any(&loader.files, loader.problems, &entry.path);
    }
}

/// Visits the names in a list file: `[{"name": "orders"}]` or `["orders"]`.
fn each_in_list(loader: &Loader<'_>, folder: &Path, links: &str, mut visit: impl FnMut(Fields<'_>, Text<'_>)) {
    let path = folder.join(format!("{links}.json"));
    let Some(list) = information::read_any(&loader.files, loader.problems, &path) else {
        return;
    };
    for item in list.root().items() {
        let fields = Fields {
            source: &list.source,
            value: item,
            problems: loader.problems,
        };
        match item.text() {
            Some(value) => visit(fields, Text { value, span: item.span }),
            None => fields.required("name").into_iter().for_each(|text| visit(fields, text)),
        }
    }
    if list.root().object().is_some() || list.root().text().is_some() {
        let fields = Fields {
            source: &list.source,
            value: list.root(),
            problems: loader.problems,
        };
        let message = format!("expected an array of names, found {}", list.root().type_name());
        fields.report(codes::WRONG_TYPE, fields.head(), message);
    }
}
