//! Statements: code that gives a control word.

use super::{Compiler, expressions, switches};
use crate::check::typed::{Expr, Handler, Kind, Stmt, StmtKind};
use crate::closure::{BoolCode, Code};
use crate::collection::{enumerate, pairs};
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::Value;
use std::sync::Arc;

/// What happens after a statement.
pub enum Flow {
    /// The next one.
    Next,
    /// Leaves the loop or `switch`.
    Break,
    /// On to the loop's next turn.
    Continue,
    /// On to another section of the `switch`.
    Section(usize),
    /// Leaves the function.
    Return(Value),
}

/// Compiled statements.
pub type StatementCode = Box<dyn Fn(&mut Frame<'_>) -> Result<Flow, Thrown> + Send + Sync>;

impl Compiler<'_> {
    /// Code of a row of statements.
    pub fn statements(&mut self, statements: &[Stmt]) -> StatementCode {
        let mut codes: Vec<StatementCode> = statements.iter().map(|statement| self.statement(statement)).collect();
        if codes.len() == 1
            && let Some(only) = codes.pop()
        {
            return only;
        }
        Box::new(move |frame| {
            for code in &codes {
                match code(frame)? {
                    Flow::Next => {}
                    other => return Ok(other),
                }
            }
            Ok(Flow::Next)
        })
    }

    fn statement(&mut self, statement: &Stmt) -> StatementCode {
        self.depth += 1;
        let code = self.statement_node(statement);
        self.depth -= 1;
        code
    }

    fn statement_node(&mut self, statement: &Stmt) -> StatementCode {
        match &statement.kind {
            StmtKind::Expression(value) => {
                let value = self.value(value);
                Box::new(move |frame| {
                    value(frame)?;
                    Ok(Flow::Next)
                })
            }
            StmtKind::Declare(local, value) => self.declaration(*local, value.as_ref()),
            StmtKind::Block(statements) => self.statements(statements),
            StmtKind::If(condition, then, otherwise) => self.if_statement(condition, then, otherwise.as_deref()),
            StmtKind::Loop { condition, step, body } => self.loop_statement(condition.as_ref(), step, body),
            StmtKind::DoWhile(body, condition) => self.do_statement(body, condition),
            StmtKind::Foreach { .. } => self.foreach(&statement.kind),
            StmtKind::Switch { local, value, sections } => switches::compile(self, *local, value, sections),
            StmtKind::Break => Box::new(|_| Ok(Flow::Break)),
            StmtKind::Continue => Box::new(|_| Ok(Flow::Continue)),
            StmtKind::GotoSection(section) => {
                let section = *section;
                Box::new(move |frame| {
                    frame.step(1)?;
                    Ok(Flow::Section(section))
                })
            }
            StmtKind::Return(None) => Box::new(|_| Ok(Flow::Return(Value::Null))),
            StmtKind::Return(Some(value)) => {
                let value = self.value(value);
                Box::new(move |frame| Ok(Flow::Return(value(frame)?)))
            }
            StmtKind::Throw(value) => self.throw(value.as_ref(), statement),
            StmtKind::Try { body, catches, finally } => self.try_statement(body, catches, finally.as_deref()),
            StmtKind::Empty => Box::new(|_| Ok(Flow::Next)),
        }
    }

    fn declaration(&mut self, local: usize, value: Option<&Expr>) -> StatementCode {
        let (slot, shared) = (self.slot(local), self.is_shared(local));
        // A function that calls itself captures its own variable, which must be there before its value.
        let captures_itself =
            value.is_some_and(|value| matches!(&value.kind, Kind::Lambda(lambda) if lambda.captures.contains(&local)));
        let value = value.map(|value| self.value(value));
        Box::new(move |frame| {
            if captures_itself {
                frame.declare(slot, Value::Null, shared)?;
            }
            let value = match &value {
                Some(value) => value(frame)?,
                None => Value::Null,
            };
            if captures_itself {
                frame.set_local(slot, value);
            } else {
                frame.declare(slot, value, shared)?;
            }
            Ok(Flow::Next)
        })
    }

    fn if_statement(&mut self, condition: &Expr, then: &Stmt, otherwise: Option<&Stmt>) -> StatementCode {
        let (condition, then) = (self.condition(condition), self.statement(then));
        match otherwise.map(|otherwise| self.statement(otherwise)) {
            Some(otherwise) => Box::new(move |frame| {
                if condition(frame)? {
                    then(frame)
                } else {
                    otherwise(frame)
                }
            }),
            None => Box::new(move |frame| if condition(frame)? { then(frame) } else { Ok(Flow::Next) }),
        }
    }

    fn loop_statement(&mut self, condition: Option<&Expr>, step: &[Expr], body: &Stmt) -> StatementCode {
        let condition: Option<BoolCode> = condition.map(|condition| self.condition(condition));
        let (step, body) = (self.values(step), self.statement(body));
        Box::new(move |frame| {
            loop {
                frame.step(1)?;
                if let Some(condition) = &condition
                    && !condition(frame)?
                {
                    return Ok(Flow::Next);
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

    fn do_statement(&mut self, body: &Stmt, condition: &Expr) -> StatementCode {
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

    fn foreach(&mut self, foreach: &StmtKind) -> StatementCode {
        let StmtKind::Foreach {
            local,
            element,
            value,
            collection,
            pairs: as_pairs,
            body,
        } = foreach
        else {
            return Box::new(|_| Ok(Flow::Next));
        };
        let (slot, shared) = (self.slot(*local), self.is_shared(*local));
        let element = self.slot(*element);
        let span = collection.span;
        let (collection, value, as_pairs) = (self.value(collection), self.value(value), *as_pairs);
        let body = self.statement(body);
        Box::new(move |frame| {
            let collection = collection(frame)?;
            let mut walk = match &collection {
                Value::Json(token) if as_pairs => Box::new(pairs(token).into_iter()),
                other => enumerate(other, frame).map_err(|thrown| thrown.at(span))?,
            };
            while let Some(item) = walk.next(frame).map_err(|thrown| thrown.at(span))? {
                frame.step(1)?;
                frame.declare(element, item, false)?;
                let item = value(frame)?;
                frame.declare(slot, item, shared)?;
                match body(frame)? {
                    Flow::Next | Flow::Continue => {}
                    Flow::Break => break,
                    other => return Ok(other),
                }
            }
            Ok(Flow::Next)
        })
    }

    fn throw(&mut self, value: Option<&Expr>, statement: &Stmt) -> StatementCode {
        let span = statement.span;
        match value.map(|value| self.value(value)) {
            Some(value) => Box::new(move |frame| Err(expressions::raise(&value(frame)?).at(span))),
            None => Box::new(move |frame| {
                Err(frame
                    .caught()
                    .unwrap_or_else(|| Thrown::invalid_operation("there is no exception to throw again").at(span)))
            }),
        }
    }

    fn try_statement(&mut self, body: &[Stmt], catches: &[Handler], finally: Option<&[Stmt]>) -> StatementCode {
        let body = self.statements(body);
        let handlers: Vec<HandlerCode> = catches.iter().map(|handler| self.handler(handler)).collect();
        let finally = finally.map(|finally| self.statements(finally));
        Box::new(move |frame| {
            let outcome = match body(frame) {
                Err(thrown) if thrown.can_be_caught() => handle(&handlers, frame, thrown),
                other => other,
            };
            if let Some(finally) = &finally {
                match finally(frame)? {
                    Flow::Next => {}
                    other => return Ok(other),
                }
            }
            outcome
        })
    }

    fn handler(&mut self, handler: &Handler) -> HandlerCode {
        let slot = handler.local.map(|local| (self.slot(local), self.is_shared(local)));
        let filter: Option<Code> = handler.filter.as_ref().map(|filter| self.value(filter));
        HandlerCode {
            class: handler.class,
            slot,
            filter,
            body: self.statements(&handler.body),
        }
    }
}

struct HandlerCode {
    class: ClassRef,
    slot: Option<(usize, bool)>,
    filter: Option<Code>,
    body: StatementCode,
}

fn handle(handlers: &[HandlerCode], frame: &mut Frame<'_>, thrown: Thrown) -> Result<Flow, Thrown> {
    for handler in handlers {
        if !thrown.exception().class.0.derives_from(handler.class.name) {
            continue;
        }
        if let Some((slot, shared)) = handler.slot {
            frame.declare(
                slot,
                Value::Object(Arc::clone(thrown.exception()) as Arc<dyn crate::value::Object>),
                shared,
            )?;
        }
        if let Some(filter) = &handler.filter
            && !matches!(filter(frame), Ok(Value::Boolean(true)))
        {
            continue;
        }
        let before = frame.set_caught(Some(thrown));
        let outcome = (handler.body)(frame);
        frame.set_caught(before);
        return outcome;
    }
    Err(thrown)
}
