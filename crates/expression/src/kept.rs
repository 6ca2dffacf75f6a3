//! Values as bytes, so that they can be kept outside of an exchange and come back with their type.
//!
//! Kept are strings, numbers and the other values of keywords, dates and spans, GUIDs, members of enumerations, JSON,
//! whole responses, and arrays, lists and dictionaries of what can be kept. Everything else belongs to its exchange.
//! Bytes from outside may be anything: what is not understood is no value.

mod reader;
mod writer;

use crate::value::Value;
use reader::Reader;
use writer::Writer;

/// Collections inside each other; those that contain themselves end here.
const DEEPEST: u32 = 64;

/// Names the form; another form begins with another byte.
const VERSION: u8 = 1;

/// What a value is, as its first byte says.
mod tag {
    pub const NULL: u8 = 0;
    pub const FALSE: u8 = 1;
    pub const TRUE: u8 = 2;
    pub const CHAR: u8 = 3;
    pub const SBYTE: u8 = 4;
    pub const BYTE: u8 = 5;
    pub const INT16: u8 = 6;
    pub const UINT16: u8 = 7;
    pub const INT32: u8 = 8;
    pub const UINT32: u8 = 9;
    pub const INT64: u8 = 10;
    pub const UINT64: u8 = 11;
    pub const SINGLE: u8 = 12;
    pub const DOUBLE: u8 = 13;
    pub const DECIMAL: u8 = 14;
    pub const STRING: u8 = 15;
    pub const DATE_TIME: u8 = 16;
    pub const DATE_TIME_OFFSET: u8 = 17;
    pub const TIME_SPAN: u8 = 18;
    pub const GUID: u8 = 19;
    pub const ENUM: u8 = 20;
    pub const JSON: u8 = 21;
    pub const RESPONSE: u8 = 22;
    pub const BYTES: u8 = 23;
    pub const ARRAY: u8 = 24;
    pub const LIST: u8 = 25;
    pub const DICTIONARY: u8 = 26;

    pub const SIMPLE_TYPE: u8 = 0;
    pub const NULLABLE_TYPE: u8 = 1;
    pub const ARRAY_TYPE: u8 = 2;
    pub const CLASS_TYPE: u8 = 3;
}

/// The bytes of a value; `None` when it cannot be kept, or comes to more than `limit` bytes.
pub fn encode(value: &Value, limit: usize) -> Option<Vec<u8>> {
    let mut writer = Writer::new(limit);
    writer.byte(VERSION)?;
    writer.value(value, DEEPEST)?;
    Some(writer.into_bytes())
}

/// The value that these bytes were made of; `None` when they were made of none.
pub fn decode(bytes: &[u8]) -> Option<Value> {
    let mut reader = Reader::new(bytes);
    if reader.byte()? != VERSION {
        return None;
    }
    let value = reader.value(DEEPEST)?;
    reader.is_at_end().then_some(value)
}
