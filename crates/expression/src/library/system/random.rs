//! `System.Random`: .NET's own subtractive generator, so that a seed gives .NET's numbers.

use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// A generator.
pub static RANDOM: Class = Class::new("System.Random", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new Random().Next(1)", "0", |call, _| {
        Ok(Value::of(Generator::new(call.context.random() as i32)))
    }),
    row("new(int Seed)", "new Random(42).Next(100)", "66", |_, a| {
        Ok(Value::of(Generator::new(a.int(0))))
    }),
    row("int Next()", "new Random(42).Next()", "1434747710", |_, a| {
        Ok(of(a)?.sample().into())
    }),
    row("int Next(int maxValue)", "new Random(42).Next(100)", "66", |_, a| {
        let most = a.int(1);
        if most < 0 {
            return Err(Thrown::out_of_range(
                "'maxValue' must be greater than zero.",
                "maxValue",
            ));
        }
        Ok(((of(a)?.fraction() * f64::from(most)) as i32).into())
    }),
    row(
        "int Next(int minValue, int maxValue)",
        "new Random(42).Next(10, 11)",
        "10",
        |_, a| {
            let (least, most) = (a.long(1), a.long(2));
            if least > most {
                return Err(Thrown::out_of_range(
                    "'minValue' cannot be greater than maxValue.",
                    "minValue",
                ));
            }
            Ok(((least + (of(a)?.fraction() * (most - least) as f64) as i64) as i32).into())
        },
    ),
    row(
        "double NextDouble()",
        "new Random(42).NextDouble() < 1",
        "True",
        |_, a| Ok(of(a)?.fraction().into()),
    ),
    row("void NextBytes(byte[] buffer)", "", "", |_, a| fill(a)),
];

fn of(a: Arguments<'_>) -> Result<&Generator, Thrown> {
    a.value(0).object::<Generator>().ok_or_else(Thrown::null_reference)
}

fn fill(a: Arguments<'_>) -> Outcome {
    let generator = of(a)?;
    let buffer = a.required(1)?.object::<Array>().ok_or_else(|| a.null(1))?;
    for at in 0..buffer.len() {
        buffer.set(at, Value::Byte(generator.sample() as u8));
    }
    Ok(Value::Null)
}

/// Knuth's subtractive generator with .NET's constants.
#[derive(Debug)]
struct Generator(Mutex<State>);

#[derive(Debug)]
struct State {
    table: [i32; 56],
    next: usize,
    other: usize,
}

impl Generator {
    fn new(seed: i32) -> Self {
        let mut table = [0i32; 56];
        let mut last = 161_803_398i32.wrapping_sub(if seed == i32::MIN { i32::MAX } else { seed.abs() });
        set(&mut table, 55, last);
        let mut current = 1i32;
        for index in 1..55usize {
            set(&mut table, 21 * index % 55, current);
            current = last.wrapping_sub(current);
            if current < 0 {
                current = current.wrapping_add(i32::MAX);
            }
            last = get(&table, 21 * index % 55);
        }
        for _ in 1..5 {
            for index in 1..56usize {
                let mut value = get(&table, index).wrapping_sub(get(&table, 1 + (index + 30) % 55));
                if value < 0 {
                    value = value.wrapping_add(i32::MAX);
                }
                set(&mut table, index, value);
            }
        }
        Self(Mutex::new(State {
            table,
            next: 0,
            other: 21,
        }))
    }

    fn sample(&self) -> i32 {
        let mut state = self.0.lock();
        state.next = if state.next >= 55 { 1 } else { state.next + 1 };
        state.other = if state.other >= 55 { 1 } else { state.other + 1 };
        let mut value = get(&state.table, state.next).wrapping_sub(get(&state.table, state.other));
        if value == i32::MAX {
            value -= 1;
        }
        if value < 0 {
            value = value.wrapping_add(i32::MAX);
        }
        let next = state.next;
        set(&mut state.table, next, value);
        value
    }

    fn fraction(&self) -> f64 {
        f64::from(self.sample()) * (1.0 / f64::from(i32::MAX))
    }
}

fn get(table: &[i32; 56], at: usize) -> i32 {
    table.get(at).copied().unwrap_or_default()
}

fn set(table: &mut [i32; 56], at: usize, value: i32) {
    if let Some(place) = table.get_mut(at) {
        *place = value;
    }
}

impl Object for Generator {
    fn type_name(&self) -> String {
        "System.Random".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
