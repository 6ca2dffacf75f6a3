//! Complex types: what they derive from, what they hold.
//!
//! That the content of a restriction restricts its base's is the schema author's word: documents are validated by what
//! the restriction says.
//! Never here: content models once all elements are known.

use super::Compiler;
use super::attributes::Attributes;
use crate::content::{Content, Particle, Term};
use crate::document::At;
use crate::model::{ANY_TYPE, Complex, Kind, TypeId};

impl Compiler<'_> {
    pub(super) fn fill_complex(&mut self, id: TypeId, at: At) {
        let is_abstract = self.flag(at, "abstract").unwrap_or(false);
        let (block, last) = (
            self.ways(at, "block", "blockDefault"),
            self.ways(at, "final", "finalDefault"),
        );
        self.change(id, |own| {
            own.is_abstract = is_abstract;
            own.block = block;
            own.last = last;
        });
        let is_mixed = self.flag(at, "mixed").unwrap_or(false);
        let children = self.documents.children(at);
        let content = children.first().copied();
        match content.map(|content| self.documents.local(content)) {
            Some("simpleContent") => {
                if let Some((content, derivation)) = content.and_then(|content| self.derivation(content)) {
                    let _ = content;
                    self.simple_content(id, derivation);
                }
            }
            Some("complexContent") => {
                if let Some((content, derivation)) = content.and_then(|content| self.derivation(content)) {
                    let is_mixed = self.flag(content, "mixed").unwrap_or(is_mixed);
                    self.complex_content(id, derivation, is_mixed);
                }
            }
            _ => self.plain_content(id, at, is_mixed),
        }
    }

    fn derivation(&mut self, content: At) -> Option<(At, At)> {
        let children = self.documents.children(content);
        match children[..] {
            [derivation] if matches!(self.documents.local(derivation), "extension" | "restriction") => {
                Some((content, derivation))
            }
            _ => {
                self.report(content, "expected one of `xs:extension` and `xs:restriction`");
                None
            }
        }
    }

    /// The filled base of a derivation.
    fn base_of(&mut self, at: At, is_extension: bool) -> Option<TypeId> {
        if self.documents.attribute(at, "base").is_none() {
            self.report(at, "a `base` is needed");
            return None;
        }
        let base = self.type_in(at, "base")?;
        self.fill_for(at, base)?;
        let last = self.model.of(base).map(|base| base.last).unwrap_or_default();
        if (is_extension && last.extension) || (!is_extension && last.restriction) {
            self.report(at, "the base is final: it cannot be derived from in this way");
        }
        Some(base)
    }

    fn simple_content(&mut self, id: TypeId, at: At) {
        let is_extension = self.documents.local(at) == "extension";
        let Some(base) = self.base_of(at, is_extension) else {
            return;
        };
        let base_complex = self.model.complex(base).cloned();
        let text = match (&base_complex, is_extension) {
            (None, true) => Some(base),
            (None, false) => {
                self.report(
                    at,
                    "a simple type is restricted by an `xs:simpleType`, not by `xs:simpleContent`",
                );
                return;
            }
            (Some(complex), _) => match complex.content {
                Content::Simple(text) => Some(text),
                _ => None,
            },
        };
        let base_complex = base_complex.unwrap_or_default();
        let inline = self.documents.child(at, "simpleType");
        let text = match (text, inline) {
            (Some(text), None) => Some(text),
            (text, Some(inline)) if !is_extension && (text.is_some() || base_complex.is_mixed) => {
                self.type_at(inline).and_then(|id| self.simple_type(at, id))
            }
            _ => {
                self.report(at, "the base must have simple content");
                None
            }
        };
        let Some(mut text) = text else { return };
        if !is_extension && let Some(simple) = self.restricted(at, text) {
            text = self.anonymous(at, text, simple);
        }
        let mut own = Attributes::default();
        self.attributes_in(at, &mut own);
        let merged = self.merge_attributes(at, own, &base_complex, is_extension);
        self.set_complex(id, base, is_extension, merged, Content::Simple(text), false);
    }

    fn complex_content(&mut self, id: TypeId, at: At, is_mixed: bool) {
        let is_extension = self.documents.local(at) == "extension";
        let Some(base) = self.base_of(at, is_extension) else {
            return;
        };
        let Some(base_complex) = self.model.complex(base).cloned() else {
            self.report(at, "the base is a simple type; use `xs:simpleContent`");
            return;
        };
        let own = self.content_in(at);
        let base_particle = self.particles.get(&base).cloned();
        if matches!(base_complex.content, Content::Simple(_)) && (is_extension || own.is_some()) {
            self.report(at, "the base has simple content; use `xs:simpleContent`");
            return;
        }
        if is_extension && base_particle.is_some() && base_complex.is_mixed != is_mixed && base != ANY_TYPE {
            let message = "an extension of mixed content is mixed, and of other content is not";
            // An extension that adds no elements has the base's content as it is.
            if own.is_some() {
                self.report(at, message);
            }
        }
        if !is_extension && is_mixed && !base_complex.is_mixed {
            self.report(at, "mixed content cannot restrict content that is not");
        }
        let is_mixed = if is_extension && own.is_none() {
            base_complex.is_mixed || is_mixed
        } else {
            is_mixed
        };
        let particle = match (is_extension, base_particle, own) {
            (false, _, own) | (true, None, own) => own,
            (true, base, None) => base,
            (true, Some(base), Some(own)) => {
                let has_all = |particle: &Particle| matches!(particle.term, Term::All(_));
                if has_all(&base) || has_all(&own) {
                    self.report(at, "an `xs:all` cannot be extended, nor extend content");
                    return;
                }
                Some(Particle {
                    min: 1,
                    max: Some(1),
                    term: Term::Sequence(vec![base, own]),
                })
            }
        };
        let mut own = Attributes::default();
        self.attributes_in(at, &mut own);
        let merged = self.merge_attributes(at, own, &base_complex, is_extension);
        self.set_particle(id, at, particle);
        self.set_complex(id, base, is_extension, merged, Content::Empty, is_mixed);
    }

    fn plain_content(&mut self, id: TypeId, at: At, is_mixed: bool) {
        let particle = self.content_in(at);
        let mut own = Attributes::default();
        self.attributes_in(at, &mut own);
        self.set_particle(id, at, particle);
        self.set_complex(id, ANY_TYPE, false, own, Content::Empty, is_mixed);
    }

    fn set_particle(&mut self, id: TypeId, at: At, particle: Option<Particle>) {
        let Some(particle) = particle else { return };
        // Extensions hold what they extend once more.
        self.size += particle.size();
        if self.size > super::MOST_PARTICLES {
            self.report(at, "the content models are too large");
            return;
        }
        self.particles.insert(id, particle);
    }

    fn set_complex(
        &mut self,
        id: TypeId,
        base: TypeId,
        is_extension: bool,
        own: Attributes,
        content: Content,
        is_mixed: bool,
    ) {
        let complex = Complex {
            attributes: own.uses,
            any_attribute: own.wildcard,
            content,
            is_mixed,
        };
        self.change(id, |found| {
            found.base = Some(base);
            found.is_extension = is_extension;
            found.kind = Kind::Complex(Box::new(complex));
        });
    }

    /// The particle among an element's children.
    pub(super) fn content_in(&mut self, at: At) -> Option<Particle> {
        let children = self.documents.children(at);
        let mut found = None;
        for child in children {
            if matches!(self.documents.local(child), "group" | "all" | "choice" | "sequence") {
                if found.is_some() {
                    self.report(
                        child,
                        "expected one of `xs:group`, `xs:all`, `xs:choice` and `xs:sequence`",
                    );
                }
                found = Some(child);
            }
        }
        let particle = self.particle(found?, true)?;
        // What holds nothing is no content.
        let is_nothing = match &particle.term {
            Term::Sequence(inner) | Term::All(inner) => inner.is_empty(),
            Term::Choice(inner) => inner.is_empty() && particle.min == 0,
            _ => false,
        };
        (!is_nothing && particle.max != Some(0)).then_some(particle)
    }
}
