//! JSON and YAML documents as one tree in which every key and value knows where it stands.
//!
//! Never here: what a document's properties mean.

mod json;
mod yaml;

pub use json::read as read_json;
pub use yaml::read as read_yaml;

use diagnostic::Span;
use std::collections::HashMap;
use std::fmt::Write;

/// Nesting beyond this is refused: readers and walkers of the tree are recursive.
pub(crate) const MAX_DEPTH: usize = 128;

/// A value and its place.
#[derive(Clone)]
pub struct Value {
    /// Where it stands; for YAML collections only their first line.
    pub span: Span,
    /// What it is.
    pub content: Content,
}

/// What a value is.
#[derive(Clone)]
pub enum Content {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number in JSON's notation.
    Number(String),
    /// A text, unescaped.
    String(String),
    /// A list.
    Array(Vec<Value>),
    /// Named values.
    Object(Object),
}

/// The members of an object in order, each name once.
#[derive(Clone, Default)]
pub struct Object {
    members: Vec<Member>,
    /// Filled only for objects of many members.
    index: HashMap<String, usize>,
}

/// A name and its value.
#[derive(Clone)]
pub struct Member {
    /// The name, unescaped.
    pub key: String,
    /// Where the name stands.
    pub key_span: Span,
    /// The value.
    pub value: Value,
}

/// Why a document cannot be read, or what is odd about it.
pub struct Problem {
    /// Where.
    pub span: Span,
    /// What.
    pub message: String,
}

/// A document that could be read.
pub struct Document {
    /// Its outermost value.
    pub root: Value,
    /// Names that occur twice in one object.
    pub duplicates: Vec<Problem>,
}

/// From this many members on an object is searched by an index.
const INDEXED_FROM: usize = 16;

impl Object {
    /// Adds a member; a name that is there already gets the new value, and `false` comes back.
    fn insert(&mut self, member: Member) -> bool {
        if let Some(existing) = self.position(&member.key).and_then(|at| self.members.get_mut(at)) {
            *existing = member;
            return false;
        }
        if !self.index.is_empty() {
            self.index.insert(member.key.clone(), self.members.len());
        }
        self.members.push(member);
        if self.index.is_empty() && self.members.len() >= INDEXED_FROM {
            self.index = self
                .members
                .iter()
                .enumerate()
                .map(|(at, member)| (member.key.clone(), at))
                .collect();
        }
        true
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.index.is_empty() {
            self.members.iter().position(|member| member.key == key)
        } else {
            self.index.get(key).copied()
        }
    }

    /// The member of this name.
    pub fn member(&self, key: &str) -> Option<&Member> {
        self.position(key).and_then(|at| self.members.get(at))
    }

    /// All members in order.
    pub fn members(&self) -> &[Member] {
        &self.members
    }
}

impl Value {
    /// The value of a member, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.object()?.member(key).map(|member| &member.value)
    }

    /// This value's members, when it is an object.
    pub fn object(&self) -> Option<&Object> {
        if let Content::Object(object) = &self.content {
            Some(object)
        } else {
            None
        }
    }

    /// This value's members; none when it is no object.
    pub fn members(&self) -> &[Member] {
        self.object().map_or(&[], Object::members)
    }

    /// This value's items; none when it is no array.
    pub fn items(&self) -> &[Value] {
        if let Content::Array(items) = &self.content {
            items
        } else {
            &[]
        }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        if let Content::String(text) = &self.content {
            Some(text)
        } else {
            None
        }
    }

    /// The text, also of a number or truth value: YAML authors write `1` and mean `"1"`.
    pub fn scalar(&self) -> Option<String> {
        match &self.content {
            Content::String(text) | Content::Number(text) => Some(text.clone()),
            Content::Bool(value) => Some(value.to_string()),
            Content::Null | Content::Array(_) | Content::Object(_) => None,
        }
    }

    /// Whether it is `true`.
    pub fn is_true(&self) -> bool {
        matches!(self.content, Content::Bool(true))
    }

    /// Whether it is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self.content, Content::Null)
    }

    /// Its type as messages name it.
    pub fn type_name(&self) -> &'static str {
        match self.content {
            Content::Null => "null",
            Content::Bool(_) => "a truth value",
            Content::Number(_) => "a number",
            Content::String(_) => "a string",
            Content::Array(_) => "an array",
            Content::Object(_) => "an object",
        }
    }

    /// This object with another member, in the place of one of the same name; anything else as it is.
    pub(crate) fn with(&self, key: &str, value: Value) -> Value {
        let mut changed = self.clone();
        if let Content::Object(object) = &mut changed.content {
            let (key, key_span) = (key.to_owned(), value.span);
            object.insert(Member { key, key_span, value });
        }
        changed
    }

    /// This object without some members; anything else as it is.
    pub(crate) fn without(&self, keys: &[&str]) -> Value {
        let mut changed = self.clone();
        if let Content::Object(object) = &mut changed.content {
            let mut left = Object::default();
            for member in object.members.drain(..) {
                if !keys.contains(&member.key.as_str()) {
                    left.insert(member);
                }
            }
            *object = left;
        }
        changed
    }

    /// As JSON text without blanks.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        out
    }

    fn write_json(&self, out: &mut String) {
        match &self.content {
            Content::Null => out.push_str("null"),
            Content::Bool(value) => {
                let _ = write!(out, "{value}");
            }
            Content::Number(text) => out.push_str(text),
            Content::String(text) => write_string(text, out),
            Content::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Content::Object(object) => {
                out.push('{');
                for (index, member) in object.members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    write_string(&member.key, out);
                    out.push(':');
                    member.value.write_json(out);
                }
                out.push('}');
            }
        }
    }
}

/// Appends `text` as a JSON string.
fn write_string(text: &str, out: &mut String) {
    let _ = write!(out, "{}", serde_json::Value::from(text));
}
