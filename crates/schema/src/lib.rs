//! JSON Schema as API descriptions have it (Swagger 2, OpenAPI 3.0 and 3.1, plain JSON Schema): a schema and a document
//! in, what is wrong with the document out, in the words of Newtonsoft's validator and with its lines and positions.
//!
//! Validation itself is the crate `jsonschema`. Never here: where schemas stand in a description, HTTP, policies.

mod adapt;
mod message;
mod parameter;
mod position;
mod reach;

pub use parameter::Unreadable;
pub use position::{Place, position};
pub use reach::followed;

use jsonschema::{Draft, PatternOptions, Validator};
use message::{Found, describe};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// Schemas larger than this (as JSON text, with all that they refer to) are refused, as in APIM.
pub const MAX_SCHEMA: usize = 4 * 1024 * 1024;

/// Attempts of a pattern that backtracks: what a peer sends must not keep the thread.
const BACKTRACKS: usize = 100_000;

/// A way of using a schema.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// Whether properties that no schema names are allowed, whatever the schema says; `None`: as it says.
    pub additional_properties: Option<bool>,
    /// Whether names of properties are compared without regard to case.
    pub ignores_case: bool,
}

impl Use {
    /// How many ways there are.
    pub const COUNT: usize = 6;

    /// All ways, each at its own place.
    pub fn all() -> [Self; Self::COUNT] {
        let used = |additional_properties, ignores_case| Self {
            additional_properties,
            ignores_case,
        };
        [
            used(None, false),
            used(Some(false), false),
            used(Some(true), false),
            used(None, true),
            used(Some(false), true),
            used(Some(true), true),
        ]
    }

    /// Its place among all.
    pub fn index(self) -> usize {
        let additional = match self.additional_properties {
            None => 0,
            Some(false) => 1,
            Some(true) => 2,
        };
        additional + if self.ignores_case { 3 } else { 0 }
    }
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What, in Newtonsoft's words.
    pub message: String,
    /// Where.
    pub place: Place,
}

/// A schema within a document that it may refer to, compiled once for each way of using it.
pub struct Schema {
    name: String,
    root: Arc<Value>,
    written: Value,
    compiled: [OnceLock<Result<Validator, String>>; Use::COUNT],
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Schema")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Schema {
    /// A schema that stands in `root`, whose `$ref`s begin with `#`. `name` is what messages call it.
    pub fn new(name: impl Into<String>, root: &Arc<Value>, written: Value) -> Self {
        Self {
            name: name.into(),
            root: Arc::clone(root),
            written,
            compiled: [const { OnceLock::new() }; Use::COUNT],
        }
    }

    /// What messages call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The schema itself as its document writes it, references followed at its top.
    pub fn written(&self) -> &Value {
        followed(&self.root, &self.written)
    }

    /// Compiles it, if that has not happened yet.
    ///
    /// # Errors
    /// What is wrong with the schema.
    pub fn prepare(&self, used: Use) -> Result<(), &str> {
        self.validator(used).map(|_| ())
    }

    /// What is wrong with a document: the first `most` things, none when it conforms.
    ///
    /// # Errors
    /// What is wrong with the schema.
    pub fn faults(&self, used: Use, document: &Value, most: usize) -> Result<Vec<Fault>, &str> {
        let validator = self.validator(used)?;
        let lowered;
        let document = if used.ignores_case {
            lowered = adapt::lowered(document);
            &lowered
        } else {
            document
        };
        let mut faults: Vec<Fault> = Vec::new();
        let mut missing: Option<(Place, Vec<String>)> = None;
        for error in validator.iter_errors(document) {
            // Newtonsoft tells all missing properties of an object at once.
            match describe(&error) {
                Found::Missing(place, name) => match &mut missing {
                    Some((known, names)) if *known == place => names.push(name),
                    _ => {
                        faults.extend(missing.take().map(absent));
                        missing = Some((place, vec![name]));
                    }
                },
                Found::Faults(found) => {
                    faults.extend(missing.take().map(absent));
                    faults.extend(found);
                }
            }
            if faults.len() >= most {
                break;
            }
        }
        faults.extend(missing.take().map(absent));
        faults.truncate(most);
        Ok(faults)
    }

    fn validator(&self, used: Use) -> Result<&Validator, &str> {
        let place = self.compiled.get(used.index()).ok_or("there is no such use")?;
        place
            .get_or_init(|| self.compile(used))
            .as_ref()
            .map_err(String::as_str)
    }

    fn compile(&self, used: Use) -> Result<Validator, String> {
        let mut document = reach::reachable(&self.root, &self.written)?;
        adapt::adapt(&mut document, used);
        let mut options = jsonschema::options()
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(BACKTRACKS))
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true);
        if document.get("$schema").is_none() {
            options = options.with_draft(if reach::is_openapi_3_1(&self.root) {
                Draft::Draft202012
            } else {
                Draft::Draft7
            });
        }
        options.build(&document).map_err(|error| error.to_string())
    }
}

fn absent((place, names): (Place, Vec<String>)) -> Fault {
    Fault {
        message: format!("Required properties are missing from object: {}.", names.join(", ")),
        place,
    }
}

#[cfg(test)]
mod tests;
