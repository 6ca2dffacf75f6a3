//! What a template computes with: .NET's values, lists, and objects that are looked into when somebody asks.
//!
//! Never here: where objects come from (`bind`), operators (`compare`), filters.

use expression::date::DateTime;
use expression::runtime::{Fault, Runtime};
use expression::text::Text;
use expression::value::Value as Dotnet;
use rust_decimal::Decimal;
use std::rc::Rc;

/// Objects inside of each other that are written or flattened.
const DEEPEST: usize = 64;
/// Memory of a value in a list.
const VALUE_BYTES: usize = 48;

/// A value.
#[derive(Clone)]
pub enum Value<'v> {
    /// Nothing there.
    Nil,
    /// `empty` and `blank`: equal to what has no items.
    Empty,
    /// `bool`
    Boolean(bool),
    /// `int`, `long`
    Integer(i64),
    /// `double`, `float`
    Double(f64),
    /// `decimal`
    Decimal(Decimal),
    /// `string`
    Text(Text),
    /// `DateTime`
    Date(DateTime),
    /// Any other .NET value that is written by its `ToString()`.
    Other(Dotnet),
    /// An array.
    List(Rc<Vec<Self>>),
    /// Something with members or items.
    Object(Rc<dyn Object<'v> + 'v>),
}

/// Something with members or items, looked into when it is asked.
pub trait Object<'v> {
    /// A member; names are found ignoring case where there is none that is spelt the same.
    ///
    /// # Errors
    /// A budget that is used up.
    fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault>;
    /// What a loop goes through; nothing for what is no collection.
    ///
    /// # Errors
    /// A budget that is used up.
    fn items(&self, _runtime: &mut Runtime<'v>) -> Result<Option<Vec<Value<'v>>>, Fault> {
        Ok(None)
    }
    /// The item at a place, when it is a list.
    ///
    /// # Errors
    /// A budget that is used up.
    fn at(&self, _index: usize, _runtime: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        Ok(None)
    }
    /// Whether it is a list and no dictionary.
    fn is_list(&self) -> bool {
        false
    }
    /// The value that it is when nobody looks into it.
    fn scalar(&self) -> Option<Value<'v>> {
        None
    }
    /// Key and value, of an item of a dictionary.
    fn pair(&self) -> Option<(&Text, &Value<'v>)> {
        None
    }
}

/// An item of a dictionary: `[0]` or `key`, and `[1]` or `value`.
pub(crate) struct Pair<'v> {
    pub key: Text,
    pub value: Value<'v>,
}

impl<'v> Pair<'v> {
    pub fn of(key: Text, value: Value<'v>) -> Value<'v> {
        Value::Object(Rc::new(Self { key, value }))
    }
}

impl<'v> Object<'v> for Pair<'v> {
    fn member(&self, name: &str, _: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        Ok(if is("key") {
            Some(Value::Text(self.key.clone()))
        } else {
            is("value").then(|| self.value.clone())
        })
    }
    fn at(&self, index: usize, _: &mut Runtime<'v>) -> Result<Option<Value<'v>>, Fault> {
        Ok(match index {
            0 => Some(Value::Text(self.key.clone())),
            1 => Some(self.value.clone()),
            _ => None,
        })
    }
    fn pair(&self) -> Option<(&Text, &Value<'v>)> {
        Some((&self.key, &self.value))
    }
}

impl<'v> Value<'v> {
    /// An object.
    pub fn object(object: impl Object<'v> + 'v) -> Self {
        Self::Object(Rc::new(object))
    }

    /// A list, accounted for.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn list(items: Vec<Self>, runtime: &mut Runtime<'v>) -> Result<Self, Fault> {
        runtime.step(items.len() as u64)?;
        runtime.allocate(items.len().saturating_mul(VALUE_BYTES))?;
        Ok(Self::List(Rc::new(items)))
    }

