//! A tree that handles share, and how two trees become one.
//!
//! The arena inside is shared copy-on-write: copies of a parsed body cost nothing until one is changed. When a root is
//! attached to another tree, the smaller arena's nodes move into the larger one and its tree becomes a signpost, so
//! every handle keeps its identity and a chain of signposts is never longer than the logarithm of the node count.

use super::arena::{Arena, NodeId};
use super::token::JToken;
use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

/// One arena, or a signpost to the tree that took it in.
pub(super) struct Tree {
    state: Mutex<State>,
}

enum State {
    Own(Arc<Arena>),
    Moved { into: Arc<Tree>, by: u32 },
}

impl Tree {
    pub fn new(arena: Arc<Arena>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State::Own(arena)),
        })
    }
}

/// A node of a frozen arena.
pub(super) struct Snapshot {
    pub tree: Arc<Tree>,
    pub arena: Arc<Arena>,
    pub node: NodeId,
}

impl Snapshot {
    /// A handle to another node of the same tree.
    pub fn token(&self, node: NodeId) -> JToken {
        JToken {
            tree: Arc::clone(&self.tree),
            node,
        }
    }
}

impl JToken {
    /// The token's tree and node behind all signposts.
    pub(super) fn resolve(&self) -> (Arc<Tree>, NodeId) {
        self.read(|tree, _, node| (Arc::clone(tree), node))
    }

    /// Looks at the tree under its lock; `look` must not use any handle.
    pub(super) fn read<R>(&self, look: impl FnOnce(&Arc<Tree>, &Arena, NodeId) -> R) -> R {
        self.read_shared(|tree, arena, node| look(tree, arena, node))
    }

    /// The tree as it is now. While it lives, a change copies the arena: drop it before changing anything.
    pub(super) fn snapshot(&self) -> Snapshot {
        self.read_shared(|tree, arena, node| Snapshot {
            tree: Arc::clone(tree),
            arena: Arc::clone(arena),
            node,
        })
    }

    fn read_shared<R>(&self, look: impl FnOnce(&Arc<Tree>, &Arc<Arena>, NodeId) -> R) -> R {
        // Most trees are where the handle says, and then need no further handle.
        let next = match &*self.tree.state.lock() {
            State::Own(arena) => return look(&self.tree, arena, self.node),
            State::Moved { into, by } => Self {
                tree: Arc::clone(into),
                node: self.node.shifted(*by),
            },
        };
        next.read_shared(look)
    }

    /// A tree of the caller's own that shares this one's nodes until either is changed.
    #[must_use]
    pub fn detached_copy(&self) -> Self {
        self.read_shared(|_, arena, node| Self {
            tree: Tree::new(Arc::clone(arena)),
            node,
        })
    }

    /// Changes the tree under its lock; `change` must not use any handle.
    pub(super) fn write<R>(&self, change: impl FnOnce(&mut Arena, NodeId) -> R) -> R {
        let mut tree = Arc::clone(&self.tree);
        let mut node = self.node;
        loop {
            let next = match &mut *tree.state.lock() {
                State::Own(arena) => return change(Arc::make_mut(arena), node),
                State::Moved { into, by } => {
                    node = node.shifted(*by);
                    Arc::clone(into)
                }
            };
            tree = next;
        }
    }

    /// Makes one tree of this token's and `other`'s, then changes it under its lock; `change` gets both nodes.
    pub(super) fn join<R>(&self, other: &Self, change: impl FnOnce(&mut Arena, NodeId, NodeId) -> R) -> R {
        loop {
            let (own_tree, own) = self.resolve();
            let (other_tree, item) = other.resolve();
            if Arc::ptr_eq(&own_tree, &other_tree) {
                if let State::Own(arena) = &mut *own_tree.state.lock() {
                    return change(Arc::make_mut(arena), own, item);
                }
                continue;
            }
            let (mut own_state, mut other_state) = lock_both(&own_tree, &other_tree);
            // Another thread may have moved one of them between `resolve` and here; then everything starts anew.
            let (State::Own(own_arena), State::Own(other_arena)) = (&mut *own_state, &mut *other_state) else {
                continue;
            };
            if own_arena.len() >= other_arena.len() {
                let by = take_in(own_arena, other_arena);
                *other_state = State::Moved {
                    into: Arc::clone(&own_tree),
                    by,
                };
                drop(other_state);
                if let State::Own(arena) = &mut *own_state {
                    return change(Arc::make_mut(arena), own, item.shifted(by));
                }
            } else {
                let by = take_in(other_arena, own_arena);
                *own_state = State::Moved {
                    into: Arc::clone(&other_tree),
                    by,
                };
                drop(own_state);
                if let State::Own(arena) = &mut *other_state {
                    return change(Arc::make_mut(arena), own.shifted(by), item);
                }
            }
        }
    }
}

