//! `JToken.DeepEquals`: objects whatever the order of their properties, values by type and value; and hashes that go
//! with it and with equality by reference.
//!
//! Never here: values (`scalar`).

use super::arena::{Arena, Kind, NodeId};
use super::scalar::Scalar;
use super::token::JToken;
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many tokens a hash of a content looks at: enough to tell documents apart, and no walk through a large one.
const HASHED_TOKENS: usize = 64;

impl JToken {
    /// `JToken.DeepEquals(this, other)`
    pub fn deep_equals(&self, other: &Self) -> bool {
        let (left, right) = (self.snapshot(), other.snapshot());
        deep_equal((&left.arena, left.node), (&right.arena, right.node))
    }

    /// A number of this very token, the same as long as the token lives.
    pub fn identity(&self) -> u32 {
        self.read(|_, arena, node| arena.identity(node))
            .unwrap_or_else(|| self.write(Arena::identify))
    }

    /// A hash that tokens of the same content ([`Self::deep_equals`]) have in common.
    pub fn hash_content<H: Hasher>(&self, state: &mut H) {
        self.read(|_, arena, node| {
            let tokens = std::iter::once(node).chain(arena.descendants(node));
            let numbers: Vec<u64> = tokens
                .take(HASHED_TOKENS + 1)
                .map(|node| content(arena, node))
                .collect();
            arena.children(node).len().hash(state);
            // Properties may have any order: numbers are added up, and of a large tree no beginning is the same.
            if numbers.len() <= HASHED_TOKENS {
                numbers.into_iter().fold(0, u64::wrapping_add).hash(state);
            }
        });
    }
}

/// Whether two nodes have the same content.
pub(super) fn deep_equal((left, one): (&Arena, NodeId), (right, two): (&Arena, NodeId)) -> bool {
    let mut pending = vec![(one, two)];
    while let Some((one, two)) = pending.pop() {
        if !alike(left, one, right, two, &mut pending) {
            return false;
        }
    }
    true
}

/// A number of a token by itself, whatever its children are.
fn content(arena: &Arena, node: NodeId) -> u64 {
    let mut hasher = DefaultHasher::new();
    match arena.kind(node) {
        Kind::Property { name, .. } => name.hash(&mut hasher),
        Kind::Value(scalar @ (Scalar::String(_) | Scalar::Boolean(_))) => scalar.to_text().hash(&mut hasher),
        Kind::Value(Scalar::Integer(value)) => value.hash(&mut hasher),
        // The rest may be equal in different guises (1.0 and 1.00): its type must do.
        Kind::Value(scalar) => (scalar.token_type() as i32).hash(&mut hasher),
        Kind::Object(_) | Kind::Array(_) | Kind::Constructor(_) => {
            (arena.class(node), arena.children(node).len()).hash(&mut hasher);
        }
    }
    hasher.finish()
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
        (Kind::Array(_), Kind::Array(_)) | (Kind::Constructor(_), Kind::Constructor(_)) => {
            pending.extend(children.iter().copied().zip(others.iter().copied()));
            children.len() == others.len() && left.constructor_name(one) == right.constructor_name(two)
        }
        (Kind::Object(_), Kind::Object(_)) if children.len() == others.len() => children.iter().all(|child| {
            let counterpart = left.name(*child).and_then(|name| right.find(two, name));
            pending.extend(counterpart.map(|counterpart| (*child, counterpart)));
            counterpart.is_some()
        }),
        _ => false,
    }
}
