//! The namespace declarations in force while a document is written, innermost last.

use std::collections::HashMap;
use std::sync::Arc;

/// Why a declaration is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It has to be written on the element that is open.
    Wanted,
    /// It was written, or stands outside of what is written.
    Known,
}

#[derive(Debug)]
struct Declaration {
    prefix: Arc<str>,
    namespace: Arc<str>,
    standing: Standing,
}

/// A stack of declarations that finds prefixes and namespaces without going through it.
#[derive(Debug, Default)]
pub struct Scope {
    declarations: Vec<Declaration>,
    by_prefix: HashMap<Arc<str>, Vec<usize>>,
    by_namespace: HashMap<Arc<str>, Vec<usize>>,
}

impl Scope {
    /// How many declarations there are.
    pub fn len(&self) -> usize {
        self.declarations.len()
    }

    /// Adds the innermost declaration.
    pub fn push(&mut self, prefix: &Arc<str>, namespace: &Arc<str>, standing: Standing) {
        let at = self.declarations.len();
        self.by_prefix.entry(Arc::clone(prefix)).or_default().push(at);
        self.by_namespace.entry(Arc::clone(namespace)).or_default().push(at);
        let (prefix, namespace) = (Arc::clone(prefix), Arc::clone(namespace));
        self.declarations.push(Declaration {
            prefix,
            namespace,
            standing,
        });
    }

    /// Forgets all but the outermost `length` declarations.
    pub fn truncate(&mut self, length: usize) {
        for gone in self.declarations.drain(length..) {
            if let Some(places) = self.by_prefix.get_mut(&gone.prefix) {
                places.pop();
            }
            if let Some(places) = self.by_namespace.get_mut(&gone.namespace) {
                places.pop();
            }
        }
    }

    /// The innermost declaration of a prefix: its place and its namespace.
    pub fn find(&self, prefix: &str) -> Option<(usize, &Arc<str>)> {
        let at = *self.by_prefix.get(prefix)?.last()?;
        Some((at, &self.declarations.get(at)?.namespace))
    }

    /// The innermost prefix that means a namespace here; the empty one only when `default` allows it.
    pub fn prefix_of(&self, namespace: &str, default: bool) -> Option<&Arc<str>> {
        let places = self.by_namespace.get(namespace)?;
        let prefixes = places.iter().rev().filter_map(|at| {
            let prefix = &self.declarations.get(*at)?.prefix;
            let in_force = self.find(prefix).is_some_and(|(innermost, _)| innermost == *at);
            (in_force && (default || !prefix.is_empty())).then_some(prefix)
        });
        let mut prefixes = prefixes;
        prefixes.next()
    }

    /// Marks the declaration at a place as written.
    pub fn written(&mut self, at: usize) {
        if let Some(declaration) = self.declarations.get_mut(at) {
            declaration.standing = Standing::Known;
        }
    }

    /// Declarations from `start` that have to be written, innermost first.
    pub fn wanted(&self, start: usize) -> Vec<(Arc<str>, Arc<str>)> {
        self.declarations
            .iter()
            .skip(start)
            .rev()
            .filter(|declaration| declaration.standing == Standing::Wanted)
            .map(|declaration| (Arc::clone(&declaration.prefix), Arc::clone(&declaration.namespace)))
            .collect()
    }
}
