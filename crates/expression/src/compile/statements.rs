//! Statements: code that gives a control word.

use super::{Compiler, expressions, switches};
use crate::check::typed::{Expr, LabelId, Stmt, StmtKind};
use crate::frame::{Entry, Frame};
use crate::thrown::Thrown;
use crate::value::Value;

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
    /// On to a label of a row around it.
    Goto(LabelId),
    /// Gives an element of a sequence, and waits.
    Yield(Value),
    /// Leaves the function.
    Return(Value),
}

/// Compiled statements.
pub type StatementCode = Box<dyn Fn(&mut Frame<'_>) -> Result<Flow, Thrown> + Send + Sync>;

/// Statements one after the other, with the places of their labels.
#[derive(Default)]
struct Row {
    codes: Vec<StatementCode>,
    labels: Vec<(LabelId, usize)>,
}

impl Row {
    /// Runs them; one that yields keeps which it was in a variable.
    fn run(&self, frame: &mut Frame<'_>, kept: Option<usize>) -> Result<Flow, Thrown> {
        let mut at = match kept {
            Some(kept) if frame.resuming() => frame.local(kept).integer().unwrap_or_default() as usize,
            _ => 0,
        };
        while let Some(code) = self.codes.get(at) {
            match code(frame)? {
                Flow::Next => at += 1,
                Flow::Goto(label) => match self.labels.iter().find(|(own, _)| *own == label) {
                    Some((_, place)) => at = *place,
                    None => return Ok(Flow::Goto(label)),
                },
                Flow::Yield(value) => {
                    if let Some(kept) = kept {
                        frame.declare(kept, Value::Int32(at as i32), false)?;
                    }
                    return Ok(Flow::Yield(value));
                }
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }
}

impl Compiler<'_> {
    /// Code of a row of statements.
    pub fn statements(&mut self, statements: &[Stmt]) -> StatementCode {
        let kept = self.place_of(statements);
        let mut row = Row::default();
        self.add_to(&mut row, statements);
        if !row.labels.is_empty() || kept.is_some() {
            return Box::new(move |frame| row.run(frame, kept));
        }
        let mut codes = row.codes;
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

    fn add_to(&mut self, row: &mut Row, statements: &[Stmt]) {
        for statement in statements {
            match &statement.kind {
                StmtKind::Labeled(inner) => self.add_to(row, inner),
                StmtKind::Label(label) => row.labels.push((*label, row.codes.len())),
                _ => row.codes.push(self.statement(statement)),
            }
        }
    }

    /// Code of a statement.
    pub fn statement(&mut self, statement: &Stmt) -> StatementCode {
        self.part(|compiler| compiler.statement_node(statement))
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
            StmtKind::Block(statements) | StmtKind::Labeled(statements) => self.statements(statements),
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
            StmtKind::Goto(label) => {
                let label = *label;
                Box::new(move |frame| {
                    frame.step(1)?;
                    Ok(Flow::Goto(label))
                })
            }
            StmtKind::Yield(None) => Box::new(|_| Ok(Flow::Return(Value::Null))),
            StmtKind::Yield(Some(value)) => {
                let value = self.value(value);
                Box::new(move |frame| {
                    Ok(match frame.resumed() {
                        Entry::Begin => Flow::Yield(value(frame)?),
                        Entry::GoOn => Flow::Next,
                        Entry::Leave => Flow::Return(Value::Null),
                    })
                })
            }
            StmtKind::Label(_) | StmtKind::Empty => Box::new(|_| Ok(Flow::Next)),
        }
    }

    fn declaration(&mut self, local: usize, value: Option<&Expr>) -> StatementCode {
        let (slot, shared) = (self.slot(local), self.is_shared(local));
        let value = value.map(|value| self.value(value));
        Box::new(move |frame| {
            let value = match &value {
                Some(value) => value(frame)?,
                None => Value::Null,
            };
            frame.declare(slot, value, shared)?;
            Ok(Flow::Next)
        })
    }

    fn if_statement(&mut self, condition: &Expr, then: &Stmt, otherwise: Option<&Stmt>) -> StatementCode {
        let kept = self
            .place_of(std::slice::from_ref(then))
            .or_else(|| self.place_of(std::slice::from_ref(otherwise?)));
        let (condition, then) = (self.condition(condition), self.statement(then));
        let otherwise = otherwise.map(|otherwise| self.statement(otherwise));
        let branch = move |frame: &mut Frame<'_>, truth: bool| match (truth, &otherwise) {
            (true, _) => then(frame),
            (false, Some(otherwise)) => otherwise(frame),
            (false, None) => Ok(Flow::Next),
        };
        match kept {
            Some(kept) => Box::new(move |frame| {
                if !frame.resuming() {
                    let truth = condition(frame)?;
                    frame.declare(kept, Value::Boolean(truth), false)?;
                }
                let truth = matches!(frame.local(kept), Value::Boolean(true));
                branch(frame, truth)
            }),
            None => Box::new(move |frame| {
                let truth = condition(frame)?;
                branch(frame, truth)
            }),
        }
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
}
