//! The arguments of a library member, taken out with .NET's exceptions for null.

use super::Member;
use crate::frame::Frame;
use crate::text::Text;
use crate::thrown::Thrown;
use crate::types::Type;
use crate::value::Value;
use std::ops::{Deref, DerefMut};

/// A call in progress: the evaluation and the type arguments.
pub struct Call<'f, 'c> {
    /// The evaluation.
    pub frame: &'f mut Frame<'c>,
    /// Type arguments of the member's class, then of the member.
    pub types: &'f [Type],
}

impl Call<'_, '_> {
    /// A type argument.
    pub fn type_argument(&self, index: usize) -> Type {
        self.types.get(index).cloned().unwrap_or(Type::OBJECT)
    }
}

impl<'c> Deref for Call<'_, 'c> {
    type Target = Frame<'c>;
    fn deref(&self) -> &Frame<'c> {
        self.frame
    }
}

impl DerefMut for Call<'_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.frame
    }
}

/// The arguments of a call, receiver first. The checker has made sure of their types, so a getter's fallback for
/// another type is never seen.
#[derive(Clone, Copy)]
pub struct Arguments<'a> {
    /// Those that were computed for this call.
    computed: &'a [Value],
    /// Those behind them, which are the same in every call.
    constant: &'a [Value],
    /// Whose arguments they are.
    pub member: &'a Member,
}

static NULL: Value = Value::Null;

impl<'a> Arguments<'a> {
    /// Arguments of a member.
    pub fn new(values: &'a [Value], member: &'a Member) -> Self {
        Self::with_constants(values, &[], member)
    }

    /// Arguments of a member, the last ones the same in every call: nobody copies those.
    pub fn with_constants(computed: &'a [Value], constant: &'a [Value], member: &'a Member) -> Self {
        Self {
            computed,
            constant,
            member,
        }
    }

    /// How many there are.
    pub fn count(self) -> usize {
        self.computed.len() + self.constant.len()
    }

    /// All of them.
    pub fn to_vec(self) -> Vec<Value> {
        [self.computed, self.constant].concat()
    }

    /// The value at `index`.
    pub fn value(self, index: usize) -> &'a Value {
        self.computed
            .get(index)
            .or_else(|| self.constant.get(index - self.computed.len()))
            .unwrap_or(&NULL)
    }

    /// The text at `index`, `None` for null.
    pub fn text_or_null(self, index: usize) -> Option<&'a Text> {
        if let Value::String(text) = self.value(index) {
            Some(text)
        } else {
            None
        }
    }

    /// The text at `index`.
    ///
    /// # Errors
    /// `ArgumentNullException`
    pub fn text(self, index: usize) -> Result<&'a Text, Thrown> {
        self.text_or_null(index).ok_or_else(|| self.null(index))
    }

    /// The value at `index`, which must not be null.
    ///
    /// # Errors
    /// `ArgumentNullException`
    pub fn required(self, index: usize) -> Result<&'a Value, Thrown> {
        let value = self.value(index);
        if value.is_null() {
            Err(self.null(index))
        } else {
            Ok(value)
        }
    }

    /// The `ArgumentNullException` (or, for the receiver, `NullReferenceException`) of the argument at `index`.
    pub fn null(self, index: usize) -> Thrown {
        let receiver = usize::from(!self.member.is_static);
        match index
            .checked_sub(receiver)
            .and_then(|at| self.member.parameters.get(at))
        {
            Some(parameter) => Thrown::argument_null(parameter.name),
            None => Thrown::null_reference(),
        }
    }

    /// The `int` at `index`.
    pub fn int(self, index: usize) -> i32 {
        self.long(index) as i32
    }

    /// The integer at `index`; an enumeration's number; a `char`'s code.
    pub fn long(self, index: usize) -> i64 {
        self.value(index).integer().unwrap_or_default()
    }

    /// The `char` at `index`.
    pub fn char(self, index: usize) -> u16 {
        self.long(index) as u16
    }

    /// The `bool` at `index`.
    pub fn bool(self, index: usize) -> bool {
        matches!(self.value(index), Value::Boolean(true))
    }

    /// The `double` at `index`.
    pub fn double(self, index: usize) -> f64 {
        if let Value::Double(value) = self.value(index) {
            *value
        } else {
            f64::default()
        }
    }
}
