//! `JConstructor`: `new Name(arguments)`, as JavaScript writes dates.
//!
//! Never here: its children, which are an array's in all but name.

use super::arena::Kind;
use super::error::JsonError;
use super::token::JToken;
use crate::text::Text;

impl JToken {
    /// `new JConstructor(name)`; without a name, `new JConstructor()`.
    ///
    /// # Errors
    /// The name is empty.
    pub fn constructor(name: Option<Text>) -> Result<Self, JsonError> {
        name.as_deref().map_or(Ok(()), check_name)?;
        Ok(Self::root_of(Kind::constructor(name)))
    }

    /// Its name, if it has one; `None` for other classes.
    pub fn constructor_name(&self) -> Option<Text> {
        self.read(|_, arena, node| arena.constructor_name(node).cloned())
    }

    /// Gives it another name; nothing happens to other classes.
    pub fn set_constructor_name(&self, name: Option<Text>) {
        self.write(|arena, node| arena.set_constructor_name(node, name));
    }
}

/// Whether a constructor can be made with this name.
///
/// # Errors
/// The name is empty.
pub(super) fn check_name(name: &str) -> Result<(), JsonError> {
    if name.is_empty() {
        return Err(JsonError::argument(
            "Constructor name cannot be empty. (Parameter 'name')",
        ));
    }
    Ok(())
}

/// `verb` is `Accessed` or `Set`.
pub(super) fn wrong_argument_key(verb: &str, key: &str) -> JsonError {
    JsonError::argument(format!(
        "{verb} JConstructor values with invalid key value: {key}. Argument position index expected."
    ))
}
