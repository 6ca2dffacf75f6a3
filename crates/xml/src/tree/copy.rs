//! Copies of parts of a tree, and trees that become one.

use super::{Entry, NodeId, Tree};

impl Entry {
    fn shift(&mut self, by: u32) {
        for link in [
            &mut self.parent,
            &mut self.previous,
            &mut self.next,
            &mut self.first_child,
            &mut self.last_child,
            &mut self.first_attribute,
            &mut self.last_attribute,
        ] {
            *link = link.map(|id| id.shifted(by));
        }
    }
}

impl Tree {
    /// The node and all below it as a tree of its own, the node first.
    #[must_use]
    pub fn extract(&self, id: NodeId) -> Self {
        let mut copy = Self::default();
        let mut place = copy.take_over(self, id, None);
        let mut node = id;
        loop {
            if let Some(child) = self.first_child(node) {
                (node, place) = (child, copy.take_over(self, child, Some(place)));
                continue;
            }
            while node != id && self.next(node).is_none() {
                let (Some(parent), Some(parent_place)) = (self.parent(node), copy.parent(place)) else {
                    return copy;
                };
                (node, place) = (parent, parent_place);
            }
            let sibling = self.next(node).filter(|_| node != id);
            let (Some(sibling), Some(parent_place)) = (sibling, copy.parent(place)) else {
                return copy;
            };
            (node, place) = (sibling, copy.take_over(self, sibling, Some(parent_place)));
        }
    }

    /// Copies one node with its attributes.
    fn take_over(&mut self, source: &Self, id: NodeId, parent: Option<NodeId>) -> NodeId {
        let own = self.push(source.kind(id).clone());
        if let Some(parent) = parent {
            self.append_child(parent, own);
        }
        for attribute in source.attributes(id) {
            let copy = self.push(source.kind(attribute).clone());
            self.append_attribute(own, copy);
        }
        own
    }

    /// Takes in all nodes of another tree; their numbers grow by the result.
    pub fn append(&mut self, other: Self) -> u32 {
        let by = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.entries.extend(other.entries.into_iter().map(|mut entry| {
            entry.shift(by);
            entry
        }));
        by
    }

    /// Takes in a copy of a node of another tree, with all below it, as a new root.
    pub fn adopt_copy(&mut self, other: &Self, id: NodeId) -> NodeId {
        let by = self.append(other.extract(id));
        NodeId::FIRST.shifted(by)
    }
}
