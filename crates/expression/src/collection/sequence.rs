//! `IEnumerable<T>` that is computed while it is gone through, as LINQ's operators make.

use super::Enumerator;
use crate::frame::Frame;
use crate::library;
use crate::thrown::Thrown;
use crate::types::{ENUMERABLE, Type};
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt;

type Start = Box<dyn Fn(&mut Frame<'_>) -> Result<Box<dyn Enumerator>, Thrown> + Send + Sync>;

/// A sequence that is computed each time it is gone through.
pub struct Sequence {
    element: Type,
    start: Start,
}

impl Sequence {
    /// A sequence of elements of this type.
    pub fn new<E: Enumerator + 'static>(
        element: Type,
        start: impl Fn(&mut Frame<'_>) -> Result<E, Thrown> + Send + Sync + 'static,
    ) -> Value {
        Value::of(Self {
            element,
            start: Box::new(move |frame| Ok(Box::new(start(frame)?))),
        })
    }

    /// A sequence of values that are known.
    pub fn of(element: Type, items: Vec<Value>) -> Value {
        Self::new(element, move |_| Ok(items.clone().into_iter()))
    }

    /// Begins to go through it.
    ///
    /// # Errors
    /// What beginning throws.
    pub fn start(&self, frame: &mut Frame<'_>) -> Result<Box<dyn Enumerator>, Thrown> {
        (self.start)(frame)
    }
}

impl fmt::Debug for Sequence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Sequence({})", self.element)
    }
}

impl Object for Sequence {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type(ENUMERABLE, vec![self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
