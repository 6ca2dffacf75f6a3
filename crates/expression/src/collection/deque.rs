//! `Queue<T>` and `Stack<T>`: a row of values that is taken from its front.

use super::{ELEMENT_BYTES, release_values};
use crate::frame::Frame;
use crate::library::Class;
use crate::thrown::Thrown;
use crate::types::{ClassRef, Type};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::collections::VecDeque;

/// A row of values with two ends. A stack's top is its front.
#[derive(Debug)]
pub struct Deque {
    class: ClassRef,
    element: Type,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    items: VecDeque<Value>,
    /// Counts changes, so that going through it notices them.
    version: u64,
}

impl Deque {
    /// A row of values as an object of this class.
    pub fn new(class: &'static Class, element: Type, items: impl Into<VecDeque<Value>>) -> Self {
        Self {
            class: ClassRef(class),
            element,
            state: Mutex::new(State {
                items: items.into(),
                version: 0,
            }),
        }
    }

    /// How many elements there are.
    pub fn len(&self) -> usize {
        self.state.lock().items.len()
    }

    /// The element at a place, counted from the front.
    pub fn get(&self, at: usize) -> Option<Value> {
        self.state.lock().items.get(at).cloned()
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        self.state.lock().items.iter().cloned().collect()
    }

    fn change<R>(&self, change: impl FnOnce(&mut VecDeque<Value>) -> R) -> R {
        let mut state = self.state.lock();
        state.version += 1;
        change(&mut state.items)
    }

    /// Adds an element at the front.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn push_front(&self, frame: &mut Frame<'_>, value: Value) -> Result<(), Thrown> {
        frame.allocate(ELEMENT_BYTES)?;
        self.change(|items| items.push_front(value));
        Ok(())
    }

    /// Adds an element at the back.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn push_back(&self, frame: &mut Frame<'_>, value: Value) -> Result<(), Thrown> {
        frame.allocate(ELEMENT_BYTES)?;
        self.change(|items| items.push_back(value));
        Ok(())
    }

    /// Takes the front element.
    pub fn take(&self) -> Option<Value> {
        self.change(VecDeque::pop_front)
    }

    /// Removes all elements.
    pub fn clear(&self) {
        let old = self.change(std::mem::take);
        release_values(old);
    }

    /// The number of changes so far.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }
}

impl Drop for Deque {
    fn drop(&mut self) {
        release_values(std::mem::take(&mut self.state.get_mut().items));
    }
}

impl Object for Deque {
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
