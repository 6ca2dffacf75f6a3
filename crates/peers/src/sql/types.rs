//! Types of columns and parameters, and their values, as the server writes them.
//!
//! Never here: reading them from a client, converting between them.

use bytes::BufMut;

use super::fields::utf16_of;

/// The collation of the server: language, flags and sort order. Its single-byte texts are Windows-1252.
pub const LATIN: [u8; 5] = [0x09, 0x04, 0xd0, 0x00, 0x34];
/// One whose single-byte texts are UTF-8.
const UTF8: [u8; 5] = [0x09, 0x04, 0xd0, 0x24, 0x00];
/// The length that stands for `max`, and for NULL.
const ALL_ONES: u16 = 0xffff;
/// Days from 0001-01-01 to 1900-01-01, where the older types begin.
pub const DAYS_TO_1900: i32 = 693_595;
/// Parts of a second in which times are kept: 100 nanoseconds.
pub const TICKS_PER_SECOND: i64 = 10_000_000;
/// The same of a minute.
pub const TICKS_PER_MINUTE: i64 = 60 * TICKS_PER_SECOND;
/// The same of a day.
pub const TICKS_PER_DAY: i64 = 1440 * TICKS_PER_MINUTE;

/// How a single-byte text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Windows-1252.
    Latin,
    /// UTF-8.
    Utf8,
}

/// A type. Lengths are in characters or bytes as SQL counts them; no length means `max`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
    TinyInt,
    SmallInt,
    Int,
    BigInt,
    Bit,
    Real,
    Float,
    SmallMoney,
    Money,
    Decimal { precision: u8, scale: u8 },
    Numeric { precision: u8, scale: u8 },
    Date,
    Time(u8),
    SmallDateTime,
    DateTime,
    DateTime2(u8),
    DateTimeOffset(u8),
    Char(u16, Encoding),
    VarChar(Option<u16>, Encoding),
    NChar(u16),
    NVarChar(Option<u16>),
    Binary(u16),
    VarBinary(Option<u16>),
    UniqueIdentifier,
    Xml,
    Variant,
    Text(Encoding),
    NText,
    Image,
    HierarchyId,
}

/// A value. Which of them fit a type is what the type's comment says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// NULL, of any type.
    Null,
    /// Whole numbers and bits.
    Integer(i64),
    /// `real`, `float`.
    Float(f64),
    /// `decimal`, `numeric`, `money`, `smallmoney`: the number without its point.
    Scaled(i128),
    /// Texts and XML.
    Text(String),
    /// A text that comes in several pieces of `piece` bytes, whose whole length is told before them or is not.
    Pieces {
        /// The text.
        text: String,
        /// Bytes of a piece, the last one excepted.
        piece: usize,
        /// Whether the length is told.
        told: bool,
    },
    /// `binary`, `varbinary`, `image`, and `uniqueidentifier` in the order of its digits.
    Bytes(Vec<u8>),
    /// Dates and times.
    Moment(Moment),
    /// `sql_variant`.
    Variant(Box<(Type, Value)>),
}

/// A date, a time, or both, as a clock shows them that is `offset` minutes before UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Days since 0001-01-01.
    pub day: i32,
    /// 100 nanoseconds since midnight.
    pub ticks: i64,
    /// Minutes that the clock is ahead of UTC.
    pub offset: i16,
}

/// What stands before a value.
enum Length {
    /// Nothing: the type says it all.
    None,
    /// A byte; 0 is NULL.
    Byte,
    /// Two bytes.
    Short,
    /// Four bytes; 0 is NULL.
    Long,
    /// A pointer and a time stamp, then four bytes.
    Pointer,
    /// Eight bytes, then pieces.
    Pieces,
}

impl Type {
    /// Whether columns of this type say which table they are of.
    pub fn names_its_table(self) -> bool {
        matches!(self, Self::Text(_) | Self::NText | Self::Image)
    }

    /// The number of the form that cannot be NULL, if the type has one.
    fn fixed(self) -> Option<u8> {
        Some(match self {
            Self::TinyInt => 0x30,
            Self::Bit => 0x32,
            Self::SmallInt => 0x34,
            Self::Int => 0x38,
            Self::SmallDateTime => 0x3a,
            Self::Real => 0x3b,
            Self::Money => 0x3c,
            Self::DateTime => 0x3d,
            Self::Float => 0x3e,
            Self::SmallMoney => 0x7a,
            Self::BigInt => 0x7f,
            _ => return None,
        })
    }

