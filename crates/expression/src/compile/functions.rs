//! Lambdas and local functions: a compiled body and the variables around it that it uses.

use super::{Compiler, FunctionCell};
use crate::check::typed::{Body, Expr, FunctionArgument, FunctionId, Lambda, LocalId};
use crate::closure::{Closure, Code, FunctionBody, FunctionCode};
use crate::frame::{Frame, Slot};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

impl Compiler<'_> {
    /// Compiles a function's body.
    pub fn function_code(&self, lambda: &Lambda) -> Arc<FunctionCode> {
        let mut inner = Compiler {
            shared: self.shared,
            slots: HashMap::new(),
            hidden: 0,
            depth: 0,
            deepest: 0,
        };
        let captures = self.captures(lambda.id);
        for local in captures.iter().chain(&lambda.parameters) {
            inner.slot(*local);
        }
        let body = match (&lambda.yields, &lambda.body) {
            (Some(element), body) => FunctionBody::Value(inner.iterator(body, element)),
            (None, Body::Expression(value)) if value.ty == Type::BOOLEAN => FunctionBody::Truth(inner.condition(value)),
            (None, body) => FunctionBody::Value(inner.body(body)),
        };
        Arc::new(FunctionCode {
            locals: inner.slots.len(),
            depth: inner.deepest + 2,
            body,
            ty: lambda.ty.erased(),
        })
    }

    fn captures(&self, function: FunctionId) -> &[LocalId] {
        self.shared.captures.get(function).map_or(&[], Vec::as_slice)
    }

    fn outer_slots(&mut self, function: FunctionId) -> Vec<usize> {
        let captures = self.captures(function).to_vec();
        captures.into_iter().map(|local| self.slot(local)).collect()
    }

    /// Code that makes a delegate of a lambda.
    pub fn lambda(&mut self, lambda: &Lambda) -> Code {
        let code = self.function_code(lambda);
        let outer = self.outer_slots(lambda.id);
        Box::new(move |frame| {
            frame.allocate(size_of::<Closure>())?;
            let captured = share(&outer, frame)?;
            Ok(Value::of(Closure {
                code: Arc::clone(&code),
                ty: code.ty.clone(),
                captured,
            }))
        })
    }

    fn function_cell(&self, function: FunctionId) -> Weak<FunctionCell> {
        self.shared
            .functions
            .get(&function)
            .map(Arc::downgrade)
            .unwrap_or_default()
    }

    /// Code that makes a delegate of a local function.
    pub fn function_delegate(&mut self, function: FunctionId, ty: &Type) -> Code {
        let (cell, outer, ty) = (self.function_cell(function), self.outer_slots(function), ty.erased());
        Box::new(move |frame| {
            frame.allocate(size_of::<Closure>())?;
            let captured = share(&outer, frame)?;
            Ok(Value::of(Closure {
                code: code_of(&cell)?,
                ty: ty.clone(),
                captured,
            }))
        })
    }

    /// Code that calls a local function.
    pub fn call_local(&mut self, function: FunctionId, arguments: &[FunctionArgument], span: Span) -> Code {
        enum Part {
            Value(Code),
            Reference(usize),
        }
        let parts: Vec<Part> = arguments
            .iter()
            .map(|argument| match argument {
                FunctionArgument::Value(value) => Part::Value(self.value(value)),
                FunctionArgument::Reference(local, _) => Part::Reference(self.slot(*local)),
            })
            .collect();
        let (cell, outer) = (self.function_cell(function), self.outer_slots(function));
        Box::new(move |frame| {
            let mut variables = Vec::with_capacity(parts.len());
            for part in &parts {
                variables.push(match part {
                    Part::Value(code) => Slot::Own(code(frame)?),
                    Part::Reference(slot) => frame.share(*slot)?,
                });
            }
            let captured = share(&outer, frame)?;
            let code = code_of(&cell)?;
            code.call(frame, &captured, |slots| slots.extend(variables))
                .map_err(|thrown| thrown.at(span))
        })
    }

    /// A function's body.
    pub fn body(&mut self, body: &Body) -> Code {
        match body {
            Body::Expression(value) => self.value(value),
            Body::Block(statements) => {
                let block = self.statements(statements);
                Box::new(move |frame| match block(frame)? {
                    super::statements::Flow::Return(value) => Ok(value),
                    _ => Ok(Value::Null),
                })
            }
        }
    }

    /// Code of several values.
    pub fn values(&mut self, values: &[Expr]) -> Vec<Code> {
        values.iter().map(|value| self.value(value)).collect()
    }
}

fn share(outer: &[usize], frame: &mut Frame<'_>) -> Result<Vec<Slot>, Thrown> {
    outer.iter().map(|slot| frame.share(*slot)).collect()
}

/// The code of a local function: the expression that has it outlives all its evaluations.
fn code_of(cell: &Weak<FunctionCell>) -> Result<Arc<FunctionCode>, Thrown> {
    cell.upgrade()
        .and_then(|cell| cell.get().cloned())
        .ok_or_else(|| Thrown::invalid_operation("the function's expression does not exist any more"))
}
