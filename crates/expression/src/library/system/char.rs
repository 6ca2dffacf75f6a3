//! `System.Char`

use crate::library::{Arguments, Class, ClassKind, Row, row, utf16};
use crate::thrown::Thrown;
use crate::value::Value;

/// A UTF-16 unit.
pub static CHAR: Class = Class::new("System.Char", ClassKind::Struct)
    .inherits(&["IComparable"])
    .rows(ROWS);

macro_rules! question {
    ($name:literal, $example:literal, $test:expr) => {
        row(
            concat!("static bool ", $name, "(char c)"),
            concat!("char.", $name, "(", $example, ")"),
            "True",
            |_, a| Ok(character(a).is_some_and($test).into()),
        )
    };
}

const ROWS: &[Row] = &[
    question!("IsDigit", "'5'", |c: char| c.is_ascii_digit()
        || (c.is_numeric() && c.is_ascii_digit())),
    question!("IsNumber", "'5'", char::is_numeric),
    question!("IsLetter", "'é'", char::is_alphabetic),
    question!("IsLetterOrDigit", "'a'", char::is_alphanumeric),
    question!("IsWhiteSpace", "' '", char::is_whitespace),
    question!("IsUpper", "'A'", char::is_uppercase),
    question!("IsLower", "'a'", char::is_lowercase),
    question!("IsControl", "'\\n'", char::is_control),
    question!("IsPunctuation", "'.'", |c: char| c.is_ascii_punctuation()
        && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~')),
    question!("IsSymbol", "'+'", |c: char| matches!(
        c,
        '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~'
    )),
    row("static char ToUpper(char c)", "char.ToUpper('a')", "A", |_, a| {
        Ok(mapped(a, |c| c.to_uppercase().next()))
    }),
    row(
        "static char ToUpperInvariant(char c)",
        "char.ToUpperInvariant('a')",
        "A",
        |_, a| Ok(mapped(a, |c| c.to_uppercase().next())),
    ),
    row("static char ToLower(char c)", "char.ToLower('A')", "a", |_, a| {
        Ok(mapped(a, |c| c.to_lowercase().next()))
    }),
    row(
        "static char ToLowerInvariant(char c)",
        "char.ToLowerInvariant('A')",
        "a",
        |_, a| Ok(mapped(a, |c| c.to_lowercase().next())),
    ),
    row(
        "static double GetNumericValue(char c)",
        "char.GetNumericValue('7')",
        "7",
        |_, a| Ok(character(a).and_then(|c| c.to_digit(10)).map_or(-1.0, f64::from).into()),
    ),
    row("static char Parse(string s)", r#"char.Parse("a")"#, "a", |_, a| {
        let text = a.text(0)?;
        if utf16::length(text) != 1 {
            return Err(Thrown::new(
                "System.FormatException",
                "String must be exactly one character long.",
            ));
        }
        Ok(Value::Char(utf16::unit(text, 0).unwrap_or_default()))
    }),
    row("static string ToString(char c)", "char.ToString('a')", "a", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
    row("string ToString()", "'a'.ToString()", "a", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
    row("int CompareTo(char value)", "'a'.CompareTo('c')", "-2", |_, a| {
        Ok((a.int(0) - a.int(1)).into())
    }),
    row("bool Equals(char obj)", "'a'.Equals('a')", "True", |_, a| {
        Ok((a.char(0) == a.char(1)).into())
    }),
    row(
        "static char MaxValue { get; }",
        "(int)char.MaxValue",
        "65535",
        |_, _| Ok(Value::Char(u16::MAX)),
    ),
    row("static char MinValue { get; }", "(int)char.MinValue", "0", |_, _| {
        Ok(Value::Char(0))
    }),
];

fn character(a: Arguments<'_>) -> Option<char> {
    char::from_u32(u32::from(a.char(0)))
}

fn mapped(a: Arguments<'_>, map: impl FnOnce(char) -> Option<char>) -> Value {
    let mapped = character(a)
        .and_then(map)
        .and_then(|c| u16::try_from(u32::from(c)).ok());
    Value::Char(mapped.unwrap_or(a.char(0)))
}