    fn number(self) -> u8 {
        match self {
            Self::TinyInt | Self::SmallInt | Self::Int | Self::BigInt => 0x26,
            Self::Bit => 0x68,
            Self::Real | Self::Float => 0x6d,
            Self::SmallMoney | Self::Money => 0x6e,
            Self::Decimal { .. } => 0x6a,
            Self::Numeric { .. } => 0x6c,
            Self::Date => 0x28,
            Self::Time(_) => 0x29,
            Self::DateTime2(_) => 0x2a,
            Self::DateTimeOffset(_) => 0x2b,
            Self::SmallDateTime | Self::DateTime => 0x6f,
            Self::Char(..) => 0xaf,
            Self::VarChar(..) => 0xa7,
            Self::NChar(_) => 0xef,
            Self::NVarChar(_) => 0xe7,
            Self::Binary(_) => 0xad,
            Self::VarBinary(_) => 0xa5,
            Self::UniqueIdentifier => 0x24,
            Self::Xml => 0xf1,
            Self::Variant => 0x62,
            Self::Text(_) => 0x23,
            Self::NText => 0x63,
            Self::Image => 0x22,
            Self::HierarchyId => 0xf0,
        }
    }

    /// Bytes of a value, where all have the same number of them.
    fn size(self) -> u8 {
        match self {
            Self::TinyInt | Self::Bit => 1,
            Self::SmallInt => 2,
            Self::Int | Self::Real | Self::SmallMoney | Self::SmallDateTime => 4,
            Self::BigInt | Self::Float | Self::Money | Self::DateTime => 8,
            Self::Decimal { precision, .. } | Self::Numeric { precision, .. } => match precision {
                0..=9 => 5,
                10..=19 => 9,
                20..=28 => 13,
                _ => 17,
            },
            Self::UniqueIdentifier => 16,
            _ => 0,
        }
    }

    /// Writes the type.
    pub fn put(self, bytes: &mut Vec<u8>, nullable: bool) {
        if let (false, Some(number)) = (nullable, self.fixed()) {
            bytes.put_u8(number);
            return;
        }
        bytes.put_u8(self.number());
        match self {
            Self::Decimal { precision, scale } | Self::Numeric { precision, scale } => {
                bytes.put_slice(&[self.size(), precision, scale]);
            }
            Self::Date => {}
            Self::Time(scale) | Self::DateTime2(scale) | Self::DateTimeOffset(scale) => bytes.put_u8(scale),
            Self::Char(length, encoding) => sized_text(bytes, length, encoding.collation()),
            Self::VarChar(length, encoding) => sized_text(bytes, length.unwrap_or(ALL_ONES), encoding.collation()),
            Self::NChar(length) => sized_text(bytes, 2 * length, LATIN),
            Self::NVarChar(length) => sized_text(bytes, length.map_or(ALL_ONES, |length| 2 * length), LATIN),
            Self::Binary(length) => bytes.put_u16_le(length),
            Self::VarBinary(length) => bytes.put_u16_le(length.unwrap_or(ALL_ONES)),
            Self::Xml => bytes.put_u8(0),
            Self::Variant => bytes.put_u32_le(8009),
            Self::Text(encoding) => {
                bytes.put_u32_le(0x7fff_ffff);
                bytes.put_slice(&encoding.collation());
            }
            Self::NText => {
                bytes.put_u32_le(0x7fff_fffe);
                bytes.put_slice(&LATIN);
            }
            Self::Image => bytes.put_u32_le(0x7fff_ffff),
            Self::HierarchyId => {
                bytes.put_u16_le(892);
                for name in ["master", "sys", "hierarchyid"] {
                    bytes.put_u8(name.len() as u8);
                    bytes.extend(utf16_of(name));
                }
                let assembly = "Microsoft.SqlServer.Types.SqlHierarchyId, Microsoft.SqlServer.Types, \
                                Version=11.0.0.0, Culture=neutral, PublicKeyToken=89845dcd8080cc91";
                bytes.put_u16_le(assembly.len() as u16);
                bytes.extend(utf16_of(assembly));
            }
            _ => bytes.put_u8(self.size()),
        }
    }

    fn length(self, nullable: bool) -> Length {
        match self {
            _ if !nullable && self.fixed().is_some() => Length::None,
            Self::VarChar(None, _) | Self::NVarChar(None) | Self::VarBinary(None) | Self::Xml | Self::HierarchyId => {
                Length::Pieces
            }
            Self::Char(..)
            | Self::VarChar(..)
            | Self::NChar(_)
            | Self::NVarChar(_)
            | Self::Binary(_)
            | Self::VarBinary(_) => Length::Short,
            Self::Text(_) | Self::NText | Self::Image => Length::Pointer,
            Self::Variant => Length::Long,
            _ => Length::Byte,
        }
    }

