//! Unique particle attribution: whether an element's name and what stands before it say which particle it is.
//!
//! Never here: matching.

use super::{Leaf, Particles, Shape};
use std::collections::HashMap;

/// Steps that the search takes at most; beyond them a model is taken to be unambiguous.
const MOST_STEPS: usize = 2_000_000;

/// A leaf that may come next, and what is known of repetitions of an exact number on the way to it: whether it begins
/// another one or comes behind the last.
struct Candidate {
    leaf: usize,
    known: Vec<(usize, bool)>,
}

impl Candidate {
    /// Whether both can come next in one and the same state.
    fn can_meet(&self, other: &Self) -> bool {
        self.leaf != other.leaf && !(self.known.iter()).any(|(node, again)| other.known.contains(&(*node, !again)))
    }
}

impl Particles {
    /// The name of an element that two particles claim.
    pub fn ambiguous(&self) -> Option<String> {
        let mut steps = 0;
        let mut starts = Vec::new();
        self.begin(0, &[], &mut starts);
        let leaves = (0..self.nodes.len()).filter(|id| self.leaf(*id).is_some());
        let all = std::iter::once(starts).chain(leaves.map(|leaf| self.following(leaf)));
        for candidates in all {
            steps += candidates.len();
            if steps > MOST_STEPS {
                return None;
            }
            if let Some(name) = self.clash(&candidates) {
                return Some(name);
            }
        }
        None
    }

    fn begin(&self, node: usize, known: &[(usize, bool)], found: &mut Vec<Candidate>) {
        let mut leaves = Vec::new();
        self.first_leaves(node, &mut leaves);
        found.extend(leaves.into_iter().map(|leaf| Candidate {
            leaf,
            known: known.to_vec(),
        }));
    }

    fn following(&self, leaf: usize) -> Vec<Candidate> {
        let (mut found, mut known) = (Vec::new(), Vec::new());
        let mut id = leaf;
        while let Some(node) = self.node(id) {
            let is_exact = node.max == Some(node.min) && node.min > 1;
            if node.max != Some(1) {
                if is_exact {
                    known.push((id, true));
                }
                self.begin(id, &known, &mut found);
                if is_exact {
                    known.pop();
                    known.push((id, false));
                }
            }
            let Some(parent) = node.parent else { break };
            if let Some(Shape::Sequence(children)) = self.node(parent).map(|parent| &parent.shape) {
                let mut is_over = false;
                for sibling in children.iter().skip(node.index + 1) {
                    self.begin(*sibling, &known, &mut found);
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

    fn clash(&self, candidates: &[Candidate]) -> Option<String> {
        let mut by_name: HashMap<&xml::Name, Vec<&Candidate>> = HashMap::new();
        let mut wild: Vec<&Candidate> = Vec::new();
        for candidate in candidates {
            match self.leaf(candidate.leaf)? {
                Leaf::Elements(names, _) => {
                    for name in names.keys() {
                        let others = by_name.entry(name).or_default();
                        if others.iter().any(|other| other.can_meet(candidate)) {
                            return Some(name.to_string());
                        }
                        others.push(candidate);
                    }
                }
                Leaf::Any(wildcard) => {
                    let clashes = |other: &&Candidate| match self.leaf(other.leaf) {
                        Some(Leaf::Any(its)) => its.overlaps(wildcard) && other.can_meet(candidate),
                        _ => false,
                    };
                    if wild.iter().any(clashes) {
                        return Some("xs:any".to_owned());
                    }
                    wild.push(candidate);
                }
            }
        }
        for candidate in wild {
            if let Some(Leaf::Any(wildcard)) = self.leaf(candidate.leaf) {
                let clash = by_name.iter().find(|(name, others)| {
                    wildcard.allows(name.namespace()) && others.iter().any(|other| other.can_meet(candidate))
                });
                if let Some((name, _)) = clash {
                    return Some(name.to_string());
                }
            }
        }
        None
    }
}
