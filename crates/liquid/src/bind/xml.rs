//! XML as templates see it: elements are dictionaries of their child elements by local name, in any case.
//!
//! An element without child elements is its text. Several elements of one name are a list that also stands for its
//! first. Attributes are members where no element has their name. Going through an element gives its child elements.

use crate::value::{Object, Value};
use ::xml::reader::{XmlError, read_document};
use ::xml::{Name, NodeId, Tree};
use expression::runtime::{Fault, Runtime};
use expression::text::Text;
use std::rc::Rc;

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// What an element with `xsi:nil="true"` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nil {
    /// An empty text.
    Blank,
    /// Nothing.
    Null,
}

/// An XML text; its members are its root element.
///
/// # Errors
/// What is wrong with a text that is no XML.
pub fn xml<'v>(text: &str, nil: Nil) -> Result<Value<'v>, XmlError> {
    let tree = Rc::new(read_document(text, false)?);
    Ok(Value::object(Element {
        document: Document { tree, nil },
        id: NodeId::FIRST,
    }))
}

#[derive(Clone)]
struct Document {
    tree: Rc<Tree>,
    nil: Nil,
}

impl Document {
    fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        self.tree.children(id).filter(|child| self.tree.is_element(*child))
    }

    fn is_leaf(&self, id: NodeId) -> bool {
        id != NodeId::FIRST && self.children(id).next().is_none()
    }

    /// Attributes that are neither namespaces nor instructions of XML Schema.
    fn attributes(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let is_own =
            |name: &Name| !matches!(name.namespace().as_ref(), XMLNS | XSI) && name.local().as_ref() != "xmlns";
        self.tree
            .attributes(id)
            .filter(move |attribute| self.tree.name(*attribute).is_some_and(is_own))
    }

    /// Nothing, the text, or the element itself where there is more in it than text.
    fn value<'v>(&self, id: NodeId) -> Value<'v> {
        let is_nil = self
            .tree
            .attribute(id, &Name::new(XSI, "nil"))
            .and_then(|attribute| self.tree.attribute_value(attribute))
            .is_some_and(|value| matches!(value.trim(), "true" | "1"));
        if is_nil {
            return match self.nil {
                Nil::Blank => Value::Text(Text::default()),
                Nil::Null => Value::Nil,
            };
        }
        if self.is_leaf(id) && self.attributes(id).next().is_none() {
            return Value::Text(self.tree.value(id).into());
        }
        Value::object(Element {
            document: self.clone(),
            id,
        })
    }

    fn is_named(&self, id: NodeId, name: &str) -> bool {
        let local = self.tree.name(id).map(Name::local);
        local.is_some_and(|local| local.to_lowercase() == name)
    }
}

/// A document or an element.
struct Element {
    document: Document,
    id: NodeId,
}

impl<'v> Object<'v> for Element {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        let (document, lower) = (&self.document, name.to_lowercase());
        let mut found: Vec<NodeId> = Vec::new();
        for child in document.children(self.id) {
            runtime.step(1)?;
            if document.is_named(child, &lower) {
                found.push(child);
            }
        }
        let value = match found.as_slice() {
            [] => document
                .attributes(self.id)
                .find(|attribute| document.is_named(*attribute, &lower))
                .and_then(|attribute| document.tree.attribute_value(attribute))
                .map(|value| Value::Text(value.as_ref().into())),
            [one] => Some(document.value(*one)),
            _ => Some(Value::object(Siblings {
                document: document.clone(),
                ids: found,
            })),
        };
        Ok(value)
    }

    fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        let mut items = Vec::new();
        for child in self.document.children(self.id) {
            runtime.step(1)?;
            items.push(self.document.value(child));
        }
        Ok(Some(items))
    }

    fn at(&self, index: usize, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        runtime.step(index as u64)?;
        Ok(self
            .document
            .children(self.id)
            .nth(index)
            .map(|child| self.document.value(child)))
    }

    fn scalar(&self) -> Option<Value<'v>> {
        let is_leaf = self.document.is_leaf(self.id);
        is_leaf.then(|| Value::Text(self.document.tree.value(self.id).into()))
    }
}

/// Several elements of one name.
struct Siblings {
    document: Document,
    ids: Vec<NodeId>,
}

impl<'v> Object<'v> for Siblings {
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        match self.at(0, runtime)? {
            Some(Value::Object(first)) => first.member(name, runtime),
            _ => Ok(None),
        }
    }

    fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        runtime.step(self.ids.len() as u64)?;
        Ok(Some(self.ids.iter().map(|id| self.document.value(*id)).collect()))
    }

    fn at(&self, index: usize, _: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        Ok(self.ids.get(index).map(|id| self.document.value(*id)))
    }

    fn is_list(&self) -> bool {
        true
    }
}
