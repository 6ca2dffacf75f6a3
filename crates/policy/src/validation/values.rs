//! Values of parameters and headers against what a description says of them.

use super::{Fault, MOST_FAULTS};
use crate::context::decode_query;
use crate::query::pairs;
use catalog::{Joined, Parameter};
use expression::json::JToken;
use schema::{Schema, Unreadable, Use, position};
use serde_json::{Map, Value};

/// What a value is, in the words of faults.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Path,
    Query,
    RequestHeader,
    ResponseHeader,
}

impl Kind {
    /// A fault's `Type`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Path => "PathParameter",
            Self::Query => "QueryParameter",
            Self::RequestHeader => "RequestHeader",
            Self::ResponseHeader => "ResponseHeader",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Path => "path parameter",
            Self::Query => "query parameter",
            Self::RequestHeader | Self::ResponseHeader => "header",
        }
    }

    /// The fault of a value that no description mentions.
    pub fn unspecified(self, name: &str) -> Fault {
        let details = format!("Unspecified {} {name} is not allowed.", self.noun());
        self.fault(name, "Unspecified", details.clone(), Some(details))
    }

    /// The fault of a value that is not there.
    pub fn missing(self, name: &str) -> Fault {
        let details = format!("Required {} {name} is missing.", self.noun());
        self.fault(name, "IncorrectMessage", details.clone(), Some(details))
    }

    fn fault(self, name: &str, rule: &'static str, details: String, public: Option<String>) -> Fault {
        Fault {
            name: name.to_owned(),
            kind: self.name(),
            rule,
            details,
            public,
        }
    }
}

/// The decoded pairs of a query, each name with its values in order.
pub(crate) fn query_pairs(query: &str) -> Vec<(String, Vec<String>)> {
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut places = std::collections::HashMap::new();
    for pair in pairs(query) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode_query(name), decode_query(value));
        let place = *places.entry(name.clone()).or_insert(found.len());
        match found.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => found.push((name, vec![value])),
        }
    }
    found
}

/// What is wrong with the values that a parameter has in a message. For [`Joined::Properties`] they are pairs of names
/// and values.
pub(crate) fn faults_of(parameter: &Parameter, kind: Kind, texts: &[String]) -> Vec<Fault> {
    let name = parameter.name.as_str();
    let Some(schema) = &parameter.schema else {
        return Vec::new();
    };
    let noun = kind.noun();
    let takes_several = schema.is_list() || parameter.joined == Joined::Properties;
    if texts.len() > 1 && !takes_several {
        let message = if kind == Kind::ResponseHeader {
            "Response"
        } else {
            "Request"
        };
        let details = format!("{message} cannot contain multiple values for the {noun} {name}.");
        return vec![kind.fault(name, "IncorrectMessage", details.clone(), Some(details))];
    }
    if schema.is_object() && matches!(parameter.joined, Joined::By(_) | Joined::Repeated) {
        // Properties without a bracket cannot be told from other parameters.
        return Vec::new();
    }
    let value = match value_of(schema, parameter.joined, texts) {
        Ok(value) => value,
        Err(text) => {
            let error = JToken::parse(&text.into())
                .err()
                .map(|error| error.message)
                .unwrap_or_default();
            let public = format!("Value of the {noun} {name} couldn't be parsed according to the definition. {error}");
            let details = match kind {
                Kind::ResponseHeader => {
                    format!("Value of the header {name} couldn't be parsed according to the definition.")
                }
                _ => format!("Value of the {noun} {name} cannot be parsed according to the definition. {error}"),
            };
            return vec![kind.fault(name, "IncorrectMessage", details, Some(public))];
        }
    };
    match schema.faults(Use::default(), &value, MOST_FAULTS) {
        Err(problem) => {
            let mut noun = noun.to_owned();
            if let Some(first) = noun.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            let details = format!("{noun} {name} cannot be validated. {problem}");
            vec![kind.fault(name, "ValidationError", details, None)]
        }
        Ok(found) => {
            let written = value.to_string();
            let fault = |found: schema::Fault| {
                let (line, at) = position(&written, &found.place, false);
                let error = format!("{} Line: {line}, Position: {at}", found.message);
                let details = format!("Value of the {noun} {name} does not conform to the definition. {error}");
                let public = format!("The value of the {noun} {name} does not conform to the definition. {error}");
                kind.fault(name, "IncorrectMessage", details, Some(public))
            };
            found.into_iter().map(fault).collect()
        }
    }
}

/// The value that texts stand for; the text that is no value of its type otherwise.
fn value_of(schema: &Schema, joined: Joined, texts: &[String]) -> Result<Value, String> {
    let unreadable = |text: &str| {
        let text = text.to_owned();
        move |Unreadable| text
    };
    let first = texts.first().map(String::as_str).unwrap_or_default();
    match joined {
        Joined::Json => serde_json::from_str(first).map_err(|_| first.to_owned()),
        Joined::Properties => {
            let mut members = Map::new();
            for pair in texts.chunks(2) {
                let [name, text] = pair else { continue };
                let value = schema.property_of(name, text).map_err(unreadable(text))?;
                members.insert(name.clone(), value);
            }
            Ok(Value::Object(members))
        }
        Joined::Repeated | Joined::By(_) if !schema.is_list() => schema.value_of(first).map_err(unreadable(first)),
        Joined::Repeated => items(schema, texts.iter().map(String::as_str)),
        Joined::By(separator) => {
            let written = texts.iter().filter(|text| !text.is_empty());
            items(schema, written.flat_map(|text| text.split(separator)).map(str::trim))
        }
    }
}

fn items<'t>(schema: &Schema, texts: impl Iterator<Item = &'t str>) -> Result<Value, String> {
    let item = |text: &str| schema.item_of(text).map_err(|Unreadable| text.to_owned());
    Ok(Value::Array(texts.map(item).collect::<Result<_, _>>()?))
}
