//! Going through whatever can be gone through.

use super::{Array, Deque, Dictionary, HashSet, List, Pair, ReadOnly, Sequence, View, modified};
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::host_entries;
use crate::text::Text;
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

    /// Shows the rest of the elements to `visit`, until that says no. It is what calling [`next`](Self::next) again and
    /// again does; but the elements stay where they are made, and what lies between is not gone through anew for each.
    ///
    /// # Errors
    /// As [`next`](Self::next); what `visit` throws.
    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        while let Some(mut item) = self.next(frame)? {
            if !visit(frame, &mut item)? {
                break;
            }
        }
        Ok(())
    }

    /// Passes up to so many elements without computing them. Lists can do that, and what is computed from them element by
    /// element; `None` says that nothing was passed, because others must compute each. Whoever asks its source asks once:
    /// sources stand behind each other.
    fn pass(&mut self, _count: usize) -> Option<Passed> {
        None
    }

    /// Leaves the rest alone, as `foreach` does in the end: functions that yield do what their `finally` says.
    ///
    /// # Errors
    /// What that throws.
    fn dispose(&mut self, _frame: &mut Frame<'_>) -> Result<(), Thrown> {
        Ok(())
    }
}

/// Elements that were passed without computing them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed {
    /// How many were.
    pub passed: usize,
    /// How many there are behind them.
    pub left: usize,
}

/// What is done with each element, which it may take; whether to go on.
pub type Visit<'v> = dyn FnMut(&mut Frame<'_>, &mut Value) -> Result<bool, Thrown> + 'v;

impl Enumerator for std::vec::IntoIter<Value> {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        Ok(Iterator::next(self))
    }
}

impl Enumerator for Box<dyn Enumerator> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        (**self).next(frame)
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        (**self).each(frame, visit)
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        (**self).pass(count)
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        (**self).dispose(frame)
    }
}

/// Begins to go through a value.
///
/// # Errors
/// `NullReferenceException` for null; what beginning throws.
pub fn enumerate(value: &Value, frame: &mut Frame<'_>) -> Result<Box<dyn Enumerator>, Thrown> {
    let value = ReadOnly::shown(value);
    let items = match value {
        Value::String(text) => {
            return Ok(Box::new(Units {
                text: text.clone(),
                place: 0,
                low: None,
            }));
        }
        Value::Json(token) => {
            return Ok(Box::new(Tokens {
                place: 0,
                count: token.count(),
                token: token.clone(),
            }));
        }
        Value::Host(part) => host_entries(*part, frame),
        Value::Object(_) => {
            if let Some(sequence) = value.object::<Sequence>() {
                return sequence.start(frame);
            }
            if let Some(walk) = Versioned::of(value) {
                return Ok(Box::new(walk));
            }
            if let Some(view) = value.object::<View>() {
                let pairs = enumerate(view.dictionary(), frame)?;
                return Ok(Box::new(Halves {
                    pairs,
                    keys: view.shows_keys(),
                }));
            }
            if value.object::<Array>().is_some() {
                return Ok(Box::new(Elements {
                    array: value.clone(),
                    place: 0,
                }));
            }
            crate::library::object_items(value, frame)?
                .ok_or_else(|| Thrown::invalid_operation("the object cannot be gone through"))?
        }
        _ => return Err(Thrown::null_reference()),
    };
    Ok(Box::new(items.into_iter()))
}

/// Shows the elements of a value to `visit`, until that says no, and leaves the rest alone.
///
/// # Errors
/// As [`enumerate`]; what `visit` throws.
pub fn go_through(value: &Value, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
    let mut walk = enumerate(value, frame)?;
    let outcome = walk.each(frame, visit);
    walk.dispose(frame)?;
    outcome
}

/// All elements.
///
/// # Errors
/// As [`enumerate`].
pub fn collect(value: &Value, frame: &mut Frame<'_>) -> Result<Vec<Value>, Thrown> {
    let mut items = Vec::new();
    go_through(value, frame, &mut |frame, item| {
        frame.step(1)?;
        frame.allocate(super::ELEMENT_BYTES)?;
        items.push(std::mem::take(item));
        Ok(true)
    })?;
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
    place: usize,
}

