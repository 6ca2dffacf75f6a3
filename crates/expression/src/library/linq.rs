//! `System.Linq`: operators on sequences, evaluated while the result is gone through, as in .NET.

mod aggregate;
mod choose;
mod combine;
mod convert;
mod element;
mod group;
mod order;
mod pairs;
mod walk;

use super::Class;
use super::class::ClassKind;
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
        element::ROWS,
        group::ROWS,
        order::ROWS,
        pairs::ROWS,
    ]);

/// Their types.
pub const CLASSES: &[&Class] = &[&ENUMERABLE, &group::GROUPING, &order::ORDERED];

/// Elements of an ordered sequence or a group.
///
/// # Errors
/// What ordering throws.
pub fn items(value: &Value, frame: &mut Frame<'_>) -> Result<Option<Vec<Value>>, Thrown> {
    if let Some(ordered) = value.object::<order::Ordered>() {
        return ordered.sorted(frame).map(Some);
    }
    Ok(value.object::<group::Group>().map(|group| group.items().to_vec()))
}
