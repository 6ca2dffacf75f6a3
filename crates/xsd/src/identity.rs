//! Identity constraints: which elements of a document must have keys, which must not share them, which refer to others'.
//!
//! Never here: where schemas write them, the values of keys.

use crate::value::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xml::{Name, NodeId, Tree};

/// `xs:key`, `xs:unique` or `xs:keyref`.
#[derive(Debug)]
pub(crate) struct Constraint {
    pub name: Name,
    pub is_key: bool,
    /// The key that an `xs:keyref` refers to.
    pub refers: Option<Name>,
    pub selector: Paths,
    pub fields: Vec<Paths>,
}

#[derive(Clone, Debug)]
enum Test {
    Any,
    Namespace(Arc<str>),
    Named(Name),
}

impl Test {
    fn fits(&self, name: &Name) -> bool {
        match self {
            Self::Any => true,
            Self::Namespace(namespace) => name.namespace() == namespace,
            Self::Named(own) => own == name,
        }
    }
}

#[derive(Debug)]
struct Path {
    /// Whether it begins anywhere below the context, not only at its children.
    is_deep: bool,
    steps: Vec<Test>,
    attribute: Option<Test>,
}

/// Paths of the part of `XPath` that identity constraints use.
#[derive(Debug)]
pub(crate) struct Paths(Vec<Path>);

impl Paths {
    /// Reads the paths of a selector or a field.
    pub fn parse(text: &str, is_field: bool, resolve: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Self, String> {
        let paths = text.split('|').map(|path| parse_path(path, is_field, resolve));
        paths.collect::<Result<Vec<_>, _>>().map(Self)
    }

    /// The nodes that the paths lead to; `None` when the work is too much.
    pub fn select(&self, tree: &Tree, context: NodeId, work: &mut u64) -> Option<Vec<NodeId>> {
        let mut found = Vec::new();
        let mut seen = HashSet::new();
        for path in &self.0 {
            let mut at: Vec<NodeId> = vec![context];
            if path.is_deep {
                for node in tree.descendants(context) {
                    spend(work)?;
                    if tree.is_element(node) {
                        at.push(node);
                    }
                }
            }
            for step in &path.steps {
                let mut next = Vec::new();
                for parent in at {
                    for child in tree.children(parent) {
                        spend(work)?;
                        if tree.is_element(child) && tree.name(child).is_some_and(|name| step.fits(name)) {
                            next.push(child);
                        }
                    }
                }
                at = next;
            }
            if let Some(test) = &path.attribute {
                let mut next = Vec::new();
                for element in at {
                    for attribute in tree.attributes(element) {
                        spend(work)?;
                        let fits = |name: &Name| name.declared_prefix().is_none() && test.fits(name);
                        if tree.name(attribute).is_some_and(fits) {
                            next.push(attribute);
                        }
                    }
                }
                at = next;
            }
            found.extend(at.into_iter().filter(|id| seen.insert(*id)));
        }
        Some(found)
    }
}

fn spend(work: &mut u64) -> Option<()> {
    *work = work.checked_sub(1)?;
    Some(())
}

fn parse_path(text: &str, is_field: bool, resolve: &dyn Fn(&str) -> Option<Arc<str>>) -> Result<Path, String> {
    // White space may stand between any two words; none of them holds any.
    let text: String = text.chars().filter(|c| !xml::name::is_space(*c)).collect();
    let (is_deep, rest) = match text.strip_prefix(".//") {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    let mut path = Path {
        is_deep,
        steps: Vec::new(),
        attribute: None,
    };
    if rest.is_empty() {
        return Err("a path is empty".to_owned());
    }
    for step in rest.split('/') {
        if path.attribute.is_some() {
            return Err("nothing follows an attribute".to_owned());
        }
        if step == "." {
            continue;
        }
        let attribute = step.strip_prefix('@').or_else(|| step.strip_prefix("attribute::"));
        let name = attribute.or_else(|| step.strip_prefix("child::")).unwrap_or(step);
        let step_test = match name.split_once(':') {
            _ if name == "*" => Test::Any,
            Some((prefix, local)) if xml::name::is_ncname(prefix) => {
                let namespace = resolve(prefix).ok_or_else(|| format!("the prefix `{prefix}` is not declared"))?;
                match local {
                    "*" => Test::Namespace(namespace),
                    _ if xml::name::is_ncname(local) => Test::Named(Name::new(namespace, local)),
                    _ => return Err(format!("`{name}` is not a name")),
                }
            }
            None if xml::name::is_ncname(name) => Test::Named(Name::local_only(name)),
            _ => return Err(format!("`{step}` is no step of a path here")),
        };
        if attribute.is_none() {
            path.steps.push(step_test);
        } else if is_field {
            path.attribute = Some(step_test);
        } else {
            return Err("a selector leads to elements".to_owned());
        }
    }
    Ok(path)
}

/// Keys of a constraint below an element, each with its node.
pub(crate) type Keys = HashMap<Vec<Value>, NodeId>;

/// Keys by the names of their constraints.
pub(crate) type Tables = HashMap<Name, Keys>;

/// Puts tables together; the larger one of two takes the smaller in.
pub(crate) fn merge(into: &mut Tables, from: Tables) {
    for (name, mut keys) in from {
        let known = into.entry(name).or_default();
        if known.len() < keys.len() {
            std::mem::swap(known, &mut keys);
        }
        for (key, node) in keys {
            known.entry(key).or_insert(node);
        }
    }
}
