//! What changes a token: setting, adding, removing, replacing.
//!
//! A token without a parent is attached as it is, so that it stays the same reference; one that has a parent is copied.
//! Never here: which item may stand where (`edit`).

use super::arena::{Arena, Kind, NodeId};
use super::constructor::wrong_argument_key;
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
            "JConstructor" => Err(wrong_argument_key("Set", &format!("\"{name}\""))),
            class => Err(no_child("set", class)),
        }
    }

    /// `token[index] = content`
    ///
    /// # Errors
    /// The token is not an array or has no such element, or the content is a property.
    pub fn set_at(&self, index: i64, content: impl Into<Content>) -> Result<(), JsonError> {
        match self.class() {
            "JArray" | "JConstructor" => {
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
            "JValue" | "JRaw" => {
                let scalar = scalar.into();
                self.write(|arena, node| arena.set_scalar(node, scalar));
                Ok(())
            }
            class => Err(no_child("set", class)),
        }
    }

    /// Makes a node of the content, in the token's own tree, and hands it to `change` with the token's node.
    fn edit(
        &self,
        content: Content,
        change: impl FnOnce(&mut Arena, NodeId, NodeId) -> Result<(), JsonError>,
    ) -> Result<(), JsonError> {
        match content.prepared() {
            Content::Scalar(scalar) => self.write(|arena, node| {
                arena.check_room()?;
                let item = arena.push(Kind::Value(scalar));
                change(arena, node, item)
            }),
            Content::Token(item) => self.join(&item, |arena, node, item| {
                arena.check_room()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Formatting, MergeSettings};

    fn parsed(source: &str) -> JToken {
        JToken::parse(&source.into()).unwrap()
    }

    /// What is left of `source` after `change`, or the exception's message.
    fn check(source: &str, change: impl FnOnce(&JToken) -> Result<(), JsonError>, expected: &str) {
        let token = parsed(source);
        let outcome = change(&token).map_or_else(|error| error.message, |()| token.to_json(Formatting::None));
        assert_eq!(outcome, expected, "{source}");
    }

    fn property(name: &str, value: i32) -> JToken {
        JToken::new_property(name, value).unwrap()
    }

    #[test]
    fn setting_and_adding() {
        check("{a:1}", |o| o.set("a", "x"), r#"{"a":"x"}"#);
        check("{a:1}", |o| o.set("b", Scalar::Null), r#"{"a":1,"b":null}"#);
        check("[1]", |a| a.set_at(0, 2.5), "[2.5]");
        check("[1,2]", |a| a.add_first(0), "[0,1,2]");
        check("[1,2]", |a| a.insert(1, true), "[1,true,2]");
        check("[1,2]", |a| a.get_at(0)?.add_after_self(9), "[1,9,2]");
        check("[1,2]", |a| a.get_at(1)?.add_before_self(9), "[1,9,2]");
        check("{a:1}", |o| o.add(property("b", 2)), r#"{"a":1,"b":2}"#);
        check("{a:1}", |o| o.add_property("b", 2), r#"{"a":1,"b":2}"#);
        check(
            "{a:{b:1}}",
            |o| o.set("c", o.get("a")?.unwrap()),
            r#"{"a":{"b":1},"c":{"b":1}}"#,
        );
        check(
            "{a:{b:1}}",
            |o| o.get("a")?.unwrap().set("c", o),
            r#"{"a":{"b":1,"c":{"a":{"b":1}}}}"#,
        );
        check("{}", |o| o.set("a", o), r#"{"a":{}}"#);
        let large: Vec<String> = (0..20).map(|n| format!("p{n}:{n}")).collect();
        let object = parsed(&format!("{{{}}}", large.join(",")));
        object.set("p19", "last").unwrap();
        object.set("new", 1).unwrap();
        assert!(object.remove_key("p0") && !object.contains_key("p0") && object.contains_key("new"));
        assert_eq!(
            (object.count(), object.get("p19").unwrap().unwrap().to_text().as_str()),
            (20, "last")
        );
    }

    #[test]
    fn removing_and_replacing() {
        check("[1,2,3]", |a| a.get_at(1)?.remove(), "[1,3]");
        check("[1,2,3]", |a| a.remove_at(0), "[2,3]");
        check("[1,2,3]", |a| a.get_at(2)?.replace("x"), r#"[1,2,"x"]"#);
        check(
            "{a:1,b:2}",
            |o| o.property("a").unwrap().replace(property("c", 3)),
            r#"{"c":3,"b":2}"#,
        );
        check(
            "{a:1,b:2}",
            |o| o.property("b").unwrap().set_property_value(Scalar::Null),
            r#"{"a":1,"b":null}"#,
        );
        check("{a:1,b:2}", |o| o.property("a").unwrap().remove(), r#"{"b":2}"#);
        check("{a:1,b:2}", JToken::clear, "{}");
        let object = parsed("{a:{b:1}}");
        let value = object.get("a").unwrap().unwrap();
        assert!(object.remove_key("a") && !object.remove_key("a"));
        value.set("z", 2).unwrap();
        assert_eq!(value.to_json(Formatting::None), r#"{"b":1,"z":2}"#);
        assert_eq!(value.parent().unwrap().class(), "JProperty");
        let array = parsed("[1,2]");
        let second = array.get_at(1).unwrap();
        assert!(array.remove_item(&second) && second.parent().is_none() && !array.remove_item(&JToken::value(1)));
    }

    #[test]
    fn an_equal_value_stays_itself() {
        for (new, detached) in [(1, true), (2, false)] {
            let object = parsed("{a:1}");
            let value = JToken::value(new);
            object.set("a", &value).unwrap();
            assert_eq!(value.parent().is_none(), detached);
        }
    }

    #[test]
    fn refusals() {
        let of = |item: &str, container: &str| {
            format!("Can not add Newtonsoft.Json.Linq.{item} to Newtonsoft.Json.Linq.{container}.")
        };
        let twice = "Can not add property b to Newtonsoft.Json.Linq.JObject. Property with the same name already exists on object.";
        check(
            "1",
            |v| v.set("a", 1),
            "Cannot set child value on Newtonsoft.Json.Linq.JValue.",
        );
        check(
            "[1]",
            |a| a.set("a", 1),
            "Set JArray values with invalid key value: \"a\". Int32 array index expected.",
        );
        check(
            "{}",
            |o| o.set_at(0, 1),
            "Set JObject values with invalid key value: 0. Object property name expected.",
        );
        check(
            "[1]",
            |a| a.set_at(5, 1),
            "Index is equal to or greater than Count. (Parameter 'index')",
        );
        check("[1]", |a| a.set_at(-1, 1), "Index is less than 0. (Parameter 'index')");
        check(
            "[]",
            |a| a.insert(3, 1),
            "Index must be within the bounds of the List. (Parameter 'index')",
        );
        check(
            "[]",
            |a| a.remove_at(3),
            "Index is equal to or greater than Count. (Parameter 'index')",
        );
        check("{b:1}", |o| o.add_property("b", 1), twice);
        check(
            "{a:1,b:2}",
            |o| o.property("a").unwrap().replace(property("b", 3)),
            twice,
        );
        check("{}", |o| o.add(1), &of("JValue", "JObject"));
        check("[]", |a| a.add(property("a", 1)), &of("JProperty", "JArray"));
        check("[]", JToken::remove, "The parent is missing.");
        check("[]", |a| a.replace(1), "The parent is missing.");
        let locked = "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty.";
        check("{a:1}", |o| o.get("a")?.unwrap().remove(), locked);
        check(
            "{a:1}",
            |o| o.property("a").unwrap().add(2),
            "Newtonsoft.Json.Linq.JProperty cannot have multiple values.",
        );
    }

    #[test]
    fn growth_by_copies_of_itself_ends() {
        let object = JToken::object();
        let grown = (0..64).try_for_each(|n| object.set(n.to_string(), &object));
        assert!(grown.unwrap_err().message.contains("more than"));
    }

    #[test]
    fn merging_concatenates_arrays_and_ignores_nulls_for_known_names() {
        check(
            "{a:[1,{x:1}],b:{c:1,n:1},d:1}",
            |o| {
                o.merge(
                    &parsed("{a:[2],b:{c:null,e:2},d:{f:1},g:null}"),
                    MergeSettings::default(),
                )
            },
            r#"{"a":[1,{"x":1},2],"b":{"c":1,"n":1,"e":2},"d":{"f":1},"g":null}"#,
        );
        check("{a:[1]}", |o| o.merge(o, MergeSettings::default()), r#"{"a":[1,1]}"#);
    }
}
