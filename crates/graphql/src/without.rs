//! A request without some of its fields, and without what then nothing needs.

use crate::{Asked, Request};
use apollo_compiler::ast::{Argument, DirectiveList, Value};
use apollo_compiler::executable::{ExecutableDocument, Fragment, Operation, OperationMap, Selection, SelectionSet};
use apollo_compiler::{Name, Node};
use std::collections::{HashMap, HashSet};

impl Request<'_> {
    /// The request without the fields of which `is_removed` says so; nothing when no field of an operation is left.
    pub fn without(&self, is_removed: impl Fn(&Asked) -> bool) -> Option<String> {
        let mut cut = Cut {
            request: self,
            is_removed: &is_removed,
            fragments: HashMap::new(),
        };
        let mut operations = OperationMap::default();
        for operation in self.document.operations.iter() {
            let mut left = Operation::clone(operation);
            left.selection_set = cut.set(&operation.selection_set)?;
            operations.insert(left);
        }
        let mut document = ExecutableDocument {
            operations,
            ..ExecutableDocument::new()
        };
        let mut used = Used::default();
        let tops: Vec<SelectionSet> = document
            .operations
            .iter()
            .map(|operation| operation.selection_set.clone())
            .collect();
        for top in &tops {
            used.fragments_of(top, &cut.fragments);
        }
        for (name, fragment) in &self.document.fragments {
            if let (true, Some(Some(set))) = (used.fragments.contains(name), cut.fragments.get(name)) {
                let left = Fragment {
                    selection_set: set.clone(),
                    ..Fragment::clone(fragment)
                };
                document.fragments.insert(name.clone(), Node::new(left));
            }
        }
        let fragments = cut.fragments;
        document
            .operations
            .anonymous
            .iter_mut()
            .for_each(|operation| only_used(operation.make_mut(), &fragments));
        document
            .operations
            .named
            .values_mut()
            .for_each(|operation| only_used(operation.make_mut(), &fragments));
        Some(document.serialize().no_indent().to_string())
    }
}

/// What is left of each fragment; nothing when nothing is.
type Fragments = HashMap<Name, Option<SelectionSet>>;

struct Cut<'r, 's, F> {
    request: &'r Request<'s>,
    is_removed: &'r F,
    fragments: Fragments,
}

impl<F: Fn(&Asked) -> bool> Cut<'_, '_, F> {
    /// What is left of a selection; nothing when nothing is.
    fn set(&mut self, set: &SelectionSet) -> Option<SelectionSet> {
        let mut left = SelectionSet::new(set.ty.clone());
        for selection in &set.selections {
            let selection = match selection {
                Selection::Field(field) => {
                    if (self.is_removed)(&self.request.field(&set.ty, &field.name)) {
                        continue;
                    }
                    if field.selection_set.is_empty() {
                        Some(selection.clone())
                    } else {
                        self.set(&field.selection_set).map(|inside| {
                            let mut field = field.clone();
                            field.make_mut().selection_set = inside;
                            Selection::Field(field)
                        })
                    }
                }
                Selection::InlineFragment(fragment) => self.set(&fragment.selection_set).map(|inside| {
                    let mut fragment = fragment.clone();
                    fragment.make_mut().selection_set = inside;
                    Selection::InlineFragment(fragment)
                }),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.fragment_name;
                    if !self.fragments.contains_key(name) {
                        let fragment = self.request.document.fragments.get(name).cloned();
                        let inside = fragment.and_then(|fragment| self.set(&fragment.selection_set));
                        self.fragments.insert(name.clone(), inside);
                    }
                    let is_left = self.fragments.get(name).is_some_and(Option::is_some);
                    is_left.then(|| selection.clone())
                }
            };
            left.selections.extend(selection);
        }
        (!left.selections.is_empty()).then_some(left)
    }
}

/// Leaves an operation the variables that it still uses.
fn only_used(operation: &mut Operation, fragments: &Fragments) {
    let mut used = Used::default();
    used.fragments_of(&operation.selection_set, fragments);
    used.directives(&operation.directives);
    operation
        .variables
        .retain(|variable| used.variables.contains(&variable.name));
}

/// What a selection uses, fragments included.
#[derive(Default)]
struct Used {
    fragments: HashSet<Name>,
    variables: HashSet<Name>,
}

impl Used {
    fn fragments_of(&mut self, set: &SelectionSet, fragments: &Fragments) {
        for selection in &set.selections {
            self.directives(selection.directives());
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments);
                    self.fragments_of(&field.selection_set, fragments);
                }
                Selection::InlineFragment(fragment) => self.fragments_of(&fragment.selection_set, fragments),
                Selection::FragmentSpread(spread) => {
                    if self.fragments.insert(spread.fragment_name.clone())
                        && let Some(Some(inside)) = fragments.get(&spread.fragment_name)
                    {
                        self.fragments_of(inside, fragments);
                    }
                }
            }
        }
    }

    fn directives(&mut self, directives: &DirectiveList) {
        directives
            .iter()
            .for_each(|directive| self.arguments(&directive.arguments));
    }

    fn arguments(&mut self, arguments: &[Node<Argument>]) {
        for argument in arguments {
            self.value(&argument.value);
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(members) => members.iter().for_each(|(_, value)| self.value(value)),
            _ => {}
        }
    }
}
