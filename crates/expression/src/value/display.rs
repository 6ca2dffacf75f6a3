//! `ToString()` of every value, in the invariant culture; as bytes where a message is made of it.

use super::Value;
use crate::collection::Array;
use crate::date::format_time_span;
use crate::json::format_guid;
use crate::library::Class;
use crate::number::{format_decimal, format_double, format_single};
use crate::text::Text;
use bytes::Bytes;

impl Value {
    /// The bytes of a message body that is this value: a `byte[]` as it is, anything else by its `ToString()` in UTF-8,
    /// nothing for null.
    pub fn body_bytes(&self) -> Bytes {
        match self.object::<Array>().and_then(Array::to_bytes) {
            Some(bytes) => bytes.into(),
            None => Bytes::copy_from_slice(self.display_string().as_bytes()),
        }
    }

    /// Whether it is a `byte[]`.
    pub fn is_bytes(&self) -> bool {
        self.object::<Array>().is_some_and(|array| array.to_bytes().is_some())
    }

    /// .NET's `ToString()`; empty for null.
    pub fn display_string(&self) -> Text {
        match self {
            Self::String(text) => text.clone(),
            Self::Json(token) => token.to_text(),
            other => other.plain_text().into(),
        }
    }

    fn plain_text(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Boolean(value) => if *value { "True" } else { "False" }.to_owned(),
            Self::Char(unit) => String::from_utf16_lossy(&[*unit]),
            Self::SByte(value) => value.to_string(),
            Self::Byte(value) => value.to_string(),
            Self::Int16(value) => value.to_string(),
            Self::UInt16(value) => value.to_string(),
            Self::Int32(value) => value.to_string(),
            Self::UInt32(value) => value.to_string(),
            Self::Int64(value) => value.to_string(),
            Self::UInt64(value) => value.to_string(),
            Self::Single(value) => format_single(*value),
            Self::Double(value) => format_double(*value),
            Self::Decimal(value) => format_decimal(*value),
            Self::String(text) => text.to_string(),
            Self::DateTime(date) => date.general(),
            Self::DateTimeOffset(local, offset) => {
                let sign = if *offset < 0 { '-' } else { '+' };
                format!(
                    "{} {sign}{:02}:{:02}",
                    local.general(),
                    offset.abs() / 60,
                    offset.abs() % 60
                )
            }
            Self::TimeSpan(ticks) => format_time_span(*ticks),
            Self::Guid(guid) => format_guid(*guid),
            Self::Enum(class, number) => enumeration_text(class.0, *number, class.flags),
            Self::Json(token) => token.to_text().to_string(),
            Self::Host(_) => self.type_name(),
            Self::Object(object) => object.display(),
        }
    }
}

/// The name of an enumeration's value; several for what is read as flags; digits when there is no name.
pub fn enumeration_text(class: &Class, number: i32, flags: bool) -> String {
    if let Some((name, _)) = class.values.iter().find(|(_, value)| *value == number) {
        return (*name).to_owned();
    }
    if flags {
        let mut rest = number;
        let mut names = Vec::new();
        for (name, value) in class.values.iter().rev() {
            if *value != 0 && rest & value == *value {
                rest &= !value;
                names.push(*name);
            }
        }
        if rest == 0 && !names.is_empty() {
            names.reverse();
            return names.join(", ");
        }
    }
    number.to_string()
}
