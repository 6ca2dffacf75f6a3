//! Content models: what may stand between an element's tags, and in which order.
//!
//! A model is a tree of particles whose leaves are elements and wildcards. Where a document stands in it is a leaf and how
//! often each particle above it occurred, so `maxOccurs="100000"` costs a number and no copies. Models are unambiguous, so
//! there is one such state nearly always; repetitions within repetitions can need several, of which [`MOST_STATES`] are
//! kept.
//! Never here: how schemas write models, what is within the elements.

mod ambiguity;

use crate::model::{ElementId, TypeId, Wildcard};
use std::collections::HashMap;
use xml::Name;

/// States of one element's content that are kept at a time.
const MOST_STATES: usize = 64;
/// Names that messages list.
const MOST_EXPECTED: usize = 25;

/// What may stand between an element's tags.
#[derive(Clone, Debug, Default)]
pub(crate) enum Content {
    /// Nothing.
    #[default]
    Empty,
    /// The text of a simple type.
    Simple(TypeId),
    /// Elements, in an order.
    Particles(Particles),
    /// Each of some elements once, in any order.
    All(All),
}

impl Content {
    /// Any elements, as a wildcard lets them through.
    pub fn anything(any: Wildcard) -> Self {
        let particle = Particle {
            min: 0,
            max: None,
            term: Term::Any(any),
        };
        Self::Particles(Particles::of(&particle, &HashMap::new()))
    }
}

/// A particle as schemas write it.
#[derive(Clone, Debug)]
pub(crate) struct Particle {
    pub min: u32,
    /// None: unbounded.
    pub max: Option<u32>,
    pub term: Term,
}

/// What a particle is made of.
#[derive(Clone, Debug)]
pub(crate) enum Term {
    Element(Name, ElementId),
    Any(Wildcard),
    Sequence(Vec<Particle>),
    Choice(Vec<Particle>),
    All(Vec<Particle>),
}

impl Particle {
    /// Number of particles in it.
    pub fn size(&self) -> usize {
        match &self.term {
            Term::Element(..) | Term::Any(_) => 1,
            Term::Sequence(inner) | Term::Choice(inner) | Term::All(inner) => {
                1 + inner.iter().map(Self::size).sum::<usize>()
            }
        }
    }
}

/// The elements that may stand where one is declared: itself, and those of its substitution group.
pub(crate) type Substitutes = HashMap<ElementId, Vec<(Name, ElementId)>>;

#[derive(Clone, Debug)]
enum Leaf {
    Elements(HashMap<Name, ElementId>, Name),
    Any(Wildcard),
}

#[derive(Clone, Debug)]
enum Shape {
    Leaf(Leaf),
    Sequence(Vec<usize>),
    Choice {
        children: Vec<usize>,
        /// The children that may begin with an element of a name.
        first: HashMap<Name, Vec<usize>>,
        /// The children that may begin with what a wildcard lets through.
        wild: Vec<usize>,
    },
}

#[derive(Clone, Debug)]
struct Node {
    parent: Option<usize>,
    /// Its place among its parent's children.
    index: usize,
    min: u32,
    max: Option<u32>,
    shape: Shape,
    /// Whether one occurrence may be of nothing.
    is_hollow: bool,
}

impl Node {
    fn may_be_missing(&self) -> bool {
        self.min == 0 || self.is_hollow
    }

    fn may_occur(&self, count: u32) -> bool {
        self.max.is_none_or(|max| count <= max)
    }

    /// Counts beyond what any bound asks for are one and the same.
    fn saturated(&self, count: u32) -> u32 {
        if self.max.is_none() {
            count.min(self.min.max(1))
        } else {
            count
        }
    }
}

/// A compiled tree of particles; the first node is its root.
#[derive(Clone, Debug)]
pub(crate) struct Particles {
    nodes: Vec<Node>,
}

impl Particles {
    /// Compiles a particle.
    pub fn of(particle: &Particle, substitutes: &Substitutes) -> Self {
        let mut particles = Self { nodes: Vec::new() };
        particles.add(particle, None, 0, substitutes);
        particles
    }

