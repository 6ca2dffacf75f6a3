//! What a running expression holds: the exchange, its local variables, and what is left of its budget.
//!
//! Never here: what the code does (`compile`).

use crate::Budget;
use crate::closure::Closure;
use crate::context::Context;
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;
use parking_lot::Mutex;
use std::sync::Arc;

/// A local variable: held directly, or shared with the lambdas that capture it.
#[derive(Clone, Debug)]
pub enum Slot {
    /// Only its function sees it.
    Own(Value),
    /// Lambdas see it too.
    Shared(Arc<Mutex<Value>>),
}

/// One evaluation.
pub struct Frame<'c> {
    /// The exchange.
    pub context: &'c dyn Context,
    /// Values of `out` parameters of the library function that just returned, in order.
    pub outs: Vec<Value>,
    /// What the innermost `catch` caught, for `throw;`.
    caught: Option<Thrown>,
    slots: Vec<Slot>,
    base: usize,
    steps: u64,
    bytes: u64,
    depth: u32,
}

impl<'c> Frame<'c> {
    /// A fresh evaluation with this many local variables.
    pub fn new(context: &'c dyn Context, budget: Budget, locals: usize) -> Self {
        let mut slots = Vec::with_capacity(locals);
        slots.resize(locals, Slot::Own(Value::Null));
        Self {
            context,
            outs: Vec::new(),
            caught: None,
            slots,
            base: 0,
            steps: budget.steps,
            bytes: budget.allocation,
            depth: budget.depth,
        }
    }

    /// Accounts for `count` evaluated nodes.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn step(&mut self, count: u64) -> Result<(), Thrown> {
        match self.steps.checked_sub(count) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => {
                self.steps = 0;
                Err(Thrown::limit(
                    "the expression was stopped: it used more steps than an expression may",
                ))
            }
        }
    }

    /// Accounts for `bytes` of memory.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), Thrown> {
        match self.bytes.checked_sub(bytes as u64) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => {
                self.bytes = 0;
                Err(Thrown::limit(
                    "the expression was stopped: it used more memory than an expression may",
                ))
            }
        }
    }

    /// A text made by the expression, accounted for.
    pub fn text(&mut self, text: String) -> Outcome {
        self.allocate(text.len())?;
        Ok(text.into())
    }

    /// What the innermost `catch` caught.
    pub fn caught(&self) -> Option<Thrown> {
        self.caught.clone()
    }

    /// Enters or leaves a `catch`; gives what the one around it caught.
    pub fn set_caught(&mut self, thrown: Option<Thrown>) -> Option<Thrown> {
        std::mem::replace(&mut self.caught, thrown)
    }

    /// The value of a local variable.
    pub fn local(&self, slot: usize) -> Value {
        match self.slots.get(self.base + slot) {
            Some(Slot::Own(value)) => value.clone(),
            Some(Slot::Shared(cell)) => cell.lock().clone(),
            None => Value::Null,
        }
    }

    /// Looks at a local variable without copying it.
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
    pub fn declare(&mut self, slot: usize, value: Value, shared: bool) {
        if let Some(place) = self.slots.get_mut(self.base + slot) {
            *place = if shared {
                Slot::Shared(Arc::new(Mutex::new(value)))
            } else {
                Slot::Own(value)
            };
        }
    }

    /// The slot itself, shared from now on with the lambda that captures it.
    pub fn share(&mut self, slot: usize) -> Slot {
        let Some(place) = self.slots.get_mut(self.base + slot) else {
            return Slot::Own(Value::Null);
        };
        if let Slot::Own(value) = place {
            *place = Slot::Shared(Arc::new(Mutex::new(std::mem::take(value))));
        }
        place.clone()
    }

    /// Runs `body` with local variables of its own, which start with `captured`.
    ///
    /// # Errors
    /// What the body throws, or that calls are nested too deep.
    pub fn nested(&mut self, locals: usize, captured: &[Slot], body: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.step(1)?;
        let Some(depth) = self.depth.checked_sub(1) else {
            return Err(Thrown::limit(
                "the expression was stopped: its calls are nested too deep",
            ));
        };
        self.depth = depth;
        let (base, length) = (self.base, self.slots.len());
        self.base = length;
        self.slots.extend(captured.iter().cloned());
        self.slots
            .resize(length + locals.max(captured.len()), Slot::Own(Value::Null));
        let outcome = body(self);
        self.slots.truncate(length);
        self.base = base;
        self.depth += 1;
        outcome
    }

    /// Calls a delegate.
    ///
    /// # Errors
    /// What it throws; `NullReferenceException` when it is null.
    pub fn call(&mut self, delegate: &Value, arguments: &[Value]) -> Outcome {
        let Some(closure) = delegate.object::<Closure>() else {
            return Err(Thrown::null_reference());
        };
        closure.call(self, arguments)
    }

    /// Calls a predicate.
    ///
    /// # Errors
    /// What it throws.
    pub fn test(&mut self, delegate: &Value, argument: &Value) -> Result<bool, Thrown> {
        Ok(matches!(
            self.call(delegate, std::slice::from_ref(argument))?,
            Value::Boolean(true)
        ))
    }
}
