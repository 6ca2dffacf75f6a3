//! `System.Array`

mod parts;

use crate::collection::{Array, ELEMENT_BYTES, ReadOnly};
use crate::library::collections::copy_to;
use crate::library::{Arguments, Class, ClassKind, Row, row, sort_values};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Value, compare};
use std::cmp::Ordering;

/// Arrays of every element type.
pub static ARRAY: Class = Class::new("System.Array", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IList<T>", "IReadOnlyList<T>"])
    .rows(ROWS);
/// The name that static members are called by.
pub static STATIC_ARRAY: Class = Class::new("System.Array", ClassKind::Static)
    .rows(STATIC_ROWS)
    .more(&[parts::ROWS]);

const ROWS: &[Row] = &[
    row("int Length { get; }", "new int[3].Length", "3", |_, a| {
        Ok((of(a, 0)?.len() as i32).into())
    }),
    row("long LongLength { get; }", "new int[3].LongLength", "3", |_, a| {
        Ok((of(a, 0)?.len() as i64).into())
    }),
    row("int Rank { get; }", "new int[3, 4].Rank", "2", |_, a| {
        Ok((of(a, 0)?.lengths().len() as i32).into())
    }),
    row(
        "int GetLength(int dimension)",
        "new int[3, 4].GetLength(1)",
        "4",
        |_, a| Ok((dimension(a)? as i32).into()),
    ),
    row(
        "object GetValue(int index)",
        "new[] { 1, 2 }.GetValue(1)",
        "2",
        |_, a| {
            let array = one_dimensional(a)?;
            let value = array.place(&[a.long(1)]).and_then(|place| array.get(place));
            value.ok_or_else(Thrown::index_out_of_range)
        },
    ),
    row(
        "object GetValue(params int[] indices)",
        "new int[2, 3].GetValue(1, 2)",
        "0",
        |_, a| {
            let array = of(a, 0)?;
            let place = places(a, 1, array)?;
            array.get(place).ok_or_else(Thrown::index_out_of_range)
        },
    ),
    row("void SetValue(object value, int index)", "", "", |_, a| {
        let array = one_dimensional(a)?;
        let place = array.place(&[a.long(2)]).ok_or_else(Thrown::index_out_of_range)?;
        set(array, place, a.value(1))
    }),
    row("void SetValue(object value, params int[] indices)", "", "", |_, a| {
        let array = of(a, 0)?;
        set(array, places(a, 2, array)?, a.value(1))
    }),
    row(
        "int GetLowerBound(int dimension)",
        "new int[3, 4].GetLowerBound(1)",
        "0",
        |_, a| dimension(a).map(|_| 0.into()),
    ),
    row(
        "int GetUpperBound(int dimension)",
        "new int[3, 4].GetUpperBound(1)",
        "3",
        |_, a| Ok((dimension(a)? as i32 - 1).into()),
    ),
    row("bool IsReadOnly { get; }", "new int[3].IsReadOnly", "False", |_, a| {
        of(a, 0).map(|_| false.into())
    }),
    row("bool IsFixedSize { get; }", "new int[3].IsFixedSize", "True", |_, a| {
        of(a, 0).map(|_| true.into())
    }),
    row("void CopyTo(T[] array, int index)", "", "", |_, a| {
        let items = of(a, 0)?.to_vec();
        copy_to(a, items, 1, Some(2))
    }),
    row(
        "object Clone()",
        "((int[])new[] { 1 }.Clone()).Length",
        "1",
        |call, a| {
            let array = of(a, 0)?;
            call.allocate(array.len() * ELEMENT_BYTES)?;
            Ok(Value::of(Array::of_dimensions(
                array.element().clone(),
                array.lengths().to_vec(),
                array.to_vec(),
            )))
        },
    ),
];

const STATIC_ROWS: &[Row] = &[
    row(
        "static void Copy<T>(T[] sourceArray, T[] destinationArray, int length)",
        "",
        "",
        |_, a| copy(a, 0, 0, a.long(2)),
    ),
    row(
        "static void Copy<T>(T[] sourceArray, int sourceIndex, T[] destinationArray, int destinationIndex, int length)",
        "",
        "",
        |_, a| {
            let (from, to) = (a.long(1), a.long(3));
            copy(a, from, to, a.long(4))
        },
    ),
    row("static void Reverse<T>(T[] array)", "", "", |_, a| {
        let array = of(a, 0)?;
        let mut items = array.to_vec();
        items.reverse();
        array.replace(items);
        Ok(Value::Null)
    }),
    row("static void Sort<T>(T[] array)", "", "", |call, a| {
        let array = of(a, 0)?;
        let sorted = sort_values(call.frame, array.to_vec(), &mut |_, left, right| compare(left, right))?;
        array.replace(sorted);
        Ok(Value::Null)
    }),
    row(
        "static int IndexOf<T>(T[] array, T value)",
        "Array.IndexOf(new[] { 1, 2 }, 2)",
        "1",
        |_, a| {
            Ok(of(a, 0)?
                .to_vec()
                .iter()
                .position(|item| item.equals(a.value(1)))
                .map_or(-1, |at| at as i32)
                .into())
        },
    ),
    row(
        "static int LastIndexOf<T>(T[] array, T value)",
        "Array.LastIndexOf(new[] { 2, 1, 2 }, 2)",
        "2",
        |_, a| {
            Ok(of(a, 0)?
                .to_vec()
                .iter()
                .rposition(|item| item.equals(a.value(1)))
                .map_or(-1, |at| at as i32)
                .into())
        },
    ),
    row(
        "static int BinarySearch<T>(T[] array, T value)",
        "Array.BinarySearch(new[] { 1, 3 }, 2)",
        "-2",
        |_, a| binary_search(&of(a, 0)?.to_vec(), a.value(1)),
    ),
    row(
        "static bool TrueForAll<T>(T[] array, Predicate<T> match)",
        "Array.TrueForAll(new[] { 1, 2 }, x => x > 1)",
        "False",
        |call, a| {
            for item in of(a, 0)?.to_vec() {
                if !call.test(a.value(1), &item)? {
                    return Ok(false.into());
                }
            }
            Ok(true.into())
        },
    ),
    row(
        "static T FindLast<T>(T[] array, Predicate<T> match)",
        "Array.FindLast(new[] { 1, 2, 3 }, x => x < 3)",
        "2",
        |call, a| {
            for item in of(a, 0)?.to_vec().into_iter().rev() {
                if call.test(a.value(1), &item)? {
                    return Ok(item);
                }
            }
            Ok(Value::default_of(&call.type_argument(0)))
        },
    ),
    row(
        "static int FindLastIndex<T>(T[] array, Predicate<T> match)",
        "Array.FindLastIndex(new[] { 1, 2, 3 }, x => x < 3)",
        "1",
        |call, a| {
            for (at, item) in of(a, 0)?.to_vec().iter().enumerate().rev() {
                if call.test(a.value(1), item)? {
                    return Ok((at as i32).into());
                }
            }
            Ok((-1).into())
        },
    ),
    row(
        "static bool Exists<T>(T[] array, Predicate<T> match)",
        "Array.Exists(new[] { 1, 2 }, x => x > 1)",
        "True",
        |call, a| {
            for item in of(a, 0)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    return Ok(true.into());
                }
            }
            Ok(false.into())
        },
    ),
    row(
        "static T Find<T>(T[] array, Predicate<T> match)",
        "Array.Find(new[] { 1, 2 }, x => x > 1)",
        "2",
        |call, a| {
            for item in of(a, 0)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    return Ok(item);
                }
            }
            Ok(Value::default_of(&call.type_argument(0)))
        },
    ),
    row(
        "static int FindIndex<T>(T[] array, Predicate<T> match)",
        "Array.FindIndex(new[] { 1, 2 }, x => x > 1)",
        "1",
        |call, a| {
            for (at, item) in of(a, 0)?.to_vec().iter().enumerate() {
                if call.test(a.value(1), item)? {
                    return Ok((at as i32).into());
                }
            }
            Ok((-1).into())
        },
    ),
    row(
        "static T[] FindAll<T>(T[] array, Predicate<T> match)",
        "Array.FindAll(new[] { 1, 2 }, x => x > 1).Length",
        "1",
        |call, a| {
            let mut found = Vec::new();
            for item in of(a, 0)?.to_vec() {
                if call.test(a.value(1), &item)? {
                    found.push(item);
                }
            }
            Ok(Value::of(Array::new(call.type_argument(0), found)))
        },
    ),
    row(
        "static TOutput[] ConvertAll<T, TOutput>(T[] array, Converter<T, TOutput> converter)",
        r#"Array.ConvertAll(new[] { "1", "2" }, x => int.Parse(x)).Sum()"#,
        "3",
        |call, a| {
            let items: Result<Vec<Value>, Thrown> = of(a, 0)?
                .to_vec()
                .into_iter()
                .map(|item| call.call(a.value(1), &[item]))
                .collect();
            Ok(Value::of(Array::new(call.type_argument(1), items?)))
        },
    ),
    row(
        "static void ForEach<T>(T[] array, Action<T> action)",
        "",
        "",
        |call, a| {
            for item in of(a, 0)?.to_vec() {
                call.call(a.value(1), &[item])?;
            }
            Ok(Value::Null)
        },
    ),
    row(
        "static ReadOnlyCollection<T> AsReadOnly<T>(T[] array)",
        "Array.AsReadOnly(new[] { 1, 2 })[1]",
        "2",
        |call, a| Ok(Value::of(ReadOnly::new(a.required(0)?.clone(), call.type_argument(0)))),
    ),
    row("static T[] Empty<T>()", "Array.Empty<int>().Length", "0", |call, _| {
        Ok(Value::of(Array::new(call.type_argument(0), Vec::new())))
    }),
];

