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
use xml::reader::XmlError;

/// Why a file tells no operations, and where in it.
struct Silent {
    message: String,
    at: usize,
}

impl Silent {
    fn whole(message: &str) -> Self {
        Self {
            message: message.to_owned(),
            at: 0,
        }
    }

    fn malformed(text: &str, error: &XmlError) -> Self {
        let before: usize = text
            .split_inclusive('\n')
            .take(error.line.saturating_sub(1))
            .map(str::len)
            .sum();
        let line = text.get(before..).unwrap_or_default();
        let inside = line
            .char_indices()
            .nth(error.position.saturating_sub(1))
            .map_or(line.len(), |(at, _)| at);
        let place = format!(" Line {}, position {}.", error.line, error.position);
        let found = error.message.strip_suffix(&place).unwrap_or(&error.message);
        Self {
            message: format!("this file tells no operations, it is not well-formed XML: {found}"),
            at: before + inside,
        }
    }
}

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
    let names = ["specification.yaml", "specification.yml", "specification.json"];
    let paths = names.map(|name| (name, folder.join(name)));
    for (at, (name, path)) in paths.iter().enumerate() {
        let Some(text) = files.read(path) else { continue };
        let others = paths.iter().skip(at + 1).filter(|(_, other)| files.exists(other));
        for (_, other) in others {
            let message = format!("`{name}` beside it is read: this file has no effect");
            problems.push(about(Severity::Warning, codes::NO_EFFECT, other, message));
        }
        let source = Source::new(name_of(path), text);
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
            // What cannot be read is reported by then.
            let Some(text) = files.read(&path) else { continue };
            let source = Source::new(name_of(&path), text);
            let read = match name {
                WSDL => wsdl::read(&source),
                _ => wadl::read(&source),
            };
            match read {
                Ok(read) => return Some(read),
                Err(Silent { message, at }) => {
                    let problem = Diagnostic::warning(codes::SPECIFICATION_IGNORED, &source, Span::at(at), message);
                    problems.push(problem.with_help(
                        "describe them in `specification.yaml` (OpenAPI) or in \
                         `operations/<id>/operationInformation.json`",
                    ));
                }
            }
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
