//! A tree that handles share, and how two trees become one.
//!
//! The tree inside is shared copy-on-write: copies of a parsed body cost nothing until one is changed. When a root is
//! attached to another tree, the smaller tree's nodes move into the larger one and a signpost stays, so every handle
//! keeps its identity and a chain of signposts is never longer than the logarithm of the node count.

use crate::tree::{Kind, NodeId, Tree};
use parking_lot::{Mutex, MutexGuard};
use std::fmt;
use std::sync::Arc;

struct Shared {
    state: Mutex<State>,
}

enum State {
    Own(Arc<Tree>),
    Moved { into: Arc<Shared>, by: u32 },
}

/// A node that several owners hold; all of them see every change.
#[derive(Clone)]
pub struct Node {
    shared: Arc<Shared>,
    id: NodeId,
}

impl fmt::Debug for Node {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.read(|tree, id| write!(formatter, "Node({:?})", tree.kind(id)))
    }
}

impl From<Tree> for Node {
    /// The first node of a tree.
    fn from(tree: Tree) -> Self {
        Self::of_tree(Arc::new(tree))
    }
}

impl Node {
    /// A root of its own.
    pub fn new(kind: Kind) -> Self {
        Tree::of(kind).into()
    }

    /// The first node of a tree that is copied when it is changed.
    pub fn of_tree(tree: Arc<Tree>) -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::new(State::Own(tree)),
            }),
            id: NodeId::FIRST,
        }
    }

    /// The same node of a tree of the caller's own, which shares this one's nodes until either is changed.
    #[must_use]
    pub fn detached_copy(&self) -> Self {
        self.look(|_, tree, id| Self {
            id,
            ..Self::of_tree(Arc::clone(tree))
        })
    }

    /// Another node of the same tree.
    #[must_use]
    pub fn sibling_handle(&self, pick: impl FnOnce(&Tree, NodeId) -> Option<NodeId>) -> Option<Self> {
        self.look(|shared, tree, id| {
            Some(Self {
                shared: Arc::clone(shared),
                id: pick(tree, id)?,
            })
        })
    }

    /// Other nodes of the same tree.
    pub fn handles(&self, pick: impl FnOnce(&Tree, NodeId) -> Vec<NodeId>) -> Vec<Self> {
        self.look(|shared, tree, id| {
            let handle = |id| Self {
                shared: Arc::clone(shared),
                id,
            };
            pick(tree, id).into_iter().map(handle).collect()
        })
    }

    /// Whether both are the same node.
    pub fn is_same(&self, other: &Self) -> bool {
        let place = |node: &Self| node.look(|shared, _, id| (Arc::as_ptr(shared) as usize, id));
        place(self) == place(other)
    }

    /// Looks at the tree under its lock; `look` must not use any handle.
    pub fn read<R>(&self, look: impl FnOnce(&Tree, NodeId) -> R) -> R {
        self.look(|_, tree, id| look(tree, id))
    }

    /// The tree as it is now, and the node in it. While it lives, a change copies the tree.
    pub fn snapshot(&self) -> (Arc<Tree>, NodeId) {
        self.look(|_, tree, id| (Arc::clone(tree), id))
    }

    fn look<R>(&self, look: impl FnOnce(&Arc<Shared>, &Arc<Tree>, NodeId) -> R) -> R {
        // Most trees are where the handle says, and then need no further handle.
        let next = match &*self.shared.state.lock() {
            State::Own(tree) => return look(&self.shared, tree, self.id),
            State::Moved { into, by } => Self {
                shared: Arc::clone(into),
                id: self.id.shifted(*by),
            },
        };
        next.look(look)
    }

    /// Changes the tree under its lock; `change` must not use any handle.
    pub fn write<R>(&self, change: impl FnOnce(&mut Tree, NodeId) -> R) -> R {
        let mut shared = Arc::clone(&self.shared);
        let mut id = self.id;
        loop {
            let next = match &mut *shared.state.lock() {
                State::Own(tree) => return change(Arc::make_mut(tree), id),
                State::Moved { into, by } => {
                    id = id.shifted(*by);
                    Arc::clone(into)
                }
            };
            shared = next;
        }
    }

    /// Makes one tree of this node's and `other`'s, then changes it under its lock; `change` gets both nodes.
    pub fn join<R>(&self, other: &Self, change: impl FnOnce(&mut Tree, NodeId, NodeId) -> R) -> R {
        loop {
            let place = |node: &Self| node.look(|shared, _, id| (Arc::clone(shared), id));
            let ((own_shared, own), (other_shared, item)) = (place(self), place(other));
            if Arc::ptr_eq(&own_shared, &other_shared) {
                if let State::Own(tree) = &mut *own_shared.state.lock() {
                    return change(Arc::make_mut(tree), own, item);
                }
                continue;
            }
            let (mut own_state, mut other_state) = lock_both(&own_shared, &other_shared);
            // Another thread may have moved one of them since they were found; then everything starts anew.
            let (State::Own(own_tree), State::Own(other_tree)) = (&mut *own_state, &mut *other_state) else {
                continue;
            };
            if own_tree.len() >= other_tree.len() {
                let by = take_in(own_tree, other_tree);
                let into = Arc::clone(&own_shared);
                *other_state = State::Moved { into, by };
                drop(other_state);
                if let State::Own(tree) = &mut *own_state {
                    return change(Arc::make_mut(tree), own, item.shifted(by));
                }
            } else {
                let by = take_in(other_tree, own_tree);
                let into = Arc::clone(&other_shared);
                *own_state = State::Moved { into, by };
                drop(own_state);
                if let State::Own(tree) = &mut *other_state {
                    return change(Arc::make_mut(tree), own.shifted(by), item);
                }
            }
        }
    }
}

