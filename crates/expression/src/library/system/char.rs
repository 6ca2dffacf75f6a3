//! `System.Char`

mod category;

pub use category::{UNICODE_CATEGORY, category_of};

use super::type_code::type_code;
use crate::library::culture::{lower, upper};
use crate::library::{Arguments, Class, ClassKind, Row, row, utf16};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::Value;
use category::category;

/// A UTF-16 unit.
pub static CHAR: Class = Class::new("System.Char", ClassKind::Struct)
    .inherits(&["IComparable"])
    .constants(&[("MaxValue", Value::Char(u16::MAX)), ("MinValue", Value::Char(0))])
    .rows(ROWS)
    .more(&[QUESTIONS, ASCII, UTF32]);

macro_rules! questions {
    ($($name:literal $example:literal $test:expr;)*) => {
        &[$(
            row(
                concat!("static bool ", $name, "(char c)"),
                concat!("char.", $name, "(", $example, ")"),
                "True",
                |_, a| {
                    let test: fn(u16) -> bool = $test;
                    Ok(test(a.char(0)).into())
                },
            ),
            row(
                concat!("static bool ", $name, "(string s, int index)"),
                "",
                "",
                |_, a| {
                    let test: fn(u16) -> bool = $test;
                    Ok(test(unit(a)?).into())
                },
            ),
        )*]
    };
}

const QUESTIONS: &[Row] = questions! {
    "IsDigit" "'5'" |unit| category(unit) == 8;
    "IsNumber" "'5'" |unit| (8..=10).contains(&category(unit));
    "IsLetter" "'é'" |unit| (0..=4).contains(&category(unit));
    "IsLetterOrDigit" "'a'" |unit| matches!(category(unit), 0..=4 | 8);
    "IsWhiteSpace" "' '" |unit| char::from_u32(u32::from(unit)).is_some_and(char::is_whitespace);
    "IsUpper" "'A'" |unit| category(unit) == 0;
    "IsLower" "'a'" |unit| category(unit) == 1;
    "IsControl" "'\\n'" |unit| category(unit) == 14;
    "IsPunctuation" "'.'" |unit| (18..=24).contains(&category(unit));
    "IsSymbol" "'+'" |unit| (25..=28).contains(&category(unit));
    "IsSeparator" "' '" |unit| (11..=13).contains(&category(unit));
    "IsSurrogate" "'\\uD800'" |unit| (0xd800..0xe000).contains(&unit);
    "IsHighSurrogate" "'\\uD800'" |unit| (0xd800..0xdc00).contains(&unit);
    "IsLowSurrogate" "'\\uDC00'" |unit| (0xdc00..0xe000).contains(&unit);
};

macro_rules! ascii {
    ($($name:literal $example:literal $test:expr;)*) => {
        &[$(
            row(
                concat!("static bool ", $name, "(char c)"),
                concat!("char.", $name, "(", $example, ")"),
                "True",
                |_, a| {
                    let test: fn(&u8) -> bool = $test;
                    Ok(u8::try_from(a.char(0)).is_ok_and(|byte| test(&byte)).into())
                },
            ),
        )*]
    };
}

const ASCII: &[Row] = ascii! {
    "IsAscii" "'a'" u8::is_ascii;
    "IsAsciiDigit" "'5'" u8::is_ascii_digit;
    "IsAsciiLetter" "'a'" u8::is_ascii_alphabetic;
    "IsAsciiLetterLower" "'a'" u8::is_ascii_lowercase;
    "IsAsciiLetterUpper" "'A'" u8::is_ascii_uppercase;
    "IsAsciiLetterOrDigit" "'a'" u8::is_ascii_alphanumeric;
    "IsAsciiHexDigit" "'f'" u8::is_ascii_hexdigit;
};

const UTF32: &[Row] = &[
    row(
        "static string ConvertFromUtf32(int utf32)",
        "char.ConvertFromUtf32(0x1F600).Length",
        "2",
        |_, a| {
            let c = u32::try_from(a.long(0)).ok().and_then(char::from_u32);
            c.map(|c| c.to_string().into()).ok_or_else(|| {
                Thrown::out_of_range(
                    "A valid UTF32 value is between 0x000000 and 0x10ffff, inclusive, and should not include surrogate codepoint values (0x00d800 ~ 0x00dfff).",
                    "utf32",
                )
            })
        },
    ),
    row(
        "static int ConvertToUtf32(char highSurrogate, char lowSurrogate)",
        r"char.ConvertToUtf32('\uD83D', '\uDE00')",
        "128512",
        |_, a| pair(a.char(0), a.char(1)),
    ),
    row(
        "static int ConvertToUtf32(string s, int index)",
        r#"char.ConvertToUtf32("a", 0)"#,
        "97",
        |_, a| {
            let first = unit(a)?;
            if !(0xd800..0xe000).contains(&first) {
                return Ok(i32::from(first).into());
            }
            let next = usize::try_from(a.long(1) + 1)
                .ok()
                .and_then(|at| utf16::unit(a.text_or_null(0)?, at));
            pair(first, next.unwrap_or_default())
        },
    ),
    row(
        "static bool IsSurrogatePair(char highSurrogate, char lowSurrogate)",
        r"char.IsSurrogatePair('\uD83D', '\uDE00')",
        "True",
        |_, a| Ok(pair(a.char(0), a.char(1)).is_ok().into()),
    ),
    row(
        "static bool IsSurrogatePair(string s, int index)",
        r#"char.IsSurrogatePair("ab", 0)"#,
        "False",
        |_, a| {
            let first = unit(a)?;
            let next = usize::try_from(a.long(1) + 1)
                .ok()
                .and_then(|at| utf16::unit(a.text_or_null(0)?, at));
            Ok(next.is_some_and(|next| pair(first, next).is_ok()).into())
        },
    ),
];

