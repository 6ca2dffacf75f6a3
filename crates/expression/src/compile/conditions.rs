//! Conditions: code that gives a `bool`.

use super::{Compiler, calls};
use crate::arithmetic;
use crate::check::typed::{Expr, Kind, Operation, TypedPattern};
use crate::closure::BoolCode;
use crate::explained::tell;
use crate::syntax::ast::BinaryOperator;
use crate::types::Type;
use crate::value::Value;

/// Code that gives the truth of a `bool` expression.
pub fn compile(compiler: &mut Compiler<'_>, condition: &Expr) -> BoolCode {
    let code = compiler.part(|compiler| truth(compiler, condition));
    if !compiler.tells(condition) {
        return code;
    }
    let span = condition.span;
    Box::new(move |frame| {
        let outcome = code(frame);
        tell(frame, span, &outcome.clone().map(Value::Boolean));
        outcome
    })
}

fn truth(compiler: &mut Compiler<'_>, condition: &Expr) -> BoolCode {
    match &condition.kind {
        Kind::Constant(constant) => {
            let truth = matches!(constant, Value::Boolean(true));
            Box::new(move |_| Ok(truth))
        }
        Kind::Not(inner) if condition.ty == Type::BOOLEAN => {
            let inner = compile(compiler, inner);
            Box::new(move |frame| Ok(!inner(frame)?))
        }
        Kind::Logical(true, left, right) => {
            let (left, right) = (compile(compiler, left), compile(compiler, right));
            Box::new(move |frame| Ok(left(frame)? && right(frame)?))
        }
        Kind::Logical(false, left, right) => {
            let (left, right) = (compile(compiler, left), compile(compiler, right));
            Box::new(move |frame| Ok(left(frame)? || right(frame)?))
        }
        Kind::Compare(operation) => comparison(compiler, operation),
        Kind::Equal {
            left,
            right,
            negated,
            by_reference,
        } => equality(compiler, left, right, (*negated, *by_reference)),
        Kind::IsInstance(inner, ty) => {
            let (inner, ty) = (compiler.value(inner), ty.clone());
            Box::new(move |frame| Ok(inner(frame)?.is_instance(&ty)))
        }
        Kind::Matches(local, pattern) => matches_pattern(compiler, *local, pattern),
        Kind::Call(call) if condition.ty == Type::BOOLEAN => {
            let call = calls::call(compiler, call, condition.span);
            Box::new(move |frame| Ok(matches!(call(frame)?, Value::Boolean(true))))
        }
        Kind::Not(inner) => {
            // `!` of `bool?`: null stays null, which is not true.
            let inner = compiler.value(inner);
            Box::new(move |frame| Ok(matches!(inner(frame)?, Value::Boolean(false))))
        }
        _ => {
            let value = compiler.value(condition);
            Box::new(move |frame| Ok(matches!(value(frame)?, Value::Boolean(true))))
        }
    }
}

fn comparison(compiler: &mut Compiler<'_>, operation: &Operation) -> BoolCode {
    if let Some(code) = compiler.direct_comparison(operation) {
        return code;
    }
    let (left, right) = (compiler.value(&operation.left), compiler.value(&operation.right));
    let (operator, lifted) = (operation.operator, operation.lifted);
    Box::new(move |frame| {
        let (left, right) = (left(frame)?, right(frame)?);
        if lifted && (left.is_null() || right.is_null()) {
            let same = left.is_null() && right.is_null();
            return Ok(match operator {
                BinaryOperator::Equal => same,
                BinaryOperator::NotEqual => !same,
                _ => false,
            });
        }
        Ok(arithmetic::compare(operator, &left, &right).unwrap_or(false))
    })
}

fn equality(compiler: &mut Compiler<'_>, left: &Expr, right: &Expr, (negated, by_reference): (bool, bool)) -> BoolCode {
    if matches!(right.constant_value(), Some(Value::Null)) {
        return is_null(compiler, left, negated);
    }
    if matches!(left.constant_value(), Some(Value::Null)) {
        return is_null(compiler, right, negated);
    }
    if let Some(Value::String(text)) = right.constant_value() {
        let (left, text) = (compiler.value(left), text.clone());
        return Box::new(move |frame| Ok(matches!(left(frame)?, Value::String(own) if own == text) != negated));
    }
    let (left, right) = (compiler.value(left), compiler.value(right));
    if by_reference {
        return Box::new(move |frame| Ok(left(frame)?.same_reference(&right(frame)?) != negated));
    }
    Box::new(move |frame| {
        let (left, right) = (left(frame)?, right(frame)?);
        if let (Value::String(left), Value::String(right)) = (&left, &right)
            && left.len() == right.len()
        {
            frame.read(left.len())?;
        }
        Ok(left.equals(&right) != negated)
    })
}

fn is_null(compiler: &mut Compiler<'_>, value: &Expr, negated: bool) -> BoolCode {
    if let Kind::Local(local) = value.kind {
        let slot = compiler.slot(local);
        return Box::new(move |frame| Ok(frame.with_local(slot, Value::is_null) != negated));
    }
    let value = compiler.value(value);
    Box::new(move |frame| Ok(value(frame)?.is_null() != negated))
}

fn matches_pattern(compiler: &mut Compiler<'_>, local: usize, pattern: &TypedPattern) -> BoolCode {
    let slot = compiler.slot(local);
    let mut bind = |local: Option<usize>| local.map(|local| (compiler.slot(local), compiler.is_shared(local)));
    match pattern {
        TypedPattern::Constant(constant) => {
            let constant = constant.clone();
            Box::new(move |frame| Ok(frame.with_local(slot, |value| value.equals(&constant))))
        }
        TypedPattern::Type(ty, local) => {
            let (ty, bound) = (ty.clone(), bind(*local));
            Box::new(move |frame| {
                let value = frame.local(slot);
                let matches = value.is_instance(&ty);
                if let (true, Some((slot, shared))) = (matches, bound) {
                    frame.declare(slot, value, shared)?;
                }
                Ok(matches)
            })
        }
        TypedPattern::Any(local) => {
            let bound = bind(*local);
            Box::new(move |frame| {
                if let Some((bound, shared)) = bound {
                    let value = frame.local(slot);
                    frame.declare(bound, value, shared)?;
                }
                Ok(true)
            })
        }
    }
}
