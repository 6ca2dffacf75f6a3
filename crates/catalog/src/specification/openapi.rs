//! Paths and operations of an OpenAPI or Swagger document.

use super::{Described, Specification, resource_name};
use crate::codes;
use crate::contract;
use crate::document::{Content, Value};
use crate::problems::Problems;
use crate::{OperationResponse, Statuses};
use diagnostic::{Diagnostic, Source, Span};
use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::sync::Arc;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// References to references are followed so far.
const MAX_HOPS: usize = 16;

/// Of the references to nothing in one description so many are reported.
const MAX_UNRESOLVED: usize = 20;

/// A whole description while it is read.
pub(super) struct Description<'d> {
    /// The same, for those who validate messages by it.
    whole: Arc<contract::Description>,
    pub root: &'d Value,
    pub is_swagger: bool,
    /// Bytes of examples and samples made so far: references could multiply them without bound.
    pub written: Cell<usize>,
    unresolved: Cell<usize>,
    source: &'d Arc<Source>,
    problems: &'d Problems,
    targets: RefCell<HashMap<String, Option<&'d Value>>>,
}

/// Reads a description.
pub(super) fn read(source: &Arc<Source>, is_json: bool, root: &Value, problems: &Problems) -> Option<Specification> {
    let version = |key: &str| root.get(key).and_then(Value::scalar);
    let (is_swagger, version) = match (version("openapi"), version("swagger")) {
        (Some(version), _) => (false, version),
        (None, Some(version)) => (true, version),
        (None, None) => {
            let message = "this is no OpenAPI document: it has neither `openapi` nor `swagger`";
            problems.push(Diagnostic::error(codes::BAD_SPECIFICATION, source, head(root), message));
            return None;
        }
    };
    if !version.starts_with(if is_swagger { "2" } else { "3" }) {
        let message = format!("version {version} of OpenAPI is not known, expected 2.0, 3.0 or 3.1");
        problems.push(Diagnostic::warning(
            codes::BAD_SPECIFICATION,
            source,
            head(root),
            message,
        ));
    }
    let (written, unresolved, targets) = (Cell::new(0), Cell::new(0), RefCell::default());
    let whole = contract::Description::new(source, is_json);
    let description = Description {
        whole,
        root,
        is_swagger,
        written,
        unresolved,
        source,
        problems,
        targets,
    };
    Some(Specification {
        operations: description.operations(),
        server: description.server(),
    })
}

/// The first character of a value, for problems of it as a whole.
fn head(value: &Value) -> Span {
    Span::new(value.span.start, (value.span.start + 1).min(value.span.end))
}

impl<'d> Description<'d> {
    fn operations(&self) -> Vec<Described> {
        let paths = self.root.get("paths");
        if let Some(other) = paths.filter(|paths| paths.object().is_none() && !paths.is_null()) {
            self.report(
                head(other),
                format!("`paths` must be an object, found {}", other.type_name()),
            );
        }
        let mut operations = Vec::new();
        let mut generated = HashSet::new();
        for path in paths.map(Value::members).unwrap_or_default() {
            let item = self.resolved(&path.value);
            for member in item.members() {
                let method = member.key.to_ascii_lowercase();
                if !METHODS.contains(&method.as_str()) {
                    continue;
                }
                if member.value.object().is_none() {
                    let found = member.value.type_name();
                    self.report(
                        member.key_span,
                        format!("an operation must be an object, found {found}"),
                    );
                    continue;
                }
                let mut described = self.operation(&path.key, item, &method, &member.value);
                described.span = member.key_span;
                described.place = Some(contract::Described::new(&self.whole, &path.key, &member.key));
                if member.value.get("operationId").and_then(Value::text).is_none() {
                    described.id = unused(&described.id, &mut generated);
                }
                operations.push(described);
            }
        }
        operations
    }

    fn operation(&self, path: &str, item: &'d Value, method: &str, operation: &'d Value) -> Described {
        let written_id = operation
            .get("operationId")
            .and_then(Value::text)
            .map(str::trim)
            .filter(|id| !id.is_empty());
        let id = written_id.map_or_else(|| resource_name(&format!("{method}-{path}")), operation_id);
        let text = |key: &str| {
            operation
                .get(key)
                .and_then(Value::text)
                .map(str::trim)
                .filter(|text| !text.is_empty())
        };
        let name = text("summary")
            .or(written_id)
            .map_or_else(|| format!("{} {path}", method.to_uppercase()), str::to_owned);
        Described {
            id,
            name,
            method: method.to_ascii_uppercase(),
            url_template: self.url_template(path, item, operation),
            responses: self.responses(operation),
            place: None,
            policy: None,
            source: Arc::clone(self.source),
            span: operation.span,
        }
    }

