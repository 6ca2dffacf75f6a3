//! `IEnumerable<T>` that is computed while it is gone through, as LINQ's operators make.

use super::{Enumerator, Passed, Release, Visit, release};
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
    start: Option<Start>,
}

impl Sequence {
    /// A sequence of elements of this type.
    #[expect(clippy::new_ret_no_self, reason = "every caller wants the value")]
    pub fn new<E: Enumerator + 'static>(
        element: Type,
        start: impl Fn(&mut Frame<'_>) -> Result<E, Thrown> + Send + Sync + 'static,
    ) -> Value {
        Value::of(Self {
            element,
            start: Some(Box::new(move |frame| Ok(Box::new(Nested(start(frame)?))))),
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
        match &self.start {
            Some(start) => frame.deeper(4, start),
            None => Ok(Box::new(Vec::new().into_iter())),
        }
    }
}

/// A sequence over a sequence over … is gone through by as many calls inside calls.
struct Nested<E>(E);

impl<E: Enumerator> Enumerator for Nested<E> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        frame.deeper(4, |frame| self.0.next(frame))
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        frame.within(6, |frame| self.0.each(frame, visit))
    }

    fn pass(&mut self, count: usize) -> Option<Passed> {
        self.0.pass(count)
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        frame.deeper(4, |frame| self.0.dispose(frame))
    }
}

impl Drop for Sequence {
    fn drop(&mut self) {
        if let Some(start) = self.start.take() {
            release([Release::Start(Box::new(start))]);
        }
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
