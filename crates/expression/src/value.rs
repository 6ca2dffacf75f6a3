//! Values at run time: what a C# variable of any type holds.

use crate::json::JToken;
use crate::text::Text;
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
}

/// An object of a type that is not built into [`Value`].
pub trait Object: Any + Send + Sync + fmt::Debug {
    /// Its full .NET name, such as `System.Text.StringBuilder`.
    fn type_name(&self) -> String;
    /// For downcasts.
    fn as_any(&self) -> &dyn Any;
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
