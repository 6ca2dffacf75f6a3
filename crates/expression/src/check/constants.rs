//! Folding of constants.

use super::typed::{Expr, Kind, Operation};
use crate::arithmetic;
use crate::syntax::ast::{self, BinaryOperator, ExpressionKind, Literal};
use crate::thrown::Outcome;
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;

/// The value of an operation on two constants.
pub fn fold(operation: &Operation, overflow_throws: bool) -> Option<Outcome> {
    let (left, right) = (operation.left.constant_value()?, operation.right.constant_value()?);
    if left.is_null() || right.is_null() {
        return None;
    }
    Some(match arithmetic::compare(operation.operator, left, right) {
        Some(truth) => Ok(Value::Boolean(truth)),
        None => arithmetic::binary(operation.operator, left, right, overflow_throws),
    })
}

/// `-2147483648` and `-9223372036854775808`, whose digits alone are of a larger type.
pub fn least_integer(operand: &ast::Expression) -> Option<Expr> {
    let ExpressionKind::Literal(Literal::Integer {
        value,
        unsigned: false,
        long,
    }) = operand.kind
    else {
        return None;
    };
    match (value, long) {
        (0x8000_0000, false) => Some(Expr::constant(i32::MIN, Type::INT32, operand.span)),
        (0x8000_0000_0000_0000, _) => Some(Expr::constant(Value::Int64(i64::MIN), Type::INT64, operand.span)),
        _ => None,
    }
}

/// `left + right` of strings; neighbours that are already concatenations become one.
pub fn fold_concat(left: Expr, right: Expr, span: Span) -> Expr {
    if let (Some(Value::String(left)), Some(Value::String(right))) = (left.constant_value(), right.constant_value()) {
        return Expr::constant(format!("{left}{right}"), Type::STRING, span);
    }
    let mut pieces = match left {
        Expr {
            kind: Kind::Concat(pieces),
            ty: Type::STRING,
            ..
        } => pieces,
        other => vec![other],
    };
    pieces.push(right);
    Expr::new(Kind::Concat(pieces), Type::STRING, span)
}

/// `==` and `!=` by value.
pub fn equal(operator: BinaryOperator, left: Expr, right: Expr, span: Span) -> Expr {
    let negated = operator == BinaryOperator::NotEqual;
    if let (Some(left), Some(right)) = (left.constant_value(), right.constant_value())
        && let Some(same) = left.constant_equals(right)
    {
        return Expr::constant(same != negated, Type::BOOLEAN, span);
    }
    Expr::new(
        Kind::Equal {
            left: Box::new(left),
            right: Box::new(right),
            negated,
            by_reference: false,
        },
        Type::BOOLEAN,
        span,
    )
}

/// `!x`
pub fn not(value: Expr, span: Span) -> Expr {
    if let Some(Value::Boolean(truth)) = value.constant_value() {
        return Expr::constant(!truth, Type::BOOLEAN, span);
    }
    let ty = value.ty.clone();
    Expr::new(Kind::Not(Box::new(value)), ty, span)
}

/// The value of `-x`, when `x` is a constant.
pub fn negate(value: &Expr, overflow_throws: bool) -> Option<Outcome> {
    let constant = value.constant_value()?;
    Some(arithmetic::negate(constant, overflow_throws))
}

/// `~x`
pub fn complement(value: Expr, span: Span) -> Expr {
    let ty = value.ty.clone();
    if let Some(constant) = value.constant_value() {
        return Expr::constant(arithmetic::complement(constant), ty, span);
    }
    Expr::new(Kind::Complement(Box::new(value)), ty, span)
}

/// `a && b`, `a || b`
pub fn logical(and: bool, left: Expr, right: Expr, span: Span) -> Expr {
    if let (Some(Value::Boolean(left)), Some(Value::Boolean(right))) = (left.constant_value(), right.constant_value()) {
        return Expr::constant(if and { *left && *right } else { *left || *right }, Type::BOOLEAN, span);
    }
    Expr::new(Kind::Logical(and, Box::new(left), Box::new(right)), Type::BOOLEAN, span)
}
