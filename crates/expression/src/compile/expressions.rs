//! Expressions.

use super::{Compiler, calls, conditions, convert, dynamic, text};
use crate::arithmetic;
use crate::check::typed::{Expr, Kind, Operation};
use crate::closure::Code;
use crate::collection::{Array, ELEMENT_BYTES, Record};
use crate::explained::tell;
use crate::syntax::ast::BinaryOperator;
use crate::thrown::{ExceptionObject, Thrown};
use crate::types::Type;
use crate::value::Value;
use diagnostic::Span;
use std::sync::Arc;

impl Compiler<'_> {
    /// Code that gives an expression's value.
    pub fn value(&mut self, value: &Expr) -> Code {
        let code = self.part(|compiler| compiler.node(value));
        if !self.tells(value) {
            return code;
        }
        let span = value.span;
        Box::new(move |frame| {
            let outcome = code(frame);
            tell(frame, span, &outcome);
            outcome
        })
    }

    /// As [`Compiler::value`], for callers that count its depth themselves.
    pub fn node(&mut self, value: &Expr) -> Code {
        let span = value.span;
        match &value.kind {
            Kind::Constant(constant) => {
                let constant = constant.clone();
                Box::new(move |_| Ok(constant.clone()))
            }
            Kind::Local(local) => {
                let slot = self.slot(*local);
                Box::new(move |frame| Ok(frame.local(slot)))
            }
            Kind::SetLocal(local, value) => {
                let (slot, value) = (self.slot(*local), self.value(value));
                Box::new(move |frame| {
                    let value = value(frame)?;
                    frame.set_local(slot, value.clone());
                    Ok(value)
                })
            }
            Kind::Call(call) => calls::call(self, call, span),
            Kind::Invoke(delegate, arguments) => calls::invoke(self, delegate, arguments, span),
            Kind::CallFunction(function, arguments) => self.call_local(*function, arguments, span),
            Kind::FunctionDelegate(function) => self.function_delegate(*function, &value.ty),
            Kind::Dynamic(site, operands) => dynamic::compile(self, site, operands, span),
            Kind::Arithmetic(operation) => self.arithmetic(operation, span),
            Kind::Negate(inner, overflow_throws) => {
                let (inner, overflow_throws) = (self.value(inner), *overflow_throws);
                Box::new(move |frame| {
                    let value = inner(frame)?;
                    arithmetic::negate(&value, overflow_throws).map_err(|thrown| thrown.at(span))
                })
            }
            Kind::Complement(inner) => {
                let inner = self.value(inner);
                Box::new(move |frame| Ok(arithmetic::complement(&inner(frame)?)))
            }
            Kind::BooleanBits(operator, left, right) => boolean_bits(*operator, self.value(left), self.value(right)),
            Kind::Concat(pieces) => text::concat(self, pieces),
            Kind::Interpolated(pieces) => text::interpolated(self, pieces, span),
            Kind::Convert(conversion, inner) => convert::compile(self, conversion, inner, span),
            Kind::Lambda(lambda) => self.lambda(lambda),
            _ => self.structured(value),
        }
    }

    /// Expressions that choose, sequence or build.
    fn structured(&mut self, value: &Expr) -> Code {
        let span = value.span;
        match &value.kind {
            Kind::Conditional(condition, left, right) => {
                let (condition, left, right) = (self.condition(condition), self.value(left), self.value(right));
                Box::new(move |frame| if condition(frame)? { left(frame) } else { right(frame) })
            }
            Kind::Coalesce(left, right) => {
                let (left, right) = (self.value(left), self.value(right));
                Box::new(move |frame| match left(frame)? {
                    Value::Null => right(frame),
                    value => Ok(value),
                })
            }
            Kind::Let {
                local,
                value,
                body,
                null_stops,
            } => {
                let (slot, shared) = (self.slot(*local), self.is_shared(*local));
                let (value, body, null_stops) = (self.value(value), self.value(body), *null_stops);
                Box::new(move |frame| {
                    let value = value(frame)?;
                    if null_stops && value.is_null() {
                        return Ok(Value::Null);
                    }
                    frame.declare(slot, value, shared)?;
                    body(frame)
                })
            }
            Kind::Sequence(effects, last) => {
                let (effects, last) = (self.values(effects), self.value(last));
                Box::new(move |frame| {
                    for effect in &effects {
                        effect(frame)?;
                    }
                    last(frame)
                })
            }
            Kind::AsInstance(inner, ty) => {
                let (inner, ty) = (self.value(inner), ty.clone());
                Box::new(move |frame| {
                    let value = inner(frame)?;
                    Ok(if value.is_instance(&ty) { value } else { Value::Null })
                })
            }
            Kind::Not(inner) if value.ty != Type::BOOLEAN => {
                let inner = self.value(inner);
                Box::new(move |frame| {
                    Ok(match inner(frame)? {
                        Value::Boolean(truth) => Value::Boolean(!truth),
                        null => null,
                    })
                })
            }
            Kind::Throw(thrown) => {
                let thrown = self.value(thrown);
                Box::new(move |frame| Err(raise(&thrown(frame)?).at(span)))
            }
            Kind::NewArray(element, lengths) => self.new_array(element, lengths, span),
            Kind::ArrayOf(element, lengths, items) => {
                let (element, lengths, items) = (element.erased(), lengths.clone(), self.values(items));
                Box::new(move |frame| {
                    frame.allocate(items.len() * ELEMENT_BYTES)?;
                    let items = items.iter().map(|item| item(frame)).collect::<Result<_, _>>()?;
                    Ok(Value::of(Array::of_dimensions(element.clone(), lengths.clone(), items)))
                })
            }
            Kind::ArrayGet(array, indices) => self.array_get(array, indices, span),
            Kind::ArraySet(array, indices, value) => self.array_set((array, indices, value), span),
            Kind::Record(items) => {
                let (ty, items) = (value.ty.erased(), self.values(items));
                Box::new(move |frame| {
                    frame.allocate(items.len() * ELEMENT_BYTES)?;
                    let items = items.iter().map(|item| item(frame)).collect::<Result<_, _>>()?;
                    Ok(Value::of(Record::new(ty.clone(), items)))
                })
            }
            Kind::RecordGet(record, at) => {
                let (record, at) = (self.value(record), *at);
                Box::new(move |frame| match record(frame)?.object::<Record>() {
                    Some(record) => Ok(record.items.get(at).cloned().unwrap_or_default()),
                    None => Err(Thrown::null_reference().at(span)),
                })
            }
            _ => {
                let condition = conditions::compile(self, value);
                Box::new(move |frame| Ok(Value::Boolean(condition(frame)?)))
            }
        }
    }

    fn arithmetic(&mut self, operation: &Operation, span: Span) -> Code {
        if let Some(code) = self.direct_arithmetic(operation, span) {
            return code;
        }
        let (left, right) = (self.value(&operation.left), self.value(&operation.right));
        let (operator, overflow_throws, lifted) = (operation.operator, operation.overflow_throws, operation.lifted);
        Box::new(move |frame| {
            let (left, right) = (left(frame)?, right(frame)?);
            if lifted && (left.is_null() || right.is_null()) {
                return Ok(Value::Null);
            }
            arithmetic::binary(operator, &left, &right, overflow_throws).map_err(|thrown| thrown.at(span))
        })
    }

    fn new_array(&mut self, element: &Type, lengths: &[Expr], span: Span) -> Code {
        let (element, lengths) = (element.erased(), self.values(lengths));
        Box::new(move |frame| {
            let mut counts = Vec::with_capacity(lengths.len());
            for length in &lengths {
                let length = length(frame)?.integer().unwrap_or_default();
                let count = usize::try_from(length)
                    .map_err(|_| Thrown::overflow("Arithmetic operation resulted in an overflow.").at(span))?;
                counts.push(count);
            }
            let total = counts
                .iter()
                .try_fold(1usize, |total, count| total.checked_mul(*count))
                .unwrap_or(usize::MAX);
            frame.allocate(total.saturating_mul(ELEMENT_BYTES))?;
            let items = vec![Value::default_of(&element); total];
            Ok(Value::of(Array::of_dimensions(element.clone(), counts, items)))
        })
    }

    fn array_get(&mut self, array: &Expr, indices: &[Expr], span: Span) -> Code {
        let (array, indices) = (self.value(array), self.values(indices));
        Box::new(move |frame| {
            let array = array(frame)?;
            let places = indices
                .iter()
                .map(|index| Ok(index(frame)?.integer().unwrap_or(-1)))
                .collect::<Result<Vec<i64>, Thrown>>()?;
            let Some(array) = array.object::<Array>() else {
                return Err(Thrown::null_reference().at(span));
            };
            array
                .place(&places)
                .and_then(|at| array.get(at))
                .ok_or_else(|| Thrown::index_out_of_range().at(span))
        })
    }

    fn array_set(&mut self, (array, indices, value): (&Expr, &[Expr], &Expr), span: Span) -> Code {
        let (array, indices, value) = (self.value(array), self.values(indices), self.value(value));
        Box::new(move |frame| {
            let array = array(frame)?;
            let places = indices
                .iter()
                .map(|index| Ok(index(frame)?.integer().unwrap_or(-1)))
                .collect::<Result<Vec<i64>, Thrown>>()?;
            let value = value(frame)?;
            let Some(array) = array.object::<Array>() else {
                return Err(Thrown::null_reference().at(span));
            };
            if array.place(&places).is_some_and(|at| array.set(at, value.clone())) {
                return Ok(value);
            }
            Err(Thrown::index_out_of_range().at(span))
        })
    }
}

