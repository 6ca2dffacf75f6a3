//! `HashSet<T>`.

use super::{ELEMENT_BYTES, release_values};
use crate::frame::Frame;
use crate::library;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Key, Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// A set, in the order in which its elements were added.
#[derive(Debug)]
pub struct HashSet {
    element: Type,
    ignores_case: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    known: std::collections::HashSet<Key>,
    items: Vec<Value>,
}

impl HashSet {
    /// An empty set; texts may be compared ignoring case.
    pub fn new(element: Type, ignores_case: bool) -> Self {
        Self {
            element,
            ignores_case,
            state: Mutex::default(),
        }
    }

    fn key(&self, value: &Value) -> Key {
        Key {
            value: value.clone(),
            ignores_case: self.ignores_case,
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    /// Adds an element; whether it is new.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn add(&self, frame: &mut Frame<'_>, value: Value) -> Result<bool, Thrown> {
        frame.allocate(ELEMENT_BYTES * 2)?;
        let mut state = self.state.lock();
        let new = state.known.insert(self.key(&value));
        if new {
            state.items.push(value);
        }
        Ok(new)
    }

    /// Whether it is an element.
    pub fn contains(&self, value: &Value) -> bool {
        self.state.lock().known.contains(&self.key(value))
    }

    /// Removes an element; whether it was one.
    pub fn remove(&self, value: &Value) -> bool {
        let key = self.key(value);
        let mut state = self.state.lock();
        let known = state.known.remove(&key);
        if known {
            state.items.retain(|item| self.key(item) != key);
        }
        known
    }

    /// Removes all elements.
    pub fn clear(&self) {
        *self.state.lock() = State::default();
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        self.state.lock().items.clone()
    }
}

impl Drop for HashSet {
    fn drop(&mut self) {
        let state = std::mem::take(self.state.get_mut());
        release_values(
            state
                .items
                .into_iter()
                .chain(state.known.into_iter().map(|key| key.value)),
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
