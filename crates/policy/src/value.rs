//! The value of an attribute or text: a constant, or what an expression gives for each exchange.
//!
//! Never here: XML, where a value stands, which attributes exist.

use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::witness::Spot;
use expression::text::Text;
use expression::value::Value as Object;
use expression::{Budget, Expression, Target};
use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

/// Turns what an expression gave into the type that its place accepts; the error says what was expected.
type Convert<T> = Arc<dyn Fn(Object) -> Result<T, String> + Send + Sync>;

/// A value of an attribute or text, ready to be had for an exchange.
pub(crate) enum Value<T> {
    /// Known from the document.
    Constant(T),
    /// Computed for each exchange.
    Computed(Computed, Convert<T>),
}

/// What is computed.
pub(crate) enum Computed {
    /// One expression.
    Single(Placed),
    /// Literals and expressions, joined as text.
    Mixed(Vec<Part>),
}

/// A part of a mixed value.
pub(crate) enum Part {
    /// Characters.
    Literal(String),
    /// An expression that gives text.
    Expression(Placed),
}

/// An expression in its document.
pub(crate) struct Placed {
    /// What is evaluated.
    pub expression: Expression,
    /// Where it stands, for who watches.
    pub spot: Option<Arc<Spot>>,
}

impl<T: Clone> Value<T> {
    /// The value for this exchange.
    ///
    /// # Errors
    /// The exception that left the expression, as `ExpressionValueEvaluationFailure`; a value that its place does not
    /// take, as `ExpressionValueValidationFailure`.
    pub fn get(&self, exchange: &Exchange) -> Result<T, Failure> {
        match self {
            Self::Constant(value) => Ok(value.clone()),
            Self::Computed(computed, convert) => {
                convert(computed.evaluate(exchange)?).map_err(|message| validation_failure(&message))
            }
        }
    }

    /// The value if the document states it.
    pub fn constant(&self) -> Option<&T> {
        match self {
            Self::Constant(value) => Some(value),
            Self::Computed(..) => None,
        }
    }
}

impl Computed {
    fn evaluate(&self, exchange: &Exchange) -> Result<Object, Failure> {
        match self {
            Self::Single(expression) => evaluate(expression, exchange),
            Self::Mixed(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        Part::Literal(literal) => text.push_str(literal),
                        Part::Expression(expression) => {
                            if let Object::String(piece) = evaluate(expression, exchange)? {
                                text.push_str(&piece);
                            }
                        }
                    }
                }
                Ok(text.into())
            }
        }
    }
}

fn evaluate(placed: &Placed, exchange: &Exchange) -> Result<Object, Failure> {
    exchange.comes_by(placed.spot.as_ref());
    placed
        .expression
        .evaluate(exchange, Budget::default())
        .map_err(|exception| evaluation_failure(&exception.message))
}

/// The failure of a policy whose value could not be had.
pub(crate) fn evaluation_failure(message: &str) -> Failure {
    let mut text = String::from("Expression evaluation failed. ");
    let _ = text.write_str(message);
    Failure::internal("ExpressionValueEvaluationFailure", text)
}

/// The failure of a policy with a value that its place does not take.
pub(crate) fn validation_failure(message: &str) -> Failure {
    let text = ["Expression value is invalid. ", message].concat();
    Failure::internal("ExpressionValueValidationFailure", text)
}

/// Whether the failure is that of an expression rather than of what the policy does.
pub(crate) fn is_of_expression(failure: &Failure) -> bool {
    matches!(
        failure.reason,
        "ExpressionValueEvaluationFailure" | "ExpressionValueValidationFailure"
    )
}

