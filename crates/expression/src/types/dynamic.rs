//! `dynamic`: `object` whose operations are bound at run time.

use super::{DelegateType, Type};
use std::sync::Arc;

impl Type {
    /// Whether it is `dynamic` itself.
    pub fn is_dynamic(&self) -> bool {
        matches!(self, Self::Dynamic)
    }

    /// Whether `dynamic` is part of it.
    pub fn mentions_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::Nullable(inner) | Self::Array(inner, _) => inner.mentions_dynamic(),
            Self::Class(_, arguments) => arguments.iter().any(Self::mentions_dynamic),
            Self::Delegate(delegate) => {
                delegate.result.mentions_dynamic() || delegate.parameters.iter().any(Self::mentions_dynamic)
            }
            Self::Tuple(elements) => elements.iter().any(|(element, _)| element.mentions_dynamic()),
            Self::Anonymous(members) => members.iter().any(|(_, member)| member.mentions_dynamic()),
            _ => false,
        }
    }

    /// The type that exists at run time: `object` wherever `dynamic` is written.
    #[must_use]
    pub fn erased(&self) -> Self {
        if !self.mentions_dynamic() {
            return self.clone();
        }
        match self {
            Self::Dynamic => Self::OBJECT,
            Self::Nullable(inner) => Self::nullable(inner.erased()),
            Self::Array(element, rank) => Self::Array(Arc::new(element.erased()), *rank),
            Self::Class(class, arguments) => Self::Class(*class, arguments.iter().map(Self::erased).collect()),
            Self::Delegate(delegate) => Self::Delegate(Arc::new(DelegateType {
                name: delegate.name,
                parameters: delegate.parameters.iter().map(Self::erased).collect(),
                result: delegate.result.erased(),
            })),
            Self::Tuple(elements) => Self::Tuple(
                elements
                    .iter()
                    .map(|(element, name)| (element.erased(), name.clone()))
                    .collect(),
            ),
            Self::Anonymous(members) => Self::Anonymous(
                members
                    .iter()
                    .map(|(name, member)| (Arc::clone(name), member.erased()))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}
