//! `System.StringComparer`

use crate::library::culture::upper;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;
use std::cmp::Ordering;

/// How dictionaries, sets and LINQ compare strings.
pub static STRING_COMPARER: Class = Class::new("System.StringComparer", ClassKind::Class)
    .inherits(&["IEqualityComparer<string>", "IComparer<string>"])
    .rows(ROWS);

/// A comparer: `StringComparison`'s numbers.
#[derive(Debug)]
pub struct Comparer(pub i32);

impl Object for Comparer {
    fn type_name(&self) -> String {
        "System.StringComparer".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The comparison that a comparer argument means; `None` for null (the type's default).
pub fn comparison(comparer: &Value) -> Option<i32> {
    comparer.object::<Comparer>().map(|comparer| comparer.0)
}

/// Whether a comparer argument ignores case.
pub fn ignores_case(comparer: &Value) -> bool {
    comparison(comparer).is_some_and(|comparison| comparison % 2 == 1)
}

/// Compares two texts by one of `StringComparison`'s numbers: the ordinal ones give the difference of the first units
/// that differ, or of the lengths.
pub fn difference(left: &str, right: &str, comparison: i32) -> i32 {
    let (left, right) = behind_common(left, right);
    let units = |left: &mut dyn Iterator<Item = u16>, right: &mut dyn Iterator<Item = u16>| loop {
        match (left.next(), right.next()) {
            (None, None) => return 0,
            (None, Some(_)) => return -i32::try_from(right.count() + 1).unwrap_or(i32::MAX),
            (Some(_), None) => return i32::try_from(left.count() + 1).unwrap_or(i32::MAX),
            (Some(left), Some(right)) if left != right => return i32::from(left) - i32::from(right),
            _ => {}
        }
    };
    let capitals = |text: &str| text.chars().map(upper).collect::<String>();
    match comparison {
        4 => units(&mut left.encode_utf16(), &mut right.encode_utf16()),
        5 => {
            let (left, right) = (capitals(left), capitals(right));
            units(&mut left.encode_utf16(), &mut right.encode_utf16())
        }
        other => crate::library::culture_compare(left, right, other % 2 == 1) as i32,
    }
}

/// What stands behind the beginning that two texts have in common: character by character, it is alike to every comparison.
fn behind_common<'t>(left: &'t str, right: &'t str) -> (&'t str, &'t str) {
    let same = left
        .bytes()
        .zip(right.bytes())
        .take_while(|(left, right)| left == right);
    let mut at = same.count();
    while !left.is_char_boundary(at) || !right.is_char_boundary(at) {
        at -= 1;
    }
    (left.get(at..).unwrap_or(left), right.get(at..).unwrap_or(right))
}

/// The order of two texts by one of `StringComparison`'s numbers.
pub fn compare(left: &str, right: &str, comparison: i32) -> Ordering {
    difference(left, right, comparison).cmp(&0)
}

const ROWS: &[Row] = &[
    row(
        "static StringComparer CurrentCulture { get; }",
        r#"StringComparer.CurrentCulture.Equals("a", "a")"#,
        "True",
        |_, _| Ok(Value::of(Comparer(0))),
    ),
    row(
        "static StringComparer CurrentCultureIgnoreCase { get; }",
        r#"StringComparer.CurrentCultureIgnoreCase.Equals("a", "A")"#,
        "True",
        |_, _| Ok(Value::of(Comparer(1))),
    ),
    row(
        "static StringComparer InvariantCulture { get; }",
        r#"StringComparer.InvariantCulture.Compare("a", "B")"#,
        "-1",
        |_, _| Ok(Value::of(Comparer(2))),
    ),
    row(
        "static StringComparer InvariantCultureIgnoreCase { get; }",
        r#"StringComparer.InvariantCultureIgnoreCase.Equals("a", "A")"#,
        "True",
        |_, _| Ok(Value::of(Comparer(3))),
    ),
    row(
        "static StringComparer Ordinal { get; }",
        r#"StringComparer.Ordinal.Compare("a", "B") > 0"#,
        "True",
        |_, _| Ok(Value::of(Comparer(4))),
    ),
    row(
        "static StringComparer OrdinalIgnoreCase { get; }",
        r#"StringComparer.OrdinalIgnoreCase.Equals("a", "A")"#,
        "True",
        |_, _| Ok(Value::of(Comparer(5))),
    ),
    row(
        "bool Equals(object x, object y)",
        r#"StringComparer.OrdinalIgnoreCase.Equals((object)"a", "A")"#,
        "True",
        |_, a| {
            Ok(match (a.value(1), a.value(2)) {
                (Value::String(left), Value::String(right)) => {
                    compare(left, right, comparison(a.value(0)).unwrap_or_default()).is_eq()
                }
                (left, right) => left.equals(right),
            }
            .into())
        },
    ),
    row(
        "int Compare(object x, object y)",
        r#"StringComparer.OrdinalIgnoreCase.Compare((object)"a", "A")"#,
        "0",
        |_, a| {
            Ok(match (a.value(1), a.value(2)) {
                (Value::Null, Value::Null) => 0,
                (Value::Null, _) => -1,
                (_, Value::Null) => 1,
                (Value::String(left), Value::String(right)) => {
                    difference(left, right, comparison(a.value(0)).unwrap_or_default())
                }
                (left, right) => crate::value::compare(left, right)? as i32,
            }
            .into())
        },
    ),
    row(
        "bool Equals(string x, string y)",
        r#"StringComparer.Ordinal.Equals("a", "A")"#,
        "False",
        |_, a| {
            Ok(match (a.text_or_null(1), a.text_or_null(2)) {
                (Some(left), Some(right)) => compare(left, right, comparison(a.value(0)).unwrap_or_default()).is_eq(),
                (None, None) => true,
                _ => false,
            }
            .into())
        },
    ),
    row(
        "int Compare(string x, string y)",
        r#"StringComparer.OrdinalIgnoreCase.Compare("a", "A")"#,
        "0",
        |_, a| {
            let comparison = comparison(a.value(0)).unwrap_or_default();
            Ok(match (a.text_or_null(1), a.text_or_null(2)) {
                (Some(left), Some(right)) => difference(left, right, comparison),
                (None, None) => 0,
                (None, _) => -1,
                (_, None) => 1,
            }
            .into())
        },
    ),
    row(
        "int GetHashCode(string obj)",
        r#"StringComparer.OrdinalIgnoreCase.GetHashCode("a") == StringComparer.OrdinalIgnoreCase.GetHashCode("A")"#,
        "True",
        |_, a| {
            let text = a.text(1)?;
            let is_case_blind = ignores_case(a.value(0));
            let folded = if is_case_blind {
                text.chars().map(upper).collect::<String>().into()
            } else {
                text.clone()
            };
            Ok(super::object::hash_code(&Value::String(folded)).into())
        },
    ),
    row(
        "static StringComparer FromComparison(StringComparison comparisonType)",
        r#"StringComparer.FromComparison(StringComparison.OrdinalIgnoreCase).Equals("a", "A")"#,
        "True",
        |_, a| known(a.int(0)),
    ),
    row(
        "static StringComparer Create(CultureInfo culture, bool ignoreCase)",
        r#"StringComparer.Create(CultureInfo.InvariantCulture, true).Equals("a", "A")"#,
        "True",
        |_, a| {
            a.required(0)?;
            Ok(Value::of(Comparer(if a.bool(1) { 3 } else { 2 })))
        },
    ),
];

fn known(comparison: i32) -> Result<Value, Thrown> {
    if (0..=5).contains(&comparison) {
        Ok(Value::of(Comparer(comparison)))
    } else {
        Err(Thrown::argument(
            "The string comparison type passed in is currently not supported.",
            "comparisonType",
        ))
    }
}
