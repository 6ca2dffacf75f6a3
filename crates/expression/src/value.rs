//! Values at run time: what a C# variable of any type holds.

mod display;
mod equality;
mod instance;
mod literal;

pub use display::enumeration_text;
pub use equality::{Equality, Key, compare};

use crate::date::DateTime;
use crate::json::JToken;
use crate::text::Text;
use crate::types::{ClassRef, Type};
use rust_decimal::Decimal;
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A .NET value. Numbers, `bool` and `char` are held directly, text and JSON share their buffers.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "each is the .NET type of its name")]
pub enum Value {
    #[default]
    Null,
    Boolean(bool),
    /// A UTF-16 unit.
    Char(u16),
    SByte(i8),
    Byte(u8),
    Int16(i16),
    UInt16(u16),
    Int32(i32),
    UInt32(u32),
    Int64(i64),
    UInt64(u64),
    Single(f32),
    Double(f64),
    Decimal(Decimal),
    String(Text),
    DateTime(DateTime),
    /// Local ticks, and the offset in minutes.
    DateTimeOffset(DateTime, i32),
    /// Ticks.
    TimeSpan(i64),
    Guid(u128),
    /// A value of an enumeration.
    Enum(ClassRef, i32),
    /// A `JToken` of any kind.
    Json(JToken),
    /// A part of `context`, looked up in the exchange when it is used.
    Host(HostPart),
    /// An object of any other type.
    Object(Arc<dyn Object>),
}

/// A part of `context` that expressions pass around without copying it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the member of `context` of its name")]
pub enum HostPart {
    Context,
    Request,
    RequestHeaders,
    RequestBody,
    MatchedParameters,
    Response,
    ResponseHeaders,
    ResponseBody,
    Variables,
    LastError,
}

/// An object of a type that is not built into [`Value`].
pub trait Object: Any + Send + Sync + fmt::Debug {
    /// Its full .NET name, such as `System.Text.StringBuilder`.
    fn type_name(&self) -> String;
    /// Its type, with type arguments.
    fn runtime_type(&self) -> Type {
        crate::library::named_type(&self.type_name(), Vec::new()).unwrap_or(Type::OBJECT)
    }
    /// `ToString()`
    fn display(&self) -> String {
        self.runtime_type().dotnet_name()
    }
    /// `Equals(other)`, for types whose equality is not identity.
    fn equals(&self, _other: &Value) -> bool {
        false
    }
    /// Whether both are handles to one object.
    fn is_same(&self, _other: &Value) -> bool {
        false
    }
    /// How many objects that are equal by parts are inside each other here, this one included.
    fn nesting(&self) -> u32 {
        0
    }
    /// The values whose equality is its own, for types that are equal by parts.
    fn parts(&self) -> Option<&[Value]> {
        None
    }
    /// For other types whose equality is not identity: a number that equal objects share.
    fn hash_code(&self) -> u64 {
        0
    }
    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
}

impl Value {
    /// Whether it is null.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The object, when it is one of this Rust type.
    pub fn object<T: 'static>(&self) -> Option<&T> {
        if let Self::Object(object) = self {
            object.as_any().downcast_ref()
        } else {
            None
        }
    }

    /// An object.
    pub fn of(object: impl Object) -> Self {
        Self::Object(Arc::new(object))
    }

    /// The text of a string.
    pub fn as_text(&self) -> Option<&Text> {
        if let Self::String(text) = self {
            Some(text)
        } else {
            None
        }
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int64(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<JToken> for Value {
    fn from(token: JToken) -> Self {
        Self::Json(token)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text.into())
    }
}

impl From<Text> for Value {
    fn from(text: Text) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::Int32(value)
    }
}
