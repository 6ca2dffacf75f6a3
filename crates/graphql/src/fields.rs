//! The fields that a request asks for.

use crate::Request;
use apollo_compiler::Name;
use apollo_compiler::executable::{ExecutableDocument, Selection, SelectionSet};
use std::collections::HashMap;

/// How large a request is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// Fields, those of fragments counted wherever they are used.
    pub fields: usize,
    /// Fields within each other.
    pub levels: usize,
}

/// A field that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Asked {
    /// The types whose field it may be: that of its selection, and the objects of an interface.
    pub types: Vec<String>,
    /// Its name in the schema.
    pub name: String,
}

/// All selection sets at the top: those of operations and fragments.
fn tops(document: &ExecutableDocument) -> impl Iterator<Item = &SelectionSet> {
    let operations = document.operations.iter().map(|operation| &operation.selection_set);
    operations.chain(document.fragments.values().map(|fragment| &fragment.selection_set))
}

/// How many fields are written, each once.
pub(crate) fn written(document: &ExecutableDocument) -> usize {
    let mut count = 0;
    let mut waiting: Vec<&SelectionSet> = tops(document).collect();
    while let Some(set) = waiting.pop() {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    count += 1;
                    waiting.push(&field.selection_set);
                }
                Selection::InlineFragment(fragment) => waiting.push(&fragment.selection_set),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    count
}

/// The shape of all operations together, the deepest one's levels. Fragments must not go round in circles.
pub(crate) fn shape(document: &ExecutableDocument) -> Shape {
    let mut known = HashMap::new();
    let operations = document.operations.iter();
    operations.fold(Shape::default(), |all, operation| {
        all.beside(shape_of(&operation.selection_set, document, &mut known))
    })
}

impl Shape {
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            levels: self.levels.max(other.levels),
        }
    }
}

fn shape_of<'d>(
    set: &'d SelectionSet,
    document: &'d ExecutableDocument,
    known: &mut HashMap<&'d Name, Shape>,
) -> Shape {
    set.selections.iter().fold(Shape::default(), |all, selection| {
        all.beside(match selection {
            Selection::Field(field) => {
                let inside = shape_of(&field.selection_set, document, known);
                Shape {
                    fields: inside.fields.saturating_add(1),
                    levels: inside.levels + 1,
                }
            }
            Selection::InlineFragment(fragment) => shape_of(&fragment.selection_set, document, known),
            Selection::FragmentSpread(spread) => {
                if let Some(shape) = known.get(&spread.fragment_name) {
                    return all.beside(*shape);
                }
                let fragment = document.fragments.get(&spread.fragment_name);
                let shape = fragment
                    .map(|fragment| shape_of(&fragment.selection_set, document, known))
                    .unwrap_or_default();
                known.insert(&spread.fragment_name, shape);
                shape
            }
        })
    })
}

impl Request<'_> {
    /// Each field that is asked for, with the place where its value would stand in the response.
    pub fn asked(&self) -> Vec<(Asked, Vec<String>)> {
        let mut found = Vec::new();
        for operation in self.document.operations.iter() {
            self.walk(&operation.selection_set, &mut Vec::new(), &mut found);
        }
        found
    }

    fn walk(&self, set: &SelectionSet, path: &mut Vec<String>, found: &mut Vec<(Asked, Vec<String>)>) {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    path.push(field.response_key().to_string());
                    found.push((self.field(&set.ty, &field.name), path.clone()));
                    self.walk(&field.selection_set, path, found);
                    path.pop();
                }
                Selection::InlineFragment(fragment) => self.walk(&fragment.selection_set, path, found),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name) {
                        self.walk(&fragment.selection_set, path, found);
                    }
                }
            }
        }
    }

    /// A field of a type.
    pub(crate) fn field(&self, ty: &Name, name: &Name) -> Asked {
        let objects = self.schema.implementers.get(ty).into_iter().flatten();
        Asked {
            types: std::iter::once(ty).chain(objects).map(ToString::to_string).collect(),
            name: name.to_string(),
        }
    }
}
