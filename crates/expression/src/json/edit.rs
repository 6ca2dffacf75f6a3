//! Newtonsoft's rules for what may stand where, applied to an arena.
//!
//! Never here: where the item comes from (`mutation`).

use super::arena::{Arena, Kind, NodeId};
use super::error::JsonError;
use super::scalar::JTokenType;

/// Nodes of a tree, about 100 MB: attaching a tree to itself doubles it, so few steps could fill any memory.
const MAX_NODES: usize = 2_000_000;

impl Arena {
    /// Whether the tree may still grow.
    ///
    /// # Errors
    /// It has too many nodes, removed ones included.
    pub fn check_room(&self) -> Result<(), JsonError> {
        if self.len() > MAX_NODES {
            let found = self.len();
            return Err(JsonError::json(format!(
                "JSON tree has {found} tokens, more than the {MAX_NODES} that it may grow to"
            )));
        }
        Ok(())
    }

    /// The item itself, or a copy if it has a parent already or would contain itself.
    pub fn adoptable(&mut self, item: NodeId, container: NodeId) -> NodeId {
        let contains_itself = item == container || (!self.children(item).is_empty() && self.root(container) == item);
        if self.parent(item).is_none() && !contains_itself {
            return item;
        }
        let copy = self.extract(item);
        // The copied node is the first of its arena, so its new number is where that arena begins.
        let begin = self.append(copy);
        Self::first().shifted(begin)
    }

    /// Inserts a root as a child.
    ///
    /// # Errors
    /// The container does not take such an item, or not there.
    pub fn insert(&mut self, container: NodeId, at: usize, item: NodeId) -> Result<(), JsonError> {
        let comment = self.token_type(item) == JTokenType::Comment;
        match self.kind(container) {
            Kind::Object(_) | Kind::Property { .. } if comment => return Ok(()),
            Kind::Property { .. } => {
                return Err(JsonError::json(
                    "Newtonsoft.Json.Linq.JProperty cannot have multiple values.",
                ));
            }
            Kind::Value(_) => {
                return Err(JsonError::invalid_operation(
                    "cannot add to Newtonsoft.Json.Linq.JValue",
                ));
            }
            Kind::Object(_) | Kind::Array(_) | Kind::Constructor(_) => {}
        }
        if at > self.children(container).len() {
            return Err(JsonError::out_of_range("Index must be within the bounds of the List."));
        }
        self.check_item(container, item, None)?;
        self.link(container, at, item);
        Ok(())
    }

    /// Puts a root where a child is. As in Newtonsoft, an equal `JValue` stays itself.
    ///
    /// # Errors
    /// The container does not take such an item.
    pub fn replace(&mut self, container: NodeId, at: usize, item: NodeId) -> Result<(), JsonError> {
        let Some(existing) = self.children(container).get(at).copied() else {
            return Err(JsonError::out_of_range("Index is equal to or greater than Count."));
        };
        if let (Some(old), Some(new)) = (self.scalar(existing), self.scalar(item))
            && old.equals(new)
        {
            return Ok(());
        }
        self.check_item(container, item, Some(existing))?;
        self.exchange(container, at, item);
        Ok(())
    }

    /// Takes a node out of its parent.
    ///
    /// # Errors
    /// It has no parent, or is a property's value.
    pub fn remove(&mut self, id: NodeId) -> Result<(), JsonError> {
        let parent = self
            .parent(id)
            .ok_or_else(|| JsonError::invalid_operation("The parent is missing."))?;
        let at = self.position(parent, id).unwrap_or(usize::MAX);
        self.remove_at(parent, at)
    }

    /// Takes a child out.
    ///
    /// # Errors
    /// There is no such child, or the container is a property.
    pub fn remove_at(&mut self, container: NodeId, at: usize) -> Result<(), JsonError> {
        self.check_removable(container)?;
        if at >= self.children(container).len() {
            return Err(JsonError::out_of_range("Index is equal to or greater than Count."));
        }
        self.unlink(container, at);
        Ok(())
    }

    /// Whether children may be taken out of the node.
    ///
    /// # Errors
    /// The node is a property.
    pub fn check_removable(&self, container: NodeId) -> Result<(), JsonError> {
        match self.kind(container) {
            Kind::Property { .. } => Err(JsonError::json(
                "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.",
            )),
            _ => Ok(()),
        }
    }

    fn check_item(&self, container: NodeId, item: NodeId, existing: Option<NodeId>) -> Result<(), JsonError> {
        let is_object = matches!(self.kind(container), Kind::Object(_));
        let name = self.name(item);
        if is_object != name.is_some() {
            let (item, container) = (self.class(item), self.class(container));
            return Err(JsonError::argument(format!(
                "Can not add Newtonsoft.Json.Linq.{item} to Newtonsoft.Json.Linq.{container}."
            )));
        }
        let Some(name) = name else { return Ok(()) };
        if existing.and_then(|existing| self.name(existing)) != Some(name) && self.find(container, name).is_some() {
            return Err(JsonError::argument(format!(
                "Can not add property {name} to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object."
            )));
        }
        Ok(())
    }
}
