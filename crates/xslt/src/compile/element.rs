//! Elements of a stylesheet: their attributes, the names and queries in these, and what is said of them.

use super::scope::{Locals, Scope};
use super::{Compiler, XSL};
use crate::Problem;
use crate::avt::Avt;
use crate::instruction::{Prefixes, Select};
use std::collections::HashMap;
use std::sync::Arc;
use xml::name::is_ncname;
use xml::xpath::{Bound, Pattern};
use xml::{Kind, Name, NodeId};

/// The elements of `XSLT` with their attributes; `!` marks those that are required.
const ELEMENTS: &[(&str, &[&str])] = &[
    ("apply-imports", &[]),
    ("apply-templates", &["select", "mode"]),
    ("attribute", &["!name", "namespace"]),
    ("attribute-set", &["!name", "use-attribute-sets"]),
    ("call-template", &["!name"]),
    ("choose", &[]),
    ("comment", &[]),
    ("copy", &["use-attribute-sets"]),
    ("copy-of", &["!select"]),
    (
        "decimal-format",
        &[
            "name",
            "decimal-separator",
            "grouping-separator",
            "infinity",
            "minus-sign",
            "NaN",
            "percent",
            "per-mille",
            "zero-digit",
            "digit",
            "pattern-separator",
        ],
    ),
    ("element", &["!name", "namespace", "use-attribute-sets"]),
    ("fallback", &[]),
    ("for-each", &["!select"]),
    ("if", &["!test"]),
    ("import", &["!href"]),
    ("include", &["!href"]),
    ("key", &["!name", "!match", "!use"]),
    ("message", &["terminate"]),
    ("namespace-alias", &["!stylesheet-prefix", "!result-prefix"]),
    (
        "number",
        &[
            "level",
            "count",
            "from",
            "value",
            "format",
            "lang",
            "letter-value",
            "grouping-separator",
            "grouping-size",
        ],
    ),
    ("otherwise", &[]),
    (
        "output",
        &[
            "method",
            "version",
            "encoding",
            "omit-xml-declaration",
            "standalone",
            "doctype-public",
            "doctype-system",
            "cdata-section-elements",
            "indent",
            "media-type",
        ],
    ),
    ("param", &["!name", "select"]),
    ("preserve-space", &["!elements"]),
    ("processing-instruction", &["!name"]),
    ("sort", &["select", "lang", "data-type", "order", "case-order"]),
    ("strip-space", &["!elements"]),
    ("stylesheet", STYLESHEET),
    ("template", &["match", "name", "priority", "mode"]),
    ("text", &["disable-output-escaping"]),
    ("transform", STYLESHEET),
    ("value-of", &["!select", "disable-output-escaping"]),
    ("variable", &["!name", "select"]),
    ("when", &["!test"]),
    ("with-param", &["!name", "select"]),
];

const STYLESHEET: &[&str] = &[
    "!version",
    "id",
    "extension-element-prefixes",
    "exclude-result-prefixes",
];

/// Whether `XSLT` 1.0 has an element of this name.
pub fn is_known(local: &str) -> bool {
    ELEMENTS.iter().any(|(name, _)| *name == local)
}

