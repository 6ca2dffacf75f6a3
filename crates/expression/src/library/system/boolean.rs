//! `System.Boolean`

use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// `bool`
pub static BOOLEAN: Class = Class::new("System.Boolean", ClassKind::Struct)
    .inherits(&["IComparable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static string TrueString { get; }",
        "bool.TrueString",
        "True",
        |_, _| Ok("True".into()),
    ),
    row(
        "static string FalseString { get; }",
        "bool.FalseString",
        "False",
        |_, _| Ok("False".into()),
    ),
    row(
        "static bool Parse(string value)",
        r#"bool.Parse(" TRUE ")"#,
        "True",
        |_, a| {
            let text = a.text(0)?;
            let not_boolean = || {
                Thrown::new(
                    "System.FormatException",
                    format!("String '{text}' was not recognized as a valid Boolean."),
                )
            };
            parse(text).map(Value::Boolean).ok_or_else(not_boolean)
        },
    ),
    row(
        "static bool TryParse(string value, out bool result)",
        r#"bool.TryParse("x", out var b) || b"#,
        "False",
        |call, a| {
            let parsed = a.text_or_null(0).and_then(|text| parse(text));
            call.give_out(parsed.unwrap_or(false).into());
            Ok(parsed.is_some().into())
        },
    ),
    row("int CompareTo(bool value)", "true.CompareTo(false)", "1", |_, a| {
        Ok((i32::from(a.bool(0)) - i32::from(a.bool(1))).into())
    }),
    row(
        "int CompareTo(object obj)",
        "true.CompareTo((object)false)",
        "1",
        |_, a| match a.value(1) {
            Value::Null => Ok(1.into()),
            Value::Boolean(other) => Ok((i32::from(a.bool(0)) - i32::from(*other)).into()),
            _ => Err(Thrown::new(
                "System.ArgumentException",
                "Object must be of type Boolean.",
            )),
        },
    ),
    row(
        "string ToString(IFormatProvider provider)",
        "true.ToString(CultureInfo.InvariantCulture)",
        "True",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row("bool Equals(bool obj)", "true.Equals(true)", "True", |_, a| {
        Ok((a.bool(0) == a.bool(1)).into())
    }),
];

/// `true` or `false` in any case, with white space around it.
pub fn parse(text: &str) -> Option<bool> {
    let word = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if word.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    word.eq_ignore_ascii_case("false").then_some(false)
}
