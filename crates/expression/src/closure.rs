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
    /// Whether each parameter is captured by a lambda inside.
    pub parameters: Vec<bool>,
    /// Its body; gives the returned value.
    pub body: Code,
    /// Its delegate type.
    pub ty: Type,
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
    pub fn call(&self, frame: &mut Frame<'_>, arguments: &[Value]) -> Outcome {
        call_function(&self.code, &self.captured, frame, arguments)
    }
}

/// Calls compiled code with these captured variables.
///
/// # Errors
/// What its body throws.
pub fn call_function(code: &FunctionCode, captured: &[Slot], frame: &mut Frame<'_>, arguments: &[Value]) -> Outcome {
    frame.nested((code.locals, code.depth), captured, |frame| {
        for (index, (argument, shared)) in arguments.iter().zip(&code.parameters).enumerate() {
            let slot = captured.len() + index;
            match argument.object::<Reference>() {
                Some(Reference(variable)) => frame.bind(slot, variable.clone()),
                None => frame.declare(slot, argument.clone(), *shared)?,
            }
        }
        (code.body)(frame)
    })
}

/// A variable passed with `ref` or `out`; only ever an argument.
#[derive(Debug)]
pub struct Reference(pub Slot);

impl Object for Reference {
    fn type_name(&self) -> String {
        "System.Object".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
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
