//! Unique particle attribution: whether an element's name and what stands before it say which particle it is.
//!
//! As .NET has it: the elements of a substitution group may be claimed by another particle too, and that a repetition of
//! an exact number begins again is not looked at. The matcher goes through such models by all ways at once.
//!
//! Never here: matching.

use super::{Leaf, Particles, Shape};
use crate::model::Wildcard;
use std::collections::HashMap;

/// Steps that the search takes at most; beyond them a model is taken to be unambiguous.
const MOST_STEPS: usize = 2_000_000;

impl Particles {
    /// The name of an element that two particles claim.
    pub fn ambiguous(&self) -> Option<String> {
        let mut steps = 0;
        let mut starts = Vec::new();
        self.first_leaves(0, &mut starts);
        let leaves = (0..self.nodes.len()).filter(|id| self.leaf(*id).is_some());
        let all = std::iter::once(starts).chain(leaves.map(|leaf| self.following(leaf)));
        for leaves in all {
            steps += leaves.len();
            if steps > MOST_STEPS {
                return None;
            }
            if let Some(name) = self.clash(&leaves) {
                return Some(name);
            }
        }
        None
    }

    /// The leaves that may come behind one.
    fn following(&self, leaf: usize) -> Vec<usize> {
        let mut found = Vec::new();
        let mut id = leaf;
        while let Some(node) = self.node(id) {
            if node.max.is_none_or(|max| max > node.min.max(1)) {
                self.first_leaves(id, &mut found);
            }
            let Some(parent) = node.parent else { break };
            if let Some(Shape::Sequence(children)) = self.node(parent).map(|parent| &parent.shape) {
                let mut is_over = false;
                for sibling in children.iter().skip(node.index + 1) {
                    self.first_leaves(*sibling, &mut found);
                    if self.node(*sibling).is_some_and(|node| !node.may_be_missing()) {
                        is_over = true;
                        break;
                    }
                }
                if is_over {
                    break;
                }
            }
            id = parent;
        }
        found
    }

    fn clash(&self, leaves: &[usize]) -> Option<String> {
        let mut by_name: HashMap<&xml::Name, usize> = HashMap::new();
        let mut wild = Vec::new();
        for id in leaves {
            match self.leaf(*id)? {
                Leaf::Elements(_, name) => {
                    if *by_name.entry(name).or_insert(*id) != *id {
                        return Some(name.to_string());
                    }
                }
                Leaf::Any(wildcard) => {
                    if wild
                        .iter()
                        .any(|(other, its): &(usize, &Wildcard)| other != id && its.overlaps(wildcard))
                    {
                        return Some("xs:any".to_owned());
                    }
                    wild.push((*id, wildcard));
                }
            }
        }
        for (_, wildcard) in wild {
            let claimed = by_name.keys().filter(|name| wildcard.allows(name.namespace()));
            if let Some(name) = claimed.min() {
                return Some(name.to_string());
            }
        }
        None
    }
}
