//! One way through a request: values as far as they are known, and the calls that are needed for others.
//!
//! Never here: parsing, coercion of values.

use super::{Call, Limits};
use apollo_compiler::Schema;
use apollo_compiler::resolvers::{FieldError, ObjectValue, ResolveInfo, ResolvedValue};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, Type};
use serde_json::Number;
use std::cell::{Cell, OnceCell, RefCell};
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
    /// The only one of the request's own fields that is gone through, where these wait for each other.
    only: Option<usize>,
    limits: Limits,
    calls: RefCell<Vec<Call>>,
    /// How many of the request's own fields it has come by.
    own: Cell<usize>,
    /// Whether some of these come after the only one.
    more: Cell<bool>,
    /// Bytes of the response so far, about.
    written: Cell<usize>,
    /// Bytes of the arguments so far, about.
    argued: Cell<usize>,
    /// Bytes that all calls of the request took to ask, about.
    asked: Cell<usize>,
}

impl<'e> Pass<'e> {
    pub fn new(
        schema: &'e Schema,
        (resolves, answers): (Resolves<'e>, &'e Answers),
        only: Option<usize>,
        limits: Limits,
        asked: usize,
    ) -> Self {
        Self {
            schema,
            resolves,
            answers,
            only,
            limits,
            calls: RefCell::default(),
            own: Cell::new(0),
            more: Cell::new(false),
            written: Cell::new(0),
            argued: Cell::new(0),
            asked: Cell::new(asked),
        }
    }

    /// What came of it.
    pub fn outcome(self) -> Passed {
        Passed {
            calls: self.calls.into_inner(),
            more: self.more.get(),
            asked: self.asked.get(),
        }
    }

    /// Accounts for a part of the response.
    fn write(&self, bytes: usize) -> Result<(), FieldError> {
        let written = self.written.get().saturating_add(bytes);
        self.written.set(written);
        let most = self.limits.bytes;
        let message = if written > most {
            format!("The response is larger than {most} bytes.")
        } else if self.argued.get() > self.limits.kept() {
            "The arguments of this request's fields take too many bytes.".to_owned()
        } else {
            return Ok(());
        };
        Err(FieldError { message })
    }

    /// Whether one of the request's own fields has to wait for another one.
    fn waits(&self) -> bool {
        let Some(only) = self.only else { return false };
        let place = self.own.get();
        self.own.set(place.saturating_add(1));
        self.more.set(self.more.get() || place > only);
        place != only
    }

    /// Accounts for a call; there are neither too many, nor do they take too much.
    fn ask(&self, bytes: usize) -> Result<(), FieldError> {
        let Limits { calls, .. } = self.limits;
        if self.answers.len().saturating_add(self.calls.borrow().len()) >= calls {
            let message = format!("The request needs more than {calls} calls of resolvers.");
            return Err(FieldError { message });
        }
        let asked = self.asked.get().saturating_add(bytes);
        if asked > self.limits.kept() {
            let message = "The arguments and objects that this request's resolvers get take too many bytes.";
            return Err(FieldError {
                message: message.to_owned(),
            });
        }
        self.asked.set(asked);
        Ok(())
    }
}

/// What came of a pass.
pub struct Passed {
    /// The calls that are needed to come further.
    pub calls: Vec<Call>,
    /// Whether more of the request's own fields have to be gone through.
    pub more: bool,
    /// Bytes that all calls of the request took to ask, about.
    pub asked: usize,
}

/// An object of the response.
pub struct Node<'e> {
    pass: &'e Pass<'e>,
    type_name: &'e str,
    value: &'e JsonValue,
    /// Bytes of the value, about.
    weight: OnceCell<usize>,
    path: String,
}

impl<'e> Node<'e> {
    /// The object whose fields the request itself asks for.
    pub fn root(pass: &'e Pass<'e>, type_name: &'e str) -> Self {
        Self {
            pass,
            type_name,
            value: &JsonValue::Null,
            weight: OnceCell::new(),
            path: String::new(),
        }
    }

