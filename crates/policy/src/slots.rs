//! How many exchanges are within a stretch of policies at once, by key.
//!
//! Never here: what becomes of one for whom there is no room.

use expression::text::Text;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Who is where, for all threads of a gateway. A key costs memory only while somebody is within it.
#[derive(Default)]
pub struct Slots {
    taken: Mutex<HashMap<Text, u32>>,
}

/// A place that is taken until this is dropped.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    key: Text,
}

impl Slots {
    /// A place among the `most` of this key; nothing when all are taken.
    pub(crate) fn take(self: &Arc<Self>, key: &Text, most: u32) -> Option<Slot> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.get(key.as_str()).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        taken.insert(key.clone(), count + 1);
        Some(Slot {
            slots: Arc::clone(self),
            key: key.clone(),
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(self.key.as_str()) {
            Some(count) if *count > 1 => *count -= 1,
            _ => drop(taken.remove(self.key.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_by_key_and_given_back() {
        let slots = Arc::new(Slots::default());
        let (a, b) = (Text::from("a"), Text::from("b"));
        let first = slots.take(&a, 2).unwrap();
        let second = slots.take(&a, 2).unwrap();
        assert!(slots.take(&a, 2).is_none());
        assert!(slots.take(&b, 1).is_some());
        drop(first);
        assert!(slots.take(&a, 1).is_none());
        let third = slots.take(&a, 2).unwrap();
        drop((second, third));
        assert!(slots.taken.lock().unwrap().is_empty());
    }
}
