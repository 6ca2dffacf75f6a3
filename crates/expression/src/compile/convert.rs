//! Conversions.

use super::Compiler;
use crate::arithmetic;
use crate::check::typed::{Conversion, Expr};
use crate::closure::Code;
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::Value;
use diagnostic::Span;

/// Code of a conversion.
pub fn compile(compiler: &mut Compiler<'_>, conversion: &Conversion, inner: &Expr, span: Span) -> Code {
    let inner = compiler.value(inner);
    match conversion.clone() {
        Conversion::Retype => inner,
        Conversion::Numeric { to, overflow_throws } => Box::new(move |frame| {
            arithmetic::convert(&inner(frame)?, to, overflow_throws).map_err(|thrown| thrown.at(span))
        }),
        Conversion::ToEnum(ty) => Box::new(move |frame| {
            let number = arithmetic::convert(&inner(frame)?, Simple::Int32, false).map_err(|thrown| thrown.at(span))?;
            Ok(match (number, &ty) {
                (Value::Int32(number), Type::Class(class, _)) => Value::Enum(*class, number),
                (other, _) => other,
            })
        }),
        Conversion::FromEnum(to) => Box::new(move |frame| arithmetic::convert(&inner(frame)?, to, false)),
        Conversion::Unwrap => Box::new(move |frame| match inner(frame)? {
            Value::Null => Err(Thrown::invalid_operation("Nullable object must have a value.").at(span)),
            value => Ok(value),
        }),
        Conversion::Cast(ty) => Box::new(move |frame| cast(inner(frame)?, &ty).map_err(|thrown| thrown.at(span))),
    }
}

/// An unboxing or downcast.
///
/// # Errors
/// `InvalidCastException`; `NullReferenceException` when null is unboxed.
pub fn cast(value: Value, ty: &Type) -> Outcome {
    if value.is_null() {
        return if ty.accepts_null() {
            Ok(value)
        } else {
            Err(Thrown::null_reference())
        };
    }
    if value.is_instance(ty) {
        return Ok(value);
    }
    Err(Thrown::cast(&value.type_name(), &ty.without_nullable().dotnet_name()))
}