    /// Text, accounted for.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn text(text: String, runtime: &mut Runtime<'v>) -> Result<Self, Fault> {
        runtime.step(1 + text.len() as u64 / 64)?;
        runtime.allocate(text.len())?;
        Ok(Self::Text(text.into()))
    }

    /// The value itself, where an object is one when nobody looks into it.
    #[must_use]
    pub(crate) fn settled(self) -> Self {
        match &self {
            Self::Object(object) => object.scalar().unwrap_or(self),
            _ => self,
        }
    }

    pub(crate) fn is_nil(&self) -> bool {
        matches!(self, Self::Nil)
    }

    /// Whether `if` takes it for true: it is there, and not `false`.
    pub(crate) fn is_true(&self) -> bool {
        match self {
            Self::Nil | Self::Boolean(false) => false,
            Self::Object(object) => object.scalar().is_none_or(|scalar| scalar.is_true()),
            _ => true,
        }
    }

    /// What a loop goes through; the characters of a text, as .NET has it.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn items(&self, runtime: &mut Runtime<'v>) -> Result<Option<Vec<Self>>, Fault> {
        let items = match self {
            Self::List(items) => Some(items.as_ref().clone()),
            Self::Text(text) => {
                runtime.allocate(text.len().saturating_mul(VALUE_BYTES))?;
                let mut buffer = [0; 4];
                let characters = text.chars().map(|c| Self::Text((&*c.encode_utf8(&mut buffer)).into()));
                Some(characters.collect())
            }
            Self::Object(object) => match object.scalar() {
                Some(scalar @ Self::Text(_)) => return scalar.items(runtime),
                _ => object.items(runtime)?,
            },
            _ => None,
        };
        let count = items.as_ref().map_or(0, Vec::len);
        runtime.step(count as u64)?;
        runtime.allocate(count.saturating_mul(VALUE_BYTES))?;
        Ok(items)
    }

    /// Whether it is an array.
    pub(crate) fn is_list(&self) -> bool {
        match self {
            Self::List(_) => true,
            Self::Object(object) => object.is_list(),
            _ => false,
        }
    }

    /// The items with those of lists in it in their place; the value itself when it is no list.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn flattened(&self, runtime: &mut Runtime<'v>) -> Result<Vec<Self>, Fault> {
        let mut flat = Vec::new();
        self.flatten(&mut flat, runtime, 0)?;
        Ok(flat)
    }

    fn flatten(&self, flat: &mut Vec<Self>, runtime: &mut Runtime<'v>, depth: usize) -> Result<(), Fault> {
        if !self.is_list() || depth >= DEEPEST {
            flat.push(self.clone());
            return Ok(());
        }
        for item in self.items(runtime)?.unwrap_or_default() {
            item.flatten(flat, runtime, depth + 1)?;
        }
        Ok(())
    }

    /// A member, an item, or what `size`, `first` and `last` give; nil where there is none.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn member(&self, name: &str, runtime: &mut Runtime<'v>) -> Result<Self, Fault> {
        runtime.step(1)?;
        if let Self::Object(object) = self
            && let Some(found) = object.member(name, runtime)?
        {
            return Ok(found);
        }
        if !["size", "first", "last"].contains(&name) {
            return Ok(Self::Nil);
        }
        let Some(mut items) = self.items(runtime)? else {
            return Ok(Self::Nil);
        };
        Ok(match name {
            "size" => Self::Integer(items.len() as i64),
            "first" => items.into_iter().next().unwrap_or(Self::Nil),
            _ => items.pop().unwrap_or(Self::Nil),
        })
    }

    /// What stands in brackets behind it.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn index(&self, index: &Self, runtime: &mut Runtime<'v>) -> Result<Self, Fault> {
        runtime.step(1)?;
        let found = match (self, index) {
            (Self::List(items), Self::Integer(at)) => usize::try_from(*at).ok().and_then(|at| items.get(at).cloned()),
            (Self::Object(object), Self::Integer(at)) => match usize::try_from(*at) {
                Ok(at) => object.at(at, runtime)?,
                Err(_) => None,
            },
            (Self::Object(object), Self::Text(name)) => object.member(name, runtime)?,
            _ => None,
        };
        Ok(found.unwrap_or(Self::Nil))
    }

    /// The .NET value of what is no list or object.
    pub(crate) fn dotnet(&self) -> Option<Dotnet> {
        Some(match self {
            Self::Boolean(value) => Dotnet::Boolean(*value),
            Self::Integer(value) => i32::try_from(*value).map_or(Dotnet::Int64(*value), Dotnet::Int32),
            Self::Double(value) => Dotnet::Double(*value),
            Self::Decimal(value) => Dotnet::Decimal(*value),
            Self::Text(text) => Dotnet::String(text.clone()),
            Self::Date(date) => Dotnet::DateTime(*date),
            Self::Other(value) => value.clone(),
            Self::Nil | Self::Empty | Self::List(_) | Self::Object(_) => return None,
        })
    }

    /// As an output writes it: like .NET's `ToString()`, but `true` and `false` in small letters.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn written(&self, runtime: &mut Runtime<'v>) -> Result<Text, Fault> {
        match self {
            Self::Boolean(value) => Ok(if *value { "true" } else { "false" }.into()),
            other => other.to_text(runtime),
        }
    }

    /// .NET's `ToString()`; the items of a collection one after the other.
    ///
    /// # Errors
    /// A budget that is used up.
    pub(crate) fn to_text(&self, runtime: &mut Runtime<'v>) -> Result<Text, Fault> {
        if let Self::Text(text) = self {
            return Ok(text.clone());
        }
        let mut text = String::new();
        self.write(&mut text, runtime, 0)?;
        Ok(text.into())
    }

    fn write(&self, text: &mut String, runtime: &mut Runtime<'v>, depth: usize) -> Result<(), Fault> {
        if let Some(value) = self.dotnet() {
            let shown = value.display_string();
            runtime.step(1 + shown.len() as u64 / 64)?;
            runtime.allocate(shown.len())?;
            text.push_str(&shown);
            return Ok(());
        }
        if let Self::Object(object) = self {
            if let Some(scalar) = object.scalar() {
                return scalar.write(text, runtime, depth);
            }
            if let Some((key, value)) = object.pair() {
                runtime.allocate(key.len() + 4)?;
                text.push('[');
                text.push_str(key);
                text.push_str(", ");
                if depth < DEEPEST {
                    value.write(text, runtime, depth + 1)?;
                }
                text.push(']');
                return Ok(());
            }
        }
        if depth < DEEPEST {
            for item in self.items(runtime)?.unwrap_or_default() {
                item.write(text, runtime, depth + 1)?;
            }
        }
        Ok(())
    }
}
