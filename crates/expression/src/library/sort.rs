//! A stable sort whose comparison may throw and counts steps.

use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::value::Value;
use std::cmp::Ordering;

/// How two values are compared.
pub type Comparison<'c> = &'c mut dyn FnMut(&mut Frame<'_>, &Value, &Value) -> Result<Ordering, Thrown>;

/// Sorts values (merge sort: equal ones keep their order).
///
/// # Errors
/// What a comparison throws; when the budget is used up.
pub fn sort_values(frame: &mut Frame<'_>, values: Vec<Value>, compare: Comparison<'_>) -> Result<Vec<Value>, Thrown> {
    let mut width = 1;
    let mut current = values;
    while width < current.len() {
        let mut merged = Vec::with_capacity(current.len());
        for run in current.chunks(width * 2) {
            let (left, right) = run.split_at(width.min(run.len()));
            merge(frame, (left, right), &mut merged, compare)?;
        }
        current = merged;
        width *= 2;
    }
    Ok(current)
}

fn merge(
    frame: &mut Frame<'_>,
    (left, right): (&[Value], &[Value]),
    merged: &mut Vec<Value>,
    compare: Comparison<'_>,
) -> Result<(), Thrown> {
    let (mut left, mut right) = (left.iter().peekable(), right.iter().peekable());
    while let (Some(first), Some(second)) = (left.peek(), right.peek()) {
        frame.step(1)?;
        let from_left = compare(frame, first, second)? != Ordering::Greater;
        merged.extend(if from_left { left.next() } else { right.next() }.cloned());
    }
    merged.extend(left.chain(right).cloned());
    Ok(())
}