    fn add(&mut self, particle: &Particle, parent: Option<usize>, index: usize, substitutes: &Substitutes) -> usize {
        if let Some(merged) = merged(particle) {
            return self.add(&merged, parent, index, substitutes);
        }
        let id = self.nodes.len();
        self.nodes.push(Node {
            parent,
            index,
            min: particle.min,
            max: particle.max,
            shape: Shape::Sequence(Vec::new()),
            is_hollow: false,
        });
        let shape = match &particle.term {
            Term::Element(name, element) => {
                let mut names: HashMap<Name, ElementId> = substitutes
                    .get(element)
                    .map(|others| others.iter().cloned().collect())
                    .unwrap_or_default();
                names.insert(name.clone(), *element);
                Shape::Leaf(Leaf::Elements(names, name.clone()))
            }
            Term::Any(wildcard) => Shape::Leaf(Leaf::Any(wildcard.clone())),
            Term::Sequence(inner) | Term::All(inner) | Term::Choice(inner) => {
                let mut children = Vec::new();
                for particle in inner.iter().filter(|particle| particle.max != Some(0)) {
                    let child = self.add(particle, Some(id), children.len(), substitutes);
                    children.push(child);
                }
                match &particle.term {
                    Term::Choice(_) => self.choice(children),
                    _ => Shape::Sequence(children),
                }
            }
        };
        let missing = |child: &usize| self.nodes.get(*child).is_some_and(Node::may_be_missing);
        let is_hollow = match &shape {
            Shape::Leaf(_) => false,
            Shape::Sequence(children) => children.iter().all(missing),
            Shape::Choice { children, .. } => children.is_empty() || children.iter().any(missing),
        };
        if let Some(node) = self.nodes.get_mut(id) {
            (node.shape, node.is_hollow) = (shape, is_hollow);
        }
        id
    }

    fn choice(&self, children: Vec<usize>) -> Shape {
        let mut first: HashMap<Name, Vec<usize>> = HashMap::new();
        let mut wild = Vec::new();
        for child in &children {
            let mut leaves = Vec::new();
            self.first_leaves(*child, &mut leaves);
            for leaf in leaves {
                match self.leaf(leaf) {
                    Some(Leaf::Elements(names, _)) => {
                        for name in names.keys() {
                            let known = first.entry(name.clone()).or_default();
                            if known.last() != Some(child) {
                                known.push(*child);
                            }
                        }
                    }
                    Some(Leaf::Any(_)) if wild.last() != Some(child) => wild.push(*child),
                    _ => {}
                }
            }
        }
        Shape::Choice { children, first, wild }
    }

    fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id)
    }

    fn leaf(&self, id: usize) -> Option<&Leaf> {
        match &self.node(id)?.shape {
            Shape::Leaf(leaf) => Some(leaf),
            _ => None,
        }
    }

    /// The leaves that an occurrence of a node may begin with.
    fn first_leaves(&self, id: usize, found: &mut Vec<usize>) {
        let Some(node) = self.node(id) else { return };
        match &node.shape {
            Shape::Leaf(_) => found.push(id),
            Shape::Choice { children, .. } => children.iter().for_each(|child| self.first_leaves(*child, found)),
            Shape::Sequence(children) => {
                for child in children {
                    self.first_leaves(*child, found);
                    if self.node(*child).is_some_and(|node| !node.may_be_missing()) {
                        break;
                    }
                }
            }
        }
    }

    /// Whether anything may stand before an element's end where nothing has to.
    pub fn may_be_empty(&self) -> bool {
        self.node(0).is_none_or(Node::may_be_missing)
    }

    /// Enters every leaf that can be reached below a node by a name.
    fn enter(&self, id: usize, above: &[u32], count: u32, name: &Name, found: &mut Vec<State>) -> bool {
        let Some(node) = self.node(id) else { return false };
        let counts = || {
            above
                .iter()
                .copied()
                .chain([node.saturated(count)])
                .collect::<Vec<u32>>()
        };
        match &node.shape {
            Shape::Leaf(leaf) => {
                let fits = match leaf {
                    Leaf::Elements(names, _) => names.contains_key(name),
                    Leaf::Any(wildcard) => wildcard.allows(name.namespace()),
                };
                if fits {
                    let state = State {
                        leaf: Some(id),
                        counts: counts(),
                    };
                    if found.len() < MOST_STATES && !found.contains(&state) {
                        found.push(state);
                    }
                }
                fits
            }
            Shape::Choice { first, wild, .. } => {
                let named = first.get(name).map(Vec::as_slice).unwrap_or_default();
                if named.is_empty() && wild.is_empty() {
                    return false;
                }
                let counts = counts();
                let mut entered = false;
                for child in named.iter().chain(wild) {
                    entered |= self.enter(*child, &counts, 1, name, found);
                }
                entered
            }
            Shape::Sequence(children) => {
                let counts = counts();
                let mut entered = false;
                for child in children {
                    entered |= self.enter(*child, &counts, 1, name, found);
                    if self.node(*child).is_some_and(|node| !node.may_be_missing()) {
                        break;
                    }
                }
                entered
            }
        }
    }

    /// Visits every node that may be entered behind a state, with the counts above it and its own; returns whether the
    /// content may end there.
    fn next(&self, state: &State, visit: &mut dyn FnMut(usize, &[u32], u32)) -> bool {
        let Some(mut id) = state.leaf else {
            visit(0, &[], 1);
            return self.may_be_empty();
        };
        let mut counts = state.counts.as_slice();
        loop {
            let (Some(node), Some((count, above))) = (self.node(id), counts.split_last()) else {
                return true;
            };
            if node.may_occur(count.saturating_add(1)) {
                visit(id, above, count.saturating_add(1));
            }
            if *count < node.min && !node.is_hollow {
                return false;
            }
            let Some(parent) = node.parent else { return true };
            if let Some(Shape::Sequence(children)) = self.node(parent).map(|parent| &parent.shape) {
                for sibling in children.iter().skip(node.index + 1) {
                    visit(*sibling, above, 1);
                    if self.node(*sibling).is_some_and(|node| !node.may_be_missing()) {
                        return false;
                    }
                }
            }
            (id, counts) = (parent, above);
        }
    }
}

/// A repetition of nothing but a repetition is one repetition, where all numbers between the least and the most are
/// possible.
fn merged(particle: &Particle) -> Option<Particle> {
    let (Term::Sequence(inner) | Term::Choice(inner)) = &particle.term else {
        return None;
    };
    let [only] = inner.as_slice() else { return None };
    let is_once = particle.min == 1 && particle.max == Some(1);
    if only.max == Some(0) || !(is_once || only.min <= 1 || (only.min == 1 && only.max == Some(1))) {
        return None;
    }
    let max = match (particle.max, only.max) {
        (Some(outer), Some(inner)) => Some(outer.checked_mul(inner)?),
        (Some(0), None) => Some(0),
        _ => None,
    };
    Some(Particle {
        min: particle.min.checked_mul(only.min)?,
        max,
        term: only.term.clone(),
    })
}

/// Where a document stands in a model.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    /// The leaf that its last element was; none at the beginning.
    leaf: Option<usize>,
    /// How often each node from the root to the leaf occurred.
    counts: Vec<u32>,
}

/// Each of some elements at most once, in any order.
#[derive(Clone, Debug)]
pub(crate) struct All {
    /// By every name that may stand for one of them.
    names: HashMap<Name, (usize, ElementId)>,
    /// Which of them must be there.
    required: Vec<(Name, bool)>,
    /// All of them may be missing together.
    is_optional: bool,
}

