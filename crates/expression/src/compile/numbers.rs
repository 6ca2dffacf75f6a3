//! Numbers without a [`Value`](crate::value::Value) around them: `int`, `long` and `double` are calculated with and compared directly, by code
//! made for the operator.
//!
//! The other number types, and operands that may be null, go through [`arithmetic`]'s functions of values. What an
//! operator does is there for both.

use super::Compiler;
use crate::arithmetic::{self, Number};
use crate::check::typed::{Conversion, Expr, Kind, Operation};
use crate::closure::{BoolCode, Code};
use crate::explained::tell;
use crate::frame::Frame;
use crate::syntax::ast::BinaryOperator;
use crate::thrown::Thrown;
use crate::types::{Simple, Type};
use diagnostic::Span;

/// Code that gives something without a [`Value`](crate::value::Value) around it.
type DirectCode<R> = Box<dyn Fn(&mut Frame<'_>) -> Result<R, Thrown> + Send + Sync>;

/// Where a number comes from: constants and variables need no code of their own.
enum Operand<T> {
    Constant(T),
    Local(usize),
    Code(DirectCode<T>),
}

impl<T: Number> Operand<T> {
    #[inline]
    fn get(&self, frame: &mut Frame<'_>) -> Result<T, Thrown> {
        match self {
            Self::Constant(number) => Ok(*number),
            Self::Local(slot) => frame.with_local(*slot, T::of).ok_or_else(arithmetic::no_number),
            Self::Code(code) => code(frame),
        }
    }
}

/// Code that applies one of some operators, made for each.
macro_rules! made_for {
    ($operator:expr, [$($known:ident)*], $frame:ident, $apply:expr) => {
        match $operator {
            $(BinaryOperator::$known => Some(Box::new(move |$frame: &mut Frame<'_>| $apply(BinaryOperator::$known)) as DirectCode<_>),)*
            _ => None,
        }
    };
}

impl Compiler<'_> {
    /// Code of arithmetic that is done directly.
    pub fn direct_arithmetic(&mut self, operation: &Operation, span: Span) -> Option<Code> {
        match operation.number {
            _ if operation.lifted => None,
            Simple::Int32 => self.calculation(operation, span, i32::value),
            Simple::Int64 => self.calculation(operation, span, i64::value),
            Simple::Double => self.calculation(operation, span, f64::value),
            _ => None,
        }
    }

    /// Code of a comparison that is done directly.
    pub fn direct_comparison(&mut self, operation: &Operation) -> Option<BoolCode> {
        match operation.number {
            _ if operation.lifted => None,
            Simple::Int32 => self.comparison::<i32>(operation),
            Simple::Int64 => self.comparison::<i64>(operation),
            Simple::Double => self.comparison::<f64>(operation),
            _ => None,
        }
    }

    /// Code of an operator; `give` makes of its result what is wanted.
    fn calculation<T: Number, R: 'static>(
        &mut self,
        operation: &Operation,
        span: Span,
        give: impl Fn(T) -> R + Copy + Send + Sync + 'static,
    ) -> Option<DirectCode<R>> {
        if matches!(
            operation.operator,
            BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight
        ) {
            return None;
        }
        let checked = operation.overflow_throws;
        let (left, right) = (self.number::<T>(&operation.left), self.number::<T>(&operation.right));
        made_for!(operation.operator, [Add Subtract Multiply Divide Remainder And Or Xor], frame, |operator| {
            match T::binary(operator, left.get(frame)?, right.get(frame)?, checked) {
                Ok(result) => Ok(give(result)),
                Err(thrown) => Err(thrown.at(span)),
            }
        })
    }

    fn comparison<T: Number>(&mut self, operation: &Operation) -> Option<BoolCode> {
        let (left, right) = (self.number::<T>(&operation.left), self.number::<T>(&operation.right));
        made_for!(operation.operator, [Less Greater LessOrEqual GreaterOrEqual Equal NotEqual], frame, |operator| {
            let (left, right) = (left.get(frame)?, right.get(frame)?);
            Ok(arithmetic::ordered(operator, &left, &right).unwrap_or(false))
        })
    }

    /// An operand of type `T`.
    fn number<T: Number>(&mut self, value: &Expr) -> Operand<T> {
        let operand = self.part(|compiler| compiler.number_node(value));
        if !self.tells(value) {
            return operand;
        }
        let span = value.span;
        Operand::Code(Box::new(move |frame| {
            let outcome = operand.get(frame);
            tell(frame, span, &outcome.clone().map(T::value));
            outcome
        }))
    }

    fn number_node<T: Number>(&mut self, value: &Expr) -> Operand<T> {
        let direct = match &value.kind {
            Kind::Constant(constant) => T::of(constant).map(Operand::Constant),
            Kind::Local(local) => Some(Operand::Local(self.slot(*local))),
            Kind::Arithmetic(operation) if operation.number == T::SIMPLE && !operation.lifted => self
                .calculation(operation, value.span, |number: T| number)
                .map(Operand::Code),
            Kind::Convert(Conversion::Numeric { to, .. }, inner) if *to == T::SIMPLE && inner.ty == Type::INT32 => {
                let inner = self.number::<i32>(inner);
                Some(Operand::Code(Box::new(move |frame| Ok(T::of_int(inner.get(frame)?)))))
            }
            _ => None,
        };
        direct.unwrap_or_else(|| {
            let code = self.node(value);
            Operand::Code(Box::new(move |frame| {
                let value = code(frame)?;
                T::of(&value).ok_or_else(arithmetic::no_number)
            }))
        })
    }
}