/// An exception object on its way.
pub fn raise(value: &Value) -> Thrown {
    match value {
        Value::Object(object) => match object.as_any().downcast_ref::<ExceptionObject>() {
            Some(exception) => Thrown::object(Arc::new(ExceptionObject {
                class: exception.class,
                message: exception.message.clone(),
                inner: exception.inner.clone(),
            })),
            None => Thrown::null_reference(),
        },
        _ => Thrown::null_reference(),
    }
}

/// `&`, `|`, `^` of `bool?`: three-valued, both sides evaluated.
fn boolean_bits(operator: BinaryOperator, left: Code, right: Code) -> Code {
    Box::new(move |frame| {
        let truth = |value: Value| {
            if let Value::Boolean(truth) = value {
                Some(truth)
            } else {
                None
            }
        };
        let (left, right) = (truth(left(frame)?), truth(right(frame)?));
        Ok(match (operator, left, right) {
            (BinaryOperator::And, Some(false), _) | (BinaryOperator::And, _, Some(false)) => Value::Boolean(false),
            (BinaryOperator::Or, Some(true), _) | (BinaryOperator::Or, _, Some(true)) => Value::Boolean(true),
            (BinaryOperator::And, Some(left), Some(right)) => Value::Boolean(left & right),
            (BinaryOperator::Or, Some(left), Some(right)) => Value::Boolean(left | right),
            (BinaryOperator::Xor, Some(left), Some(right)) => Value::Boolean(left ^ right),
            _ => Value::Null,
        })
    })
}
