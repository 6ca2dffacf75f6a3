//! Values of C# expressions, which `context.Variables` hold, as templates see them.

use super::json;
use crate::value::{Object, Pair, Value};
use expression::runtime::{Fault, Runtime};
use expression::value::Value as Dotnet;

/// A .NET value. Texts are not read as dates.
pub(super) fn of<'v>(value: &Dotnet, runtime: &mut Runtime<'v>) -> Result<Value<'v>, Fault> {
    Ok(match value {
        Dotnet::Null => Value::Nil,
        Dotnet::Boolean(value) => Value::Boolean(*value),
        Dotnet::Single(value) => Value::Double(f64::from(*value)),
        Dotnet::Double(value) => Value::Double(*value),
        Dotnet::Decimal(value) => Value::Decimal(*value),
        Dotnet::String(text) => Value::Text(text.clone()),
        Dotnet::DateTime(date) => Value::Date(*date),
        Dotnet::Char(_) | Dotnet::Enum(..) | Dotnet::UInt64(_) => Value::Other(value.clone()),
        Dotnet::Json(token) => json::token(token),
        Dotnet::Object(_) => {
            if Runtime::is_dictionary(value) {
                return Ok(Value::object(Dictionary(value.clone())));
            }
            match runtime.items(value)? {
                Some(items) => {
                    let items: Result<Vec<_>, _> = items.iter().map(|item| of(item, runtime)).collect();
                    Value::list(items?, runtime)?
                }
                None => Value::Other(value.clone()),
            }
        }
        other => other
            .integer()
            .map_or_else(|| Value::Other(other.clone()), Value::Integer),
    })
}

/// A `Dictionary` with keys of text.
struct Dictionary(Dotnet);

impl<'v> Object<'v> for Dictionary {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        let entries = runtime.items(&self.0)?.unwrap_or_default();
        let pairs = || entries.iter().filter_map(Runtime::pair);
        let named = |matches: &dyn Fn(&str) -> bool| {
            pairs().find(|(key, _)| key.as_text().is_some_and(|key| matches(key.as_str())))
        };
        let found = named(&|key| key == name).or_else(|| named(&|key| key.eq_ignore_ascii_case(name)));
        found.map(|(_, value)| of(value, runtime)).transpose()
    }

    fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        let entries = runtime.items(&self.0)?.unwrap_or_default();
        let pair = |(key, value): (&Dotnet, &Dotnet)| Ok(Pair::of(key.display_string(), of(value, runtime)?));
        let pairs: Result<Vec<_>, Fault> = entries.iter().filter_map(Runtime::pair).map(pair).collect();
        Ok(Some(pairs?))
    }
}
