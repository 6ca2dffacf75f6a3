//! .NET's collections as objects, and how `foreach` and LINQ go through them.
//!
//! Never here: the members that C# sees (`library`).

mod array;
mod deque;
mod dictionary;
mod enumerate;
mod list;
mod pair;
mod read_only;
mod record;
mod release;
mod sequence;
mod set;
mod view;
mod walk;

use crate::value::Value;

pub use array::Array;
pub use deque::Deque;
pub use dictionary::Dictionary;
pub use enumerate::{Enumerator, Passed, Visit, collect, enumerate, go_through, pairs};
pub use list::List;
pub use pair::Pair;
pub use read_only::ReadOnly;
pub use record::Record;
pub use release::{Release, release, release_values};
pub use sequence::Sequence;
pub use set::HashSet;
pub use view::View;
pub use walk::Walk;

/// What a collection element costs of the allocation budget, in bytes.
pub const ELEMENT_BYTES: usize = 40;

/// Objects that are equal by parts are looked into up to so many inside each other. .NET has no limit and ends the
/// process when its stack does.
pub const MAX_NESTING: u32 = 64;

/// The nesting of an object of these parts.
fn nesting<'v>(parts: impl IntoIterator<Item = &'v Value>) -> u32 {
    let inner = parts.into_iter().map(|part| match part {
        Value::Object(object) => object.nesting(),
        _ => 0,
    });
    inner.max().unwrap_or(0).saturating_add(1)
}

/// `InvalidOperationException` of a collection that changed while it was gone through.
pub fn modified() -> crate::thrown::Thrown {
    crate::thrown::Thrown::invalid_operation("Collection was modified; enumeration operation may not execute.")
}
