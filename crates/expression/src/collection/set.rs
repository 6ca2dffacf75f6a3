//! `HashSet<T>`: elements in the order in which they were added, as long as none is removed.

use super::{ELEMENT_BYTES, release_values};
use crate::frame::Frame;
use crate::library;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Equality, Key, Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::HashMap;

/// A set.
#[derive(Debug)]
pub struct HashSet {
    element: Type,
    equality: Equality,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    places: HashMap<Key, usize>,
    /// Removed elements leave a gap, which the next new one fills, as in .NET.
    items: Vec<Option<Value>>,
    gaps: Vec<usize>,
    version: u64,
}

impl HashSet {
    /// An empty set, and which elements are the same to it.
    pub fn new(element: Type, equality: Equality) -> Self {
        Self {
            element,
            equality,
            state: Mutex::default(),
        }
    }

    fn key(&self, value: &Value) -> Key {
        Key::new(value.clone(), self.equality)
    }

    /// The type of its elements.
    pub fn element(&self) -> &Type {
        &self.element
    }

    /// Which elements are the same to it.
    pub fn equality(&self) -> Equality {
        self.equality
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.state.lock().places.len()
    }

    /// Adds an element; whether it is new.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn add(&self, frame: &mut Frame<'_>, value: Value) -> Result<bool, Thrown> {
        frame.read(value.as_text().map_or(0, |text| text.len()))?;
        let key = self.key(&value);
        let mut guard = self.state.lock();
        let state = &mut *guard;
        if state.places.contains_key(&key) {
            return Ok(false);
        }
        frame.allocate(ELEMENT_BYTES * 2)?;
        state.version += 1;
        let place = state.gaps.pop().unwrap_or(state.items.len());
        match state.items.get_mut(place) {
            Some(gap) => *gap = Some(value),
            None => state.items.push(Some(value)),
        }
        state.places.insert(key, place);
        Ok(true)
    }

    /// The element that is equal to this one.
    pub fn find(&self, value: &Value) -> Option<Value> {
        let state = self.state.lock();
        let place = state.places.get(&self.key(value))?;
        state.items.get(*place)?.clone()
    }

    /// Whether it is an element.
    pub fn contains(&self, value: &Value) -> bool {
        self.state.lock().places.contains_key(&self.key(value))
    }

    /// Removes an element; whether it was one. As in .NET 8, those who go through the set do not mind.
    pub fn remove(&self, value: &Value) -> bool {
        let mut state = self.state.lock();
        let Some(place) = state.places.remove(&self.key(value)) else {
            return false;
        };
        state.gaps.push(place);
        if let Some(item) = state.items.get_mut(place) {
            *item = None;
        }
        true
    }

    /// Removes all elements.
    pub fn clear(&self) {
        let mut state = self.state.lock();
        let version = state.version;
        *state = State {
            version,
            ..State::default()
        };
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        self.state.lock().items.iter().flatten().cloned().collect()
    }

    /// The element at or after a place, with the place behind it.
    pub fn item_from(&self, place: usize) -> Option<(Value, usize)> {
        let state = self.state.lock();
        state
            .items
            .iter()
            .enumerate()
            .skip(place)
            .find_map(|(at, item)| Some((item.clone()?, at + 1)))
    }

    /// The number of additions so far.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }
}

impl Drop for HashSet {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut());
        release_values(
            state
                .items
                .into_iter()
                .flatten()
                .chain(state.places.into_keys().map(|key| key.value)),
        );
    }
}

impl Object for HashSet {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type("HashSet", vec![self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
