//! `System.Tuple`: a row of values as an object, of one to seven members, and the methods that make one.

use crate::collection::Record;
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Value;

/// A getter of a member.
macro_rules! item {
    ($name:literal $ty:literal $at:literal) => {
        row(concat!($ty, " ", $name, " { get; }"), "", "", |_, a| {
            let record = a.value(0).object::<Record>().ok_or_else(Thrown::null_reference)?;
            Ok(record.items.get($at).cloned().unwrap_or_default())
        })
    };
}

macro_rules! tuples {
    ($($constant:ident [$($ty:literal)*] $parameters:literal $types:literal [$($name:literal $own:literal $at:literal)*] $example:literal $expected:literal;)*) => {
        $(
        static $constant: Class = Class::new("System.Tuple", ClassKind::Class)
            .generic(&[$($ty),*])
            .rows(&[
                row(concat!("new(", $parameters, ")"), "", "", |call, a| Ok(made(&$constant, call.types, a.values))),
                $(item!($name $own $at)),*
            ]);
        )*
        /// The tuples, and the class that makes them.
        pub const CLASSES: &[&Class] = &[&TUPLE, $(&$constant),*];

        const CREATE_ROWS: &[Row] = &[$(
            row(concat!("static Tuple<", $types, "> Create<", $types, ">(", $parameters, ")"), $example, $expected, |call, a| {
                Ok(made(&$constant, call.types, a.values))
            }),
        )*];
    };
}

tuples! {
    TUPLE_1 ["T1"] "T1 item1" "T1" ["Item1" "T1" 0]
        "Tuple.Create(1).Item1" "1";
    TUPLE_2 ["T1" "T2"] "T1 item1, T2 item2" "T1, T2" ["Item1" "T1" 0 "Item2" "T2" 1]
        "Tuple.Create(1, 2).Item2" "2";
    TUPLE_3 ["T1" "T2" "T3"] "T1 item1, T2 item2, T3 item3" "T1, T2, T3"
        ["Item1" "T1" 0 "Item2" "T2" 1 "Item3" "T3" 2]
        "Tuple.Create(1, 2, 3).Item3" "3";
    TUPLE_4 ["T1" "T2" "T3" "T4"] "T1 item1, T2 item2, T3 item3, T4 item4" "T1, T2, T3, T4"
        ["Item1" "T1" 0 "Item2" "T2" 1 "Item3" "T3" 2 "Item4" "T4" 3]
        "Tuple.Create(1, 2, 3, 4).Item4" "4";
    TUPLE_5 ["T1" "T2" "T3" "T4" "T5"] "T1 item1, T2 item2, T3 item3, T4 item4, T5 item5" "T1, T2, T3, T4, T5"
        ["Item1" "T1" 0 "Item2" "T2" 1 "Item3" "T3" 2 "Item4" "T4" 3 "Item5" "T5" 4]
        "Tuple.Create(1, 2, 3, 4, 5).Item5" "5";
    TUPLE_6 ["T1" "T2" "T3" "T4" "T5" "T6"] "T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6" "T1, T2, T3, T4, T5, T6"
        ["Item1" "T1" 0 "Item2" "T2" 1 "Item3" "T3" 2 "Item4" "T4" 3 "Item5" "T5" 4 "Item6" "T6" 5]
        "Tuple.Create(1, 2, 3, 4, 5, 6).Item6" "6";
    TUPLE_7 ["T1" "T2" "T3" "T4" "T5" "T6" "T7"] "T1 item1, T2 item2, T3 item3, T4 item4, T5 item5, T6 item6, T7 item7" "T1, T2, T3, T4, T5, T6, T7"
        ["Item1" "T1" 0 "Item2" "T2" 1 "Item3" "T3" 2 "Item4" "T4" 3 "Item5" "T5" 4 "Item6" "T6" 5 "Item7" "T7" 6]
        "Tuple.Create(1, 2, 3, 4, 5, 6, 7).Item7" "7";
}

/// What makes tuples.
static TUPLE: Class = Class::new("System.Tuple", ClassKind::Static).rows(CREATE_ROWS);

fn made(class: &'static Class, types: &[Type], items: &[Value]) -> Value {
    Value::of(Record::new(Type::generic(class, types.to_vec()), items.to_vec()))
}
