//! Reading an element: the API that policies are written against.
//!
//! A policy asks for its attributes, children and text by name, once. Everything else follows: what is missing, of the
//! wrong type or misspelt is reported with its place, all at once; expressions are compiled for the type asked for, and
//! which bodies they read is remembered.
//! Never here: which policies exist, what they do.

mod kind;
mod values;

use crate::block::{Block, Needs, Section};
use crate::codes;
use crate::compiler::Compiler;
use crate::exchange::Message;
use crate::outline::{self, Outline};
use crate::resolvers::Declared;
use crate::validation::Validated;
use crate::value::{Readable, Value};
use crate::witness::{Spot, SpotKind};
use crate::xml::{Attribute, Element, Node, Piece};
use diagnostic::nearest;
use diagnostic::{Mapped, Span};
use kind::{Kind, of_type, of_words};
use std::sync::Arc;
use values::trimmed;

pub(crate) use kind::Words;

/// What an element came to once it was read.
pub(crate) struct Inner {
    /// What it needs before it runs.
    pub needs: Needs,
    /// What the steps inside it need.
    pub inside: Needs,
    /// How many steps are inside it.
    pub size: usize,
    /// Whether one of them keeps the response in the cache.
    pub keeps_response: bool,
    /// What it or a step inside it validates.
    pub validates: Validated,
    /// The resolvers of GraphQL's fields that it or a step inside it names.
    pub declares: Vec<Arc<Declared>>,
    /// Whether it always answers, by what is inside it.
    pub ends: bool,
    /// Those steps.
    pub outline: Vec<Outline>,
}

/// An element that is being read.
pub(crate) struct ElementReader<'r, 'c> {
    element: &'r Element,
    pub(crate) compiler: &'r mut Compiler<'c>,
    /// Path within the policy; empty for the policy's own element.
    path: String,
    asked_attributes: Vec<&'static str>,
    asked_children: Vec<&'static str>,
    asked_text: bool,
    needs: Needs,
    inside: Needs,
    /// Steps inside.
    size: usize,
    keeps_response: bool,
    validates: Validated,
    declares: Vec<Arc<Declared>>,
    ends: bool,
    outline: Vec<Outline>,
}

impl<'r, 'c> ElementReader<'r, 'c> {
    pub fn new(element: &'r Element, compiler: &'r mut Compiler<'c>, path: String) -> Self {
        Self {
            element,
            compiler,
            path,
            asked_attributes: Vec::new(),
            asked_children: Vec::new(),
            asked_text: false,
            needs: Needs::default(),
            inside: Needs::default(),
            size: 0,
            keeps_response: false,
            validates: Validated::default(),
            declares: Vec::new(),
            ends: false,
            outline: Vec::new(),
        }
    }