impl Compiler<'_> {
    /// Notes what is wrong with an element.
    pub fn problem(&mut self, element: NodeId, message: impl Into<String>) {
        let at = self.places.of(element).unwrap_or_default();
        let message = message.into();
        self.problems.push(Problem { message, at });
    }

    /// The local name of an element of `XSLT`.
    pub fn instruction_name(&self, id: NodeId) -> Option<Arc<str>> {
        let name = self.tree.name(id).filter(|_| self.tree.is_element(id))?;
        (**name.namespace() == *XSL).then(|| Arc::clone(name.local()))
    }

    /// An attribute in no namespace.
    pub fn attribute(&self, element: NodeId, name: &str) -> Option<Arc<str>> {
        let id = self.tree.attribute(element, &Name::local_only(name))?;
        self.tree.attribute_value(id).cloned()
    }

    /// The child elements.
    pub fn elements(&self, parent: NodeId) -> Vec<NodeId> {
        self.tree
            .children(parent)
            .filter(|id| self.tree.is_element(*id))
            .collect()
    }

    /// Notes attributes that an element of `XSLT` does not have and those that it lacks.
    pub fn check_attributes(&mut self, element: NodeId, local: &str) {
        let Some((_, known)) = ELEMENTS.iter().find(|(name, _)| *name == local) else {
            return;
        };
        let own: Vec<Name> = self
            .tree
            .attributes(element)
            .filter_map(|id| self.tree.name(id).cloned())
            .filter(|name| name.declared_prefix().is_none())
            .collect();
        for required in known.iter().filter_map(|name| name.strip_prefix('!')) {
            if !own.contains(&Name::local_only(required)) {
                self.problem(element, format!("xsl:{local} lacks its attribute '{required}'"));
            }
        }
        for name in own {
            let is_known = known
                .iter()
                .any(|known| known.trim_start_matches('!') == &**name.local());
            let foreign = !name.namespace().is_empty() && **name.namespace() != *XSL;
            if foreign || (is_known && name.namespace().is_empty()) || self.is_forwards_compatible {
                continue;
            }
            let names: Vec<&str> = known.iter().map(|name| name.trim_start_matches('!')).collect();
            let expected = if names.is_empty() {
                "it has none".to_owned()
            } else {
                format!("it has {}", names.join(", "))
            };
            self.problem(
                element,
                format!("'{}' is no attribute of xsl:{local}; {expected}", name.local()),
            );
        }
    }

    /// Notes content of an element that must be empty.
    pub fn check_empty(&mut self, element: NodeId, local: &str) {
        let content = self.tree.children(element).find(|id| match self.tree.kind(*id) {
            Kind::Element { .. } => true,
            Kind::Text(text) | Kind::CData(text) => !xml::name::is_blank(text),
            _ => false,
        });
        if content.is_some() {
            self.problem(element, format!("xsl:{local} must be empty"));
        }
    }

    /// The prefixes that mean something at an element.
    pub fn prefixes(&mut self, element: NodeId) -> Prefixes {
        let declares = |id: NodeId| {
            let mut names = self.tree.attributes(id).filter_map(|id| self.tree.name(id));
            names.any(|name| name.declared_prefix().is_some())
        };
        // All elements without declarations of their own share those of the element around them.
        let owner = self.tree.ancestors_and_self(element).find(|id| declares(*id));
        if let Some(known) = self.prefixes.get(&owner) {
            return Arc::clone(known);
        }
        let mut found: HashMap<Arc<str>, Arc<str>> = HashMap::new();
        found.insert("xml".into(), xml::name::XML_NAMESPACE.into());
        for id in owner.map(|id| self.tree.declarations_in_scope(id)).unwrap_or_default() {
            if let (Some(name), Some(namespace)) = (self.tree.name(id), self.tree.attribute_value(id)) {
                let prefix = name.declared_prefix().unwrap_or_default();
                found.insert(prefix.into(), Arc::clone(namespace));
            }
        }
        let found = Arc::new(found);
        self.prefixes.insert(owner, Arc::clone(&found));
        found
    }

    /// A name that is written with a prefix, or in no namespace without one.
    pub fn expanded(&mut self, element: NodeId, written: &str) -> Name {
        let written = written.trim();
        let (prefix, local) = written.split_once(':').unwrap_or(("", written));
        if !is_ncname(local) || (written.contains(':') && !is_ncname(prefix)) {
            self.problem(element, format!("'{written}' is an invalid name"));
        } else if !prefix.is_empty() {
            if let Some(namespace) = self.prefixes(element).get(prefix) {
                return Name::new(Arc::clone(namespace), local);
            }
            self.problem(element, format!("the prefix '{prefix}' of '{written}' is not declared"));
        }
        Name::local_only(local)
    }

    /// The names in an attribute that lists some.
    pub fn listed(&mut self, element: NodeId, attribute: &str) -> Vec<Name> {
        let list = self.attribute(element, attribute).unwrap_or_default();
        list.split_whitespace()
            .map(|name| self.expanded(element, name))
            .collect()
    }

    /// A query.
    pub fn select(&mut self, element: NodeId, text: &str, locals: Option<&Locals>) -> Option<Select> {
        let bound = self.in_scope(element, locals, |scope| Bound::parse(text, scope));
        match bound {
            Ok(query) => Some(Select {
                query,
                text: text.into(),
            }),
            Err(error) => {
                self.problem(element, format!("'{text}': {error}"));
                None
            }
        }
    }

    /// A query in an attribute; a missing attribute was noted before.
    pub fn select_in(&mut self, element: NodeId, attribute: &str, locals: Option<&Locals>) -> Option<Select> {
        let text = self.attribute(element, attribute)?;
        self.select(element, &text, locals)
    }

    /// An attribute value template; empty when there is no such attribute.
    pub fn avt(&mut self, element: NodeId, attribute: &str, locals: &Locals) -> Avt {
        let text = self.attribute(element, attribute).unwrap_or_default();
        self.avt_of(element, &text, locals)
    }

    /// A text as an attribute value template.
    pub fn avt_of(&mut self, element: NodeId, text: &str, locals: &Locals) -> Avt {
        let parsed = self.in_scope(element, Some(locals), |scope| Avt::parse(text, scope));
        parsed.unwrap_or_else(|message| {
            self.problem(element, message);
            Avt::default()
        })
    }

    /// The alternatives of a pattern.
    pub fn pattern(&mut self, element: NodeId, text: &str, locals: Option<&Locals>) -> Vec<Pattern> {
        let parsed = self.in_scope(element, locals, |scope| Pattern::parse(text, scope));
        parsed.unwrap_or_else(|error| {
            self.problem(element, format!("'{text}': {error}"));
            Vec::new()
        })
    }

    fn in_scope<T>(&mut self, element: NodeId, locals: Option<&Locals>, read: impl FnOnce(&mut Scope<'_>) -> T) -> T {
        let prefixes = self.prefixes(element);
        read(&mut Scope {
            prefixes,
            locals,
            globals: &self.globals,
            calls: &mut self.program.calls,
        })
    }

    /// `yes` or `no`.
    pub fn flag(&mut self, element: NodeId, attribute: &str) -> Option<bool> {
        let value = self.attribute(element, attribute)?;
        match &*value {
            "yes" => Some(true),
            "no" => Some(false),
            other => {
                let message = format!("'{attribute}' is '{other}'; expected 'yes' or 'no'");
                self.problem(element, message);
                None
            }
        }
    }

    /// A value that is one of some words; the first one by default. Noted when it is none of them and known now.
    pub fn check_choice(&mut self, element: NodeId, attribute: &str, value: &Avt, choices: &[&str]) {
        if let Some(fixed) = value.as_fixed()
            && !fixed.is_empty()
            && !choices.contains(&fixed)
        {
            let message = format!("'{attribute}' is '{fixed}'; expected {}", choices.join(" or "));
            self.problem(element, message);
        }
    }
}
