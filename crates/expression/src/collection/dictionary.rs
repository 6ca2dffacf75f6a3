//! `Dictionary<TKey, TValue>`: keys in the order in which they were added, as long as none is removed.

use super::{ELEMENT_BYTES, Pair, release_values};
use crate::frame::Frame;
use crate::library;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Equality, Key, Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::HashMap;

/// A dictionary.
#[derive(Debug)]
pub struct Dictionary {
    /// Type of the keys.
    pub key_type: Type,
    /// Type of the values.
    pub value_type: Type,
    equality: Equality,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<Key, usize>,
    /// Removed entries leave a gap, which the next new key fills, as in .NET.
    entries: Vec<Option<(Value, Value)>>,
    gaps: Vec<usize>,
    version: u64,
}

impl Dictionary {
    /// An empty dictionary, and which keys are the same to it.
    pub fn new(key_type: Type, value_type: Type, equality: Equality) -> Self {
        Self {
            key_type,
            value_type,
            equality,
            state: Mutex::default(),
        }
    }

    fn key(&self, key: &Value) -> Key {
        Key::new(key.clone(), self.equality)
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.state.lock().places.len()
    }

    /// The value of a key.
    pub fn get(&self, key: &Value) -> Option<Value> {
        let state = self.state.lock();
        let place = state.places.get(&self.key(key))?;
        state.entries.get(*place)?.as_ref().map(|(_, value)| value.clone())
    }

    /// Sets a key's value; whether the key is new.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn set(&self, frame: &mut Frame<'_>, key: Value, value: Value) -> Result<bool, Thrown> {
        frame.read(key.as_text().map_or(0, |text| text.len()))?;
        self.put(key, value, || frame.allocate(ELEMENT_BYTES * 3))
    }

    /// Sets a key's value at nobody's expense; whether the key is new.
    pub fn insert(&self, key: Value, value: Value) -> bool {
        let put = self.put(key, value, || Ok::<_, std::convert::Infallible>(()));
        put.unwrap_or_default()
    }

    /// Sets a key's value; a new one is paid for before.
    fn put<E>(&self, key: Value, value: Value, pay: impl FnOnce() -> Result<(), E>) -> Result<bool, E> {
        let wrapped = self.key(&key);
        let mut guard = self.state.lock();
        let state = &mut *guard;
        if let Some(place) = state.places.get(&wrapped) {
            if let Some(Some((_, old))) = state.entries.get_mut(*place) {
                *old = value;
            }
            return Ok(false);
        }
        pay()?;
        state.version += 1;
        let place = state.gaps.pop().unwrap_or(state.entries.len());
        match state.entries.get_mut(place) {
            Some(gap) => *gap = Some((key, value)),
            None => state.entries.push(Some((key, value))),
        }
        state.places.insert(wrapped, place);
        Ok(true)
    }

    /// Which keys are the same to it.
    pub fn equality(&self) -> Equality {
        self.equality
    }

    /// Removes a key; gives its value. As in .NET 8, those who go through the dictionary do not mind.
    pub fn remove(&self, key: &Value) -> Option<Value> {
        let mut state = self.state.lock();
        let place = state.places.remove(&self.key(key))?;
        state.gaps.push(place);
        state.entries.get_mut(place)?.take().map(|(_, value)| value)
    }

    /// Removes all keys.
    pub fn clear(&self) {
        let mut state = self.state.lock();
        let version = state.version;
        *state = State {
            version,
            ..State::default()
        };
    }

    /// The keys with their values.
    pub fn entries(&self) -> Vec<(Value, Value)> {
        self.state.lock().entries.iter().flatten().cloned().collect()
    }

    /// The entry at or after a place, with the place behind it.
    pub fn entry_from(&self, place: usize) -> Option<(Value, usize)> {
        let state = self.state.lock();
        let found = state
            .entries
            .iter()
            .enumerate()
            .skip(place)
            .find_map(|(at, entry)| Some((at, entry.as_ref()?.clone())));
        let (at, (key, value)) = found?;
        let pair = Pair::new((self.key_type.clone(), self.value_type.clone()), key, value);
        Some((Value::of(pair), at + 1))
    }

    /// The number of new keys so far.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }
}

impl Drop for Dictionary {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut());
        let keys = state.places.into_keys().map(|key| key.value);
        release_values(
            state
                .entries
                .into_iter()
                .flatten()
                .flat_map(|(key, value)| [key, value])
                .chain(keys),
        );
    }
}

impl Object for Dictionary {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type("Dictionary", vec![self.key_type.clone(), self.value_type.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
