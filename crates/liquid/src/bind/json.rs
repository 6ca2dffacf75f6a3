//! JSON as templates see it: objects are dictionaries, arrays are lists, what looks like a date is one.

use crate::value::{Object, Pair, Value};
use expression::json::{JToken, JTokenType, JsonError, Scalar};
use expression::runtime::{Fault, Runtime};
use expression::text::Text;
use expression::value::Value as Dotnet;

/// A JSON text. With `reads_dates`, strings that look like dates become dates.
///
/// # Errors
/// What Newtonsoft's reader says of a text that is no JSON.
pub fn json<'v>(text: &Text, reads_dates: bool) -> Result<Value<'v>, JsonError> {
    let parsed = if reads_dates {
        JToken::parse(text)
    } else {
        JToken::parse_without_dates(text)
    };
    Ok(token(&parsed?))
}

/// A JSON value.
pub fn token<'v>(token: &JToken) -> Value<'v> {
    match token.scalar() {
        None => Value::object(Json(token.clone())),
        Some(Scalar::Null | Scalar::Undefined) => Value::Nil,
        Some(Scalar::Boolean(value)) => Value::Boolean(value),
        Some(Scalar::Integer(value)) => Value::Integer(value),
        Some(Scalar::Float(value)) => Value::Double(value),
        Some(Scalar::Decimal(value)) => Value::Decimal(value),
        Some(Scalar::String(text)) => Value::Text(text),
        Some(Scalar::Date(date)) => Value::Date(date),
        Some(Scalar::DateOffset(local, offset)) => Value::Other(Dotnet::DateTimeOffset(local, offset)),
        Some(Scalar::TimeSpan(ticks)) => Value::Other(Dotnet::TimeSpan(ticks)),
        Some(Scalar::Guid(guid)) => Value::Other(Dotnet::Guid(guid)),
        Some(other) => Value::Text(other.to_text()),
    }
}

/// An object or an array.
struct Json(JToken);

impl Json {
    fn is_object(&self) -> bool {
        self.0.token_type() == JTokenType::Object
    }
}

impl<'v> Object<'v> for Json {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        if !self.is_object() {
            return Ok(None);
        }
        let property = match self.0.property(name) {
            None => {
                runtime.step(1 + self.0.count() as u64 / 8)?;
                self.0.property_ignoring_case(name)
            }
            found => found,
        };
        let value = property.and_then(|property| property.property_value());
        Ok(value.map(|value| token(&value)))
    }

    fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        runtime.step(self.0.count() as u64)?;
        let children = self.0.children();
        if !self.is_object() {
            return Ok(Some(children.iter().map(token).collect()));
        }
        let pair = |property: JToken| {
            let value = property.property_value().map_or(Value::Nil, |value| token(&value));
            Pair::of(property.name().unwrap_or_default(), value)
        };
        Ok(Some(children.into_iter().map(pair).collect()))
    }

    fn at(&self, index: usize, _: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        let is_list = !self.is_object();
        Ok(self.0.child_at(index).filter(|_| is_list).map(|child| token(&child)))
    }

    fn is_list(&self) -> bool {
        !self.is_object()
    }
}
