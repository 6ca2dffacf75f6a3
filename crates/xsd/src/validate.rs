//! Documents against a model, in one pass, without recursion.
//!
//! Elements are open one within the other: each knows its type, where it is in its content model and the keys below it.
//! Messages are those of .NET's validator. After an element that must not stand in its parent, the parent's content is
//! gone through as far as it fits, and no more is said of it.
//! Never here: compiling schemas.

mod attributes;
mod keys;
mod messages;
mod part;

pub use part::Part;

use crate::content::{Content, Matched, Matcher};
use crate::document::XSI;
use crate::identity::Tables;
use crate::model::{ANY_TYPE, ElementId, Model, Process, TypeId, Ways};
use crate::problem::{StartTags, line_and_position};
use crate::simple::{Identity, Valued, shortened};
use crate::value::Value;
use messages::{expecting, joined, quoted};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use xml::{Kind, Name, NodeId, Tree};

/// Steps that keys of one document may take.
const MOST_WORK: u64 = 5_000_000;

/// Something that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The element.
    pub element: String,
    /// What was found and what was expected.
    pub message: String,
    /// The line of the element, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub position: usize,
}

/// An element that is not closed yet.
struct Open<'m> {
    node: NodeId,
    next: Option<NodeId>,
    declared: Vec<Arc<str>>,
    element: Option<ElementId>,
    kind: TypeId,
    content: &'m Content,
    matcher: Matcher<'m>,
    is_mixed: bool,
    is_nil: bool,
    /// Something about its children was said.
    is_wrong: bool,
    tables: Tables,
}

struct Validator<'m, 't> {
    model: &'m Model,
    tree: &'t Tree,
    most: usize,
    found: Vec<(NodeId, String)>,
    open: Vec<Open<'m>>,
    /// What each prefix means, the innermost last.
    prefixes: HashMap<Arc<str>, Vec<Arc<str>>>,
    ids: HashSet<Arc<str>>,
    references: Vec<(NodeId, Arc<str>)>,
    /// Values of elements and attributes, where keys are asked for.
    values: HashMap<NodeId, Value>,
    work: u64,
}

static NOTHING: Content = Content::Empty;

/// Validates a part of a document.
pub(crate) fn validate(model: &Model, text: &str, part: Part, most: usize) -> Result<Vec<Fault>, String> {
    let tree = xml::reader::read_document(text, true).map_err(|error| error.message)?;
    let roots = part.roots(&tree)?;
    let mut validator = Validator {
        model,
        tree: &tree,
        most,
        found: Vec::new(),
        open: Vec::new(),
        prefixes: HashMap::new(),
        ids: HashSet::new(),
        references: Vec::new(),
        values: HashMap::new(),
        work: MOST_WORK,
    };
    for root in roots {
        validator.root(root);
    }
    let references = std::mem::take(&mut validator.references);
    for (node, id) in references {
        if !validator.ids.contains(&id) {
            validator.report(node, format!("Reference to undeclared ID is '{}'.", shortened(&id)));
        }
    }
    Ok(placed(&tree, text, validator.found))
}

/// Faults with their places, in the order of the document.
fn placed(tree: &Tree, text: &str, found: Vec<(NodeId, String)>) -> Vec<Fault> {
    let wanted: HashSet<NodeId> = found.iter().map(|(node, _)| *node).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let elements = tree.descendants(NodeId::FIRST).filter(|id| tree.is_element(*id));
    let places: HashMap<NodeId, usize> = elements
        .zip(StartTags::of(text))
        .filter(|(id, _)| wanted.contains(id))
        .collect();
    let mut faults: Vec<(usize, Fault)> = found
        .into_iter()
        .map(|(node, message)| {
            let offset = places.get(&node).copied().unwrap_or(0);
            let (line, position) = line_and_position(text, offset);
            let element = tree.name(node).map_or_else(String::new, ToString::to_string);
            let fault = Fault {
                element,
                message,
                line,
                position,
            };
            (offset, fault)
        })
        .collect();
    faults.sort_by_key(|(offset, _)| *offset);
    faults.into_iter().map(|(_, fault)| fault).collect()
}