    /// What a `sql_variant` says of a value of this type, and with which number.
    fn variant(self) -> (u8, Vec<u8>) {
        let mut properties = Vec::new();
        match self {
            Self::Decimal { precision, scale } | Self::Numeric { precision, scale } => {
                properties.put_slice(&[precision, scale]);
            }
            Self::Time(scale) | Self::DateTime2(scale) | Self::DateTimeOffset(scale) => properties.put_u8(scale),
            Self::VarChar(length, encoding) => {
                properties.put_slice(&encoding.collation());
                properties.put_u16_le(length.unwrap_or(8000));
            }
            Self::NVarChar(length) => {
                properties.put_slice(&LATIN);
                properties.put_u16_le(2 * length.unwrap_or(4000));
            }
            Self::VarBinary(length) => properties.put_u16_le(length.unwrap_or(8000)),
            _ => {}
        }
        (self.fixed().unwrap_or(self.number()), properties)
    }
}

fn sized_text(bytes: &mut Vec<u8>, length: u16, collation: [u8; 5]) {
    bytes.put_u16_le(length);
    bytes.put_slice(&collation);
}

impl Encoding {
    fn collation(self) -> [u8; 5] {
        match self {
            Self::Latin => LATIN,
            Self::Utf8 => UTF8,
        }
    }

    fn encode(self, text: &str) -> Vec<u8> {
        match self {
            Self::Utf8 => text.as_bytes().to_vec(),
            Self::Latin => text.chars().map(windows_1252).collect(),
        }
    }
}

/// Windows-1252 from 0x80 to 0x9f. U+FFFD is what nothing has.
const HIGH: &str = "€\u{fffd}‚ƒ„…†‡ˆ‰Š‹Œ\u{fffd}Ž\u{fffd}\u{fffd}‘’“”•–—˜™š›œ\u{fffd}žŸ";

fn windows_1252(character: char) -> u8 {
    match u32::from(character) {
        code @ (0..=0x7f | 0xa0..=0xff) => code as u8,
        _ => HIGH
            .chars()
            .position(|high| high == character && high != '\u{fffd}')
            .map_or(b'?', |place| 0x80 + place as u8),
    }
}

/// The text that Windows-1252 is.
pub fn from_windows_1252(bytes: &[u8]) -> String {
    let one = |byte: &u8| match byte {
        0x80..=0x9f => HIGH.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}'),
        byte => char::from(*byte),
    };
    bytes.iter().map(one).collect()
}

/// The order of a `uniqueidentifier`'s bytes on the wire, by their place among its digits; the way back is the same.
pub fn guid_order(digits: &[u8]) -> Vec<u8> {
    let places = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
    places
        .iter()
        .map(|place| digits.get(*place).copied().unwrap_or(0))
        .collect()
}

impl Value {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Writes the value with what stands before it.
    pub fn put(&self, bytes: &mut Vec<u8>, of: Type, nullable: bool) {
        if self.is_null() {
            match of.length(nullable) {
                Length::None => {}
                Length::Byte | Length::Pointer => bytes.put_u8(0),
                Length::Short => bytes.put_u16_le(ALL_ONES),
                Length::Long => bytes.put_u32_le(0),
                Length::Pieces => bytes.put_u64_le(u64::MAX),
            }
            return;
        }
        let raw = self.raw(of);
        match of.length(nullable) {
            Length::None => {}
            Length::Byte => bytes.put_u8(raw.len() as u8),
            Length::Short => bytes.put_u16_le(raw.len() as u16),
            Length::Long => bytes.put_u32_le(raw.len() as u32),
            Length::Pointer => {
                bytes.put_u8(16);
                bytes.put_slice(b"a pointer's name");
                bytes.put_slice(b"a stamp ");
                bytes.put_u32_le(raw.len() as u32);
            }
            Length::Pieces => {
                let (piece, told) = match self {
                    Self::Pieces { piece, told, .. } => (*piece, *told),
                    _ => (raw.len().max(1), true),
                };
                bytes.put_u64_le(if told { raw.len() as u64 } else { u64::MAX - 1 });
                for part in raw.chunks(piece) {
                    bytes.put_u32_le(part.len() as u32);
                    bytes.put_slice(part);
                }
                bytes.put_u32_le(0);
                return;
            }
        }
        bytes.extend_from_slice(&raw);
    }

