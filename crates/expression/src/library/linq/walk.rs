//! Walks that LINQ's operators share.

use crate::collection::{Enumerator, Sequence, enumerate};
use crate::frame::Frame;
use crate::library::{Arguments, Call};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// What an operator does with one element.
pub enum Step {
    /// Gives an element.
    Give(Value),
    /// Gives nothing for it.
    Skip,
    /// Gives nothing more.
    Stop,
}

/// A walk that does something with each element of another.
pub struct Walk<F> {
    source: Box<dyn Enumerator>,
    index: i32,
    stopped: bool,
    step: F,
}

impl<F: FnMut(&mut Frame<'_>, Value, i32) -> Result<Step, Thrown> + Send> Enumerator for Walk<F> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        while !self.stopped {
            frame.step(1)?;
            let Some(item) = self.source.next(frame)? else {
                return Ok(None);
            };
            let index = self.index;
            self.index = self.index.wrapping_add(1);
            match (self.step)(frame, item, index)? {
                Step::Give(value) => return Ok(Some(value)),
                Step::Skip => {}
                Step::Stop => self.stopped = true,
            }
        }
        Ok(None)
    }
}

/// A lazy sequence over the first argument: `prepare` makes, for each time it is gone through, what is done with an element.
///
/// # Errors
/// `ArgumentNullException` when the source is null.
pub fn lazily<F, P>(a: Arguments<'_>, element: Type, prepare: P) -> Outcome
where
    F: FnMut(&mut Frame<'_>, Value, i32) -> Result<Step, Thrown> + Send + 'static,
    P: Fn() -> F + Send + Sync + 'static,
{
    let source = a.required(0)?.clone();
    Ok(Sequence::new(element, move |frame| {
        Ok(Walk {
            source: enumerate(&source, frame)?,
            index: 0,
            stopped: false,
            step: prepare(),
        })
    }))
}

/// Goes through the first argument until `visit` gives something.
///
/// # Errors
/// `ArgumentNullException`; what going through it or visiting throws.
pub fn each<R>(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    mut visit: impl FnMut(&mut Frame<'_>, Value, i32) -> Result<Option<R>, Thrown>,
) -> Result<Option<R>, Thrown> {
    let frame = &mut *call.frame;
    let mut source = enumerate(a.required(0)?, frame)?;
    let mut index = 0;
    while let Some(item) = source.next(frame)? {
        frame.step(1)?;
        if let Some(result) = visit(frame, item, index)? {
            return Ok(Some(result));
        }
        index += 1;
    }
    Ok(None)
}

/// `InvalidOperationException` of an empty sequence.
pub fn no_elements() -> Thrown {
    Thrown::invalid_operation("Sequence contains no elements")
}

/// `InvalidOperationException` when nothing satisfies a condition.
pub fn no_match() -> Thrown {
    Thrown::invalid_operation("Sequence contains no matching element")
}
