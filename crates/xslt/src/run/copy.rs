//! `xsl:copy` and `xsl:copy-of`.

use super::state::Halt;
use super::{Machine, Task};
use crate::instruction::Body;
use std::sync::Arc;
use xml::{Kind, Name, NodeId};

impl<'p> Machine<'p> {
    /// The current node without what it holds; an element's content is made by a body.
    pub fn copy(&mut self, uses: &'p [Name], body: &'p Body) -> Result<(), Halt> {
        let node = self.focus.place.node;
        match self.tree.kind(node) {
            Kind::Element { .. } => {
                let outer = self.copy_start(node, true)?;
                self.tasks.push(Task::EndElement(outer));
                self.fill(uses, body);
            }
            Kind::Document { .. } | Kind::Fragment => self.tasks.push(Task::Body(body)),
            _ => self.copy_whole(node)?,
        }
        Ok(())
    }

    /// A node with all that it holds.
    pub fn copy_whole(&mut self, top: NodeId) -> Result<(), Halt> {
        let mut node = top;
        // The elements of the result around the ones that are being copied.
        let mut outers = Vec::new();
        loop {
            self.state.steps(1)?;
            match self.tree.kind(node).clone() {
                Kind::Element { .. } => {
                    outers.push(self.copy_start(node, node == top)?);
                    let own: Vec<NodeId> = self.tree.attributes(node).collect();
                    for attribute in own {
                        self.copy_attribute(attribute, node == top)?;
                    }
                }
                Kind::Document { .. } | Kind::Fragment | Kind::DocumentType(_) => {}
                Kind::Text(text) | Kind::CData(text) => self.text(&text, false)?,
                Kind::Attribute { .. } => self.copy_attribute(node, false)?,
                kind @ (Kind::Comment(_) | Kind::Instruction { .. }) => self.leaf(kind)?,
            }
            if let Some(child) = self.tree.first_child(node) {
                node = child;
                continue;
            }
            loop {
                if self.tree.is_element(node)
                    && let Some(outer) = outers.pop()
                {
                    self.builder.close(&mut self.tree, outer);
                }
                if node == top {
                    return Ok(());
                }
                if let Some(next) = self.tree.next(node) {
                    node = next;
                    break;
                }
                match self.tree.parent(node) {
                    Some(parent) => node = parent,
                    None => return Ok(()),
                }
            }
        }
    }

    /// Begins a copy of an element, with the declarations that are in scope when it is the first one that is copied. Gives
    /// the element around it.
    fn copy_start(&mut self, node: NodeId, is_top: bool) -> Result<NodeId, Halt> {
        let Kind::Element { name, prefix, .. } = self.tree.kind(node).clone() else {
            return Ok(node);
        };
        self.state.node()?;
        let outer = self.builder.open(&mut self.tree, name, prefix);
        if is_top {
            self.state.steps(self.tree.attributes_around(node) / 16)?;
            for id in self.tree.declarations_in_scope(node) {
                self.copy_declaration(id, outer)?;
            }
        }
        Ok(outer)
    }

    fn copy_declaration(&mut self, id: NodeId, outer: NodeId) -> Result<(), Halt> {
        let name = self.tree.name(id).cloned();
        let value = self.tree.attribute_value(id).map(Arc::clone);
        if let (Some(name), Some(value)) = (name, value)
            && let Some(prefix) = name.declared_prefix()
            && !value.is_empty()
        {
            self.declaration(outer, prefix, &value)?;
        }
        Ok(())
    }

    fn copy_attribute(&mut self, id: NodeId, declarations_are_done: bool) -> Result<(), Halt> {
        let Kind::Attribute { name, prefix, value } = self.tree.kind(id).clone() else {
            return Ok(());
        };
        if name.declared_prefix().is_none() {
            return self.attribute(name, prefix, value);
        }
        let element = self.builder.parent;
        match self.tree.parent(element) {
            Some(outer) if !declarations_are_done => self.copy_declaration(id, outer),
            _ => Ok(()),
        }
    }
}
