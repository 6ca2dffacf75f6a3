//! Loops.

use super::Checker;
use super::calls::is_var;
use super::scope::JumpKind;
use super::typed::{Expr, LocalId, Stmt, StmtKind};
use crate::syntax::ast::{self, Designation, ForInitializer};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

/// A typed statement, and whether what follows it can be reached.
type Checked = (StmtKind, bool);

/// What a `foreach` gives each element to.
#[derive(Clone, Copy)]
pub enum Element<'t> {
    /// `T x`, `var (a, b)`
    Whole(&'t ast::TypeName, &'t Designation),
    /// `(T a, var b)`
    Parts(&'t ast::Expression),
}

impl Checker {
    /// Checks a loop's body; whether a `break` leaves it.
    fn loop_body(&mut self, body: &ast::Statement) -> (Box<Stmt>, bool, bool) {
        self.enter(JumpKind::Loop, Vec::new());
        let (body, end) = self.embedded(body);
        let broken = self.leave();
        (body, end, broken)
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
        variable: Element<'_>,
        collection: &ast::Expression,
        body: &ast::Statement,
    ) -> Checked {
        let collection = self.value(collection);
        let span = collection.span;
        let element_type = self.element_type(&collection);
        let pairs = collection.ty.is_named("Newtonsoft.Json.Linq.JObject");
        let collection = self.walked(collection);
        let element = self.temporary(element_type);
        let given = self.use_local(element, span);
        let (local, value, first) = match variable {
            Element::Whole(type_name, Designation::Variable(name)) => {
                let (local, value) = self.loop_variable(type_name, name, given);
                (local, value, None)
            }
            Element::Whole(type_name, Designation::Tuple(names)) => {
                let whole = self.temporary(given.ty.clone());
                let part = self.use_local(whole, span);
                let apart = self.deconstruct_names(names, part, type_name.span);
                (whole, given, Some(apart))
            }
            Element::Whole(_, Designation::Discard(_)) => (self.temporary(given.ty.clone()), given, None),
            Element::Parts(target) => {
                let whole = self.temporary(given.ty.clone());
                let part = self.use_local(whole, span);
                let apart = self.deconstruct_targets(target, part);
                (whole, given, Some(apart))
            }
        };
        let (body, _, _) = self.loop_body(body);
        let body = match first {
            Some(apart) => {
                let first = Stmt {
                    span: apart.span,
                    kind: StmtKind::Expression(apart),
                };
                let span = body.span;
                Box::new(Stmt {
                    kind: StmtKind::Block(vec![first, *body]),
                    span,
                })
            }
            None => body,
        };
        let kind = StmtKind::Foreach {
            local,
            element,
            value,
            collection,
            pairs,
            body,
        };
        (kind, true)
    }

    fn element_type(&mut self, collection: &Expr) -> Type {
        match collection.ty.element() {
            Some(element) => element,
            None if collection.ty == Type::Null => {
                self.report(
                    "CS0186",
                    collection.span,
                    "`foreach` cannot go through null".to_owned(),
                    None,
                );
                Type::Error
            }
            None if collection.ty == Type::Error => Type::Error,
            None => {
                let message = format!("`foreach` cannot go through a value of type '{}'", collection.ty);
                self.report("CS1579", collection.span, message, None);
                Type::Error
            }
        }
    }

    /// What is gone through; a `dynamic` must turn out to be a sequence.
    fn walked(&mut self, collection: Expr) -> Expr {
        if !collection.ty.is_dynamic() {
            return collection;
        }
        match crate::library::named_type("System.Collections.IEnumerable", Vec::new()) {
            Some(sequence) => self.convert(collection, &sequence),
            None => collection,
        }
    }

    fn loop_variable(&mut self, type_name: &ast::TypeName, name: &ast::Identifier, given: Expr) -> (LocalId, Expr) {
        let ty = if is_var(type_name) {
            given.ty.clone()
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
        (local, value)
    }
}
