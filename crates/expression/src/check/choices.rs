//! Operators that evaluate one side or the other: `&&`, `||`, `??`, `?:`.

use super::Checker;
use super::constants;
use super::convert::{Way, implicit, standard_implicit};
use super::expressions::Operand;
use super::typed::{Conversion, Expr, Kind};
use crate::syntax::ast;
use crate::types::Type;
use diagnostic::Span;

impl Checker {
    /// `a && b`, `a || b`
    pub(super) fn logical(&mut self, and: bool, left: &ast::Expression, right: &ast::Expression, span: Span) -> Expr {
        let (left, right) = (self.value(left), self.value(right));
        if left.ty == Type::Error || right.ty == Type::Error {
            return Expr::error(span);
        }
        if left.ty == Type::BOOLEAN && right.ty == Type::BOOLEAN {
            return constants::logical(and, left, right, span);
        }
        if let (Some(left_way), Some(right_way)) = (
            implicit(&left.ty, None, &Type::BOOLEAN),
            implicit(&right.ty, None, &Type::BOOLEAN),
        ) {
            let (left, right) = (
                Self::apply(left, &left_way, &Type::BOOLEAN),
                Self::apply(right, &right_way, &Type::BOOLEAN),
            );
            return constants::logical(and, left, right, span);
        }
        let symbol = if and { "&&" } else { "||" };
        let nullable = [&left, &right]
            .iter()
            .any(|side| *side.ty.without_nullable() == Type::BOOLEAN && side.ty != Type::BOOLEAN);
        let help = nullable.then(|| "compare the `bool?` with `== true`".to_owned());
        let message = format!(
            "operator '{symbol}' cannot be applied to operands of type '{}' and '{}'",
            left.ty, right.ty
        );
        self.report("CS0019", span, message, help);
        Expr::error(span)
    }

    /// `a ?? b`
    pub(super) fn coalesce(&mut self, left: &ast::Expression, right: &ast::Expression, span: Span) -> Expr {
        let left = self.value(left);
        let right_span = right.span;
        let right = self.operand(right);
        if left.ty == Type::Error {
            return Expr::error(span);
        }
        if left.ty.is_value_type() {
            let message = format!(
                "operator '??' needs a left operand that can be null, '{}' cannot",
                left.ty
            );
            return self.error("CS0019", left.span, message);
        }
        let underlying = left.ty.without_nullable().clone();
        let right_type = match &right {
            Operand::Value(value) => Some((value.ty.clone(), value.constant_value().cloned())),
            _ => None,
        };
        // In order: the left type without `?`, the left type, the right type.
        let fits = |ty: &Type| {
            right_type
                .as_ref()
                .is_none_or(|(right, constant)| implicit(right, constant.as_ref(), ty).is_some())
        };
        let ty = if left.ty != Type::Null && fits(&underlying) {
            underlying
        } else if left.ty != Type::Null && fits(&left.ty) {
            left.ty.clone()
        } else {
            match right_type {
                Some((right, _)) if implicit(&underlying, None, &right).is_some() || left.ty == Type::Null => right,
                other => {
                    let right = other.map_or_else(|| "?".to_owned(), |(right, _)| right.to_string());
                    return self.error(
                        "CS0019",
                        span,
                        format!(
                            "operator '??' cannot be applied to operands of type '{}' and '{right}'",
                            left.ty
                        ),
                    );
                }
            }
        };
        let right = self.operand_to(right, right_span, &ty);
        let left = if left.ty == Type::Null || left.ty == ty {
            left
        } else {
            self.coalesced(left, &ty)
        };
        Expr::new(Kind::Coalesce(Box::new(left), Box::new(right)), ty, span)
    }

    /// The left side of `??` as the result's type; null stays null.
    fn coalesced(&mut self, left: Expr, ty: &Type) -> Expr {
        let underlying = left.ty.without_nullable().clone();
        if underlying == *ty {
            return Expr::new(
                Kind::Convert(Conversion::Retype, Box::new(left)),
                ty.clone(),
                Span::default(),
            );
        }
        match implicit(&underlying, None, ty) {
            Some(Way::User { .. }) => {
                let span = left.span;
                let local = self.temporary(underlying.clone());
                let inner = self.use_local(local, span);
                let body = self.convert(inner, ty);
                Expr::new(
                    Kind::Let {
                        local,
                        value: Box::new(left),
                        body: Box::new(body),
                        null_stops: true,
                    },
                    ty.clone(),
                    span,
                )
            }
            Some(way) => {
                let span = left.span;
                match way {
                    Way::By(conversion) => Expr::new(Kind::Convert(conversion, Box::new(left)), ty.clone(), span),
                    _ => Expr::new(Kind::Convert(Conversion::Retype, Box::new(left)), ty.clone(), span),
                }
            }
            None => self.convert(left, ty),
        }
    }

    /// `c ? a : b`
    pub(super) fn conditional(
        &mut self,
        condition: &ast::Expression,
        when_true: &ast::Expression,
        when_false: &ast::Expression,
        span: Span,
    ) -> Expr {
        let condition = self.condition(condition);
        let (true_span, false_span) = (when_true.span, when_false.span);
        let (left, right) = (self.operand(when_true), self.operand(when_false));
        let ty = match (&left, &right) {
            (Operand::Value(left), Operand::Value(right)) => {
                if let Some(ty) = common_type(left, right) {
                    ty
                } else {
                    let message = format!(
                        "the two results of the conditional have types '{}' and '{}', neither of which converts to the other",
                        left.ty, right.ty
                    );
                    let help = Some("cast one of them".to_owned());
                    self.report("CS0173", span, message, help);
                    return Expr::error(span);
                }
            }
            (Operand::Value(value), _) | (_, Operand::Value(value)) => value.ty.clone(),
            _ => Type::Error,
        };
        let left = self.operand_to(left, true_span, &ty);
        let right = self.operand_to(right, false_span, &ty);
        match condition.constant_value() {
            Some(crate::value::Value::Boolean(known))
                if left.constant_value().is_some() && right.constant_value().is_some() =>
            {
                Expr {
                    span,
                    ..if *known { left } else { right }
                }
            }
            _ => Expr::new(
                Kind::Conditional(Box::new(condition), Box::new(left), Box::new(right)),
                ty,
                span,
            ),
        }
    }
}

/// The one of two operands' types that the other converts to.
pub fn common_type(left: &Expr, right: &Expr) -> Option<Type> {
    if left.ty == right.ty {
        return Some(left.ty.clone());
    }
    if left.ty == Type::Error || right.ty == Type::Error {
        return Some(Type::Error);
    }
    let to_right = implicit(&left.ty, left.constant_value(), &right.ty).is_some();
    let to_left = implicit(&right.ty, right.constant_value(), &left.ty).is_some();
    // When both convert (constants do), the wider type is the result.
    let wider = standard_implicit(&left.ty, None, &right.ty).is_some();
    match (to_right, to_left) {
        (true, false) => Some(right.ty.clone()),
        (true, true) if wider => Some(right.ty.clone()),
        (_, true) => Some(left.ty.clone()),
        (false, false) => None,
    }
}
