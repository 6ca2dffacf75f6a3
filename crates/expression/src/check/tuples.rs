//! Operations on tuples, element by element: conversions and `==` (C# 7.3).

use super::Checker;
use super::constants;
use super::convert::implicit;
use super::typed::{Expr, Kind};
use crate::syntax::ast::BinaryOperator;
use crate::types::Type;
use diagnostic::Span;

impl Checker {
    /// A tuple as one of other element types; `None` when an element does not convert.
    pub(super) fn tuple_conversion(&mut self, value: &Expr, to: &Type) -> Option<Expr> {
        let (Type::Tuple(from), Type::Tuple(wanted)) = (&value.ty, to) else {
            return None;
        };
        let converts = from.len() == wanted.len()
            && from
                .iter()
                .zip(wanted.iter())
                .all(|((from, _), (to, _))| implicit(from, None, to).is_some());
        if !converts {
            return None;
        }
        let span = value.span;
        let local = self.temporary(value.ty.clone());
        let items = self
            .elements(local, &value.ty, span)
            .into_iter()
            .zip(wanted.iter())
            .map(|(item, (ty, _))| self.convert(item, ty))
            .collect();
        let body = Expr::new(Kind::Record(items), to.clone(), span);
        Some(kept(local, value.clone(), body))
    }

    /// `==` and `!=` of tuples of as many elements.
    pub(super) fn tuple_equality(
        &mut self,
        operator: BinaryOperator,
        (left, right): (&Expr, &Expr),
        span: Span,
    ) -> Option<Expr> {
        let (Type::Tuple(left_types), Type::Tuple(right_types)) = (&left.ty, &right.ty) else {
            return None;
        };
        let all = match operator {
            BinaryOperator::Equal => true,
            BinaryOperator::NotEqual => false,
            _ => return None,
        };
        if left_types.len() != right_types.len() {
            let (left, right) = (left_types.len(), right_types.len());
            let message = format!("tuples of {left} and {right} elements cannot be compared");
            return Some(self.error("CS8384", span, message));
        }
        let locals = (self.temporary(left.ty.clone()), self.temporary(right.ty.clone()));
        let pairs = (
            self.elements(locals.0, &left.ty, span),
            self.elements(locals.1, &right.ty, span),
        );
        let compared = pairs
            .0
            .into_iter()
            .zip(pairs.1)
            .fold(None, |before: Option<Expr>, (left, right)| {
                let same = self.binary(operator, left, right, span);
                let same = self.convert(same, &Type::BOOLEAN);
                Some(match before {
                    Some(before) => constants::logical(all, before, same, span),
                    None => same,
                })
            })?;
        Some(kept(locals.0, left.clone(), kept(locals.1, right.clone(), compared)))
    }

    fn elements(&mut self, local: usize, ty: &Type, span: Span) -> Vec<Expr> {
        let Type::Tuple(types) = ty else {
            return Vec::new();
        };
        let record = self.use_local(local, span);
        types
            .iter()
            .enumerate()
            .map(|(at, (ty, _))| Expr::new(Kind::RecordGet(Box::new(record.clone()), at), ty.clone(), span))
            .collect()
    }
}

fn kept(local: usize, value: Expr, body: Expr) -> Expr {
    let (ty, span) = (body.ty.clone(), value.span);
    Expr::new(
        Kind::Let {
            local,
            value: Box::new(value),
            body: Box::new(body),
            null_stops: false,
        },
        ty,
        span,
    )
}
