//! What a running expression holds: the exchange, its local variables, and what is left of its budget.
//!
//! Never here: what the code does (`compile`).

use crate::Budget;
use crate::closure::Closure;
use crate::collection::Array;
use crate::context::Context;
use crate::explained::Told;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

/// A local variable: held directly, or shared with the lambdas that capture it.
#[derive(Clone, Debug)]
pub enum Slot {
    /// Only its function sees it.
    Own(Value),
    /// Lambdas see it too.
    Shared(Arc<Mutex<Value>>),
}

/// How a function that yields is entered: statements around a `yield` go straight to their place in it unless it begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entry {
    /// From its beginning.
    #[default]
    Begin,
    /// Behind the `yield` where it waits.
    GoOn,
    /// There too, only to leave it at once: `finally` blocks around are run.
    Leave,
}

impl Slot {
    /// A variable of a function that nobody shares yet, with a copy of this value. Numbers, which arguments mostly are, are
    /// written where the variable is; a value that is copied in one piece is waited for until all of it is written.
    #[inline]
    fn push_copy(slots: &mut Vec<Self>, value: &Value) {
        match value {
            Value::Int32(number) => slots.push(Self::Own(Value::Int32(*number))),
            other => slots.push(Self::Own(other.clone())),
        }
    }

    /// Variables with copies of a function's arguments.
    #[inline]
    pub fn push_copies(slots: &mut Vec<Self>, values: &[Value]) {
        for value in values {
            Self::push_copy(slots, value);
        }
    }
}

/// Closures inside closures that a stack of 2 MiB holds with room to spare.
const NODES: u32 = 1500;

/// What few evaluations need.
#[derive(Default)]
struct Seldom {
    /// Values of `out` parameters of the library function that just returned, in order.
    outs: Vec<Value>,
    /// What the innermost `catch` caught, for `throw;`.
    caught: Option<Thrown>,
    /// What the parts of the expression gave, when somebody wants to know.
    told: Option<Box<Told>>,
    /// Every shared cell, to be emptied in the end: delegates and what they capture may refer to each other.
    cells: Vec<Weak<Mutex<Value>>>,
}

impl Seldom {
    fn empty_cells(&mut self, result: &Value) {
        let lazy = matches!(result, Value::Object(_)) && result.object::<Array>().is_none();
        for cell in self.cells.drain(..).filter_map(|cell| cell.upgrade()) {
            let mut value = cell.lock();
            if !lazy || value.object::<Closure>().is_some() {
                let content = std::mem::take(&mut *value);
                drop(value);
                drop(content);
            }
        }
    }
}

/// One evaluation.
pub struct Frame<'c> {
    /// The exchange.
    pub context: &'c dyn Context,
    slots: Vec<Slot>,
    /// How the function that runs was entered.
    entry: Entry,
    /// Made when it is first needed: to begin and to end an evaluation is much of what a short one costs.
    seldom: Option<Box<Seldom>>,
    base: usize,
    steps: u64,
    bytes: u64,
    depth: u32,
    /// How many nodes of expressions may still be inside each other, over all calls: what the thread's stack holds.
    nodes: u32,
}

impl<'c> Frame<'c> {
    /// A fresh evaluation with this many local variables.
    pub fn new(context: &'c dyn Context, budget: Budget, locals: usize) -> Self {
        let mut slots = Vec::with_capacity(locals);
        slots.resize(locals, Slot::Own(Value::Null));
        Self {
            context,
            slots,
            entry: Entry::Begin,
            seldom: None,
            base: 0,
            steps: budget.steps,
            bytes: budget.allocation,
            depth: budget.depth,
            nodes: NODES,
        }
    }

