//! Walks that LINQ's operators share.

use crate::collection::{
    Array, Dictionary, Enumerator, HashSet, List, ReadOnly, Sequence, View, Visit, enumerate, go_through,
};
use crate::frame::Frame;
use crate::library::{Arguments, Call};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// What an operator does with one element, which it may put another in place of.
pub enum Step {
    /// Gives it.
    Give,
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

impl<F: FnMut(&mut Frame<'_>, &mut Value, i32) -> Result<Step, Thrown> + Send> Enumerator for Walk<F> {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        while !self.stopped {
            frame.step(1)?;
            let Some(mut item) = self.source.next(frame)? else {
                return Ok(None);
            };
            let index = self.index;
            self.index = self.index.wrapping_add(1);
            match (self.step)(frame, &mut item, index)? {
                Step::Give => return Ok(Some(item)),
                Step::Skip => {}
                Step::Stop => self.stopped = true,
            }
        }
        Ok(None)
    }

    fn each(&mut self, frame: &mut Frame<'_>, visit: &mut Visit<'_>) -> Result<(), Thrown> {
        if self.stopped {
            return Ok(());
        }
        let Self {
            source,
            index,
            stopped,
            step,
        } = self;
        source.each(frame, &mut |frame, item| {
            frame.step(1)?;
            let at = *index;
            *index = at.wrapping_add(1);
            match step(frame, item, at)? {
                Step::Give => visit(frame, item),
                Step::Skip => Ok(true),
                Step::Stop => {
                    *stopped = true;
                    Ok(false)
                }
            }
        })
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        self.source.dispose(frame)
    }
}

/// A lazy sequence over the first argument: `prepare` makes, for each time it is gone through, what is done with an element.
///
/// # Errors
/// `ArgumentNullException` when the source is null.
pub fn lazily<F, P>(a: Arguments<'_>, element: Type, prepare: P) -> Outcome
where
    F: FnMut(&mut Frame<'_>, &mut Value, i32) -> Result<Step, Thrown> + Send + 'static,
    P: Fn() -> F + Send + Sync + 'static,
{
    lazily_after(a, element, move |_| Ok(prepare()))
}

/// [`lazily`], where preparing may go through other sequences first.
///
/// # Errors
/// `ArgumentNullException` when the source is null.
pub fn lazily_after<F, P>(a: Arguments<'_>, element: Type, prepare: P) -> Outcome
where
    F: FnMut(&mut Frame<'_>, &mut Value, i32) -> Result<Step, Thrown> + Send + 'static,
    P: Fn(&mut Frame<'_>) -> Result<F, Thrown> + Send + Sync + 'static,
{
    let source = a.required(0)?.clone();
    Ok(Sequence::new(element, move |frame| {
        let step = prepare(frame)?;
        Ok(Walk {
            source: enumerate(&source, frame)?,
            index: 0,
            stopped: false,
            step,
        })
    }))
}

/// A lazy sequence of the elements for which `keeps` says so; it gets the delegate, the element and its index.
///
/// # Errors
/// `ArgumentNullException` when the source or the delegate is null.
pub fn filtered<K>(call: &Call<'_, '_>, a: Arguments<'_>, keeps: K) -> Outcome
where
    K: Fn(&mut Frame<'_>, &Value, &Value, i32) -> Result<bool, Thrown> + Copy + Send + Sync + 'static,
{
    a.required(0)?;
    let delegate = a.required(1)?.clone();
    lazily(a, call.type_argument(0), move || {
        let delegate = delegate.clone();
        move |frame: &mut Frame<'_>, item: &mut Value, index| {
            Ok(if keeps(frame, &delegate, item, index)? {
                Step::Give
            } else {
                Step::Skip
            })
        }
    })
}

/// Calls a predicate of an element.
///
/// # Errors
/// What it throws.
pub fn test(frame: &mut Frame<'_>, predicate: &Value, item: &Value, _: i32) -> Result<bool, Thrown> {
    frame.test(predicate, item)
}

/// Calls a predicate of an element and its index.
///
/// # Errors
/// What it throws.
pub fn test_indexed(frame: &mut Frame<'_>, predicate: &Value, item: &Value, index: i32) -> Result<bool, Thrown> {
    let answer = frame.call(predicate, &[item.clone(), index.into()])?;
    Ok(matches!(answer, Value::Boolean(true)))
}

/// Goes through the first argument until `visit` gives something.
///
/// # Errors
/// `ArgumentNullException`; what going through it or visiting throws.
pub fn each<R>(
    call: &mut Call<'_, '_>,
    a: Arguments<'_>,
    mut visit: impl FnMut(&mut Frame<'_>, &mut Value, i32) -> Result<Option<R>, Thrown>,
) -> Result<Option<R>, Thrown> {
    let frame = &mut *call.frame;
    let (mut result, mut index) = (None, 0_i32);
    go_through(a.required(0)?, frame, &mut |frame, item| {
        frame.step(1)?;
        result = visit(frame, item, index)?;
        index = index.wrapping_add(1);
        Ok(result.is_none())
    })?;
    Ok(result)
}

/// How many elements a collection has that knows it.
pub fn known_count(value: &Value) -> Option<usize> {
    list_length(value)
        .or_else(|| value.object::<Dictionary>().map(Dictionary::len))
        .or_else(|| value.object::<HashSet>().map(HashSet::len))
        .or_else(|| value.object::<View>().map(View::len))
}

/// How many elements a list has; `None` for what is no list.
pub fn list_length(value: &Value) -> Option<usize> {
    let value = ReadOnly::shown(value);
    if let Value::Json(token) = value {
        return Some(token.count());
    }
    value
        .object::<List>()
        .map(List::len)
        .or_else(|| value.object::<Array>().map(Array::len))
}

/// The element at a place of a list, without going through what is before it.
pub fn list_element(list: &Value, at: usize) -> Option<Value> {
    let list = ReadOnly::shown(list);
    if let Value::Json(token) = list {
        return token.child_at(at).map(Value::Json);
    }
    match list.object::<List>() {
        Some(list) => list.get(at),
        None => list.object::<Array>()?.get(at),
    }
}

/// `InvalidOperationException` of an empty sequence.
pub fn no_elements() -> Thrown {
    Thrown::invalid_operation("Sequence contains no elements")
}

/// `InvalidOperationException` when nothing satisfies a condition.
pub fn no_match() -> Thrown {
    Thrown::invalid_operation("Sequence contains no matching element")
}
