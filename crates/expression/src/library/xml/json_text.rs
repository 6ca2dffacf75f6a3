//! XML as JSON text, the way of Newtonsoft's `XmlNodeConverter`: attributes are `@name`, text beside others is `#text`,
//! elements of one name are an array, a comment is one of JavaScript.

use super::linq_node::NODE_BYTES;
use crate::frame::Frame;
use crate::json::{Formatting, JToken, Scalar};
use crate::thrown::{Outcome, Thrown};
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;
use xml::name::XMLNS_NAMESPACE;
use xml::{Declaration, JsonNames, Kind, Node, NodeId, Tree};

/// The namespace of attributes that are instructions to the converter.
const JSON_NAMESPACE: &str = "http://james.newtonking.com/projects/json";

/// The JSON of a node.
///
/// # Errors
/// When the budget is used up.
pub fn to_json(frame: &mut Frame<'_>, node: &Node, indented: bool, omits_root: bool) -> Outcome {
    let (tree, id) = node.snapshot();
    let mut writer = Writer {
        tree: &tree,
        names: JsonNames::of(&tree),
        out: String::new(),
        indented,
        levels: Vec::new(),
        after_name: false,
    };
    if !omits_root {
        writer.open('{');
    }
    writer.node(frame, id, !omits_root)?;
    if !omits_root {
        writer.close('}');
    }
    frame.text(writer.out)
}

struct Writer<'t> {
    tree: &'t Tree,
    names: JsonNames<'t>,
    out: String,
    indented: bool,
    /// For each open bracket: whether it is an array's, and whether something stands in it.
    levels: Vec<(bool, bool)>,
    after_name: bool,
}

