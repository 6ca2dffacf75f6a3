//! Typed tree → closures.
//!
//! Each node becomes a closure that calls its children's closures; conditions have closures of their own that give a
//! `bool` without a [`Value`] around it. Never here: types and names, which `check` has settled.

mod calls;
mod conditions;
mod convert;
mod dynamic;
mod expressions;
mod functions;
mod iterators;
mod loops;
mod numbers;
mod statements;
mod switches;
mod text;
mod try_statement;

pub use convert::cast;
pub use text::pad;

use crate::check::typed::{Expr, FunctionId, Kind, LocalId, Program};
use crate::closure::{BoolCode, Code, FunctionCode};
use crate::explained::Part;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Compiled code with the number of local variables it needs.
pub struct Compiled {
    /// The code.
    pub code: Code,
    /// Its local variables.
    pub locals: usize,
}

/// Where a local function's code will be: functions call each other before all are compiled.
type FunctionCell = OnceLock<Arc<FunctionCode>>;

/// What all functions of a program share.
struct Shared {
    /// For each local variable, whether a function captures it.
    captured: Vec<bool>,
    /// For each function, the outer variables it needs.
    captures: Vec<Vec<LocalId>>,
    /// The local functions. Code refers to them weakly: they may call each other.
    functions: HashMap<FunctionId, Arc<FunctionCell>>,
    /// The parts of the program so far, when each is to tell what it gives.
    parts: Option<RefCell<Vec<Part>>>,
}

/// Compiles a program.
pub fn compile(program: &Program) -> Compiled {
    compile_with(program, None).0
}

/// Compiles a program whose parts tell what they give ([`crate::explained`]).
pub fn compile_telling(program: &Program) -> (Compiled, Vec<Part>) {
    compile_with(program, Some(RefCell::default()))
}

fn compile_with(program: &Program, parts: Option<RefCell<Vec<Part>>>) -> (Compiled, Vec<Part>) {
    let mut shared = Shared {
        parts,
        captured: program.captured.clone(),
        captures: program.captures.clone(),
        functions: program
            .functions
            .iter()
            .map(|function| (function.id, Arc::default()))
            .collect(),
    };
    let mut compiler = Compiler::new(&shared);
    for function in &program.functions {
        if let Some(cell) = shared.functions.get(&function.id) {
            let _ = cell.set(compiler.function_code(function));
        }
    }
    let code = compiler.body(&program.body);
    let locals = compiler.slots.len();
    let parts = shared.parts.take().map(RefCell::into_inner).unwrap_or_default();
    if shared.functions.is_empty() {
        return (Compiled { code, locals }, parts);
    }
    let functions = shared.functions;
    let code = Box::new(move |frame: &mut crate::frame::Frame<'_>| {
        // They live as long as the code that calls them.
        let _ = &functions;
        code(frame)
    });
    (Compiled { code, locals }, parts)
}

/// Compiles one function: knows where its local variables are.
pub struct Compiler<'p> {
    shared: &'p Shared,
    slots: HashMap<LocalId, usize>,
    /// Variables that no name of the program stands for.
    hidden: usize,
    /// How deep the current node is nested, and the deepest one.
    depth: u32,
    deepest: u32,
}

impl<'p> Compiler<'p> {
    fn new(shared: &'p Shared) -> Self {
        Self {
            shared,
            slots: HashMap::new(),
            hidden: 0,
            depth: 0,
            deepest: 0,
        }
    }

    /// The slot of a local variable of this function.
    fn slot(&mut self, local: LocalId) -> usize {
        let next = self.slots.len();
        *self.slots.entry(local).or_insert(next)
    }

    /// The slot of a new variable without a name.
    fn hidden(&mut self) -> usize {
        self.hidden += 1;
        self.slot(LocalId::MAX - self.hidden)
    }

    /// Compiles a part, which is one deeper than what it is a part of.
    fn part<R>(&mut self, compile: impl FnOnce(&mut Self) -> R) -> R {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        let code = compile(self);
        self.depth -= 1;
        code
    }

    fn is_shared(&self, local: LocalId) -> bool {
        self.shared.captured.get(local).copied().unwrap_or(false)
    }

    fn condition(&mut self, condition: &Expr) -> BoolCode {
        conditions::compile(self, condition)
    }

    /// Whether a part is to tell what it gives; it is noted then. Constants have nothing to tell, nor have conversions
    /// that are not written.
    fn tells(&self, part: &Expr) -> bool {
        let Some(parts) = &self.shared.parts else { return false };
        match &part.kind {
            Kind::Constant(_) => return false,
            Kind::Convert(_, inner) if inner.span == part.span => return false,
            _ => {}
        }
        let (span, type_name) = (part.span, part.ty.dotnet_name());
        let mut parts = parts.borrow_mut();
        match parts.last_mut() {
            // `?.` stands where the member that it leads to does.
            Some(last) if last.span == span => last.type_name = type_name,
            _ => parts.push(Part { span, type_name }),
        }
        true
    }
}
