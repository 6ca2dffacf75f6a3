//! `System.Collections.Generic.Queue<T>` and `Stack<T>`, which differ in the end they add to.

use super::bounds::{capacity, copy_to};
use super::enumerator;
use crate::collection::{Array, Deque, ELEMENT_BYTES, collect};
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// First in, first out.
pub static QUEUE: Class = Class::new("System.Collections.Generic.Queue", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IReadOnlyCollection<T>"])
    .rows(QUEUE_ROWS)
    .more(&[enumerator::GENERIC_ENUMERABLE_ROWS, ROWS]);
/// Last in, first out; its first element is the last one pushed.
pub static STACK: Class = Class::new("System.Collections.Generic.Stack", ClassKind::Class)
    .generic(&["T"])
    .inherits(&["IReadOnlyCollection<T>"])
    .rows(STACK_ROWS)
    .more(&[enumerator::GENERIC_ENUMERABLE_ROWS, ROWS]);

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
        |call, a| {
            let items = of(a)?.to_vec();
            call.step(1 + items.len() as u64 / 8)?;
            Ok(items.iter().any(|item| item.equals(a.value(1))).into())
        },
    ),
    row("void Clear()", "", "", |_, a| {
        of(a)?.clear();
        Ok(Value::Null)
    }),
    row("T Peek()", "new Queue<int>(new[] { 1, 2 }).Peek()", "1", |_, a| {
        of(a)?.get(0).ok_or_else(|| empty(a))
    }),
    row(
        "bool TryPeek(out T result)",
        "new Stack<int>(new[] { 1, 2 }).TryPeek(out var top) ? top : 0",
        "2",
        |call, a| {
            let found = of(a)?.get(0);
            tried(call, found)
        },
    ),
    row(
        "T[] ToArray()",
        "new Queue<int>(new[] { 1 }).ToArray().Length",
        "1",
        |call, a| {
            call.allocate(of(a)?.len() * ELEMENT_BYTES)?;
            Ok(Value::of(Array::new(call.type_argument(0), of(a)?.to_vec())))
        },
    ),
    row("void CopyTo(T[] array, int arrayIndex)", "", "", |_, a| {
        copy_to(a, of(a)?.to_vec(), 1, Some(2))
    }),
    row("void TrimExcess()", "", "", |_, _| Ok(Value::Null)),
];

const QUEUE_ROWS: &[Row] = &[
    row("new()", "new Queue<int>().Count", "0", |call, _| {
        Ok(Value::of(Deque::new(&QUEUE, call.type_argument(0), Vec::new())))
    }),
    row("new(int capacity)", "new Queue<int>(4).Count", "0", |call, a| {
        capacity(a, 0)?;
        Ok(Value::of(Deque::new(&QUEUE, call.type_argument(0), Vec::new())))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new Queue<int>(new[] { 1 }).Count",
        "1",
        |call, a| {
            let items = collect(a.required(0)?, call.frame)?;
            Ok(Value::of(Deque::new(&QUEUE, call.type_argument(0), items)))
        },
    ),
    row("void Enqueue(T item)", "", "", |call, a| {
        of(a)?.push_back(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row(
        "T Dequeue()",
        "new Queue<int>(new[] { 1, 2 }).Dequeue()",
        "1",
        |_, a| of(a)?.take().ok_or_else(|| empty(a)),
    ),
    row(
        "bool TryDequeue(out T result)",
        "new Queue<int>(new[] { 1, 2 }).TryDequeue(out var first) ? first : 0",
        "1",
        |call, a| {
            let found = of(a)?.take();
            tried(call, found)
        },
    ),
];

const STACK_ROWS: &[Row] = &[
    row("new()", "new Stack<int>().Count", "0", |call, _| {
        Ok(Value::of(Deque::new(&STACK, call.type_argument(0), Vec::new())))
    }),
    row("new(int capacity)", "new Stack<int>(4).Count", "0", |call, a| {
        capacity(a, 0)?;
        Ok(Value::of(Deque::new(&STACK, call.type_argument(0), Vec::new())))
    }),
    row(
        "new(IEnumerable<T> collection)",
        "new Stack<int>(new[] { 1, 2 }).Peek()",
        "2",
        |call, a| {
            let mut items = collect(a.required(0)?, call.frame)?;
            items.reverse();
            Ok(Value::of(Deque::new(&STACK, call.type_argument(0), items)))
        },
    ),
    row("void Push(T item)", "", "", |call, a| {
        of(a)?.push_front(call.frame, a.value(1).clone())?;
        Ok(Value::Null)
    }),
    row("T Pop()", "new Stack<int>(new[] { 1, 2 }).Pop()", "2", |_, a| {
        of(a)?.take().ok_or_else(|| empty(a))
    }),
    row(
        "bool TryPop(out T result)",
        "new Stack<int>(new[] { 1, 2 }).TryPop(out var top) ? top : 0",
        "2",
        |call, a| {
            let found = of(a)?.take();
            tried(call, found)
        },
    ),
];

fn of(a: Arguments<'_>) -> Result<&Deque, Thrown> {
    a.value(0).object::<Deque>().ok_or_else(Thrown::null_reference)
}

fn empty(a: Arguments<'_>) -> Thrown {
    Thrown::invalid_operation(if a.member.class.short_name() == "Stack" {
        "Stack empty."
    } else {
        "Queue empty."
    })
}

fn tried(call: &mut Call<'_, '_>, found: Option<Value>) -> Outcome {
    let known = found.is_some();
    let default = Value::default_of(&call.type_argument(0));
    call.give_out(found.unwrap_or(default));
    Ok(known.into())
}
