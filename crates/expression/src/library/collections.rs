//! `System.Collections` and `System.Collections.Generic`.

mod bounds;
mod comparer;
mod dictionary;
mod enumerator;
mod hash_set;
mod interfaces;
mod list;
mod list_search;
mod pair;
mod queue;
mod read_only;
mod set_algebra;
mod view;

pub use bounds::{backwards, copy_to, forwards, range};
pub use comparer::{by_delegate, equality, failed_comparison, key_of, order, sorted};
pub use list::LIST;

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &dictionary::DICTIONARY,
    &dictionary::IDICTIONARY,
    &dictionary::IREADONLY_DICTIONARY,
    &hash_set::HASH_SET,
    &hash_set::ISET,
    &enumerator::ENUMERABLE,
    &enumerator::GENERIC_ENUMERABLE,
    &enumerator::ENUMERATOR,
    &enumerator::GENERIC_ENUMERATOR,
    &interfaces::COLLECTION,
    &interfaces::ILIST,
    &interfaces::READONLY_COLLECTION,
    &interfaces::READONLY_LIST,
    &comparer::COMPARER,
    &comparer::EQUALITY_COMPARER,
    &comparer::ICOMPARER,
    &comparer::IEQUALITY_COMPARER,
    &interfaces::IFORMAT_PROVIDER,
    &interfaces::IDISPOSABLE,
    &LIST,
    &pair::PAIR,
    &queue::QUEUE,
    &queue::STACK,
    &view::KEY_COLLECTION,
    &view::VALUE_COLLECTION,
    &read_only::READ_ONLY_COLLECTION,
];
