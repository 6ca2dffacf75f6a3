//! Compiled code and delegates.

use crate::collection::{Release, release};
use crate::frame::{Frame, Slot};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// Compiled code that gives a value.
pub type Code = Box<dyn Fn(&mut Frame<'_>) -> Outcome + Send + Sync>;
/// Compiled code that gives a `bool`.
pub type BoolCode = Box<dyn Fn(&mut Frame<'_>) -> Result<bool, Thrown> + Send + Sync>;

/// The compiled body of a lambda or local function.
pub struct FunctionCode {
    /// How many local variables it needs: captured ones first, then its parameters.
    pub locals: usize,
    /// How deep its expressions are nested.
    pub depth: u32,
    /// Its body.
    pub body: FunctionBody,
    /// Its delegate type.
    pub ty: Type,
}

/// A function's body; gives the returned value.
pub enum FunctionBody {
    /// Of any type.
    Value(Code),
    /// Of type `bool`.
    Truth(BoolCode),
}

impl FunctionCode {
    /// Calls it with these captured variables; `fill` adds its arguments.
    ///
    /// # Errors
    /// What its body throws.
    pub fn call(&self, frame: &mut Frame<'_>, captured: &[Slot], fill: impl FnOnce(&mut Vec<Slot>)) -> Outcome {
        let size = (self.locals, self.depth);
        match &self.body {
            FunctionBody::Value(code) => frame.nested(size, (captured, fill), code),
            FunctionBody::Truth(code) => frame.nested(size, (captured, fill), code).map(Value::Boolean),
        }
    }
}

/// A delegate.
pub struct Closure {
    /// What it runs.
    pub code: Arc<FunctionCode>,
    /// Its delegate type.
    pub ty: Type,
    /// The variables around it that it uses.
    pub captured: Vec<Slot>,
}

impl Closure {
    /// Calls it.
    ///
    /// # Errors
    /// What its body throws.
    #[inline]
    pub fn call(&self, frame: &mut Frame<'_>, arguments: &[Value]) -> Outcome {
        self.code
            .call(frame, &self.captured, |slots| Slot::push_copies(slots, arguments))
    }

    /// Calls a predicate.
    ///
    /// # Errors
    /// What its body throws.
    #[inline]
    pub fn test(&self, frame: &mut Frame<'_>, arguments: &[Value]) -> Result<bool, Thrown> {
        if let FunctionBody::Truth(code) = &self.code.body {
            let fill = |slots: &mut Vec<Slot>| Slot::push_copies(slots, arguments);
            return frame.nested((self.code.locals, self.code.depth), (&self.captured, fill), code);
        }
        Ok(matches!(self.call(frame, arguments)?, Value::Boolean(true)))
    }
}

impl Drop for Closure {
    fn drop(&mut self) {
        if !self.captured.is_empty() {
            release(std::mem::take(&mut self.captured).into_iter().map(Release::Slot));
        }
    }
}

impl fmt::Debug for Closure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Closure({})", self.ty)
    }
}

impl Object for Closure {
    fn type_name(&self) -> String {
        self.ty.dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        self.ty.clone()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
