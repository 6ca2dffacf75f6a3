//! `ToObject<T>` and `DeserializeObject<T>`: tokens into numbers, texts, lists and dictionaries.

use super::convert::read_as;
use super::value::scalar_value;
use crate::collection::{Array, Dictionary, HashSet, List, Pair, Record};
use crate::frame::Frame;
use crate::json::{JToken, Scalar};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Simple, Type};
use crate::value::{Equality, Value};

/// `ToObject<T>()`
///
/// # Errors
/// `JsonSerializationException` for a token of another shape, `JsonReaderException` for a value that does not convert.
pub fn to_object(frame: &mut Frame<'_>, token: &JToken, ty: &Type) -> Outcome {
    frame.step(1)?;
    let value = Value::Json(token.clone());
    if *ty == Type::OBJECT {
        return Ok(token.scalar().map_or(value, |scalar| scalar_value(&scalar)));
    }
    if value.is_instance(ty) {
        return Ok(value);
    }
    if matches!(ty, Type::Class(class, _) if class.name.starts_with("Newtonsoft.Json.Linq.")) {
        if token.is_null() {
            return Ok(Value::Null);
        }
        return Err(Thrown::cast(&value.type_name(), &ty.dotnet_name()));
    }
    match (token.class(), ty) {
        ("JArray", Type::Array(element, 1)) => {
            let items = elements(frame, token, element)?;
            Ok(Value::of(Array::new((**element).clone(), items)))
        }
        ("JArray", Type::Class(class, arguments)) if arguments.len() == 1 => {
            let element = arguments.first().cloned().unwrap_or(Type::OBJECT);
            let items = elements(frame, token, &element)?;
            collection(frame, *class, element, items).ok_or_else(|| misshapen(token, ty))?
        }
        ("JObject", Type::Class(class, arguments)) if class.name.ends_with("Dictionary") => {
            dictionary(frame, token, arguments)
        }
        ("JObject", Type::Anonymous(members)) => {
            let mut items = Vec::with_capacity(members.len());
            for (name, ty) in members.iter() {
                let found = token.property_ignoring_case(name);
                items.push(match found.and_then(|property| property.property_value()) {
                    Some(found) => to_object(frame, &found, ty)?,
                    None => Value::default_of(ty),
                });
            }
            Ok(Value::of(Record::new(ty.clone(), items)))
        }
        ("JObject", Type::Class(class, arguments)) if class.short_name() == "KeyValuePair" => {
            pair(frame, token, arguments)
        }
        _ => match token.scalar() {
            Some(scalar) => plain(token, &scalar, ty),
            None => Err(misshapen(token, ty)),
        },
    }
}

/// `token.ToObject<T>()`: of a plain type the cast to it.
///
/// # Errors
/// As the casts and [`to_object`].
pub fn token_to_object(frame: &mut Frame<'_>, token: &JToken, ty: &Type) -> Outcome {
    let wanted = ty.without_nullable();
    let plain = match wanted {
        Type::Simple(simple) => *simple != Simple::Object,
        Type::Class(class, _) => matches!(
            class.name,
            "System.DateTime" | "System.DateTimeOffset" | "System.Guid" | "System.TimeSpan" | "System.Uri"
        ),
        _ => false,
    };
    match plain {
        true if token.is_null() && ty.accepts_null() => Ok(Value::Null),
        true => read_as(token, wanted),
        false => to_object(frame, token, ty),
    }
}

fn elements(frame: &mut Frame<'_>, token: &JToken, element: &Type) -> Result<Vec<Value>, Thrown> {
    let children = token.children();
    frame.allocate(children.len() * crate::collection::ELEMENT_BYTES)?;
    children.iter().map(|child| to_object(frame, child, element)).collect()
}

/// A collection of a class; `None` for what is none.
fn collection(frame: &mut Frame<'_>, class: ClassRef, element: Type, items: Vec<Value>) -> Option<Outcome> {
    Some(match class.short_name() {
        "HashSet" | "ISet" => {
            let set = HashSet::new(element, Equality::Default);
            for item in items {
                if let Err(thrown) = set.add(frame, item) {
                    return Some(Err(thrown));
                }
            }
            Ok(Value::of(set))
        }
        "List" | "IList" | "ICollection" | "IEnumerable" | "IReadOnlyList" | "IReadOnlyCollection" => {
            Ok(Value::of(List::new(&crate::library::LIST, element, items)))
        }
        _ => return None,
    })
}

