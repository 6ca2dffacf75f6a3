//! Statements. Each gives its typed form and whether the end of it can be reached.

use super::Checker;
use super::calls::is_var;
use super::expressions::Operand;
use super::loops::Element;
use super::members::members;
use super::scope::{JumpKind, Named};
use super::typed::{Expr, Handler, Kind, LocalId, Stmt, StmtKind};
use crate::library;
use crate::syntax::ast::{self, StatementKind, UsingResource};
use crate::types::{ClassRef, Type};
use crate::value::Value;
use diagnostic::Span;

/// A typed statement, and whether what follows it can be reached.
type Checked = (StmtKind, bool);

impl Checker {
    /// `{ … }` in a scope of its own.
    pub(super) fn block(&mut self, block: &ast::Block) -> (Vec<Stmt>, bool) {
        self.scoped(|checker| checker.statements(&block.statements))
    }

    /// Statements in the current scope.
    pub(super) fn statements(&mut self, statements: &[ast::Statement]) -> (Vec<Stmt>, bool) {
        let declared = self.declare_functions(statements);
        self.later.push(declared_names(statements));
        let checked = self.with_labels(statements, |checker| {
            let mut typed = Vec::with_capacity(statements.len());
            let mut reachable = true;
            for statement in statements {
                match &statement.kind {
                    StatementKind::LocalFunction(function) => checker.local_function(function, &declared),
                    kind => {
                        let labeled = matches!(kind, StatementKind::Labeled { .. });
                        let (statement, end) = checker.statement(statement);
                        typed.push(statement);
                        reachable = (reachable || labeled) && end;
                    }
                }
            }
            (typed, reachable)
        });
        self.later.pop();
        self.instantiate(statements, &declared);
        checked
    }

    /// `label: …`, in a statement list.
    fn labeled(&mut self, label: &ast::Identifier, statement: &ast::Statement) -> Checked {
        let (inner, end) = self.statement(statement);
        let mut both = Vec::with_capacity(2);
        if let Some((label_id, _)) = self.label(&label.text) {
            both.push(Stmt {
                kind: StmtKind::Label(label_id),
                span: label.span,
            });
        }
        both.push(inner);
        (StmtKind::Labeled(both), end)
    }

    /// A statement that stands alone under `if`, `for` …: a scope of its own.
    pub(super) fn embedded(&mut self, statement: &ast::Statement) -> (Box<Stmt>, bool) {
        if matches!(
            statement.kind,
            StatementKind::Declaration(_) | StatementKind::Labeled { .. }
        ) {
            let message = "a declaration or a label must stand in a block `{ … }`".to_owned();
            self.report("CS1023", statement.span, message, None);
        }
        let (checked, end) = self.scoped(|checker| checker.statement(statement));
        (Box::new(checked), end)
    }

    fn statement(&mut self, statement: &ast::Statement) -> (Stmt, bool) {
        let span = statement.span;
        let (kind, end) = self.statement_kind(statement);
        (Stmt { kind, span }, end)
    }

    fn statement_kind(&mut self, statement: &ast::Statement) -> Checked {
        let span = statement.span;
        match &statement.kind {
            StatementKind::Block(block) => {
                let (statements, end) = self.block(block);
                (StmtKind::Block(statements), end)
            }
            StatementKind::Declaration(declaration) => (self.declaration(declaration), true),
            StatementKind::Expression(expression) => (self.expression_statement(expression), true),
            StatementKind::Empty | StatementKind::Missing => (StmtKind::Empty, true),
            StatementKind::If {
                condition,
                then,
                otherwise,
            } => self.if_statement(condition, then, otherwise.as_deref()),
            StatementKind::Switch { value, sections } => self.switch(value, sections),
            StatementKind::While { condition, body } => self.scoped(|checker| checker.while_loop(condition, body)),
            StatementKind::Do { body, condition } => self.do_loop(body, condition),
            StatementKind::For {
                initializer,
                condition,
                iterators,
                body,
            } => self.scoped(|checker| checker.for_loop(initializer, condition.as_ref(), iterators, body, span)),
            StatementKind::Foreach {
                type_name,
                designation,
                collection,
                body,
            } => self.scoped(|checker| checker.foreach(Element::Whole(type_name, designation), collection, body)),
            StatementKind::Break => self.jump(false, span),
            StatementKind::Continue => self.jump(true, span),
            StatementKind::Return(value) => (self.return_statement(value.as_ref(), span), false),
            StatementKind::Throw(value) => {
                if value.is_none() && !self.inside(JumpKind::Catch) {
                    let message = "`throw;` throws again what a `catch` around it caught; there is none".to_owned();
                    self.report(
                        "CS0156",
                        span,
                        message,
                        Some("write `throw new Exception(…);`".to_owned()),
                    );
                }
                let thrown = value.as_ref().map(|value| self.thrown(value));
                (StmtKind::Throw(thrown), false)
            }
            StatementKind::Try { body, catches, finally } => self.try_statement(body, catches, finally.as_ref()),
            StatementKind::Checked { overflow_throws, body } => {
                let (statements, end) = self.with_overflow(*overflow_throws, |checker| checker.block(body));
                (StmtKind::Block(statements), end)
            }
            StatementKind::Lock { value, body } => {
                let value = self.value(value);
                if value.ty.is_value_type() {
                    let message = format!("`lock` needs an object, '{}' is a value type", value.ty);
                    self.report("CS0185", value.span, message, None);
                }
                let (body, end) = self.embedded(body);
                let first = Stmt {
                    span: value.span,
                    kind: StmtKind::Expression(value),
                };
                (StmtKind::Block(vec![first, *body]), end)
            }
            StatementKind::Using { resource, body } => self.scoped(|checker| checker.using(resource, body)),
            StatementKind::GotoCase(value) => self.goto_section(Some(value), span),
            StatementKind::GotoDefault => self.goto_section(None, span),
            StatementKind::ForeachDeconstruct {
                target,
                collection,
                body,
            } => self.scoped(|checker| checker.foreach(Element::Parts(target), collection, body)),
            StatementKind::Goto(label) => self.goto_label(label, span),
            StatementKind::Yield(value) => self.yield_statement(value.as_ref(), span),
            StatementKind::Labeled { label, statement } => self.labeled(label, statement),
            StatementKind::LocalFunction(function) => {
                let message = "a local function must stand in a block".to_owned();
                self.report("CS1023", function.name.span, message, None);
                (StmtKind::Empty, true)
            }
        }
    }

