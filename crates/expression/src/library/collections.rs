//! `System.Collections` and `System.Collections.Generic`.

mod dictionary;
mod hash_set;
mod interfaces;
mod list;
mod pair;
mod queue;

pub use list::LIST;

use super::Class;

/// Their types.
pub const CLASSES: &[&Class] = &[
    &dictionary::DICTIONARY,
    &dictionary::IDICTIONARY,
    &dictionary::IREADONLY_DICTIONARY,
    &hash_set::HASH_SET,
    &hash_set::ISET,
    &interfaces::ENUMERABLE,
    &interfaces::GENERIC_ENUMERABLE,
    &interfaces::COLLECTION,
    &interfaces::ILIST,
    &interfaces::READONLY_COLLECTION,
    &interfaces::READONLY_LIST,
    &interfaces::ICOMPARABLE,
    &interfaces::ICOMPARER,
    &interfaces::IEQUALITY_COMPARER,
    &interfaces::IFORMATTABLE,
    &interfaces::IFORMAT_PROVIDER,
    &interfaces::IDISPOSABLE,
    &LIST,
    &pair::PAIR,
    &queue::QUEUE,
    &queue::STACK,
];