/// Locks two trees in the order of their addresses, so that two threads never wait for each other.
fn lock_both<'a>(left: &'a Arc<Tree>, right: &'a Arc<Tree>) -> (MutexGuard<'a, State>, MutexGuard<'a, State>) {
    if Arc::as_ptr(left) < Arc::as_ptr(right) {
        let left = left.state.lock();
        (left, right.state.lock())
    } else {
        let right = right.state.lock();
        (left.state.lock(), right)
    }
}

fn take_in(larger: &mut Arc<Arena>, smaller: &mut Arc<Arena>) -> u32 {
    let smaller = Arc::try_unwrap(std::mem::take(smaller)).unwrap_or_else(|shared| (*shared).clone());
    Arc::make_mut(larger).append(smaller)
}

#[cfg(test)]
mod tests {
    use crate::json::{Formatting, JToken};

    fn json(token: &JToken) -> String {
        token.to_json(Formatting::None)
    }

    fn parsed(source: &str) -> JToken {
        JToken::parse(&source.into()).unwrap()
    }

    #[test]
    fn a_copy_does_not_see_changes_nor_pass_its_own_on() {
        let original = parsed("{a:{b:1}}");
        let copy = original.detached_copy();
        let inner = copy.get("a").unwrap().unwrap();
        inner.set("b", 2).unwrap();
        assert_eq!(json(&copy), r#"{"a":{"b":2}}"#);
        assert_eq!(json(&original), r#"{"a":{"b":1}}"#);
        original.clear().unwrap();
        assert_eq!(json(&copy), r#"{"a":{"b":2}}"#);
        assert!(!copy.same_reference(&original));
    }

    #[test]
    fn an_attached_root_stays_the_same_reference_whichever_tree_is_larger() {
        for parent in [parsed("{}"), parsed("{x:[1,2,3,4,5,6,7,8,9]}")] {
            let child = parsed("[0]");
            let element = child.get_at(0).unwrap();
            parent.set("a", &child).unwrap();
            assert!(parent.get("a").unwrap().unwrap().same_reference(&child));
            assert!(child.root().same_reference(&parent));
            child.add(true).unwrap();
            element.replace("first").unwrap();
            assert!(json(&parent).ends_with(r#""a":["first",true]}"#), "{}", json(&parent));
        }
    }

    #[test]
    fn attaching_deeper_and_deeper_is_neither_slow_nor_recursive() {
        let innermost = JToken::array();
        let mut outer = innermost.clone();
        for _ in 0..20_000 {
            let array = JToken::array();
            array.add(&outer).unwrap();
            outer = array;
        }
        innermost.add(1).unwrap();
        assert!(json(&outer).contains("[1]"));
        assert!(outer.deep_equals(&outer.deep_clone()));
        assert!(innermost.root().same_reference(&outer));
        assert_eq!(outer.descendants().len(), 20_001);
    }

    #[test]
    fn two_threads_that_join_the_same_trees_neither_deadlock_nor_lose_anything() {
        let (left, right) = (JToken::array(), JToken::array());
        std::thread::scope(|scope| {
            for (one, other) in [(left.clone(), right.clone()), (right.clone(), left.clone())] {
                scope.spawn(move || {
                    for number in 0..500 {
                        let child = JToken::array();
                        child.add(number).unwrap();
                        one.add(&child).unwrap();
                        other.add(number).unwrap();
                        child.remove().unwrap();
                    }
                });
            }
        });
        assert_eq!((left.count(), right.count()), (500, 500));
    }
}
