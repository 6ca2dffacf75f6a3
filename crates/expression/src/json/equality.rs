//! `JToken.DeepEquals`: objects whatever the order of their properties, values by type and value.

use super::arena::{Arena, Kind, NodeId};
use super::token::JToken;

impl JToken {
    /// `JToken.DeepEquals(this, other)`
    pub fn deep_equals(&self, other: &Self) -> bool {
        let (left, right) = (self.snapshot(), other.snapshot());
        let mut pending = vec![(left.node, right.node)];
        while let Some((one, two)) = pending.pop() {
            if !alike(&left.arena, one, &right.arena, two, &mut pending) {
                return false;
            }
        }
        true
    }
}

/// Compares two nodes and leaves their children in `pending`.
fn alike(left: &Arena, one: NodeId, right: &Arena, two: NodeId, pending: &mut Vec<(NodeId, NodeId)>) -> bool {
    let (children, others) = (left.children(one), right.children(two));
    match (left.kind(one), right.kind(two)) {
        (Kind::Value(value), Kind::Value(other)) => value.equals(other),
        (
            Kind::Property { name, value },
            Kind::Property {
                name: other_name,
                value: other_value,
            },
        ) => {
            pending.push((*value, *other_value));
            name == other_name
        }
        (Kind::Array(_), Kind::Array(_)) => {
            pending.extend(children.iter().copied().zip(others.iter().copied()));
            children.len() == others.len()
        }
        (Kind::Object(_), Kind::Object(_)) if children.len() == others.len() => children.iter().all(|child| {
            let counterpart = left.name(*child).and_then(|name| right.find(two, name));
            pending.extend(counterpart.map(|counterpart| (*child, counterpart)));
            counterpart.is_some()
        }),
        _ => false,
    }
}
