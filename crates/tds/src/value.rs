//! Values of a row, by the type of their column (MS-TDS 2.2.5.4).

use crate::Error;
use crate::calendar::{TO_1900, date_time, date_time_offset, time};
use crate::collation::Collation;
use crate::reader::{Reader, utf16};
use std::fmt::Write as _;

/// A value of a result. Types that .NET's JSON writes as texts are texts: dates, times, GUIDs.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `NULL`
    Null,
    /// `bit`
    Bool(bool),
    /// `tinyint`, `smallint`, `int`, `bigint`
    Integer(i64),
    /// `real`
    Single(f32),
    /// `float`
    Double(f64),
    /// `decimal`, `numeric`, `money`, `smallmoney`, with all its digits
    Decimal(String),
    /// `char` and its kin, `xml`, dates and times, `uniqueidentifier`
    Text(String),
    /// `binary` and its kin, `image`, `rowversion`, types of the CLR
    Bytes(Vec<u8>),
}

/// What the values of a column are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Bool,
    /// Without a sign when it has one byte.
    Integer,
    Float,
    Money,
    /// Days and 1/300 seconds, or days and minutes in half the bytes.
    DateTime,
    Date,
    /// With the number of decimals of its seconds.
    Time(u8),
    DateTime2(u8),
    DateTimeOffset(u8),
    /// With the number of decimals.
    Decimal(u8),
    Guid,
    Text(Collation),
    Unicode,
    Bytes,
    /// Each value says its type.
    Variant,
}

/// A value that consists of these bytes.
pub(crate) fn decode(kind: Kind, bytes: &[u8]) -> Result<Value, Error> {
    let mut reader = Reader::new(bytes);
    let length = bytes.len();
    let value = match kind {
        Kind::Bool => Value::Bool(reader.u8()? != 0),
        Kind::Integer => Value::Integer(match length {
            1 => reader.u8()?.into(),
            2 => reader.i16()?.into(),
            4 => reader.i32()?.into(),
            _ => reader.i64()?,
        }),
        Kind::Float if length == 4 => Value::Single(reader.f32()?),
        Kind::Float => Value::Double(reader.f64()?),
        Kind::Money => {
            let units = if length == 4 {
                i64::from(reader.i32()?)
            } else {
                // The more significant half comes first.
                let high = reader.i32()?;
                i64::from(high) << 32 | i64::from(reader.u32()?)
            };
            Value::Decimal(decimal(units < 0, units.unsigned_abs().into(), 4))
        }
        Kind::Decimal(scale) => {
            let is_positive = reader.u8()? != 0;
            let digits = reader.unsigned(length.saturating_sub(1))?;
            Value::Decimal(decimal(!is_positive, digits, scale))
        }
        Kind::Guid => Value::Text(guid(bytes)?),
        Kind::Text(collation) => Value::Text(collation.decode(bytes)),
        Kind::Unicode => Value::Text(utf16(bytes)),
        Kind::Bytes => Value::Bytes(bytes.to_vec()),
        Kind::Variant => return variant(bytes),
        Kind::DateTime | Kind::Date | Kind::Time(_) | Kind::DateTime2(_) | Kind::DateTimeOffset(_) => {
            let text = moment(kind, reader, length)?;
            Value::Text(text.ok_or(Error::Malformed("a date is not in the calendar"))?)
        }
    };
    Ok(value)
}

fn moment(kind: Kind, mut reader: Reader<'_>, length: usize) -> Result<Option<String>, Error> {
    Ok(match kind {
        Kind::DateTime if length == 4 => {
            let days = i64::from(reader.u16()?);
            date_time(TO_1900 + days, i64::from(reader.u16()?) * 600_000_000)
        }
        Kind::DateTime => {
            let days = i64::from(reader.i32()?);
            // .NET rounds to milliseconds.
            let milliseconds = (i64::from(reader.u32()?) * 10 + 1) / 3;
            date_time(TO_1900 + days, milliseconds * 10_000)
        }
        Kind::Time(scale) => time(ticks(&mut reader, length, scale)?),
        Kind::DateTime2(scale) => {
            let time = ticks(&mut reader, length.saturating_sub(3), scale)?;
            date_time(reader.unsigned(3)? as i64, time)
        }
        Kind::DateTimeOffset(scale) => {
            let time = ticks(&mut reader, length.saturating_sub(5), scale)?;
            let days = reader.unsigned(3)? as i64;
            date_time_offset(days, time, reader.i16()?)
        }
        _ => date_time(reader.unsigned(3)? as i64, 0),
    })
}

