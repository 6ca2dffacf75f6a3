//! `System.Enum`

use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::Value;

/// The base of enumerations.
pub static ENUM: Class = Class::new("System.Enum", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "bool HasFlag(Enum flag)",
        "StringSplitOptions.RemoveEmptyEntries.HasFlag(StringSplitOptions.None)",
        "True",
        |_, a| Ok((a.int(0) & a.int(1) == a.int(1)).into()),
    ),
    row(
        "static bool TryParse<TEnum>(string value, out TEnum result)",
        r#"Enum.TryParse<DayOfWeek>("Friday", out var d) ? d.ToString() : """#,
        "Friday",
        |call, a| try_parse(call, a, false),
    ),
    row(
        "static bool TryParse<TEnum>(string value, bool ignoreCase, out TEnum result)",
        r#"Enum.TryParse<DayOfWeek>("friday", true, out var d) ? d.ToString() : """#,
        "Friday",
        |call, a| {
            let ignores_case = a.bool(1);
            try_parse(call, a, ignores_case)
        },
    ),
    row(
        "static TEnum Parse<TEnum>(string value)",
        r#"Enum.Parse<DayOfWeek>("Friday")"#,
        "Friday",
        |call, a| parse(&call.type_argument(0), a.text(0)?, false).ok_or_else(|| not_found(a)),
    ),
    row(
        "static TEnum Parse<TEnum>(string value, bool ignoreCase)",
        r#"Enum.Parse<DayOfWeek>("friday", true)"#,
        "Friday",
        |call, a| parse(&call.type_argument(0), a.text(0)?, a.bool(1)).ok_or_else(|| not_found(a)),
    ),
];

fn not_found(a: Arguments<'_>) -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        format!("Requested value '{}' was not found.", a.value(0).display_string()),
    )
}

fn try_parse(call: &mut Call<'_, '_>, a: Arguments<'_>, ignores_case: bool) -> Outcome {
    let ty = call.type_argument(0);
    let parsed = a.text_or_null(0).and_then(|text| parse(&ty, text, ignores_case));
    let found = parsed.is_some();
    call.outs.push(parsed.unwrap_or_else(|| Value::default_of(&ty)));
    Ok(found.into())
}

fn parse(ty: &Type, text: &str, ignores_case: bool) -> Option<Value> {
    let Type::Class(class, _) = ty else { return None };
    let mut number = 0;
    for name in text.split(',').map(str::trim) {
        number |= match name.parse::<i32>() {
            Ok(number) => number,
            Err(_) => named(*class, name, ignores_case)?,
        };
    }
    Some(Value::Enum(*class, number))
}

fn named(class: ClassRef, name: &str, ignores_case: bool) -> Option<i32> {
    let same = |known: &str| {
        if ignores_case {
            known.eq_ignore_ascii_case(name)
        } else {
            known == name
        }
    };
    class
        .values
        .iter()
        .find(|(known, _)| same(known))
        .map(|(_, number)| *number)
}
