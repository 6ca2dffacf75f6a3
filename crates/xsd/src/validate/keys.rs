//! Identity constraints of an element that is closed: its keys, and those that are referred to.
//!
//! Never here: the paths.

use super::{Validator, joined};
use crate::identity::{Constraint, Tables};
use crate::model::ElementId;
use crate::value::Value;
use std::sync::Arc;
use xml::{Name, NodeId};

impl Validator<'_, '_> {
    /// The keys at an element: those below it and its own.
    pub(super) fn keys(&mut self, node: NodeId, element: Option<ElementId>, mut tables: Tables) -> Tables {
        let model = self.model;
        let Some(element) = element.and_then(|id| model.element(id)) else {
            return tables;
        };
        for constraint in element
            .constraints
            .iter()
            .filter(|constraint| constraint.refers.is_none())
        {
            self.own_keys(node, constraint, &mut tables);
        }
        for constraint in &element.constraints {
            if let Some(refers) = &constraint.refers {
                self.references(node, constraint, refers, &tables);
            }
        }
        tables
    }

    fn selected(&mut self, node: NodeId, constraint: &Constraint) -> Vec<(NodeId, Option<Vec<Value>>)> {
        let tree = self.tree;
        let Some(targets) = constraint.selector.select(tree, node, &mut self.work) else {
            self.too_much(node, constraint);
            return Vec::new();
        };
        let mut found = Vec::new();
        for target in targets {
            let mut key = Some(Vec::new());
            for field in &constraint.fields {
                let Some(nodes) = field.select(tree, target, &mut self.work) else {
                    self.too_much(node, constraint);
                    return found;
                };
                let value = match nodes[..] {
                    [] => None,
                    [one] => self.values.get(&one).cloned(),
                    _ => {
                        let name = joined(&constraint.name);
                        self.report(
                            target,
                            format!(
                                "The field of the identity constraint '{name}' is expecting at the most one match."
                            ),
                        );
                        None
                    }
                };
                match (value, &mut key) {
                    (Some(value), Some(values)) => values.push(value),
                    _ => key = None,
                }
            }
            found.push((target, key));
        }
        found
    }

    fn too_much(&mut self, node: NodeId, constraint: &Constraint) {
        self.work = 0;
        let name = joined(&constraint.name);
        self.report(
            node,
            format!("The document is too large for the identity constraint '{name}'."),
        );
    }

    fn own_keys(&mut self, node: NodeId, constraint: &Arc<Constraint>, tables: &mut Tables) {
        let name = joined(&constraint.name);
        let mut own = std::collections::HashMap::new();
        for (target, key) in self.selected(node, constraint) {
            match key {
                Some(key) => {
                    let shown = shown(&key);
                    if own.insert(key, target).is_some() {
                        let message = format!(
                            "There is a duplicate key sequence '{shown}' for the '{name}' key or unique identity constraint."
                        );
                        self.report(target, message);
                    }
                }
                None if constraint.is_key => {
                    let message = format!(
                        "The identity constraint '{name}' validation has failed. Either a key is missing or the existing key has an empty node."
                    );
                    self.report(target, message);
                }
                None => {}
            }
        }
        let mut tables_own = Tables::new();
        tables_own.insert(constraint.name.clone(), own);
        crate::identity::merge(tables, tables_own);
    }

    fn references(&mut self, node: NodeId, constraint: &Constraint, refers: &Name, tables: &Tables) {
        for (target, key) in self.selected(node, constraint) {
            let Some(key) = key else { continue };
            if !tables.get(refers).is_some_and(|keys| keys.contains_key(&key)) {
                let (shown, name) = (shown(&key), joined(&constraint.name));
                self.report(
                    target,
                    format!("The key sequence '{shown}' in '{name}' Keyref fails to refer to some key."),
                );
            }
        }
    }
}

/// A key as messages write it.
fn shown(key: &[Value]) -> String {
    let texts: Vec<String> = key
        .iter()
        .map(|value| match value {
            Value::Text(text) => crate::simple::shortened(text).into_owned(),
            Value::Decimal(decimal) => decimal.to_string(),
            Value::Boolean(truth) => truth.to_string(),
            Value::Name(name) => joined(name),
            _ => "…".to_owned(),
        })
        .collect();
    texts.join(" ")
}
