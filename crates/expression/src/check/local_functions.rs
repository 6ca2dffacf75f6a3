//! Functions declared in a block: delegates in variables that nothing else assigns.

use super::Checker;
use super::typed::{Expr, Kind, Lambda, LocalId};
use crate::syntax::ast::{self, Passing, StatementKind};
use crate::types::{DelegateType, Type};
use diagnostic::Span;
use std::sync::Arc;

/// Local functions of a block: where each is declared, its variable, its delegate type.
pub type Declared = Vec<(Span, LocalId, Arc<DelegateType>)>;

impl Checker {
    /// Declares the functions of a block, so that all its statements can call them.
    pub(super) fn local_functions(&mut self, statements: &[ast::Statement]) -> Declared {
        let mut declared = Vec::new();
        for statement in statements {
            let StatementKind::LocalFunction(function) = &statement.kind else {
                continue;
            };
            let plain = function
                .parameters
                .iter()
                .all(|parameter| parameter.passing == Passing::Value && parameter.default.is_none());
            if !plain || !function.type_parameters.is_empty() {
                let what =
                    "a local function with type parameters, or with optional, `ref`, `out` or `params` parameters";
                self.unsupported(function.name.span, what);
            }
            let parameters = function
                .parameters
                .iter()
                .map(|parameter| {
                    parameter
                        .type_name
                        .as_ref()
                        .map_or(Type::Error, |name| self.resolve_type(name))
                })
                .collect();
            let result = self.resolve_type(&function.return_type);
            let name = if result == Type::VOID {
                "System.Action"
            } else {
                "System.Func"
            };
            let delegate = Arc::new(DelegateType {
                name,
                parameters,
                result,
            });
            let local = self.declare(&function.name, Type::Delegate(Arc::clone(&delegate)));
            if let Some(variable) = self.locals.get_mut(local) {
                variable.read_only = true;
            }
            declared.push((function.name.span, local, delegate));
        }
        declared
    }

    /// Checks a function; gives its variable with its value, and whether it was mentioned before.
    pub(super) fn local_function(
        &mut self,
        function: &ast::LocalFunction,
        declared: &Declared,
    ) -> Option<((LocalId, Expr), bool)> {
        let (_, local, delegate) = declared.iter().find(|(span, ..)| *span == function.name.span)?;
        let used = self.locals.get(*local).is_some_and(|local| local.used);
        let (lambda, _) = self.function(
            Some(&function.parameters),
            &function.body,
            &delegate.parameters,
            Some(&delegate.result),
        );
        let ty = Type::Delegate(Arc::clone(delegate));
        let value = Expr::new(
            Kind::Lambda(Arc::new(Lambda {
                ty: ty.clone(),
                ..lambda
            })),
            ty,
            function.name.span,
        );
        Some(((*local, value), used))
    }
}
