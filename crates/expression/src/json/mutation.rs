//! What changes a token: setting, adding, removing, replacing.
//!
//! A token without a parent is attached as it is, so that it stays the same reference; one that has a parent is copied.
//! Never here: which item may stand where (`edit`).

use super::arena::{Arena, Kind, NodeId};
use super::error::JsonError;
use super::scalar::Scalar;
use super::token::{JToken, no_child, wrong_array_key, wrong_object_key};
use crate::text::Text;

/// What becomes a child: a token, or a value that no token was made for yet.
#[derive(Clone, Debug)]
pub enum Content {
    /// A value, as C#'s implicit conversions to `JToken` make.
    Scalar(Scalar),
    /// A token, copied if it has a parent.
    Token(JToken),
}

impl<T: Into<Scalar>> From<T> for Content {
    fn from(value: T) -> Self {
        Self::Scalar(value.into())
    }
}

impl From<JToken> for Content {
    fn from(token: JToken) -> Self {
        Self::Token(token)
    }
}

impl From<&JToken> for Content {
    fn from(token: &JToken) -> Self {
        Self::Token(token.clone())
    }
}

impl JToken {
    /// `token["name"] = content`: sets the property's value or adds the property.
    ///
    /// # Errors
    /// The token is not an object, or the content is a property.
    pub fn set(&self, name: impl Into<Text>, content: impl Into<Content>) -> Result<(), JsonError> {
        let name = name.into();
        match self.class() {
            "JObject" => self.edit(content.into(), |arena, object, item| match arena.find(object, &name) {
                Some(property) => arena.replace(property, 0, item),
                None => add_property(arena, object, name, item),
            }),
            "JArray" => Err(wrong_array_key("Set", &format!("\"{name}\""))),
            class => Err(no_child("set", class)),
        }
    }

    /// `token[index] = content`
    ///
    /// # Errors
    /// The token is not an array or has no such element, or the content is a property.
    pub fn set_at(&self, index: i64, content: impl Into<Content>) -> Result<(), JsonError> {
        match self.class() {
            "JArray" => {
                let at = position(index)?;
                self.edit(content.into(), |arena, array, item| arena.replace(array, at, item))
            }
            "JObject" => Err(wrong_object_key("Set", &index.to_string())),
            class => Err(no_child("set", class)),
        }
    }

    /// `Add(content)`
    ///
    /// # Errors
    /// The token does not take such content: an object takes properties of new names, an array anything else.
    pub fn add(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        self.edit(content.into(), |arena, container, item| {
            arena.insert(container, arena.children(container).len(), item)
        })
    }

    /// `AddFirst(content)`
    ///
    /// # Errors
    /// As [`Self::add`].
    pub fn add_first(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        self.edit(content.into(), |arena, container, item| {
            arena.insert(container, 0, item)
        })
    }

    /// `JArray.Insert(index, content)`
    ///
    /// # Errors
    /// As [`Self::add`], or the index is not between 0 and the count.
    pub fn insert(&self, index: i64, content: impl Into<Content>) -> Result<(), JsonError> {
        let bounds = |_| {
            JsonError::out_of_range(
                "Index was out of range. Must be non-negative and less than the size of the collection.",
            )
        };
        let at = usize::try_from(index).map_err(bounds)?;
        self.edit(content.into(), |arena, container, item| {
            arena.insert(container, at, item)
        })
    }

    /// `JObject.Add(name, content)`
    ///
    /// # Errors
    /// The token is not an object, or has such a property.
    pub fn add_property(&self, name: impl Into<Text>, content: impl Into<Content>) -> Result<(), JsonError> {
        let name = name.into();
        self.edit(content.into(), |arena, object, item| {
            add_property(arena, object, name, item)
        })
    }

    /// `AddBeforeSelf(content)`
    ///
    /// # Errors
    /// As [`Self::add`], or there is no parent.
    pub fn add_before_self(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        self.add_beside(content.into(), 0)
    }

    /// `AddAfterSelf(content)`
    ///
    /// # Errors
    /// As [`Self::add`], or there is no parent.
    pub fn add_after_self(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        self.add_beside(content.into(), 1)
    }

    fn add_beside(&self, content: Content, distance: usize) -> Result<(), JsonError> {
        self.edit(content, |arena, node, item| {
            let parent = arena
                .parent(node)
                .ok_or_else(|| JsonError::invalid_operation("The parent is missing."))?;
            let at = arena.position(parent, node).unwrap_or_default() + distance;
            let item = arena.adoptable(item, parent);
            arena.insert(parent, at, item)
        })
    }