    /// A JSON value as one of a type of the schema.
    fn resolved(&self, value: &'e JsonValue, ty: &'e Type, path: String) -> Result<ResolvedValue<'e>, FieldError> {
        let pass = self.pass;
        let type_name = ty.inner_named_type();
        let node = |type_name, path| Self {
            pass,
            type_name,
            value,
            weight: OnceCell::new(),
            path,
        };
        match value {
            // A scalar of the schema's own may be an array.
            JsonValue::Array(items) if ty.is_list() || !is_leaf(pass.schema, type_name) => {
                pass.write(2)?;
                let (list, items) = (node(self.type_name, path), items.iter().enumerate());
                Ok(ResolvedValue::List(Box::new(items.map(move |(place, item)| {
                    list.resolved(item, ty.item_type(), format!("{}/{place}", list.path))
                }))))
            }
            JsonValue::Object(members) if !is_leaf(pass.schema, type_name) => {
                pass.write(2)?;
                let own = members.get("__typename").and_then(JsonValue::as_str);
                let type_name = object_type(pass.schema, type_name, own);
                Ok(ResolvedValue::object(node(type_name, path)))
            }
            leaf => {
                pass.write(weight(leaf))?;
                Ok(ResolvedValue::Leaf(coerced(leaf, type_name)))
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
        let arguments = members_weight(info.arguments());
        pass.argued.set(pass.argued.get().saturating_add(arguments));
        pass.write(key.len() + 4)?;
        let ty = &info.field_definition().ty;
        let path = format!("{}/{key}", self.path);
        if !(pass.resolves)(self.type_name, field) {
            let value = self.value.get(field).unwrap_or(&JsonValue::Null);
            return self.resolved(value, ty, path);
        }
        if self.path.is_empty() && pass.waits() {
            return Ok(ResolvedValue::SkipForPartialExecution);
        }
        match pass.answers.get(&path) {
            Some(Ok(value)) => self.resolved(value, ty, path),
            Some(Err(message)) => Err(FieldError {
                message: message.clone(),
            }),
            None => {
                let parent = *self.weight.get_or_init(|| weight(self.value));
                pass.ask(arguments.saturating_add(parent))?;
                pass.calls.borrow_mut().push(Call {
                    path,
                    type_name: self.type_name.to_owned(),
                    field: field.to_owned(),
                    arguments: serde_json::to_string(info.arguments()).unwrap_or_default(),
                    parent: serde_json::to_string(self.value).unwrap_or_default(),
                });
                Ok(ResolvedValue::SkipForPartialExecution)
            }
        }
    }
}

/// A value as one of GraphQL's scalars where nothing is lost by it (section 3.5); others as they are.
fn coerced(value: &JsonValue, type_name: &str) -> JsonValue {
    let number = match value {
        JsonValue::Number(number) => Some(number.clone()),
        JsonValue::String(text) => text.as_str().parse().ok(),
        _ => None,
    };
    let other = match (type_name, value, number) {
        ("Int", _, Some(number)) => whole(&number).map(JsonValue::from),
        ("Float", _, Some(number)) => number.as_f64().map(JsonValue::from),
        ("String", JsonValue::Bool(given), _) => Some(JsonValue::from(given.to_string())),
        ("Boolean", JsonValue::String(text), _) => text.as_str().parse::<bool>().ok().map(JsonValue::from),
        // Identifiers are texts, whatever servers hold them as.
        ("ID" | "String", JsonValue::Number(number), _) => Some(JsonValue::from(number.to_string())),
        _ => None,
    };
    other.unwrap_or_else(|| value.clone())
}

/// A number that has no fraction.
fn whole(number: &Number) -> Option<i64> {
    number.as_i64().or_else(|| {
        let given = number.as_f64().filter(|given| given.fract() == 0.0)?;
        format!("{given:.0}").parse().ok()
    })
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
        JsonValue::Object(members) => members_weight(members),
    }
}

fn members_weight(members: &JsonMap) -> usize {
    members
        .iter()
        .map(|(name, value)| VALUE + name.as_str().len() + weight(value))
        .fold(VALUE, usize::saturating_add)
}
