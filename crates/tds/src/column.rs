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
        if let Some((kind, length)) = fixed(code) {
            let layout = Layout::Fixed(length);
            return Ok(Self { kind, layout });
        }
        let (kind, layout) = match code {
            0x1f => (Kind::Bytes, Layout::Nothing),
            0x24 | 0x26 | 0x28..=0x2b | 0x37 | 0x3f | 0x68 | 0x6a | 0x6c | 0x6d..=0x6f => {
                (short(code, reader)?, Layout::Short)
            }
            0xa5 | 0xad | 0xa7 | 0xaf | 0xe7 | 0xef => {
                let is_in_parts = reader.u16()? == IN_PARTS;
                let layout = if is_in_parts { Layout::Parts } else { Layout::Medium };
                (texts_or_bytes(code, reader)?, layout)
            }
            0x22 | 0x23 | 0x63 => {
                reader.u32()?;
                (texts_or_bytes(code, reader)?, Layout::Pointer)
            }
            0x62 => {
                reader.u32()?;
                (Kind::Variant, Layout::Long)
            }
            0xf1 => {
                if reader.u8()? != 0 {
                    reader.short_text()?;
                    reader.short_text()?;
                    reader.text()?;
                }
                (Kind::Unicode, Layout::Parts)
            }
            0xf0 => {
                reader.u16()?;
                for _ in 0..3 {
                    reader.short_text()?;
                }
                reader.text()?;
                (Kind::Bytes, Layout::Parts)
            }
            other => return Err(Error::UnknownType(other)),
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

/// Types whose values have so many bytes and are never null.
const fn fixed(code: u8) -> Option<(Kind, usize)> {
    Some(match code {
        0x30 => (Kind::Integer, 1),
        0x32 => (Kind::Bool, 1),
        0x34 => (Kind::Integer, 2),
        0x38 => (Kind::Integer, 4),
        0x3a => (Kind::DateTime, 4),
        0x3b => (Kind::Float, 4),
        0x3c => (Kind::Money, 8),
        0x3d => (Kind::DateTime, 8),
        0x3e => (Kind::Float, 8),
        0x7a => (Kind::Money, 4),
        0x7f => (Kind::Integer, 8),
        _ => return None,
    })
}

/// Types whose values say their length in a byte; what follows the code is their length, precision and scale.
fn short(code: u8, reader: &mut Reader<'_>) -> Result<Kind, Error> {
    Ok(match code {
        0x28 => Kind::Date,
        0x29 => Kind::Time(reader.u8()?),
        0x2a => Kind::DateTime2(reader.u8()?),
        0x2b => Kind::DateTimeOffset(reader.u8()?),
        0x37 | 0x3f | 0x6a | 0x6c => {
            reader.take(2)?;
            Kind::Decimal(reader.u8()?)
        }
        _ => {
            reader.u8()?;
            match code {
                0x24 => Kind::Guid,
                0x26 => Kind::Integer,
                0x68 => Kind::Bool,
                0x6d => Kind::Float,
                0x6e => Kind::Money,
                _ => Kind::DateTime,
            }
        }
    })
}

/// Types of texts, behind whose length is what they are compared by, and of bytes.
fn texts_or_bytes(code: u8, reader: &mut Reader<'_>) -> Result<Kind, Error> {
    match code {
        0x22 | 0xa5 | 0xad => Ok(Kind::Bytes),
        0x23 | 0xa7 | 0xaf => Collation::read(reader).map(Kind::Text),
        _ => Collation::read(reader).map(|_| Kind::Unicode),
    }
}
