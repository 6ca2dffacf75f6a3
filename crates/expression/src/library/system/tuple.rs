//! `System.Tuple` and `System.ValueTuple`. Members of value tuples are resolved by the checker, which leaves what every value
//! can do; `System.Tuple`s are objects with members like others.

use crate::collection::Record;
use crate::library::{Arguments, Call, Class, ClassKind, Row, named_type, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// `(a, b)`
pub static VALUE_TUPLE: Class = Class::new("System.ValueTuple", ClassKind::Struct).inherits(&["IComparable"]);
/// What makes tuples.
pub static TUPLE: Class = Class::new("System.Tuple", ClassKind::Static).rows(CREATE_ROWS);
/// Of one.
pub static TUPLE_1: Class = of(&["T1"])
    .rows(&[
        row("new(T1 item1)", "new Tuple<int>(1)", "(1)", made),
        row("void Deconstruct(out T1 item1)", "", "", parts),
    ])
    .more(&[&[ITEM1]]);
/// Of two.
pub static TUPLE_2: Class = of(&["T1", "T2"])
    .rows(&[
        row("new(T1 item1, T2 item2)", "new Tuple<int, int>(1, 2)", "(1, 2)", made),
        row("void Deconstruct(out T1 item1, out T2 item2)", "", "", parts),
    ])
    .more(&[&[ITEM1, ITEM2]]);
/// Of three.
pub static TUPLE_3: Class = of(&["T1", "T2", "T3"])
    .rows(&[
        row(
            "new(T1 item1, T2 item2, T3 item3)",
            "new Tuple<int, int, int>(1, 2, 3)",
            "(1, 2, 3)",
            made,
        ),
        row(
            "void Deconstruct(out T1 item1, out T2 item2, out T3 item3)",
            "",
            "",
            parts,
        ),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3]]);
/// Of four.
pub static TUPLE_4: Class = of(&["T1", "T2", "T3", "T4"])
    .rows(&[
        row(
            "new(T1 item1, T2 item2, T3 item3, T4 item4)",
            "new Tuple<int, int, int, int>(1, 2, 3, 4)",
            "(1, 2, 3, 4)",
            made,
        ),
        row(
            "void Deconstruct(out T1 item1, out T2 item2, out T3 item3, out T4 item4)",
            "",
            "",
            parts,
        ),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3, ITEM4]]);
/// Of five.
pub static TUPLE_5: Class = of(&["T1", "T2", "T3", "T4", "T5"])
    .rows(&[
        row(
            "new(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5)",
            "new Tuple<int, int, int, int, int>(1, 2, 3, 4, 5)",
            "(1, 2, 3, 4, 5)",
            made,
        ),
        row(
            "void Deconstruct(out T1 item1, out T2 item2, out T3 item3, out T4 item4, out T5 item5)",
            "",
            "",
            parts,
        ),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3, ITEM4, ITEM5]]);
/// Of six.
pub static TUPLE_6: Class = of(&["T1", "T2", "T3", "T4", "T5", "T6"])
    .rows(&[
        row(
            "new(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6)",
            "new Tuple<int, int, int, int, int, int>(1, 2, 3, 4, 5, 6)",
            "(1, 2, 3, 4, 5, 6)",
            made,
        ),
        row(
            "void Deconstruct(out T1 item1, out T2 item2, out T3 item3, out T4 item4, out T5 item5, out T6 item6)",
            "",
            "",
            parts,
        ),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3, ITEM4, ITEM5, ITEM6]]);
/// Of seven.
pub static TUPLE_7: Class = of(&["T1", "T2", "T3", "T4", "T5", "T6", "T7"])
    .rows(&[
        row("new(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7)", "new Tuple<int, int, int, int, int, int, int>(1, 2, 3, 4, 5, 6, 7)", "(1, 2, 3, 4, 5, 6, 7)", made),
        row("void Deconstruct(out T1 item1, out T2 item2, out T3 item3, out T4 item4, out T5 item5, out T6 item6, out T7 item7)", "", "", parts),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3, ITEM4, ITEM5, ITEM6, ITEM7]]);
/// Of more than seven: the others are in a tuple of their own.
pub static TUPLE_8: Class = of(&["T1", "T2", "T3", "T4", "T5", "T6", "T7", "TRest"])
    .rows(&[
        row(
            "new(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7, TRest rest)",
            "new Tuple<int, int, int, int, int, int, int, Tuple<int>>(1, 2, 3, 4, 5, 6, 7, Tuple.Create(8))",
            "(1, 2, 3, 4, 5, 6, 7, 8)",
            |call, a| {
                if tuple(a.value(7)).is_none() {
                    let message = "The last element of an eight element tuple must be a Tuple.";
                    return Err(Thrown::new("System.ArgumentException", message));
                }
                made(call, a)
            },
        ),
        row(
            "TRest Rest { get; }",
            "Tuple.Create(1, 2, 3, 4, 5, 6, 7, 8).Rest",
            "(8)",
            item::<7>,
        ),
    ])
    .more(&[&[ITEM1, ITEM2, ITEM3, ITEM4, ITEM5, ITEM6, ITEM7]]);

