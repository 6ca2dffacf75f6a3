//! `KeyValuePair<TKey, TValue>`.

use super::{MAX_NESTING, nesting, release_values};
use crate::library;
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// A key with its value.
#[derive(Debug)]
pub struct Pair {
    /// Type of the key.
    pub key_type: Type,
    /// Type of the value.
    pub value_type: Type,
    /// `Key`
    pub key: Value,
    /// `Value`
    pub value: Value,
    nesting: u32,
}

impl Pair {
    /// A pair of these types.
    pub fn new((key_type, value_type): (Type, Type), key: Value, value: Value) -> Self {
        let nesting = nesting([&key, &value]);
        Self {
            key_type,
            value_type,
            key,
            value,
            nesting,
        }
    }

    /// A pair whose key is text.
    pub fn of_text(key: impl Into<Value>, value: Value, value_type: Type) -> Value {
        Value::of(Self::new((Type::STRING, value_type), key.into(), value))
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        release_values([std::mem::take(&mut self.key), std::mem::take(&mut self.value)]);
    }
}

impl Object for Pair {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type("KeyValuePair", vec![self.key_type.clone(), self.value_type.clone()])
            .unwrap_or(Type::OBJECT)
    }
    fn nesting(&self) -> u32 {
        self.nesting
    }
    fn display(&self) -> String {
        if self.nesting > MAX_NESTING {
            return self.type_name();
        }
        format!("[{}, {}]", self.key.display_string(), self.value.display_string())
    }
    fn equals(&self, other: &Value) -> bool {
        other
            .object::<Self>()
            .filter(|_| self.nesting <= MAX_NESTING)
            .is_some_and(|other| self.key.equals(&other.key) && self.value.equals(&other.value))
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
