//! Loops. One that yields keeps where it is, so that it goes on there.

use super::Compiler;
use super::iterators::Walker;
use super::statements::{Flow, StatementCode};
use crate::check::typed::{Expr, Stmt, StmtKind};
use crate::closure::{BoolCode, Code};
use crate::collection::{Enumerator, enumerate, pairs};
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::value::Value;
use diagnostic::Span;

impl Compiler<'_> {
    /// `while`, `for`
    pub fn loop_statement(&mut self, condition: Option<&Expr>, step: &[Expr], body: &Stmt) -> StatementCode {
        let condition: Option<BoolCode> = condition.map(|condition| self.condition(condition));
        let (step, body) = (self.values(step), self.statement(body));
        Box::new(move |frame| {
            loop {
                if !frame.resuming() {
                    frame.step(1)?;
                    if let Some(condition) = &condition
                        && !condition(frame)?
                    {
                        return Ok(Flow::Next);
                    }
                }
                match body(frame)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => return Ok(Flow::Next),
                    other => return Ok(other),
                }
                for step in &step {
                    step(frame)?;
                }
            }
        })
    }

    /// `do … while`
    pub fn do_statement(&mut self, body: &Stmt, condition: &Expr) -> StatementCode {
        let (body, condition) = (self.statement(body), self.condition(condition));
        Box::new(move |frame| {
            loop {
                frame.step(1)?;
                match body(frame)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => return Ok(Flow::Next),
                    other => return Ok(other),
                }
                if !condition(frame)? {
                    return Ok(Flow::Next);
                }
            }
        })
    }

    /// `foreach`
    pub fn foreach(&mut self, foreach: &StmtKind) -> StatementCode {
        let StmtKind::Foreach {
            local,
            element,
            value,
            collection,
            pairs,
            body,
        } = foreach
        else {
            return Box::new(|_| Ok(Flow::Next));
        };
        let kept = self.place_of(std::slice::from_ref(&**body));
        let shared = self.is_shared(*local);
        let foreach = Foreach {
            slot: self.slot(*local),
            shared,
            element: self.slot(*element),
            span: collection.span,
            collection: self.value(collection),
            value: self.value(value),
            pairs: *pairs,
            body: self.statement(body),
        };
        match kept {
            Some(kept) => Box::new(move |frame| foreach.run_kept(frame, kept)),
            None => Box::new(move |frame| {
                let mut walk = foreach.begin(frame)?;
                let outcome = foreach.run(frame, &mut *walk);
                walk.dispose(frame)?;
                outcome
            }),
        }
    }
}

struct Foreach {
    slot: usize,
    shared: bool,
    element: usize,
    span: Span,
    collection: Code,
    value: Code,
    pairs: bool,
    body: StatementCode,
}

impl Foreach {
    fn begin(&self, frame: &mut Frame<'_>) -> Result<Box<dyn Enumerator>, Thrown> {
        match (self.collection)(frame)? {
            Value::Json(token) if self.pairs => Ok(Box::new(pairs(&token).into_iter())),
            other => enumerate(&other, frame).map_err(|thrown| thrown.at(self.span)),
        }
    }

    /// Sets the variable to the next element, if there is one.
    fn next(&self, frame: &mut Frame<'_>, walk: &mut dyn Enumerator) -> Result<bool, Thrown> {
        let Some(item) = walk.next(frame).map_err(|thrown| thrown.at(self.span))? else {
            return Ok(false);
        };
        frame.step(1)?;
        frame.declare(self.element, item, false)?;
        let item = (self.value)(frame)?;
        frame.declare(self.slot, item, self.shared)?;
        Ok(true)
    }

    fn run(&self, frame: &mut Frame<'_>, walk: &mut dyn Enumerator) -> Result<Flow, Thrown> {
        while self.next(frame, walk)? {
            match (self.body)(frame)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    /// A loop that yields: its walk is kept in a variable, until the loop is left.
    fn run_kept(&self, frame: &mut Frame<'_>, kept: usize) -> Result<Flow, Thrown> {
        let outcome = self.go_on(frame, kept);
        if !matches!(outcome, Ok(Flow::Yield(_)))
            && let Some(mut walk) = Walker::take(&frame.local(kept))
        {
            walk.dispose(frame)?;
        }
        outcome
    }

    fn go_on(&self, frame: &mut Frame<'_>, kept: usize) -> Result<Flow, Thrown> {
        if !frame.resuming() {
            let walk = self.begin(frame)?;
            frame.declare(kept, Walker::keep(walk), false)?;
        }
        loop {
            if !frame.resuming() {
                let walker = frame.local(kept);
                let Some(mut walk) = Walker::take(&walker) else {
                    return Ok(Flow::Next);
                };
                let found = self.next(frame, &mut *walk)?;
                frame.declare(kept, Walker::keep(walk), false)?;
                if !found {
                    return Ok(Flow::Next);
                }
            }
            match (self.body)(frame)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                other => return Ok(other),
            }
        }
    }
}
