//! Functions with `yield`: they run from one `yield` to the next, each time the next element is asked for.
//!
//! Their local variables are kept between; so is, in variables without a name, where each statement around a `yield`
//! stands. To go on, the statements are entered again and each goes straight to its place
//! ([`Frame::resuming`](crate::frame::Frame::resuming)).

use super::Compiler;
use super::statements::{Flow, StatementCode};
use crate::check::typed::{Body, Stmt, StmtKind};
use crate::closure::Code;
use crate::collection::{Enumerator, Sequence};
use crate::frame::{Entry, Frame, Slot};
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

impl Compiler<'_> {
    /// A variable for the place of statements that yield; `None` when none of them does.
    pub fn place_of(&mut self, statements: &[Stmt]) -> Option<usize> {
        self.place_of_all(statements.iter())
    }

    /// As [`Compiler::place_of`].
    pub fn place_of_all<'s>(&mut self, mut statements: impl Iterator<Item = &'s Stmt>) -> Option<usize> {
        statements.any(yields).then(|| self.hidden())
    }

    /// The body of a function that yields: gives a sequence.
    pub fn iterator(&mut self, body: &Body, element: &Type) -> Code {
        let Body::Block(statements) = body else {
            return self.body(body);
        };
        let code: Arc<StatementCode> = Arc::new(self.statements(statements));
        let (element, depth) = (element.erased(), self.deepest + 4);
        Box::new(move |frame| {
            let slots = frame.own_slots();
            frame.allocate(slots.len() * size_of::<Slot>())?;
            let code = Arc::clone(&code);
            Ok(Sequence::new(element.clone(), move |frame| {
                frame.allocate(slots.len() * size_of::<Slot>())?;
                Ok(Iteration {
                    code: Arc::clone(&code),
                    slots: slots.clone(),
                    depth,
                    state: State::New,
                })
            }))
        })
    }
}

/// Whether `yield return` is inside.
fn yields(statement: &Stmt) -> bool {
    match &statement.kind {
        StmtKind::Yield(value) => value.is_some(),
        StmtKind::Block(statements) | StmtKind::Labeled(statements) => statements.iter().any(yields),
        StmtKind::If(_, then, otherwise) => yields(then) || otherwise.as_deref().is_some_and(yields),
        StmtKind::Loop { body, .. } | StmtKind::DoWhile(body, _) | StmtKind::Foreach { body, .. } => yields(body),
        StmtKind::Switch { sections, .. } => sections.iter().any(|section| section.body.iter().any(yields)),
        StmtKind::Try { body, .. } => body.iter().any(yields),
        _ => false,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Waiting,
    Done,
}

/// One run of such a function.
struct Iteration {
    code: Arc<StatementCode>,
    slots: Vec<Slot>,
    depth: u32,
    state: State,
}

impl Enumerator for Iteration {
    fn next(&mut self, frame: &mut Frame<'_>) -> Result<Option<Value>, Thrown> {
        if self.state == State::Done {
            return Ok(None);
        }
        let entry = match std::mem::replace(&mut self.state, State::Done) {
            State::Waiting => Entry::GoOn,
            _ => Entry::Begin,
        };
        let code = Arc::clone(&self.code);
        match frame.resume(&mut self.slots, (self.depth, entry), |frame| code(frame))? {
            Flow::Yield(value) => {
                self.state = State::Waiting;
                Ok(Some(value))
            }
            _ => Ok(None),
        }
    }

    fn dispose(&mut self, frame: &mut Frame<'_>) -> Result<(), Thrown> {
        if std::mem::replace(&mut self.state, State::Done) == State::Waiting {
            let code = Arc::clone(&self.code);
            frame.resume(&mut self.slots, (self.depth, Entry::Leave), |frame| code(frame))?;
        }
        Ok(())
    }
}

/// A walk through a collection, kept in a variable.
pub struct Walker(Mutex<Option<Box<dyn Enumerator>>>);

impl Walker {
    /// Keeps it.
    pub fn keep(walk: Box<dyn Enumerator>) -> Value {
        Value::of(Self(Mutex::new(Some(walk))))
    }

    /// Takes it out.
    pub fn take(value: &Value) -> Option<Box<dyn Enumerator>> {
        value.object::<Self>()?.0.lock().take()
    }
}

impl fmt::Debug for Walker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Walker")
    }
}

impl Object for Walker {
    fn type_name(&self) -> String {
        "System.Collections.IEnumerator".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
