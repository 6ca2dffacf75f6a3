//! A policy document as it is compiled: four sections, each with its steps before and after `<base />`.
//!
//! Never here: which documents enclose it.

use crate::block::{Block, Scope, Section};
use crate::codes;
use crate::compiler::Compiler;
use crate::xml::{Element, Node};
use std::collections::HashMap;
use std::sync::Arc;

/// A compiled document.
#[derive(Default)]
pub(crate) struct Document {
    inbound: SectionSteps,
    backend: SectionSteps,
    outbound: SectionSteps,
    on_error: SectionSteps,
}

/// A section's steps.
#[derive(Default)]
pub(crate) struct SectionSteps {
    /// The steps before `<base />`, or all of them.
    pub before: Arc<Block>,
    /// Whether there is a `<base />`.
    pub has_base: bool,
    /// The steps after `<base />`.
    pub after: Arc<Block>,
}

impl Document {
    pub fn section(&self, section: Section) -> &SectionSteps {
        match section {
            Section::Inbound => &self.inbound,
            Section::Backend => &self.backend,
            Section::Outbound => &self.outbound,
            Section::OnError => &self.on_error,
        }
    }

    fn section_mut(&mut self, section: Section) -> &mut SectionSteps {
        match section {
            Section::Inbound => &mut self.inbound,
            Section::Backend => &mut self.backend,
            Section::Outbound => &mut self.outbound,
            Section::OnError => &mut self.on_error,
        }
    }
}

/// Compiles a whole document.
pub(crate) fn compile_document(compiler: &mut Compiler<'_>, nodes: &[Node]) -> Document {
    let Some(root) = root(compiler, nodes, "policies") else {
        return Document::default();
    };
    compile_sections(compiler, &root.content)
}

/// The root element, which must be the only one and have this name.
pub(crate) fn root<'n>(compiler: &mut Compiler<'_>, nodes: &'n [Node], name: &str) -> Option<&'n Element> {
    compiler.stray_text(nodes);
    let mut elements = nodes.iter().filter_map(|node| match node {
        Node::Element(element) => Some(element),
        Node::Text(_) => None,
    });
    let root = elements.next();
    match root {
        None => compiler.error(
            codes::DOCUMENT_SHAPE,
            diagnostic::Span::at(0),
            format!("expected `<{name}>`"),
        ),
        Some(root) if root.name.text != name => {
            let message = format!("found `<{}>`, expected `<{name}>`", root.name.text);
            compiler.error(codes::DOCUMENT_SHAPE, root.name.span, message);
            return None;
        }
        Some(root) => no_attributes(compiler, root),
    }
    if let Some(second) = elements.next() {
        let message = format!("found `<{}>` behind `</{name}>`, expected nothing", second.name.text);
        compiler.error(codes::DOCUMENT_SHAPE, second.name.span, message);
    }
    root
}

/// Compiles section elements.
pub(crate) fn compile_sections(compiler: &mut Compiler<'_>, content: &[Node]) -> Document {
    let mut document = Document::default();
    let mut seen = Vec::new();
    compiler.stray_text(content);
    for node in content {
        let Node::Element(element) = node else { continue };
        let name = element.name.text.as_str();
        let Some(section) = Section::ALL.into_iter().find(|section| section.name() == name) else {
            let names = Section::ALL.map(Section::name);
            let near = diagnostic::nearest(name, names);
            let help = near.map(|near| format!("did you mean `<{near}>`?"));
            let message = format!("`<{name}>` is no section, expected {}", names.join(", "));
            compiler.error_with_help(codes::DOCUMENT_SHAPE, element.name.span, message, help);
            continue;
        };
        if seen.contains(&section) {
            let message = format!("section `<{name}>` stands twice");
            compiler.error(codes::DOCUMENT_SHAPE, element.name.span, message);
            continue;
        }
        seen.push(section);
        *document.section_mut(section) = compile_section(compiler, element, section);
    }
    document
}

fn compile_section(compiler: &mut Compiler<'_>, element: &Element, section: Section) -> SectionSteps {
    no_attributes(compiler, element);
    let outer = compiler.place.section.replace(section);
    let is_base = |node: &Node| matches!(node, Node::Element(child) if child.name.text == "base");
    let base = element.content.iter().position(is_base);
    let is_plain = |child: &&Element| child.name.text != "set-graphql-resolver";
    if section == Section::Backend && element.children().filter(is_plain).count() > 1 {
        let message = "`<backend>` holds more than one policy; wrap them in one";
        compiler.refused_by_apim(codes::BACKEND_CHILDREN, element.name.span, message);
    }
    let before = element
        .content
        .get(..base.unwrap_or(element.content.len()))
        .unwrap_or_default();
    let rest = base.and_then(|base| element.content.get(base..)).unwrap_or_default();
    let after = match rest.split_first() {
        Some((Node::Element(base), after)) => {
            check_base(compiler, base);
            after
        }
        _ => &[],
    };
    let mut counts = HashMap::new();
    let before = compiler.counted_steps(before, "", &mut counts);
    let reached = before.ends().then(|| compiler.spots_so_far());
    let after = compiler.counted_steps(after, "", &mut counts);
    compiler.keep_spots(reached);
    let steps = SectionSteps {
        before: Arc::new(before),
        has_base: base.is_some(),
        after: Arc::new(after),
    };
    compiler.place.section = outer;
    steps
}

fn check_base(compiler: &mut Compiler<'_>, base: &Element) {
    if compiler.place.scope == Some(Scope::Global) {
        let message = "`<base />` means nothing at global scope, which has no scope around it";
        compiler.refused_by_apim(codes::MISPLACED_BASE, base.name.span, message);
    }
    no_attributes(compiler, base);
    if let Some(child) = base.children().next() {
        let message = format!("`<base />` holds nothing, found `<{}>`", child.name.text);
        compiler.error(codes::UNKNOWN_CHILD, child.name.span, message);
    }
    compiler.stray_text(&base.content);
}

fn no_attributes(compiler: &mut Compiler<'_>, element: &Element) {
    for attribute in element
        .attributes
        .iter()
        .filter(|attribute| attribute.name.text != "id" && !attribute.name.text.starts_with("xmlns:"))
    {
        let message = format!("`<{}>` has no attribute `{}`", element.name.text, attribute.name.text);
        compiler.refused_by_apim(codes::UNKNOWN_ATTRIBUTE, attribute.name.span, message);
    }
}