    /// The element's name as written.
    pub fn name(&self) -> &'r str {
        &self.element.name.text
    }

    /// Whether the element has this attribute.
    pub fn has(&self, name: &str) -> bool {
        self.element
            .attributes
            .iter()
            .any(|attribute| attribute.name.text == name)
    }

    /// An attribute that must be there.
    pub fn required<T: Readable>(&mut self, name: &'static str) -> Option<Value<T>> {
        let attribute = self.required_attribute(name)?;
        self.attribute_value(attribute, of_type::<T>())
    }

    /// An attribute that may be there. A wrong one is reported and gives nothing.
    pub fn optional<T: Readable>(&mut self, name: &'static str) -> Option<Value<T>> {
        let attribute = self.attribute(name)?;
        self.attribute_value(attribute, of_type::<T>())
    }

    /// An attribute with a default.
    pub fn or<T: Readable>(&mut self, name: &'static str, default: T) -> Value<T> {
        self.optional(name).unwrap_or(Value::Constant(default))
    }

    /// An attribute that must be there and takes no expression.
    pub fn required_literal<T: Readable>(&mut self, name: &'static str) -> Option<T> {
        let attribute = self.required_attribute(name)?;
        self.literal_value(attribute)
    }

    /// An attribute that may be there and takes no expression.
    pub fn literal<T: Readable>(&mut self, name: &'static str) -> Option<T> {
        let attribute = self.attribute(name)?;
        self.literal_value(attribute)
    }

    /// An attribute that takes one of some words, ignoring case, or an expression that gives one.
    pub fn word<E: Copy + Send + Sync>(&mut self, name: &'static str, words: Words<E>) -> Option<Value<E>> {
        let attribute = self.attribute(name)?;
        self.attribute_value(attribute, of_words(words))
    }

    /// Like [`Self::word`], for an attribute that must be there.
    pub fn required_word<E: Copy + Send + Sync>(&mut self, name: &'static str, words: Words<E>) -> Option<Value<E>> {
        let attribute = self.required_attribute(name)?;
        self.attribute_value(attribute, of_words(words))
    }

    /// Like [`Self::literal_word`], for an attribute that must be there.
    pub fn required_literal_word<E: Copy + Send + Sync>(&mut self, name: &'static str, words: Words<E>) -> Option<E> {
        self.required_attribute(name)?;
        self.literal_word(name, words)
    }

    /// An attribute that takes one of some words, ignoring case, and no expression.
    pub fn literal_word<E: Copy + Send + Sync>(&mut self, name: &'static str, words: Words<E>) -> Option<E> {
        let attribute = self.attribute(name)?;
        self.refuse_expressions(attribute)?;
        self.attribute_value(attribute, of_words(words))?.constant().copied()
    }

    /// The element's text without white space around it; nothing when it is blank.
    pub fn text<T: Readable>(&mut self) -> Option<Value<T>> {
        self.asked_text = true;
        let pieces = self.element.text();
        if pieces.iter().all(|piece| piece.is_blank()) {
            return None;
        }
        self.content_value(trimmed(&pieces), of_type::<T>(), true)
    }

    /// The element's text, which must be there.
    pub fn required_text<T: Readable>(&mut self) -> Option<Value<T>> {
        let is_blank = self.element.text().iter().all(|piece| piece.is_blank());
        if is_blank {
            let message = format!("`<{}>` is empty, expected {}", self.name(), T::EXPECTED);
            self.compiler
                .error(codes::MISSING_CHILD, self.element.name.span, message);
        }
        self.text()
    }

    /// What stands between the tags as content: white space counts unless it is around expressions, and child elements
    /// are content like any other. Nothing when it is blank.
    pub fn content<T: Readable>(&mut self) -> Option<Value<T>> {
        self.asked_text = true;
        if self.element.children().next().is_none() {
            let pieces = self.element.text();
            if pieces.iter().all(|piece| piece.is_blank()) {
                return None;
            }
            return self.content_value(&pieces, of_type::<T>(), false);
        }
        let source = Arc::clone(&self.compiler.place.source);
        let pieces = crate::xml::markup_pieces(source.text(), self.element.inner);
        self.asked_children.push("*");
        self.content_value(&pieces.iter().collect::<Vec<_>>(), of_type::<T>(), false)
    }

    /// What stands between the tags as one text of another language, with the way back to the document.
    pub fn written_content(&mut self) -> Mapped {
        self.asked_text = true;
        self.asked_children.push("*");
        crate::xml::written_text(self.compiler.place.source.text(), self.element)
    }

    /// The child elements of these names as documents of another language: each one's text as it is written, and the byte
    /// at which it begins.
    pub fn written_children(&mut self, names: &'static [&'static str]) -> Vec<(String, usize)> {
        self.asked_children.extend(names);
        let text = self.compiler.place.source.text();
        let children = self.element.children();
        let wanted = children.filter(|child| names.contains(&child.name.text.as_str()));
        let written = wanted.map(|child| {
            let (start, end) = (child.name.span.start.saturating_sub(1), child.inner.end);
            let rest = text.get(end..).unwrap_or_default();
            let end_tag = if rest.starts_with("</") {
                rest.find('>').map_or(rest.len(), |at| at + 1)
            } else {
                0
            };
            let written = text.get(start..end + end_tag).unwrap_or_default();
            (written.to_owned(), start)
        });
        written.collect()
    }

    /// All child elements of this name, each read by `read`.
    pub fn children<T>(
        &mut self,
        name: &'static str,
        mut read: impl FnMut(&mut ElementReader<'_, 'c>) -> Option<T>,
    ) -> Vec<T> {
        self.asked_children.push(name);
        let children = self.element.children().filter(|child| child.name.text == name);
        let mut found = Vec::new();
        for (index, child) in children.enumerate() {
            let separator = if self.path.is_empty() { "" } else { "/" };
            let path = format!("{}{separator}{name}[{}]", self.path, index + 1);
            let mut reader = ElementReader::new(child, self.compiler, path);
            found.extend(read(&mut reader));
            let inner = reader.finish();
            self.needs = self.needs.or(inner.needs);
            self.inside = self.inside.or(inner.inside);
            self.size = self.size.saturating_add(inner.size);
            self.keeps_response |= inner.keeps_response;
            self.validates = self.validates.or(inner.validates);
            self.declares.extend(inner.declares);
            self.outline.extend(inner.outline);
        }
        found
    }

    /// How many child elements of this name there are; `*` counts all.
    pub fn count(&self, name: &str) -> usize {
        self.element
            .children()
            .filter(|child| name == "*" || child.name.text == name)
            .count()
    }

    /// The child element of this name, of which there may be one.
    pub fn at_most_one<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut ElementReader<'_, 'c>) -> Option<T>,
    ) -> Option<T> {
        if let Some(second) = self.element.children().filter(|child| child.name.text == name).nth(1) {
            let message = format!("`<{}>` may hold one `<{name}>` only", self.name());
            self.compiler.error(codes::TOO_MANY_CHILDREN, second.name.span, message);
        }
        self.children(name, read).into_iter().next()
    }

    /// The child element of this name, of which there must be one.
    pub fn one<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut ElementReader<'_, 'c>) -> Option<T>,
    ) -> Option<T> {
        self.some(name);
        self.at_most_one(name, read)
    }

    /// Child elements of this name, of which there must be one or more.
    pub fn one_or_more<T>(
        &mut self,
        name: &'static str,
        read: impl FnMut(&mut ElementReader<'_, 'c>) -> Option<T>,
    ) -> Vec<T> {
        self.some(name);
        self.children(name, read)
    }

    fn some(&mut self, name: &str) {
        if self.count(name) == 0 {
            let message = format!("`<{}>` lacks `<{name}>`", self.name());
            self.compiler
                .error(codes::MISSING_CHILD, self.element.name.span, message);
        }
    }

    /// The child elements as policies.
    pub fn steps(&mut self) -> Block {
        self.asked_children.push("*");
        self.asked_text = true;
        let prefix = if self.path.is_empty() {
            String::new()
        } else {
            format!("{}/", self.path)
        };
        let block = self.compiler.steps(&self.element.content, &prefix);
        self.holds(&block);
        block
    }

    /// The child elements of these names as policies.
    pub fn policies(&mut self, names: &'static [&'static str]) -> Block {
        self.asked_children.extend(names);
        let prefix = if self.path.is_empty() {
            String::new()
        } else {
            format!("{}/", self.path)
        };
        let (mut all, mut counts) = (Block::default(), std::collections::HashMap::new());
        for node in &self.element.content {
            let is_named = |child: &Element| names.contains(&child.name.text.as_str());
            if matches!(node, Node::Element(child) if is_named(child)) {
                let node = std::slice::from_ref(node);
                let block = self.compiler.counted_steps(node, &prefix, &mut counts);
                all.steps.extend(block.steps);
            }
        }
        self.holds(&all);
        all
    }

    /// Remembers what the policy waits for besides what its own expressions read.
    pub fn need(&mut self, needs: Needs) {
        self.needs = self.needs.or(needs);
    }

    /// Remembers what the policy validates by what operations' descriptions say.
    pub fn validates(&mut self, validated: Validated) {
        self.validates = self.validates.or(validated);
    }

    /// Remembers a resolver of a GraphQL field that the policy names.
    pub fn declares(&mut self, declared: Declared) {
        self.declares.push(Arc::new(declared));
    }

    /// Remembers the steps that run inside of the policy and wait for themselves.
    pub fn holds(&mut self, block: &Block) {
        self.inside = self.inside.or(block.needs());
        self.size = self.size.saturating_add(block.size());
        self.keeps_response |= block.keeps_response();
        self.validates = self.validates.or(block.validates());
        self.declares.extend(block.declares());
        self.outline.extend(outline::of_block(block));
    }

    /// Remembers that the policy always answers, because of what is inside it.
    pub fn ends(&mut self, ends: bool) {
        self.ends |= ends;
    }

    /// This element as a branch that may be taken.
    pub fn branch(&mut self, name: &str) -> Option<Arc<Spot>> {
        self.compiler.spot(SpotKind::Branch, self.element.name.span.start, name)
    }

    /// What the policy's own expressions need so far.
    pub fn needs(&self) -> Needs {
        self.needs
    }

    /// Whether exactly one of these attributes is there; reported if not.
    pub fn exactly_one(&mut self, names: &[&str]) -> bool {
        let given = names.iter().filter(|name| self.has(name)).count();
        let list = names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        if given != 1 {
            let message = format!("`<{}>` has {given} of the attributes {list}, expected one", self.name());
            self.compiler.error(codes::CONFLICT, self.element.name.span, message);
        }
        given == 1
    }

    /// Reports a problem of an attribute's value, or of the element when it has no such attribute.
    pub fn error_at(&mut self, attribute: &str, code: &'static str, message: impl Into<String>) {
        let span = self.attribute_span(attribute);
        self.compiler.error(code, span, message);
    }

    /// The place of an attribute's value, or of the element's name when it has no such attribute.
    pub fn attribute_span(&self, name: &str) -> Span {
        let attribute = self
            .element
            .attributes
            .iter()
            .find(|attribute| attribute.name.text == name);
        attribute.map_or(self.element.name.span, |attribute| attribute.span)
    }

    /// The place of what stands between the tags.
    pub fn content_span(&self) -> Span {
        self.element.inner
    }

    /// The message that a policy changes in its section: the request on the way in, the response on the way out.
    pub fn message(&self) -> Message {
        match self.compiler.place.section {
            None | Some(Section::Inbound | Section::Backend) => Message::Request,
            Some(Section::Outbound | Section::OnError) => Message::Response,
        }
    }

    /// Reads all attributes whatever they are called.
    pub fn any_attributes(&mut self) {
        self.asked_attributes.push("*");
        for attribute in &self.element.attributes {
            self.attribute_value(attribute, of_type::<expression::value::Value>());
        }
    }

    /// Reads everything whatever it is called: expressions are compiled, nothing is unknown.
    pub fn anything(&mut self) {
        self.any_attributes();
        self.asked_children.push("*");
        self.text::<expression::value::Value>();
        for child in self.element.children() {
            let mut reader = ElementReader::new(child, self.compiler, String::new());
            reader.anything();
            reader.finish();
        }
    }

    /// Reports what nobody asked for.
    pub fn finish(self) -> Inner {
        let Self { element, compiler, .. } = self;
        let asked = |asked: &[&str], name: &str| asked.contains(&"*") || asked.contains(&name);
        for attribute in &element.attributes {
            let name = attribute.name.text.as_str();
            if !asked(&self.asked_attributes, name) && name != "id" {
                let message = format!("`<{}>` has no attribute `{name}`", element.name.text);
                let help = did_you_mean(name, &self.asked_attributes);
                compiler.error_with_help(codes::UNKNOWN_ATTRIBUTE, attribute.name.span, message, help);
            }
        }
        for child in element.children() {
            let name = child.name.text.as_str();
            if !asked(&self.asked_children, name) {
                let message = format!("`<{}>` holds no element `<{name}>`", element.name.text);
                let help = did_you_mean(name, &self.asked_children);
                compiler.error_with_help(codes::UNKNOWN_CHILD, child.name.span, message, help);
            }
        }
        if !self.asked_text {
            compiler.stray_text(&element.content);
        }
        Inner {
            needs: self.needs,
            inside: self.inside,
            size: self.size,
            keeps_response: self.keeps_response,
            validates: self.validates,
            declares: self.declares,
            ends: self.ends,
            outline: self.outline,
        }
    }

    /// The value of pieces between the tags. White space around expressions never counts; around literals only when
    /// it is content.
    fn content_value<T: 'static>(&mut self, pieces: &[&Piece], kind: Kind<T>, trims: bool) -> Option<Value<T>> {
        let what = format!("the text of `<{}>`", self.name());
        let inside = trimmed(pieces);
        let is_single = matches!(inside, [Piece::Expression { .. }]);
        let pieces = if is_single || trims { inside } else { pieces };
        let kind = if trims {
            Kind {
                keeps_space: false,
                ..kind
            }
        } else {
            kind
        };
        self.value(pieces, self.element.inner, &what, None, kind)
    }

    fn attribute(&mut self, name: &'static str) -> Option<&'r Attribute> {
        self.asked_attributes.push(name);
        self.element
            .attributes
            .iter()
            .find(|attribute| attribute.name.text == name)
    }

    fn required_attribute(&mut self, name: &'static str) -> Option<&'r Attribute> {
        let attribute = self.attribute(name);
        if attribute.is_none() {
            let message = format!("`<{}>` lacks the attribute `{name}`", self.name());
            self.compiler
                .error(codes::MISSING_ATTRIBUTE, self.element.name.span, message);
        }
        attribute
    }

    fn literal_value<T: Readable>(&mut self, attribute: &'r Attribute) -> Option<T> {
        self.refuse_expressions(attribute)?;
        self.attribute_value(attribute, of_type::<T>())?.constant().cloned()
    }

    fn refuse_expressions(&mut self, attribute: &'r Attribute) -> Option<()> {
        let is_expression = |piece: &&Piece| matches!(piece, Piece::Expression { .. });
        let Some(expression) = attribute.value.iter().find(is_expression) else {
            return Some(());
        };
        let message = format!(
            "`{}` of `<{}>` takes no expression, expected a literal",
            attribute.name.text,
            self.name()
        );
        self.compiler.error(codes::LITERAL_ONLY, expression.span(), message);
        None
    }
}

fn did_you_mean(name: &str, known: &[&'static str]) -> Option<String> {
    nearest(name, known.iter().copied()).map(|near| format!("did you mean `{near}`?"))
}
