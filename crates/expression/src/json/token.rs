//! The handle, and what can be asked of a token without changing it.
//!
//! Never here: reading and writing text, conversions, changes.

use super::arena::{Arena, Kind, Members, NodeId};
use super::constructor::wrong_argument_key;
use super::error::JsonError;
use super::mutation::Content;
use super::position;
use super::scalar::{JTokenType, Scalar};
use super::tree::Tree;
use crate::text::Text;
use std::fmt;
use std::sync::Arc;

/// A reference to a `JObject`, `JArray`, `JConstructor`, `JProperty` or `JValue`. Clones refer to the same token.
#[derive(Clone)]
pub struct JToken {
    pub(super) tree: Arc<Tree>,
    pub(super) node: NodeId,
}

impl JToken {
    /// `new JObject()`
    pub fn object() -> Self {
        Self::root_of(Kind::Object(Members::default()))
    }

    /// `new JArray()`
    pub fn array() -> Self {
        Self::root_of(Kind::Array(Vec::new()))
    }

    /// `new JProperty(name, content)`
    ///
    /// # Errors
    /// The content is a property.
    pub fn new_property(name: impl Into<Text>, content: impl Into<Content>) -> Result<Self, JsonError> {
        let mut arena = Arena::default();
        let value = arena.push(Kind::Value(Scalar::Undefined));
        let property = arena.push_property(name.into(), value);
        let token = Self::of(arena, property);
        token.set_property_value(content)?;
        Ok(token)
    }

    /// `new JValue(value)`
    pub fn value(scalar: impl Into<Scalar>) -> Self {
        Self::root_of(Kind::Value(scalar.into()))
    }

    pub(super) fn root_of(kind: Kind) -> Self {
        let mut arena = Arena::default();
        let root = arena.push(kind);
        Self::of(arena, root)
    }

    pub(super) fn of(arena: Arena, node: NodeId) -> Self {
        Self {
            tree: Tree::new(Arc::new(arena)),
            node,
        }
    }

    /// `DeepClone()`: a copy without a parent.
    #[must_use]
    pub fn deep_clone(&self) -> Self {
        let copy = self.read(|_, arena, node| arena.extract(node));
        Self::of(copy, Arena::first())
    }

    /// C#'s `==` of two references.
    pub fn same_reference(&self, other: &Self) -> bool {
        let ((left, left_node), (right, right_node)) = (self.resolve(), other.resolve());
        left_node == right_node && Arc::ptr_eq(&left, &right)
    }

    /// `Type`
    pub fn token_type(&self) -> JTokenType {
        self.read(|_, arena, node| arena.token_type(node))
    }

