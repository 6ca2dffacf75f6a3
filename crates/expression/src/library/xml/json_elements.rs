//! JSON as XML, the way of Newtonsoft's `XmlNodeConverter`: the reverse of `json_text`.

use super::linq_node::NODE_BYTES;
use super::text::text_of;
use super::xname::checked;
use crate::frame::Frame;
use crate::json::{JToken, JTokenType};
use crate::library::scalar_value;
use crate::text::Text;
use crate::thrown::Thrown;
use std::sync::Arc;
use xml::name::{XML_NAMESPACE, XMLNS_NAMESPACE, encoded};
use xml::{Declaration, Kind, Name, NodeId, Tree};

/// A document of JSON, whose root element has this name when the JSON itself names none; `dom` for an `XmlDocument`,
/// which takes some things that an `XDocument` refuses.
///
/// # Errors
/// What cannot be XML; when the budget is used up.
pub fn to_document(frame: &mut Frame<'_>, json: &JToken, root: Option<&str>, dom: bool) -> Result<Tree, Thrown> {
    if json.class() != "JObject" {
        return Err(unsuitable(
            "XmlNodeConverter can only convert JSON that begins with an object.",
        ));
    }
    let mut reader = Reader {
        tree: Tree::of(Kind::Document { declaration: None }),
        dom,
    };
    match root {
        Some(root) => reader.element(frame, NodeId::FIRST, root, json)?,
        None => reader.members(frame, NodeId::FIRST, json)?,
    }
    Ok(reader.tree)
}

fn unsuitable(message: &str) -> Thrown {
    Thrown::new("Newtonsoft.Json.JsonSerializationException", message)
}

struct Reader {
    tree: Tree,
    dom: bool,
}

impl Reader {
    fn add(&mut self, frame: &mut Frame<'_>, parent: NodeId, kind: Kind) -> Result<NodeId, Thrown> {
        frame.step(1)?;
        frame.allocate(NODE_BYTES)?;
        let id = self.tree.push(kind);
        self.tree.append_child(parent, id);
        Ok(id)
    }

    fn members(&mut self, frame: &mut Frame<'_>, parent: NodeId, object: &JToken) -> Result<(), Thrown> {
        for property in object.properties() {
            let name = property.name().unwrap_or_default();
            let Some(value) = property.property_value() else {
                continue;
            };
            if parent == NodeId::FIRST && self.tree.children(parent).any(|id| self.tree.is_element(id)) {
                return Err(unsuitable(
                    "JSON root object has multiple properties. The root object must have a single property in order to create a valid XML document. Consider specifying a DeserializeRootElementName.",
                ));
            }
            if value.class() == "JArray" && !name.starts_with('@') {
                self.array(frame, parent, &name, &value)?;
            } else {
                self.member(frame, parent, &name, &value)?;
            }
        }
        Ok(())
    }

    fn array(&mut self, frame: &mut Frame<'_>, parent: NodeId, name: &str, array: &JToken) -> Result<(), Thrown> {
        for item in array.children() {
            if parent == NodeId::FIRST && self.tree.children(parent).any(|id| self.tree.is_element(id)) {
                return Err(Thrown::invalid_operation(
                    "This operation would create an incorrectly structured document.",
                ));
            }
            self.member(frame, parent, name, &item)?;
        }
        Ok(())
    }

    fn member(&mut self, frame: &mut Frame<'_>, parent: NodeId, name: &str, value: &JToken) -> Result<(), Thrown> {
        let kind = match name {
            "#text" => Kind::Text(simple(value)?.unwrap_or_default().as_str().into()),
            "#cdata-section" => Kind::CData(simple(value)?.unwrap_or_default().as_str().into()),
            "?xml" => {
                let part = |name: &str| match value.try_get(name) {
                    Some(part) => simple(&part).map(|text| text.map(|text| Arc::from(text.as_str()))),
                    None => Ok(None),
                };
                let declaration = Some(Declaration {
                    version: part("@version")?,
                    encoding: part("@encoding")?,
                    standalone: part("@standalone")?,
                });
                self.tree.set_kind(NodeId::FIRST, Kind::Document { declaration });
                return Ok(());
            }
            _ if name.starts_with('?') => Kind::Instruction {
                target: name.trim_start_matches('?').into(),
                content: simple(value)?.unwrap_or_default().as_str().into(),
            },
            _ if name.starts_with('@') && parent != NodeId::FIRST => return Ok(()),
            _ => return self.element(frame, parent, name, value),
        };
        self.add(frame, parent, kind)?;
        Ok(())
    }

