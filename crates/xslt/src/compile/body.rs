//! The content of templates: instructions, literal elements, texts.

use super::element::is_known;
use super::scope::Locals;
use super::{Compiler, MAX_NESTING, Piece, XSL};
use crate::avt::Avt;
use crate::instruction::{Body, Content, Instruction, Level, Literal, Numbering, Select, Sort, With};
use std::sync::Arc;
use xml::name::{XML_NAMESPACE, is_blank};
use xml::{Name, NodeId};

/// Elements that only stand inside of others.
const PARTS: [&str; 6] = ["sort", "with-param", "param", "when", "otherwise", "fallback"];

impl Compiler<'_> {
    /// The content of a template: parameters first.
    pub fn template_body(&mut self, element: NodeId, locals: &mut Locals) -> Body {
        let mut body = Vec::new();
        for piece in self.pieces(element) {
            let Piece::Element(child) = piece else { continue };
            if self.instruction_name(child).as_deref() != Some("param") {
                break;
            }
            self.check_attributes(child, "param");
            let value = self.content(child, locals);
            if let Some((name, slot)) = self.declare(child, locals) {
                body.push(Instruction::Parameter { slot, name, value });
            }
        }
        body.extend(self.body(element, locals));
        body
    }

    fn declare(&mut self, element: NodeId, locals: &mut Locals) -> Option<(Name, usize)> {
        let name = self.attribute(element, "name")?;
        let name = self.expanded(element, &name);
        let slot = locals.declare(&name);
        if slot.is_none() {
            let message = format!("the variable or parameter '{name}' is there twice within the same scope");
            self.problem(element, message);
        }
        slot.map(|slot| (name, slot))
    }

    /// What a variable holds: `select` or content.
    pub fn content(&mut self, element: NodeId, locals: &mut Locals) -> Content {
        let select = self.attribute(element, "select");
        let length = locals.len();
        let body = self.body(element, locals);
        locals.truncate(length);
        match select {
            Some(_) if !body.is_empty() => {
                self.problem(element, "has both 'select' and content; expected one of them");
                Content::Empty
            }
            Some(select) => self
                .select(element, &select, Some(locals))
                .map_or(Content::Empty, Content::Select),
            None if body.is_empty() => Content::Empty,
            None => Content::Body(body),
        }
    }

    /// The instructions in an element; its variables are out of scope behind it.
    pub fn body(&mut self, element: NodeId, locals: &mut Locals) -> Body {
        if self.nesting >= MAX_NESTING {
            self.problem(element, format!("elements are nested deeper than {MAX_NESTING} levels"));
            return Vec::new();
        }
        self.nesting += 1;
        let parent = self.instruction_name(element);
        // A template's parameters stay, since its body follows them.
        let length = locals.len();
        let mut instructions = Vec::new();
        for piece in self.pieces(element) {
            match piece {
                Piece::Text(text) => {
                    if !is_blank(&text) || self.preserves_space(element) {
                        instructions.push(Instruction::Text {
                            text: text.into(),
                            raw: false,
                        });
                    }
                }
                Piece::Element(child) => {
                    let instruction = match self.instruction_name(child) {
                        Some(local) => self.instruction(child, &local, parent.as_deref(), locals),
                        None => self.literal(child, locals),
                    };
                    instructions.extend(instruction);
                }
            }
        }
        locals.truncate(length);
        self.nesting -= 1;
        instructions
    }

    fn preserves_space(&self, element: NodeId) -> bool {
        let space = Name::new(XML_NAMESPACE, "space");
        let nearest = self
            .tree
            .ancestors_and_self(element)
            .find_map(|id| self.tree.attribute_value(self.tree.attribute(id, &space)?));
        nearest.is_some_and(|value| **value == *"preserve")
    }

    fn instruction(
        &mut self,
        element: NodeId,
        local: &str,
        parent: Option<&str>,
        locals: &mut Locals,
    ) -> Option<Instruction> {
        if PARTS.contains(&local) {
            self.check_part(element, local, parent);
            return None;
        }
        self.check_attributes(element, local);
        Some(match local {
            "text" => self.text(element),
            "value-of" => Instruction::ValueOf {
                raw: self.flag(element, "disable-output-escaping") == Some(true),
                select: self.select_in(element, "select", Some(locals))?,
            },
            "element" => Instruction::Element {
                name: self.avt(element, "name", locals),
                namespace: self.optional_avt(element, "namespace", locals),
                prefixes: self.prefixes(element),
                uses: self.attribute_sets(element, "use-attribute-sets"),
                body: self.body(element, locals),
            },
            "attribute" => Instruction::Attribute {
                name: self.avt(element, "name", locals),
                namespace: self.optional_avt(element, "namespace", locals),
                prefixes: self.prefixes(element),
                body: self.body(element, locals),
            },
            "comment" => Instruction::Comment(self.body(element, locals)),
            "processing-instruction" => Instruction::Processing {
                name: self.avt(element, "name", locals),
                body: self.body(element, locals),
            },
            "copy" => Instruction::Copy {
                uses: self.attribute_sets(element, "use-attribute-sets"),
                body: self.body(element, locals),
            },
            "copy-of" => {
                self.check_empty(element, local);
                Instruction::CopyOf(self.select_in(element, "select", Some(locals))?)
            }
            "for-each" => Instruction::ForEach {
                sorts: self.sorts(element, locals),
                body: self.body(element, locals),
                select: self.select_in(element, "select", Some(locals))?,
            },
            "if" => Instruction::Choose {
                otherwise: Vec::new(),
                whens: vec![self.when(element, locals)?],
            },
            "choose" => self.choose(element, locals),
            "apply-templates" => Instruction::ApplyTemplates {
                mode: self
                    .attribute(element, "mode")
                    .map(|mode| self.expanded(element, &mode)),
                sorts: self.sorts(element, locals),
                with: self.with(element, locals),
                select: self.select_in(element, "select", Some(locals)),
            },
            "apply-imports" => Instruction::ApplyImports,
            "call-template" => self.call_template(element, locals)?,
            "variable" => {
                let value = self.content(element, locals);
                let (_, slot) = self.declare(element, locals)?;
                Instruction::Variable { slot, value }
            }
            "number" => self.number(element, locals),
            "message" => Instruction::Message {
                terminates: self.flag(element, "terminate") == Some(true),
                body: self.body(element, locals),
            },
            _ => return self.fallback(element, &format!("xsl:{local}"), locals),
        })
    }

    /// Parts are read by the instructions that they belong to; what is left stands at a wrong place.
    fn check_part(&mut self, element: NodeId, local: &str, parent: Option<&str>) {
        let allowed = match local {
            "sort" => matches!(parent, Some("for-each" | "apply-templates")),
            "with-param" => matches!(parent, Some("apply-templates" | "call-template")),
            "param" => parent == Some("template") && self.is_leading(element, local),
            "fallback" => true,
            _ => parent == Some("choose"),
        };
        if !allowed {
            self.problem(element, format!("xsl:{local} cannot stand here"));
        }
    }

    /// Whether only its like stand before an element.
    fn is_leading(&self, element: NodeId, local: &str) -> bool {
        std::iter::successors(self.tree.previous(element), |id| self.tree.previous(*id)).all(|id| {
            self.tree.text(id).is_none_or(|text| is_blank(text))
                && (!self.tree.is_element(id) || self.instruction_name(id).as_deref() == Some(local))
        })
    }

    fn text(&mut self, element: NodeId) -> Instruction {
        let mut text = String::new();
        for piece in self.pieces(element) {
            match piece {
                Piece::Text(part) => text.push_str(&part),
                Piece::Element(child) => self.problem(child, "xsl:text may hold nothing but text"),
            }
        }
        let raw = self.flag(element, "disable-output-escaping") == Some(true);
        Instruction::Text { text: text.into(), raw }
    }

    fn optional_avt(&mut self, element: NodeId, attribute: &str, locals: &Locals) -> Option<Avt> {
        self.attribute(element, attribute)?;
        Some(self.avt(element, attribute, locals))
    }

    fn when(&mut self, element: NodeId, locals: &mut Locals) -> Option<(Select, Body)> {
        let body = self.body(element, locals);
        Some((self.select_in(element, "test", Some(locals))?, body))
    }

    fn choose(&mut self, element: NodeId, locals: &mut Locals) -> Instruction {
        let (mut whens, mut otherwise, mut has_otherwise, mut has_when) = (Vec::new(), Vec::new(), false, false);
        for child in self.elements(element) {
            let local = self.instruction_name(child);
            match local.as_deref() {
                Some("when") if !has_otherwise => {
                    self.check_attributes(child, "when");
                    has_when = true;
                    whens.extend(self.when(child, locals));
                }
                Some("otherwise") if !has_otherwise => {
                    self.check_attributes(child, "otherwise");
                    has_otherwise = true;
                    otherwise = self.body(child, locals);
                }
                _ => self.problem(
                    child,
                    "cannot stand here; expected xsl:when, and after these one xsl:otherwise",
                ),
            }
        }
        if !has_when {
            self.problem(element, "xsl:choose has no xsl:when");
        }
        Instruction::Choose { whens, otherwise }
    }

    fn call_template(&mut self, element: NodeId, locals: &mut Locals) -> Option<Instruction> {
        let with = self.with(element, locals);
        let name = self.attribute(element, "name")?;
        let name = self.expanded(element, &name);
        let Some(template) = self.templates.get(&name).copied() else {
            let mut known: Vec<String> = self
                .templates
                .keys()
                .filter(|name| **name.namespace() != *"#")
                .map(ToString::to_string)
                .collect();
            known.sort();
            let known = if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            };
            self.problem(
                element,
                format!("there is no template of the name '{name}'; there are {known}"),
            );
            return None;
        };
        Some(Instruction::CallTemplate { template, with })
    }

    fn with(&mut self, element: NodeId, locals: &mut Locals) -> Vec<With> {
        let mut with: Vec<With> = Vec::new();
        for child in self.elements(element) {
            let local = self.instruction_name(child);
            if local.as_deref() != Some("with-param") {
                if local.as_deref() != Some("sort") {
                    self.problem(child, "cannot stand here; expected xsl:with-param or xsl:sort");
                }
                continue;
            }
            self.check_attributes(child, "with-param");
            let value = self.content(child, locals);
            let Some(name) = self.attribute(child, "name") else {
                continue;
            };
            let name = self.expanded(child, &name);
            if with.iter().any(|known| known.name == name) {
                self.problem(child, format!("the parameter '{name}' is given twice"));
            }
            with.push(With { name, value });
        }
        with
    }

    fn sorts(&mut self, element: NodeId, locals: &Locals) -> Vec<Sort> {
        let mut sorts = Vec::new();
        for child in self.elements(element) {
            if self.instruction_name(child).as_deref() != Some("sort") {
                continue;
            }
            if self.instruction_name(element).as_deref() == Some("for-each") && !self.is_leading(child, "sort") {
                self.problem(child, "xsl:sort must stand before everything else in xsl:for-each");
            }
            self.check_attributes(child, "sort");
            self.check_empty(child, "sort");
            let select = self.attribute(child, "select").unwrap_or_else(|| ".".into());
            let kind = self.avt(child, "data-type", locals);
            let order = self.avt(child, "order", locals);
            let case = self.avt(child, "case-order", locals);
            self.check_choice(child, "data-type", &kind, &["text", "number"]);
            self.check_choice(child, "order", &order, &["ascending", "descending"]);
            self.check_choice(child, "case-order", &case, &["upper-first", "lower-first"]);
            if let Some(key) = self.select(child, &select, Some(locals)) {
                sorts.push(Sort { key, kind, order, case });
            }
        }
        sorts
    }

    fn number(&mut self, element: NodeId, locals: &Locals) -> Instruction {
        self.check_empty(element, "number");
        let level = match self.attribute(element, "level").as_deref() {
            None | Some("single") => Level::Single,
            Some("multiple") => Level::Multiple,
            Some("any") => Level::Any,
            Some(other) => {
                self.problem(
                    element,
                    format!("'level' is '{other}'; expected single, multiple or any"),
                );
                Level::Single
            }
        };
        let mut patterns = |attribute: &str| {
            let text = self.attribute(element, attribute)?;
            Some(self.pattern(element, &text, Some(locals)))
        };
        let (count, from) = (patterns("count"), patterns("from"));
        Instruction::Number(Box::new(Numbering {
            value: self.select_in(element, "value", Some(locals)),
            level,
            count,
            from,
            format: match self.attribute(element, "format") {
                Some(_) => self.avt(element, "format", locals),
                None => Avt::fixed("1"),
            },
            grouping_separator: self.avt(element, "grouping-separator", locals),
            grouping_size: self.avt(element, "grouping-size", locals),
        }))
    }

    /// Attribute sets that an element uses; all of them must be there.
    fn attribute_sets(&mut self, element: NodeId, attribute: &str) -> Vec<Name> {
        let names = self.listed(element, attribute);
        self.check_sets(element, names)
    }

    fn check_sets(&mut self, element: NodeId, names: Vec<Name>) -> Vec<Name> {
        let root = self.tree.parent(element).map_or(element, |_| self.tree.root(element));
        let root = self.elements(root).first().copied().unwrap_or(root);
        for name in &names {
            let defined = self.elements(root).into_iter().any(|id| {
                self.instruction_name(id).as_deref() == Some("attribute-set")
                    && self
                        .attribute(id, "name")
                        .is_some_and(|own| self.expanded(id, &own) == *name)
            });
            if !defined {
                self.problem(element, format!("there is no attribute set of the name '{name}'"));
            }
        }
        names
    }

    /// What is done instead of an element that is not known.
    fn fallback(&mut self, element: NodeId, shown: &str, locals: &mut Locals) -> Option<Instruction> {
        let fallbacks: Vec<NodeId> = self
            .elements(element)
            .into_iter()
            .filter(|id| self.instruction_name(*id).as_deref() == Some("fallback"))
            .collect();
        let local = shown.strip_prefix("xsl:");
        let misplaced = local.is_some_and(is_known);
        if misplaced || (fallbacks.is_empty() && (!self.is_forwards_compatible || local.is_none())) {
            let message = if misplaced {
                format!("{shown} cannot stand here")
            } else {
                format!("{shown} is not known, and has no xsl:fallback")
            };
            self.problem(element, message);
            return None;
        }
        let mut body = Vec::new();
        for fallback in fallbacks {
            body.extend(self.body(fallback, locals));
        }
        Some(Instruction::Fallback(body))
    }

    fn literal(&mut self, element: NodeId, locals: &mut Locals) -> Option<Instruction> {
        let name = self.tree.name(element)?.clone();
        if self.extensions.contains(name.namespace()) {
            return self.fallback(element, &format!("the extension element '{}'", name.local()), locals);
        }
        let (mut attributes, mut uses, mut excluded) = (Vec::new(), Vec::new(), self.excluded.clone());
        let own: Vec<NodeId> = self.tree.attributes(element).collect();
        for id in own {
            let (Some(name), Some(value)) = (self.tree.name(id).cloned(), self.tree.attribute_value(id).cloned())
            else {
                continue;
            };
            if name.declared_prefix().is_some() {
                continue;
            }
            if **name.namespace() == *XSL {
                match &**name.local() {
                    "use-attribute-sets" => {
                        let names = value
                            .split_whitespace()
                            .map(|name| self.expanded(element, name))
                            .collect();
                        uses = self.check_sets(element, names);
                    }
                    "exclude-result-prefixes" => excluded.extend(self.namespaces_of(element, &value)),
                    "version" | "extension-element-prefixes" => {}
                    other => {
                        let message = format!("'xsl:{other}' is no attribute of an element of the result");
                        self.problem(element, message);
                    }
                }
                continue;
            }
            let value = self.avt_of(element, &value, locals);
            let prefix = self.tree.prefix(id).cloned();
            let (name, prefix) = self.aliased(name, prefix, true);
            attributes.push((name, prefix, value));
        }
        let mut declarations: Vec<(Arc<str>, Arc<str>)> = Vec::new();
        for (prefix, namespace) in self.prefixes(element).iter() {
            let unwanted = **namespace == *XSL || &**prefix == "xml" || excluded.contains(namespace);
            if !unwanted && !self.extensions.contains(namespace) && !self.aliases.contains_key(namespace) {
                declarations.push((Arc::clone(prefix), Arc::clone(namespace)));
            }
        }
        declarations.sort();
        let prefix = self.tree.prefix(element).cloned();
        let (name, prefix) = self.aliased(name, prefix, false);
        let body = self.body(element, locals);
        Some(Instruction::Literal(Box::new(Literal {
            name,
            prefix,
            declarations,
            attributes,
            uses,
            body,
        })))
    }

    /// A name of the stylesheet as it is in the result.
    fn aliased(&self, name: Name, prefix: Option<Arc<str>>, is_attribute: bool) -> (Name, Option<Arc<str>>) {
        if is_attribute && name.namespace().is_empty() {
            return (name, prefix);
        }
        match self.aliases.get(name.namespace()) {
            Some((prefix, namespace)) => (
                Name::new(Arc::clone(namespace), Arc::clone(name.local())),
                Some(Arc::clone(prefix)).filter(|prefix| !prefix.is_empty()),
            ),
            None => (name, prefix),
        }
    }
}
