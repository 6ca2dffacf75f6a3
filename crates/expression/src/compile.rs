//! Typed tree → closures.
//!
//! Each node becomes a closure that calls its children's closures; conditions have closures of their own that give a
//! `bool` without a [`Value`] around it. Never here: types and names, which `check` has settled.

mod calls;
mod conditions;
mod convert;
mod expressions;
mod functions;
mod statements;
mod switches;
mod text;

pub use convert::cast;
pub use text::pad;

use crate::check::typed::{Body, Expr, LocalId, Program};
use crate::closure::{BoolCode, Code};
use std::collections::HashMap;

/// Compiled code with the number of local variables it needs.
pub struct Compiled {
    /// The code.
    pub code: Code,
    /// Its local variables.
    pub locals: usize,
}

/// Compiles a program.
pub fn compile(program: &Program) -> Compiled {
    let mut compiler = Compiler {
        captured: &program.captured,
        slots: HashMap::new(),
        depth: 0,
        deepest: 0,
    };
    let code = compiler.body(&program.body);
    Compiled {
        code,
        locals: compiler.slots.len(),
    }
}

/// Compiles one function: knows where its local variables are.
pub struct Compiler<'p> {
    captured: &'p [bool],
    slots: HashMap<LocalId, usize>,
    /// How deep the current node is nested, and the deepest one.
    depth: u32,
    deepest: u32,
}

impl Compiler<'_> {
    /// The slot of a local variable of this function.
    fn slot(&mut self, local: LocalId) -> usize {
        let next = self.slots.len();
        *self.slots.entry(local).or_insert(next)
    }

    fn is_shared(&self, local: LocalId) -> bool {
        self.captured.get(local).copied().unwrap_or(false)
    }

    fn body(&mut self, body: &Body) -> Code {
        match body {
            Body::Expression(value) => self.value(value),
            Body::Block(statements) => {
                let block = self.statements(statements);
                Box::new(move |frame| match block(frame)? {
                    statements::Flow::Return(value) => Ok(value),
                    _ => Ok(crate::value::Value::Null),
                })
            }
        }
    }

    fn values(&mut self, values: &[Expr]) -> Vec<Code> {
        values.iter().map(|value| self.value(value)).collect()
    }

    fn condition(&mut self, condition: &Expr) -> BoolCode {
        conditions::compile(self, condition)
    }
}
