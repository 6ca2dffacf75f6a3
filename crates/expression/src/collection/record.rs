//! Anonymous objects and tuples: a fixed row of members, equal by value.

use super::{MAX_NESTING, nesting, release_values};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// An anonymous object or a tuple, told apart by its type.
#[derive(Debug)]
pub struct Record {
    /// Its type.
    pub ty: Type,
    /// Its members in order.
    pub items: Vec<Value>,
    nesting: u32,
}

impl Record {
    /// An anonymous object or a tuple of this type.
    pub fn new(ty: Type, items: Vec<Value>) -> Self {
        let nesting = nesting(&items);
        Self { ty, items, nesting }
    }

    /// Whether values of the two are equal when their members are: a tuple is no anonymous object, and names count for those.
    fn is_like(&self, other: &Self) -> bool {
        match (&self.ty, &other.ty) {
            (Type::Tuple(_), Type::Tuple(_)) => true,
            (own, other) => own == other,
        }
    }

    /// Names and values of an anonymous object's members.
    pub fn members(&self) -> impl Iterator<Item = (&str, &Value)> {
        let names: &[_] = if let Type::Anonymous(members) = &self.ty {
            members
        } else {
            &[]
        };
        names.iter().map(|(name, _)| &**name).zip(&self.items)
    }
}

impl Drop for Record {
    fn drop(&mut self) {
        release_values(std::mem::take(&mut self.items));
    }
}

impl Object for Record {
    fn type_name(&self) -> String {
        self.ty.dotnet_name()
    }
    fn runtime_type(&self) -> Type {
        self.ty.clone()
    }
    fn nesting(&self) -> u32 {
        self.nesting
    }
    fn display(&self) -> String {
        if self.nesting > MAX_NESTING {
            return self.type_name();
        }
        if let Type::Anonymous(_) = self.ty {
            let members: Vec<String> = self
                .members()
                .map(|(name, value)| format!("{name} = {}", value.display_string()))
                .collect();
            return format!("{{ {} }}", members.join(", "));
        }
        let mut items: Vec<String> = self
            .items
            .iter()
            .map(|item| item.display_string().to_string())
            .collect();
        // The rest of a `System.Tuple` is written as if it were not a tuple of its own.
        if let (Type::Class(..), 8, Some(rest)) = (&self.ty, items.len(), items.last_mut()) {
            let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            *rest = inner.unwrap_or(rest).to_owned();
        }
        format!("({})", items.join(", "))
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| {
            self.nesting <= MAX_NESTING
                && self.is_like(other)
                && self.items.len() == other.items.len()
                && self
                    .items
                    .iter()
                    .zip(&other.items)
                    .all(|(left, right)| left.equals(right))
        })
    }
    fn parts(&self) -> Option<&[Value]> {
        Some(&self.items)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
