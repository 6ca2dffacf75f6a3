//! An API's operations: from its specification, from `operations/<id>/operationInformation.json`, and those that
//! every API of a kind has; with the policy document of each.

use super::{Loader, proto};
use crate::codes;
use crate::fields::Fields;
use crate::files::{Entry, about};
use crate::information;
use crate::problems::suggest;
use crate::specification::{Described, Specification, as_sent, is_json, resource_name};
use crate::{ApiKind, Operation, OperationResponse, Representation, Statuses};
use diagnostic::{Diagnostic, Severity};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// The file that describes an operation.
const INFORMATION: &str = "operationInformation.json";
/// The largest number of the counter in the ids that Azure makes up.
const COUNTER: u32 = 0x00ff_ffff;

/// All operations of the API in `folder`.
pub(crate) fn load(
    loader: &Loader<'_>,
    api: Fields<'_>,
    folder: &Path,
    kind: &ApiKind,
    specification: Option<Specification>,
) -> Vec<Arc<Operation>> {
    let is_described = specification.is_some();
    let mut operations = specification
        .map(|specification| specification.operations)
        .unwrap_or_default();
    if matches!(kind, ApiKind::Grpc) {
        operations = proto::read(&loader.files, loader.problems, folder);
    }
    let folders = loader.files.folders(&folder.join("operations"));
    if operations.is_empty()
        && !folders
            .iter()
            .any(|entry| loader.files.exists(&entry.path.join(INFORMATION)))
    {
        operations = of_kind(api, kind);
    }
    if matches!(kind, ApiKind::Soap) {
        take_ids(loader, &mut operations, &folders);
    }
    for entry in &folders {
        add_folder(loader, &mut operations, entry, kind);
    }
    check_duplicates(loader, &operations);
    if operations.is_empty() && !matches!(kind, ApiKind::Mcp(_)) {
        let message = "this API has no operations: every request to it fails";
        let problem = Diagnostic::warning(codes::NO_OPERATIONS, api.source, api.head(), message);
        loader.problems.push(problem.with_help(if is_described {
            "add paths to the specification beside this file"
        } else {
            "add a `specification.yaml` (OpenAPI) beside this file"
        }));
    }
    let mut operations: Vec<_> = operations
        .into_iter()
        .map(|described| Arc::new(described.into_operation()))
        .collect();
    // Collecting in place keeps the room of the larger entries.
    operations.shrink_to_fit();
    operations
}

/// Gives the operations that a WSDL describes the ids that Azure gave them, which stand in no file but are the names of
/// the folders of their policies. Azure numbers operations in the WSDL's order when it imports it; so where each
/// operation has such a folder and the numbers follow each other, it is known which is whose.
fn take_ids(loader: &Loader<'_>, operations: &mut [Described], folders: &[Entry]) {
    let is_strange = |entry: &&Entry| {
        position(operations, &entry.name).is_none() && !loader.files.exists(&entry.path.join(INFORMATION))
    };
    let strange: Vec<&Entry> = folders.iter().filter(is_strange).collect();
    let numbers: Option<Vec<u32>> = strange.iter().map(|entry| counted(&entry.name)).collect();
    let follow_each_other = numbers.is_some_and(|numbers| {
        let mut pairs = numbers.iter().zip(numbers.iter().skip(1));
        pairs.all(|(one, next)| (one + 1) & COUNTER == *next)
    });
    // Folders are in the order of their names, which begin with the time.
    if strange.len() == operations.len() && follow_each_other {
        for (operation, entry) in operations.iter_mut().zip(strange) {
            operation.id.clone_from(&entry.name);
        }
    }
}

/// What is counted of an id that Azure made up: 24 hexadecimal digits, which are a time, a place and a counter.
fn counted(name: &str) -> Option<u32> {
    let is_id = name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    let counter = is_id.then(|| name.get(18..)).flatten()?;
    u32::from_str_radix(counter, 16).ok()
}

/// Adds what the folder of an operation says: its description, its policy document, or both.
fn add_folder(loader: &Loader<'_>, operations: &mut Vec<Described>, entry: &Entry, kind: &ApiKind) {
    let mut at = position(operations, &entry.name);
    let path = entry.path.join(INFORMATION);
    if loader.files.exists(&path) {
        let information = information::read_any(&loader.files, loader.problems, &path);
        let described = information.and_then(|file| described(file.properties(loader.problems), &entry.name));
        let Some(described) = described else { return };
        if matches!(kind, ApiKind::Soap) {
            // The WSDL has it under another id.
            at = at.or_else(|| operations.iter().position(|one| address(one) == address(&described)));
        }
        at = Some(merge(operations, at, described));
    }
    if let Some(described) = at.and_then(|at| operations.get_mut(at)) {
        // The folder's name is the operation's id, the specification's may be spelled otherwise.
        described.id.clone_from(&entry.name);
        described.policy = loader.policy(&entry.path);
    } else {
        let message = format!("the API has no operation `{}`", entry.name);
        let problem = about(Severity::Error, codes::UNKNOWN_OPERATION, &entry.path, message);
        let mut problem = suggest(problem, &entry.name, operations.iter().map(|one| one.id.as_str()));
        if problem.help.is_none() {
            // Ids that Azure gave to operations of a WSDL stand nowhere else.
            let help =
                format!("describe it in `{INFORMATION}` beside its policy: `displayName`, `method`, `urlTemplate`");
            problem = problem.with_help(help);
        }
        loader.problems.push(problem);
    }
}