/// .NET's search by halves: the place, or the complement of where the value belongs.
fn binary_search(items: &[Value], wanted: &Value) -> Outcome {
    let (mut low, mut high) = (0, items.len());
    while low < high {
        // The last index is looked for inclusively, which decides where equal values are found.
        let middle = low + (high - 1 - low) / 2;
        let item = items.get(middle).unwrap_or(&Value::Null);
        match compare(item, wanted)? {
            Ordering::Equal => return Ok((middle as i32).into()),
            Ordering::Less => low = middle + 1,
            Ordering::Greater => high = middle,
        }
    }
    Ok((!(low as i32)).into())
}

fn of(a: Arguments<'_>, index: usize) -> Result<&Array, Thrown> {
    a.value(index).object::<Array>().ok_or_else(|| a.null(index))
}

/// The length of the dimension that the second argument names.
fn dimension(a: Arguments<'_>) -> Result<usize, Thrown> {
    let lengths = of(a, 0)?.lengths();
    let length = usize::try_from(a.long(1)).ok().and_then(|at| lengths.get(at));
    length.copied().ok_or_else(Thrown::index_out_of_range)
}

/// The array, if one index names its elements.
fn one_dimensional(a: Arguments<'_>) -> Result<&Array, Thrown> {
    let array = of(a, 0)?;
    if array.lengths().len() == 1 {
        return Ok(array);
    }
    Err(Thrown::new(
        "System.ArgumentException",
        "Array was not a one-dimensional array.",
    ))
}

