//! Stylesheets → programs: what stands at the top. Everything that is wrong is noted, not only the first.

mod body;
mod element;
mod scope;

pub use element::is_known;
pub use scope::function;

use crate::Problem;
use crate::format::decimal::DecimalFormat;
use crate::instruction::{Encoding, Global, Key, Method, Prefixes, Program, Rule, Space, SpaceTest, Template};
use scope::Locals;
use std::collections::HashMap;
use std::sync::Arc;
use xml::reader::Places;
use xml::{Kind, Name, NodeId, Tree};

/// The namespace of `XSLT`'s elements.
pub const XSL: &str = "http://www.w3.org/1999/XSL/Transform";

/// How deep elements of a stylesheet may be nested.
const MAX_NESTING: usize = 150;

/// Compiles a stylesheet.
///
/// # Errors
/// As [`crate::Stylesheet::compile`].
pub fn compile(tree: &Tree, places: &Places) -> Result<Program, Vec<Problem>> {
    let mut compiler = Compiler {
        tree,
        places,
        problems: Vec::new(),
        program: Program::default(),
        globals: HashMap::new(),
        templates: HashMap::new(),
        prefixes: HashMap::new(),
        excluded: Vec::new(),
        extensions: Vec::new(),
        aliases: HashMap::new(),
        is_forwards_compatible: false,
        nesting: 0,
    };
    compiler.stylesheet();
    if compiler.problems.is_empty() {
        Ok(compiler.program)
    } else {
        compiler.problems.sort_by_key(|problem| problem.at);
        Err(compiler.problems)
    }
}

struct Compiler<'t> {
    tree: &'t Tree,
    places: &'t Places,
    problems: Vec<Problem>,
    program: Program,
    /// Numbers of global variables and parameters.
    globals: HashMap<Name, usize>,
    /// Numbers of templates with names.
    templates: HashMap<Name, usize>,
    prefixes: HashMap<Option<NodeId>, Prefixes>,
    /// Namespaces that literal elements do not take along.
    excluded: Vec<Arc<str>>,
    /// Namespaces whose elements are extensions.
    extensions: Vec<Arc<str>>,
    /// `xsl:namespace-alias`: what a namespace of the stylesheet is in the result: prefix and namespace.
    aliases: HashMap<Arc<str>, (Arc<str>, Arc<str>)>,
    /// The version is above 1.0, so what is not known is no error before it is used (2.5).
    is_forwards_compatible: bool,
    nesting: usize,
}