/// The operations that an API has by its kind.
fn of_kind(api: Fields<'_>, kind: &ApiKind) -> Vec<Described> {
    let rows: &[(&str, &str, &str)] = match kind {
        ApiKind::WebSocket => &[("onHandshake", "GET", "/")],
        ApiKind::GraphQl => &[("graphql-post", "POST", "/"), ("graphql-get", "GET", "/")],
        ApiKind::Soap => &[("soap", "POST", "/")],
        ApiKind::Grpc => &[("grpc", "POST", "/*")],
        ApiKind::OData => &[("odata", "*", "/*")],
        ApiKind::Http | ApiKind::Mcp(_) => &[],
    };
    let described = |(id, method, url_template): &(&str, &str, &str)| Described {
        id: (*id).to_owned(),
        name: (*id).to_owned(),
        method: (*method).to_owned(),
        url_template: (*url_template).to_owned(),
        responses: Vec::new(),
        place: None,
        policy: None,
        source: Arc::clone(api.source),
        span: api.head(),
    };
    rows.iter().map(described).collect()
}

/// The operation that a folder belongs to: by its id, or by its id as Azure makes a resource name of it.
fn position(operations: &[Described], folder: &str) -> Option<usize> {
    let named = resource_name(folder);
    let exactly = operations.iter().position(|operation| operation.id == folder);
    exactly.or_else(|| {
        operations
            .iter()
            .position(|operation| resource_name(&operation.id) == named)
    })
}

/// Puts what an information file says in the place of the specification's words, or adds an operation.
fn merge(operations: &mut Vec<Described>, found: Option<usize>, mut described: Described) -> usize {
    if let Some((at, existing)) = found.and_then(|at| Some((at, operations.get_mut(at)?))) {
        if described.responses.is_empty() {
            described.responses.append(&mut existing.responses);
        }
        described.place = existing.place.take();
        *existing = described;
        return at;
    }
    operations.push(described);
    operations.len() - 1
}

fn described(fields: Fields<'_>, id: &str) -> Option<Described> {
    let name = fields
        .required("displayName")
        .map(|name| name.value.to_owned())
        .unwrap_or_default();
    let method = fields.required("method");
    let url_template = fields.required("urlTemplate")?;
    Some(Described {
        id: id.to_owned(),
        name,
        method: method?.value.trim().to_ascii_uppercase(),
        url_template: url_template.value.to_owned(),
        responses: fields.objects("responses").into_iter().map(response).collect(),
        place: None,
        policy: None,
        source: Arc::clone(fields.source),
        span: url_template.span,
    })
}

fn response(fields: Fields<'_>) -> OperationResponse {
    let representation = |fields: Fields<'_>| {
        let content_type = fields.required("contentType")?.value.to_owned();
        let named = fields
            .get("examples")
            .map(crate::document::Value::members)
            .unwrap_or_default();
        let values = named.iter().filter_map(|member| member.value.get("value"));
        let examples = values.map(|value| as_sent(value, is_json(&content_type))).collect();
        Some(Representation {
            content_type,
            examples,
            sample: None,
        })
    };
    OperationResponse {
        statuses: fields
            .number("statusCode")
            .and_then(|status| u16::try_from(status).ok())
            .map_or(Statuses::Other, Statuses::only),
        representations: fields
            .objects("representations")
            .into_iter()
            .filter_map(representation)
            .collect(),
    }
}

/// What requests find an operation by.
fn address(operation: &Described) -> (&str, String) {
    let template = operation.url_template.trim_matches('/').to_lowercase();
    (&operation.method, template)
}

/// The address without the names of its parameters.
fn shape(operation: &Described) -> (&str, String) {
    let (method, template) = address(operation);
    let mut shape = String::new();
    for part in template.split_inclusive('}') {
        let (before, parameter) = part.split_once('{').unwrap_or((part, ""));
        shape.push_str(before);
        if !parameter.is_empty() {
            shape.push_str(if parameter.starts_with('*') { "{*}" } else { "{}" });
        }
    }
    (method, shape)
}

fn check_duplicates(loader: &Loader<'_>, operations: &[Described]) {
    let mut templates = HashMap::new();
    let mut ids = HashMap::new();
    let mut shapes: HashMap<_, &Described> = HashMap::new();
    for operation in operations {
        let same_template = templates.insert(address(operation), operation).map(|_| {
            format!(
                "an operation with the same method and URL template exists already: {} {}",
                operation.method, operation.url_template
            )
        });
        let first = shapes.entry(shape(operation)).or_insert(operation);
        if same_template.is_none() && !std::ptr::eq(*first, operation) {
            let message = format!(
                "requests that this operation is for are all those of `{}`, whose template is {}",
                first.id, first.url_template
            );
            let (code, span) = (codes::DUPLICATE_OPERATION, operation.span);
            let problem = Diagnostic::warning(code, &operation.source, span, message);
            loader.problems.push(problem);
        }
        let same_id = ids.insert(operation.id.to_lowercase(), operation);
        let same_id = same_id.map(|_| format!("another operation has the id `{}`", operation.id));
        for message in same_template.into_iter().chain(same_id) {
            loader.problems.push(Diagnostic::error(
                codes::DUPLICATE_OPERATION,
                &operation.source,
                operation.span,
                message,
            ));
        }
    }
}
