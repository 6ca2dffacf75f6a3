//! `T[]` and `T[,]`.

use super::release_values;
use crate::types::{Simple, Type};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::sync::Arc;

/// An array. Bytes are held as bytes.
#[derive(Debug)]
pub struct Array {
    element: Type,
    /// Lengths of the dimensions.
    lengths: Vec<usize>,
    items: Items,
}

#[derive(Debug)]
enum Items {
    Values(Mutex<Vec<Value>>),
    Bytes(Mutex<Vec<u8>>),
}

impl Array {
    /// An array of these elements.
    pub fn new(element: Type, items: Vec<Value>) -> Self {
        let length = items.len();
        Self::of_dimensions(element, vec![length], items)
    }

    /// An array of several dimensions, row by row.
    pub fn of_dimensions(element: Type, lengths: Vec<usize>, items: Vec<Value>) -> Self {
        let items = if element == Type::Simple(Simple::Byte) {
            Items::Bytes(Mutex::new(
                items
                    .iter()
                    .map(|item| item.integer().unwrap_or_default() as u8)
                    .collect(),
            ))
        } else {
            Items::Values(Mutex::new(items))
        };
        Self {
            element,
            lengths,
            items,
        }
    }

    /// `byte[]`
    pub fn bytes(bytes: Vec<u8>) -> Value {
        let lengths = vec![bytes.len()];
        Value::of(Self {
            element: Type::Simple(Simple::Byte),
            lengths,
            items: Items::Bytes(Mutex::new(bytes)),
        })
    }

    /// `string[]`
    pub fn texts<T: Into<Value>>(texts: impl IntoIterator<Item = T>) -> Value {
        Value::of(Self::new(Type::STRING, texts.into_iter().map(Into::into).collect()))
    }

    /// The element type.
    pub fn element(&self) -> &Type {
        &self.element
    }

    /// How many elements there are in all dimensions.
    pub fn len(&self) -> usize {
        self.lengths.iter().product()
    }

    /// Lengths of the dimensions.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// The element at a place, counted row by row.
    pub fn get(&self, at: usize) -> Option<Value> {
        match &self.items {
            Items::Values(items) => items.lock().get(at).cloned(),
            Items::Bytes(bytes) => bytes.lock().get(at).map(|byte| Value::Byte(*byte)),
        }
    }

    /// Sets an element; whether there is such a place.
    pub fn set(&self, at: usize, value: Value) -> bool {
        match &self.items {
            Items::Values(items) => items.lock().get_mut(at).map(|item| *item = value).is_some(),
            Items::Bytes(bytes) => bytes
                .lock()
                .get_mut(at)
                .map(|byte| *byte = value.integer().unwrap_or_default() as u8)
                .is_some(),
        }
    }

    /// A copy of the elements.
    pub fn to_vec(&self) -> Vec<Value> {
        match &self.items {
            Items::Values(items) => items.lock().clone(),
            Items::Bytes(bytes) => bytes.lock().iter().map(|byte| Value::Byte(*byte)).collect(),
        }
    }

    /// A copy of the bytes of a `byte[]`.
    pub fn to_bytes(&self) -> Option<Vec<u8>> {
        if let Items::Bytes(bytes) = &self.items {
            Some(bytes.lock().clone())
        } else {
            None
        }
    }

    /// Replaces all elements by as many others.
    pub fn replace(&self, values: Vec<Value>) {
        for (at, value) in values.into_iter().enumerate() {
            self.set(at, value);
        }
    }

    /// The place of an element of one or more dimensions.
    pub fn place(&self, indices: &[i64]) -> Option<usize> {
        let mut at = 0usize;
        for (index, length) in indices.iter().zip(&self.lengths) {
            let index = usize::try_from(*index).ok().filter(|index| index < length)?;
            at = at * length + index;
        }
        Some(at)
    }
}

impl Drop for Array {
    fn drop(&mut self) {
        if let Items::Values(items) = &mut self.items {
            release_values(std::mem::take(items.get_mut()));
        }
    }
}

impl Object for Array {
    fn type_name(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        Type::Array(Arc::new(self.element.clone()), self.lengths.len())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
