//! Going through a tree: steps, axes, document order, values, prefixes.

use super::{Kind, NodeId, Tree};
use crate::name::{Name, XML_NAMESPACE};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

impl Tree {
    /// The node that it is a child or attribute of.
    pub fn parent(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).parent
    }

    /// The sibling before it; for an attribute the attribute before it.
    pub fn previous(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).previous
    }

    /// The sibling behind it; for an attribute the attribute behind it.
    pub fn next(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).next
    }

    /// The first child.
    pub fn first_child(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).first_child
    }

    /// The last child.
    pub fn last_child(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).last_child
    }

    /// The first attribute.
    pub fn first_attribute(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).first_attribute
    }

    /// The last attribute.
    pub fn last_attribute(&self, id: NodeId) -> Option<NodeId> {
        self.entry(id).last_attribute
    }

    /// Direct children in order.
    pub fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), |child| self.next(*child))
    }

    /// Attributes in order, namespace declarations included.
    pub fn attributes(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_attribute(id), |attribute| self.next(*attribute))
    }

    /// The attribute of a name.
    pub fn attribute(&self, element: NodeId, name: &Name) -> Option<NodeId> {
        self.attributes(element).find(|id| self.name(*id) == Some(name))
    }

    /// What an attribute says.
    pub fn attribute_value(&self, id: NodeId) -> Option<&Arc<str>> {
        match self.kind(id) {
            Kind::Attribute { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The nodes around it, nearest first, itself at the head.
    pub fn ancestors_and_self(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(Some(id), |id| self.parent(*id))
    }

    /// The outermost node.
    pub fn root(&self, id: NodeId) -> NodeId {
        self.ancestors_and_self(id).last().unwrap_or(id)
    }

    /// All nodes below it in document order, without attributes.
    pub fn descendants(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(self.first_child(id), move |node| self.following_inside(*node, id))
    }

    /// The next node in document order that is below `top`.
    pub fn following_inside(&self, node: NodeId, top: NodeId) -> Option<NodeId> {
        self.first_child(node).or_else(|| {
            self.ancestors_and_self(node)
                .take_while(|id| *id != top)
                .find_map(|id| self.next(id))
        })
    }

    /// The concatenated text below a node, or what an attribute, comment or instruction says.
    pub fn value(&self, id: NodeId) -> Arc<str> {
        match self.kind(id) {
            Kind::Attribute { value: text, .. }
            | Kind::Text(text)
            | Kind::CData(text)
            | Kind::Comment(text)
            | Kind::Instruction { content: text, .. } => Arc::clone(text),
            Kind::DocumentType(_) => "".into(),
            Kind::Document { .. } | Kind::Fragment | Kind::Element { .. } => {
                if let Some(only) = self.first_child(id).filter(|child| self.next(*child).is_none())
                    && let Some(text) = self.text(only)
                {
                    return Arc::clone(text);
                }
                let mut all = String::new();
                for text in self.descendants(id).filter_map(|id| self.text(id)) {
                    all.push_str(text);
                }
                all.into()
            }
        }
    }

    /// Which of two nodes comes first in the document; `None` when they have no common root. An element comes before its
    /// attributes, those before its children.
    pub fn order(&self, left: NodeId, right: NodeId) -> Option<Ordering> {
        if left == right {
            return Some(Ordering::Equal);
        }
        let path = |id| {
            let mut path: Vec<NodeId> = self.ancestors_and_self(id).collect();
            path.reverse();
            path
        };
        let (left, right) = (path(left), path(right));
        let same = left
            .iter()
            .zip(&right)
            .take_while(|(left, right)| left == right)
            .count();
        if same == 0 {
            return None;
        }
        Some(match (left.get(same), right.get(same)) {
            (None, _) => Ordering::Less,
            (_, None) => Ordering::Greater,
            (Some(left), Some(right)) => match (self.is_attribute(*left), self.is_attribute(*right)) {
                (true, false) => Ordering::Less,
                (false, true) => Ordering::Greater,
                _ => self.sibling_order(*left, *right),
            },
        })
    }

    /// Looks to both sides at once, so that near siblings are found soon.
    fn sibling_order(&self, left: NodeId, right: NodeId) -> Ordering {
        let (mut forward, mut backward) = (Some(left), Some(left));
        while forward.is_some() || backward.is_some() {
            forward = forward.and_then(|id| self.next(id));
            backward = backward.and_then(|id| self.previous(id));
            if forward == Some(right) {
                return Ordering::Less;
            }
            if backward == Some(right) {
                return Ordering::Greater;
            }
        }
        Ordering::Equal
    }

    /// The namespace that a prefix means at a node; the empty prefix means none where nothing is declared.
    pub fn namespace_of_prefix(&self, id: NodeId, prefix: &str) -> Option<Arc<str>> {
        if prefix == "xml" {
            return Some(XML_NAMESPACE.into());
        }
        self.ancestors_and_self(id)
            .flat_map(|id| self.attributes(id))
            .find(|id| self.name(*id).and_then(Name::declared_prefix) == Some(prefix))
            .and_then(|id| self.attribute_value(id).cloned())
            .filter(|uri| !uri.is_empty())
    }

    /// The declarations of the prefixes that mean something at an element, in document order.
    pub fn declarations_in_scope(&self, element: NodeId) -> Vec<NodeId> {
        let (mut found, mut seen) = (Vec::new(), HashSet::new());
        for around in self.ancestors_and_self(element) {
            let inner = found.len();
            for id in self.attributes(around) {
                if let Some(prefix) = self.name(id).and_then(Name::declared_prefix)
                    && seen.insert(prefix)
                    && self.attribute_value(id).is_some_and(|namespace| !namespace.is_empty())
                {
                    found.push(id);
                }
            }
            // Backwards, as all is turned round in the end: outer elements come first.
            found.get_mut(inner..).unwrap_or_default().reverse();
        }
        found.reverse();
        found
    }

    /// How many attributes there are at a node and around it: what a look-up of a prefix may have to look at.
    pub fn attributes_around(&self, id: NodeId) -> usize {
        self.ancestors_and_self(id).map(|id| self.attributes(id).count()).sum()
    }

    /// A prefix that means a namespace at a node, nearest declaration first; never the empty one.
    pub fn prefix_of_namespace(&self, id: NodeId, namespace: &str) -> Option<Arc<str>> {
        self.ancestors_and_self(id)
            .flat_map(|id| self.attributes(id))
            .filter(|id| self.attribute_value(*id).is_some_and(|value| **value == *namespace))
            .filter_map(|id| self.name(id).and_then(Name::declared_prefix))
            .find(|prefix| {
                !prefix.is_empty()
                    && self
                        .namespace_of_prefix(id, prefix)
                        .is_some_and(|uri| *uri == *namespace)
            })
            .map(Arc::from)
            .or_else(|| (namespace == XML_NAMESPACE).then(|| "xml".into()))
    }
}
