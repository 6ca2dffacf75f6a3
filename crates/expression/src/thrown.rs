//! A .NET exception on its way out of an expression.
//!
//! Never here: the exception types themselves (they are library classes), what a policy does with a failure.

use crate::collection::release_values;
use crate::json::JsonError;
use crate::library::{self, Class};
use crate::text::Text;
use crate::types::ClassRef;
use crate::value::{Object, Value};
use diagnostic::Span;
use std::any::Any;
use std::sync::Arc;

/// What a library function or a compiled expression gives.
pub type Outcome = Result<Value, Thrown>;

impl From<JsonError> for Thrown {
    fn from(error: JsonError) -> Self {
        Self::new(error.exception.name(), error.message)
    }
}

/// An exception object: `new FormatException("…")`.
#[derive(Debug)]
pub struct ExceptionObject {
    /// Its type.
    pub class: ClassRef,
    /// `Message`
    pub message: Text,
    /// `InnerException`
    pub inner: Option<Value>,
}

impl Drop for ExceptionObject {
    fn drop(&mut self) {
        release_values(self.inner.take());
    }
}

impl Object for ExceptionObject {
    fn type_name(&self) -> String {
        self.class.name.to_owned()
    }
    fn display(&self) -> String {
        format!("{}: {}", self.class.name, self.message)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// An exception that is being thrown.
#[derive(Clone, Debug)]
pub struct Thrown(Box<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    exception: Arc<ExceptionObject>,
    span: Option<Span>,
    /// The budget is used up: no `catch` may stop it.
    final_: bool,
}

impl Thrown {
    /// An exception of the library class of this full name.
    pub fn new(type_name: &str, message: impl Into<Text>) -> Self {
        let class = library::class(type_name, 0).unwrap_or(&library::EXCEPTION);
        Self::of(class, message)
    }

    /// An exception of this class.
    pub fn of(class: &'static Class, message: impl Into<Text>) -> Self {
        Self::object(Arc::new(ExceptionObject {
            class: ClassRef(class),
            message: message.into(),
            inner: None,
        }))
    }

    /// Throws this exception object.
    pub fn object(exception: Arc<ExceptionObject>) -> Self {
        Self(Box::new(Inner {
            exception,
            span: None,
            final_: false,
        }))
    }

    /// The budget is used up.
    pub fn limit(message: &str) -> Self {
        let mut thrown = Self::new("System.InvalidOperationException", message);
        thrown.0.final_ = true;
        thrown
    }

    /// Where it was thrown, unless that is known already.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.0.span.get_or_insert(span);
        self
    }

    /// The exception object.
    pub fn exception(&self) -> &Arc<ExceptionObject> {
        &self.0.exception
    }

    /// Where it was thrown.
    pub fn span(&self) -> Option<Span> {
        self.0.span
    }

    /// Whether a `catch` may stop it.
    pub fn can_be_caught(&self) -> bool {
        !self.0.final_
    }

    /// `NullReferenceException`
    pub fn null_reference() -> Self {
        Self::new(
            "System.NullReferenceException",
            "Object reference not set to an instance of an object.",
        )
    }

    /// `ArgumentNullException` for a parameter.
    pub fn argument_null(parameter: &str) -> Self {
        Self::new(
            "System.ArgumentNullException",
            format!("Value cannot be null. (Parameter '{parameter}')"),
        )
    }

    /// `ArgumentException` for a parameter.
    pub fn argument(message: &str, parameter: &str) -> Self {
        Self::new(
            "System.ArgumentException",
            format!("{message} (Parameter '{parameter}')"),
        )
    }

    /// `ArgumentOutOfRangeException` for a parameter.
    pub fn out_of_range(message: &str, parameter: &str) -> Self {
        Self::new(
            "System.ArgumentOutOfRangeException",
            format!("{message} (Parameter '{parameter}')"),
        )
    }

    /// `ArgumentOutOfRangeException` of an index into a list.
    pub fn list_index() -> Self {
        Self::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "index",
        )
    }

    /// `IndexOutOfRangeException`
    pub fn index_out_of_range() -> Self {
        Self::new(
            "System.IndexOutOfRangeException",
            "Index was outside the bounds of the array.",
        )
    }

    /// `InvalidOperationException`
    pub fn invalid_operation(message: &str) -> Self {
        Self::new("System.InvalidOperationException", message)
    }

    /// `FormatException` of a text that is not a number.
    pub fn number_format(text: &str) -> Self {
        Self::new(
            "System.FormatException",
            format!("The input string '{text}' was not in a correct format."),
        )
    }

    /// `OverflowException` of a numeric type.
    pub fn overflow(message: &str) -> Self {
        Self::new("System.OverflowException", message)
    }

    /// `InvalidCastException` of an unboxing or a downcast.
    pub fn cast(from: &str, to: &str) -> Self {
        Self::new(
            "System.InvalidCastException",
            format!("Unable to cast object of type '{from}' to type '{to}'."),
        )
    }

    /// `DivideByZeroException`
    pub fn divide_by_zero() -> Self {
        Self::new("System.DivideByZeroException", "Attempted to divide by zero.")
    }
}