impl All {
    /// Compiles the particles of an `xs:all`.
    pub fn of(particle: &Particle, inner: &[Particle], substitutes: &Substitutes) -> Self {
        let (mut names, mut required) = (HashMap::new(), Vec::new());
        for item in inner.iter().filter(|item| item.max != Some(0)) {
            if let Term::Element(name, element) = &item.term {
                let place = required.len();
                for (name, element) in substitutes.get(element).into_iter().flatten() {
                    names.insert(name.clone(), (place, *element));
                }
                names.insert(name.clone(), (place, *element));
                required.push((name.clone(), item.min > 0));
            }
        }
        Self {
            names,
            required,
            is_optional: particle.min == 0,
        }
    }
}

/// What an element in a model is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Matched<'m> {
    Element(ElementId),
    Any(&'m Wildcard),
}

/// Goes through an element's children.
#[derive(Clone, Debug)]
pub(crate) enum Matcher<'m> {
    /// No element may stand here.
    Nothing,
    Particles(&'m Particles, Vec<StateHolder>),
    All(&'m All, Vec<bool>),
}

/// A state, for those outside of no use.
#[derive(Clone, Debug)]
pub(crate) struct StateHolder(State);

impl<'m> Matcher<'m> {
    /// Begins with an element's content.
    pub fn of(content: &'m Content) -> Self {
        match content {
            Content::Empty | Content::Simple(_) => Self::Nothing,
            Content::Particles(particles) => {
                let start = State {
                    leaf: None,
                    counts: Vec::new(),
                };
                Self::Particles(particles, vec![StateHolder(start)])
            }
            Content::All(all) => Self::All(all, vec![false; all.required.len()]),
        }
    }

    /// Goes on by an element of a name; `None` where it must not stand.
    pub fn accept(&mut self, name: &Name) -> Option<Matched<'m>> {
        match self {
            Self::Nothing => None,
            Self::All(all, seen) => {
                let (place, element) = all.names.get(name)?;
                let seen = seen.get_mut(*place).filter(|seen| !**seen)?;
                *seen = true;
                Some(Matched::Element(*element))
            }
            Self::Particles(particles, states) => {
                let mut found = Vec::new();
                for StateHolder(state) in states.iter() {
                    particles.next(state, &mut |node, above, count| {
                        particles.enter(node, above, count, name, &mut found);
                    });
                }
                let leaf = particles.leaf(found.first()?.leaf?)?;
                *states = found.into_iter().map(StateHolder).collect();
                match leaf {
                    Leaf::Elements(names, _) => names.get(name).copied().map(Matched::Element),
                    Leaf::Any(wildcard) => Some(Matched::Any(wildcard)),
                }
            }
        }
    }

    /// Whether the content may end here.
    pub fn is_complete(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::All(all, seen) => {
                (all.is_optional && !seen.contains(&true))
                    || (all.required.iter().zip(seen)).all(|((_, required), seen)| *seen || !required)
            }
            Self::Particles(particles, states) => states
                .iter()
                .any(|StateHolder(state)| particles.next(state, &mut |_, _, _| {})),
        }
    }

    /// The names of what may stand next.
    pub fn expected(&self) -> Vec<Name> {
        let mut names = Vec::new();
        match self {
            Self::Nothing => {}
            Self::All(all, seen) => {
                let missing = all.required.iter().zip(seen).filter(|(_, seen)| !**seen);
                names.extend(missing.map(|((name, _), _)| name.clone()).take(MOST_EXPECTED));
            }
            Self::Particles(particles, states) => {
                for StateHolder(state) in states {
                    particles.next(state, &mut |node, _, _| {
                        let mut leaves = Vec::new();
                        particles.first_leaves(node, &mut leaves);
                        for leaf in leaves {
                            let name = match particles.leaf(leaf) {
                                Some(Leaf::Elements(_, name)) => name.clone(),
                                Some(Leaf::Any(_)) => Name::local_only("any element"),
                                None => continue,
                            };
                            if names.len() < MOST_EXPECTED && !names.contains(&name) {
                                names.push(name);
                            }
                        }
                    });
                }
            }
        }
        names
    }
}