/// The element that an argument's indices name.
fn places(a: Arguments<'_>, index: usize, array: &Array) -> Result<usize, Thrown> {
    let indices = of(a, index)?.to_vec();
    if indices.len() != array.lengths().len() {
        return Err(Thrown::new(
            "System.ArgumentException",
            "Indices length does not match the array rank.",
        ));
    }
    let indices: Vec<i64> = indices.iter().map(|index| index.integer().unwrap_or(-1)).collect();
    array.place(&indices).ok_or_else(Thrown::index_out_of_range)
}

/// Sets an element to a value of any type that fits.
fn set(array: &Array, place: usize, value: &Value) -> Outcome {
    let value = if value.is_null() {
        Value::default_of(array.element())
    } else if value.is_instance(array.element()) {
        value.clone()
    } else {
        return Err(Thrown::new(
            "System.InvalidCastException",
            "Object cannot be stored in an array of this type.",
        ));
    };
    array.set(place, value);
    Ok(Value::Null)
}

/// Copies a stretch; the arrays stand at the first argument and, by the form called, at the second or third.
fn copy(a: Arguments<'_>, from: i64, to: i64, count: i64) -> Outcome {
    let source = of(a, 0)?;
    let target = of(a, if a.count() == 3 { 1 } else { 2 })?;
    let short = |side: &str| {
        Thrown::argument(
            &format!(
                "{side} array was not long enough. Check the {} index, length, and the array's lower bounds.",
                side.to_lowercase()
            ),
            &format!("{}Array", side.to_lowercase()),
        )
    };
    let place = |value: i64| {
        usize::try_from(value).map_err(|_| Thrown::out_of_range("Non-negative number required.", "length"))
    };
    let (from, to, count) = (place(from)?, place(to)?, place(count)?);
    let items = source.to_vec();
    let Some(items) = items.get(from..from.saturating_add(count)) else {
        return Err(short("Source"));
    };
    if to.saturating_add(count) > target.len() {
        return Err(short("Destination"));
    }
    for (at, item) in items.iter().enumerate() {
        target.set(to + at, item.clone());
    }
    Ok(Value::Null)
}