    fn element(&mut self, frame: &mut Frame<'_>, parent: NodeId, name: &str, value: &JToken) -> Result<(), Thrown> {
        if name.is_empty() {
            return Err(unsuitable(
                "XmlNodeConverter cannot convert JSON with an empty property name to XML.",
            ));
        }
        let element = Kind::Element {
            name: Name::local_only("x"),
            prefix: None,
            open: false,
        };
        let id = self.add(frame, parent, element)?;
        if value.class() == "JObject" {
            self.attributes(frame, id, value)?;
        }
        let (prefix, name) = self.resolved(frame, id, name, true)?;
        let open = false;
        self.tree.set_kind(id, Kind::Element { name, prefix, open });
        match value.class() {
            "JObject" => frame.deeper(6, |frame| self.members(frame, id, value)),
            "JArray" => frame.deeper(6, |frame| {
                let name = self
                    .tree
                    .name(id)
                    .map(|name| name.local().to_string())
                    .unwrap_or_default();
                self.array(frame, id, &name, value)
            }),
            _ => {
                match simple(value)? {
                    Some(text) if text.is_empty() => self.tree.set_open(id, true),
                    Some(text) => {
                        frame.allocate(text.len())?;
                        self.add(frame, id, Kind::Text(text.as_str().into()))?;
                    }
                    None => {}
                }
                Ok(())
            }
        }
    }

    /// Members that begin with `@`; declarations first, so that their prefixes mean something.
    fn attributes(&mut self, frame: &mut Frame<'_>, element: NodeId, object: &JToken) -> Result<(), Thrown> {
        let mut found = Vec::new();
        for property in object.properties() {
            let name = property.name().unwrap_or_default();
            if let (Some(name), Some(value)) = (name.strip_prefix('@'), property.property_value()) {
                let text = simple(&value)?.or_else(|| self.dom.then(Text::default));
                let text = text.ok_or_else(|| Thrown::argument_null("value"))?;
                found.push((name.to_owned(), text));
            }
        }
        found.sort_by_key(|(name, _)| !(name == "xmlns" || name.starts_with("xmlns:")));
        for (name, text) in found {
            frame.step(1)?;
            frame.allocate(NODE_BYTES + text.len())?;
            let (prefix, name) = self.resolved(frame, element, &name, false)?;
            let attribute = self.tree.push(Kind::Attribute {
                name,
                prefix,
                value: text.as_str().into(),
            });
            self.tree.append_attribute(element, attribute);
        }
        Ok(())
    }

    /// A name with what its prefix means.
    fn resolved(
        &self,
        frame: &mut Frame<'_>,
        at: NodeId,
        name: &str,
        is_element: bool,
    ) -> Result<(Option<Arc<str>>, Name), Thrown> {
        let parts = name.split_once(':');
        if parts.is_none() && !is_element {
            return Ok((None, Name::local_only(encoded(name))));
        }
        // It is looked for among all attributes around.
        frame.step(self.tree.attributes_around(at) as u64 / 16)?;
        let Some((prefix, local)) = parts else {
            let default = self.tree.namespace_of_prefix(at, "");
            return Ok((None, Name::new(default.unwrap_or_default(), encoded(name))));
        };
        let namespace = match prefix {
            "xml" => Some(XML_NAMESPACE.into()),
            "xmlns" => Some(XMLNS_NAMESPACE.into()),
            _ => self.tree.namespace_of_prefix(at, prefix),
        };
        match namespace {
            Some(namespace) => Ok((Some(prefix.into()), Name::new(namespace, encoded(local)))),
            None if self.dom => Ok((None, Name::local_only(encoded(local)))),
            // A prefix that means nothing is part of a name that is none.
            None => Ok((None, checked("", name)?)),
        }
    }
}

/// The text of a value that is no container; `None` for null.
fn simple(value: &JToken) -> Result<Option<Text>, Thrown> {
    match (value.token_type(), value.scalar()) {
        (JTokenType::Null | JTokenType::Undefined, _) => Ok(None),
        (_, Some(scalar)) => text_of(&scalar_value(&scalar)).map(Some),
        (kind, None) => {
            let message = format!("Cannot get an XML string value from token type '{}'.", kind.name());
            Err(unsuitable(&message))
        }
    }
}