/// Locks two trees in the order of their addresses, so that two threads never wait for each other.
fn lock_both<'a>(left: &'a Arc<Shared>, right: &'a Arc<Shared>) -> (MutexGuard<'a, State>, MutexGuard<'a, State>) {
    if Arc::as_ptr(left) < Arc::as_ptr(right) {
        let left = left.state.lock();
        (left, right.state.lock())
    } else {
        let right = right.state.lock();
        (left.state.lock(), right)
    }
}

fn take_in(larger: &mut Arc<Tree>, smaller: &mut Arc<Tree>) -> u32 {
    let smaller = Arc::try_unwrap(std::mem::take(smaller)).unwrap_or_else(|shared| (*shared).clone());
    Arc::make_mut(larger).append(smaller)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::name::Name;

    fn element(name: &str) -> Node {
        Node::new(Kind::Element {
            name: Name::local_only(name),
            prefix: None,
            open: false,
        })
    }

    fn attach(parent: &Node, child: &Node) {
        parent.join(child, Tree::append_child);
    }

    fn child_names(parent: &Node) -> Vec<String> {
        parent.read(|tree, id| {
            tree.children(id)
                .filter_map(|id| Some(tree.name(id)?.to_string()))
                .collect()
        })
    }

    #[test]
    fn an_attached_root_stays_the_same_node_whichever_tree_is_larger() {
        let (parent, small, large) = (element("parent"), element("small"), element("large"));
        for name in ["x", "y", "z"] {
            attach(&large, &element(name));
        }
        attach(&parent, &small);
        attach(&parent, &large);
        assert_eq!(child_names(&parent), ["small", "large"]);
        let first = parent.sibling_handle(Tree::first_child).unwrap();
        assert!(first.is_same(&small));
        assert!(!first.is_same(&large));
        small.write(|tree, id| tree.set_name(id, Name::new("ns", "renamed")));
        assert_eq!(child_names(&parent), ["{ns}renamed", "large"]);
    }

    #[test]
    fn a_copy_does_not_see_changes_nor_pass_its_own_on() {
        let original = element("a");
        attach(&original, &element("b"));
        let copy = Node::of_tree(original.snapshot().0);
        copy.write(Tree::unlink_children);
        assert_eq!(child_names(&original), ["b"]);
        assert!(child_names(&copy).is_empty());
    }

    #[test]
    fn attaching_deeper_and_deeper_is_neither_slow_nor_recursive() {
        let innermost = element("a");
        let mut outer = innermost.clone();
        for _ in 0..20_000 {
            let parent = element("a");
            attach(&parent, &outer);
            outer = parent;
        }
        assert_eq!(outer.read(|tree, id| tree.descendants(id).count()), 20_000);
        assert_eq!(outer.read(|tree, id| tree.extract(id).len()), 20_001);
        assert!(
            innermost
                .sibling_handle(|tree, id| Some(tree.root(id)))
                .unwrap()
                .is_same(&outer)
        );
    }
}