const ROWS: &[Row] = &[
    row("static char ToUpper(char c)", "char.ToUpper('a')", "A", |_, a| {
        mapped(a, upper)
    }),
    row(
        "static char ToUpper(char c, CultureInfo culture)",
        "char.ToUpper('a', CultureInfo.InvariantCulture)",
        "A",
        |_, a| mapped(a, upper),
    ),
    row(
        "static char ToUpperInvariant(char c)",
        "char.ToUpperInvariant('a')",
        "A",
        |_, a| mapped(a, upper),
    ),
    row("static char ToLower(char c)", "char.ToLower('A')", "a", |_, a| {
        mapped(a, lower)
    }),
    row(
        "static char ToLower(char c, CultureInfo culture)",
        "char.ToLower('A', CultureInfo.InvariantCulture)",
        "a",
        |_, a| mapped(a, lower),
    ),
    row(
        "static char ToLowerInvariant(char c)",
        "char.ToLowerInvariant('A')",
        "a",
        |_, a| mapped(a, lower),
    ),
    row(
        "static UnicodeCategory GetUnicodeCategory(char c)",
        "char.GetUnicodeCategory('a')",
        "LowercaseLetter",
        |_, a| Ok(Value::Enum(ClassRef(&UNICODE_CATEGORY), category(a.char(0)))),
    ),
    row(
        "static double GetNumericValue(char c)",
        "char.GetNumericValue('7')",
        "7",
        |_, a| Ok(numeric(a.char(0)).into()),
    ),
    row(
        "static double GetNumericValue(string s, int index)",
        r#"char.GetNumericValue("a7", 1)"#,
        "7",
        |_, a| Ok(numeric(unit(a)?).into()),
    ),
    row("static char Parse(string s)", r#"char.Parse("a")"#, "a", |_, a| {
        single(a.text(0)?)
            .ok_or_else(|| Thrown::new("System.FormatException", "String must be exactly one character long."))
    }),
    row(
        "static bool TryParse(string s, out char result)",
        r#"char.TryParse("ab", out var c)"#,
        "False",
        |call, a| {
            let parsed = a.text_or_null(0).and_then(|text| single(text));
            let found = parsed.is_some();
            call.give_out(parsed.unwrap_or(Value::Char(0)));
            Ok(found.into())
        },
    ),
    row("static string ToString(char c)", "char.ToString('a')", "a", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
    row("string ToString()", "'a'.ToString()", "a", |_, a| {
        Ok(a.value(0).display_string().into())
    }),
    row(
        "string ToString(IFormatProvider provider)",
        "'a'.ToString(CultureInfo.InvariantCulture)",
        "a",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row("int CompareTo(char value)", "'a'.CompareTo('c')", "-2", |_, a| {
        Ok((a.int(0) - a.int(1)).into())
    }),
    row(
        "int CompareTo(object value)",
        "'a'.CompareTo(null)",
        "1",
        |_, a| match a.value(1) {
            Value::Null => Ok(1.into()),
            Value::Char(other) => Ok((a.int(0) - i32::from(*other)).into()),
            _ => Err(Thrown::new("System.ArgumentException", "Object must be of type Char.")),
        },
    ),
    row("bool Equals(char obj)", "'a'.Equals('a')", "True", |_, a| {
        Ok((a.char(0) == a.char(1)).into())
    }),
    row("TypeCode GetTypeCode()", "'a'.GetTypeCode()", "Char", |_, a| {
        Ok(type_code(a.value(0)))
    }),
];

/// The unit of a string at an index.
fn unit(a: Arguments<'_>) -> Result<u16, Thrown> {
    let text = a.text(0)?;
    let unit = usize::try_from(a.long(1)).ok().and_then(|at| utf16::unit(text, at));
    unit.ok_or_else(Thrown::list_index)
}

fn single(text: &str) -> Option<Value> {
    let mut units = text.encode_utf16();
    match (units.next(), units.next()) {
        (Some(unit), None) => Some(Value::Char(unit)),
        _ => None,
    }
}

fn pair(high: u16, low: u16) -> Outcome {
    if !(0xd800..0xdc00).contains(&high) {
        return Err(Thrown::out_of_range(
            "A valid high surrogate character is between 0xd800 and 0xdbff, inclusive.",
            "highSurrogate",
        ));
    }
    if !(0xdc00..0xe000).contains(&low) {
        return Err(Thrown::out_of_range(
            "A valid low surrogate character is between 0xdc00 and 0xdfff, inclusive.",
            "lowSurrogate",
        ));
    }
    Ok((((i32::from(high) - 0xd800) << 10) + i32::from(low) - 0xdc00 + 0x10000).into())
}

/// The number that a unit stands for, -1 if none: digits and the common fractions.
fn numeric(unit: u16) -> f64 {
    match char::from_u32(u32::from(unit)) {
        Some('¼') => 0.25,
        Some('½') => 0.5,
        Some('¾') => 0.75,
        Some('²') => 2.0,
        Some('³') => 3.0,
        Some('¹') => 1.0,
        Some(c) => c.to_digit(10).map_or(-1.0, f64::from),
        None => -1.0,
    }
}

fn mapped(a: Arguments<'_>, map: fn(char) -> char) -> Outcome {
    let mapped = char::from_u32(u32::from(a.char(0))).map(map);
    let unit = mapped.and_then(|c| u16::try_from(u32::from(c)).ok());
    Ok(Value::Char(unit.unwrap_or(a.char(0))))
}
