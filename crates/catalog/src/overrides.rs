//! A file of overrides, `configuration.<environment>.yaml`, as the publishers of both `APIOps` tools read it: properties
//! that entities of the folder have in one environment.
//!
//! What the file says becomes files that lie over the folder ([`Overlay`]), so that everything is read and checked as if
//! it stood there. Never here: what properties mean; replacing `{#[…]#}`, which pipelines do beforehand.

#[cfg(test)]
mod tests;

use crate::codes;
use crate::document::{Content, Value, read_json, read_yaml};
use crate::fields::Fields;
use crate::files::{Files, name_of};
use crate::information::masked;
use crate::load::layout;
use crate::overlay::Overlay;
use crate::problems::{Problems, suggest};
use diagnostic::{Diagnostic, Source, Span};
use std::path::{Path, PathBuf};

/// Entities of one kind.
struct Section {
    /// What the file calls them.
    key: &'static str,
    /// What messages call one.
    kind: &'static str,
    /// Names of the folder that holds them.
    folders: &'static [&'static str],
    /// Names of the file that describes one.
    files: &'static [&'static str],
}

const SECTIONS: [Section; 10] = [
    section(
        "namedValues",
        "named value",
        layout::NAMED_VALUES,
        &["namedValueInformation.json"],
    ),
    section("backends", "backend", layout::BACKENDS, &["backendInformation.json"]),
    section(APIS, "API", layout::APIS, &["apiInformation.json"]),
    section("loggers", "logger", layout::LOGGERS, &["loggerInformation.json"]),
    section("gateways", "gateway", layout::GATEWAYS, &["gatewayInformation.json"]),
    section(
        "versionSets",
        "version set",
        layout::VERSION_SETS,
        &["versionSetInformation.json", "apiVersionSetInformation.json"],
    ),
    section("groups", "group", layout::GROUPS, &["groupInformation.json"]),
    section(
        "subscriptions",
        "subscription",
        layout::SUBSCRIPTIONS,
        &["subscriptionInformation.json"],
    ),
    section("products", "product", layout::PRODUCTS, &["productInformation.json"]),
    section(
        "policyFragments",
        "fragment",
        layout::FRAGMENTS,
        &["policyFragmentInformation.json"],
    ),
];
const APIS: &str = "apis";
const POLICIES: &str = "policies";
/// Keys that change nothing here.
const IGNORED: [&str; 6] = [
    "apimServiceName",
    "diagnostics",
    "tags",
    "workspaces",
    "schemas",
    "$schema",
];

const fn section(
    key: &'static str,
    kind: &'static str,
    folders: &'static [&'static str],
    files: &'static [&'static str],
) -> Section {
    Section {
        key,
        kind,
        folders,
        files,
    }
}

/// The files that lie over `folder` by what `file` says. What is wrong with it is reported.
pub(crate) fn overlay(folder: &Path, file: &Path, problems: &Problems) -> Overlay {
    let mut overrides = Overrides {
        folder,
        problems,
        text: String::new(),
        overlay: Overlay::default(),
    };
    overrides.read(file);
    overrides.overlay
}

struct Overrides<'o> {
    folder: &'o Path,
    problems: &'o Problems,
    /// Of the file.
    text: String,
    overlay: Overlay,
}

