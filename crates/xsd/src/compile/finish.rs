//! What needs all components: substitution groups, content models, and checks that follow references.
//!
//! Never here: reading schemas.

use super::Compiler;
use crate::content::{All, Content, Particle, Particles, Substitutes, Term};
use crate::model::{ElementId, Kind, TypeId};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xml::Name;

impl Compiler<'_> {
    pub(super) fn finish(&mut self) {
        self.check_given();
        self.check_constraints();
        let substitutes = self.substitutes();
        let particles = std::mem::take(&mut self.particles);
        let mut ids: Vec<&TypeId> = particles.keys().collect();
        ids.sort_by_key(|id| id.0);
        for id in ids {
            let Some(particle) = particles.get(id) else { continue };
            self.check_consistent(*id, particle);
            let content = if let Term::All(inner) = &particle.term {
                Content::All(All::of(particle, inner, &substitutes))
            } else {
                let particles = Particles::of(particle, &substitutes);
                if let (Some(name), Some(at)) = (particles.ambiguous(), self.places.get(id).copied()) {
                    self.report(
                        at,
                        format!("the content model is ambiguous: `{name}` could be one of two particles"),
                    );
                }
                Content::Particles(particles)
            };
            self.change(*id, |own| {
                if let Kind::Complex(complex) = &mut own.kind {
                    complex.content = content;
                }
            });
        }
    }

    /// The elements that may stand for each head, whatever is between them.
    fn substitutes(&mut self) -> Substitutes {
        let mut found = Substitutes::new();
        let heads: Vec<(Name, ElementId)> = self
            .model
            .global_elements
            .iter()
            .map(|(name, id)| (name.clone(), *id))
            .collect();
        for (name, head) in heads {
            let mut open = vec![name.clone()];
            let mut seen = HashSet::new();
            while let Some(next) = open.pop() {
                for member in self.members.get(&next).into_iter().flatten() {
                    if *member == head || !seen.insert(*member) {
                        continue;
                    }
                    if let Some(element) = self.model.element(*member) {
                        open.push(element.name.clone());
                    }
                }
            }
            let mut members: Vec<ElementId> = seen.into_iter().collect();
            members.sort_by_key(|id| id.0);
            for member in members {
                if self.can_substitute(member, head)
                    && let Some(element) = self.model.element(member)
                {
                    found.entry(head).or_default().push((element.name.clone(), member));
                }
            }
        }
        let direct: Vec<(Name, Vec<ElementId>)> = self
            .members
            .iter()
            .map(|(name, ids)| (name.clone(), ids.clone()))
            .collect();
        for (name, members) in direct {
            let Some(head) = self.model.global_elements.get(&name).copied() else {
                continue;
            };
            for member in members {
                self.check_member(member, head);
            }
        }
        found
    }

    fn check_member(&mut self, member: ElementId, head: ElementId) {
        let (Some(own), Some(its)) = (self.model.element(member), self.model.element(head)) else {
            return;
        };
        let last = self.finals.get(&head).copied().unwrap_or_default();
        if !self.model.is_derived(own.kind, its.kind, last) {
            let message = format!(
                "`{}` cannot be in the substitution group of `{}`: its type is not derived from the head's, or not in a way that the head allows",
                own.name, its.name
            );
            let at = self.elements.iter().find(|(_, id)| **id == member).map(|(at, _)| *at);
            if let Some(at) = at {
                self.report(at, message);
            }
        }
    }

    /// Whether an element may take its head's place in documents.
    fn can_substitute(&self, member: ElementId, head: ElementId) -> bool {
        let (Some(own), Some(its)) = (self.model.element(member), self.model.element(head)) else {
            return false;
        };
        let mut block = its.block;
        if let Some(kind) = self.model.of(its.kind) {
            block.extension |= kind.block.extension;
            block.restriction |= kind.block.restriction;
        }
        !its.block.substitution && self.model.is_derived(own.kind, its.kind, block)
    }

    /// Elements of one name in one model have one type.
    fn check_consistent(&mut self, id: TypeId, particle: &Particle) {
        let mut known: HashMap<&Name, TypeId> = HashMap::new();
        let mut open = vec![particle];
        while let Some(particle) = open.pop() {
            match &particle.term {
                Term::Element(name, element) => {
                    let Some(kind) = self.model.element(*element).map(|element| element.kind) else {
                        continue;
                    };
                    if *known.entry(name).or_insert(kind) != kind
                        && let Some(at) = self.places.get(&id).copied()
                    {
                        self.report(at, format!("the element `{name}` has two types in one content model"));
                    }
                }
                Term::Any(_) => {}
                Term::Sequence(inner) | Term::Choice(inner) | Term::All(inner) => open.extend(inner),
            }
        }
    }

    fn check_constraints(&mut self) {
        let all: Vec<_> = self
            .constraints
            .values()
            .map(|(constraint, at)| (Arc::clone(constraint), *at))
            .collect();
        for (constraint, at) in all {
            let Some(refers) = &constraint.refers else { continue };
            match self.constraints.get(refers) {
                Some((key, _)) if key.refers.is_some() => {
                    self.report(at, format!("`{refers}` is an `xs:keyref`, expected a key"));
                }
                Some((key, _)) if key.fields.len() != constraint.fields.len() => {
                    let (own, its) = (constraint.fields.len(), key.fields.len());
                    self.report(at, format!("the key `{refers}` has {its} fields, this has {own}"));
                }
                Some(_) => {}
                None => self.report(at, format!("there is no key `{refers}`")),
            }
        }
    }
}
