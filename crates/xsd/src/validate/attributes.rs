//! An element's attributes against its type's.
//!
//! Attributes of XML itself (`xml:lang`) are allowed where no type mentions them, as .NET's validator allows them.
//! Never here: `xsi:type` and `xsi:nil`.

use super::{Validator, joined};
use crate::document::XSI;
use crate::model::{Attribute, Process, TypeId};
use crate::simple::shortened;
use std::sync::Arc;
use xml::name::XML_NAMESPACE;
use xml::{Kind, Name, NodeId};

const XSI_NAMES: [&str; 4] = ["type", "nil", "schemaLocation", "noNamespaceSchemaLocation"];

impl Validator<'_, '_> {
    pub(super) fn attributes(&mut self, node: NodeId, kind: TypeId) {
        let model = self.model;
        let complex = model.complex(kind);
        let tree = self.tree;
        let mut required = complex.map_or(0, |complex| {
            complex
                .attributes
                .values()
                .filter(|attribute| attribute.is_required)
                .count()
        });
        for id in tree.attributes(node) {
            let Kind::Attribute { name, value, .. } = tree.kind(id) else {
                continue;
            };
            if name.declared_prefix().is_some() {
                continue;
            }
            let is_known_xsi = **name.namespace() == *XSI && XSI_NAMES.contains(&&**name.local());
            if is_known_xsi {
                continue;
            }
            if let Some(attribute) = complex.and_then(|complex| complex.attributes.get(name)) {
                required -= usize::from(attribute.is_required);
                self.attribute(node, id, name, value, attribute);
                continue;
            }
            let any = complex.and_then(|complex| complex.any_attribute.as_ref());
            let global = model.global_attributes.get(name);
            match any.filter(|any| any.allows(name.namespace())).map(|any| any.process) {
                Some(Process::Skip) => {}
                Some(Process::Lax) if global.is_none() => {}
                Some(_) if global.is_some() => {
                    if let Some(global) = global {
                        self.attribute(node, id, name, value, global);
                    }
                }
                _ if **name.namespace() == *XML_NAMESPACE => {}
                _ => self.report(node, format!("The '{}' attribute is not declared.", joined(name))),
            }
        }
        if required > 0
            && let Some(complex) = complex
        {
            let is_missing = |name: &Name| tree.attribute(node, name).is_none();
            let mut missing: Vec<&Name> = complex
                .attributes
                .iter()
                .filter(|(name, attribute)| attribute.is_required && is_missing(name))
                .map(|(name, _)| name)
                .collect();
            missing.sort();
            for name in missing {
                self.report(node, format!("The required attribute '{}' is missing.", joined(name)));
            }
        }
    }

    fn attribute(&mut self, node: NodeId, id: NodeId, name: &Name, text: &Arc<str>, attribute: &Attribute) {
        match self.valued(attribute.kind, text) {
            Ok(valued) => {
                if let Some(fixed) = &attribute.fixed
                    && self
                        .valued(attribute.kind, fixed)
                        .is_ok_and(|fixed| fixed.value != valued.value)
                {
                    self.report(
                        node,
                        format!(
                            "The value of the '{}' attribute does not equal its fixed value.",
                            joined(name)
                        ),
                    );
                }
                self.note(node, id, valued);
            }
            Err(why) => {
                let message = format!(
                    "The '{}' attribute is invalid - The value '{}' is invalid according to its datatype '{}' - {why}",
                    joined(name),
                    shortened(text),
                    self.model.type_name(attribute.kind)
                );
                self.report(node, message);
            }
        }
    }
}
