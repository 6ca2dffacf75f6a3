//! The nodes of a tree in one vector: a node is a number, so a handle survives every change of the tree.
//!
//! A removed node stays as a root of its own until the whole arena goes, because a handle to it may exist; the memory
//! this costs is what the expression allocated itself. Never here: locks, and Newtonsoft's checks (`edit`).

use super::scalar::{JTokenType, Scalar};
use crate::text::Text;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

/// Objects with more properties than this find them by hash.
const LINEAR_SEARCH_LIMIT: usize = 16;

/// A node's place in its arena.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodeId(u32);

impl NodeId {
    /// The same node after its arena was appended to another.
    pub fn shifted(self, by: u32) -> Self {
        Self(self.0.saturating_add(by))
    }
}

/// A token.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub parent: Option<NodeId>,
    /// Tells it from all other nodes, in whatever arena it comes to stand; 0 while nobody has asked.
    identity: u32,
    pub kind: Kind,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Object(Members),
    Array(Vec<NodeId>),
    Constructor(Box<Constructor>),
    Property { name: Text, value: NodeId },
    Value(Scalar),
}

/// `new Name(…)`, as JavaScript writes dates.
#[derive(Clone, Debug, Default)]
pub(super) struct Constructor {
    pub name: Option<Text>,
    arguments: Vec<NodeId>,
}

impl Kind {
    /// A constructor that has no arguments yet.
    pub fn constructor(name: Option<Text>) -> Self {
        Self::Constructor(Box::new(Constructor {
            name,
            arguments: Vec::new(),
        }))
    }

    /// The children of what has them one after the other: an array's elements, a constructor's arguments.
    pub fn elements(&self) -> Option<&[NodeId]> {
        match self {
            Self::Array(elements) => Some(elements),
            Self::Constructor(constructor) => Some(&constructor.arguments),
            _ => None,
        }
    }

    fn elements_mut(&mut self) -> Option<&mut Vec<NodeId>> {
        match self {
            Self::Array(elements) => Some(elements),
            Self::Constructor(constructor) => Some(&mut constructor.arguments),
            _ => None,
        }
    }
}

/// An object's properties in order.
#[derive(Clone, Debug, Default)]
pub(super) struct Members {
    properties: Vec<NodeId>,
    index: Option<Box<NameIndex>>,
}

/// A large object's properties by name.
#[derive(Clone, Debug, Default)]
struct NameIndex {
    by_name: HashMap<Text, NodeId>,
}

/// What a node number that belongs to no node shows; no caller makes one.
static MISSING: Node = Node {
    parent: None,
    identity: 0,
    kind: Kind::Value(Scalar::Undefined),
};

/// The number that a node was given last. One that comes again after 2³² others makes two nodes share a hash, no more.
static LAST_IDENTITY: AtomicU32 = AtomicU32::new(0);

/// All nodes of a tree.
#[derive(Clone, Debug, Default)]
pub(super) struct Arena {
    nodes: Vec<Node>,
}

impl Arena {
    /// The number of the node that was pushed first.
    pub fn first() -> NodeId {
        NodeId(0)
    }

