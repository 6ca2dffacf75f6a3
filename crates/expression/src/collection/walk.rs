//! `IEnumerator<T>`: a walk in the hands of an expression.

use super::Enumerator;
use crate::frame::Frame;
use crate::library;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;

/// A walk and the element it has reached.
pub struct Walk {
    element: Type,
    state: Mutex<State>,
}

struct State {
    /// Taken out while it computes its next element; none behind the end.
    rest: Option<Box<dyn Enumerator>>,
    current: Option<Value>,
}

impl Walk {
    /// A walk that has not begun, through elements of this type.
    pub fn new(element: Type, rest: Box<dyn Enumerator>) -> Self {
        Self {
            element,
            state: Mutex::new(State {
                rest: Some(rest),
                current: None,
            }),
        }
    }

    /// `MoveNext()`
    ///
    /// # Errors
    /// What computing the next element throws.
    pub fn advance(&self, frame: &mut Frame<'_>) -> Result<bool, Thrown> {
        let rest = self.state.lock().rest.take();
        let Some(mut rest) = rest else {
            self.state.lock().current = None;
            return Ok(false);
        };
        frame.step(1)?;
        let next = rest.next(frame);
        let mut state = self.state.lock();
        match next {
            Ok(Some(item)) => {
                state.rest = Some(rest);
                state.current = Some(item);
                Ok(true)
            }
            Ok(None) => {
                state.current = None;
                Ok(false)
            }
            Err(thrown) => {
                state.rest = Some(rest);
                Err(thrown)
            }
        }
    }

    /// `Dispose()`
    ///
    /// # Errors
    /// What the end of a function that yields throws.
    pub fn dispose(&self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        let rest = self.state.lock().rest.take();
        rest.map_or(Ok(()), |mut rest| rest.dispose(frame))
    }

    /// `Current`: the element's default value before the beginning and behind the end.
    pub fn current(&self) -> Value {
        let current = self.state.lock().current.clone();
        current.unwrap_or_else(|| Value::default_of(&self.element))
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Walk({})", self.element)
    }
}

impl Object for Walk {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type("System.Collections.Generic.IEnumerator", vec![self.element.clone()])
            .unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
