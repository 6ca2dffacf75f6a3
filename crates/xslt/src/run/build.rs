//! The result, and trees beside it, as they are made: always at one place, always forward, so that nodes' numbers are
//! in document order.

use super::Machine;
use super::state::Halt;
use std::sync::Arc;
use xml::name::XMLNS_NAMESPACE;
use xml::{Kind, Name, NodeId, Tree};

/// Where nodes are added.
#[derive(Clone, Debug)]
pub struct Builder {
    /// The node that is added to.
    pub parent: NodeId,
    /// Text that was added last; pieces become one node.
    text: String,
    /// It is written without references.
    raw: bool,
}

impl Builder {
    /// A builder that adds to a node.
    pub fn at(parent: NodeId) -> Self {
        Self {
            parent,
            text: String::new(),
            raw: false,
        }
    }

    /// Makes a node of the text so far. A text that is written without references is a CDATA section in the tree.
    pub fn flush(&mut self, tree: &mut Tree) {
        if self.text.is_empty() {
            return;
        }
        let text = std::mem::take(&mut self.text).into();
        let kind = if self.raw { Kind::CData(text) } else { Kind::Text(text) };
        let id = tree.push(kind);
        tree.append_child(self.parent, id);
    }

    fn push(&mut self, tree: &mut Tree, kind: Kind) -> NodeId {
        self.flush(tree);
        let id = tree.push(kind);
        tree.append_child(self.parent, id);
        id
    }

    /// Begins an element; gives the node around it.
    pub fn open(&mut self, tree: &mut Tree, name: Name, prefix: Option<Arc<str>>) -> NodeId {
        let open = false;
        let id = self.push(tree, Kind::Element { name, prefix, open });
        std::mem::replace(&mut self.parent, id)
    }

    /// Ends an element: goes on at the node around it.
    pub fn close(&mut self, tree: &mut Tree, outer: NodeId) {
        self.flush(tree);
        self.parent = outer;
    }

    /// Begins a tree beside the result; gives what goes on when it is complete, and its root.
    pub fn begin_fragment(&mut self, tree: &mut Tree) -> (Self, NodeId) {
        let fragment = tree.push(Kind::Fragment);
        (std::mem::replace(self, Self::at(fragment)), fragment)
    }

    /// Ends a tree beside the result.
    pub fn end_fragment(&mut self, tree: &mut Tree, outer: Self) {
        self.flush(tree);
        *self = outer;
    }
}

/// A tree beside the result that is a text; gives its root.
pub fn text_fragment(tree: &mut Tree, text: &str) -> NodeId {
    let fragment = tree.push(Kind::Fragment);
    let text = tree.push(Kind::Text(text.into()));
    tree.append_child(fragment, text);
    fragment
}

impl Machine<'_> {
    /// Adds text.
    pub fn text(&mut self, text: &str, raw: bool) -> Result<(), Halt> {
        if text.is_empty() {
            return Ok(());
        }
        if self.builder.text.is_empty() {
            self.state.node()?;
        }
        self.state.room(text.len())?;
        if raw != self.builder.raw {
            self.builder.flush(&mut self.tree);
            self.builder.raw = raw;
        }
        self.builder.text.push_str(text);
        Ok(())
    }

    /// Adds a comment or processing instruction.
    pub fn leaf(&mut self, kind: Kind) -> Result<(), Halt> {
        self.state.node()?;
        self.builder.push(&mut self.tree, kind);
        Ok(())
    }

    /// Adds an attribute to the element that was begun last; one of the same name is gone, as in .NET.
    pub fn attribute(&mut self, name: Name, prefix: Option<Arc<str>>, value: Arc<str>) -> Result<(), Halt> {
        let parent = self.builder.parent;
        if !self.tree.is_element(parent) {
            let message = format!("the attribute '{name}' stands outside of any element");
            return Err(Halt::failed(message));
        }
        if !self.builder.text.is_empty() || self.tree.first_child(parent).is_some() {
            let message = format!(
                "the attribute '{name}' comes after content of its element; attributes must be added before it"
            );
            return Err(Halt::failed(message));
        }
        self.state.node()?;
        self.state.room(value.len())?;
        self.state.steps(self.tree.attributes(parent).count() / 16)?;
        if let Some(known) = self.tree.attribute(parent, &name) {
            self.tree.unlink(known);
        }
        let id = self.tree.push(Kind::Attribute { name, prefix, value });
        self.tree.append_attribute(parent, id);
        Ok(())
    }

    /// Declares a prefix on the element that was begun last, unless it means the same around it.
    pub fn declaration(&mut self, outer: NodeId, prefix: &str, namespace: &Arc<str>) -> Result<(), Halt> {
        // The look-up goes outwards; results may be nested much deeper than documents that are read.
        let depth = self.tree.ancestors_and_self(outer).count();
        self.state.steps(1 + depth + self.tree.attributes_around(outer) / 16)?;
        if self.tree.namespace_of_prefix(outer, prefix).as_ref() == Some(namespace) {
            return Ok(());
        }
        let name = if prefix.is_empty() {
            Name::local_only("xmlns")
        } else {
            Name::new(XMLNS_NAMESPACE, prefix)
        };
        // The default namespace cannot be declared on an element that is in none.
        let own = self.tree.name(self.builder.parent).map(Name::namespace);
        if prefix.is_empty() && own.is_some_and(|own| own.is_empty()) {
            return Ok(());
        }
        let prefix = (!prefix.is_empty()).then(|| "xmlns".into());
        self.attribute(name, prefix, Arc::clone(namespace))
    }
}
