//! Going through whatever can be gone through.

use super::{Array, Dictionary, HashSet, List, Pair, Sequence, modified};
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::host_entries;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Value;

/// A walk through a collection.
pub trait Enumerator: Send {
    /// The next element; `None` at the end.
    ///
    /// # Errors
    /// What computing it throws, or that the collection was modified.
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown>;
}

impl Enumerator for std::vec::IntoIter<Value> {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        Ok(Iterator::next(self))
    }
}

impl Enumerator for Box<dyn Enumerator> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        (**self).next(frame)
    }
}

/// Begins to go through a value.
///
/// # Errors
/// `NullReferenceException` for null; what beginning throws.
pub fn enumerate(value: &Value, frame: &mut Frame<'_>) -> Result<Box<dyn Enumerator>, Thrown> {
    let items = match value {
        Value::String(text) => text.encode_utf16().map(Value::Char).collect(),
        Value::Json(token) => {
            return Ok(Box::new(Tokens {
                items: token.children().into_iter(),
                count: token.count(),
                token: token.clone(),
            }));
        }
        Value::Host(part) => host_entries(*part, frame),
        Value::Object(_) => {
            if let Some(sequence) = value.object::<Sequence>() {
                return sequence.start(frame);
            }
            if value.object::<List>().is_some() || value.object::<Dictionary>().is_some() {
                return Ok(Box::new(Versioned {
                    version: version(value),
                    place: 0,
                    collection: value.clone(),
                }));
            }
            if let Some(array) = value.object::<Array>() {
                array.to_vec()
            } else if let Some(set) = value.object::<HashSet>() {
                set.to_vec()
            } else {
                crate::library::object_items(value, frame)?
                    .ok_or_else(|| Thrown::invalid_operation("the object cannot be gone through"))?
            }
        }
        _ => return Err(Thrown::null_reference()),
    };
    Ok(Box::new(items.into_iter()))
}

/// All elements.
///
/// # Errors
/// As [`enumerate`].
pub fn collect(value: &Value, frame: &mut Frame<'_>) -> Result<Vec<Value>, Thrown> {
    let mut walk = enumerate(value, frame)?;
    let mut items = Vec::new();
    while let Some(item) = walk.next(frame)? {
        frame.step(1)?;
        frame.allocate(super::ELEMENT_BYTES)?;
        items.push(item);
    }
    Ok(items)
}

/// An object's properties as pairs: what `foreach` over a `JObject` gives.
pub fn pairs(token: &JToken) -> Vec<Value> {
    let ty = crate::library::named_type("JToken", Vec::new()).unwrap_or(Type::OBJECT);
    let properties = token.properties().into_iter();
    properties
        .map(|property| {
            Pair::of_text(
                property.name().unwrap_or_default(),
                property.property_value().into(),
                ty.clone(),
            )
        })
        .collect()
}

struct Tokens {
    token: JToken,
    count: usize,
    items: std::vec::IntoIter<JToken>,
}

impl Enumerator for Tokens {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if self.token.count() != self.count {
            return Err(modified());
        }
        Ok(self.items.next().map(Value::Json))
    }
}

/// A list or dictionary, which must not change meanwhile.
struct Versioned {
    collection: Value,
    version: u64,
    place: usize,
}

fn version(collection: &Value) -> u64 {
    let list = collection.object::<List>().map(List::version);
    list.or_else(|| collection.object::<Dictionary>().map(Dictionary::version))
        .unwrap_or_default()
}

impl Enumerator for Versioned {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if version(&self.collection) != self.version {
            return Err(modified());
        }
        if let Some(list) = self.collection.object::<List>() {
            self.place += 1;
            return Ok(list.get(self.place - 1));
        }
        let entry = self
            .collection
            .object::<Dictionary>()
            .and_then(|dictionary| dictionary.entry_from(self.place));
        Ok(entry.map(|(pair, place)| {
            self.place = place;
            pair
        }))
    }
}
