//! `List<T>`: a growing row of values.

use super::{ELEMENT_BYTES, release_values};
use crate::frame::Frame;
use crate::library::Class;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// A row of values that grows and shrinks.
#[derive(Debug)]
pub struct List {
    class: crate::types::ClassRef,
    element: Type,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    items: Vec<Value>,
    /// What `Capacity` shows; it grows as .NET's does.
    capacity: usize,
    /// Counts changes, so that going through it notices them.
    version: u64,
}

impl List {
    /// A row of values as an object of this class.
    pub fn new(class: &'static Class, element: Type, items: Vec<Value>) -> Self {
        Self {
            class: crate::types::ClassRef(class),
            element,
            state: Mutex::new(State {
                capacity: items.len(),
                items,
                version: 0,
            }),
        }
    }

    /// `Capacity`
    pub fn capacity(&self) -> usize {
        self.state.lock().capacity
    }

    /// Sets what `Capacity` shows; not less than there are elements.
    pub fn set_capacity(&self, capacity: usize) {
        let mut state = self.state.lock();
        state.capacity = capacity.max(state.items.len());
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    /// The element at a place.
    pub fn get(&self, at: usize) -> Option<Value> {
        self.state.lock().items.get(at).cloned()
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        self.state.lock().items.clone()
    }

    /// Changes the elements.
    pub fn change<R>(&self, change: impl FnOnce(&mut Vec<Value>) -> R) -> R {
        let mut state = self.state.lock();
        state.version += 1;
        let result = change(&mut state.items);
        let length = state.items.len();
        if length > state.capacity {
            state.capacity = length.max(4).max(state.capacity.saturating_mul(2));
        }
        result
    }

    /// Adds an element at the end.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn push(&self, frame: &mut Frame<'_>, value: Value) -> Result<(), Thrown> {
        frame.allocate(ELEMENT_BYTES)?;
        self.change(|items| items.push(value));
        Ok(())
    }

    /// The number of changes so far.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }
}

impl Drop for List {
    fn drop(&mut self) {
        release_values(std::mem::take(&mut self.state.get_mut().items));
    }
}

impl Object for List {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        Type::generic(self.class.0, vec![self.element.clone()])
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