/// A type that attributes and texts can have.
pub(crate) trait Readable: Clone + Send + Sync + 'static {
    /// What an expression in its place must give.
    const TARGET: Target;
    /// Its name in messages: "a whole number".
    const EXPECTED: &'static str;
    /// Reads a literal.
    fn from_literal(text: &str) -> Option<Self>;
    /// Takes what an expression gave; text is read like a literal.
    fn from_object(object: Object) -> Option<Self>;
    /// What `LastError` says when it is not taken, where APIM has words of its own.
    fn refusal(_object: &Object) -> Option<&'static str> {
        None
    }
    /// Whether white space around a literal belongs to it.
    const KEEPS_SPACE: bool = false;
}

impl Readable for bool {
    const TARGET: Target = Target::Boolean;
    const EXPECTED: &'static str = "`true` or `false`";
    fn from_literal(text: &str) -> Option<Self> {
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        (is("true") || is("false")).then(|| is("true"))
    }
    fn from_object(object: Object) -> Option<Self> {
        match object {
            Object::Boolean(value) => Some(value),
            Object::String(text) => Self::from_literal(&text),
            _ => None,
        }
    }
}

impl Readable for i32 {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a whole number";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        i64::from_object(object)?.try_into().ok()
    }
}

impl Readable for u32 {
    const TARGET: Target = Target::Int32;
    const EXPECTED: &'static str = "a whole number that is not negative";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        i64::from_object(object)?.try_into().ok()
    }
}

impl Readable for i64 {
    const TARGET: Target = Target::Int64;
    const EXPECTED: &'static str = "a whole number";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        match object {
            Object::SByte(value) => Some(value.into()),
            Object::Byte(value) => Some(value.into()),
            Object::Int16(value) => Some(value.into()),
            Object::UInt16(value) => Some(value.into()),
            Object::Int32(value) => Some(value.into()),
            Object::UInt32(value) => Some(value.into()),
            Object::Int64(value) => Some(value),
            Object::UInt64(value) => value.try_into().ok(),
            Object::String(text) => Self::from_literal(text.trim()),
            _ => None,
        }
    }
}

impl Readable for f64 {
    const TARGET: Target = Target::Double;
    const EXPECTED: &'static str = "a number";
    fn from_literal(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &Self| number.is_finite())
    }
    fn from_object(object: Object) -> Option<Self> {
        match object {
            Object::Double(value) => Some(value),
            Object::Single(value) => Some(value.into()),
            Object::String(text) => Self::from_literal(text.trim()),
            other => i64::from_object(other).map(|value| value as Self),
        }
    }
}

/// Seconds, with a fraction if need be.
impl Readable for Duration {
    const TARGET: Target = Target::Double;
    const EXPECTED: &'static str = "a number of seconds that is not negative";
    fn from_literal(text: &str) -> Option<Self> {
        Self::try_from_secs_f64(f64::from_literal(text)?).ok()
    }
    fn from_object(object: Object) -> Option<Self> {
        Self::try_from_secs_f64(f64::from_object(object)?).ok()
    }
}

impl Readable for Text {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "text";
    const KEEPS_SPACE: bool = true;
    fn from_literal(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn from_object(object: Object) -> Option<Self> {
        match object {
            Object::String(text) => Some(text),
            Object::Null => Some(Self::default()),
            _ => None,
        }
    }
}

/// Text that APIM does not take blank when it is computed.
#[derive(Clone)]
pub(crate) struct Required(pub Text);

impl Readable for Required {
    const TARGET: Target = Target::String;
    const EXPECTED: &'static str = "text that is not blank";
    const KEEPS_SPACE: bool = true;
    fn from_literal(text: &str) -> Option<Self> {
        Some(Self(text.into()))
    }
    fn from_object(object: Object) -> Option<Self> {
        let text = Text::from_object(object)?;
        (!text.trim().is_empty()).then_some(Self(text))
    }
}

/// Anything; a literal is a string.
impl Readable for Object {
    const TARGET: Target = Target::Object;
    const EXPECTED: &'static str = "a value";
    const KEEPS_SPACE: bool = true;
    fn from_literal(text: &str) -> Option<Self> {
        Some(text.into())
    }
    fn from_object(object: Object) -> Option<Self> {
        Some(object)
    }
}
