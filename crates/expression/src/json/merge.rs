//! `JContainer.Merge`: by default arrays are concatenated, and a null does not overwrite.

use super::arena::{Arena, Kind, NodeId};
use super::equality::deep_equal;
use super::error::JsonError;
use super::scalar::JTokenType;
use super::token::JToken;

/// What becomes of arrays that both have (`MergeArrayHandling`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ArrayHandling {
    /// The other's elements are added.
    #[default]
    Concat,
    /// The other's elements are added, unless there are equal ones.
    Union,
    /// The other's elements take the place of all.
    Replace,
    /// Elements are merged place by place.
    Merge,
}

/// `JsonMergeSettings`
#[derive(Clone, Copy, Debug, Default)]
pub struct MergeSettings {
    /// What becomes of arrays.
    pub arrays: ArrayHandling,
    /// Whether a null overwrites (`MergeNullValueHandling.Merge`).
    pub nulls_overwrite: bool,
    /// Whether names are the same whatever their case.
    pub ignores_case: bool,
}

impl JToken {
    /// `Merge(content, settings)`
    ///
    /// # Errors
    /// The token is not a container.
    pub fn merge(&self, content: &Self, settings: MergeSettings) -> Result<(), JsonError> {
        let class = self.class();
        if matches!(class, "JValue" | "JRaw") {
            return Err(JsonError::invalid_operation(format!(
                "cannot merge into Newtonsoft.Json.Linq.{class}"
            )));
        }
        // A copy, because the content may be part of this very tree.
        let source = content.read(|_, arena, node| arena.extract(node));
        self.write(|arena, target| {
            arena.check_room()?;
            let mut merge = Merge {
                source: &source,
                settings,
                pending: vec![(target, Arena::first())],
            };
            while let Some((target, from)) = merge.pending.pop() {
                merge.container(arena, target, from);
            }
            Ok(())
        })
    }
}

/// A merge in progress.
struct Merge<'s> {
    source: &'s Arena,
    settings: MergeSettings,
    /// Containers that both have.
    pending: Vec<(NodeId, NodeId)>,
}

impl Merge<'_> {
    fn container(&mut self, arena: &mut Arena, target: NodeId, from: NodeId) {
        match (arena.kind(target), self.source.kind(from)) {
            (Kind::Array(_), Kind::Array(_)) => self.array(arena, target, from),
            (Kind::Constructor(_), Kind::Constructor(from_constructor)) => {
                if let Some(name) = &from_constructor.name {
                    arena.set_constructor_name(target, Some(name.clone()));
                }
                self.array(arena, target, from);
            }
            (Kind::Object(_), Kind::Object(_)) => {
                for property in self.source.children(from) {
                    self.property(arena, target, *property);
                }
            }
            (Kind::Property { .. }, Kind::Property { value, .. })
                if self.source.token_type(*value) != JTokenType::Null =>
            {
                let copy = self.take(arena, *value);
                arena.exchange(target, 0, copy);
            }
            _ => {}
        }
    }

    fn array(&mut self, arena: &mut Arena, target: NodeId, from: NodeId) {
        let elements = self.source.children(from).to_vec();
        if self.settings.arrays == ArrayHandling::Replace {
            arena.unlink_all(target);
        }
        for (place, element) in elements.into_iter().enumerate() {
            match self.settings.arrays {
                ArrayHandling::Merge if place < arena.children(target).len() => {
                    self.element(arena, target, place, element);
                }
                ArrayHandling::Union if self.holds(arena, target, element) => {}
                _ => {
                    let copy = self.take(arena, element);
                    arena.link_last(target, copy);
                }
            }
        }
    }

    fn holds(&self, arena: &Arena, target: NodeId, element: NodeId) -> bool {
        let same = |own: &NodeId| deep_equal((arena, *own), (self.source, element));
        arena.children(target).iter().any(same)
    }

    fn element(&mut self, arena: &mut Arena, target: NodeId, place: usize, element: NodeId) {
        let Some(own) = arena.children(target).get(place).copied() else {
            return;
        };
        if !matches!(arena.kind(own), Kind::Value(_)) {
            self.pending.push((own, element));
        } else if self.source.token_type(element) != JTokenType::Null || self.settings.nulls_overwrite {
            let copy = self.take(arena, element);
            arena.exchange(target, place, copy);
        }
    }

    fn property(&mut self, arena: &mut Arena, object: NodeId, property: NodeId) {
        let (Some(name), Some(value)) = (self.source.name(property), self.source.property_value(property)) else {
            return;
        };
        let Some(existing) = self.find(arena, object, name) else {
            let copy = self.take(arena, property);
            return arena.link_last(object, copy);
        };
        let Some(current) = arena.property_value(existing) else {
            return;
        };
        let containers = !matches!(arena.kind(current), Kind::Value(_));
        if containers && arena.token_type(current) == self.source.token_type(value) {
            self.pending.push((current, value));
        } else if self.source.token_type(value) != JTokenType::Null || self.settings.nulls_overwrite {
            let copy = self.take(arena, value);
            arena.exchange(existing, 0, copy);
        }
    }

    /// The property of a name; the exact one goes first.
    fn find(&self, arena: &Arena, object: NodeId, name: &str) -> Option<NodeId> {
        let exact = arena.find(object, name);
        if exact.is_some() || !self.settings.ignores_case {
            return exact;
        }
        let folded = name.to_lowercase();
        let alike = |property: &&NodeId| arena.name(**property).is_some_and(|own| own.to_lowercase() == folded);
        arena.children(object).iter().find(alike).copied()
    }

    fn take(&self, arena: &mut Arena, node: NodeId) -> NodeId {
        let begin = arena.append(self.source.extract(node));
        Arena::first().shifted(begin)
    }
}
