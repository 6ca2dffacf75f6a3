//! Releasing objects inside objects one after the other, so that a chain of any length does not overflow the stack.

use crate::frame::Slot;
use crate::value::Value;
use std::any::Any;
use std::cell::RefCell;

/// Something that may be the last owner of further objects.
#[expect(dead_code, reason = "they are held only to be dropped")]
pub enum Release {
    /// A value.
    Value(Value),
    /// A variable that a lambda captured.
    Slot(Slot),
    /// What computes a sequence.
    Start(Box<dyn Any>),
}

thread_local! {
    /// What waits for its release, while a release is going on.
    static WAITING: RefCell<Option<Vec<Release>>> = const { RefCell::new(None) };
}

/// Releases these, and what is released by that, without recursion.
pub fn release(items: impl IntoIterator<Item = Release>) {
    let waits = WAITING.try_with(|waiting| match waiting.try_borrow_mut() {
        Ok(mut waiting) => {
            if let Some(waiting) = waiting.as_mut() {
                waiting.extend(items);
                true
            } else {
                *waiting = Some(items.into_iter().collect());
                false
            }
        }
        Err(_) => true,
    });
    if waits.unwrap_or(true) {
        return;
    }
    let next = || WAITING.with(|waiting| waiting.borrow_mut().as_mut().and_then(Vec::pop));
    while let Some(item) = next() {
        drop(item);
    }
    WAITING.with(|waiting| *waiting.borrow_mut() = None);
}

/// Releases the objects among some values.
pub fn release_values(values: impl IntoIterator<Item = Value>) {
    let mut objects = values
        .into_iter()
        .filter(|value| matches!(value, Value::Object(_)))
        .peekable();
    if objects.peek().is_some() {
        release(objects.map(Release::Value));
    }
}

#[cfg(test)]
mod tests {
    use crate::collection::Array;
    use crate::types::Type;
    use crate::value::Value;

    #[test]
    fn a_long_chain_is_released_without_recursion() {
        let mut chain = Value::Null;
        for _ in 0..1_000_000 {
            chain = Value::of(Array::new(Type::OBJECT, vec![chain]));
        }
        drop(chain);
    }
}