    /// Number of nodes, removed ones included.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// A new root.
    pub fn push(&mut self, kind: Kind) -> NodeId {
        // 2³² nodes would take 200 GB; the budgets of bodies and expressions end far below.
        let id = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            parent: None,
            identity: 0,
            kind,
        });
        id
    }

    /// A new property with this value, which must be a root.
    pub fn push_property(&mut self, name: Text, value: NodeId) -> NodeId {
        let property = self.push(Kind::Property { name, value });
        self.set_parent(value, Some(property));
        property
    }

    /// The number that a node was given by [`Self::identify`].
    pub fn identity(&self, id: NodeId) -> Option<u32> {
        Some(self.node(id).identity).filter(|identity| *identity != 0)
    }

    /// Gives a node a number of its own, unless it has one.
    pub fn identify(&mut self, id: NodeId) -> u32 {
        if let Some(identity) = self.identity(id) {
            return identity;
        }
        let identity = LAST_IDENTITY.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
        if let Some(node) = self.node_mut(id) {
            node.identity = identity;
        }
        identity
    }

    pub fn kind(&self, id: NodeId) -> &Kind {
        &self.node(id).kind
    }

    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.node(id).parent
    }

    pub fn root(&self, id: NodeId) -> NodeId {
        self.ancestors_and_self(id).last().unwrap_or(id)
    }

    pub fn ancestors_and_self(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(Some(id), |id| self.parent(*id))
    }

    /// Direct children: an object's properties, a property's value, an array's elements, a constructor's arguments.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        match self.kind(id) {
            Kind::Object(members) => &members.properties,
            Kind::Array(elements) => elements,
            Kind::Constructor(constructor) => &constructor.arguments,
            Kind::Property { value, .. } => std::slice::from_ref(value),
            Kind::Value(_) => &[],
        }
    }

    /// Depth first, each node before its children.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> {
        let mut pending: Vec<NodeId> = self.children(id).iter().rev().copied().collect();
        std::iter::from_fn(move || {
            let next = pending.pop()?;
            pending.extend(self.children(next).iter().rev());
            Some(next)
        })
    }

    pub fn position(&self, container: NodeId, child: NodeId) -> Option<usize> {
        self.children(container).iter().position(|id| *id == child)
    }

    /// A property of an object by its exact name.
    pub fn find(&self, object: NodeId, name: &str) -> Option<NodeId> {
        let Kind::Object(members) = self.kind(object) else {
            return None;
        };
        match &members.index {
            Some(index) => index.by_name.get(name).copied(),
            None => members
                .properties
                .iter()
                .copied()
                .find(|property| self.name(*property).is_some_and(|own| own == name)),
        }
    }

    pub fn name(&self, property: NodeId) -> Option<&Text> {
        match self.kind(property) {
            Kind::Property { name, .. } => Some(name),
            _ => None,
        }
    }

    pub fn property_value(&self, property: NodeId) -> Option<NodeId> {
        match self.kind(property) {
            Kind::Property { value, .. } => Some(*value),
            _ => None,
        }
    }

    pub fn scalar(&self, id: NodeId) -> Option<&Scalar> {
        match self.kind(id) {
            Kind::Value(scalar) => Some(scalar),
            _ => None,
        }
    }

    pub fn set_scalar(&mut self, id: NodeId, scalar: Scalar) {
        if let Some(Node {
            kind: Kind::Value(value),
            ..
        }) = self.node_mut(id)
        {
            *value = scalar;
        }
    }

    /// The name of a constructor that has one.
    pub fn constructor_name(&self, id: NodeId) -> Option<&Text> {
        match self.kind(id) {
            Kind::Constructor(constructor) => constructor.name.as_ref(),
            _ => None,
        }
    }

    pub fn set_constructor_name(&mut self, id: NodeId, name: Option<Text>) {
        if let Some(Node {
            kind: Kind::Constructor(constructor),
            ..
        }) = self.node_mut(id)
        {
            constructor.name = name;
        }
    }

    pub fn token_type(&self, id: NodeId) -> JTokenType {
        match self.kind(id) {
            Kind::Object(_) => JTokenType::Object,
            Kind::Array(_) => JTokenType::Array,
            Kind::Constructor(_) => JTokenType::Constructor,
            Kind::Property { .. } => JTokenType::Property,
            Kind::Value(scalar) => scalar.token_type(),
        }
    }

    /// Newtonsoft's class of a node.
    pub fn class(&self, id: NodeId) -> &'static str {
        match self.kind(id) {
            Kind::Object(_) => "JObject",
            Kind::Array(_) => "JArray",
            Kind::Constructor(_) => "JConstructor",
            Kind::Property { .. } => "JProperty",
            Kind::Value(Scalar::Raw(_)) => "JRaw",
            Kind::Value(_) => "JValue",
        }
    }

    /// Puts a root among the children of a container, or in place of a property's value.
    pub fn link(&mut self, container: NodeId, at: usize, item: NodeId) {
        let name = self.name(item).cloned();
        match self.node_mut(container).map(|node| &mut node.kind) {
            Some(Kind::Object(members)) => {
                members.properties.insert(at.min(members.properties.len()), item);
                if let (Some(index), Some(name)) = (&mut members.index, name) {
                    index.by_name.insert(name, item);
                } else if members.properties.len() > LINEAR_SEARCH_LIMIT {
                    self.build_index(container);
                }
            }
            Some(Kind::Property { value, .. }) => *value = item,
            Some(kind) => match kind.elements_mut() {
                Some(elements) => elements.insert(at.min(elements.len()), item),
                None => return,
            },
            None => return,
        }
        self.set_parent(item, Some(container));
    }

    /// [`Self::link`] behind the last child.
    pub fn link_last(&mut self, container: NodeId, item: NodeId) {
        self.link(container, self.children(container).len(), item);
    }

    /// Takes a child out of a container; it becomes a root.
    pub fn unlink(&mut self, container: NodeId, at: usize) {
        let Some(child) = self.children(container).get(at).copied() else {
            return;
        };
        let name = self.name(child).cloned();
        match self.node_mut(container).map(|node| &mut node.kind) {
            Some(Kind::Object(members)) => {
                members.properties.remove(at);
                if let (Some(index), Some(name)) = (&mut members.index, name) {
                    index.by_name.remove(&name);
                }
            }
            Some(kind) => match kind.elements_mut() {
                Some(elements) => drop(elements.remove(at)),
                None => return,
            },
            None => return,
        }
        self.set_parent(child, None);
    }

    /// Takes all children out of a container.
    pub fn unlink_all(&mut self, container: NodeId) {
        let children = self.children(container).to_vec();
        match self.node_mut(container).map(|node| &mut node.kind) {
            Some(Kind::Object(members)) => *members = Members::default(),
            Some(kind) => match kind.elements_mut() {
                Some(elements) => elements.clear(),
                None => return,
            },
            None => return,
        }
        for child in children {
            self.set_parent(child, None);
        }
    }

    /// Puts a root where a child is; the child becomes a root.
    pub fn exchange(&mut self, container: NodeId, at: usize, item: NodeId) {
        let old = self.children(container).get(at).copied();
        if let Some(old) = old.filter(|_| matches!(self.kind(container), Kind::Property { .. })) {
            self.set_parent(old, None);
        }
        self.unlink(container, at);
        self.link(container, at, item);
    }

    /// The node and all below it as an arena of its own, the node first.
    pub fn extract(&self, id: NodeId) -> Self {
        let mut copy = Self::default();
        let mut pending = vec![(id, None)];
        while let Some((source, parent)) = pending.pop() {
            let node = copy.push(match self.kind(source) {
                Kind::Object(_) => Kind::Object(Members::default()),
                Kind::Array(_) => Kind::Array(Vec::new()),
                Kind::Constructor(constructor) => Kind::constructor(constructor.name.clone()),
                // The value follows at once: its node is the next to be copied.
                Kind::Property { name, .. } => Kind::Property {
                    name: name.clone(),
                    value: NodeId(0),
                },
                Kind::Value(scalar) => Kind::Value(scalar.clone()),
            });
            if let Some(parent) = parent {
                copy.link_last(parent, node);
            }
            pending.extend(self.children(source).iter().rev().map(|child| (*child, Some(node))));
        }
        copy
    }

    /// Takes in all nodes of another arena; their numbers grow by the result.
    pub fn append(&mut self, other: Self) -> u32 {
        let by = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.extend(other.nodes.into_iter().map(|mut node| {
            node.shift(by);
            node
        }));
        by
    }

    fn node(&self, id: NodeId) -> &Node {
        self.nodes.get(id.0 as usize).unwrap_or(&MISSING)
    }

    fn node_mut(&mut self, id: NodeId) -> Option<&mut Node> {
        self.nodes.get_mut(id.0 as usize)
    }

    fn set_parent(&mut self, id: NodeId, parent: Option<NodeId>) {
        if let Some(node) = self.node_mut(id) {
            node.parent = parent;
        }
    }

    fn build_index(&mut self, object: NodeId) {
        let named = |id: &NodeId| Some((self.name(*id)?.clone(), *id));
        let by_name = self.children(object).iter().filter_map(named).collect();
        if let Some(Node {
            kind: Kind::Object(members),
            ..
        }) = self.node_mut(object)
        {
            members.index = Some(Box::new(NameIndex { by_name }));
        }
    }
}

impl Node {
    fn shift(&mut self, by: u32) {
        let shift = |id: &mut NodeId| *id = id.shifted(by);
        self.parent.iter_mut().for_each(shift);
        match &mut self.kind {
            Kind::Object(members) => {
                members.properties.iter_mut().for_each(shift);
                members
                    .index
                    .iter_mut()
                    .flat_map(|index| index.by_name.values_mut())
                    .for_each(shift);
            }
            Kind::Array(elements) => elements.iter_mut().for_each(shift),
            Kind::Constructor(constructor) => constructor.arguments.iter_mut().for_each(shift),
            Kind::Property { value, .. } => shift(value),
            Kind::Value(_) => {}
        }
    }
}