    /// `Remove()`: out of its parent.
    ///
    /// # Errors
    /// There is no parent, or it is a property.
    pub fn remove(&self) -> Result<(), JsonError> {
        self.write(Arena::remove)
    }

    /// `JObject.Remove(name)`: whether there was such a property.
    pub fn remove_key(&self, name: &str) -> bool {
        if !self.contains_key(name) {
            return false;
        }
        self.write(|arena, object| {
            arena
                .find(object, name)
                .is_some_and(|property| arena.remove(property).is_ok())
        })
    }

    /// `JArray.Remove(item)`: whether this very token was an element.
    pub fn remove_item(&self, item: &Self) -> bool {
        match self.index_of(item) {
            Some(at) => self.write(|arena, container| arena.remove_at(container, at).is_ok()),
            None => false,
        }
    }

    /// `JArray.RemoveAt(index)`
    ///
    /// # Errors
    /// There is no such element.
    pub fn remove_at(&self, index: i64) -> Result<(), JsonError> {
        let at = position(index)?;
        self.write(|arena, container| arena.remove_at(container, at))
    }

    /// `RemoveAll()` and `JArray.Clear()`
    ///
    /// # Errors
    /// The token is a property.
    pub fn clear(&self) -> Result<(), JsonError> {
        self.write(|arena, container| {
            arena.check_removable(container)?;
            arena.unlink_all(container);
            Ok(())
        })
    }

    /// `Replace(content)`: the content stands where this token stood, which has no parent afterwards.
    ///
    /// # Errors
    /// There is no parent, or it does not take such content.
    pub fn replace(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        self.edit(content.into(), |arena, node, item| {
            let parent = arena
                .parent(node)
                .ok_or_else(|| JsonError::invalid_operation("The parent is missing."))?;
            let at = arena.position(parent, node).unwrap_or_default();
            let item = arena.adoptable(item, parent);
            arena.replace(parent, at, item)
        })
    }

    /// `JProperty.Value = content`
    ///
    /// # Errors
    /// The token is not a property, or the content is one.
    pub fn set_property_value(&self, content: impl Into<Content>) -> Result<(), JsonError> {
        match self.class() {
            "JProperty" => self.edit(content.into(), |arena, property, item| arena.replace(property, 0, item)),
            class => Err(no_child("set", class)),
        }
    }

    /// `JValue.Value = scalar`
    ///
    /// # Errors
    /// The token is not a `JValue`.
    pub fn set_scalar(&self, scalar: impl Into<Scalar>) -> Result<(), JsonError> {
        match self.class() {
            "JValue" => {
                let scalar = scalar.into();
                self.write(|arena, node| arena.set_scalar(node, scalar));
                Ok(())
            }
            class => Err(no_child("set", class)),
        }
    }

    /// Makes a node of the content, in the token's own tree, and hands it to `change` with the token's node.
    fn edit<R>(&self, content: Content, change: impl FnOnce(&mut Arena, NodeId, NodeId) -> R) -> R {
        match content.prepared() {
            Content::Scalar(scalar) => self.write(|arena, node| {
                let item = arena.push(Kind::Value(scalar));
                change(arena, node, item)
            }),
            Content::Token(item) => self.join(&item, |arena, node, item| {
                let item = arena.adoptable(item, node);
                change(arena, node, item)
            }),
        }
    }
}

impl Content {
    /// Copies what has a parent before its whole tree would be drawn into the other.
    fn prepared(self) -> Self {
        match self {
            Self::Token(token) if token.parent().is_some() => match token.scalar() {
                Some(scalar) => Self::Scalar(scalar),
                None => Self::Token(token.deep_clone()),
            },
            content => content,
        }
    }
}

fn add_property(arena: &mut Arena, object: NodeId, name: Text, item: NodeId) -> Result<(), JsonError> {
    if arena.name(item).is_some() {
        return Err(JsonError::argument(
            "Can not add Newtonsoft.Json.Linq.JProperty to Newtonsoft.Json.Linq.JProperty.",
        ));
    }
    let property = arena.push_property(name, item);
    arena.insert(object, arena.children(object).len(), property)
}

fn position(index: i64) -> Result<usize, JsonError> {
    usize::try_from(index).map_err(|_| JsonError::out_of_range("Index is less than 0."))
}
