//! `try`: handlers, filters, and what happens last.

use super::Compiler;
use super::statements::{Flow, StatementCode};
use crate::check::typed::{Handler, Stmt};
use crate::closure::Code;
use crate::frame::Frame;
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::Value;
use std::sync::Arc;

impl Compiler<'_> {
    /// `try … catch … finally`
    pub fn try_statement(&mut self, body: &[Stmt], catches: &[Handler], finally: Option<&[Stmt]>) -> StatementCode {
        let body = self.statements(body);
        let handlers: Vec<HandlerCode> = catches.iter().map(|handler| self.handler(handler)).collect();
        let finally = finally.map(|finally| self.statements(finally));
        Box::new(move |frame| {
            let outcome = match body(frame) {
                Err(thrown) if thrown.can_be_caught() => handle(&handlers, frame, thrown),
                other => other,
            };
            // A `try` that yields is not left.
            if let Some(finally) = &finally
                && !matches!(outcome, Ok(Flow::Yield(_)))
            {
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
