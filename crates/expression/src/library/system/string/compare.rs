//! `Compare` and its kin.

use super::super::string_comparer::difference;
use crate::library::culture::culture_of_flag;
use crate::library::{Arguments, Call, Row, row, utf16};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// `StringComparison.InvariantCulture`
const CULTURE: i32 = 2;
/// `StringComparison.Ordinal`
const ORDINAL: i32 = 4;

/// Members that compare.
pub const ROWS: &[Row] = &[
    row(
        "static int Compare(string strA, string strB)",
        r#"string.Compare("a", "B")"#,
        "-1",
        |call, a| whole(call, a, CULTURE),
    ),
    row(
        "static int Compare(string strA, string strB, bool ignoreCase)",
        r#"string.Compare("a", "A", true)"#,
        "0",
        |call, a| whole(call, a, culture_of_flag(a.bool(2))),
    ),
    row(
        "static int Compare(string strA, string strB, bool ignoreCase, CultureInfo culture)",
        r#"string.Compare("a", "A", true, CultureInfo.InvariantCulture)"#,
        "0",
        |call, a| whole(call, a, culture_of_flag(a.bool(2))),
    ),
    row(
        "static int Compare(string strA, string strB, StringComparison comparisonType)",
        r#"string.Compare("a", "B", StringComparison.Ordinal)"#,
        "31",
        |call, a| whole(call, a, a.int(2)),
    ),
    row(
        "static int Compare(string strA, int indexA, string strB, int indexB, int length)",
        r#"string.Compare("xab", 1, "ab", 0, 2)"#,
        "0",
        |call, a| stretch(call, a, CULTURE),
    ),
    row(
        "static int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase)",
        r#"string.Compare("xAb", 1, "ab", 0, 2, true)"#,
        "0",
        |call, a| stretch(call, a, culture_of_flag(a.bool(5))),
    ),
    row(
        "static int Compare(string strA, int indexA, string strB, int indexB, int length, StringComparison comparisonType)",
        r#"string.Compare("xAb", 1, "ab", 0, 2, StringComparison.OrdinalIgnoreCase)"#,
        "0",
        |call, a| stretch(call, a, a.int(5)),
    ),
    row(
        "static int CompareOrdinal(string strA, string strB)",
        r#"string.CompareOrdinal("a", "b")"#,
        "-1",
        |call, a| whole(call, a, ORDINAL),
    ),
    row(
        "static int CompareOrdinal(string strA, int indexA, string strB, int indexB, int length)",
        r#"string.CompareOrdinal("xab", 1, "ab", 0, 2)"#,
        "0",
        |call, a| stretch(call, a, ORDINAL),
    ),
    row(
        "int CompareTo(string strB)",
        r#""a".CompareTo("b")"#,
        "-1",
        |call, a| whole(call, a, CULTURE),
    ),
    row(
        "int CompareTo(object value)",
        r#""a".CompareTo((object)null)"#,
        "1",
        |call, a| match a.value(1) {
            Value::String(_) | Value::Null => whole(call, a, CULTURE),
            _ => Err(Thrown::new(
                "System.ArgumentException",
                "Object must be of type String.",
            )),
        },
    ),
];

/// What the characters before the first difference cost is in what every call costs; behind it, letters that differ in case
/// or accent alone are looked at several times.
const LOOK_BYTES: usize = 8;

fn order(call: &mut Call<'_, '_>, left: Option<&Text>, right: Option<&Text>, comparison: i32) -> Outcome {
    if !(0..=5).contains(&comparison) {
        return Err(Thrown::argument(
            "The string comparison type passed in is currently not supported.",
            "comparisonType",
        ));
    }
    Ok(match (left, right) {
        (Some(left), Some(right)) => {
            if comparison != ORDINAL {
                call.step((left.len().min(right.len()) / LOOK_BYTES) as u64)?;
            }
            difference(left, right, comparison)
        }
        (None, None) => 0,
        (None, _) => -1,
        (_, None) => 1,
    }
    .into())
}

fn whole(call: &mut Call<'_, '_>, a: Arguments<'_>, comparison: i32) -> Outcome {
    order(call, a.text_or_null(0), a.text_or_null(1), comparison)
}

/// At most `length` units from a place of each text.
fn stretch(call: &mut Call<'_, '_>, a: Arguments<'_>, comparison: i32) -> Outcome {
    let (left, right) = (a.text_or_null(0), a.text_or_null(2));
    let (Some(first), Some(second)) = (left, right) else {
        return order(call, left, right, comparison);
    };
    let outside = |parameter: &str| {
        Thrown::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            parameter,
        )
    };
    let count = usize::try_from(a.long(4)).map_err(|_| outside("length"))?;
    let cut = |text: &Text, at: usize, parameter: &str| {
        let start = usize::try_from(a.long(at)).map_err(|_| outside(parameter))?;
        let rest = utf16::length(text)
            .checked_sub(start)
            .ok_or_else(|| outside(parameter))?;
        Ok::<Text, Thrown>(utf16::slice(text, start, rest.min(count)).unwrap_or_default())
    };
    let (first, second) = (cut(first, 1, "indexA")?, cut(second, 3, "indexB")?);
    order(call, Some(&first), Some(&second), comparison)
}
