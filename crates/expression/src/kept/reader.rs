//! From bytes to a value.

use super::tag;
use crate::body::MessageBody;
use crate::collection::{Array, Dictionary, List};
use crate::date::{DateTime, DateTimeKind};
use crate::json::JToken;
use crate::library;
use crate::response::{HeaderList, StoredResponse};
use crate::text::Text;
use crate::types::{ClassRef, Simple, Type};
use crate::value::{Equality, Value};
use rust_decimal::Decimal;

/// Bytes that are read from the front.
pub(super) struct Reader<'b> {
    rest: &'b [u8],
}

impl<'b> Reader<'b> {
    pub fn new(bytes: &'b [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> Option<u8> {
        let [byte] = self.array()?;
        Some(byte)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.rest.split_first_chunk()?;
        self.rest = rest;
        Some(*first)
    }

    /// A number of things of a byte at least, so that no more is made room for than there are bytes.
    fn length(&mut self) -> Option<usize> {
        let length = usize::try_from(u32::from_le_bytes(self.array()?)).ok()?;
        (length <= self.rest.len()).then_some(length)
    }

    fn block(&mut self) -> Option<&'b [u8]> {
        let length = self.length()?;
        let (block, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(block)
    }

    fn text(&mut self) -> Option<Text> {
        std::str::from_utf8(self.block()?).ok().map(Text::from)
    }

    pub fn value(&mut self, depth: u32) -> Option<Value> {
        Some(match self.byte()? {
            tag::NULL => Value::Null,
            tag::FALSE => Value::Boolean(false),
            tag::TRUE => Value::Boolean(true),
            tag::CHAR => Value::Char(u16::from_le_bytes(self.array()?)),
            tag::SBYTE => Value::SByte(i8::from_le_bytes(self.array()?)),
            tag::BYTE => Value::Byte(self.byte()?),
            tag::INT16 => Value::Int16(i16::from_le_bytes(self.array()?)),
            tag::UINT16 => Value::UInt16(u16::from_le_bytes(self.array()?)),
            tag::INT32 => Value::Int32(self.int()?),
            tag::UINT32 => Value::UInt32(u32::from_le_bytes(self.array()?)),
            tag::INT64 => Value::Int64(self.long()?),
            tag::UINT64 => Value::UInt64(u64::from_le_bytes(self.array()?)),
            tag::SINGLE => Value::Single(f32::from_le_bytes(self.array()?)),
            tag::DOUBLE => Value::Double(f64::from_le_bytes(self.array()?)),
            tag::DECIMAL => Value::Decimal(Decimal::deserialize(self.array()?)),
            tag::STRING => Value::String(self.text()?),
            tag::DATE_TIME => Value::DateTime(self.date()?),
            tag::DATE_TIME_OFFSET => Value::DateTimeOffset(self.date()?, self.int()?),
            tag::TIME_SPAN => Value::TimeSpan(self.long()?),
            tag::GUID => Value::Guid(u128::from_le_bytes(self.array()?)),
            tag::ENUM => Value::Enum(ClassRef(library::class(&self.text()?, 0)?), self.int()?),
            tag::JSON => Value::Json(JToken::parse(&self.text()?).ok()?),
            tag::BYTES => Array::bytes(self.block()?.to_vec()),
            other => self.object(other, depth.checked_sub(1)?)?,
        })
    }

    fn int(&mut self) -> Option<i32> {
        Some(i32::from_le_bytes(self.array()?))
    }

    fn long(&mut self) -> Option<i64> {
        Some(i64::from_le_bytes(self.array()?))
    }

    fn date(&mut self) -> Option<DateTime> {
        let kind = match self.byte()? {
            0 => DateTimeKind::Unspecified,
            1 => DateTimeKind::Utc,
            2 => DateTimeKind::Local,
            _ => return None,
        };
        DateTime::new(self.long()?, kind)
    }

    fn object(&mut self, tag: u8, depth: u32) -> Option<Value> {
        match tag {
            tag::ARRAY => {
                let element = self.ty(depth)?;
                let dimensions = self.length()?;
                let mut lengths = Vec::new();
                for _ in 0..dimensions {
                    lengths.push(self.length()?);
                }
                let items = self.values(depth)?;
                let count = lengths.iter().try_fold(1_usize, |all, length| all.checked_mul(*length));
                (count == Some(items.len())).then(|| Value::of(Array::of_dimensions(element, lengths, items)))
            }
            tag::LIST => {
                let element = self.ty(depth)?;
                Some(Value::of(List::new(&library::LIST, element, self.values(depth)?)))
            }
            tag::DICTIONARY => self.dictionary(depth),
            tag::RESPONSE => self.response(),
            _ => None,
        }
    }

    fn values(&mut self, depth: u32) -> Option<Vec<Value>> {
        (0..self.length()?).map(|_| self.value(depth)).collect()
    }

    fn dictionary(&mut self, depth: u32) -> Option<Value> {
        let equality = match self.byte()? {
            0 => Equality::Default,
            1 => Equality::IgnoreCase,
            2 => Equality::Json,
            _ => return None,
        };
        let dictionary = Dictionary::new(self.ty(depth)?, self.ty(depth)?, equality);
        for _ in 0..self.length()? {
            let (key, value) = (self.value(depth)?, self.value(depth)?);
            dictionary.insert(key, value);
        }
        Some(Value::of(dictionary))
    }

    fn response(&mut self) -> Option<Value> {
        let status_code = self.int()?;
        let status_reason = self.text()?;
        let mut headers = HeaderList::default();
        for _ in 0..self.length()? {
            let name = self.text()?;
            let values: Option<Vec<Text>> = (0..self.length()?).map(|_| self.text()).collect();
            headers.0.push((name, values?));
        }
        Some(Value::of(StoredResponse {
            status_code,
            status_reason,
            headers,
            body: MessageBody::new(self.block()?.to_vec()),
        }))
    }

    fn ty(&mut self, depth: u32) -> Option<Type> {
        let depth = depth.checked_sub(1)?;
        match self.byte()? {
            tag::SIMPLE_TYPE => Simple::ALL.get(usize::from(self.byte()?)).copied().map(Type::Simple),
            tag::NULLABLE_TYPE => self.ty(depth).map(Type::nullable),
            tag::ARRAY_TYPE => self.ty(depth).map(Type::array),
            tag::CLASS_TYPE => {
                let name = self.text()?;
                let arguments: Option<Vec<Type>> = (0..self.length()?).map(|_| self.ty(depth)).collect();
                let arguments = arguments?;
                let class = library::class(&name, arguments.len())?;
                Some(Type::Class(ClassRef(class), arguments.into()))
            }
            _ => None,
        }
    }
}