const CREATE_ROWS: &[Row] = &[
    row("static Tuple<T1> Create<T1>(T1 item1)", "Tuple.Create(1)", "(1)", made),
    row(
        "static Tuple<T1, T2> Create<T1, T2>(T1 item1, T2 item2)",
        r#"Tuple.Create(1, "a")"#,
        "(1, a)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3> Create<T1, T2, T3>(T1 item1, T2 item2, T3 item3)",
        r#"Tuple.Create(1, "a", 3)"#,
        "(1, a, 3)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3, T4> Create<T1, T2, T3, T4>(T1 item1, T2 item2, T3 item3, T4 item4)",
        r#"Tuple.Create(1, "a", 3, 4)"#,
        "(1, a, 3, 4)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3, T4, T5> Create<T1, T2, T3, T4, T5>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5)",
        r#"Tuple.Create(1, "a", 3, 4, 5)"#,
        "(1, a, 3, 4, 5)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3, T4, T5, T6> Create<T1, T2, T3, T4, T5, T6>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6)",
        r#"Tuple.Create(1, "a", 3, 4, 5, 6)"#,
        "(1, a, 3, 4, 5, 6)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3, T4, T5, T6, T7> Create<T1, T2, T3, T4, T5, T6, T7>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7)",
        r#"Tuple.Create(1, "a", 3, 4, 5, 6, 7)"#,
        "(1, a, 3, 4, 5, 6, 7)",
        made,
    ),
    row(
        "static Tuple<T1, T2, T3, T4, T5, T6, T7, Tuple<T8>> Create<T1, T2, T3, T4, T5, T6, T7, T8>(T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7, T8 item8)",
        "Tuple.Create(1, 2, 3, 4, 5, 6, 7, 8)",
        "(1, 2, 3, 4, 5, 6, 7, 8)",
        |call, a| {
            let items = a.to_vec();
            let (first, last) = items.split_at_checked(7).unwrap_or((&items, &[]));
            let (types, rest) = call.types.split_at_checked(7).unwrap_or((call.types, &[]));
            let rest = record(rest, last.to_vec());
            Ok(record(
                &[types, &[rest.runtime_type()]].concat(),
                [first, &[rest]].concat(),
            ))
        },
    ),
];

const ITEM1: Row = row("T1 Item1 { get; }", "Tuple.Create(1).Item1", "1", item::<0>);
const ITEM2: Row = row("T2 Item2 { get; }", "Tuple.Create(1, 2).Item2", "2", item::<1>);
const ITEM3: Row = row("T3 Item3 { get; }", "Tuple.Create(1, 2, 3).Item3", "3", item::<2>);
const ITEM4: Row = row("T4 Item4 { get; }", "Tuple.Create(1, 2, 3, 4).Item4", "4", item::<3>);
const ITEM5: Row = row("T5 Item5 { get; }", "Tuple.Create(1, 2, 3, 4, 5).Item5", "5", item::<4>);
const ITEM6: Row = row(
    "T6 Item6 { get; }",
    "Tuple.Create(1, 2, 3, 4, 5, 6).Item6",
    "6",
    item::<5>,
);
const ITEM7: Row = row(
    "T7 Item7 { get; }",
    "Tuple.Create(1, 2, 3, 4, 5, 6, 7).Item7",
    "7",
    item::<6>,
);

const fn of(parameters: &'static [&'static str]) -> Class {
    Class::new("System.Tuple", ClassKind::Class)
        .generic(parameters)
        .inherits(&["IComparable"])
}

fn record(types: &[Type], items: Vec<Value>) -> Value {
    let ty = named_type("System.Tuple", types.to_vec()).unwrap_or(Type::OBJECT);
    Value::of(Record::new(ty, items))
}

fn made(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    Ok(record(call.types, a.to_vec()))
}

fn tuple(value: &Value) -> Option<&Record> {
    let class = value.runtime_type().library_class()?;
    value.object::<Record>().filter(|_| class.name == "System.Tuple")
}

fn item<const AT: usize>(_: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let item = a.value(0).object::<Record>().and_then(|record| record.items.get(AT));
    Ok(item.cloned().unwrap_or_default())
}

fn parts(call: &mut Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    for item in a
        .value(0)
        .object::<Record>()
        .into_iter()
        .flat_map(|record| &record.items)
    {
        call.give_out(item.clone());
    }
    Ok(Value::Null)
}
