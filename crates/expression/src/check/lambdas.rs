//! Lambdas and methods that become delegates.

use super::Checker;
use super::calls::{Given, GivenKind, is_var};
use super::expressions::MethodGroup;
use super::infer::best_common;
use super::scope::FunctionScope;
use super::typed::{Body, Expr, Kind, Lambda, LocalId};
use crate::syntax::ast::{self, LambdaBody};
use crate::types::{DelegateType, Type};
use diagnostic::Span;
use std::sync::Arc;

impl Checker {
    /// A lambda for a delegate type.
    pub(super) fn lambda(
        &mut self,
        parameters: Option<&[ast::Parameter]>,
        body: &LambdaBody,
        delegate: &DelegateType,
        span: Span,
    ) -> Expr {
        if parameters.is_some_and(|parameters| parameters.len() != delegate.parameters.len()) {
            let found = parameters.map_or(0, <[ast::Parameter]>::len);
            let message = format!(
                "the delegate takes {} parameters, the lambda has {found}",
                delegate.parameters.len()
            );
            return self.error("CS1593", span, message);
        }
        let ty = Type::Delegate(Arc::new(delegate.clone()));
        let (lambda, _) = self.function(parameters, body, &delegate.parameters, Some(&delegate.result));
        Expr::new(
            Kind::Lambda(Arc::new(Lambda {
                ty: ty.clone(),
                ..lambda
            })),
            ty,
            span,
        )
    }

    /// Checks a lambda's body in a scope of its own; gives the types it returns.
    pub(super) fn function(
        &mut self,
        parameters: Option<&[ast::Parameter]>,
        body: &LambdaBody,
        types: &[Type],
        expected: Option<&Type>,
    ) -> (Lambda, Vec<Type>) {
        let id = self.new_function();
        let mut scope = FunctionScope::new(expected.cloned());
        scope.is_lambda = true;
        self.begin_function(scope);
        let (parameters, body) = self.scoped(|checker| {
            let locals = checker.lambda_parameters(parameters, types);
            (locals, checker.lambda_body(body, expected, "CS1643"))
        });
        let returns = self.end_function(id).returns;
        let lambda = Lambda {
            id,
            parameters,
            outs: Vec::new(),
            body,
            ty: Type::Error,
            yields: None,
        };
        (lambda, returns)
    }

    fn lambda_parameters(&mut self, parameters: Option<&[ast::Parameter]>, types: &[Type]) -> Vec<LocalId> {
        let Some(parameters) = parameters else {
            return types.iter().map(|ty| self.temporary(ty.clone())).collect();
        };
        let mut locals = Vec::with_capacity(parameters.len());
        for (parameter, ty) in parameters.iter().zip(types) {
            if let Some(name) = parameter.type_name.as_ref().filter(|name| !is_var(name)) {
                let written = self.resolve_type(name);
                if written != *ty && written != Type::Error {
                    self.report(
                        "CS1678",
                        name.span,
                        format!("the parameter is declared as '{written}' but should be '{ty}'"),
                        None,
                    );
                }
            }
            locals.push(self.declare_parameter(&parameter.name, ty.clone()));
        }
        locals
    }

    /// A function's body; `no_value` is the number of the problem that a path returns nothing.
    pub(super) fn lambda_body(&mut self, body: &LambdaBody, expected: Option<&Type>, no_value: &'static str) -> Body {
        match body {
            LambdaBody::Expression(expression) => {
                let value = match expected {
                    Some(ty) if *ty != Type::VOID => self.value_of_type(expression, ty),
                    Some(_) if !matches!(expression.kind, ast::ExpressionKind::Throw(_)) => {
                        self.statement_value(expression)
                    }
                    Some(ty) => self.value_of_type(expression, ty),
                    _ => self.value(expression),
                };
                if let Some(function) = self.functions.last_mut() {
                    function.returns.push(value.ty.clone());
                }
                Body::Expression(value)
            }
            LambdaBody::Block(block) => {
                let (statements, end_reachable) = self.block(block);
                let returns = self
                    .functions
                    .last()
                    .is_some_and(|function| !function.returns.is_empty());
                if end_reachable && expected.is_some_and(|ty| *ty != Type::VOID) {
                    let at = Span::new(block.span.end.saturating_sub(1), block.span.end);
                    let message = "not all code paths of the function return a value".to_owned();
                    self.report(no_value, at, message, None);
                } else if !returns && let Some(function) = self.functions.last_mut() {
                    function.returns.push(Type::VOID);
                }
                Body::Block(statements)
            }
        }
    }

    /// The type that a lambda returns for parameters of these types; `None` when its body has problems.
    pub(super) fn lambda_result(
        &mut self,
        parameters: Option<&[ast::Parameter]>,
        body: &LambdaBody,
        types: &[Type],
    ) -> Option<Type> {
        let check = |checker: &mut Self| checker.function(parameters, body, types, None);
        let (clean, (_, returns)) = if self.explains {
            (true, check(self))
        } else {
            self.trial(check)
        };
        if !clean {
            return None;
        }
        let known: Vec<Type> = returns.into_iter().filter(|ty| *ty != Type::Null).collect();
        best_common(&known)
    }

