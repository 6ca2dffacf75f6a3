//! `JContainer.Merge` with Newtonsoft 13's default settings: arrays are concatenated, a null does not overwrite.

use super::arena::{Arena, Kind, NodeId};
use super::error::JsonError;
use super::scalar::JTokenType;
use super::token::JToken;

impl JToken {
    /// `Merge(content)`
    ///
    /// # Errors
    /// The token is not a container.
    pub fn merge(&self, content: &Self) -> Result<(), JsonError> {
        let class = self.class();
        if class == "JValue" {
            return Err(JsonError::invalid_operation(format!(
                "cannot merge into Newtonsoft.Json.Linq.{class}"
            )));
        }
        // A copy, because the content may be part of this very tree.
        let source = content.read(|_, arena, node| arena.extract(node));
        self.write(|arena, target| {
            arena.check_room()?;
            let mut pending = vec![(target, Arena::first())];
            while let Some((target, from)) = pending.pop() {
                merge_one(arena, target, &source, from, &mut pending);
            }
            Ok(())
        })
    }
}

/// Merges one container and leaves containers that both have in `pending`.
fn merge_one(arena: &mut Arena, target: NodeId, source: &Arena, from: NodeId, pending: &mut Vec<(NodeId, NodeId)>) {
    match (arena.kind(target), source.kind(from)) {
        (Kind::Array(_), Kind::Array(_)) => {
            for child in source.children(from) {
                let copy = take(arena, source, *child);
                arena.link_last(target, copy);
            }
        }
        (Kind::Object(_), Kind::Object(_)) => {
            for property in source.children(from) {
                merge_property(arena, target, source, *property, pending);
            }
        }
        (Kind::Property { .. }, Kind::Property { value, .. }) if source.token_type(*value) != JTokenType::Null => {
            let copy = take(arena, source, *value);
            arena.exchange(target, 0, copy);
        }
        _ => {}
    }
}

fn merge_property(
    arena: &mut Arena,
    object: NodeId,
    source: &Arena,
    property: NodeId,
    pending: &mut Vec<(NodeId, NodeId)>,
) {
    let (Some(name), Some(value)) = (source.name(property), source.property_value(property)) else {
        return;
    };
    let Some(existing) = arena.find(object, name) else {
        let copy = take(arena, source, property);
        return arena.link_last(object, copy);
    };
    let Some(current) = arena.property_value(existing) else {
        return;
    };
    let containers = !matches!(arena.kind(current), Kind::Value(_));
    if containers && arena.token_type(current) == source.token_type(value) {
        pending.push((current, value));
    } else if source.token_type(value) != JTokenType::Null {
        let copy = take(arena, source, value);
        arena.exchange(existing, 0, copy);
    }
}

fn take(arena: &mut Arena, source: &Arena, node: NodeId) -> NodeId {
    let begin = arena.append(source.extract(node));
    Arena::first().shifted(begin)
}