    fn thrown(&mut self, value: &ast::Expression) -> Expr {
        let thrown = self.value(value);
        match library::named_type("System.Exception", Vec::new()) {
            Some(exception) if super::convert::implicit(&thrown.ty, None, &exception).is_none() => {
                let message = format!(
                    "a value of type '{}' cannot be thrown, only an exception can",
                    thrown.ty
                );
                self.error("CS0155", value.span, message)
            }
            Some(exception) => self.convert(thrown, &exception),
            None => thrown,
        }
    }

    pub(super) fn declaration(&mut self, declaration: &ast::VariableDeclaration) -> StmtKind {
        let ty = if is_var(&declaration.type_name) {
            None
        } else {
            Some(self.resolve_type(&declaration.type_name))
        };
        if let ([_, second, ..], None) = (declaration.variables.as_slice(), &ty) {
            let message = "a declaration with `var` has one variable".to_owned();
            self.report(
                "CS0819",
                second.name.span,
                message,
                Some("write one declaration for each".to_owned()),
            );
        }
        let mut declared = Vec::with_capacity(declaration.variables.len());
        for variable in &declaration.variables {
            if ty.is_some() {
                self.declaring.push(variable.name.text.clone());
            }
            let value = match (&variable.value, &ty) {
                (Some(value), Some(ty)) => Some(self.value_of_type(value, ty)),
                (Some(value), None) => Some(self.inferred(value)),
                (None, Some(_)) => None,
                (None, None) => {
                    let message = "a variable declared with `var` needs a value".to_owned();
                    self.report("CS0818", variable.name.span, message, None);
                    Some(Expr::error(variable.name.span))
                }
            };
            if ty.is_some() {
                self.declaring.pop();
            }
            let ty = ty
                .clone()
                .or_else(|| value.as_ref().map(|value| value.ty.clone()))
                .unwrap_or(Type::Error);
            if declaration.constant {
                self.constant(&variable.name, value, &ty);
                continue;
            }
            let local = self.declare(&variable.name, ty);
            declared.push(Stmt {
                kind: StmtKind::Declare(local, value),
                span: variable.name.span,
            });
        }
        match declared.pop() {
            Some(single) if declared.is_empty() => single.kind,
            Some(last) => {
                declared.push(last);
                StmtKind::Block(declared)
            }
            None => StmtKind::Empty,
        }
    }

    fn constant(&mut self, name: &ast::Identifier, value: Option<Expr>, ty: &Type) {
        let constant = match value {
            None => self.error(
                "CS0145",
                name.span,
                "a constant needs a value: `const … = …;`".to_owned(),
            ),
            Some(value) if *ty != Type::Error && !may_be_constant(ty) => {
                let message = format!("a constant cannot be of type '{ty}'");
                self.error("CS0283", value.span, message)
            }
            Some(value) if value.constant_value().is_some() || value.ty == Type::Error => Expr {
                ty: ty.clone(),
                ..value
            },
            _ => self.error(
                "CS0133",
                name.span,
                format!(
                    "the value of the constant '{}' must be known at compile time",
                    name.text
                ),
            ),
        };
        self.name(name, Named::Constant(constant));
    }

