//! Names of elements and attributes as Newtonsoft has them in JSON: decoded, with the prefix that is nearest for their
//! namespace, without one in the default namespace.
//!
//! Whoever writes a document asks for its names in about the order of the document. What prefixes mean is followed along,
//! so that a name costs about the same however many declarations there are around it.
//! Never here: JSON.

use crate::name::{XML_NAMESPACE, XMLNS_NAMESPACE, decoded};
use crate::{Name, NodeId, Tree};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// Gives the names of a tree's nodes.
pub struct JsonNames<'t> {
    tree: &'t Tree,
    scope: RefCell<Scope>,
}

/// What a prefix means, and when that was declared: the later, the nearer.
type Meaning = (u64, Arc<str>);

/// A prefix, and what it meant before an element declared it.
type Before = (Arc<str>, Option<Meaning>);

/// The declarations in force at an element.
#[derive(Default)]
struct Scope {
    /// The element and those around it, outermost first, each with what its prefixes meant before.
    open: Vec<(NodeId, Vec<Before>)>,
    meanings: HashMap<Arc<str>, Meaning>,
    /// The prefixes that mean a namespace.
    prefixes: HashMap<Arc<str>, BTreeMap<u64, Arc<str>>>,
    declared: u64,
}

impl<'t> JsonNames<'t> {
    /// Those of a tree.
    pub fn of(tree: &'t Tree) -> Self {
        Self {
            tree,
            scope: RefCell::default(),
        }
    }

    /// The name of an element or attribute; empty for other nodes.
    pub fn name(&self, id: NodeId) -> String {
        let Some(name) = self.tree.name(id) else {
            return String::new();
        };
        let (namespace, local) = (name.namespace(), decoded(name.local()));
        if namespace.is_empty() {
            return local;
        }
        if **namespace == *XMLNS_NAMESPACE {
            return format!("xmlns:{local}");
        }
        let is_attribute = self.tree.is_attribute(id);
        let mut scope = self.scope.borrow_mut();
        if let Some(element) = Some(id).filter(|_| !is_attribute).or_else(|| self.tree.parent(id)) {
            scope.go_to(self.tree, element);
        }
        match scope.prefix(namespace) {
            Some(prefix) if is_attribute || !scope.is_default(namespace) => format!("{prefix}:{local}"),
            _ => local,
        }
    }
}

impl Scope {
    fn go_to(&mut self, tree: &Tree, element: NodeId) {
        if self.open.last().is_some_and(|(id, _)| *id == element) {
            return;
        }
        let parent = tree.parent(element);
        let around = self.open.iter().rposition(|(id, _)| Some(*id) == parent);
        let kept = around.map_or(0, |at| at + 1);
        while self.open.len() > kept {
            self.leave();
        }
        if around.is_none() {
            let mut outer: Vec<NodeId> = tree.ancestors_and_self(element).skip(1).collect();
            while let Some(id) = outer.pop() {
                self.enter(tree, id);
            }
        }
        self.enter(tree, element);
    }

    fn enter(&mut self, tree: &Tree, element: NodeId) {
        let declared: Vec<(Arc<str>, Arc<str>)> = tree
            .attributes(element)
            .filter_map(|id| {
                let prefix = tree.name(id).and_then(Name::declared_prefix)?;
                Some((prefix.into(), Arc::clone(tree.attribute_value(id)?)))
            })
            .collect();
        let mut before = Vec::with_capacity(declared.len());
        // The first of an element's declarations is the nearest.
        for (prefix, namespace) in declared.into_iter().rev() {
            self.declared += 1;
            let old = self.set(&prefix, Some((self.declared, namespace)));
            before.push((prefix, old));
        }
        self.open.push((element, before));
    }

    fn leave(&mut self) {
        let Some((_, before)) = self.open.pop() else { return };
        for (prefix, old) in before.into_iter().rev() {
            self.set(&prefix, old);
        }
    }

    /// Gives a prefix another meaning; tells which it had.
    fn set(&mut self, prefix: &Arc<str>, meaning: Option<Meaning>) -> Option<Meaning> {
        if let Some((declared, namespace)) = &meaning {
            let prefixes = self.prefixes.entry(Arc::clone(namespace)).or_default();
            prefixes.insert(*declared, Arc::clone(prefix));
        }
        let old = match meaning {
            Some(meaning) => self.meanings.insert(Arc::clone(prefix), meaning),
            None => self.meanings.remove(prefix),
        };
        if let Some((declared, namespace)) = &old
            && let Some(prefixes) = self.prefixes.get_mut(namespace)
        {
            prefixes.remove(declared);
        }
        old
    }

    /// The nearest prefix that means a namespace, never the empty one.
    fn prefix(&self, namespace: &str) -> Option<&str> {
        let prefixes = self.prefixes.get(namespace).into_iter();
        let mut nearest = prefixes.flat_map(|prefixes| prefixes.values().rev());
        let found = nearest.find(|prefix| !prefix.is_empty()).map(|prefix| &**prefix);
        found.or_else(|| (*namespace == *XML_NAMESPACE).then_some("xml"))
    }

    fn is_default(&self, namespace: &str) -> bool {
        let default = self.meanings.get("").map(|(_, namespace)| &**namespace);
        default == Some(namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::JsonNames;
    use crate::NodeId;
    use crate::reader::read_document;

    #[test]
    fn names_have_the_nearest_prefix_of_their_namespace() {
        let text = "<r xmlns='d' xmlns:p='u' xmlns:q='u' q:a='' p:b='' xml:lang='en'>\
                    <p:c/><s xmlns:p='v' p:x=''><q:y/><t xmlns='u'/><u xmlns:q='w' xmlns='u'/></s><p:z/><v xmlns=''/></r>";
        let tree = read_document(text, false).unwrap();
        let names = JsonNames::of(&tree);
        let elements: Vec<NodeId> = tree
            .descendants(NodeId::FIRST)
            .filter(|id| tree.is_element(*id))
            .collect();
        let shown = |id: NodeId| {
            let attributes = tree.attributes(id).map(|id| format!("@{}", names.name(id)));
            std::iter::once(names.name(id))
                .chain(attributes)
                .collect::<Vec<_>>()
                .join(" ")
        };
        let expected = [
            "r @xmlns @xmlns:p @xmlns:q @p:a @p:b @xml:lang",
            "p:c",
            "s @xmlns:p @p:x",
            "q:y",
            "t @xmlns",
            "u @xmlns:q @xmlns",
            "p:z",
            "v @xmlns",
        ];
        assert_eq!(elements.iter().copied().map(shown).collect::<Vec<_>>(), expected);
        // In any order.
        for (id, expected) in elements.into_iter().zip(expected).rev() {
            assert_eq!(shown(id), expected);
        }
    }
}
