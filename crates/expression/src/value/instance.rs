//! What type a value has at run time, and which types it is an instance of.

use super::{HostPart, Value};
use crate::library;
use crate::types::is_reference;
use crate::types::{Simple, Type};

impl Value {
    /// Its type; `object` for null.
    pub fn runtime_type(&self) -> Type {
        let named = |name: &str| library::named_type(name, Vec::new()).unwrap_or(Type::OBJECT);
        match self {
            Self::Null => Type::OBJECT,
            Self::Json(token) => named(token.class()),
            Self::DateTime(_) => named("System.DateTime"),
            Self::DateTimeOffset(..) => named("System.DateTimeOffset"),
            Self::TimeSpan(_) => named("System.TimeSpan"),
            Self::Guid(_) => named("System.Guid"),
            Self::Enum(class, _) => Type::class(class.0),
            Self::Host(part) => host_type(*part),
            Self::Object(object) => object.runtime_type(),
            other => other.simple().map_or(Type::OBJECT, Type::Simple),
        }
    }

    /// The keyword type of a value held directly.
    pub fn simple(&self) -> Option<Simple> {
        Some(match self {
            Self::Boolean(_) => Simple::Boolean,
            Self::Char(_) => Simple::Char,
            Self::SByte(_) => Simple::SByte,
            Self::Byte(_) => Simple::Byte,
            Self::Int16(_) => Simple::Int16,
            Self::UInt16(_) => Simple::UInt16,
            Self::Int32(_) => Simple::Int32,
            Self::UInt32(_) => Simple::UInt32,
            Self::Int64(_) => Simple::Int64,
            Self::UInt64(_) => Simple::UInt64,
            Self::Single(_) => Simple::Single,
            Self::Double(_) => Simple::Double,
            Self::Decimal(_) => Simple::Decimal,
            Self::String(_) => Simple::String,
            _ => return None,
        })
    }

    /// Its type's full .NET name; `null` for null.
    pub fn type_name(&self) -> String {
        if self.is_null() {
            "null".to_owned()
        } else {
            self.runtime_type().dotnet_name()
        }
    }

    /// C#'s `value is T`.
    pub fn is_instance(&self, ty: &Type) -> bool {
        let ty = ty.without_nullable();
        match (self, ty) {
            (Self::Null, _) => false,
            (_, Type::Simple(Simple::Object)) => true,
            (_, Type::Simple(simple)) => self.simple() == Some(*simple),
            (Self::Enum(own, _), Type::Class(class, _)) if ty.is_enum() => own == class,
            (Self::Json(token), Type::Class(class, _)) => match class.name.strip_prefix("Newtonsoft.Json.Linq.") {
                Some("JToken") => true,
                Some(wanted) => {
                    let own = token.class();
                    wanted == own
                        || (wanted == "JContainer" && !matches!(own, "JValue" | "JRaw"))
                        || is_reference(&self.runtime_type(), ty)
                }
                None => is_reference(&self.runtime_type(), ty),
            },
            _ => is_reference(&self.runtime_type(), ty),
        }
    }
}

fn host_type(part: HostPart) -> Type {
    let text = Type::STRING;
    let pairs =
        |value: Type| library::named_type("IReadOnlyDictionary", vec![Type::STRING, value]).unwrap_or(Type::OBJECT);
    let named = |name: &str| library::named_type(name, Vec::new()).unwrap_or(Type::OBJECT);
    match part {
        HostPart::Context => named("IProxyRequestContext"),
        HostPart::Request => named("IRequest"),
        HostPart::RequestHeaders | HostPart::ResponseHeaders => pairs(Type::array(text)),
        HostPart::RequestBody | HostPart::ResponseBody => named("IMessageBody"),
        HostPart::MatchedParameters => pairs(text),
        HostPart::Response => named("IResponse"),
        HostPart::Variables => pairs(Type::OBJECT),
        HostPart::LastError => named("ILastError"),
    }
}
