//! `switch` statements.

use super::Compiler;
use super::statements::{Flow, StatementCode};
use crate::check::typed::{Expr, Section};
use crate::closure::BoolCode;
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::value::Value;

/// Code of a `switch`.
pub fn compile(compiler: &mut Compiler<'_>, local: usize, value: &Expr, sections: &[Section]) -> StatementCode {
    let bodies = sections.iter().flat_map(|section| &section.body);
    let kept = compiler.place_of_all(bodies);
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
        let mut next = match kept {
            Some(kept) if frame.resuming() => frame.local(kept).integer().map(|at| at as usize),
            _ => {
                let value = value(frame)?;
                frame.declare(slot, value, shared)?;
                chosen(&sections, frame)?.or(default)
            }
        };
        while let Some((_, body)) = next.and_then(|at| sections.get(at)) {
            match body(frame)? {
                Flow::Section(section) => next = Some(section),
                Flow::Yield(value) => {
                    if let (Some(kept), Some(at)) = (kept, next) {
                        frame.declare(kept, Value::Int32(at as i32), false)?;
                    }
                    return Ok(Flow::Yield(value));
                }
                Flow::Break | Flow::Next => return Ok(Flow::Next),
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    })
}

/// The first section with a test that is true.
fn chosen(sections: &[(Vec<BoolCode>, StatementCode)], frame: &mut Frame<'_>) -> Result<Option<usize>, Thrown> {
    for (at, (tests, _)) in sections.iter().enumerate() {
        for test in tests {
            if test(frame)? {
                return Ok(Some(at));
            }
        }
    }
    Ok(None)
}
