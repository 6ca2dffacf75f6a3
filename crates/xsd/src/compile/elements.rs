//! Element declarations and the particles that they stand in.
//!
//! Never here: what becomes of particles (`content.rs`).

use super::{Compiler, DEEPEST, MOST_PARTICLES, Space};
use crate::content::{Particle, Term};
use crate::document::At;
use crate::model::{ANY_TYPE, Element, ElementId, TypeId};
use std::sync::Arc;

impl Compiler<'_> {
    /// The element that is declared at a place.
    pub(super) fn element_at(&mut self, at: At) -> Option<ElementId> {
        if let Some(id) = self.elements.get(&at) {
            return Some(*id);
        }
        let is_global = self.tops.contains(&at);
        let name = if is_global {
            self.own_name(at)?
        } else {
            self.local_name(at, "elementFormDefault")?
        };
        let kind = self.element_type(at, 0)?;
        let is_nillable = self.flag(at, "nillable").unwrap_or(false);
        let is_abstract = self.flag(at, "abstract").unwrap_or(false);
        let (default, fixed) = self.given(at, kind);
        let block = self.ways(at, "block", "blockDefault");
        let mut constraints = Vec::new();
        for child in self.documents.children(at) {
            if matches!(self.documents.local(child), "key" | "unique" | "keyref")
                && let Some(constraint) = self.constraint(child)
            {
                constraints.push(constraint);
            }
        }
        self.model.has_constraints |= !constraints.is_empty();
        let id = ElementId(self.model.elements.len());
        self.model.elements.push(Element {
            name,
            kind,
            is_nillable,
            is_abstract,
            fixed,
            default,
            block,
            constraints,
        });
        self.elements.insert(at, id);
        let last = self.ways(at, "final", "finalDefault");
        self.finals.insert(id, last);
        if is_global && let Some((head, _)) = self.referred(at, "substitutionGroup", Space::Element) {
            self.members.entry(head).or_default().push(id);
        }
        Some(id)
    }

    /// The type of an element: named, within, its head's, or any.
    fn element_type(&mut self, at: At, depth: usize) -> Option<TypeId> {
        let inline = self
            .documents
            .child(at, "simpleType")
            .or_else(|| self.documents.child(at, "complexType"));
        match (self.documents.attribute(at, "type"), inline) {
            (Some(_), Some(_)) => {
                self.report(at, "`type` and a type within exclude each other");
                None
            }
            (Some(_), None) => self.type_in(at, "type"),
            (None, Some(inline)) => self.type_at(inline),
            (None, None) if self.documents.attribute(at, "substitutionGroup").is_some() => {
                let (_, head) = self.referred(at, "substitutionGroup", Space::Element)?;
                if depth > DEEPEST {
                    self.report(at, "an element is in its own substitution group");
                    return None;
                }
                self.element_type(head, depth + 1)
            }
            (None, None) => Some(ANY_TYPE),
        }
    }

    /// `minOccurs` and `maxOccurs`.
    fn occurs(&mut self, at: At) -> (u32, Option<u32>) {
        let min = self.number(at, "minOccurs").unwrap_or(1);
        if self.documents.attribute(at, "maxOccurs") == Some("unbounded") {
            return (min, None);
        }
        let max = self.number(at, "maxOccurs").unwrap_or(1);
        if min > max {
            self.report(
                at,
                format!("`minOccurs` is {min}, which is more than `maxOccurs`, {max}"),
            );
        }
        (min, Some(max))
    }

    fn number(&mut self, at: At, name: &str) -> Option<u32> {
        let written = self.documents.attribute(at, name)?;
        let digits = written.strip_prefix('+').unwrap_or(written);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.report(at, format!("`{name}` is `{written}`, expected a number"));
            return None;
        }
        // No document has as many elements.
        Some(digits.parse().unwrap_or(u32::MAX))
    }

    /// What stands at a place of a content model.
    pub(super) fn particle(&mut self, at: At, is_top: bool) -> Option<Particle> {
        self.size += 1;
        if self.size > MOST_PARTICLES {
            self.report(at, "the content models are too large");
            return None;
        }
        if self.depth >= DEEPEST {
            self.report(at, "content models are nested too deep");
            return None;
        }
        self.depth += 1;
        let term = self.term(at, is_top);
        self.depth -= 1;
        let (min, max) = self.occurs(at);
        let term = term?;
        if let Term::All(_) = &term
            && (min > 1 || max != Some(1))
        {
            self.report(at, "an `xs:all` occurs at most once");
        }
        Some(Particle { min, max, term })
    }

    fn term(&mut self, at: At, is_top: bool) -> Option<Term> {
        match self.documents.local(at) {
            "element" if self.documents.attribute(at, "ref").is_some() => {
                let (name, global) = self.referred(at, "ref", Space::Element)?;
                Some(Term::Element(name, self.element_at(global)?))
            }
            "element" => {
                let id = self.element_at(at)?;
                let name = self.model.element(id)?.name.clone();
                Some(Term::Element(name, id))
            }
            "any" => Some(Term::Any(self.wildcard(at))),
            "group" => {
                let (_, group) = self.referred(at, "ref", Space::Group)?;
                let term = self.group_at(group)?;
                if matches!(term, Term::All(_)) && !is_top {
                    self.report(at, "an `xs:all` stands alone in a content model");
                }
                Some(term)
            }
            "all" => {
                if !is_top {
                    self.report(at, "an `xs:all` stands alone in a content model");
                }
                let inner = self.particles_in(at);
                let is_many = |particle: &Particle| particle.max.is_none_or(|max| max > 1);
                if inner.iter().any(is_many) {
                    self.report(at, "the elements of an `xs:all` occur at most once");
                }
                Some(Term::All(inner))
            }
            "sequence" => Some(Term::Sequence(self.particles_in(at))),
            "choice" => Some(Term::Choice(self.particles_in(at))),
            _ => None,
        }
    }

    fn particles_in(&mut self, at: At) -> Vec<Particle> {
        let children = self.documents.children(at);
        children
            .into_iter()
            .filter_map(|child| self.particle(child, false))
            .collect()
    }

    /// What the model of a global group is.
    pub(super) fn group_at(&mut self, group: At) -> Option<Term> {
        if self.groups_open.contains(&group) {
            self.report(group, "a group refers to itself");
            return None;
        }
        let [model] = self.documents.children(group)[..] else {
            self.report(group, "a group has one of `xs:all`, `xs:choice` and `xs:sequence`");
            return None;
        };
        self.groups_open.push(group);
        let particle = self.particle(model, true);
        self.groups_open.pop();
        let particle = particle?;
        if (particle.min, particle.max) != (1, Some(1)) && !matches!(particle.term, Term::All(_)) {
            self.report(model, "how often a group occurs is said where it is referred to");
        }
        Some(particle.term)
    }

    /// An identity constraint.
    fn constraint(&mut self, at: At) -> Option<Arc<crate::identity::Constraint>> {
        let name = self.own_name(at)?;
        let what = self.documents.local(at).to_owned();
        let refers = if what == "keyref" {
            Some(self.name_in(at, "refer")?)
        } else {
            None
        };
        let children = self.documents.children(at);
        let documents = self.documents;
        let mut paths = Vec::new();
        for child in &children {
            let is_field = self.documents.local(*child) == "field";
            let written = self.documents.attribute(*child, "xpath").unwrap_or_default();
            let resolve = |prefix: &str| documents.namespace_of_prefix(*child, prefix);
            match crate::identity::Paths::parse(written, is_field, &resolve) {
                Ok(path) => paths.push(path),
                Err(why) => {
                    self.report(*child, format!("the path `{written}` cannot be used: {why}"));
                    return None;
                }
            }
        }
        let mut paths = paths.into_iter();
        let (selector, fields) = (paths.next()?, paths.collect::<Vec<_>>());
        if fields.is_empty() {
            self.report(at, "an `xs:selector` and at least one `xs:field` are needed");
            return None;
        }
        let constraint = Arc::new(crate::identity::Constraint {
            name: name.clone(),
            is_key: what == "key",
            refers,
            selector,
            fields,
        });
        if self
            .constraints
            .insert(name.clone(), (Arc::clone(&constraint), at))
            .is_some()
        {
            self.report(at, format!("the identity constraint `{name}` is declared twice"));
        }
        Some(constraint)
    }
}
