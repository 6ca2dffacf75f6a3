//! The prefixes of a result while it is written: which are declared, and which have to be.

use std::collections::HashMap;
use std::sync::Arc;
use xml::name::XML_NAMESPACE;
use xml::{Kind, Name, NodeId, Tree};

/// Declarations in force, innermost last, found by either side however many there are.
pub struct Scope {
    declared: Vec<(Arc<str>, Arc<str>)>,
    /// Where each prefix is declared, and each namespace.
    by_prefix: HashMap<Arc<str>, Vec<usize>>,
    by_namespace: HashMap<Arc<str>, Vec<usize>>,
    /// How many there were before each open element.
    levels: Vec<usize>,
    /// How many prefixes were made up.
    made: usize,
}

/// An element as it is written.
pub struct Start {
    /// Its name with its prefix.
    pub name: String,
    /// Declarations: prefix and namespace.
    pub declarations: Vec<(Arc<str>, Arc<str>)>,
    /// Attributes: name with prefix, and value.
    pub attributes: Vec<(String, Arc<str>)>,
}

impl Scope {
    /// Outside of everything.
    pub fn new() -> Self {
        let mut scope = Self {
            declared: Vec::new(),
            by_prefix: HashMap::new(),
            by_namespace: HashMap::new(),
            levels: Vec::new(),
            made: 0,
        };
        scope.declare("xml".into(), XML_NAMESPACE.into());
        scope.declare("".into(), "".into());
        scope
    }

    fn declare(&mut self, prefix: Arc<str>, namespace: Arc<str>) {
        let at = self.declared.len();
        self.by_prefix.entry(Arc::clone(&prefix)).or_default().push(at);
        self.by_namespace.entry(Arc::clone(&namespace)).or_default().push(at);
        self.declared.push((prefix, namespace));
    }

    /// Leaves an element.
    pub fn leave(&mut self) {
        let Some(level) = self.levels.pop() else { return };
        for (prefix, namespace) in self.declared.drain(level..) {
            for places in [self.by_prefix.get_mut(&prefix), self.by_namespace.get_mut(&namespace)] {
                places.and_then(Vec::pop);
            }
        }
    }

    fn namespace(&self, prefix: &str) -> Option<&Arc<str>> {
        let at = self.by_prefix.get(prefix)?.last()?;
        self.declared.get(*at).map(|(_, namespace)| namespace)
    }

    fn prefix(&self, namespace: &str) -> Option<Arc<str>> {
        let places = self.by_namespace.get(namespace)?;
        let mut found = places.iter().rev().filter_map(|at| self.declared.get(*at));
        found
            .find(|(prefix, _)| !prefix.is_empty() && self.namespace(prefix).is_some_and(|own| **own == *namespace))
            .map(|(prefix, _)| Arc::clone(prefix))
    }

    /// Enters an element.
    pub fn enter(&mut self, tree: &Tree, id: NodeId) -> Start {
        let level = self.declared.len();
        self.levels.push(level);
        let none = Name::local_only("");
        let name = tree.name(id).unwrap_or(&none);
        let prefix: Arc<str> = tree.prefix(id).cloned().unwrap_or_else(|| "".into());
        // The element's own name comes first: what its declarations say otherwise of the same prefix gives way.
        let prefix = if name.namespace().is_empty() { "".into() } else { prefix };
        if self.namespace(&prefix) != Some(name.namespace()) {
            self.declare(Arc::clone(&prefix), Arc::clone(name.namespace()));
        }
        let (mut attributes, mut declared_here) = (Vec::new(), Vec::new());
        for attribute in tree.attributes(id) {
            let Kind::Attribute {
                name: own,
                prefix,
                value,
            } = tree.kind(attribute)
            else {
                continue;
            };
            match own.declared_prefix() {
                Some(declared) => declared_here.push((Arc::<str>::from(declared), Arc::clone(value))),
                None => attributes.push((own, prefix, value)),
            }
        }
        for (declared, namespace) in declared_here {
            let is_new = self.is_new(level, &declared) && (*declared != *prefix || namespace == *name.namespace());
            if is_new && self.namespace(&declared) != Some(&namespace) {
                self.declare(declared, namespace);
            }
        }
        let attributes = attributes.into_iter().map(|(name, prefix, value)| {
            let prefix = self.attribute_prefix(level, name, prefix.as_ref());
            (qualified(&prefix, name.local()), Arc::clone(value))
        });
        let attributes = attributes.collect();
        Start {
            name: qualified(&prefix, name.local()),
            declarations: self.declared.iter().skip(level).cloned().collect(),
            attributes,
        }
    }

    /// Whether an element whose declarations begin at `level` has none of a prefix.
    fn is_new(&self, level: usize, prefix: &str) -> bool {
        let last = self.by_prefix.get(prefix).and_then(|places| places.last());
        last.is_none_or(|at| *at < level)
    }

    fn attribute_prefix(&mut self, level: usize, name: &Name, wanted: Option<&Arc<str>>) -> Arc<str> {
        let namespace = name.namespace();
        if namespace.is_empty() {
            return "".into();
        }
        if let Some(wanted) = wanted
            && (self.namespace(wanted) == Some(namespace) && !wanted.is_empty())
        {
            return Arc::clone(wanted);
        }
        if let Some(wanted) = wanted.filter(|wanted| !wanted.is_empty() && self.is_new(level, wanted)) {
            self.declare(Arc::clone(wanted), Arc::clone(namespace));
            return Arc::clone(wanted);
        }
        if let Some(known) = self.prefix(namespace) {
            return known;
        }
        loop {
            let made: Arc<str> = format!("xp_{}", self.made).into();
            self.made += 1;
            if self.namespace(&made).is_none() {
                self.declare(Arc::clone(&made), Arc::clone(namespace));
                return made;
            }
        }
    }
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() {
        local.to_owned()
    } else {
        format!("{prefix}:{local}")
    }
}
