//! Simple types: restrictions, lists, unions, and the facets of restrictions.
//!
//! Never here: what facets do to values.

use super::Compiler;
use crate::document::At;
use crate::model::{ANY_SIMPLE_TYPE, Kind, TypeId};
use crate::pattern;
use crate::simple::{Facets, Identity, Simple, Variety, Whitespace};
use crate::value::{Primitive, Value};
use std::cmp::Ordering;
use std::collections::HashSet;
use std::sync::Arc;

impl Compiler<'_> {
    pub(super) fn fill_simple(&mut self, id: TypeId, at: At) {
        let last = self.ways(at, "final", "finalDefault");
        let [content] = self.documents.children(at)[..] else {
            self.report(
                at,
                "an `xs:simpleType` has one of `xs:restriction`, `xs:list` and `xs:union`",
            );
            return;
        };
        let made = match self.documents.local(content) {
            "restriction" => self.restriction_of_simple(content),
            "list" => self.list(content).map(|simple| (ANY_SIMPLE_TYPE, simple)),
            _ => self.union(content).map(|simple| (ANY_SIMPLE_TYPE, simple)),
        };
        if let Some((base, simple)) = made {
            self.change(id, |own| {
                own.base = Some(base);
                own.last = last;
                own.kind = Kind::Simple(Box::new(simple));
            });
        }
    }

    /// The type that an attribute names or that stands within; exactly one of both.
    fn named_or_inline(&mut self, at: At, attribute: &str) -> Option<TypeId> {
        let inline = self.documents.child(at, "simpleType");
        let id = match (self.documents.attribute(at, attribute), inline) {
            (Some(_), None) => self.type_in(at, attribute)?,
            (None, Some(inline)) => self.type_at(inline)?,
            _ => {
                self.report(
                    at,
                    format!("either `{attribute}` or an `xs:simpleType` within is needed"),
                );
                return None;
            }
        };
        self.simple_type(at, id)
    }

    /// A filled type that must be a simple one.
    pub(super) fn simple_type(&mut self, at: At, id: TypeId) -> Option<TypeId> {
        self.fill_for(at, id)?;
        if self.model.simple(id).is_none() {
            let name = self.model.type_name(id);
            self.report(at, format!("the type `{name}` is complex, expected a simple one"));
            return None;
        }
        Some(id)
    }

    fn restriction_of_simple(&mut self, at: At) -> Option<(TypeId, Simple)> {
        let base = self.named_or_inline(at, "base")?;
        if base == ANY_SIMPLE_TYPE {
            self.report(
                at,
                "`xs:anySimpleType` cannot be restricted; choose a type that is derived from it",
            );
            return None;
        }
        if self.model.of(base).is_some_and(|base| base.last.restriction) {
            self.report(at, "the base is final: it cannot be restricted");
        }
        let simple = self.restricted(at, base)?;
        Some((base, simple))
    }

    fn list(&mut self, at: At) -> Option<Simple> {
        let item = self.named_or_inline(at, "itemType")?;
        if self.has_lists(item, 0) {
            self.report(at, "a list's items cannot be lists");
            return None;
        }
        Some(Simple {
            variety: Variety::List(item),
            whitespace: Whitespace::Collapse,
            ..Simple::any()
        })
    }

    fn has_lists(&self, id: TypeId, depth: usize) -> bool {
        match self.model.simple(id).map(|simple| &simple.variety) {
            Some(Variety::List(_)) => true,
            Some(Variety::Union(members)) => depth < 32 && members.iter().any(|id| self.has_lists(*id, depth + 1)),
            _ => false,
        }
    }

    fn union(&mut self, at: At) -> Option<Simple> {
        let mut members = Vec::new();
        for written in self
            .documents
            .attribute(at, "memberTypes")
            .unwrap_or_default()
            .split(xml::name::is_space)
        {
            if written.is_empty() {
                continue;
            }
            let id = match self.documents.qualified(at, written) {
                Ok(name) => self.type_named(at, &name)?,
                Err(problem) => {
                    self.report(at, problem);
                    return None;
                }
            };
            members.push(id);
        }
        for child in self.documents.children(at) {
            members.push(self.type_at(child)?);
        }
        if members.is_empty() {
            self.report(at, "an `xs:union` needs `memberTypes` or `xs:simpleType`s within");
            return None;
        }
        for member in &members {
            self.simple_type(at, *member)?;
        }
        Some(Simple {
            variety: Variety::Union(members),
            ..Simple::any()
        })
    }

    /// A type restricted by the facets within an element.
    pub(super) fn restricted(&mut self, at: At, base: TypeId) -> Option<Simple> {
        let base_simple = self.model.simple(base)?.clone();
        let mut simple = base_simple.clone();
        let (mut patterns, mut known) = (Vec::new(), None::<HashSet<Value>>);
        for child in self.documents.children(at) {
            let facet = self.documents.local(child);
            if matches!(facet, "simpleType" | "attribute" | "attributeGroup" | "anyAttribute") {
                continue;
            }
            let Some(written) = self.documents.raw_attribute(child, "value") else {
                self.report(child, format!("`xs:{facet}` needs a `value`"));
                continue;
            };
            if !applies(facet, &base_simple.variety) {
                let name = self.model.type_name(base);
                self.report(child, format!("`xs:{facet}` cannot restrict the type `{name}`"));
                continue;
            }
            match facet {
                "pattern" => match pattern::compile(written) {
                    Ok(pattern) => patterns.push(pattern),
                    Err(why) => self.report(child, format!("the pattern `{written}` cannot be used: {why}")),
                },
                "enumeration" => {
                    if let Some(value) = self.facet_value(child, base, written) {
                        known.get_or_insert_default().insert(value);
                    }
                }
                "whiteSpace" => self.whitespace(child, &mut simple),
                "minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive" => {
                    self.bound(child, facet, base, written, &mut simple.facets);
                }
                _ => self.count(child, facet, &mut simple.facets),
            }
        }
        if !patterns.is_empty() {
            simple.facets.patterns.push(patterns);
        }
        if known.is_some() {
            simple.facets.enumeration = known;
        }
        self.check_facets(at, &base_simple.facets, &simple.facets);
        Some(simple)
    }

    fn whitespace(&mut self, at: At, simple: &mut Simple) {
        let found = match self.documents.attribute(at, "value") {
            Some("preserve") => Whitespace::Preserve,
            Some("replace") => Whitespace::Replace,
            Some("collapse") => Whitespace::Collapse,
            _ => {
                self.report(at, "`xs:whiteSpace` is `preserve`, `replace` or `collapse`");
                return;
            }
        };
        if found < simple.whitespace {
            self.report(at, "white space that the base treats cannot be preserved again");
        }
        simple.whitespace = found;
    }

    /// A value of the type that a facet restricts.
    fn facet_value(&mut self, at: At, base: TypeId, written: &str) -> Option<Value> {
        let documents = self.documents;
        let prefixes = |prefix: &str| documents.namespace_of_prefix(at, prefix);
        match self.model.value(base, written, &prefixes) {
            Ok(valued) => Some(valued.value),
            Err(why) => {
                let name = self.model.type_name(base);
                self.report(at, format!("`{written}` is no value of the type `{name}`: {why}"));
                None
            }
        }
    }

    fn bound(&mut self, at: At, facet: &str, base: TypeId, written: &str, facets: &mut Facets) {
        // An exclusive bound may be the base's own, which is no value of the base.
        let primitive = match self.model.simple(base).map(|simple| &simple.variety) {
            Some(Variety::Atomic(primitive)) => *primitive,
            _ => return,
        };
        let text = Whitespace::Collapse.apply(written);
        let own = Value::parse(primitive, &text, &|_| None).ok();
        let exclusive = [&facets.min_exclusive, &facets.max_exclusive];
        let is_bases_own = own.is_some() && exclusive.into_iter().any(|bound| *bound == own);
        let value = match own {
            Some(value) if is_bases_own && facet.ends_with("Exclusive") => Some(value),
            _ => self.facet_value(at, base, written),
        };
        // The bound of the other kind is the base's, which this one is within.
        match facet {
            "minInclusive" => (facets.min_inclusive, facets.min_exclusive) = (value, None),
            "minExclusive" => (facets.min_inclusive, facets.min_exclusive) = (None, value),
            "maxInclusive" => (facets.max_inclusive, facets.max_exclusive) = (value, None),
            _ => (facets.max_inclusive, facets.max_exclusive) = (None, value),
        }
    }

    fn count(&mut self, at: At, facet: &str, facets: &mut Facets) {
        let written = self.documents.attribute(at, "value").unwrap_or_default();
        let digits = written.strip_prefix('+').unwrap_or(written);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number || (facet == "totalDigits" && digits.bytes().all(|byte| byte == b'0')) {
            self.report(at, format!("`xs:{facet}` is `{written}`, expected a number"));
            return;
        }
        // What is too large for a number here is more than anything has.
        let number = Some(digits.parse().unwrap_or(usize::MAX));
        match facet {
            "length" => facets.length = number,
            "minLength" => facets.min_length = number,
            "maxLength" => facets.max_length = number,
            "totalDigits" => facets.total_digits = number,
            _ => facets.fraction_digits = number,
        }
    }

    /// A restriction lets nothing through that its base does not, and something at all.
    fn check_facets(&mut self, at: At, base: &Facets, own: &Facets) {
        let exceeds = |own: Option<usize>, base: Option<usize>| own.zip(base).is_some_and(|(own, base)| own > base);
        let changed = own.length.zip(base.length).is_some_and(|(own, base)| own != base);
        if changed
            || exceeds(base.min_length, own.min_length)
            || exceeds(own.max_length, base.max_length)
            || exceeds(own.total_digits, base.total_digits)
            || exceeds(own.fraction_digits, base.fraction_digits)
        {
            self.report(at, "the facets let values through that the base does not");
        }
        let low = own.min_inclusive.as_ref().or(own.min_exclusive.as_ref());
        let high = own.max_inclusive.as_ref().or(own.max_exclusive.as_ref());
        let is_crossed = low
            .zip(high)
            .is_some_and(|(low, high)| low.compare(high) == Some(Ordering::Greater));
        let is_short = exceeds(own.min_length, own.max_length)
            || exceeds(own.min_length, own.length)
            || exceeds(own.length, own.max_length)
            || exceeds(own.fraction_digits, own.total_digits);
        if is_crossed || is_short {
            self.report(at, "the facets let no value through: the least is above the most");
        }
    }

    /// The type of an attribute: named, within, or any simple one.
    pub(super) fn attribute_type(&mut self, at: At) -> Option<TypeId> {
        let inline = self.documents.child(at, "simpleType");
        match (self.documents.attribute(at, "type"), inline) {
            (Some(_), Some(_)) => {
                self.report(at, "`type` and a type within exclude each other");
                None
            }
            (Some(_), None) => {
                let id = self.type_in(at, "type")?;
                let is_complex = self.model.of(id).is_some_and(|_| {
                    let place = self.places.get(&id);
                    place.map_or(self.model.simple(id).is_none(), |place| {
                        self.documents.local(*place) == "complexType"
                    })
                });
                if is_complex {
                    self.report(at, "an attribute's type must be a simple one");
                    return None;
                }
                Some(id)
            }
            (None, Some(inline)) => self.type_at(inline),
            (None, None) => Some(ANY_SIMPLE_TYPE),
        }
    }

    /// Default and fixed values must be values of their types, which are all known now.
    pub(super) fn check_given(&mut self) {
        for given in std::mem::take(&mut self.given) {
            let Some(kind) = self.text_type_of(given.kind) else {
                let is_fit = self.model.complex(given.kind).is_some_and(|complex| complex.is_mixed);
                if !is_fit {
                    self.report(given.at, "only what holds text has a default or fixed value");
                }
                continue;
            };
            let documents = self.documents;
            let prefixes = |prefix: &str| documents.namespace_of_prefix(given.at, prefix);
            let text: Arc<str> = given.text;
            match self.model.value(kind, &text, &prefixes) {
                Ok(valued) if valued.identity == Identity::Id => {
                    self.report(given.at, "what is of type `xs:ID` has no default or fixed value");
                }
                Ok(_) => {}
                Err(why) => {
                    let name = self.model.type_name(kind);
                    self.report(given.at, format!("`{text}` is no value of the type `{name}`: {why}"));
                }
            }
        }
    }

    fn text_type_of(&self, id: TypeId) -> Option<TypeId> {
        self.model.text_type(id)
    }
}

/// Whether a facet can restrict values of a kind.
fn applies(facet: &str, variety: &Variety) -> bool {
    use Primitive::{AnyUri, Base64Binary, Boolean, Decimal, HexBinary, Notation, QName, String};
    match (facet, variety) {
        ("enumeration", Variety::Atomic(Boolean)) | ("whiteSpace", Variety::Union(_)) => false,
        ("pattern" | "enumeration" | "whiteSpace", _) | ("length" | "minLength" | "maxLength", Variety::List(_)) => {
            true
        }
        ("length" | "minLength" | "maxLength", Variety::Atomic(primitive)) => {
            matches!(primitive, String | HexBinary | Base64Binary | AnyUri | QName | Notation)
        }
        ("totalDigits" | "fractionDigits", Variety::Atomic(primitive)) => *primitive == Decimal,
        ("minInclusive" | "maxInclusive" | "minExclusive" | "maxExclusive", Variety::Atomic(primitive)) => !matches!(
            primitive,
            String | Boolean | HexBinary | Base64Binary | AnyUri | QName | Notation
        ),
        _ => false,
    }
}
