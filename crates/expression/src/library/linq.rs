//! `System.Linq`: operators on sequences, evaluated while the result is gone through, as in .NET.

mod aggregate;
mod choose;
mod combine;
mod convert;
mod distinct;
mod element;
mod extremes;
mod group;
mod join;
mod lookup;
mod order;
mod part;
mod question;
mod sums;
mod walk;

use super::Class;
use super::class::ClassKind;
use crate::collection::{Deque, ReadOnly, View, collect};
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::value::Value;

/// The operators.
pub static ENUMERABLE: Class = Class::new("System.Linq.Enumerable", ClassKind::Static)
    .rows(choose::ROWS)
    .more(&[
        aggregate::ROWS,
        combine::ROWS,
        convert::ROWS,
        distinct::ROWS,
        element::ROWS,
        element::AT_ROWS,
        extremes::ROWS,
        group::ROWS,
        join::ROWS,
        lookup::ROWS,
        order::ROWS,
        part::ROWS,
        question::ROWS,
        sums::SUMS,
        sums::AVERAGES,
    ]);

/// Their types.
pub const CLASSES: &[&Class] = &[
    &ENUMERABLE,
    &group::GROUPING,
    &lookup::ILOOKUP,
    &lookup::LOOKUP,
    &order::ORDERED,
];

/// Elements of an ordered sequence, a group, a lookup, a queue, a stack, or a dictionary's keys or values.
///
/// # Errors
/// What ordering throws.
pub fn items(value: &Value, frame: &mut Frame<'_>) -> Result<Option<Vec<Value>>, Thrown> {
    if let Some(ordered) = value.object::<order::Ordered>() {
        return ordered.sorted(frame).map(Some);
    }
    if let Some(deque) = value.object::<Deque>() {
        return Ok(Some(deque.to_vec()));
    }
    if let Some(lookup) = value.object::<lookup::Lookup>() {
        return Ok(Some(lookup.items()));
    }
    if value.object::<View>().is_some() || value.object::<ReadOnly>().is_some() {
        return collect(value, frame).map(Some);
    }
    Ok(value.object::<group::Group>().map(|group| group.items().to_vec()))
}
