//! `ReadOnlyCollection<T>`: shows a list, and nobody changes it through this.

use super::release_values;
use crate::library;
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// A list or an array that is only shown.
#[derive(Debug)]
pub struct ReadOnly {
    list: Value,
    element: Type,
}

impl ReadOnly {
    /// Shows this list of these elements.
    pub fn new(list: Value, element: Type) -> Self {
        Self { list, element }
    }

    /// What it shows: the list of a value that is one of these, or the value itself.
    pub fn shown(value: &Value) -> &Value {
        value.object::<Self>().map_or(value, |shows| &shows.list)
    }
}

impl Drop for ReadOnly {
    fn drop(&mut self) {
        release_values([std::mem::take(&mut self.list)]);
    }
}

impl Object for ReadOnly {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        library::named_type("ReadOnlyCollection", vec![self.element.clone()]).unwrap_or(Type::OBJECT)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