/// A time of day in units of 100 ns.
fn ticks(reader: &mut Reader<'_>, length: usize, scale: u8) -> Result<i64, Error> {
    let units = i64::try_from(reader.unsigned(length)?).unwrap_or(i64::MAX);
    let scale = 7_u32
        .checked_sub(scale.into())
        .ok_or(Error::Malformed("a time has more than 7 decimals"))?;
    Ok(units.saturating_mul(10_i64.pow(scale)))
}

/// A number with so many decimals.
fn decimal(is_negative: bool, digits: u128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{digits:0width$}", width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let sign = if is_negative { "-" } else { "" };
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

fn guid(bytes: &[u8]) -> Result<String, Error> {
    let mut reader = Reader::new(bytes);
    let (first, second, third) = (reader.u32()?, reader.u16()?, reader.u16()?);
    let mut text = format!("{first:08x}-{second:04x}-{third:04x}-");
    for (at, byte) in reader.take(8)?.iter().enumerate() {
        let dash = if at == 2 { "-" } else { "" };
        let _ = write!(text, "{dash}{byte:02x}");
    }
    Ok(text)
}

/// A value that says its type (MS-TDS 2.2.5.5.4).
fn variant(bytes: &[u8]) -> Result<Value, Error> {
    let mut reader = Reader::new(bytes);
    let base = reader.u8()?;
    let count = reader.u8()?;
    let mut properties = Reader::new(reader.take(count.into())?);
    let kind = match base {
        0x32 => Kind::Bool,
        0x30 | 0x34 | 0x38 | 0x7f => Kind::Integer,
        0x3b | 0x3e => Kind::Float,
        0x3c | 0x7a => Kind::Money,
        0x3a | 0x3d => Kind::DateTime,
        0x24 => Kind::Guid,
        0x28 => Kind::Date,
        0x29 => Kind::Time(properties.u8()?),
        0x2a => Kind::DateTime2(properties.u8()?),
        0x2b => Kind::DateTimeOffset(properties.u8()?),
        0x6a | 0x6c => {
            properties.u8()?;
            Kind::Decimal(properties.u8()?)
        }
        0xa5 | 0xad => Kind::Bytes,
        0xa7 | 0xaf => Kind::Text(Collation::read(&mut properties)?),
        0xe7 | 0xef => Kind::Unicode,
        other => return Err(Error::UnknownType(other)),
    };
    decode(kind, reader.rest())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_all_their_digits() {
        for (is_negative, digits, scale, expected) in [
            (false, 12_345, 2, "123.45"),
            (true, 5, 3, "-0.005"),
            (false, 0, 0, "0"),
            (false, 7, 0, "7"),
            (true, u128::MAX, 38, "-3.40282366920938463463374607431768211455"),
        ] {
            assert_eq!(decimal(is_negative, digits, scale), expected);
        }
        let money = [0xff, 0xff, 0xff, 0xff, 0xf0, 0xd8, 0xff, 0xff];
        assert_eq!(
            decode(Kind::Money, &money).unwrap(),
            Value::Decimal("-1.0000".to_owned())
        );
    }

    #[test]
    fn the_old_date_is_rounded_to_milliseconds() {
        let half = [&1_i32.to_le_bytes()[..], &(1_u32).to_le_bytes()].concat();
        assert_eq!(
            decode(Kind::DateTime, &half).unwrap(),
            Value::Text("1900-01-02T00:00:00.003".to_owned())
        );
        let two = [&0_i32.to_le_bytes()[..], &(2_u32).to_le_bytes()].concat();
        assert_eq!(
            decode(Kind::DateTime, &two).unwrap(),
            Value::Text("1900-01-01T00:00:00.007".to_owned())
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_a_value_or_an_error(kind in 0..15_usize, scale: u8, bytes: Vec<u8>) {
            let collation = Collation::read(&mut Reader::new(&[9, 4, 0, 0, 52])).unwrap();
            let kinds = [
                Kind::Bool, Kind::Integer, Kind::Float, Kind::Money, Kind::DateTime, Kind::Date, Kind::Time(scale),
                Kind::DateTime2(scale), Kind::DateTimeOffset(scale), Kind::Decimal(scale), Kind::Guid,
                Kind::Text(collation), Kind::Unicode, Kind::Bytes, Kind::Variant,
            ];
            let _ = decode(kinds[kind], &bytes);
        }
    }
}