    /// Accounts for `count` evaluated nodes.
    ///
    /// # Errors
    /// When the budget is used up.
    #[inline]
    pub fn step(&mut self, count: u64) -> Result<(), Thrown> {
        match self.steps.checked_sub(count) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(self.used_up()),
        }
    }

    #[cold]
    fn used_up(&mut self) -> Thrown {
        self.steps = 0;
        Thrown::limit("the expression was stopped: it used more steps than an expression may")
    }

    /// Accounts for `bytes` of text that are read through: a loop over a caller's body must not cost the square of its
    /// length unnoticed.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn read(&mut self, bytes: usize) -> Result<(), Thrown> {
        self.step(bytes as u64 / 64)
    }

    /// Accounts for `bytes` of memory.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), Thrown> {
        if let Some(left) = self.bytes.checked_sub(bytes as u64) {
            self.bytes = left;
            Ok(())
        } else {
            self.bytes = 0;
            Err(Thrown::limit(
                "the expression was stopped: it used more memory than an expression may",
            ))
        }
    }

    /// How many bytes of memory may still be made.
    pub fn bytes_left(&self) -> usize {
        usize::try_from(self.bytes).unwrap_or(usize::MAX)
    }

    /// A text made by the expression, accounted for.
    pub fn text(&mut self, text: String) -> Outcome {
        self.allocate(text.len())?;
        Ok(text.into())
    }

    #[cold]
    fn seldom(&mut self) -> &mut Seldom {
        self.seldom.get_or_insert_default()
    }

    /// Gives the value of the next `out` parameter of the library function that runs.
    pub fn give_out(&mut self, value: Value) {
        self.seldom().outs.push(value);
    }

    /// What the library function that just returned gave to its `out` parameters, in order.
    pub fn take_outs(&mut self) -> Vec<Value> {
        self.seldom
            .as_mut()
            .map(|seldom| std::mem::take(&mut seldom.outs))
            .unwrap_or_default()
    }

    /// What the parts of the expression gave so far, when somebody wants to know.
    pub fn take_told(&mut self) -> Option<Box<Told>> {
        self.seldom.as_mut()?.told.take()
    }

    /// Keeps what the parts of the expression give, from now on or again.
    pub fn set_told(&mut self, told: Box<Told>) {
        self.seldom().told = Some(told);
    }

    /// What the innermost `catch` caught.
    pub fn caught(&self) -> Option<Thrown> {
        self.seldom.as_ref()?.caught.clone()
    }

    /// Enters or leaves a `catch`; gives what the one around it caught.
    pub fn set_caught(&mut self, thrown: Option<Thrown>) -> Option<Thrown> {
        std::mem::replace(&mut self.seldom().caught, thrown)
    }

    /// The value of a local variable.
    pub fn local(&self, slot: usize) -> Value {
        self.with_local(slot, Value::clone)
    }

    /// Looks at a local variable without copying it.
    #[inline]
    pub fn with_local<R>(&self, slot: usize, look: impl FnOnce(&Value) -> R) -> R {
        match self.slots.get(self.base + slot) {
            Some(Slot::Own(value)) => look(value),
            Some(Slot::Shared(cell)) => look(&cell.lock()),
            None => look(&Value::Null),
        }
    }

    /// Sets a local variable, in the cell that lambdas share if there is one.
    pub fn set_local(&mut self, slot: usize, value: Value) {
        match self.slots.get_mut(self.base + slot) {
            Some(Slot::Own(own)) => *own = value,
            Some(Slot::Shared(cell)) => *cell.lock() = value,
            None => {}
        }
    }

    /// Begins the life of a local variable: a shared one gets a cell of its own.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn declare(&mut self, slot: usize, value: Value, shared: bool) -> Result<(), Thrown> {
        let new = if shared {
            Slot::Shared(self.cell(value)?)
        } else {
            Slot::Own(value)
        };
        if let Some(place) = self.slots.get_mut(self.base + slot) {
            *place = new;
        }
        Ok(())
    }

    /// The local variables of the running function.
    pub fn own_slots(&self) -> Vec<Slot> {
        self.slots.iter().skip(self.base).cloned().collect()
    }

    /// Whether statements go straight to their place, because the function goes on behind a `yield`.
    pub fn resuming(&self) -> bool {
        self.entry != Entry::Begin
    }

    /// At a `yield`: whether it is the one that the function goes on behind, and how. It is there then.
    pub fn resumed(&mut self) -> Entry {
        std::mem::take(&mut self.entry)
    }

    /// Runs a function that yields, with the variables it had.
    ///
    /// # Errors
    /// What it throws, or that calls are nested too deep.
    pub fn resume<R>(
        &mut self,
        variables: &mut Vec<Slot>,
        (depth, entry): (u32, Entry),
        body: impl FnOnce(&mut Self) -> Result<R, Thrown>,
    ) -> Result<R, Thrown> {
        self.step(1)?;
        self.deeper(depth, |frame| {
            let (base, length) = (frame.base, frame.slots.len());
            frame.base = length;
            frame.slots.append(variables);
            frame.entry = entry;
            let outcome = body(frame);
            frame.entry = Entry::Begin;
            *variables = frame.slots.split_off(length);
            frame.base = base;
            outcome
        })
    }

    fn cell(&mut self, value: Value) -> Result<Arc<Mutex<Value>>, Thrown> {
        self.allocate(size_of::<Value>() * 3)?;
        let cell = Arc::new(Mutex::new(value));
        self.seldom().cells.push(Arc::downgrade(&cell));
        Ok(cell)
    }

    /// The slot itself, shared from now on with the lambda that captures it.
    ///
    /// # Errors
    /// When the allocation budget is used up.
    pub fn share(&mut self, slot: usize) -> Result<Slot, Thrown> {
        let own = match self.slots.get_mut(self.base + slot) {
            Some(Slot::Own(value)) => std::mem::take(value),
            Some(shared) => return Ok(shared.clone()),
            None => Value::Null,
        };
        let shared = Slot::Shared(self.cell(own)?);
        if let Some(place) = self.slots.get_mut(self.base + slot) {
            *place = shared.clone();
        }
        Ok(shared)
    }

    /// Ends the evaluation: cells are emptied, so that delegates which capture themselves are released. A result that
    /// is computed later needs them still; then only delegates go.
    #[inline]
    pub fn finish(&mut self, result: &Value) {
        if let Some(seldom) = &mut self.seldom {
            seldom.empty_cells(result);
        }
    }

    /// Runs `body` with local variables of its own: those that it captured, its arguments, which `fill` adds, and as many
    /// others as make `locals`; its expressions are nested `depth` deep.
    ///
    /// # Errors
    /// What the body throws, or that calls are nested too deep.
    #[inline]
    pub fn nested<R>(
        &mut self,
        (locals, depth): (usize, u32),
        (captured, fill): (&[Slot], impl FnOnce(&mut Vec<Slot>)),
        body: impl FnOnce(&mut Self) -> Result<R, Thrown>,
    ) -> Result<R, Thrown> {
        self.step(1)?;
        self.deeper(depth, |frame| {
            let (base, length) = (frame.base, frame.slots.len());
            frame.base = length;
            frame.slots.extend_from_slice(captured);
            fill(&mut frame.slots);
            for _ in frame.slots.len()..length + locals {
                frame.slots.push(Slot::Own(Value::Null));
            }
            let outcome = body(frame);
            frame.slots.truncate(length);
            frame.base = base;
            outcome
        })
    }

    /// Runs something that calls itself in turn, `nodes` calls of this program's own deep.
    ///
    /// # Errors
    /// What it throws, or that calls are nested too deep.
    #[inline]
    pub fn deeper<R>(&mut self, nodes: u32, body: impl FnOnce(&mut Self) -> Result<R, Thrown>) -> Result<R, Thrown> {
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(too_deep());
        };
        let before = std::mem::replace(&mut self.depth, depth);
        let outcome = self.within(nodes, body);
        self.depth = before;
        outcome
    }

    /// Runs something `nodes` calls of this program's own deep, which is no call of the expression's.
    ///
    /// # Errors
    /// What it throws, or that calls are nested too deep.
    #[inline]
    pub fn within<R>(&mut self, nodes: u32, body: impl FnOnce(&mut Self) -> Result<R, Thrown>) -> Result<R, Thrown> {
        let Some(left) = self.nodes.checked_sub(nodes) else {
            return Err(too_deep());
        };
        let before = std::mem::replace(&mut self.nodes, left);
        let outcome = body(self);
        self.nodes = before;
        outcome
    }

    /// Calls a delegate.
    ///
    /// # Errors
    /// What it throws; `NullReferenceException` when it is null.
    #[inline]
    pub fn call(&mut self, delegate: &Value, arguments: &[Value]) -> Outcome {
        closure_of(delegate)?.call(self, arguments)
    }

    /// Calls a predicate.
    ///
    /// # Errors
    /// What it throws.
    #[inline]
    pub fn test(&mut self, delegate: &Value, argument: &Value) -> Result<bool, Thrown> {
        closure_of(delegate)?.test(self, std::slice::from_ref(argument))
    }
}

#[inline]
fn closure_of(delegate: &Value) -> Result<&Closure, Thrown> {
    delegate.object::<Closure>().ok_or_else(Thrown::null_reference)
}

#[cold]
fn too_deep() -> Thrown {
    Thrown::limit("the expression was stopped: its calls are nested too deep")
}