    /// The .NET class without its namespace: `JObject`, `JArray`, `JConstructor`, `JProperty`, `JRaw` or `JValue`.
    pub fn class(&self) -> &'static str {
        self.read(|_, arena, node| arena.class(node))
    }

    /// A `JValue`'s value; `None` for other classes.
    pub fn scalar(&self) -> Option<Scalar> {
        self.read(|_, arena, node| arena.scalar(node).cloned())
    }

    /// A `JProperty`'s name; `None` for other classes.
    pub fn name(&self) -> Option<Text> {
        self.read(|_, arena, node| arena.name(node).cloned())
    }

    /// A `JProperty`'s value; `None` for other classes.
    pub fn property_value(&self) -> Option<Self> {
        self.find(Arena::property_value)
    }

    /// `Parent`
    pub fn parent(&self) -> Option<Self> {
        self.find(Arena::parent)
    }

    /// `Root`
    #[must_use]
    pub fn root(&self) -> Self {
        self.find(|arena, node| Some(arena.root(node)))
            .unwrap_or_else(|| self.clone())
    }

    /// How many siblings it has, among which its own place is looked for; itself counts.
    pub fn sibling_count(&self) -> usize {
        self.read(|_, arena, node| arena.parent(node).map_or(0, |parent| arena.children(parent).len()))
    }

    /// `Path`: `a.b[0]['odd name']`
    pub fn path(&self) -> String {
        self.read(|_, arena, node| position::path_of(arena, node))
    }

    /// `Count` of a container: its direct children.
    pub fn count(&self) -> usize {
        self.read(|_, arena, node| arena.children(node).len())
    }

    /// Tokens that a `DeepClone()` would make, for those who account for memory; counted, so as slow as the tree is large.
    pub fn node_count(&self) -> usize {
        self.read(|_, arena, node| 1 + arena.descendants(node).count())
    }

    /// `Children()`, and what `foreach` goes through: an object's properties, an array's elements, a property's value.
    pub fn children(&self) -> Vec<Self> {
        self.list(|arena, node| arena.children(node).to_vec())
    }

    /// The child at a place.
    pub fn child_at(&self, at: usize) -> Option<Self> {
        self.find(|arena, node| arena.children(node).get(at).copied())
    }

    /// `Values()`: an object's property values, otherwise the children.
    ///
    /// # Errors
    /// The token is a `JValue`.
    pub fn values(&self) -> Result<Vec<Self>, JsonError> {
        self.check_container()?;
        Ok(self.list(|arena, node| {
            let children = arena.children(node).iter();
            children
                .map(|child| arena.property_value(*child).unwrap_or(*child))
                .collect()
        }))
    }

    /// `First`
    ///
    /// # Errors
    /// The token is a `JValue`.
    pub fn first(&self) -> Result<Option<Self>, JsonError> {
        self.check_container()?;
        Ok(self.find(|arena, node| arena.children(node).first().copied()))
    }

    /// `Last`
    ///
    /// # Errors
    /// The token is a `JValue`.
    pub fn last(&self) -> Result<Option<Self>, JsonError> {
        self.check_container()?;
        Ok(self.find(|arena, node| arena.children(node).last().copied()))
    }

    /// `Next`: the following sibling.
    pub fn next(&self) -> Option<Self> {
        self.sibling(|at| at.checked_add(1))
    }

    /// `Previous`: the preceding sibling.
    pub fn previous(&self) -> Option<Self> {
        self.sibling(|at| at.checked_sub(1))
    }

    fn sibling(&self, step: impl FnOnce(usize) -> Option<usize>) -> Option<Self> {
        self.find(|arena, node| {
            let parent = arena.parent(node)?;
            let at = step(arena.position(parent, node)?)?;
            arena.children(parent).get(at).copied()
        })
    }

    /// `JArray.IndexOf`: by reference.
    pub fn index_of(&self, child: &Self) -> Option<usize> {
        let (child_tree, child_node) = child.resolve();
        self.read(|tree, arena, node| {
            arena
                .position(node, child_node)
                .filter(|_| Arc::ptr_eq(tree, &child_tree))
        })
    }

    /// `Ancestors()`, the nearest first.
    pub fn ancestors(&self) -> Vec<Self> {
        self.list(|arena, node| arena.ancestors_and_self(node).skip(1).collect())
    }

    /// `AncestorsAndSelf()`, the nearest first.
    pub fn ancestors_and_self(&self) -> Vec<Self> {
        self.list(|arena, node| arena.ancestors_and_self(node).collect())
    }

    /// `AfterSelf()`: the siblings behind it.
    pub fn after_self(&self) -> Vec<Self> {
        self.list(|arena, node| {
            let (siblings, at) = siblings(arena, node);
            siblings.get(at + 1..).unwrap_or_default().to_vec()
        })
    }

    /// `BeforeSelf()`: the siblings before it.
    pub fn before_self(&self) -> Vec<Self> {
        self.list(|arena, node| {
            let (siblings, at) = siblings(arena, node);
            siblings.get(..at).unwrap_or_default().to_vec()
        })
    }

    /// `Descendants()`, properties included, depth first.
    pub fn descendants(&self) -> Vec<Self> {
        self.list(|arena, node| arena.descendants(node).collect())
    }

    /// `DescendantsAndSelf()`
    pub fn descendants_and_self(&self) -> Vec<Self> {
        self.list(|arena, node| std::iter::once(node).chain(arena.descendants(node)).collect())
    }

    /// `JObject.Properties()`; empty for other classes.
    pub fn properties(&self) -> Vec<Self> {
        self.list(|arena, node| match arena.kind(node) {
            Kind::Object(_) => arena.children(node).to_vec(),
            _ => Vec::new(),
        })
    }

    /// `JObject.Property(name)`; `None` for other classes.
    pub fn property(&self, name: &str) -> Option<Self> {
        self.find(|arena, node| arena.find(node, name))
    }

    /// `JObject.Property(name, StringComparison.OrdinalIgnoreCase)`: the exact name goes first.
    pub fn property_ignoring_case(&self, name: &str) -> Option<Self> {
        let folded = name.to_lowercase();
        let alike =
            |arena: &Arena, property: NodeId| arena.name(property).is_some_and(|own| own.to_lowercase() == folded);
        self.find(|arena, node| {
            arena
                .find(node, name)
                .or_else(|| arena.children(node).iter().copied().find(|child| alike(arena, *child)))
        })
    }

    /// `JObject.ContainsKey`
    pub fn contains_key(&self, name: &str) -> bool {
        self.read(|_, arena, node| arena.find(node, name).is_some())
    }

    /// `JObject.TryGetValue` and `GetValue`: no exceptions, `None` for other classes.
    pub fn try_get(&self, name: &str) -> Option<Self> {
        self.find(|arena, node| arena.property_value(arena.find(node, name)?))
    }

    /// `token["name"]`; `None` where the object has no such property.
    ///
    /// # Errors
    /// The token is not an object.
    pub fn get(&self, name: &str) -> Result<Option<Self>, JsonError> {
        let found = self.read(|tree, arena, node| match arena.class(node) {
            "JObject" => Ok(arena.find(node, name).and_then(|property| {
                Some(Self {
                    tree: Arc::clone(tree),
                    node: arena.property_value(property)?,
                })
            })),
            class => Err(class),
        });
        found.map_err(|class| match class {
            "JArray" => wrong_array_key("Accessed", &format!("\"{name}\"")),
            "JConstructor" => wrong_argument_key("Accessed", &format!("\"{name}\"")),
            class => no_child("access", class),
        })
    }

    /// `token[index]`
    ///
    /// # Errors
    /// The token is not an array, or has no such element.
    pub fn get_at(&self, index: i64) -> Result<Self, JsonError> {
        let element = |arena: &Arena, node| arena.children(node).get(usize::try_from(index).ok()?).copied();
        match self.class() {
            "JArray" | "JConstructor" => self.find(element).ok_or_else(|| {
                JsonError::out_of_range(
                    "Index was out of range. Must be non-negative and less than the size of the collection.",
                )
            }),
            "JObject" => Err(wrong_object_key("Accessed", &index.to_string())),
            class => Err(no_child("access", class)),
        }
    }

    fn check_container(&self) -> Result<(), JsonError> {
        match self.class() {
            class @ ("JValue" | "JRaw") => Err(no_child("access", class)),
            _ => Ok(()),
        }
    }

    fn find(&self, look: impl FnOnce(&Arena, NodeId) -> Option<NodeId>) -> Option<Self> {
        self.read(|tree, arena, node| {
            Some(Self {
                tree: Arc::clone(tree),
                node: look(arena, node)?,
            })
        })
    }

    fn list(&self, look: impl FnOnce(&Arena, NodeId) -> Vec<NodeId>) -> Vec<Self> {
        self.read(|tree, arena, node| {
            look(arena, node)
                .into_iter()
                .map(|node| Self {
                    tree: Arc::clone(tree),
                    node,
                })
                .collect()
        })
    }
}

