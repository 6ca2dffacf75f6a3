//! What an operation's messages may hold, as its API's description says: read from the description when somebody asks,
//! because most operations are never validated.
//!
//! Never here: what happens to a message that holds something else.

mod openapi;
mod parameter;

pub use parameter::{Joined, Parameter, ParameterPlace};

use crate::document::{read_json, read_yaml};
use diagnostic::Source;
use schema::Schema;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// What the messages of an operation may hold.
#[derive(Debug, Default)]
pub struct Contract {
    /// Parameters of requests.
    pub parameters: Vec<Parameter>,
    /// Bodies of requests.
    pub request: Vec<Content>,
    /// Responses.
    pub responses: Vec<ResponseContract>,
}

/// A body of one content type.
#[derive(Debug)]
pub struct Content {
    /// Media type, without parameters.
    pub content_type: String,
    /// What it must conform to, where the description says.
    pub schema: Option<Arc<Schema>>,
}

/// Statuses that a response is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statuses {
    /// From one to another.
    Range(u16, u16),
    /// All that no other response is for.
    Other,
}

impl Statuses {
    /// What a description names a response by: `200`, `2XX` for a hundred, `default`.
    pub(crate) fn of_key(key: &str) -> Option<Self> {
        if key.eq_ignore_ascii_case("default") {
            return Some(Self::Other);
        }
        if let Some(hundred) = key.strip_suffix("XX").or_else(|| key.strip_suffix("xx")) {
            let first = hundred.parse::<u16>().ok().filter(|hundred| *hundred < 10)? * 100;
            return Some(Self::Range(first, first + 99));
        }
        key.parse().ok().map(Self::only)
    }

    /// One status.
    pub const fn only(status: u16) -> Self {
        Self::Range(status, status)
    }

    /// Of the responses that are for a status the most exact one: by itself, by its hundred, by `default`.
    pub fn most_exact<T>(responses: &[T], of: impl Fn(&T) -> Self, status: u16) -> Option<&T> {
        let width = |response: &&T| match of(response) {
            Self::Range(first, last) => last - first,
            Self::Other => u16::MAX,
        };
        let fitting = responses.iter().filter(|response| match of(response) {
            Self::Range(first, last) => first <= status && status <= last,
            Self::Other => true,
        });
        fitting.min_by_key(width)
    }
}

/// What responses of some statuses may hold.
#[derive(Debug)]
pub struct ResponseContract {
    /// Which statuses.
    pub statuses: Statuses,
    /// Their headers.
    pub headers: Vec<Parameter>,
    /// Their bodies.
    pub content: Vec<Content>,
}

impl Contract {
    /// What responses of a status may hold; the most exact entry counts.
    pub fn response(&self, status: u16) -> Option<&ResponseContract> {
        Statuses::most_exact(&self.responses, |response| response.statuses, status)
    }
}

/// An API's description, kept for those who validate by it.
pub(crate) struct Description {
    source: Arc<Source>,
    is_json: bool,
    root: OnceLock<Result<Arc<Value>, String>>,
    /// Schemas by the references to them: operations share them.
    schemas: Mutex<HashMap<String, Arc<Schema>>>,
}

impl Description {
    /// A description that could be read.
    pub fn new(source: &Arc<Source>, is_json: bool) -> Arc<Self> {
        Arc::new(Self {
            source: Arc::clone(source),
            is_json,
            root: OnceLock::new(),
            schemas: Mutex::default(),
        })
    }

    fn root(&self) -> Result<&Arc<Value>, String> {
        let read = || {
            let text = self.source.text();
            let document = if self.is_json { read_json(text) } else { read_yaml(text) };
            let document = document.map_err(|problem| problem.message)?;
            let root = serde_json::from_str(&document.root.to_json()).map_err(|error| error.to_string())?;
            Ok(Arc::new(root))
        };
        self.root.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// A schema of this description; those that are referred to are shared. `name` is for one that is not.
    fn schema(&self, root: &Arc<Value>, written: &Value, name: impl FnOnce() -> String) -> Arc<Schema> {
        let Some(reference) = written.get("$ref").and_then(Value::as_str) else {
            return Arc::new(Schema::new(name(), root, written.clone()));
        };
        let mut schemas = self.schemas.lock().unwrap_or_else(PoisonError::into_inner);
        let known = schemas.entry(reference.to_owned()).or_insert_with(|| {
            let name = reference.rsplit('/').next().unwrap_or(reference);
            Arc::new(Schema::new(name, root, written.clone()))
        });
        Arc::clone(known)
    }
}

/// Where an operation stands in its API's description.
pub struct Described {
    description: Arc<Description>,
    path: Box<str>,
    method: Box<str>,
    contract: OnceLock<Result<Contract, String>>,
}

impl std::fmt::Debug for Described {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Described({} {})", self.method, self.path)
    }
}

impl Described {
    /// The operation of a path and a method, both as the description writes them.
    pub(crate) fn new(description: &Arc<Description>, path: &str, method: &str) -> Self {
        Self {
            description: Arc::clone(description),
            path: path.into(),
            method: method.into(),
            contract: OnceLock::new(),
        }
    }

    /// An operation of a description that stands alone, as JSON or YAML.
    pub fn of(description: &str, path: &str, method: &str) -> Self {
        let is_json = description.trim_start().starts_with('{');
        let source = Source::new("specification", description);
        Self::new(&Description::new(&source, is_json), path, method)
    }

    /// What its messages may hold.
    ///
    /// # Errors
    /// Why the description does not say.
    pub fn contract(&self) -> Result<&Contract, &str> {
        let read = || openapi::contract(&self.description, &self.path, &self.method);
        self.contract.get_or_init(read).as_ref().map_err(String::as_str)
    }
}
