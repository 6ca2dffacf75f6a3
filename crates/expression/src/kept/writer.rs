//! From a value to bytes.

use super::tag;
use crate::collection::{Array, Dictionary, List};
use crate::date::{DateTime, DateTimeKind};
use crate::json::JToken;
use crate::response::StoredResponse;
use crate::types::{Simple, Type};
use crate::value::{Equality, Value};

/// Bytes that grow to a limit; each act gives nothing once it is reached.
pub(super) struct Writer {
    bytes: Vec<u8>,
    limit: usize,
}

impl Writer {
    pub fn new(limit: usize) -> Self {
        Self {
            bytes: Vec::new(),
            limit,
        }
    }

    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub fn byte(&mut self, byte: u8) -> Option<()> {
        self.raw(&[byte])
    }

    fn raw(&mut self, bytes: &[u8]) -> Option<()> {
        if self.bytes.len() + bytes.len() > self.limit {
            return None;
        }
        self.bytes.extend_from_slice(bytes);
        Some(())
    }

    fn tagged(&mut self, tag: u8, bytes: &[u8]) -> Option<()> {
        self.byte(tag)?;
        self.raw(bytes)
    }

    fn length(&mut self, length: usize) -> Option<()> {
        self.raw(&u32::try_from(length).ok()?.to_le_bytes())
    }

    fn text(&mut self, text: &str) -> Option<()> {
        self.block(text.as_bytes())
    }

    fn block(&mut self, bytes: &[u8]) -> Option<()> {
        self.length(bytes.len())?;
        self.raw(bytes)
    }

    pub fn value(&mut self, value: &Value, depth: u32) -> Option<()> {
        match value {
            Value::Null => self.byte(tag::NULL),
            Value::Boolean(false) => self.byte(tag::FALSE),
            Value::Boolean(true) => self.byte(tag::TRUE),
            Value::Char(unit) => self.tagged(tag::CHAR, &unit.to_le_bytes()),
            Value::SByte(number) => self.tagged(tag::SBYTE, &number.to_le_bytes()),
            Value::Byte(number) => self.tagged(tag::BYTE, &number.to_le_bytes()),
            Value::Int16(number) => self.tagged(tag::INT16, &number.to_le_bytes()),
            Value::UInt16(number) => self.tagged(tag::UINT16, &number.to_le_bytes()),
            Value::Int32(number) => self.tagged(tag::INT32, &number.to_le_bytes()),
            Value::UInt32(number) => self.tagged(tag::UINT32, &number.to_le_bytes()),
            Value::Int64(number) => self.tagged(tag::INT64, &number.to_le_bytes()),
            Value::UInt64(number) => self.tagged(tag::UINT64, &number.to_le_bytes()),
            Value::Single(number) => self.tagged(tag::SINGLE, &number.to_le_bytes()),
            Value::Double(number) => self.tagged(tag::DOUBLE, &number.to_le_bytes()),
            Value::Decimal(number) => self.tagged(tag::DECIMAL, &number.serialize()),
            Value::String(text) => {
                self.byte(tag::STRING)?;
                self.text(text)
            }
            Value::DateTime(date) => {
                self.byte(tag::DATE_TIME)?;
                self.date(*date)
            }
            Value::DateTimeOffset(date, offset) => {
                self.byte(tag::DATE_TIME_OFFSET)?;
                self.date(*date)?;
                self.raw(&offset.to_le_bytes())
            }
            Value::TimeSpan(ticks) => self.tagged(tag::TIME_SPAN, &ticks.to_le_bytes()),
            Value::Guid(guid) => self.tagged(tag::GUID, &guid.to_le_bytes()),
            Value::Enum(class, number) => {
                self.byte(tag::ENUM)?;
                self.text(class.name)?;
                self.raw(&number.to_le_bytes())
            }
            Value::Json(token) => self.json(token),
            // It lives as long as its exchange.
            Value::Host(_) => None,
            Value::Object(_) => self.object(value, depth.checked_sub(1)?),
        }
    }

