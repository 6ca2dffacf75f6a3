//! `switch` statements.

use super::Compiler;
use super::statements::{Flow, StatementCode};
use crate::check::typed::{Expr, Section};
use crate::closure::BoolCode;

/// Code of a `switch`.
pub fn compile(compiler: &mut Compiler<'_>, local: usize, value: &Expr, sections: &[Section]) -> StatementCode {
    let (slot, shared) = (compiler.slot(local), compiler.is_shared(local));
    let value = compiler.value(value);
    let default = sections.iter().position(|section| section.default);
    let sections: Vec<(Vec<BoolCode>, StatementCode)> = sections
        .iter()
        .map(|section| {
            let tests = section.tests.iter().map(|test| compiler.condition(test)).collect();
            (tests, compiler.statements(&section.body))
        })
        .collect();
    Box::new(move |frame| {
        let value = value(frame)?;
        frame.declare(slot, value, shared)?;
        let mut chosen = None;
        'sections: for (at, (tests, _)) in sections.iter().enumerate() {
            for test in tests {
                if test(frame)? {
                    chosen = Some(at);
                    break 'sections;
                }
            }
        }
        let mut next = chosen.or(default);
        while let Some((_, body)) = next.and_then(|at| sections.get(at)) {
            match body(frame)? {
                Flow::Section(section) => next = Some(section),
                Flow::Break | Flow::Next => return Ok(Flow::Next),
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    })
}
