//! API descriptions (OpenAPI 3.0 and 3.1, Swagger 2, in JSON or YAML; WSDL; WADL) as far as a gateway needs them: operations,
//! the examples and samples of their responses, and the server's address.
//!
//! Lenient: what Azure would import is read, however untidy. Never here: validation of messages by schema.

mod openapi;
mod representations;
pub(crate) mod rpc;
mod sample;
#[cfg(test)]
mod tests;
mod wadl;
mod wsdl;

pub(crate) use representations::{as_sent, is_json};

use crate::codes;
use crate::contract;
use crate::document::{Document, read_json, read_yaml};
use crate::files::{Files, about, name_of};
use crate::problems::Problems;
use crate::{Operation, OperationResponse, PolicyText};
use diagnostic::{Diagnostic, Severity, Source, Span};
use std::path::Path;
use std::sync::Arc;

/// The file of an API that was imported from WSDL.
pub(crate) const WSDL: &str = "specification.wsdl";

/// What a specification says.
pub(crate) struct Specification {
    /// Its operations in order.
    pub operations: Vec<Described>,
    /// The first absolute server address.
    pub server: Option<String>,
}

/// An operation with the place that describes it.
pub(crate) struct Described {
    /// Its id.
    pub id: String,
    /// Display name.
    pub name: String,
    /// Upper-case method, or `*`.
    pub method: String,
    /// URL template.
    pub url_template: String,
    /// Responses.
    pub responses: Vec<OperationResponse>,
    /// Where it stands in its description.
    pub place: Option<contract::Described>,
    /// Its policy document; specifications have none.
    pub policy: Option<Arc<PolicyText>>,
    /// The file that describes it.
    pub source: Arc<Source>,
    /// Where in that file.
    pub span: Span,
}

impl Described {
    /// The operation without its place.
    pub fn into_operation(self) -> Operation {
        let Self {
            id,
            name,
            method,
            url_template,
            responses,
            place,
            policy,
            source: _,
            span: _,
        } = self;
        Operation {
            id: id.into(),
            name: name.into(),
            method: method.into(),
            url_template: url_template.into(),
            responses: responses.into(),
            described: place.map(Box::new),
            policy,
        }
    }
}

/// Reads the specification in an API's folder; `None` when there is none or none that can be read.
pub(crate) fn read(files: &Files<'_>, problems: &Problems, folder: &Path) -> Option<Specification> {
    for name in ["specification.yaml", "specification.yml", "specification.json"] {
        let path = folder.join(name);
        let Some(text) = files.read(&path) else { continue };
        let source = Source::new(name_of(&path), text);
        let is_json = Path::new(name).extension().is_some_and(|extension| extension == "json");
        let (read, code) = if is_json {
            (read_json(source.text()), codes::MALFORMED_JSON)
        } else {
            (read_yaml(source.text()), codes::MALFORMED_YAML)
        };
        return match read {
            Ok(Document { root, duplicates }) => {
                for problem in duplicates {
                    problems.push(Diagnostic::warning(
                        codes::DUPLICATE_KEY,
                        &source,
                        problem.span,
                        problem.message,
                    ));
                }
                openapi::read(&source, is_json, &root, problems)
            }
            Err(problem) => {
                problems.push(Diagnostic::error(code, &source, problem.span, problem.message));
                None
            }
        };
    }
    for name in [WSDL, "specification.wadl"] {
        let path = folder.join(name);
        if files.exists(&path) {
            let source = files.read(&path).map(|text| Source::new(name_of(&path), text));
            let read = source.and_then(|source| match name {
                WSDL => wsdl::read(&source),
                _ => wadl::read(&source),
            });
            if read.is_some() {
                return read;
            }
            let message = "this file tells no operations";
            let problem = about(Severity::Warning, codes::SPECIFICATION_IGNORED, &path, message);
            problems.push(problem.with_help(
                "describe them in `specification.yaml` (OpenAPI) or in `operations/<id>/operationInformation.json`",
            ));
        }
    }
    None
}

/// Azure's resource name for an operation id: lower case, each run of other characters one dash, none at the ends,
/// at most 76 characters.
pub(crate) fn resource_name(id: &str) -> String {
    let mut name = String::new();
    for character in id.chars().flat_map(char::to_lowercase) {
        if character.is_ascii_alphanumeric() {
            name.push(character);
        } else if !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.truncate(76);
    name.truncate(name.trim_end_matches('-').len());
    name
}
