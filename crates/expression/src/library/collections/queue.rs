//! `System.Collections.Generic.Queue<T>` and `Stack<T>`, which differ in the end they take from.

use crate::collection::{Array, ELEMENT_BYTES, List, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// First in, first out.
pub static QUEUE: Class = Class::new("System.Collections.Generic.Queue", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IReadOnlyCollection<T>"])
    .rows(QUEUE_ROWS)
    .more(&[ROWS]);
/// Last in, first out; its first element is the last one pushed.
pub static STACK: Class = Class::new("System.Collections.Generic.Stack", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IReadOnlyCollection<T>"])
    .rows(STACK_ROWS)
    .more(&[ROWS]);

const ROWS: &[Row] = &[
    row(
        "int Count { get; }",
        "new Queue<int>(new[] { 1 }).Count",
        "1",
        |_, a| Ok((of(a)?.len() as i32).into()),
    ),
    row(
        "bool Contains(T item)",
        "new Queue<int>(new[] { 1 }).Contains(1)",
        "True",
        |_, a| Ok(of(a)?.to_vec().iter().any(|item| item.equals(a.value(1))).into()),
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.change(Vec::clear);
        Ok(Value::Null)
    }),
    row("T Peek()", "new Queue<int>(new[] { 1, 2 }).Peek()", "1", |_, a| {
        of(a)?.get(0).ok_or_else(|| empty(a))
    }),
    row(
        "T[] ToArray()",
        "new Queue<int>(new[] { 1 }).ToArray().Length",
        "1",
        |call, a| Ok(Value::of(Array::new(call.type_argument(0), of(a)?.to_vec()))),
    ),
];

const QUEUE_ROWS: &[Row] = &[
    row("new()", "new Queue<int>().Count", "0", |call, _| {
        Ok(Value::of(List::new(&QUEUE, call.type_argument(0), Vec::new())))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new Queue<int>(new[] { 1 }).Count",
        "1",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(Value::of(List::new(&QUEUE, call.type_argument(0), items)))
        },
    ),
    row("void Enqueue(T item)", "", "", |call, a| {
        of(a)?.push(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row(
        "T Dequeue()",
        "new Queue<int>(new[] { 1, 2 }).Dequeue()",
        "1",
        take_first,
    ),
];

const STACK_ROWS: &[Row] = &[
    row("new()", "new Stack<int>().Count", "0", |call, _| {
        Ok(Value::of(List::new(&STACK, call.type_argument(0), Vec::new())))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new Stack<int>(new[] { 1, 2 }).Peek()",
        "2",
        |call, a| {
            let mut items = collect(a.required(0)?, call.frame)?;
            items.reverse();
            Ok(Value::of(List::new(&STACK, call.type_argument(0), items)))
        },
    ),
    row("void Push(T item)", "", "", |call, a| {
        call.allocate(ELEMENT_BYTES)?;
        call.step(moved(a)?)?;
        of(a)?.change(|items| items.insert(0, a.value(1).clone()));
        Ok(Value::Null)
    }),
    row("T Pop()", "new Stack<int>(new[] { 1, 2 }).Pop()", "2", take_first),
];

fn of(a: Arguments<'_>) -> Result<&List, Thrown> {
    a.value(0).object::<List>().ok_or_else(Thrown::null_reference)
}

fn empty(a: Arguments<'_>) -> Thrown {
    Thrown::invalid_operation(if a.member.class.short_name() == "Stack" {
        "Stack empty."
    } else {
        "Queue empty."
    })
}

/// The steps that moving all elements by one counts for.
fn moved(a: Arguments<'_>) -> Result<u64, Thrown> {
    Ok(1 + of(a)?.len() as u64 / 32)
}

fn take_first(call: &mut Call<'_, '_>, a: Arguments<'_>) -> crate::thrown::Outcome {
    call.step(moved(a)?)?;
    of(a)?
        .change(|items| if items.is_empty() { None } else { Some(items.remove(0)) })
        .ok_or_else(|| empty(a))
}