    /// The bytes of the value alone. A value that does not fit the type has none.
    fn raw(&self, of: Type) -> Vec<u8> {
        match (self, of) {
            (Self::Integer(number), Type::Money | Type::SmallMoney) => {
                Self::Scaled(i128::from(*number) * 10_000).raw(of)
            }
            (Self::Integer(number), _) => {
                let all = number.to_le_bytes();
                all.get(..usize::from(of.size())).unwrap_or(&all).to_vec()
            }
            (Self::Float(number), Type::Real) => (*number as f32).to_le_bytes().to_vec(),
            (Self::Float(number), _) => number.to_le_bytes().to_vec(),
            (Self::Scaled(number), Type::SmallMoney) => (*number as i32).to_le_bytes().to_vec(),
            (Self::Scaled(number), Type::Money) => {
                // The upper half comes first.
                let whole = *number as i64;
                let mut raw = ((whole >> 32) as i32).to_le_bytes().to_vec();
                raw.extend((whole as u32).to_le_bytes());
                raw
            }
            (Self::Scaled(number), _) => {
                let mut raw = vec![u8::from(*number >= 0)];
                raw.extend(number.unsigned_abs().to_le_bytes());
                raw.truncate(of.size().into());
                raw
            }
            (Self::Text(text) | Self::Pieces { text, .. }, _) => text_bytes(text, of),
            (Self::Bytes(raw), Type::UniqueIdentifier) => guid_order(raw),
            (Self::Bytes(raw), Type::Binary(length)) => {
                let mut raw = raw.clone();
                raw.resize(length.into(), 0);
                raw
            }
            (Self::Bytes(raw), _) => raw.clone(),
            (Self::Moment(moment), _) => moment.raw(of),
            (Self::Variant(inner), _) => {
                let (of, value) = &**inner;
                let (number, properties) = of.variant();
                let mut raw = vec![number, properties.len() as u8];
                raw.extend(properties);
                raw.extend(value.raw(*of));
                raw
            }
            (Self::Null, _) => Vec::new(),
        }
    }
}

fn text_bytes(text: &str, of: Type) -> Vec<u8> {
    match of {
        Type::Char(length, encoding) => {
            let mut raw = encoding.encode(text);
            raw.resize(length.into(), b' ');
            raw
        }
        Type::VarChar(_, encoding) | Type::Text(encoding) => encoding.encode(text),
        Type::NChar(length) => {
            let blanks = usize::from(length).saturating_sub(text.encode_utf16().count());
            utf16_of(&format!("{text}{}", " ".repeat(blanks)))
        }
        _ => utf16_of(text),
    }
}

impl Moment {
    fn raw(self, of: Type) -> Vec<u8> {
        let day = |day: i32| day.to_le_bytes().into_iter().take(3);
        let time = |scale: u8, ticks: i64| {
            let size = match scale {
                0..=2 => 3,
                3..=4 => 4,
                _ => 5,
            };
            let parts = ticks / 10_i64.pow(7 - u32::from(scale.min(7)));
            parts.to_le_bytes().into_iter().take(size)
        };
        match of {
            Type::Date => day(self.day).collect(),
            Type::Time(scale) => time(scale, self.ticks).collect(),
            Type::DateTime2(scale) => time(scale, self.ticks).chain(day(self.day)).collect(),
            Type::DateTimeOffset(scale) => {
                // On the wire it is UTC's date and time.
                let ticks = self.ticks - i64::from(self.offset) * TICKS_PER_MINUTE;
                let utc = self.day + ticks.div_euclid(TICKS_PER_DAY) as i32;
                let date = time(scale, ticks.rem_euclid(TICKS_PER_DAY)).chain(day(utc));
                date.chain(self.offset.to_le_bytes()).collect()
            }
            Type::DateTime => {
                let parts = (self.ticks * 3 + 50_000) / 100_000;
                let days = (self.day - DAYS_TO_1900).to_le_bytes();
                days.into_iter().chain((parts as u32).to_le_bytes()).collect()
            }
            Type::SmallDateTime => {
                let minutes = (self.ticks / TICKS_PER_MINUTE) as u16;
                let days = ((self.day - DAYS_TO_1900) as u16).to_le_bytes();
                days.into_iter().chain(minutes.to_le_bytes()).collect()
            }
            _ => Vec::new(),
        }
    }
}
