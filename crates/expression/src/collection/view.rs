//! `Dictionary<TKey, TValue>.Keys` and `.Values`: what the dictionary holds at the time of looking.

use super::{Dictionary, release_values};
use crate::library;
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// The keys or the values of a dictionary.
#[derive(Debug)]
pub struct View {
    dictionary: Value,
    /// Of the keys and of the values.
    types: Vec<Type>,
    /// Keys, otherwise values.
    keys: bool,
}

impl View {
    /// The keys (or the values) of this dictionary, whose keys and values have these types.
    pub fn new(dictionary: Value, types: Vec<Type>, keys: bool) -> Self {
        Self {
            dictionary,
            types,
            keys,
        }
    }

    /// The dictionary.
    pub fn dictionary(&self) -> &Value {
        &self.dictionary
    }

    /// Whether it shows the keys.
    pub fn shows_keys(&self) -> bool {
        self.keys
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.dictionary.object::<Dictionary>().map_or(0, Dictionary::len)
    }
}

impl Drop for View {
    fn drop(&mut self) {
        release_values([std::mem::take(&mut self.dictionary)]);
    }
}

impl Object for View {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        let name = if self.keys { "KeyCollection" } else { "ValueCollection" };
        library::named_type(name, self.types.clone()).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