impl Enumerator for Tokens {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if self.token.count() != self.count {
            return Err(modified());
        }
        self.place += 1;
        Ok(self.token.child_at(self.place - 1).map(Value::Json))
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        Some(pass(&mut self.place, self.count, count))
    }
}

/// Moves a place in a list of this length up to so many elements on.
fn pass(place: &mut usize, length: usize, count: usize) -> Passed {
    let passed = count.min(length.saturating_sub(*place));
    *place += passed;
    Passed {
        passed,
        left: length.saturating_sub(*place),
    }
}

/// The UTF-16 units of a text.
struct Units {
    text: Text,
    /// In bytes.
    place: usize,
    /// The second half of the character before the place.
    low: Option<u16>,
}

impl Enumerator for Units {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if let Some(low) = self.low.take() {
            return Ok(Some(Value::Char(low)));
        }
        let Some(character) = self.text.get(self.place..).and_then(|rest| rest.chars().next()) else {
            return Ok(None);
        };
        self.place += character.len_utf8();
        let mut units = [0; 2];
        let mut units = character.encode_utf16(&mut units).iter().copied();
        let first = units.next().map(Value::Char);
        self.low = units.next();
        Ok(first)
    }
}

/// An array, whose elements may be set meanwhile.
struct Elements {
    array: Value,
    place: usize,
}

impl Enumerator for Elements {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let item = self.array.object::<Array>().and_then(|array| array.get(self.place));
        self.place += 1;
        Ok(item)
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let length = self.array.object::<Array>()?.len();
        Some(pass(&mut self.place, length, count))
    }
}

/// The keys or the values of a dictionary's pairs.
struct Halves {
    pairs: Box<dyn Enumerator>,
    keys: bool,
}

impl Enumerator for Halves {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let next = self.pairs.next(frame)?;
        Ok(next.and_then(|pair| {
            let pair = pair.object::<Pair>()?;
            Some(if self.keys {
                pair.key.clone()
            } else {
                pair.value.clone()
            })
        }))
    }
}

/// The version of a collection now, and the element at or after a place with the place behind it.
type Look = fn(&Value, usize) -> Option<(u64, Option<(Value, usize)>)>;

/// A collection that must not change meanwhile.
struct Versioned {
    collection: Value,
    look: Look,
    version: u64,
    place: usize,
}

impl Versioned {
    fn of(collection: &Value) -> Option<Self> {
        let looks: [Look; 4] = [list_from, entry_from, item_from, deque_from];
        looks.into_iter().find_map(|look| {
            let (version, _) = look(collection, usize::MAX)?;
            Some(Self {
                collection: collection.clone(),
                look,
                version,
                place: 0,
            })
        })
    }
}

fn list_from(collection: &Value, place: usize) -> Option<(u64, Option<(Value, usize)>)> {
    let list = collection.object::<List>()?;
    Some((list.version(), list.get(place).map(|item| (item, place + 1))))
}

fn entry_from(collection: &Value, place: usize) -> Option<(u64, Option<(Value, usize)>)> {
    let dictionary = collection.object::<Dictionary>()?;
    Some((dictionary.version(), dictionary.entry_from(place)))
}

fn item_from(collection: &Value, place: usize) -> Option<(u64, Option<(Value, usize)>)> {
    let set = collection.object::<HashSet>()?;
    Some((set.version(), set.item_from(place)))
}

fn deque_from(collection: &Value, place: usize) -> Option<(u64, Option<(Value, usize)>)> {
    let deque = collection.object::<Deque>()?;
    Some((deque.version(), deque.get(place).map(|item| (item, place + 1))))
}

impl Enumerator for Versioned {
    fn next(&mut self, _: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        let Some((version, next)) = (self.look)(&self.collection, self.place) else {
            return Ok(None);
        };
        if version != self.version {
            return Err(modified());
        }
        Ok(next.map(|(item, place)| {
            self.place = place;
            item
        }))
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        let length = self.collection.object::<List>()?.len();
        Some(pass(&mut self.place, length, count))
    }
}
