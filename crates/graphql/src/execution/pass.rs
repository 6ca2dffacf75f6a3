//! One way through a request: values as far as they are known, and the calls that are needed for others.
//!
//! Never here: parsing, coercion of values.

use super::{Call, Limits};
use apollo_compiler::Schema;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::JsonValue;
use apollo_compiler::schema::ExtendedType;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// Bytes that a value takes beside its text.
const VALUE: usize = 8;

/// What resolvers gave, by the place in the response.
pub type Answers = HashMap<String, Result<JsonValue, String>>;
/// Whether a field of a type has a resolver.
pub type Resolves<'e> = &'e dyn Fn(&str, &str) -> bool;

/// What all objects of a pass share.
pub struct Pass<'e> {
    schema: &'e Schema,
    resolves: Resolves<'e>,
    answers: &'e Answers,
    /// Whether the request's own fields wait for each other.
    in_order: bool,
    limits: Limits,
    calls: RefCell<Vec<Call>>,
    /// Bytes of the response so far, about.
    written: Cell<usize>,
}

impl<'e> Pass<'e> {
    pub fn new(
        schema: &'e Schema,
        (resolves, answers): (Resolves<'e>, &'e Answers),
        in_order: bool,
        limits: Limits,
    ) -> Self {
        Self {
            schema,
            resolves,
            answers,
            in_order,
            limits,
            calls: RefCell::default(),
            written: Cell::new(0),
        }
    }

    /// The calls that are needed to come further.
    pub fn into_calls(self) -> Vec<Call> {
        self.calls.into_inner()
    }

    /// Accounts for a part of the response.
    fn write(&self, bytes: usize) -> Result<(), FieldError> {
        let written = self.written.get().saturating_add(bytes);
        self.written.set(written);
        if written > self.limits.bytes {
            let message = format!("The response is larger than {} bytes.", self.limits.bytes);
            return Err(FieldError { message });
        }
        Ok(())
    }
}

/// An object of the response.
pub struct Node<'e> {
    pass: &'e Pass<'e>,
    type_name: &'e str,
    value: &'e JsonValue,
    path: String,
}

impl<'e> Node<'e> {
    /// The object whose fields the request itself asks for.
    pub fn root(pass: &'e Pass<'e>, type_name: &'e str) -> Self {
        Self {
            pass,
            type_name,
            value: &JsonValue::Null,
            path: String::new(),
        }
    }

    /// A JSON value as one of a type of the schema.
    fn resolved(
        &self,
        value: &'e JsonValue,
        type_name: &'e str,
        path: String,
    ) -> Result<ResolvedValue<'e>, FieldError> {
        let pass = self.pass;
        match value {
            JsonValue::Array(items) => {
                pass.write(2)?;
                let node = Self {
                    pass,
                    type_name: self.type_name,
                    value,
                    path,
                };
                let items = items.iter().enumerate();
                Ok(ResolvedValue::List(Box::new(items.map(move |(place, item)| {
                    node.resolved(item, type_name, format!("{}/{place}", node.path))
                }))))
            }
            JsonValue::Object(members) if !is_leaf(pass.schema, type_name) => {
                pass.write(2)?;
                let own = members.get("__typename").and_then(JsonValue::as_str);
                Ok(ResolvedValue::object(Self {
                    pass,
                    type_name: object_type(pass.schema, type_name, own),
                    value,
                    path,
                }))
            }
            // Identifiers are texts, whatever servers hold them as.
            JsonValue::Number(number) if type_name == "ID" => {
                pass.write(VALUE * 2)?;
                Ok(ResolvedValue::leaf(number.to_string()))
            }
            leaf => {
                pass.write(weight(leaf))?;
                Ok(ResolvedValue::Leaf(leaf.clone()))
            }
        }
    }
}

impl ObjectValue for Node<'_> {
    fn type_name(&self) -> &str {
        self.type_name
    }

    fn resolve_field<'a>(&'a self, info: &'a ResolveInfo<'a>) -> Result<ResolvedValue<'a>, FieldError> {
        let (pass, field) = (self.pass, info.field_name());
        let key = info
            .field_selections()
            .first()
            .map_or(field, |field| field.response_key());
        pass.write(key.len() + 4)?;
        let type_name = info.field_definition().ty.inner_named_type();
        let path = format!("{}/{key}", self.path);
        if !(pass.resolves)(self.type_name, field) {
            let value = self.value.get(field).unwrap_or(&JsonValue::Null);
            return self.resolved(value, type_name, path);
        }
        match pass.answers.get(&path) {
            Some(Ok(value)) => self.resolved(value, type_name, path),
            Some(Err(message)) => Err(FieldError {
                message: message.clone(),
            }),
            None => {
                let mut calls = pass.calls.borrow_mut();
                if pass.answers.len() + calls.len() >= pass.limits.calls {
                    let message = format!("The request needs more than {} calls of resolvers.", pass.limits.calls);
                    return Err(FieldError { message });
                }
                let waits = pass.in_order && self.path.is_empty() && !calls.is_empty();
                if !waits {
                    calls.push(Call {
                        path,
                        type_name: self.type_name.to_owned(),
                        field: field.to_owned(),
                        arguments: serde_json::to_string(info.arguments()).unwrap_or_default(),
                        parent: serde_json::to_string(self.value).unwrap_or_default(),
                    });
                }
                Ok(ResolvedValue::SkipForPartialExecution)
            }
        }
    }
}

/// Whether a type's values have no fields.
fn is_leaf(schema: &Schema, type_name: &str) -> bool {
    matches!(
        schema.types.get(type_name),
        Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
    )
}

/// The type of an object: what it says itself where there are several, otherwise the one that there is.
fn object_type<'e>(schema: &'e Schema, type_name: &'e str, own: Option<&'e str>) -> &'e str {
    match schema.types.get(type_name) {
        Some(ExtendedType::Interface(_)) => own.unwrap_or_else(|| {
            let mut objects = schema.types.iter().filter_map(|(name, found)| match found {
                ExtendedType::Object(object) if object.implements_interfaces.contains(type_name) => Some(name.as_str()),
                _ => None,
            });
            let only = objects.next().filter(|_| objects.next().is_none());
            only.unwrap_or(type_name)
        }),
        Some(ExtendedType::Union(union)) => own.unwrap_or_else(|| {
            let mut members = union.members.iter();
            let only = members.next().filter(|_| members.next().is_none());
            only.map_or(type_name, |member| member.name.as_str())
        }),
        _ => type_name,
    }
}

/// About how many bytes a value takes. Values of JSON's reader are at most 128 deep.
pub fn weight(value: &JsonValue) -> usize {
    match value {
        JsonValue::Null | JsonValue::Bool(_) | JsonValue::Number(_) => VALUE,
        JsonValue::String(text) => VALUE + text.as_str().len(),
        JsonValue::Array(items) => items.iter().map(weight).fold(VALUE, usize::saturating_add),
        JsonValue::Object(members) => members
            .iter()
            .map(|(name, value)| VALUE + name.as_str().len() + weight(value))
            .fold(VALUE, usize::saturating_add),
    }
}
