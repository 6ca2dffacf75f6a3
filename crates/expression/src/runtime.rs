//! .NET's library for other languages than C#: what a template engine needs of it, under one budget.
//!
//! Never here: what those languages mean.

use crate::Budget;
use crate::collection::{Dictionary, Pair, collect};
use crate::context::Context;
use crate::frame::Frame;
use crate::library::{self, Culture};
use crate::text::Text;
use crate::thrown::Thrown;
use crate::value::Value;
use std::cmp::Ordering;

pub use crate::library::{html_decode, html_encode, url_decode, url_encode};

/// A .NET exception, as other languages meet it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// .NET's message.
    pub message: String,
    /// Whether the budget is used up: nothing may go on.
    pub is_final: bool,
}

impl From<Thrown> for Fault {
    fn from(thrown: Thrown) -> Self {
        Self {
            message: thrown.exception().message.to_string(),
            is_final: !thrown.can_be_caught(),
        }
    }
}

/// The library during one evaluation.
pub struct Runtime<'c> {
    frame: Frame<'c>,
}

impl<'c> Runtime<'c> {
    /// A fresh evaluation for an exchange.
    pub fn new(context: &'c dyn Context, budget: Budget) -> Self {
        Self {
            frame: Frame::new(context, budget, 0),
        }
    }

    /// The exchange.
    pub fn context(&self) -> &'c dyn Context {
        self.frame.context
    }

    /// Accounts for steps; see [`Budget::steps`].
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn step(&mut self, count: u64) -> Result<(), Fault> {
        Ok(self.frame.step(count)?)
    }

    /// Accounts for bytes of memory.
    ///
    /// # Errors
    /// When the budget is used up.
    pub fn allocate(&mut self, bytes: usize) -> Result<(), Fault> {
        Ok(self.frame.allocate(bytes)?)
    }

    /// `Regex.Replace(input, pattern, replacement)`; `first_only`: the first match only, by the replacement as it is.
    ///
    /// # Errors
    /// `ArgumentException` for a malformed pattern, `RegexMatchTimeoutException`, or a budget that is used up.
    pub fn replace(
        &mut self,
        input: &Text,
        pattern: &Text,
        replacement: &str,
        first_only: bool,
    ) -> Result<Text, Fault> {
        let replaced = library::replace_pattern(&mut self.frame, (input, pattern), replacement, first_only);
        Ok(replaced?)
    }

    /// A value in a format of the culture of this name; `None` for one that is not known.
    ///
    /// # Errors
    /// `FormatException`, or a budget that is used up.
    pub fn format(&mut self, value: &Value, format: &str, culture: &str) -> Result<Option<Text>, Fault> {
        let Some(culture) = Culture::named(culture) else {
            return Ok(None);
        };
        self.frame.read(format.len())?;
        let text = library::format_in(value, format, culture)?;
        self.frame.allocate(text.len())?;
        Ok(Some(text.into()))
    }

    /// `Comparer.Default.Compare`
    ///
    /// # Errors
    /// `ArgumentException` for values without an order.
    pub fn compare(&mut self, left: &Value, right: &Value) -> Result<Ordering, Fault> {
        self.frame.step(1)?;
        Ok(crate::value::compare(left, right)?)
    }

    /// The elements of a collection; `None` of what is none.
    ///
    /// # Errors
    /// What going through it throws.
    pub fn items(&mut self, value: &Value) -> Result<Option<Vec<Value>>, Fault> {
        match value {
            Value::Object(_) => match collect(value, &mut self.frame) {
                Ok(items) => Ok(Some(items)),
                Err(thrown) if thrown.can_be_caught() => Ok(None),
                Err(thrown) => Err(thrown.into()),
            },
            _ => Ok(None),
        }
    }

    /// Whether a value is a dictionary.
    pub fn is_dictionary(value: &Value) -> bool {
        value.object::<Dictionary>().is_some()
    }

    /// Key and value of an element of a dictionary.
    pub fn pair(value: &Value) -> Option<(&Value, &Value)> {
        value.object::<Pair>().map(|pair| (&pair.key, &pair.value))
    }
}
