//! Lambdas: a compiled body and the variables around it that it uses.

use super::Compiler;
use crate::check::typed::Lambda;
use crate::closure::{Closure, Code, FunctionCode};
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Arc;

impl Compiler<'_> {
    /// Code that makes a delegate.
    pub fn lambda(&mut self, lambda: &Lambda) -> Code {
        let mut inner = Compiler {
            captured: self.captured,
            slots: HashMap::new(),
            depth: 0,
            deepest: 0,
        };
        for local in lambda.captures.iter().chain(&lambda.parameters) {
            inner.slot(*local);
        }
        let body = inner.body(&lambda.body);
        let code = Arc::new(FunctionCode {
            locals: inner.slots.len(),
            depth: inner.deepest + 2,
            parameters: lambda.parameters.iter().map(|local| self.is_shared(*local)).collect(),
            body,
            ty: lambda.ty.clone(),
        });
        let outer: Vec<usize> = lambda.captures.iter().map(|local| self.slot(*local)).collect();
        Box::new(move |frame| {
            frame.allocate(size_of::<Closure>())?;
            let captured = outer.iter().map(|slot| frame.share(*slot)).collect::<Result<_, _>>()?;
            Ok(Value::of(Closure {
                code: Arc::clone(&code),
                captured,
            }))
        })
    }
}