impl<'m> Validator<'m, '_> {
    fn report(&mut self, node: NodeId, message: String) {
        if self.found.len() < self.most {
            self.found.push((node, message));
        }
    }

    fn is_full(&self) -> bool {
        self.found.len() >= self.most
    }

    fn name(&self, node: NodeId) -> Name {
        self.tree.name(node).cloned().unwrap_or_else(|| Name::local_only(""))
    }

    fn resolve(&self, prefix: &str) -> Option<Arc<str>> {
        if prefix == "xml" {
            return Some(xml::name::XML_NAMESPACE.into());
        }
        let namespace = self.prefixes.get(prefix)?.last()?;
        (!namespace.is_empty()).then(|| Arc::clone(namespace))
    }

    /// Goes through an element that stands by itself.
    fn root(&mut self, root: NodeId) {
        // What prefixes mean above it.
        let above: Vec<NodeId> = self.tree.ancestors_and_self(root).skip(1).collect();
        let mut declared = Vec::new();
        for node in above.into_iter().rev() {
            declared.extend(self.declare(node));
        }
        self.enter_by(root, Process::Strict);
        while let Some(open) = self.open.last_mut() {
            if self.found.len() >= self.most {
                self.open.clear();
                break;
            }
            match open.next {
                Some(child) => {
                    open.next = self.tree.next(child);
                    self.child(child);
                }
                None => self.leave(),
            }
        }
        self.undeclare(&declared);
    }

    /// Takes the declarations of an element in.
    fn declare(&mut self, node: NodeId) -> Vec<Arc<str>> {
        let mut declared = Vec::new();
        for id in self.tree.attributes(node) {
            if let Kind::Attribute { name, value, .. } = self.tree.kind(id)
                && let Some(prefix) = name.declared_prefix()
            {
                let prefix: Arc<str> = prefix.into();
                self.prefixes
                    .entry(Arc::clone(&prefix))
                    .or_default()
                    .push(Arc::clone(value));
                declared.push(prefix);
            }
        }
        declared
    }

    fn undeclare(&mut self, declared: &[Arc<str>]) {
        for prefix in declared {
            if let Some(meanings) = self.prefixes.get_mut(prefix) {
                meanings.pop();
                if meanings.is_empty() {
                    self.prefixes.remove(prefix);
                }
            }
        }
    }

    /// Enters an element as a wildcard asks.
    fn enter_by(&mut self, node: NodeId, process: Process) {
        if process == Process::Skip {
            return;
        }
        let name = self.name(node);
        let element = self.model.global_elements.get(&name).copied();
        let has_type = self.xsi(node, "type").is_some();
        if element.is_none() && !has_type && process == Process::Strict {
            self.report(node, format!("The '{}' element is not declared.", joined(&name)));
            return;
        }
        self.enter(node, element);
    }

    fn xsi(&self, node: NodeId, local: &str) -> Option<Arc<str>> {
        let is = |name: &Name| **name.namespace() == *XSI && **name.local() == *local;
        let found = self
            .tree
            .attributes(node)
            .find(|id| self.tree.name(*id).is_some_and(is))?;
        self.tree.attribute_value(found).cloned()
    }

    fn enter(&mut self, node: NodeId, id: Option<ElementId>) {
        let declared = self.declare(node);
        let model = self.model;
        let element = id.and_then(|id| model.element(id));
        let name = self.name(node);
        let mut kind = element.map_or(ANY_TYPE, |element| element.kind);
        let mut is_abstract = element.is_some_and(|element| element.is_abstract);
        if let Some(written) = self.xsi(node, "type") {
            let block = element.map(|element| element.block).unwrap_or_default();
            if let Some(found) = self.other_type(node, &written, kind, block) {
                kind = found;
            }
        }
        is_abstract |= model.of(kind).is_some_and(|kind| kind.is_abstract);
        if is_abstract {
            let message = format!("The element '{}' is abstract or its type is abstract.", joined(&name));
            self.report(node, message);
        }
        let is_nil = self.nil(node, element.is_none_or(|element| element.is_nillable));
        if is_nil && element.is_some_and(|element| element.fixed.is_some()) {
            self.report(
                node,
                "There must be no fixed value when an attribute is 'xsi:nil' and has a value of 'true'.".to_owned(),
            );
        }
        self.attributes(node, kind);
        let complex = model.complex(kind);
        let content = complex.map_or(&NOTHING, |complex| &complex.content);
        self.open.push(Open {
            node,
            next: self.tree.first_child(node),
            declared,
            element: id,
            kind,
            content,
            matcher: Matcher::of(content),
            is_mixed: complex.is_some_and(|complex| complex.is_mixed),
            is_nil,
            is_wrong: false,
            tables: Tables::new(),
        });
    }

    /// The type that `xsi:type` names, if it may stand for the declared one.
    fn other_type(&mut self, node: NodeId, written: &str, declared: TypeId, mut block: Ways) -> Option<TypeId> {
        let text = crate::document::trimmed(written);
        let resolve = |prefix: &str| self.resolve(prefix);
        let named = Value::parse(crate::value::Primitive::QName, text, &resolve);
        let found = match named {
            Ok(Value::Name(name)) => self.model.global_types.get(&name).copied(),
            _ => None,
        };
        let Some(found) = found else {
            self.report(node, format!("This is an invalid xsi:type '{}'.", shortened(text)));
            return None;
        };
        if let Some(kind) = self.model.of(declared) {
            block.extension |= kind.block.extension;
            block.restriction |= kind.block.restriction;
        }
        if !self.model.is_derived(found, declared, block) {
            let message = format!(
                "The xsi:type attribute value '{}' is not valid for the element '{}', either because it is not a type validly \
                 derived from the type in the schema, or because it has xsi:type derivation blocked.",
                shortened(text),
                joined(&self.name(node))
            );
            self.report(node, message);
            return None;
        }
        Some(found)
    }

    fn nil(&mut self, node: NodeId, is_nillable: bool) -> bool {
        let Some(written) = self.xsi(node, "nil") else {
            return false;
        };
        let is_nil = match crate::document::trimmed(&written) {
            "true" | "1" => true,
            "false" | "0" => false,
            other => {
                self.report(
                    node,
                    format!("The string '{}' is not a valid Boolean value.", shortened(other)),
                );
                return false;
            }
        };
        if !is_nillable {
            let message = "If the 'nillable' attribute is false in the schema, the 'xsi:nil' attribute must not be present in the instance.";
            self.report(node, message.to_owned());
            return false;
        }
        is_nil
    }

    /// Looks at a child of the innermost open element.
    fn child(&mut self, child: NodeId) {
        let tree = self.tree;
        let Some(open) = self.open.last_mut() else { return };
        let parent = open.node;
        let text = match tree.kind(child) {
            Kind::Element { name, .. } => {
                if open.is_nil {
                    self.not_nil();
                    return;
                }
                if self.model.simple(open.kind).is_some() || matches!(open.content, Content::Simple(_)) {
                    let message = format!(
                        "The element {} cannot contain child element {} because the parent element's content model is text only.",
                        quoted(&self.name(parent)),
                        quoted(name)
                    );
                    self.wrong(message);
                    return;
                }
                let name = name.clone();
                match open.matcher.accept(&name) {
                    Some(Matched::Element(id)) => self.enter(child, Some(id)),
                    Some(Matched::Any(wildcard)) => self.enter_by(child, wildcard.process),
                    None => self.misplaced(&name),
                }
                return;
            }
            Kind::Text(text) | Kind::CData(text) => text,
            _ => return,
        };
        if open.is_nil {
            self.not_nil();
            return;
        }
        let takes_text = open.is_mixed || self.model.text_type(open.kind).is_some();
        let is_empty = matches!(open.content, Content::Empty);
        if takes_text || text.is_empty() || (!is_empty && xml::name::is_blank(text)) {
            return;
        }
        let name = quoted(&self.name(parent));
        let message = match (is_empty, xml::name::is_blank(text)) {
            (true, true) => "The element cannot contain white space. Content model is empty.".to_owned(),
            (true, false) => format!("The element {name} cannot contain text. Content model is empty."),
            _ => format!("The element {name} cannot contain text.{}", self.expecting()),
        };
        self.wrong(message);
    }

    /// Says something of the innermost element's children, once.
    fn wrong(&mut self, message: String) {
        let Some(open) = self.open.last_mut() else { return };
        if !std::mem::replace(&mut open.is_wrong, true) {
            let node = open.node;
            self.report(node, message);
        }
    }

    fn not_nil(&mut self) {
        let Some(open) = self.open.last() else { return };
        let name = joined(&self.name(open.node));
        self.wrong(format!("Element '{name}' must have no character or element children."));
    }

    fn expecting(&self) -> String {
        self.open
            .last()
            .map_or_else(String::new, |open| expecting(&open.matcher.expected()))
    }

    fn misplaced(&mut self, name: &Name) {
        let Some(open) = self.open.last() else { return };
        let parent = quoted(&self.name(open.node));
        let message = if matches!(open.content, Content::Empty) {
            format!(
                "The element {parent} cannot contain child element {} because the parent element's content model is empty.",
                quoted(name)
            )
        } else {
            format!(
                "The element {parent} has invalid child element {}.{}",
                quoted(name),
                self.expecting()
            )
        };
        self.wrong(message);
    }

    /// Closes the innermost element.
    fn leave(&mut self) {
        let Some(open) = self.open.pop() else { return };
        let name = self.name(open.node);
        if !open.is_nil && !open.is_wrong {
            if let Some(kind) = self.model.text_type(open.kind) {
                self.text(&open, kind, &name);
            } else if !open.matcher.is_complete() {
                let expecting = expecting(&open.matcher.expected());
                self.report(
                    open.node,
                    format!("The element {} has incomplete content.{expecting}", quoted(&name)),
                );
            } else if open.is_mixed
                && let Some(fixed) = open.element.and_then(|id| self.model.element(id)?.fixed.clone())
            {
                let text = self.tree.value(open.node);
                let has_elements = self.tree.children(open.node).any(|id| self.tree.is_element(id));
                if has_elements || (!text.is_empty() && text != fixed) {
                    self.report(
                        open.node,
                        format!(
                            "The value of the '{}' element does not equal its fixed value.",
                            joined(&name)
                        ),
                    );
                }
            }
        }
        let Open {
            node,
            declared,
            element,
            tables,
            ..
        } = open;
        if !self.is_full() && self.model.has_constraints {
            let tables = self.keys(node, element, tables);
            if let Some(parent) = self.open.last_mut() {
                crate::identity::merge(&mut parent.tables, tables);
            }
        }
        self.undeclare(&declared);
    }

    /// The text between an element's tags.
    fn text(&mut self, open: &Open<'m>, kind: TypeId, name: &Name) {
        let model = self.model;
        let element = open.element.and_then(|id| model.element(id));
        let written = self.tree.value(open.node);
        let fixed = element.and_then(|element| element.fixed.clone());
        let given = fixed
            .clone()
            .or_else(|| element.and_then(|element| element.default.clone()));
        let text = if written.is_empty() {
            given.unwrap_or(written)
        } else {
            written
        };
        match self.valued(kind, &text) {
            Ok(valued) => {
                if let Some(fixed) = fixed
                    && self.valued(kind, &fixed).is_ok_and(|fixed| fixed.value != valued.value)
                {
                    self.report(
                        open.node,
                        format!(
                            "The value of the '{}' element does not equal its fixed value.",
                            joined(name)
                        ),
                    );
                }
                self.note(open.node, open.node, valued);
            }
            Err(why) => {
                let message = format!(
                    "The '{}' element is invalid - The value '{}' is invalid according to its datatype '{}' - {why}",
                    joined(name),
                    shortened(&text),
                    self.model.type_name(kind)
                );
                self.report(open.node, message);
            }
        }
    }

    fn valued(&self, kind: TypeId, text: &str) -> Result<Valued, String> {
        let resolve = |prefix: &str| self.resolve(prefix);
        self.model.value(kind, text, &resolve)
    }

    /// Keeps what others may ask of a value: identities, and keys.
    fn note(&mut self, element: NodeId, node: NodeId, valued: Valued) {
        let texts = match &valued.value {
            Value::List(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        for text in texts {
            let Value::Text(text) = text else { continue };
            match valued.identity {
                Identity::None => {}
                Identity::Id => {
                    if !self.ids.insert(Arc::clone(text)) {
                        self.report(element, format!("'{}' is already used as an ID.", shortened(text)));
                    }
                }
                Identity::Reference => self.references.push((element, Arc::clone(text))),
            }
        }
        if self.model.has_constraints {
            self.values.insert(node, valued.value);
        }
    }
}
