//! Columns of a result: what their values are, and how these are laid out (MS-TDS 2.2.5.4, 2.2.7.4).

use crate::Error;
use crate::collation::Collation;
use crate::reader::Reader;
use crate::value::{Kind, Value, decode};

/// How the bytes of a value are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    /// So many.
    Fixed(usize),
    /// As many as a byte says; none: null.
    Short,
    /// As many as two bytes say; 65535: null.
    Medium,
    /// In parts, each with its length.
    Parts,
    /// Behind a pointer to the text.
    Pointer,
    /// As many as four bytes say; none: null.
    Long,
    /// There is only null.
    Nothing,
}

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Type {
    kind: Kind,
    layout: Layout,
}

/// A column.
#[derive(Debug)]
pub(crate) struct Column {
    pub name: String,
    ty: Type,
}

const IN_PARTS: u16 = 0xffff;

impl Column {
    /// Reads what `COLMETADATA` says of one.
    pub fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let ty = Type::read_own(reader)?;
        if ty.layout == Layout::Pointer {
            let parts = reader.u8()?;
            for _ in 0..parts {
                reader.text()?;
            }
        }
        let name = reader.short_text()?;
        Ok(Self { name, ty })
    }

    /// Reads its value in a row.
    pub fn value(&self, reader: &mut Reader<'_>) -> Result<Value, Error> {
        self.ty.value(reader)
    }
}

impl Type {
    /// Reads a type, with the user's type and the flags before it.
    pub fn read_own(reader: &mut Reader<'_>) -> Result<Self, Error> {
        reader.take(6)?;
        Self::read(reader)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let code = reader.u8()?;
        let fixed = |kind, length| {
            Ok(Self {
                kind,
                layout: Layout::Fixed(length),
            })
        };
        let short = |kind| {
            Ok(Self {
                kind,
                layout: Layout::Short,
            })
        };
        match code {
            0x1f => Ok(Self {
                kind: Kind::Bytes,
                layout: Layout::Nothing,
            }),
            0x30 => fixed(Kind::Integer, 1),
            0x32 => fixed(Kind::Bool, 1),
            0x34 => fixed(Kind::Integer, 2),
            0x38 => fixed(Kind::Integer, 4),
            0x3a => fixed(Kind::DateTime, 4),
            0x3b => fixed(Kind::Float, 4),
            0x3c => fixed(Kind::Money, 8),
            0x3d => fixed(Kind::DateTime, 8),
            0x3e => fixed(Kind::Float, 8),
            0x7a => fixed(Kind::Money, 4),
            0x7f => fixed(Kind::Integer, 8),
            0x28 => short(Kind::Date),
            0x29 => short(Kind::Time(reader.u8()?)),
            0x2a => short(Kind::DateTime2(reader.u8()?)),
            0x2b => short(Kind::DateTimeOffset(reader.u8()?)),
            0x24 | 0x26 | 0x68 | 0x6d | 0x6e | 0x6f => {
                reader.u8()?;
                short(match code {
                    0x24 => Kind::Guid,
                    0x26 => Kind::Integer,
                    0x68 => Kind::Bool,
                    0x6d => Kind::Float,
                    0x6e => Kind::Money,
                    _ => Kind::DateTime,
                })
            }
            0x37 | 0x3f | 0x6a | 0x6c => {
                reader.take(2)?;
                short(Kind::Decimal(reader.u8()?))
            }
            0xa5 | 0xad | 0xa7 | 0xaf | 0xe7 | 0xef => Self::of_length(code, reader),
            0x22 | 0x23 | 0x63 => {
                reader.u32()?;
                let kind = match code {
                    0x22 => Kind::Bytes,
                    0x23 => Kind::Text(Collation::read(reader)?),
                    _ => {
                        Collation::read(reader)?;
                        Kind::Unicode
                    }
                };
                Ok(Self {
                    kind,
                    layout: Layout::Pointer,
                })
            }
            0x62 => {
                reader.u32()?;
                Ok(Self {
                    kind: Kind::Variant,
                    layout: Layout::Long,
                })
            }
            0xf1 => {
                if reader.u8()? != 0 {
                    reader.short_text()?;
                    reader.short_text()?;
                    reader.text()?;
                }
                Ok(Self {
                    kind: Kind::Unicode,
                    layout: Layout::Parts,
                })
            }
            0xf0 => {
                reader.u16()?;
                for _ in 0..3 {
                    reader.short_text()?;
                }
                reader.text()?;
                Ok(Self {
                    kind: Kind::Bytes,
                    layout: Layout::Parts,
                })
            }
            other => Err(Error::UnknownType(other)),
        }
    }

    fn of_length(code: u8, reader: &mut Reader<'_>) -> Result<Self, Error> {
        let layout = if reader.u16()? == IN_PARTS {
            Layout::Parts
        } else {
            Layout::Medium
        };
        let kind = match code {
            0xa5 | 0xad => Kind::Bytes,
            0xa7 | 0xaf => Kind::Text(Collation::read(reader)?),
            _ => {
                Collation::read(reader)?;
                Kind::Unicode
            }
        };
        Ok(Self { kind, layout })
    }

    /// Reads a value.
    pub fn value(self, reader: &mut Reader<'_>) -> Result<Value, Error> {
        let bytes = match self.layout {
            Layout::Nothing => None,
            Layout::Fixed(length) => Some(reader.take(length)?),
            Layout::Short => {
                let length = reader.u8()?;
                (length > 0).then(|| reader.take(length.into())).transpose()?
            }
            Layout::Medium => {
                let length = reader.u16()?;
                (length != IN_PARTS).then(|| reader.take(length.into())).transpose()?
            }
            Layout::Long => {
                let length = reader.u32()?;
                (length > 0).then(|| reader.take(length as usize)).transpose()?
            }
            Layout::Pointer => {
                let length = reader.u8()?;
                if length == 0 {
                    return Ok(Value::Null);
                }
                // The pointer, and when the text was changed.
                reader.take(usize::from(length) + 8)?;
                Some(reader.long_part()?)
            }
            Layout::Parts => return self.in_parts(reader),
        };
        bytes.map_or(Ok(Value::Null), |bytes| decode(self.kind, bytes))
    }

    fn in_parts(self, reader: &mut Reader<'_>) -> Result<Value, Error> {
        // Its length is said, or that it is not known yet, which the parts tell as well.
        if reader.u64()? == u64::MAX {
            return Ok(Value::Null);
        }
        let mut bytes = Vec::new();
        loop {
            let part = reader.long_part()?;
            if part.is_empty() {
                return decode(self.kind, &bytes);
            }
            bytes.extend_from_slice(part);
        }
    }
}
