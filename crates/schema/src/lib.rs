//! JSON Schema as API descriptions have it (Swagger 2, `OpenAPI` 3.0 and 3.1, plain JSON Schema): a schema and a document
//! in, what is wrong with the document out, in the words of Newtonsoft's validator and with its lines and positions.
//!
//! What a peer sends costs no more than there are schemas and values, whatever a schema says of itself. Never here: where
//! schemas stand in a description, HTTP, policies.

mod compile;
mod format;
mod parameter;
mod position;
mod validate;

pub use parameter::Unreadable;
pub use position::{Place, position};

use compile::{Compiled, pointer_of};
use serde_json::Value;
use std::sync::{Arc, OnceLock};

/// Schemas larger than this, with all that they refer to, are refused, as in APIM.
pub const MAX_SCHEMA: usize = 4 * 1024 * 1024;

/// References to references are followed so far.
const MAX_HOPS: usize = 16;

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
    compiled: [OnceLock<Result<Compiled, String>>; Use::COUNT],
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
        self.compiled(used).map(|_| ())
    }

    /// What is wrong with a document: the first `most` things, none when it conforms.
    ///
    /// # Errors
    /// What is wrong with the schema, or that it takes too long to say.
    pub fn faults(&self, used: Use, document: &Value, most: usize) -> Result<Vec<Fault>, &str> {
        let compiled = self.compiled(used)?;
        let found = if used.ignores_case {
            validate::faults(compiled, &lowered(document), most)
        } else {
            validate::faults(compiled, document, most)
        };
        found.map_err(|validate::Exhausted| "comparing the document with the schema takes too many steps")
    }

    fn compiled(&self, used: Use) -> Result<&Compiled, &str> {
        let place = self.compiled.get(used.index()).ok_or("there is no such use")?;
        let compile = || Compiled::new(&self.root, &self.written, used);
        place.get_or_init(compile).as_ref().map_err(String::as_str)
    }
}

/// What references at the top of a value lead to within its document.
pub fn followed<'v>(root: &'v Value, value: &'v Value) -> &'v Value {
    let mut value = value;
    for _ in 0..MAX_HOPS {
        let target = value.get("$ref").and_then(Value::as_str).and_then(pointer_of);
        match target.and_then(|pointer| root.pointer(&pointer)) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// A document with the names of all properties in lower case.
fn lowered(document: &Value) -> Value {
    match document {
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| (name.to_lowercase(), lowered(value)));
            Value::Object(members.collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(lowered).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