    /// The value of a `var`, which must have a type of its own.
    fn inferred(&mut self, value: &ast::Expression) -> Expr {
        let operand = self.operand(value);
        let untyped = match &operand {
            Operand::Untyped(expression) => matches!(expression.kind, ast::ExpressionKind::Lambda { .. }),
            Operand::Methods(_) | Operand::Function(..) => true,
            _ => false,
        };
        if untyped {
            let message = "a lambda or method has no type of its own for `var`; write `Func<…>`".to_owned();
            return self.error("CS0815", value.span, message);
        }
        let typed = self.demand_value(operand, value.span);
        if typed.ty == Type::Null || typed.ty == Type::VOID {
            let message = format!(
                "cannot give '{}' to a variable declared with `var`; write its type",
                typed.ty
            );
            return self.error("CS0815", value.span, message);
        }
        typed
    }

    pub(super) fn expression_statement(&mut self, expression: &ast::Expression) -> StmtKind {
        StmtKind::Expression(self.statement_value(expression))
    }

    /// An expression that stands for a statement: one that does something.
    pub(super) fn statement_value(&mut self, expression: &ast::Expression) -> Expr {
        use ast::ExpressionKind as E;
        let effect = matches!(
            expression.kind,
            E::Invocation { .. }
                | E::Assignment { .. }
                | E::Postfix { .. }
                | E::Prefix { .. }
                | E::New { .. }
                | E::ConditionalAccess { .. }
                | E::Missing
                | E::Await(_)
        );
        let value = self.effect(expression);
        if !effect && value.ty != Type::Error {
            let message = "only a call, an assignment, an increment or `new` can be a statement".to_owned();
            self.report("CS0201", expression.span, message, None);
        }
        value
    }

    /// An expression whose value nobody uses: `i++` need not keep the old one.
    pub(super) fn effect(&mut self, expression: &ast::Expression) -> Expr {
        match &expression.kind {
            ast::ExpressionKind::Postfix { operator, operand } => {
                self.increment(*operator, operand, true, expression.span)
            }
            _ => self.value(expression),
        }
    }

    fn if_statement(
        &mut self,
        condition: &ast::Expression,
        then: &ast::Statement,
        otherwise: Option<&ast::Statement>,
    ) -> Checked {
        let condition = self.condition(condition);
        let (then, then_end) = self.embedded(then);
        let otherwise = otherwise.map(|otherwise| self.embedded(otherwise));
        let end = match (condition.constant_value(), &otherwise) {
            (Some(Value::Boolean(true)), _) => then_end,
            (Some(Value::Boolean(false)), Some((_, end))) => *end,
            (_, Some((_, end))) => then_end || *end,
            (_, None) => true,
        };
        (
            StmtKind::If(condition, then, otherwise.map(|(statement, _)| statement)),
            end,
        )
    }

    fn return_statement(&mut self, value: Option<&ast::Expression>, span: Span) -> StmtKind {
        let expected = self.functions.last().and_then(|function| function.expected.clone());
        let outermost = self.functions.len() == 1;
        if self.inside(JumpKind::Finally) {
            self.leaves_finally(span);
        }
        if self.functions.last().is_some_and(|function| function.yields.is_some()) {
            let help = Some("write `yield return …;` or `yield break;`".to_owned());
            self.report(
                "CS1622",
                span,
                "a function that yields cannot return a value".to_owned(),
                help,
            );
            return StmtKind::Empty;
        }
        let Some(value) = value else {
            if expected.as_ref().is_some_and(|ty| *ty != Type::VOID) {
                self.report("CS0126", span, "a value is needed: `return …;`".to_owned(), None);
            }
            self.returned(Type::VOID);
            return StmtKind::Return(None);
        };
        let typed = match expected {
            Some(ty) if ty == Type::VOID => {
                let lambda = self.functions.last().is_some_and(|function| function.is_lambda);
                let code = if lambda { "CS8030" } else { "CS0127" };
                self.report(code, span, "nothing can be returned here".to_owned(), None);
                Expr::error(span)
            }
            Some(ty) => match self.operand(value) {
                Operand::Value(value) => {
                    self.returned(value.ty.clone());
                    if outermost {
                        self.convert_target(value, &ty)
                    } else {
                        self.convert(value, &ty)
                    }
                }
                other => {
                    self.returned(ty.clone());
                    self.operand_to(other, value.span, &ty)
                }
            },
            None => {
                let value = self.value(value);
                self.returned(value.ty.clone());
                value
            }
        };
        StmtKind::Return(Some(typed))
    }

    fn returned(&mut self, ty: Type) {
        if let Some(function) = self.functions.last_mut() {
            function.returns.push(ty);
        }
    }

