//! Looking names up in what `context` holds: headers, query parameters, matched parameters, variables, claims.

use super::jwt::Jwt;
use crate::collection::{Array, Dictionary, Pair};
use crate::context::{Headers, Url};
use crate::frame::Frame;
use crate::library::named_type;
use crate::response::{StoredResponse, join};
use crate::text::Text;
use crate::types::Type;
use crate::value::{HostPart, Object, Value};
use std::any::Any;
use std::sync::Arc;

/// A dictionary of several texts for each name, held by something else.
#[derive(Debug)]
pub enum Multimap {
    /// `IUrl.Query`
    Query(Arc<Url>),
    /// Headers of a response kept in a variable.
    Headers(Arc<StoredResponse>),
    /// `Jwt.Claims`
    Claims(Arc<Jwt>),
}

impl Multimap {
    fn values(&self, name: &str) -> Option<Vec<Text>> {
        match self {
            Self::Query(url) => url
                .query
                .iter()
                .find(|(own, _)| own.eq_ignore_ascii_case(name))
                .map(|(_, values)| values.clone()),
            Self::Headers(response) => Some(response.headers.values(name)).filter(|values| !values.is_empty()),
            Self::Claims(jwt) => jwt
                .claims
                .iter()
                .find(|(own, _)| *own == name)
                .map(|(_, values)| values.clone()),
        }
    }

    fn entries(&self) -> Vec<(Text, Vec<Text>)> {
        match self {
            Self::Query(url) => url.query.clone(),
            Self::Headers(response) => response.headers.0.clone(),
            Self::Claims(jwt) => jwt.claims.clone(),
        }
    }
}

impl Object for Multimap {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        named_type("IReadOnlyDictionary", vec![Type::STRING, Type::array(Type::STRING)]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn headers<'f>(part: HostPart, frame: &'f Frame<'_>) -> Option<&'f dyn Headers> {
    match part {
        HostPart::RequestHeaders => Some(frame.context.request().headers()),
        HostPart::ResponseHeaders => frame.context.response().map(crate::context::Response::headers),
        _ => None,
    }
}

/// The value of a name in any dictionary of the library.
pub fn find(dictionary: &Value, frame: &Frame<'_>, key: &Value) -> Option<Value> {
    match (dictionary, key) {
        (Value::Host(HostPart::Variables), Value::String(name)) => frame.context.variable(name),
        (Value::Host(HostPart::MatchedParameters), Value::String(name)) => {
            let parameters = frame.context.request().matched_parameters();
            parameters
                .iter()
                .find(|(own, _)| own == name)
                .map(|(_, value)| value.clone().into())
        }
        (Value::Host(part), Value::String(name)) => {
            let values = headers(*part, frame)?.values(name);
            if values.is_empty() {
                None
            } else {
                Some(Array::texts(values))
            }
        }
        (Value::Json(token), Value::String(name)) => token.try_get(name).map(Value::Json),
        (Value::Object(_), _) => match (dictionary.object::<Multimap>(), key) {
            (Some(multimap), Value::String(name)) => multimap.values(name).map(Array::texts),
            _ => dictionary.object::<Dictionary>()?.get(key),
        },
        _ => None,
    }
}

/// All values of a name joined by `,`.
pub fn joined(dictionary: &Value, frame: &Frame<'_>, name: &str) -> Option<Text> {
    match dictionary {
        Value::Host(part) => headers(*part, frame)?.joined(name),
        _ => {
            if let Some(multimap) = dictionary.object::<Multimap>() {
                join(&multimap.values(name)?)
            } else {
                let values = dictionary.object::<Dictionary>()?.get(&Value::from(name))?;
                let texts: Vec<Text> = values
                    .object::<Array>()?
                    .to_vec()
                    .iter()
                    .map(Value::display_string)
                    .collect();
                join(&texts)
            }
        }
    }
}

/// Names and values of a part of `context`.
pub fn entries(part: HostPart, frame: &Frame<'_>) -> Vec<Value> {
    match part {
        HostPart::Variables => frame
            .context
            .variable_names()
            .into_iter()
            .map(|name| {
                let value = frame.context.variable(&name).unwrap_or_default();
                Pair::of_text(name, value, Type::OBJECT)
            })
            .collect(),
        HostPart::MatchedParameters => {
            let parameters = frame.context.request().matched_parameters().iter();
            parameters
                .map(|(name, value)| Pair::of_text(name.clone(), value.clone().into(), Type::STRING))
                .collect()
        }
        _ => {
            let Some(headers) = headers(part, frame) else {
                return Vec::new();
            };
            headers
                .names()
                .into_iter()
                .map(|name| texts_pair(name.clone(), headers.values(&name)))
                .collect()
        }
    }
}

/// Names and values of a dictionary held by something else; `None` for other objects.
pub fn object_entries(value: &Value) -> Option<Vec<Value>> {
    let multimap = value.object::<Multimap>()?;
    Some(
        multimap
            .entries()
            .into_iter()
            .map(|(name, values)| texts_pair(name, values))
            .collect(),
    )
}

/// Names and values of a dictionary of `context`'s; `None` for other values.
pub fn named_entries(value: &Value, frame: &Frame<'_>) -> Option<Vec<Value>> {
    match value {
        Value::Host(
            part @ (HostPart::Variables
            | HostPart::MatchedParameters
            | HostPart::RequestHeaders
            | HostPart::ResponseHeaders),
        ) => Some(entries(*part, frame)),
        _ => object_entries(value),
    }
}

fn texts_pair(name: Text, values: Vec<Text>) -> Value {
    Pair::of_text(name, Array::texts(values), Type::array(Type::STRING))
}