impl Writer<'_> {
    fn line(&mut self) {
        if self.indented {
            self.out.push('\n');
            self.out.push_str(&"  ".repeat(self.levels.len()));
        }
    }

    /// What stands before a value or a name.
    fn before(&mut self, is_name: bool) {
        if std::mem::take(&mut self.after_name) {
            return;
        }
        let Some((array, filled)) = self.levels.last_mut() else {
            return;
        };
        let (array, comma) = (*array, std::mem::replace(filled, true));
        if comma {
            self.out.push(',');
        }
        if array || is_name {
            self.line();
        }
    }

    fn name(&mut self, name: &str) {
        self.before(true);
        self.quoted(name);
        self.out.push_str(if self.indented { ": " } else { ":" });
        self.after_name = true;
    }

    fn quoted(&mut self, text: &str) {
        let token = JToken::value(Scalar::String(text.into()));
        self.out.push_str(&token.to_json(Formatting::None));
    }

    fn text(&mut self, text: &str) {
        self.before(false);
        self.quoted(text);
    }

    fn null(&mut self) {
        self.before(false);
        self.out.push_str("null");
    }

    fn open(&mut self, bracket: char) {
        self.before(false);
        self.out.push(bracket);
        self.levels.push((bracket == '[', false));
    }

    fn close(&mut self, bracket: char) {
        let filled = self.levels.pop().is_some_and(|(_, filled)| filled);
        if filled {
            self.line();
        }
        self.out.push(bracket);
    }

    fn node(&mut self, frame: &mut Frame<'_>, id: NodeId, named: bool) -> Result<(), Thrown> {
        frame.step(1)?;
        frame.allocate(NODE_BYTES / 2)?;
        match self.tree.kind(id) {
            Kind::Document { .. } | Kind::Fragment => self.children(frame, id, named)?,
            Kind::Element { .. } => return frame.deeper(6, |frame| self.element(frame, id, named)),
            Kind::Comment(text) => {
                if named {
                    // Writing to a string cannot fail.
                    let _ = write!(self.out, "/*{text}*/");
                }
            }
            Kind::Instruction { target, content } if **target == *"xml" => {
                let part = |name: &str| {
                    let (_, rest) = content.split_once(&format!("{name}=\""))?;
                    rest.split('"').next().map(Arc::from)
                };
                self.declaration(&Declaration {
                    version: part("version"),
                    encoding: part("encoding"),
                    standalone: part("standalone"),
                });
            }
            Kind::DocumentType(kind) => {
                let parts = [
                    ("@name", Some(kind.name.as_ref())),
                    ("@public", kind.public.as_deref()),
                    ("@system", kind.system.as_deref()),
                    ("@internalSubset", kind.subset.as_deref()),
                ];
                self.record("!DOCTYPE", &parts);
            }
            _ => {
                let value = self.tree.value(id);
                let namespace = self.tree.name(id).map_or("", |name| name.namespace());
                if namespace == JSON_NAMESPACE || (namespace == XMLNS_NAMESPACE && *value == *JSON_NAMESPACE) {
                    return Ok(());
                }
                if named {
                    let name = self.property_name(id);
                    self.name(&name);
                }
                self.text(&value);
            }
        }
        Ok(())
    }

    fn record(&mut self, name: &str, parts: &[(&str, Option<&str>)]) {
        self.name(name);
        self.open('{');
        for (name, part) in parts {
            if let Some(part) = part.filter(|part| !part.is_empty()) {
                self.name(name);
                self.text(part);
            }
        }
        self.close('}');
    }

    fn declaration(&mut self, declaration: &Declaration) {
        let parts = [
            ("@version", declaration.version.as_deref()),
            ("@encoding", declaration.encoding.as_deref()),
            ("@standalone", declaration.standalone.as_deref()),
        ];
        self.record("?xml", &parts);
    }

    fn element(&mut self, frame: &mut Frame<'_>, id: NodeId, named: bool) -> Result<(), Thrown> {
        if named {
            let name = self.property_name(id);
            self.name(&name);
        }
        let tree = self.tree;
        let has_attributes = tree.attributes(id).any(|id| !self.is_instruction(id));
        let first = tree.first_child(id);
        let only = first.filter(|child| tree.next(*child).is_none());
        if let (false, Some(only)) = (has_attributes, only)
            && let Kind::Text(text) = tree.kind(only)
        {
            self.text(text);
        } else if tree.first_attribute(id).is_none() && first.is_none() {
            if tree.is_open(id) { self.text("") } else { self.null() }
        } else {
            self.open('{');
            for attribute in tree.attributes(id) {
                self.node(frame, attribute, true)?;
            }
            self.children(frame, id, true)?;
            self.close('}');
        }
        Ok(())
    }

    /// An attribute that tells the converter something and is not written.
    fn is_instruction(&self, attribute: NodeId) -> bool {
        let name = self.tree.name(attribute);
        name.is_some_and(|name| **name.namespace() == *JSON_NAMESPACE)
    }

    /// Children, those of one name together.
    fn children(&mut self, frame: &mut Frame<'_>, id: NodeId, named: bool) -> Result<(), Thrown> {
        if let Kind::Document {
            declaration: Some(declaration),
        } = self.tree.kind(id)
        {
            self.declaration(&declaration.clone());
        }
        let mut groups: Vec<(String, Vec<NodeId>)> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for child in self.tree.children(id) {
            frame.step(1)?;
            let name = self.property_name(child);
            let place = *places.entry(name.clone()).or_insert(groups.len());
            match groups.get_mut(place) {
                Some((_, members)) => members.push(child),
                None => groups.push((name, vec![child])),
            }
        }
        for (name, members) in groups {
            if let [only] = members.as_slice()
                && !self.is_array(*only)
            {
                self.node(frame, *only, named)?;
                continue;
            }
            if named {
                self.name(&name);
            }
            self.open('[');
            for member in members {
                self.node(frame, member, false)?;
            }
            self.close(']');
        }
        Ok(())
    }

    /// Whether `json:Array="true"` asks for an array even of one.
    fn is_array(&self, element: NodeId) -> bool {
        self.tree.attributes(element).any(|id| {
            self.is_instruction(id)
                && self.tree.name(id).is_some_and(|name| **name.local() == *"Array")
                && self.tree.attribute_value(id).is_some_and(|value| **value == *"true")
        })
    }

    fn property_name(&self, id: NodeId) -> String {
        match self.tree.kind(id) {
            Kind::Attribute { .. } => format!("@{}", self.names.name(id)),
            Kind::Text(_) => "#text".to_owned(),
            Kind::CData(_) => "#cdata-section".to_owned(),
            Kind::Comment(_) => "#comment".to_owned(),
            Kind::Instruction { target, .. } => format!("?{target}"),
            Kind::DocumentType(kind) => format!("!{}", kind.name),
            _ => self.names.name(id),
        }
    }
}