fn dictionary(frame: &mut Frame<'_>, token: &JToken, arguments: &[Type]) -> Outcome {
    let key_type = arguments.first().cloned().unwrap_or(Type::STRING);
    let value_type = arguments.get(1).cloned().unwrap_or(Type::OBJECT);
    let dictionary = Dictionary::new(key_type.clone(), value_type.clone(), Equality::Default);
    for property in token.properties() {
        let Some(child) = property.property_value() else {
            continue;
        };
        let name = JToken::value(Scalar::String(property.name().unwrap_or_default()));
        let key = to_object(frame, &name, &key_type)?;
        let child = to_object(frame, &child, &value_type)?;
        dictionary.set(frame, key, child)?;
    }
    Ok(Value::of(dictionary))
}

fn pair(frame: &mut Frame<'_>, token: &JToken, arguments: &[Type]) -> Outcome {
    let mut part = |name: &str, at: usize| {
        let ty = arguments.get(at).cloned().unwrap_or(Type::OBJECT);
        let value = match token
            .property_ignoring_case(name)
            .and_then(|found| found.property_value())
        {
            Some(found) => to_object(frame, &found, &ty)?,
            None => Value::default_of(&ty),
        };
        Ok::<_, Thrown>((ty, value))
    };
    let ((key_type, key), (value_type, value)) = (part("Key", 0)?, part("Value", 1)?);
    Ok(Value::of(Pair::new((key_type, value_type), key, value)))
}

/// A plain token as a type that is no collection.
fn plain(token: &JToken, scalar: &Scalar, ty: &Type) -> Outcome {
    let wanted = ty.without_nullable();
    if !scalar.has_value() {
        return if ty.accepts_null() {
            Ok(Value::Null)
        } else {
            Err(serialization(format!(
                "Error converting value {{null}} to type '{}'. Path '{}'.",
                ty.dotnet_name(),
                token.path()
            )))
        };
    }
    if let (Type::Class(class, _), true) = (wanted, wanted.is_enum()) {
        return enumeration(*class, scalar).ok_or_else(|| not_converted(token, ty));
    }
    // The reader reads these itself; other types convert whatever value there is.
    let read = matches!(wanted, Type::Simple(Simple::Int32 | Simple::Decimal));
    if read && matches!(scalar, Scalar::Boolean(_)) {
        return Err(unreadable(token, ty));
    }
    let whole = matches!(wanted, Type::Simple(simple) if simple.is_integral());
    if whole && matches!(scalar, Scalar::Float(_) | Scalar::Decimal(_)) {
        return Err(unreadable(token, ty));
    }
    let is_bytes = matches!(wanted, Type::Array(element, 1) if **element == Type::Simple(Simple::Byte));
    if matches!(wanted, Type::Array(..)) && !is_bytes {
        return Err(misshapen(token, ty));
    }
    read_as(token, wanted).map_err(|thrown| {
        if thrown.can_be_caught() {
            not_converted(token, ty)
        } else {
            thrown
        }
    })
}

/// A value of an enumeration by number or by name, in whatever case.
fn enumeration(class: ClassRef, scalar: &Scalar) -> Option<Value> {
    let number = match scalar {
        Scalar::Integer(number) => i32::try_from(*number).ok()?,
        Scalar::String(text) => text.split(',').map(str::trim).try_fold(0, |sum, name| {
            let known = class.values.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
            let number = known.map(|(_, number)| *number).or_else(|| name.parse().ok());
            number.map(|number| sum | number)
        })?,
        _ => return None,
    };
    Some(Value::Enum(class, number))
}

fn serialization(message: String) -> Thrown {
    Thrown::new("Newtonsoft.Json.JsonSerializationException", message)
}

/// A value whose text is none of the type's.
fn not_converted(token: &JToken, ty: &Type) -> Thrown {
    let is_text = matches!(token.scalar(), Some(Scalar::String(_)));
    if is_text && matches!(ty.without_nullable(), Type::Simple(_)) {
        return unreadable(token, ty);
    }
    serialization(format!(
        "Error converting value {} to type '{}'. Path '{}'.",
        token.to_json(crate::json::Formatting::None),
        ty.dotnet_name(),
        token.path()
    ))
}

fn unreadable(token: &JToken, ty: &Type) -> Thrown {
    let message = format!(
        "Could not convert {} to {}. Path '{}'.",
        token.to_json(crate::json::Formatting::None),
        ty.dotnet_name(),
        token.path()
    );
    Thrown::new("Newtonsoft.Json.JsonReaderException", message)
}

/// A token that is no value, or a value where a collection should be.
fn misshapen(token: &JToken, ty: &Type) -> Thrown {
    let message = format!(
        "Cannot deserialize the current JSON value into type '{}'. Path '{}'.",
        ty.dotnet_name(),
        token.path()
    );
    if token.scalar().is_none() && matches!(ty.without_nullable(), Type::Simple(_)) {
        return Thrown::new("Newtonsoft.Json.JsonReaderException", message);
    }
    serialization(message)
}