impl Overrides<'_> {
    fn read(&mut self, file: &Path) {
        let nothing = Overlay::default();
        let parent = file.parent().unwrap_or(file);
        let files = Files::new(parent, &nothing, self.problems);
        let Some(text) = files.read(file) else {
            if !file.exists() {
                files.report(codes::UNREADABLE, file, "there is no such file");
            }
            return;
        };
        let document = match read_yaml(&text) {
            Ok(document) => document,
            Err(problem) => {
                // Nobody can say what in it is a secret.
                let source = Source::new(name_of(file), masked(&text, &[Span::new(0, text.len())]));
                let problem = Diagnostic::error(codes::MALFORMED_YAML, &source, problem.span, problem.message);
                self.problems.push(problem);
                return;
            }
        };
        let mut hidden = Vec::new();
        hide(&document.root, &mut hidden);
        hidden.sort_by_key(|span| span.start);
        let source = Source::new(name_of(file), masked(&text, &hidden));
        self.text = text;
        for twice in document.duplicates {
            let problem = Diagnostic::warning(codes::DUPLICATE_KEY, &source, twice.span, twice.message);
            self.problems.push(problem);
        }
        let fields = Fields {
            source: &source,
            value: &document.root,
            problems: self.problems,
        };
        match &document.root.content {
            Content::Object(_) => self.sections(fields),
            Content::Null => {}
            _ => {
                let found = document.root.type_name();
                let message = format!("expected sections such as `backends`, found {found}");
                fields.report(codes::WRONG_TYPE, fields.head(), message);
            }
        }
    }

    fn sections(&mut self, all: Fields<'_>) {
        for member in all.value.members() {
            let key = member.key.as_str();
            if let Some(section) = SECTIONS.iter().find(|section| section.key.eq_ignore_ascii_case(key)) {
                for entry in all.objects(key) {
                    self.entity(section, entry);
                }
            } else if key.eq_ignore_ascii_case(POLICIES) {
                self.policies(all, key, Path::new(""));
            } else if !IGNORED.iter().any(|ignored| ignored.eq_ignore_ascii_case(key)) {
                let message = format!("`{key}` has no effect");
                let problem = Diagnostic::warning(codes::NO_EFFECT, all.source, member.key_span, message);
                let known = SECTIONS.iter().map(|section| section.key);
                self.problems.push(suggest(problem, key, known));
            }
        }
    }

    fn entity(&mut self, section: &Section, entry: Fields<'_>) {
        let Some((name, span)) = name_of_entry(entry) else {
            return;
        };
        let Some(path) = self.folder_of(section, entry, (&name, span)) else {
            return;
        };
        if entry.get("properties").is_none() {
            // Many leave `properties` out and write them beside the name; one of the publishers reads that.
            let own = entry
                .value
                .without(&["name", "properties", POLICIES, "operations", "diagnostics", "releases"]);
            let own = Fields { value: &own, ..entry };
            self.merge(section, &path, own);
        } else if let Some(properties) = entry.object("properties") {
            self.merge(section, &path, properties);
        }
        self.policies(entry, POLICIES, &path);
        if section.key == APIS {
            for operation in entry.objects("operations") {
                if let Some((name, _)) = name_of_entry(operation) {
                    self.policies(operation, POLICIES, &path.join("operations").join(name));
                }
            }
        }
    }

    /// The entity's folder, from the folder on: names are found in any letter case.
    fn folder_of(&self, section: &Section, entry: Fields<'_>, (name, span): (&str, Span)) -> Option<PathBuf> {
        let nothing = Overlay::default();
        let files = Files::new(self.folder, &nothing, self.problems);
        let mut known = Vec::new();
        for holder in section.folders {
            for folder in files.folders(&self.folder.join(holder)) {
                if folder.name.eq_ignore_ascii_case(name.trim()) {
                    return Some(Path::new(holder).join(folder.name));
                }
                known.push(folder.name);
            }
        }
        let message = format!("there is no {} `{}`: this has no effect", section.kind, name);
        let problem = Diagnostic::warning(codes::UNKNOWN_REFERENCE, entry.source, span, message);
        let known = known.iter().map(String::as_str);
        self.problems.push(suggest(problem, name, known));
        None
    }

    /// Puts the entity's file with other properties over its own.
    fn merge(&mut self, section: &Section, path: &Path, properties: Fields<'_>) {
        if properties.value.members().is_empty() {
            return;
        }
        // What is wrong with the files themselves is told when they are read.
        let (nothing, heard) = (Overlay::default(), Problems::default());
        let files = Files::new(self.folder, &nothing, &heard);
        let found = section.files.iter().find_map(|file| {
            let path = path.join(file);
            let text = files.read(&self.folder.join(&path))?;
            Some((path, read_json(&text).ok()?.root))
        });
        let Some((path, own)) = found else { return };
        // A value that is in a vault there is not the one that stands here.
        let is_elsewhere = properties.get("keyVault").is_some() && properties.get("value").is_none();
        let replaced: &[&str] = if is_elsewhere { &["value"] } else { &[] };
        let merged = match own.get("properties").filter(|own| own.object().is_some()) {
            Some(own_properties) => {
                let own_properties = own_properties.without(replaced);
                let properties = merged(&own_properties, properties.value, &self.text);
                own.with("properties", properties)
            }
            None => merged(&own.without(replaced), properties.value, &self.text),
        };
        let pretty = serde_json::from_str::<serde_json::Value>(&merged.to_json())
            .and_then(|value| serde_json::to_string_pretty(&value));
        if let Ok(text) = pretty {
            self.overlay.insert(path, text);
        }
    }

    /// Puts the documents of `policies` in the place of that of an entity.
    fn policies(&mut self, holder: Fields<'_>, key: &str, path: &Path) {
        for policy in holder.objects(key) {
            let value = policy
                .object("properties")
                .and_then(|properties| properties.string("value"));
            if let Some(text) = value {
                self.overlay.insert(path.join("policy.xml"), text.value);
            }
        }
    }
}

/// The name of an entity, which may look like a number, and where it stands.
fn name_of_entry(entry: Fields<'_>) -> Option<(String, Span)> {
    match entry.get("name").and_then(|name| Some((name.scalar()?, name.span))) {
        Some(found) => Some(found),
        None => entry.required("name").map(|name| (name.value.to_owned(), name.span)),
    }
}

/// A value with what is said over it: objects are joined, names in any letter case; everything else takes the place of
/// what was there. A plain number in YAML is a text where a text was, and as a `value`: the one that is written there.
fn merged(own: &Value, over: &Value, written: &str) -> Value {
    if own.object().is_none() || over.object().is_none() {
        return over.clone();
    }
    let mut result = own.clone();
    for member in over.members() {
        let known = own
            .members()
            .iter()
            .find(|known| known.key.eq_ignore_ascii_case(&member.key));
        let key = known.map_or(member.key.as_str(), |known| known.key.as_str());
        let mut value = known.map_or_else(
            || member.value.clone(),
            |known| merged(&known.value, &member.value, written),
        );
        let is_text = known.is_some_and(|known| known.value.text().is_some()) || key.eq_ignore_ascii_case("value");
        if let Some(text) = value.scalar().filter(|_| is_text) {
            let is_number = matches!(value.content, Content::Number(_));
            let number = written.get(value.span.start..value.span.end).filter(|_| is_number);
            value.content = Content::String(number.map_or(text, str::to_owned));
        }
        result = result.with(key, value);
    }
    result
}

/// The places of all plain values but names: any of them may be a secret.
fn hide(value: &Value, found: &mut Vec<Span>) {
    match &value.content {
        Content::Object(object) => {
            for member in object.members().iter().filter(|member| member.key != "name") {
                hide(&member.value, found);
            }
        }
        Content::Array(items) => items.iter().for_each(|item| hide(item, found)),
        _ => found.push(value.span),
    }
}
