//! Places and ranges in collections, with .NET's exceptions for those outside.

use crate::collection::Array;
use crate::library::Arguments;
use crate::thrown::Thrown;
use crate::value::Value;
use std::ops::Range;

/// `index` and `count` arguments as a range of a collection of this length.
///
/// # Errors
/// `ArgumentOutOfRangeException` for a negative one, `ArgumentException` when the range is longer than what there is.
pub fn range(length: usize, index: i64, count: i64) -> Result<Range<usize>, Thrown> {
    let start = usize::try_from(index).map_err(|_| negative("index"))?;
    let count = usize::try_from(count).map_err(|_| negative("count"))?;
    match start.checked_add(count) {
        Some(end) if end <= length => Ok(start..end),
        _ => Err(Thrown::new(
            "System.ArgumentException",
            "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
        )),
    }
}

/// A `startIndex` (up to the length) and an optional `count`, for a search forwards.
///
/// # Errors
/// `ArgumentOutOfRangeException`
pub fn forwards(length: usize, start: i64, count: Option<i64>) -> Result<Range<usize>, Thrown> {
    let start = usize::try_from(start).ok().filter(|start| *start <= length);
    let start = start.ok_or_else(|| outside("startIndex"))?;
    let Some(count) = count else { return Ok(start..length) };
    let end = usize::try_from(count)
        .ok()
        .and_then(|count| start.checked_add(count))
        .filter(|end| *end <= length);
    Ok(start..end.ok_or_else(|| outside("count"))?)
}

/// A `startIndex` and a `count` for a search backwards that ends at the start.
///
/// # Errors
/// `ArgumentOutOfRangeException`
pub fn backwards(length: usize, start: i64, count: Option<i64>) -> Result<Range<usize>, Thrown> {
    if length == 0 {
        return if start == -1 && count.unwrap_or_default() == 0 {
            Ok(0..0)
        } else {
            Err(outside("startIndex"))
        };
    }
    let start = usize::try_from(start).ok().filter(|start| *start < length);
    let end = start.ok_or_else(|| outside("startIndex"))? + 1;
    let Some(count) = count else { return Ok(0..end) };
    let begin = usize::try_from(count).ok().and_then(|count| end.checked_sub(count));
    Ok(begin.ok_or_else(|| outside("count"))?..end)
}

fn negative(parameter: &str) -> Thrown {
    Thrown::out_of_range("Non-negative number required.", parameter)
}

fn outside(parameter: &str) -> Thrown {
    Thrown::out_of_range(
        "Index was out of range. Must be non-negative and less than or equal to the size of the collection.",
        parameter,
    )
}

/// `CopyTo`: puts these elements into the array argument at `array`, from the place that the argument at `start` names.
///
/// # Errors
/// `ArgumentNullException`, `ArgumentOutOfRangeException`, and `ArgumentException` when there is no room.
pub fn copy_to(a: Arguments<'_>, items: Vec<Value>, array: usize, start: Option<usize>) -> Result<Value, Thrown> {
    let target = a.required(array)?;
    let start = start.map_or(0, |start| a.long(start));
    let start = usize::try_from(start).map_err(|_| negative("arrayIndex"))?;
    let no_room = || {
        Thrown::new(
            "System.ArgumentException",
            "Destination array was not long enough. Check the destination index, length, and the array's lower bounds.",
        )
    };
    let target = target.object::<Array>().ok_or_else(no_room)?;
    if start.checked_add(items.len()).is_none_or(|end| end > target.len()) {
        return Err(no_room());
    }
    for (at, item) in items.into_iter().enumerate() {
        target.set(start + at, item);
    }
    Ok(Value::Null)
}

/// A `capacity` argument.
///
/// # Errors
/// `ArgumentOutOfRangeException` for a negative one.
pub fn capacity(a: Arguments<'_>, index: usize) -> Result<usize, Thrown> {
    usize::try_from(a.long(index)).map_err(|_| negative("capacity"))
}
