//! The attributes of complex types and attribute groups.
//!
//! Never here: their types.

use super::{Compiler, DEEPEST, Space};
use crate::document::At;
use crate::model::{Attribute, Complex, Wildcard};
use std::collections::{HashMap, HashSet};
use xml::Name;

/// Attributes that stand together.
#[derive(Default)]
pub(super) struct Attributes {
    pub uses: HashMap<Name, Attribute>,
    pub prohibited: HashSet<Name>,
    pub wildcard: Option<Wildcard>,
}

impl Compiler<'_> {
    /// The attributes among an element's children.
    pub(super) fn attributes_in(&mut self, at: At, into: &mut Attributes) {
        let mut own = None;
        for child in self.documents.children(at) {
            match self.documents.local(child) {
                "attribute" => self.attribute_use(child, into),
                "attributeGroup" => {
                    if let Some((_, group)) = self.referred(child, "ref", Space::AttributeGroup) {
                        self.attribute_group_at(group, into);
                    }
                }
                "anyAttribute" => own = Some(self.wildcard(child)),
                _ => {}
            }
        }
        into.wildcard = match (own, into.wildcard.take()) {
            (Some(own), Some(others)) => Some(own.intersection(&others)),
            (own, others) => own.or(others),
        };
    }

    pub(super) fn attribute_group_at(&mut self, group: At, into: &mut Attributes) {
        if self.attribute_groups_open.contains(&group) || self.attribute_groups_open.len() >= DEEPEST {
            self.report(group, "an attribute group refers to itself");
            return;
        }
        self.attribute_groups_open.push(group);
        self.size += 1;
        if self.size <= super::MOST_PARTICLES {
            self.attributes_in(group, into);
        }
        self.attribute_groups_open.pop();
    }

    fn attribute_use(&mut self, at: At, into: &mut Attributes) {
        let is_reference = self.documents.attribute(at, "ref").is_some();
        let found = if is_reference {
            if self
                .documents
                .attribute(at, "ref")
                .is_some_and(|name| name.starts_with("xml:"))
            {
                self.xml_attribute(at)
            } else {
                self.referred(at, "ref", Space::Attribute)
                    .and_then(|(name, global)| Some((name, self.attribute_of(global)?)))
            }
        } else {
            self.local_name(at, "attributeFormDefault")
                .and_then(|name| Some((name, self.attribute_of(at)?)))
        };
        let Some((name, mut attribute)) = found else { return };
        if is_reference {
            let (default, fixed) = self.given(at, attribute.kind);
            if default.is_some() || fixed.is_some() {
                (attribute.default, attribute.fixed) = (default, fixed);
            }
        }
        if &**name.local() == "xmlns" && !is_reference {
            self.report(at, "no attribute can be named `xmlns`");
        }
        match self.documents.attribute(at, "use") {
            None | Some("optional") => {}
            Some("required") => attribute.is_required = true,
            Some("prohibited") => {
                into.prohibited.insert(name);
                return;
            }
            Some(other) => self.report(
                at,
                format!("`use` is `{other}`, expected `optional`, `required` or `prohibited`"),
            ),
        }
        if attribute.is_required && attribute.default.is_some() {
            self.report(at, "an attribute that is required needs no default");
        }
        if into.uses.insert(name.clone(), attribute).is_some() {
            self.report(at, format!("the attribute `{name}` stands here twice"));
        }
    }

    /// Attributes of XML itself are known without their schema.
    fn xml_attribute(&mut self, at: At) -> Option<(Name, Attribute)> {
        let name = self.name_in(at, "ref")?;
        if let Some(global) = self.globals.get(&(Space::Attribute, name.clone())).copied() {
            return Some((name, self.attribute_of(global)?));
        }
        let kind = match &**name.local() {
            "lang" => self.model.built_in("language"),
            "space" => self.model.built_in("NCName"),
            "base" => self.model.built_in("anyURI"),
            "id" => self.model.built_in("ID"),
            _ => {
                self.report(at, format!("there is no attribute `{name}`"));
                return None;
            }
        };
        let attribute = Attribute {
            kind,
            is_required: false,
            fixed: None,
            default: None,
        };
        Some((name, attribute))
    }

    /// The name of a local declaration: in the schema's namespace if its form says so.
    pub(super) fn local_name(&mut self, at: At, default: &str) -> Option<Name> {
        let name = self.own_name(at)?;
        let form = self.documents.attribute(at, "form");
        match form.or_else(|| self.documents.schema_attribute(at, default)) {
            Some("qualified") => Some(name),
            None | Some("unqualified") => Some(Name::local_only(std::sync::Arc::clone(name.local()))),
            Some(other) => {
                self.report(at, format!("a form is `qualified` or `unqualified`, not `{other}`"));
                None
            }
        }
    }

    /// Puts a type's own attributes to those of its base.
    pub(super) fn merge_attributes(
        &mut self,
        at: At,
        own: Attributes,
        base: &Complex,
        is_extension: bool,
    ) -> Attributes {
        let mut merged = Attributes {
            uses: base.attributes.clone(),
            ..Attributes::default()
        };
        merged.wildcard = match (own.wildcard, &base.any_attribute) {
            (Some(own), Some(base)) if is_extension => Some(own.union(base)),
            (None, Some(base)) if is_extension => Some(base.clone()),
            (own, _) => own,
        };
        for (name, attribute) in own.uses {
            let inherited = base.attributes.get(&name);
            if is_extension {
                if inherited.is_some() {
                    self.report(at, format!("the base has the attribute `{name}` already"));
                }
            } else if let Some(inherited) = inherited {
                if inherited.is_required && !attribute.is_required {
                    self.report(at, format!("the base requires the attribute `{name}`"));
                }
            } else if !base
                .any_attribute
                .as_ref()
                .is_some_and(|any| any.allows(name.namespace()))
            {
                self.report(at, format!("the base has no attribute `{name}` to restrict"));
            }
            merged.uses.insert(name, attribute);
        }
        for name in own.prohibited.iter().filter(|_| !is_extension) {
            if merged.uses.remove(name).is_some_and(|attribute| attribute.is_required) {
                self.report(at, format!("the base requires the attribute `{name}`"));
            }
        }
        merged
    }
}
