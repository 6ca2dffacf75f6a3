//! Parameters and headers of messages, and how their values are written.

use schema::Schema;
use std::sync::Arc;

/// A parameter of requests, or a header of responses.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: ParameterPlace,
    /// Whether it must be there.
    pub required: bool,
    /// What its value must conform to, where the description says.
    pub schema: Option<Arc<Schema>>,
    /// How several values are written.
    pub joined: Joined,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
}

/// How several values of a parameter are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// As one text, with this between them.
    By(char),
    /// The parameter is repeated.
    Repeated,
    /// Name and value of each property of an object: `name[property]=value`.
    Properties,
    /// The value is a JSON document.
    Json,
}