    /// Whether a lambda can become this delegate.
    pub(super) fn lambda_fits(
        &mut self,
        parameters: Option<&[ast::Parameter]>,
        body: &LambdaBody,
        delegate: &DelegateType,
    ) -> bool {
        if delegate.parameters.iter().any(Type::has_parameters) {
            return false;
        }
        let (clean, fits) = self.trial(|checker| {
            let (lambda, returns) = checker.function(parameters, body, &delegate.parameters, Some(&delegate.result));
            let statement = match &lambda.body {
                Body::Expression(value) => {
                    matches!(
                        value.kind,
                        Kind::Call(_)
                            | Kind::SetLocal(..)
                            | Kind::Invoke(..)
                            | Kind::Let { .. }
                            | Kind::ArraySet(..)
                            | Kind::Throw(_)
                    )
                }
                Body::Block(_) => true,
            };
            delegate.result != Type::VOID
                || (statement && !(matches!(lambda.body, Body::Block(_)) && returns.iter().any(|ty| *ty != Type::VOID)))
        });
        clean && fits
    }

    /// Checks something to see whether it works, without keeping its problems and the variables that it declares.
    pub(super) fn trial<R>(&mut self, body: impl FnOnce(&mut Self) -> R) -> (bool, R) {
        let (before, bodies) = (self.problems.len(), self.bodies.len());
        let result = self.scoped(body);
        let clean = self.problems.len() == before;
        self.problems.truncate(before);
        self.bodies.truncate(bodies);
        (clean, result)
    }

    fn group_call(&mut self, group: &MethodGroup<'_>, types: &[Type], span: Span) -> (Vec<LocalId>, Expr) {
        let locals: Vec<LocalId> = types.iter().map(|ty| self.temporary(ty.clone())).collect();
        let given = locals
            .iter()
            .map(|local| Given {
                name: None,
                kind: GivenKind::Value(self.use_local(*local, span)),
                span,
            })
            .collect();
        let group = MethodGroup {
            receiver: group.receiver.clone(),
            ty: group.ty.clone(),
            name: group.name,
        };
        (locals, self.call_group(group, given, span))
    }

    /// A method as a delegate: a lambda that calls it.
    pub(super) fn method_group(&mut self, group: &MethodGroup<'_>, ty: &Type, span: Span) -> Expr {
        let Type::Delegate(delegate) = ty else {
            return Expr::error(span);
        };
        // The object is evaluated once, when the delegate is made.
        let kept = group
            .receiver
            .as_ref()
            .map(|receiver| (self.temporary(receiver.ty.clone()), receiver.clone()));
        let id = self.new_function();
        self.begin_function(FunctionScope::new(Some(delegate.result.clone())));
        let receiver = kept
            .as_ref()
            .map(|(local, receiver)| Box::new(self.use_local(*local, receiver.span)));
        let inner = MethodGroup {
            receiver,
            ty: group.ty.clone(),
            name: group.name,
        };
        let (parameters, call) = self.group_call(&inner, &delegate.parameters, span);
        let body = if delegate.result == Type::VOID {
            call
        } else {
            self.convert(call, &delegate.result)
        };
        self.end_function(id);
        let lambda = Lambda {
            id,
            parameters,
            outs: Vec::new(),
            body: Body::Expression(body),
            ty: ty.clone(),
            yields: None,
        };
        let lambda = Expr::new(Kind::Lambda(Arc::new(lambda)), ty.clone(), span);
        match kept {
            Some((local, value)) => Expr::new(
                Kind::Let {
                    local,
                    value,
                    body: Box::new(lambda),
                    null_stops: false,
                },
                ty.clone(),
                span,
            ),
            None => lambda,
        }
    }

    /// What a method of the group returns for parameters of these types.
    pub(super) fn method_group_result(&mut self, group: &MethodGroup<'_>, types: &[Type]) -> Option<Type> {
        let (clean, (_, call)) = self.trial(|checker| checker.group_call(group, types, group.name.identifier.span));
        clean.then_some(call.ty)
    }

    /// Whether a method of the group can become this delegate.
    pub(super) fn method_group_fits(&mut self, group: &MethodGroup<'_>, ty: &Type) -> bool {
        let Type::Delegate(delegate) = ty else { return false };
        let result = self.method_group_result(group, &delegate.parameters);
        // Of the results' conversions only those count that leave the value as it is.
        let kept = |result: &Type| {
            *result == delegate.result
                || !result.is_value_type()
                    && !delegate.result.is_value_type()
                    && super::convert::implicit(result, None, &delegate.result).is_some()
        };
        result.is_some_and(|result| delegate.result == Type::VOID || kept(&result))
    }
}
