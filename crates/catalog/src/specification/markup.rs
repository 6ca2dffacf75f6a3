//! XML documents as descriptions of APIs need them: elements with their places, by their local names.
//!
//! Never here: what the elements mean.

use diagnostic::Span;
use xml::reader::{Places, XmlError, read_with_places};
use xml::{NodeId, Tree};

/// A document that could be read.
pub(super) struct Markup {
    tree: Tree,
    places: Places,
}

/// An element of it.
#[derive(Clone, Copy)]
pub(super) struct Element<'m> {
    markup: &'m Markup,
    id: NodeId,
}

impl Markup {
    /// Reads a document.
    pub fn read(text: &str) -> Result<Self, XmlError> {
        let (tree, places) = read_with_places(text, false)?;
        Ok(Self { tree, places })
    }

    /// The outermost element.
    pub fn root(&self) -> Option<Element<'_>> {
        self.below(NodeId::FIRST).next()
    }

    fn below(&self, parent: NodeId) -> impl Iterator<Item = Element<'_>> {
        let children = self.tree.children(parent);
        let elements = children.filter(|id| self.tree.is_element(*id));
        elements.map(|id| Element { markup: self, id })
    }
}

impl<'m> Element<'m> {
    /// Its children of a name.
    pub fn children(self, name: &str) -> impl Iterator<Item = Element<'m>> {
        self.markup.below(self.id).filter(move |child| child.is(name))
    }

    fn is(self, name: &str) -> bool {
        self.markup.tree.name(self.id).is_some_and(|own| &**own.local() == name)
    }

    /// Its namespace.
    pub fn namespace(self) -> &'m str {
        self.markup.tree.name(self.id).map_or("", |name| name.namespace())
    }

    /// What an attribute without a namespace says, without blanks around it; nothing when that is nothing.
    pub fn attribute(self, name: &str) -> Option<&'m str> {
        let tree = &self.markup.tree;
        let mut attributes = tree.attributes(self.id);
        let found = attributes.find(|id| {
            tree.name(*id)
                .is_some_and(|own| own.namespace().is_empty() && &**own.local() == name)
        })?;
        let value = tree.attribute_value(found)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// Where its name stands.
    pub fn span(self) -> Span {
        self.markup.places.of(self.id).map_or(Span::at(0), Span::at)
    }
}
