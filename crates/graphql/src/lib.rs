//! GraphQL requests against a schema: what is wrong with them, which fields they ask for, the request without some, and
//! their execution.
//!
//! Parsing, validation and the coercion of values are `apollo-compiler`'s. Never here: HTTP, who may ask for what, where
//! values come from.

mod execution;
mod fields;
mod without;

pub use execution::{Call, Execution, Limits, Wanted};
pub use fields::{Asked, Shape};

use apollo_compiler::executable::{ExecutableDocument, Operation};
use apollo_compiler::parser::Parser;
use apollo_compiler::validation::{DiagnosticList, Valid};
use apollo_compiler::{Name, Schema as Definitions};
use std::collections::HashMap;

/// Braces and lists within each other that are read.
const MAX_NESTING: usize = 64;
/// Words and signs of a request that are read.
const MAX_TOKENS: usize = 20_000;
/// Errors that are told of one text.
const MOST_ERRORS: usize = 25;

/// A schema that is sound.
pub struct Schema {
    definitions: Valid<Definitions>,
    /// The object types of each interface.
    implementers: HashMap<Name, Vec<Name>>,
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Schema({} types)", self.definitions.types.len())
    }
}

/// What is wrong with a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Error {
    /// What.
    pub message: String,
    /// Line and column, from 1 on.
    pub location: Option<(usize, usize)>,
    /// Where in the response it would have been: names from the top.
    pub path: Vec<String>,
}

impl Error {
    /// An error without a place.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            ..Self::default()
        }
    }
}

/// A request that conforms to a schema.
pub struct Request<'s> {
    schema: &'s Schema,
    document: ExecutableDocument,
    /// Its fields, those of fragments counted wherever they are used.
    fields: usize,
}

impl Schema {
    /// Reads a schema in GraphQL's language.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, Vec<Error>> {
        let definitions = Definitions::parse_and_validate(text, "schema").map_err(|found| errors(&found.errors))?;
        let implementers = definitions.implementers_map().into_iter();
        let implementers = implementers.map(|(name, known)| (name, known.objects.into_iter().collect()));
        Ok(Self {
            implementers: implementers.collect(),
            definitions,
        })
    }

    /// Reads a request and checks it against the schema. It may have so many fields, those of fragments counted wherever
    /// they are used, in so many levels.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn request(&self, text: &str, most_fields: usize, most_levels: usize) -> Result<Request<'_>, Vec<Error>> {
        let mut parser = Parser::new().recursion_limit(MAX_NESTING).token_limit(MAX_TOKENS);
        let document = parser.parse_executable(&self.definitions, text, "request");
        let document = document.map_err(|found| errors(&found.errors))?;
        let too_many = || vec![Error::new(format!("The request has more than {most_fields} fields."))];
        // Validation compares fields with each other, so that there must not be too many before it.
        if fields::written(&document) > most_fields {
            return Err(too_many());
        }
        let document = document
            .validate(&self.definitions)
            .map_err(|found| errors(&found.errors))?;
        let document = document.into_inner();
        let Shape { fields, levels } = fields::shape(&document);
        if fields > most_fields {
            return Err(too_many());
        }
        if levels > most_levels {
            let message =
                format!("The request is {levels} levels deep and exceeds the maximum depth of {most_levels}.");
            return Err(vec![Error::new(message)]);
        }
        Ok(Request {
            schema: self,
            document,
            fields,
        })
    }
}

impl Schema {
    /// Whether objects of this type have this field.
    pub fn has_field(&self, type_name: &str, field: &str) -> bool {
        self.definitions.type_field(type_name, field).is_ok()
    }
}

impl Schema {
    /// Whether there is a subscription type with this field.
    pub fn has_subscription(&self, field: &str) -> bool {
        let root = self.definitions.schema_definition.subscription.as_ref();
        root.is_some_and(|root| self.has_field(root.name.as_str(), field))
    }
}

impl Request<'_> {
    /// The operation of this name, or the only one.
    fn operation(&self, name: Option<&str>) -> Result<&Operation, Vec<Error>> {
        let found = self.document.operations.get(name);
        found.map(|found| &**found).map_err(|_| {
            let message = name.map_or_else(
                || "The request does not say which of its operations is meant.".to_owned(),
                |name| format!("The request has no operation `{name}`."),
            );
            vec![Error::new(message)]
        })
    }

    /// What a subscription is to: the type and its field. Nothing for other operations.
    ///
    /// # Errors
    /// No such operation.
    pub fn subscribed(&self, operation: Option<&str>) -> Result<Option<(String, String)>, Vec<Error>> {
        let chosen = self.operation(operation)?;
        let field = chosen.root_fields(&self.document).next();
        let field = field.filter(|field| chosen.is_subscription() && !field.name.starts_with("__"));
        Ok(field.map(|field| (chosen.object_type().to_string(), field.name.to_string())))
    }

    /// Whether it has an operation of this name, or, without a name, only one.
    pub fn has_operation(&self, name: Option<&str>) -> bool {
        self.document.operations.get(name).is_ok()
    }
}

fn errors(found: &DiagnosticList) -> Vec<Error> {
    let mut list = Vec::new();
    for found in found.iter().take(MOST_ERRORS) {
        let range = found.line_column_range();
        list.push(Error {
            message: found.error.to_string(),
            location: range.map(|range| (range.start.line, range.start.column)),
            path: Vec::new(),
        });
    }
    if list.is_empty() {
        list.push(Error::new("The text cannot be read."));
    }
    list
}

#[cfg(test)]
mod tests;
