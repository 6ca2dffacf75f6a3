//! `System.Enum`

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, TypeObject, format_value, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{ClassRef, Type};
use crate::value::Value;

/// The base of enumerations.
pub static ENUM: Class = Class::new("System.Enum", ClassKind::Class)
    .inherits(&["IComparable", "IFormattable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "bool HasFlag(Enum flag)",
        "StringSplitOptions.RemoveEmptyEntries.HasFlag(StringSplitOptions.None)",
        "True",
        |_, a| Ok((a.int(0) & a.int(1) == a.int(1)).into()),
    ),
    row(
        "string ToString(string format)",
        r#"DayOfWeek.Friday.ToString("D")"#,
        "5",
        |call, a| {
            let format = a.text_or_null(1).map_or("", |text| text.as_str());
            call.text(format_value(a.value(0), format)?)
        },
    ),
    row(
        "int CompareTo(object target)",
        "DayOfWeek.Friday.CompareTo(DayOfWeek.Monday)",
        "1",
        |_, a| match (a.value(0), a.value(1)) {
            (_, Value::Null) => Ok(1.into()),
            (Value::Enum(left, _), Value::Enum(right, _)) if left == right => {
                Ok((a.int(0).cmp(&a.int(1)) as i32).into())
            }
            _ => Err(Thrown::new(
                "System.ArgumentException",
                "Object must be the same type as the enum.",
            )),
        },
    ),
    row(
        "static object Parse(Type enumType, string value)",
        r#"(DayOfWeek)Enum.Parse(typeof(DayOfWeek), "Friday")"#,
        "Friday",
        |_, a| parse_of(a, false),
    ),
    row(
        "static object Parse(Type enumType, string value, bool ignoreCase)",
        r#"(DayOfWeek)Enum.Parse(typeof(DayOfWeek), "friday", true)"#,
        "Friday",
        |_, a| parse_of(a, a.bool(2)),
    ),
    row(
        "static bool IsDefined(Type enumType, object value)",
        r#"Enum.IsDefined(typeof(DayOfWeek), "Friday")"#,
        "True",
        |_, a| {
            let Some(Type::Class(class, _)) = a.required(0)?.object::<TypeObject>().map(|ty| &ty.0) else {
                return Err(no_enumeration());
            };
            Ok(match a.required(1)? {
                Value::String(name) => class.values.iter().any(|(known, _)| **known == **name),
                other => class
                    .values
                    .iter()
                    .any(|(_, number)| Some(i64::from(*number)) == other.integer()),
            }
            .into())
        },
    ),
    row(
        "static string[] GetNames(Type enumType)",
        "Enum.GetNames(typeof(DayOfWeek))[1]",
        "Monday",
        |_, a| {
            let Some(Type::Class(class, _)) = a.required(0)?.object::<TypeObject>().map(|ty| &ty.0) else {
                return Err(no_enumeration());
            };
            let names = class.values.iter().map(|(name, _)| Value::from(*name)).collect();
            Ok(Value::of(Array::new(Type::STRING, names)))
        },
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

fn no_enumeration() -> Thrown {
    Thrown::argument("Type provided must be an Enum.", "enumType")
}

fn parse_of(a: Arguments<'_>, ignores_case: bool) -> Outcome {
    let ty = a.required(0)?.object::<TypeObject>();
    let ty = ty.filter(|ty| ty.0.is_enum()).ok_or_else(no_enumeration)?;
    let text = a.text(1)?;
    parse(&ty.0, text, ignores_case).ok_or_else(|| {
        Thrown::new(
            "System.ArgumentException",
            format!("Requested value '{text}' was not found."),
        )
    })
}

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
    call.give_out(parsed.unwrap_or_else(|| Value::default_of(&ty)));
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