impl Compiler<'_> {
    fn stylesheet(&mut self) {
        let root = self.elements(NodeId::FIRST).first().copied();
        let Some(root) = root else {
            return;
        };
        let local = self.instruction_name(root);
        let Some(local) = local.filter(|local| matches!(&**local, "stylesheet" | "transform")) else {
            let message = format!("expected xsl:stylesheet or xsl:transform of the namespace '{XSL}'");
            return self.problem(root, message);
        };
        let version = self.attribute(root, "version");
        self.is_forwards_compatible = version.is_some_and(|version| &*version != "1.0");
        self.check_attributes(root, &local);
        self.excluded = self.namespaces(root, "exclude-result-prefixes");
        self.extensions = self.namespaces(root, "extension-element-prefixes");
        for id in self.tree.children(root) {
            if self.tree.text(id).is_some_and(|text| !xml::name::is_blank(text)) {
                self.problem(root, "text stands between the templates; it must be inside of one");
            }
        }
        let elements = self.elements(root);
        for element in &elements {
            self.announce(*element);
        }
        for element in elements {
            self.top_level(element);
        }
        for rules in self.program.rules.values_mut() {
            // Best first; of equals the last in the document. The sort is stable, so the order is turned first.
            rules.0.reverse();
            rules.0.sort_by(|left, right| right.priority.total_cmp(&left.priority));
        }
    }

    fn namespaces(&mut self, element: NodeId, attribute: &str) -> Vec<Arc<str>> {
        let list = self.attribute(element, attribute).unwrap_or_default();
        self.namespaces_of(element, &list)
    }

    /// The namespaces of the prefixes in a list; `#default` is the one without a prefix.
    fn namespaces_of(&mut self, element: NodeId, list: &str) -> Vec<Arc<str>> {
        let prefixes = self.prefixes(element);
        let mut namespaces = Vec::new();
        for prefix in list.split_whitespace() {
            match prefixes.get(if prefix == "#default" { "" } else { prefix }) {
                Some(namespace) => namespaces.push(Arc::clone(namespace)),
                None => self.problem(element, format!("the prefix '{prefix}' is not declared")),
            }
        }
        namespaces
    }

    /// Gives numbers to what can be used before it is defined.
    fn announce(&mut self, element: NodeId) {
        let Some(local) = self.instruction_name(element) else {
            return;
        };
        let name = self.attribute(element, "name");
        match &*local {
            "template" => {
                let number = self.templates.len();
                // Templates without names have a place in the list too.
                let name = name.map_or_else(
                    || Name::new("#", number.to_string()),
                    |name| self.expanded(element, &name),
                );
                if self.templates.insert(name.clone(), number).is_some() {
                    self.problem(element, format!("there are two templates of the name '{name}'"));
                }
            }
            "variable" | "param" => {
                let Some(name) = name else { return };
                let name = self.expanded(element, &name);
                let number = self.globals.len();
                if self.globals.insert(name.clone(), number).is_some() {
                    self.problem(element, format!("there are two global variables of the name '{name}'"));
                }
            }
            "namespace-alias" => self.alias(element),
            _ => {}
        }
    }

    fn alias(&mut self, element: NodeId) {
        let mut of = |attribute: &str| -> Option<(Arc<str>, Arc<str>)> {
            let prefix = self.attribute(element, attribute)?;
            let prefix = if &*prefix == "#default" { "".into() } else { prefix };
            let namespace = self.prefixes(element).get(&prefix).cloned();
            if namespace.is_none() && !prefix.is_empty() {
                self.problem(element, format!("the prefix '{prefix}' is not declared"));
            }
            Some((prefix, namespace.unwrap_or_default()))
        };
        if let (Some((_, from)), Some(to)) = (of("stylesheet-prefix"), of("result-prefix")) {
            self.aliases.insert(from, to);
        }
    }

    fn top_level(&mut self, element: NodeId) {
        let Some(local) = self.instruction_name(element) else {
            if self.tree.name(element).is_some_and(|name| name.namespace().is_empty()) {
                let message = "an element of a stylesheet's top must be of XSLT or of another namespace";
                self.problem(element, message);
            }
            return;
        };
        self.check_attributes(element, &local);
        match &*local {
            "template" => self.template(element),
            "variable" | "param" => self.global(element, &local),
            "key" => self.key(element),
            "output" => self.output(element),
            "strip-space" | "preserve-space" => self.space(element, &local),
            "attribute-set" => self.attribute_set(element),
            "decimal-format" => self.decimal_format(element),
            "namespace-alias" => self.check_empty(element, &local),
            "import" | "include" => {
                let message = format!("xsl:{local} is not available: nothing but this stylesheet is read");
                self.problem(element, message);
            }
            _ if self.is_forwards_compatible => {}
            _ => self.problem(element, format!("xsl:{local} cannot stand at the top of a stylesheet")),
        }
    }

    fn template(&mut self, element: NodeId) {
        let number = self.program.templates.len();
        let pattern = self.attribute(element, "match");
        if pattern.is_none() {
            if self.attribute(element, "name").is_none() {
                self.problem(element, "xsl:template has neither 'match' nor 'name'");
            }
            for attribute in ["mode", "priority"] {
                if self.attribute(element, attribute).is_some() {
                    self.problem(element, format!("'{attribute}' needs 'match' beside it"));
                }
            }
        }
        let mode = self
            .attribute(element, "mode")
            .map(|mode| self.expanded(element, &mode));
        let priority = self.attribute(element, "priority").and_then(|written| {
            let priority = xml::xpath::text_number(&written);
            if priority.is_nan() {
                self.problem(element, format!("'priority' is '{written}'; expected a number"));
            }
            Some(priority).filter(|priority| !priority.is_nan())
        });
        if let Some(pattern) = pattern {
            for pattern in self.pattern(element, &pattern, None) {
                let priority = priority.unwrap_or_else(|| pattern.default_priority());
                self.program.rules.entry(mode.clone()).or_default().0.push(Rule {
                    pattern,
                    priority,
                    template: number,
                });
            }
        }
        let mut locals = Locals::default();
        let body = self.template_body(element, &mut locals);
        let slots = locals.most;
        self.program.templates.push(Template { body, slots });
    }

    fn global(&mut self, element: NodeId, local: &str) {
        let Some(name) = self.attribute(element, "name") else {
            return;
        };
        let name = self.expanded(element, &name);
        let mut locals = Locals::default();
        let value = self.content(element, &mut locals);
        self.program.globals.push(Global {
            name,
            is_parameter: local == "param",
            value,
            slots: locals.most,
        });
    }

    fn key(&mut self, element: NodeId) {
        self.check_empty(element, "key");
        let (Some(name), Some(pattern)) = (self.attribute(element, "name"), self.attribute(element, "match")) else {
            return;
        };
        let name = self.expanded(element, &name);
        let patterns = self.pattern(element, &pattern, None);
        if let Some(value) = self.select_in(element, "use", None) {
            let keys = self.program.keys.entry(name).or_default();
            keys.push(Key { patterns, value });
        }
    }

    fn space(&mut self, element: NodeId, local: &str) {
        self.check_empty(element, local);
        for test in self
            .attribute(element, "elements")
            .unwrap_or_default()
            .split_whitespace()
        {
            let test = match test.strip_suffix(":*") {
                Some(prefix) => match self.namespaces_of(element, prefix).pop() {
                    Some(namespace) => SpaceTest::In(namespace),
                    None => continue,
                },
                None if test == "*" => SpaceTest::Any,
                None => SpaceTest::Named(self.expanded(element, test)),
            };
            let strips = local == "strip-space";
            self.program.spaces.push(Space { test, strips });
        }
    }

    fn attribute_set(&mut self, element: NodeId) {
        for child in self.elements(element) {
            if self.instruction_name(child).as_deref() != Some("attribute") {
                self.problem(child, "xsl:attribute-set may hold nothing but xsl:attribute");
            }
        }
        let mut locals = Locals::default();
        let body = self.body(element, &mut locals);
        let uses = self.listed(element, "use-attribute-sets");
        let Some(name) = self.attribute(element, "name") else {
            return;
        };
        let name = self.expanded(element, &name);
        let set = self.program.attribute_sets.entry(name).or_default();
        set.uses.extend(uses);
        set.body.extend(body);
        set.slots = set.slots.max(locals.most);
    }

    fn decimal_format(&mut self, element: NodeId) {
        self.check_empty(element, "decimal-format");
        let name = self
            .attribute(element, "name")
            .map(|name| self.expanded(element, &name));
        let mut format = DecimalFormat::default();
        for (attribute, character) in format.characters() {
            let Some(value) = self.attribute(element, attribute) else {
                continue;
            };
            let mut characters = value.chars();
            if let (Some(only), None) = (characters.next(), characters.next()) {
                *character = only;
            } else {
                let message = format!("'{attribute}' is '{value}'; expected one character");
                self.problem(element, message);
            }
        }
        if let Some(infinity) = self.attribute(element, "infinity") {
            format.infinity = infinity;
        }
        if let Some(nan) = self.attribute(element, "NaN") {
            format.nan = nan;
        }
        self.program.decimal_formats.insert(name, format);
    }

    fn output(&mut self, element: NodeId) {
        self.check_empty(element, "output");
        match self.attribute(element, "method").as_deref() {
            None => {}
            Some("xml") => self.program.output.method = Some(Method::Xml),
            Some("html") => self.program.output.method = Some(Method::Html),
            Some("text") => self.program.output.method = Some(Method::Text),
            Some(other) => {
                self.problem(element, format!("'method' is '{other}'; expected xml, html or text"));
            }
        }
        if let Some(name) = self.attribute(element, "encoding") {
            match name.to_ascii_lowercase().as_str() {
                "utf-8" => self.program.output.encoding = Encoding::Utf8,
                "utf-16" | "unicode" => self.program.output.encoding = Encoding::Utf16,
                "iso-8859-1" | "latin1" => self.program.output.encoding = Encoding::Latin1,
                "us-ascii" | "ascii" => self.program.output.encoding = Encoding::Ascii,
                _ => {
                    let message = format!("'encoding' is '{name}'; expected utf-8, utf-16, iso-8859-1 or us-ascii");
                    self.problem(element, message);
                }
            }
        }
        if let Some(omits) = self.flag(element, "omit-xml-declaration") {
            self.program.output.omits_declaration = omits;
        }
        if let Some(standalone) = self.flag(element, "standalone") {
            self.program.output.standalone = Some(standalone);
        }
        if let Some(indents) = self.flag(element, "indent") {
            self.program.output.indents = Some(indents);
        }
        if let Some(public) = self.attribute(element, "doctype-public") {
            self.program.output.public = Some(public);
        }
        if let Some(system) = self.attribute(element, "doctype-system") {
            self.program.output.system = Some(system);
        }
        let default: Option<Arc<str>> = self.prefixes(element).get("").cloned();
        for name in self.listed(element, "cdata-section-elements") {
            // Names of elements, so the default namespace counts.
            let name = match &default {
                Some(default) if name.namespace().is_empty() => {
                    Name::new(Arc::clone(default), Arc::clone(name.local()))
                }
                _ => name,
            };
            self.program.output.cdata.push(name);
        }
    }

    /// The texts of an element that stand beside each other, joined, and its other children.
    fn pieces(&self, parent: NodeId) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for id in self.tree.children(parent) {
            match (self.tree.kind(id), pieces.last_mut()) {
                (Kind::Text(text) | Kind::CData(text), Some(Piece::Text(before))) => before.push_str(text),
                (Kind::Text(text) | Kind::CData(text), _) => pieces.push(Piece::Text(text.to_string())),
                (Kind::Element { .. }, _) => pieces.push(Piece::Element(id)),
                _ => {}
            }
        }
        pieces
    }
}

/// A part of an element's content; comments and processing instructions count for nothing.
enum Piece {
    Text(String),
    Element(NodeId),
}
