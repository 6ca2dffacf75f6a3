//! `xs:redefine`: types and groups of an included schema, each of which takes the place of the one that it is made of.
//!
//! What a redefining component says of its own name means the one that was there before: the base of a type, the group
//! within a group. Everything else, in the included schema too, means the new one.
//! Never here: which schemas are included.

use super::{Compiler, Space};
use crate::document::At;
use xml::Name;

impl Compiler<'_> {
    /// Puts a component of `xs:redefine` in the place of the one of its name.
    pub(super) fn redefine(&mut self, at: At) {
        let Some((space, name)) = self.global(at) else { return };
        let Some(before) = self.globals.insert((space, name.clone()), at) else {
            self.report(at, format!("there is no {} `{name}` to redefine", space.noun()));
            return;
        };
        self.tops.remove(&before);
        self.redefined.insert(at, (space, before));
        if space == Space::Type && !self.is_of_itself(at, &name) {
            self.report(
                at,
                format!("a redefined type is made of itself: `base` must be `{name}`"),
            );
        }
    }

    /// Whether a type's declaration names it as its own base.
    fn is_of_itself(&mut self, at: At, name: &Name) -> bool {
        let children = self.documents.children(at);
        let mut derivations = children.clone();
        derivations.extend(children.into_iter().flat_map(|child| self.documents.children(child)));
        derivations
            .into_iter()
            .any(|child| self.name_in(child, "base").as_ref() == Some(name))
    }

    /// What a name means within the component that redefines it: a type's in the base of its derivation, a group's
    /// anywhere.
    pub(super) fn before_redefinition(&self, at: At, space: Space, name: &Name) -> Option<At> {
        let mut around = self.documents.parent(at);
        let mut left = if space == Space::Type { 2 } else { usize::MAX };
        while let Some(outer) = around
            && left > 0
        {
            if let Some((kind, before)) = self.redefined.get(&outer) {
                return (*kind == space && self.is_named(outer, name)).then_some(*before);
            }
            around = self.documents.parent(outer);
            left -= 1;
        }
        None
    }

    /// Whether a global component declares a name.
    fn is_named(&self, at: At, name: &Name) -> bool {
        self.documents.attribute(at, "name") == Some(&**name.local())
            && *self.documents.target(at) == **name.namespace()
    }
}