    fn try_statement(&mut self, body: &ast::Block, catches: &[ast::Catch], finally: Option<&ast::Block>) -> Checked {
        let (body, mut end) = if catches.is_empty() {
            self.block(body)
        } else {
            self.within(JumpKind::Try, |checker| checker.block(body))
        };
        let mut handlers = Vec::with_capacity(catches.len());
        for catch in catches {
            let (handler, handler_end) = self.within(JumpKind::Catch, |checker| {
                checker.scoped(|checker| checker.handler(catch))
            });
            let hidden = handlers
                .iter()
                .any(|before: &Handler| before.filter.is_none() && handler.class.0.derives_from(before.class.name));
            if hidden {
                let message = format!("a `catch` before this one catches every '{}'", handler.class.name);
                self.report("CS0160", catch.span, message, Some("put it before that one".to_owned()));
            }
            handlers.push(handler);
            end |= handler_end;
        }
        let finally = finally.map(|finally| self.within(JumpKind::Finally, |checker| checker.block(finally)));
        let end = end && finally.as_ref().is_none_or(|(_, end)| *end);
        (
            StmtKind::Try {
                body,
                catches: handlers,
                finally: finally.map(|(statements, _)| statements),
            },
            end,
        )
    }

    fn handler(&mut self, catch: &ast::Catch) -> (Handler, bool) {
        let ty = match &catch.type_name {
            Some(name) => self.resolve_type(name),
            None => Type::class(&library::EXCEPTION),
        };
        let class = match ty.library_class() {
            Some(class) if class.0.derives_from("System.Exception") => class,
            _ => {
                if ty != Type::Error {
                    self.report("CS0155", catch.span, format!("'{ty}' is not an exception type"), None);
                }
                ClassRef(&library::EXCEPTION)
            }
        };
        let local = catch.variable.as_ref().map(|name| self.declare(name, ty));
        let filter = catch.filter.as_ref().map(|filter| self.condition(filter));
        let (body, end) = self.block(&catch.body);
        (
            Handler {
                class,
                local,
                filter,
                body,
            },
            end,
        )
    }

    /// `using`: a `finally` that disposes.
    fn using(&mut self, resource: &UsingResource, body: &ast::Statement) -> Checked {
        let first = match resource {
            UsingResource::Declaration(declaration) => {
                let kind = self.declaration(declaration);
                Stmt {
                    kind,
                    span: declaration.type_name.span,
                }
            }
            UsingResource::Expression(expression) => {
                let value = self.value(expression);
                Stmt {
                    span: value.span,
                    kind: StmtKind::Expression(value),
                }
            }
        };
        if let StmtKind::Declare(
            local,
            Some(Expr {
                kind: Kind::Call(_), ..
            }),
        ) = &first.kind
            && let Some(variable) = self.locals.get_mut(*local)
        {
            variable.read_only = true;
        }
        let (body, end) = self.embedded(body);
        let dispose = match first.kind {
            StmtKind::Declare(local, _) => self.dispose(local, first.span),
            _ => None,
        };
        let body = match dispose {
            Some(dispose) => Stmt {
                span: body.span,
                kind: StmtKind::Try {
                    body: vec![*body],
                    catches: Vec::new(),
                    finally: Some(vec![dispose]),
                },
            },
            None => *body,
        };
        (StmtKind::Block(vec![first, body]), end)
    }

    /// `if (variable != null) variable.Dispose();`
    fn dispose(&self, local: LocalId, span: Span) -> Option<Stmt> {
        let ty = self.locals.get(local)?.ty.clone();
        let found = members(&ty, "Dispose");
        let found = found.iter().find(|found| found.member.parameters.is_empty())?;
        let variable = || Expr::new(Kind::Local(local), ty.clone(), span);
        let is_there = Kind::Equal {
            left: Box::new(variable()),
            right: Box::new(Expr::constant(Value::Null, Type::Null, span)),
            negated: true,
            by_reference: true,
        };
        let call = Stmt {
            kind: StmtKind::Expression(Self::call_member(found, Some(variable()), Vec::new(), span)),
            span,
        };
        Some(Stmt {
            kind: StmtKind::If(Expr::new(is_there, Type::BOOLEAN, span), Box::new(call), None),
            span,
        })
    }
}

/// The variables that a row of statements declares.
fn declared_names(statements: &[ast::Statement]) -> Vec<String> {
    statements
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Declaration(declaration) => Some(&declaration.variables),
            _ => None,
        })
        .flatten()
        .map(|variable| variable.name.text.clone())
        .collect()
}

/// Numbers, `bool`, `char`, `string`, enumerations, and references (which can only be null).
fn may_be_constant(ty: &Type) -> bool {
    ty.is_enum() || ty.simple().is_some() || !(ty.is_value_type() || matches!(ty, Type::Nullable(_)))
}