    fn date(&mut self, date: DateTime) -> Option<()> {
        let kind = match date.kind {
            DateTimeKind::Unspecified => 0,
            DateTimeKind::Utc => 1,
            DateTimeKind::Local => 2,
        };
        self.byte(kind)?;
        self.raw(&date.ticks.to_le_bytes())
    }

    /// As text; a property is no document of its own.
    fn json(&mut self, token: &JToken) -> Option<()> {
        if token.class() == "JProperty" {
            return None;
        }
        self.byte(tag::JSON)?;
        self.text(&token.to_json(crate::json::Formatting::None))
    }

    fn object(&mut self, value: &Value, depth: u32) -> Option<()> {
        if let Some(array) = value.object::<Array>() {
            return self.array(array, depth);
        }
        if let Some(list) = value.object::<List>() {
            let runtime = value.runtime_type();
            let Type::Class(class, arguments) = &runtime else {
                return None;
            };
            if !std::ptr::eq(class.0, &raw const crate::library::LIST) {
                return None;
            }
            self.byte(tag::LIST)?;
            self.ty(arguments.first()?, depth)?;
            return self.values(&list.to_vec(), depth);
        }
        if let Some(dictionary) = value.object::<Dictionary>() {
            return self.dictionary(dictionary, depth);
        }
        self.response(value.object::<StoredResponse>()?)
    }

    fn array(&mut self, array: &Array, depth: u32) -> Option<()> {
        if let Some(bytes) = array.to_bytes().filter(|_| array.lengths().len() == 1) {
            self.byte(tag::BYTES)?;
            return self.block(&bytes);
        }
        self.byte(tag::ARRAY)?;
        self.ty(array.element(), depth)?;
        self.length(array.lengths().len())?;
        for length in array.lengths() {
            self.length(*length)?;
        }
        self.values(&array.to_vec(), depth)
    }

    fn dictionary(&mut self, dictionary: &Dictionary, depth: u32) -> Option<()> {
        self.byte(tag::DICTIONARY)?;
        self.byte(match dictionary.equality() {
            Equality::Default => 0,
            Equality::IgnoreCase => 1,
            Equality::Json => 2,
            // Its keys are XML, which is not kept.
            Equality::Xml => return None,
        })?;
        self.ty(&dictionary.key_type, depth)?;
        self.ty(&dictionary.value_type, depth)?;
        let entries = dictionary.entries();
        self.length(entries.len())?;
        for (key, value) in &entries {
            self.value(key, depth)?;
            self.value(value, depth)?;
        }
        Some(())
    }

    fn values(&mut self, values: &[Value], depth: u32) -> Option<()> {
        self.length(values.len())?;
        values.iter().try_for_each(|value| self.value(value, depth))
    }

    fn response(&mut self, response: &StoredResponse) -> Option<()> {
        self.byte(tag::RESPONSE)?;
        self.raw(&response.status_code.to_le_bytes())?;
        self.text(&response.status_reason)?;
        self.length(response.headers.0.len())?;
        for (name, values) in &response.headers.0 {
            self.text(name)?;
            self.length(values.len())?;
            values.iter().try_for_each(|value| self.text(value))?;
        }
        self.block(response.body.bytes())
    }

    fn ty(&mut self, ty: &Type, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match ty {
            Type::Simple(simple) => {
                let at = Simple::ALL.iter().position(|other| other == simple)?;
                self.tagged(tag::SIMPLE_TYPE, &[u8::try_from(at).ok()?])
            }
            Type::Nullable(inner) => {
                self.byte(tag::NULLABLE_TYPE)?;
                self.ty(inner, depth)
            }
            Type::Array(element, 1) => {
                self.byte(tag::ARRAY_TYPE)?;
                self.ty(element, depth)
            }
            Type::Class(class, arguments) => {
                self.byte(tag::CLASS_TYPE)?;
                self.text(class.name)?;
                self.length(arguments.len())?;
                arguments.iter().try_for_each(|argument| self.ty(argument, depth))
            }
            _ => None,
        }
    }
}