    /// The path with the query parameters that a request must have: importing makes them part of the template.
    fn url_template(&self, path: &str, item: &'d Value, operation: &'d Value) -> String {
        let mut parameters: Vec<(&str, &str, bool)> = Vec::new();
        for holder in [item, operation] {
            for parameter in holder.get("parameters").map(Value::items).unwrap_or_default() {
                let parameter = self.resolved(parameter);
                let text = |key: &str| parameter.get(key).and_then(Value::text).unwrap_or_default();
                let required = parameter.get("required").is_some_and(Value::is_true);
                // An operation's parameter takes the place of its path's.
                parameters.retain(|(place, name, _)| (*place, *name) != (text("in"), text("name")));
                parameters.push((text("in"), text("name"), required));
            }
        }
        let mut template = path.to_owned();
        for (place, name, required) in parameters {
            let is_there = template
                .split_once('?')
                .is_some_and(|(_, query)| query.split('&').any(|one| one.split('=').next() == Some(name)));
            if place == "query" && required && !name.is_empty() && !is_there {
                let sign = if template.contains('?') { '&' } else { '?' };
                let _ = write!(template, "{sign}{name}={{{name}}}");
            }
        }
        template
    }

    fn responses(&self, operation: &'d Value) -> Vec<OperationResponse> {
        let members = operation.get("responses").map(Value::members).unwrap_or_default();
        let of_member = |member: &'d crate::document::Member| {
            let response = self.resolved(&member.value);
            Some(OperationResponse {
                statuses: Statuses::of_key(&member.key)?,
                representations: self.representations(operation, response),
            })
        };
        members
            .iter()
            .filter(|member| !member.key.starts_with("x-"))
            .filter_map(of_member)
            .collect()
    }

    /// The value itself, or what its `$ref` names in this document; a reference to nothing is reported once.
    pub fn resolved(&self, value: &'d Value) -> &'d Value {
        let mut value = value;
        for _ in 0..MAX_HOPS {
            let Some(reference) = value.get("$ref") else { break };
            let Some(pointer) = reference.text().and_then(|text| text.strip_prefix("#/")) else {
                break;
            };
            let known = self.targets.borrow().get(pointer).copied();
            let target = known.unwrap_or_else(|| {
                let target = self.target(pointer);
                if target.is_none() && self.is_worth_a_word() {
                    let message = format!("there is no `#/{pointer}` in this document");
                    self.problems.push(Diagnostic::warning(
                        codes::BAD_SPECIFICATION,
                        self.source,
                        reference.span,
                        message,
                    ));
                }
                self.targets.borrow_mut().insert(pointer.to_owned(), target);
                target
            });
            match target {
                Some(target) => value = target,
                None => break,
            }
        }
        value
    }

    /// Whether one more reference to nothing is reported: a description cut in half has thousands.
    fn is_worth_a_word(&self) -> bool {
        self.unresolved.replace(self.unresolved.get() + 1) < MAX_UNRESOLVED
    }

    fn target(&self, pointer: &str) -> Option<&'d Value> {
        pointer.split('/').try_fold(self.root, |value, token| {
            let token = token
                .replace("%7B", "{")
                .replace("%7D", "}")
                .replace("~1", "/")
                .replace("~0", "~");
            match &value.content {
                Content::Array(items) => items.get(token.parse::<usize>().ok()?),
                _ => value.get(&token),
            }
        })
    }

    fn server(&self) -> Option<String> {
        if self.is_swagger {
            let host = self.root.get("host").and_then(Value::text)?;
            let base = self.root.get("basePath").and_then(Value::text).unwrap_or_default();
            let schemes = self.root.get("schemes").map(Value::items).unwrap_or_default();
            let scheme = schemes.iter().filter_map(Value::text).find(|scheme| *scheme != "http");
            let scheme = scheme
                .or_else(|| schemes.first().and_then(Value::text))
                .unwrap_or("https");
            return Some(
                format!("{scheme}://{host}/{}", base.trim_matches('/'))
                    .trim_end_matches('/')
                    .to_owned(),
            );
        }
        let servers = self.root.get("servers").map(Value::items).unwrap_or_default();
        let url = |server: &Value| {
            let mut url = server.get("url")?.text()?.to_owned();
            for variable in server.get("variables").map(Value::members).unwrap_or_default() {
                let default = variable
                    .value
                    .get("default")
                    .and_then(Value::scalar)
                    .unwrap_or_default();
                url = url.replace(&format!("{{{}}}", variable.key), &default);
            }
            url.contains("://").then(|| url.trim_end_matches('/').to_owned())
        };
        servers.iter().find_map(url)
    }

    fn report(&self, span: Span, message: String) {
        self.problems
            .push(Diagnostic::error(codes::BAD_SPECIFICATION, self.source, span, message));
    }
}

/// An operation id as it stands where a resource may be named so, else as Azure makes a name of it.
fn operation_id(written: &str) -> String {
    let allowed = written.len() <= 80
        && written
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
    if allowed {
        written.to_owned()
    } else {
        resource_name(written)
    }
}

/// The id, with a number behind it when it was given before.
fn unused(id: &str, generated: &mut HashSet<String>) -> String {
    let mut free = id.to_owned();
    let mut number = 0;
    while !generated.insert(free.clone()) {
        number += 1;
        free = format!("{id}-{number}");
    }
    free
}
