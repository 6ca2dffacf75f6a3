//! Values known without evaluating anything: defaults, enumerations, whole numbers.

use super::Value;
use crate::date::{DateTime, DateTimeKind};
use crate::types::{ClassRef, Simple, Type};
use rust_decimal::Decimal;

impl Value {
    /// `default(T)`
    pub fn default_of(ty: &Type) -> Self {
        match ty {
            Type::Simple(simple) => default_simple(*simple),
            Type::Class(class, _) if ty.is_enum() => Self::Enum(*class, 0),
            Type::Class(class, _) => match class.name {
                "System.DateTime" => Self::DateTime(DateTime {
                    ticks: 0,
                    kind: DateTimeKind::Unspecified,
                }),
                "System.DateTimeOffset" => Self::DateTimeOffset(
                    DateTime {
                        ticks: 0,
                        kind: DateTimeKind::Unspecified,
                    },
                    0,
                ),
                "System.TimeSpan" => Self::TimeSpan(0),
                "System.Guid" => Self::Guid(0),
                "System.Security.Cryptography.HashAlgorithmName" => crate::library::no_hash_name(),
                _ => Self::Null,
            },
            Type::Tuple(elements) => {
                let items = elements.iter().map(|(element, _)| Self::default_of(element)).collect();
                Self::of(crate::collection::Record::new(ty.clone(), items))
            }
            _ => Self::Null,
        }
    }

    /// The value of an enumeration with this name.
    pub fn enumeration(class: ClassRef, name: &str) -> Option<Self> {
        class
            .values
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, number)| Self::Enum(class, *number))
    }

    /// The number of an integer, a `char` or an enumeration's value; `ulong` beyond `long` wraps.
    pub fn integer(&self) -> Option<i64> {
        Some(match self {
            Self::SByte(value) => i64::from(*value),
            Self::Byte(value) => i64::from(*value),
            Self::Int16(value) => i64::from(*value),
            Self::UInt16(value) | Self::Char(value) => i64::from(*value),
            Self::Int32(value) | Self::Enum(_, value) => i64::from(*value),
            Self::UInt32(value) => i64::from(*value),
            Self::Int64(value) => *value,
            Self::UInt64(value) => *value as i64,
            _ => return None,
        })
    }
}

fn default_simple(simple: Simple) -> Value {
    match simple {
        Simple::SByte => Value::SByte(0),
        Simple::Byte => Value::Byte(0),
        Simple::Int16 => Value::Int16(0),
        Simple::UInt16 => Value::UInt16(0),
        Simple::Int32 => Value::Int32(0),
        Simple::UInt32 => Value::UInt32(0),
        Simple::Int64 => Value::Int64(0),
        Simple::UInt64 => Value::UInt64(0),
        Simple::Char => Value::Char(0),
        Simple::Single => Value::Single(0.0),
        Simple::Double => Value::Double(0.0),
        Simple::Decimal => Value::Decimal(Decimal::ZERO),
        Simple::Boolean => Value::Boolean(false),
        Simple::String | Simple::Object | Simple::Void => Value::Null,
    }
}