/// A node's parent's children, and its place among them.
fn siblings(arena: &Arena, node: NodeId) -> (&[NodeId], usize) {
    let Some(parent) = arena.parent(node) else {
        return (&[], 0);
    };
    (arena.children(parent), arena.position(parent, node).unwrap_or_default())
}

/// `verb` is `access` or `set`.
pub(super) fn no_child(verb: &str, class: &str) -> JsonError {
    JsonError::invalid_operation(format!("Cannot {verb} child value on Newtonsoft.Json.Linq.{class}."))
}

/// `verb` is `Accessed` or `Set`.
pub(super) fn wrong_array_key(verb: &str, key: &str) -> JsonError {
    JsonError::argument(format!(
        "{verb} JArray values with invalid key value: {key}. Int32 array index expected."
    ))
}

/// `verb` is `Accessed` or `Set`.
pub(super) fn wrong_object_key(verb: &str, key: &str) -> JsonError {
    JsonError::argument(format!(
        "{verb} JObject values with invalid key value: {key}. Object property name expected."
    ))
}

impl From<Scalar> for JToken {
    fn from(scalar: Scalar) -> Self {
        Self::value(scalar)
    }
}

impl fmt::Debug for JToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.class(), self.to_json(super::Formatting::None))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Formatting;

    fn parsed(source: &str) -> JToken {
        JToken::parse(&source.into()).unwrap()
    }

    #[test]
    fn children_by_name_and_index() {
        let check = |source: &str, name: &str, index: &str| {
            let token = parsed(source);
            let by_name = token
                .get("a")
                .map_or_else(|error| error.message, |found| format!("{found:?}"));
            let by_index = token
                .get_at(0)
                .map_or_else(|error| error.message, |found| format!("{found:?}"));
            assert_eq!((by_name.as_str(), by_index.as_str()), (name, index), "{source}");
        };
        let no_child = "Cannot access child value on Newtonsoft.Json.Linq.JValue.";
        let no_name = "Accessed JArray values with invalid key value: \"a\". Int32 array index expected.";
        let no_index = "Accessed JObject values with invalid key value: 0. Object property name expected.";
        check("{a:1}", "Some(JValue 1)", no_index);
        check("{b:1}", "None", no_index);
        check("[2]", no_name, "JValue 2");
        check("null", no_child, no_child);
        let beyond = "Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')";
        check("[]", no_name, beyond);
        assert_eq!(
            parsed("{A:1}").property_ignoring_case("a").unwrap().name().unwrap(),
            "A"
        );
        assert!(parsed("{A:1}").property("a").is_none());
    }

    #[test]
    fn neighbours_and_paths() {
        let token = parsed("{a:[1,{'b c':2}]}");
        let listed = |tokens: Vec<JToken>| {
            tokens
                .iter()
                .map(|token| format!("{}:{}", token.token_type().name(), token.path()))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            listed(token.descendants()),
            "Property:a Array:a Integer:a[0] Object:a[1] Property:a[1]['b c'] Integer:a[1]['b c']"
        );
        let innermost = token.descendants().pop().unwrap();
        assert_eq!(
            listed(innermost.ancestors()),
            "Property:a[1]['b c'] Object:a[1] Array:a Property:a Object:"
        );
        let array = token.get("a").unwrap().unwrap();
        let (first, second) = (array.get_at(0).unwrap(), array.last().unwrap().unwrap());
        assert!(first.next().unwrap().same_reference(&second) && second.previous().unwrap().same_reference(&first));
        assert!(first.previous().is_none() && second.next().is_none() && token.next().is_none());
        assert_eq!((array.index_of(&second), array.index_of(&token)), (Some(1), None));
        assert_eq!(listed(token.values().unwrap()), "Array:a");
        assert!(first.first().is_err() && first.values().is_err() && first.children().is_empty());
    }

    #[test]
    fn deep_equality() {
        for (left, right, equal) in [
            ("{a:1,b:[1,2.0]}", "{b:[1,2.0],a:1}", true),
            ("{a:1}", "{a:1,b:1}", false),
            ("1", "1.0", false),
            ("'2024-05-06T07:08:09Z'", "'2024-05-06T07:08:09'", true),
            ("[1,2]", "[2,1]", false),
            ("12345678901234567890", "12345678901234567890", true),
            ("null", "undefined", false),
        ] {
            assert_eq!(parsed(left).deep_equals(&parsed(right)), equal, "{left} {right}");
        }
    }

    #[test]
    fn a_clone_has_no_parent() {
        let token = parsed("{a:{b:[1]}}");
        let copy = token.get("a").unwrap().unwrap().deep_clone();
        copy.set("c", 2).unwrap();
        assert!(copy.parent().is_none());
        assert_eq!(copy.to_json(Formatting::None), r#"{"b":[1],"c":2}"#);
        assert_eq!(token.to_json(Formatting::None), r#"{"a":{"b":[1]}}"#);
    }
}
