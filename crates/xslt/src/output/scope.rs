//! The prefixes of a result while it is written: which are declared, and which have to be.

use std::sync::Arc;
use xml::name::XML_NAMESPACE;
use xml::{Kind, Name, NodeId, Tree};

/// Declarations in force, innermost last.
pub struct Scope {
    declared: Vec<(Arc<str>, Arc<str>)>,
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
        Self {
            declared: vec![("xml".into(), XML_NAMESPACE.into()), ("".into(), "".into())],
            levels: Vec::new(),
            made: 0,
        }
    }

    /// Leaves an element.
    pub fn leave(&mut self) {
        if let Some(level) = self.levels.pop() {
            self.declared.truncate(level);
        }
    }

    fn namespace(&self, prefix: &str) -> Option<&Arc<str>> {
        let found = self.declared.iter().rev().find(|(own, _)| **own == *prefix);
        found.map(|(_, namespace)| namespace)
    }

    fn prefix(&self, namespace: &str) -> Option<Arc<str>> {
        let mut found = self.declared.iter().rev().filter(|(_, own)| **own == *namespace);
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
            self.declared.push((Arc::clone(&prefix), Arc::clone(name.namespace())));
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
                self.declared.push((declared, namespace));
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
        !self.declared.iter().skip(level).any(|(own, _)| **own == *prefix)
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
            self.declared.push((Arc::clone(wanted), Arc::clone(namespace)));
            return Arc::clone(wanted);
        }
        if let Some(known) = self.prefix(namespace) {
            return known;
        }
        loop {
            let made: Arc<str> = format!("xp_{}", self.made).into();
            self.made += 1;
            if self.namespace(&made).is_none() {
                self.declared.push((Arc::clone(&made), Arc::clone(namespace)));
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
