//! What is wrong, in the words of Newtonsoft's validator.

use crate::{Fault, Place};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::paths::LocationSegment;
use jsonschema::{JsonType, ValidationError};
use serde_json::Value;

/// Texts of documents are quoted up to so many characters.
const LONGEST_QUOTE: usize = 200;

/// What one error of the validator comes to.
pub(crate) enum Found {
    /// A property that must be there is not.
    Missing(Place, String),
    /// Anything else.
    Faults(Vec<Fault>),
}

/// Newtonsoft's words for an error.
pub(crate) fn describe(error: &ValidationError<'_>) -> Found {
    let path: Vec<String> = error
        .instance_path()
        .iter()
        .map(|segment| match segment {
            LocationSegment::Property(name) => name.to_string(),
            LocationSegment::Index(index) => index.to_string(),
        })
        .collect();
    let place = Place { path, is_name: false };
    let unexpected = |names: &[String]| {
        let fault = |name: &String| Fault {
            message: format!(
                "Property '{}' has not been defined and the schema does not allow additional properties.",
                shortened(name)
            ),
            place: Place {
                path: place.path.iter().chain([name]).cloned().collect(),
                is_name: true,
            },
        };
        Found::Faults(names.iter().map(fault).collect())
    };
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            return Found::Missing(place, property.as_str().unwrap_or_default().to_owned());
        }
        ValidationErrorKind::AdditionalProperties { unexpected: names }
        | ValidationErrorKind::UnevaluatedProperties { unexpected: names } => return unexpected(names),
        _ => {}
    }
    let message = message(error.kind(), error.instance());
    let message = message.unwrap_or_else(|| shortened(&error.to_string()));
    Found::Faults(vec![Fault { message, place }])
}

fn message(kind: &ValidationErrorKind, value: &Value) -> Option<String> {
    let (class, quoted) = (class(value), quoted(value));
    Some(match kind {
        ValidationErrorKind::Type { kind } => format!("Invalid type. Expected {} but got {class}.", types(kind)),
        ValidationErrorKind::Enum { .. } => format!("Value {quoted} is not defined in enum."),
        ValidationErrorKind::Constant { .. } => format!("Value {quoted} does not match const."),
        ValidationErrorKind::MaxLength { limit } => {
            format!("String {} exceeds maximum length of {limit}.", text(value))
        }
        ValidationErrorKind::MinLength { limit } => {
            format!("String {} is less than minimum length of {limit}.", text(value))
        }
        ValidationErrorKind::Pattern { pattern } => {
            format!("String {} does not match regex pattern '{pattern}'.", text(value))
        }
        ValidationErrorKind::Format { format } => {
            format!("String {} does not validate against format '{format}'.", text(value))
        }
        ValidationErrorKind::ExclusiveMaximum { limit } if value.as_f64() == limit.as_f64() => format!(
            "{class} {value} equals maximum value of {} and exclusive maximum is true.",
            number(limit)
        ),
        ValidationErrorKind::ExclusiveMinimum { limit } if value.as_f64() == limit.as_f64() => format!(
            "{class} {value} equals minimum value of {} and exclusive minimum is true.",
            number(limit)
        ),
        ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
            format!("{class} {value} exceeds maximum value of {}.", number(limit))
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
            format!("{class} {value} is less than minimum value of {}.", number(limit))
        }
        ValidationErrorKind::MultipleOf { multiple_of } => {
            format!("{class} {value} is not a multiple of {multiple_of}.")
        }
        ValidationErrorKind::MaxItems { limit } => {
            let count = value.as_array().map_or(0, Vec::len);
            format!("Array item count {count} exceeds maximum count of {limit}.")
        }
        ValidationErrorKind::MinItems { limit } => {
            let count = value.as_array().map_or(0, Vec::len);
            format!("Array item count {count} is less than minimum count of {limit}.")
        }
        ValidationErrorKind::MaxProperties { limit } => {
            let count = value.as_object().map_or(0, serde_json::Map::len);
            format!("Object property count {count} exceeds maximum count of {limit}.")
        }
        ValidationErrorKind::MinProperties { limit } => {
            let count = value.as_object().map_or(0, serde_json::Map::len);
            format!("Object property count {count} is less than minimum count of {limit}.")
        }
        ValidationErrorKind::UniqueItems => "Non-unique array item.".to_owned(),
        ValidationErrorKind::Contains => "No items match contains.".to_owned(),
        ValidationErrorKind::AnyOf { .. } => "JSON does not match any schemas from 'anyOf'.".to_owned(),
        ValidationErrorKind::OneOfNotValid { .. } => "JSON is valid against no schemas from 'oneOf'.".to_owned(),
        ValidationErrorKind::OneOfMultipleValid { .. } => {
            "JSON is valid against more than one schema from 'oneOf'.".to_owned()
        }
        ValidationErrorKind::Not { .. } => "JSON is valid against schema from 'not'.".to_owned(),
        ValidationErrorKind::FalseSchema => "Schema always fails validation.".to_owned(),
        ValidationErrorKind::AdditionalItems { limit } => {
            format!(
                "Index {} has not been defined and the schema does not allow additional items.",
                limit + 1
            )
        }
        ValidationErrorKind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            format!("Property name '{}' does not match schema.", shortened(name))
        }
        _ => return None,
    })
}

/// Newtonsoft's name of a value's type.
fn class(value: &Value) -> &'static str {
    match value {
        Value::Null => "Null",
        Value::Bool(_) => "Boolean",
        Value::Number(number) if number.is_f64() => "Number",
        Value::Number(_) => "Integer",
        Value::String(_) => "String",
        Value::Array(_) => "Array",
        Value::Object(_) => "Object",
    }
}

fn types(kind: &TypeKind) -> String {
    // The order of Newtonsoft's flags.
    const ORDER: [(JsonType, &str); 7] = [
        (JsonType::String, "String"),
        (JsonType::Number, "Number"),
        (JsonType::Integer, "Integer"),
        (JsonType::Boolean, "Boolean"),
        (JsonType::Object, "Object"),
        (JsonType::Array, "Array"),
        (JsonType::Null, "Null"),
    ];
    let is_one = |one: JsonType| match kind {
        TypeKind::Single(single) => *single == one,
        TypeKind::Multiple(several) => several.contains(one),
    };
    let names = ORDER.iter().filter(|(one, _)| is_one(*one)).map(|(_, name)| *name);
    names.collect::<Vec<_>>().join(", ")
}

fn quoted(value: &Value) -> String {
    shortened(&value.to_string())
}

fn text(value: &Value) -> String {
    format!("'{}'", shortened(value.as_str().unwrap_or_default()))
}

fn number(value: &Value) -> String {
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        _ => value.to_string(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST_QUOTE) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
