//! Patterns of `is` and `case`.

use super::Checker;
use super::calls::is_var;
use super::convert::{can_be_cast, implicit, standard_implicit};
use super::expressions::Operand;
use super::typed::{Expr, Kind, LocalId, TypedPattern};
use crate::syntax::ast::{self, Designation, Pattern};
use crate::types::Type;
use crate::types::is_reference;
use diagnostic::Span;

impl Checker {
    /// `e is pattern`
    pub(super) fn is_pattern(&mut self, operand: &ast::Expression, pattern: &Pattern, span: Span) -> Expr {
        let value = self.value(operand);
        if value.ty == Type::Error {
            return value;
        }
        let local = self.temporary(value.ty.clone());
        let ty = value.ty.clone();
        let Some(pattern) = self.pattern(pattern, &ty, span) else {
            return Expr::error(span);
        };
        let test = match pattern {
            TypedPattern::Type(ty, None) => {
                return Expr::new(Kind::IsInstance(Box::new(value), ty), Type::BOOLEAN, span);
            }
            pattern => Expr::new(Kind::Matches(local, Box::new(pattern)), Type::BOOLEAN, span),
        };
        Expr::new(
            Kind::Let {
                local,
                value: Box::new(value),
                body: Box::new(test),
                null_stops: false,
            },
            Type::BOOLEAN,
            span,
        )
    }

    /// A pattern for a value of this type.
    pub(super) fn pattern(&mut self, pattern: &Pattern, ty: &Type, span: Span) -> Option<TypedPattern> {
        match pattern {
            Pattern::Constant(ast::Expression {
                kind: ast::ExpressionKind::Name(name),
                span,
            }) if self.is_unknown(name) => {
                self.unknown_type("CS0246", &name.identifier.text, *span);
                None
            }
            Pattern::Constant(expression) => match self.operand(expression) {
                Operand::Type(tested) => self.type_pattern(tested, None, ty, expression.span),
                other => {
                    let constant = self.demand_value(other, expression.span);
                    self.constant_pattern(constant, ty)
                }
            },
            Pattern::Type(name) => {
                let tested = self.resolve_type(name);
                self.type_pattern(tested, None, ty, name.span)
            }
            Pattern::Declaration { type_name, designation } if is_var(type_name) => {
                Some(TypedPattern::Any(self.designated(designation, ty)))
            }
            Pattern::Declaration { type_name, designation } => {
                let tested = self.resolve_type(type_name);
                let local = self.designated(designation, &tested);
                self.type_pattern(tested, local, ty, span)
            }
            Pattern::Var(designation) => Some(TypedPattern::Any(self.designated(designation, ty))),
        }
    }

    fn is_unknown(&mut self, name: &ast::SimpleName) -> bool {
        let (clean, _) = self.trial(|checker| checker.simple_name(name, name.identifier.span));
        !clean && self.lookup(&name.identifier.text).is_none()
    }

    fn designated(&mut self, designation: &Designation, ty: &Type) -> Option<LocalId> {
        match designation {
            Designation::Variable(name) => Some(self.declare(name, ty.clone())),
            Designation::Discard(_) => None,
            Designation::Tuple(inner) => {
                let span = inner.first().map_or(Span::default(), |first| match first {
                    Designation::Variable(name) => name.span,
                    Designation::Discard(span) => *span,
                    Designation::Tuple(_) => Span::default(),
                });
                let message = "a pattern with parts is C# 8; policy expressions are C# 7".to_owned();
                self.report(
                    "CS8370",
                    span,
                    message,
                    Some("take the value apart behind the test".to_owned()),
                );
                None
            }
        }
    }

    fn type_pattern(&mut self, tested: Type, local: Option<LocalId>, ty: &Type, span: Span) -> Option<TypedPattern> {
        let possible = tested == Type::Error
            || *ty.without_nullable() == tested
            || can_be_cast(ty, &tested)
            || is_reference(ty, &tested)
            || standard_implicit(ty, None, &tested).is_some();
        if !possible {
            // C# warns only when the answer is known to be no; a pattern with a variable is refused.
            if local.is_some() {
                self.report(
                    "CS8121",
                    span,
                    format!("a value of type '{ty}' can never be a '{tested}'"),
                    None,
                );
                return None;
            }
        }
        Some(TypedPattern::Type(tested, local))
    }

    fn constant_pattern(&mut self, constant: Expr, ty: &Type) -> Option<TypedPattern> {
        if constant.ty == Type::Error {
            return None;
        }
        let span = constant.span;
        let target = if *ty == Type::OBJECT || ty.is_dynamic() || constant.ty == Type::Null {
            constant.ty.clone()
        } else {
            ty.without_nullable().clone()
        };
        if implicit(&constant.ty, constant.constant_value(), &target).is_none() {
            self.convert(constant, &target);
            return None;
        }
        let constant = self.convert(constant, &target);
        if let Some(value) = constant.constant_value() {
            Some(TypedPattern::Constant(value.clone()))
        } else {
            self.report(
                "CS0150",
                span,
                "a pattern must be a constant or a type".to_owned(),
                None,
            );
            None
        }
    }
}
