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
mod statements;
mod switches;
mod text;
mod try_statement;

pub use convert::cast;
pub use text::pad;

use crate::check::typed::{Expr, FunctionId, LocalId, Program};
use crate::closure::{BoolCode, Code, FunctionCode};
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
}

/// Compiles a program.
pub fn compile(program: &Program) -> Compiled {
    let shared = Shared {
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
    if shared.functions.is_empty() {
        return Compiled { code, locals };
    }
    let functions = shared.functions;
    let code = Box::new(move |frame: &mut crate::frame::Frame<'_>| {
        // They live as long as the code that calls them.
        let _ = &functions;
        code(frame)
    });
    Compiled { code, locals }
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

    fn is_shared(&self, local: LocalId) -> bool {
        self.shared.captured.get(local).copied().unwrap_or(false)
    }

    fn condition(&mut self, condition: &Expr) -> BoolCode {
        conditions::compile(self, condition)
    }
}
