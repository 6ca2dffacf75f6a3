//! `System.StringComparer`

use crate::library::{Class, ClassKind, Row, row};
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

/// Compares two texts by one of `StringComparison`'s numbers.
pub fn compare(left: &str, right: &str, comparison: i32) -> Ordering {
    match comparison {
        4 => left.encode_utf16().cmp(right.encode_utf16()),
        5 => left
            .to_uppercase()
            .encode_utf16()
            .cmp(right.to_uppercase().encode_utf16()),
        other => crate::library::culture_compare(left, right, other % 2 == 1),
    }
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
            let left = a.text_or_null(1).map_or("", |text| text.as_str());
            let right = a.text_or_null(2).map_or("", |text| text.as_str());
            Ok((compare(left, right, comparison(a.value(0)).unwrap_or_default()) as i32).into())
        },
    ),
];
