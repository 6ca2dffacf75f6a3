//! Loops.

use super::Checker;
use super::calls::is_var;
use super::scope::Jump;
use super::typed::{Stmt, StmtKind};
use crate::syntax::ast::{self, Designation, ForInitializer};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

/// A typed statement, and whether what follows it can be reached.
type Checked = (StmtKind, bool);

impl Checker {
    /// Checks a loop's body; whether a `break` leaves it.
    fn loop_body(&mut self, body: &ast::Statement) -> (Box<Stmt>, bool, bool) {
        self.enter(Jump {
            is_loop: true,
            broken: false,
            sections: Vec::new(),
        });
        let (body, end) = self.embedded(body);
        let broken = self.leave();
        (body, end, broken)
    }

    /// Enters a statement that `break` leaves.
    pub(super) fn enter(&mut self, jump: Jump) {
        if let Some(function) = self.functions.last_mut() {
            function.jumps.push(jump);
        }
    }

    /// Leaves it; whether a `break` was seen.
    pub(super) fn leave(&mut self) -> bool {
        self.functions
            .last_mut()
            .and_then(|function| function.jumps.pop())
            .is_some_and(|jump| jump.broken)
    }

    pub(super) fn while_loop(&mut self, condition: &ast::Expression, body: &ast::Statement) -> Checked {
        let condition = self.condition(condition);
        let (body, _, broken) = self.loop_body(body);
        let endless = matches!(condition.constant_value(), Some(Value::Boolean(true)));
        (
            StmtKind::Loop {
                condition: Some(condition),
                step: Vec::new(),
                body,
            },
            !endless || broken,
        )
    }

    pub(super) fn do_loop(&mut self, body: &ast::Statement, condition: &ast::Expression) -> Checked {
        let (body, end, broken) = self.loop_body(body);
        let condition = self.condition(condition);
        let endless = matches!(condition.constant_value(), Some(Value::Boolean(true)));
        (StmtKind::DoWhile(body, condition), (end && !endless) || broken)
    }

    pub(super) fn for_loop(
        &mut self,
        initializer: &ForInitializer,
        condition: Option<&ast::Expression>,
        iterators: &[ast::Expression],
        body: &ast::Statement,
        span: Span,
    ) -> Checked {
        let mut statements = match initializer {
            ForInitializer::Declaration(declaration) => vec![Stmt {
                kind: self.declaration(declaration),
                span,
            }],
            ForInitializer::Expressions(expressions) => expressions
                .iter()
                .map(|expression| Stmt {
                    kind: self.expression_statement(expression),
                    span: expression.span,
                })
                .collect(),
        };
        let condition = condition.map(|condition| self.condition(condition));
        let step = iterators.iter().map(|iterator| self.effect(iterator)).collect();
        let (body, _, broken) = self.loop_body(body);
        let endless = condition
            .as_ref()
            .is_none_or(|condition| matches!(condition.constant_value(), Some(Value::Boolean(true))));
        statements.push(Stmt {
            kind: StmtKind::Loop { condition, step, body },
            span,
        });
        (StmtKind::Block(statements), !endless || broken)
    }

    pub(super) fn foreach(
        &mut self,
        type_name: &ast::TypeName,
        designation: &Designation,
        collection: &ast::Expression,
        body: &ast::Statement,
    ) -> Checked {
        let collection = self.value(collection);
        let span = collection.span;
        let element_type = match collection.ty.element() {
            Some(element) => element,
            None if collection.ty == Type::Error => Type::Error,
            None => {
                let message = format!("`foreach` cannot go through a value of type '{}'", collection.ty);
                self.report("CS1579", span, message, None);
                Type::Error
            }
        };
        let pairs = collection.ty.is_named("Newtonsoft.Json.Linq.JObject");
        let element = self.temporary(element_type.clone());
        let given = self.use_local(element, span);
        let Designation::Variable(name) = designation else {
            self.unsupported(type_name.span, "a `foreach` that takes its elements apart");
            return (StmtKind::Empty, true);
        };
        let ty = if is_var(type_name) {
            element_type
        } else {
            self.resolve_type(type_name)
        };
        let value = if given.ty == ty {
            given
        } else {
            self.cast(given, &ty, type_name.span)
        };
        let local = self.declare(name, ty);
        if let Some(variable) = self.locals.get_mut(local) {
            variable.read_only = true;
        }
        let (body, _, _) = self.loop_body(body);
        (
            StmtKind::Foreach {
                local,
                element,
                value,
                collection,
                pairs,
                body,
            },
            true,
        )
    }
}
