//! Calls of procedures: which one, and its parameters with their types and values, as a client sends them.
//!
//! It is as strict as SQL Server about lengths. Never here: what a procedure does, what a parameter was declared as.

use super::fields::{Fields, utf16};
use super::tokens::Fault;
use super::types::{
    DAYS_TO_1900, Encoding, Moment, TICKS_PER_DAY, TICKS_PER_MINUTE, Type, Value, from_windows_1252, guid_order,
};

/// "What follows is a number, not a name."
const BY_NUMBER: u16 = 0xffff;
/// "The parameter has its default": a flag.
const DEFAULT: u8 = 0x02;
/// The most bytes of a text or of bytes that are not `max`.
const LONGEST: usize = 8000;
/// 9999-12-31.
const LAST_DAY: i32 = 3_652_058;
/// The complaint about the thirty-first of February.
const NO_MOMENT: &str = "a date or time that there is not";
/// What separates calls.
const NEXT_CALL: [u8; 2] = [0xff, 0x80];

/// A parameter.
#[derive(Debug, PartialEq)]
pub struct Parameter {
    /// Its name with `@`; empty where it goes by its place.
    pub name: String,
    /// The type that the client gave it.
    pub of: Type,
    /// Its value; none where it says that the default will do.
    pub value: Option<Value>,
}

/// The procedure of a call.
#[derive(Debug, PartialEq)]
pub enum Procedure {
    /// One of those that have a number.
    Number(u16),
    /// Any.
    Name(String),
}

impl Procedure {
    /// Whether it has this name, whatever stands before the last point.
    pub fn is(&self, name: &str) -> bool {
        match self {
            Self::Number(_) => false,
            Self::Name(whole) => whole
                .rsplit('.')
                .next()
                .is_some_and(|last| last.eq_ignore_ascii_case(name)),
        }
    }
}

/// A call.
#[derive(Debug, PartialEq)]
pub struct Call {
    /// Of what.
    pub procedure: Procedure,
    /// With what.
    pub parameters: Vec<Parameter>,
}

/// The calls of a message, whose headers are gone.
pub fn calls(payload: &[u8]) -> Result<Vec<Call>, Fault> {
    let mut fields = Fields::of(payload);
    let mut calls = Vec::new();
    while !fields.is_empty() {
        let procedure = procedure(&mut fields).ok_or_else(|| wrong("the call's name ends early"))?;
        let mut parameters = Vec::new();
        while let Some(next) = fields.peek() {
            if NEXT_CALL.contains(&next) {
                let _ = fields.u8();
                break;
            }
            let place = parameters.len() + 1;
            let read = parameter(&mut fields).unwrap_or_else(|| Err("it ends early".to_owned()));
            parameters.push(read.map_err(|what| wrong(&format!("parameter {place}: {what}")))?);
        }
        calls.push(Call { procedure, parameters });
    }
    Ok(calls)
}

/// The refusal of a message that is not what it should be.
pub fn wrong(what: &str) -> Fault {
    let text = format!("The incoming tabular data stream (TDS) protocol stream is incorrect: {what}.");
    Fault::new(8009, 1, 16, text)
}

fn procedure(fields: &mut Fields<'_>) -> Option<Procedure> {
    let units = fields.u16()?;
    let procedure = if units == BY_NUMBER {
        Procedure::Number(fields.u16()?)
    } else {
        Procedure::Name(fields.text(units.into())?)
    };
    fields.u16()?;
    Some(procedure)
}

fn parameter(fields: &mut Fields<'_>) -> Option<Result<Parameter, String>> {
    let name = fields.short_text()?;
    let flags = fields.u8()?;
    let number = fields.u8()?;
    let read = match number {
        0x1f => Ok((Type::Int, Value::Null)),
        0x30 => fixed(fields, Type::TinyInt, 1),
        0x32 => fixed(fields, Type::Bit, 1),
        0x34 => fixed(fields, Type::SmallInt, 2),
        0x38 => fixed(fields, Type::Int, 4),
        0x3a => fixed(fields, Type::SmallDateTime, 4),
        0x3b => fixed(fields, Type::Real, 4),
        0x3c => fixed(fields, Type::Money, 8),
        0x3d => fixed(fields, Type::DateTime, 8),
        0x3e => fixed(fields, Type::Float, 8),
        0x7a => fixed(fields, Type::SmallMoney, 4),
        0x7f => fixed(fields, Type::BigInt, 8),
        0x24 | 0x26 | 0x68 | 0x6d | 0x6e | 0x6f => nullable(fields, number),
        0x6a | 0x6c => decimal(fields, number),
        0x28 => moment(fields, Type::Date),
        0x29..=0x2b => {
            let scale = fields.u8()?;
            match (scale, number) {
                (8.., _) => Err(format!("a scale of {scale}; there are 0 to 7")),
                (_, 0x29) => moment(fields, Type::Time(scale)),
                (_, 0x2a) => moment(fields, Type::DateTime2(scale)),
                _ => moment(fields, Type::DateTimeOffset(scale)),
            }
        }
        0xa7 | 0xaf | 0xe7 | 0xef | 0xa5 | 0xad => lengthy(fields, number),
        _ => Err(format!("data type {number:#04X} is unknown")),
    };
    Some(read.map(|(of, value)| Parameter {
        name,
        of,
        value: (flags & DEFAULT == 0).then_some(value),
    }))
}

type Read = Result<(Type, Value), String>;

fn early() -> String {
    "it ends early".to_owned()
}

fn fixed(fields: &mut Fields<'_>, of: Type, size: usize) -> Read {
    Ok((of, simple(of, fields.bytes(size).ok_or_else(early)?)?))
}

/// Types of a byte of length at most, with that length in the type and before the value.
fn nullable(fields: &mut Fields<'_>, number: u8) -> Read {
    let size = fields.u8().ok_or_else(early)?;
    let of = match (number, size) {
        (0x24, 16) => Type::UniqueIdentifier,
        (0x26, 1) => Type::TinyInt,
        (0x26, 2) => Type::SmallInt,
        (0x26, 4) => Type::Int,
        (0x26, 8) => Type::BigInt,
        (0x68, 1) => Type::Bit,
        (0x6d, 4) => Type::Real,
        (0x6d, 8) => Type::Float,
        (0x6e, 4) => Type::SmallMoney,
        (0x6e, 8) => Type::Money,
        (0x6f, 4) => Type::SmallDateTime,
        (0x6f, 8) => Type::DateTime,
        _ => return Err(format!("data type {number:#04X} has no length of {size}")),
    };
    match fields.u8().ok_or_else(early)? {
        0 => Ok((of, Value::Null)),
        length if length == size => fixed(fields, of, size.into()),
        length => Err(format!("a value of {length} bytes of a type of {size}")),
    }
}

/// The value of a type whose values all have the same size.
fn simple(of: Type, raw: &[u8]) -> Result<Value, String> {
    let whole = || {
        let mut wide = [0; 8];
        wide.iter_mut().zip(raw).for_each(|(to, from)| *to = *from);
        u64::from_le_bytes(wide)
    };
    let (low, high) = (whole() as u32, (whole() >> 32) as u32);
    Ok(match of {
        Type::Bit if whole() > 1 => return Err(format!("a bit that is {}", whole())),
        Type::TinyInt | Type::Bit | Type::BigInt => Value::Integer(whole() as i64),
        Type::SmallInt => Value::Integer((whole() as i16).into()),
        Type::Int => Value::Integer((low as i32).into()),
        Type::Real => Value::Float(f32::from_bits(low).into()),
        Type::Float => Value::Float(f64::from_bits(whole())),
        Type::SmallMoney => Value::Scaled((low as i32).into()),
        // The upper half comes first.
        Type::Money => Value::Scaled((i64::from(low as i32) << 32 | i64::from(high)).into()),
        Type::SmallDateTime => older((low & 0xffff) as i32, i64::from(low >> 16) * TICKS_PER_MINUTE)?,
        Type::DateTime => older(low as i32, i64::from(high) * 100_000 / 3)?,
        _ => Value::Bytes(guid_order(raw)),
    })
}

/// The value of one of the older types, which count days from 1900 on.
fn older(days: i32, ticks: i64) -> Result<Value, String> {
    match DAYS_TO_1900.checked_add(days) {
        Some(day @ 0..=LAST_DAY) if ticks < TICKS_PER_DAY => Ok(Value::Moment(Moment { day, ticks, offset: 0 })),
        _ => Err(NO_MOMENT.to_owned()),
    }
}

fn decimal(fields: &mut Fields<'_>, number: u8) -> Read {
    let &[size, precision, scale] = fields.bytes(3).and_then(<[u8]>::first_chunk).ok_or_else(early)?;
    if !(1..=38).contains(&precision) || scale > precision || ![5, 9, 13, 17].contains(&size) {
        return Err(format!("a decimal({precision}, {scale}) of {size} bytes"));
    }
    let of = if number == 0x6a {
        Type::Decimal { precision, scale }
    } else {
        Type::Numeric { precision, scale }
    };
    let length = fields.u8().ok_or_else(early)?;
    if length == 0 {
        return Ok((of, Value::Null));
    }
    if length > size || ![5, 9, 13, 17].contains(&length) {
        return Err(format!("a decimal's value of {length} bytes"));
    }
    let raw = fields.bytes(length.into()).ok_or_else(early)?;
    let (sign, digits) = raw.split_first().ok_or_else(early)?;
    let mut wide = [0; 16];
    wide.iter_mut().zip(digits).for_each(|(to, from)| *to = *from);
    let magnitude = u128::from_le_bytes(wide);
    if magnitude >= 10_u128.pow(precision.into()) {
        return Err(format!("a decimal with more digits than {precision}"));
    }
    let magnitude = magnitude as i128;
    Ok((of, Value::Scaled(if *sign == 0 { -magnitude } else { magnitude })))
}

fn moment(fields: &mut Fields<'_>, of: Type) -> Read {
    let time_size = |scale: u8| match scale {
        0..=2 => 3,
        3..=4 => 4,
        _ => 5,
    };
    let (scale, time, day, offset) = match of {
        Type::Time(scale) => (scale, time_size(scale), 0, 0),
        Type::DateTime2(scale) => (scale, time_size(scale), 3, 0),
        Type::DateTimeOffset(scale) => (scale, time_size(scale), 3, 2),
        _ => (0, 0, 3, 0),
    };
    let length = usize::from(fields.u8().ok_or_else(early)?);
    if length == 0 {
        return Ok((of, Value::Null));
    }
    if length != time + day + offset {
        return Err(format!(
            "a date or time of {length} bytes instead of {}",
            time + day + offset
        ));
    }
    let mut number = |size: usize| -> Option<i64> {
        let mut wide = [0; 8];
        wide.iter_mut()
            .zip(fields.bytes(size)?)
            .for_each(|(to, from)| *to = *from);
        Some(i64::from_le_bytes(wide))
    };
    let mut read = || Some((number(time)?, number(day)?, number(offset)?));
    let (parts, day, offset) = read().ok_or_else(early)?;
    let offset = offset as i16;
    let utc = parts * 10_i64.pow(7 - u32::from(scale));
    if utc >= TICKS_PER_DAY || day > LAST_DAY.into() || offset.unsigned_abs() > 840 {
        return Err(NO_MOMENT.to_owned());
    }
    let ticks = utc + i64::from(offset) * TICKS_PER_MINUTE;
    Ok((
        of,
        Value::Moment(Moment {
            day: day as i32 + ticks.div_euclid(TICKS_PER_DAY) as i32,
            ticks: ticks.rem_euclid(TICKS_PER_DAY),
            offset,
        }),
    ))
}

/// Texts and bytes, of which those without a length come in pieces.
fn lengthy(fields: &mut Fields<'_>, number: u8) -> Read {
    let size = fields.u16().ok_or_else(early)?;
    let most = usize::from(size);
    let is_text = !matches!(number, 0xa5 | 0xad);
    if is_text {
        fields.bytes(5).ok_or_else(early)?;
    }
    let wide = matches!(number, 0xe7 | 0xef);
    let in_pieces = size == 0xffff && matches!(number, 0xa7 | 0xe7 | 0xa5);
    if !in_pieces && (most > LONGEST || (wide && most % 2 != 0)) {
        return Err(format!("data type {number:#04X} has no length of {most}"));
    }
    let length = (!in_pieces).then_some(size);
    let of = match number {
        0xe7 => Type::NVarChar(length.map(|length| length / 2)),
        0xef => Type::NChar(size / 2),
        0xa7 => Type::VarChar(length, Encoding::Latin),
        0xaf => Type::Char(size, Encoding::Latin),
        0xa5 => Type::VarBinary(length),
        _ => Type::Binary(size),
    };
    let raw = if in_pieces {
        pieces(fields)?
    } else {
        match fields.u16().ok_or_else(early)? {
            0xffff => None,
            length if usize::from(length) > most => {
                return Err(format!("a value of {length} bytes where {most} are the most"));
            }
            length => Some(fields.bytes(length.into()).ok_or_else(early)?.to_vec()),
        }
    };
    let Some(raw) = raw else {
        return Ok((of, Value::Null));
    };
    Ok((
        of,
        match (is_text, wide) {
            (true, true) if raw.len() % 2 != 0 => return Err("half a character".to_owned()),
            (true, true) => Value::Text(utf16(&raw)),
            (true, false) => Value::Text(from_windows_1252(&raw)),
            _ => Value::Bytes(raw),
        },
    ))
}

fn pieces(fields: &mut Fields<'_>) -> Result<Option<Vec<u8>>, String> {
    let told = match fields.u64().ok_or_else(early)? {
        u64::MAX => return Ok(None),
        told => (told != u64::MAX - 1).then_some(told),
    };
    let mut whole = Vec::new();
    loop {
        match fields.u32().ok_or_else(early)? {
            0 => break,
            length => whole.extend_from_slice(fields.bytes(length as usize).ok_or_else(early)?),
        }
    }
    match told {
        Some(told) if told != whole.len() as u64 => Err(format!("{told} bytes were told, {} came", whole.len())),
        _ => Ok(Some(whole)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{login, prelogin, statements};
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn whatever_comes_is_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200), number: u8) {
            let _ = calls(&bytes);
            let _ = login::parse(&bytes);
            let _ = login::late_token(&bytes);
            let _ = prelogin::parse(&bytes);
            let _ = statements::parse(&String::from_utf8_lossy(&bytes));
            // A call whose name is right, and a parameter of any type.
            let _ = calls(&[&[0xff, 0xff, 10, 0, 0, 0, 0, 0, number], &*bytes].concat());
        }
    }

    #[test]
    fn lengths_must_be_those_of_the_type() {
        for (parameter, complaint) in [
            (&[0x26, 3, 0][..], "data type 0x26 has no length of 3"),
            (&[0x26, 4, 2, 0, 0], "a value of 2 bytes of a type of 4"),
            (
                &[0xe7, 0x41, 0x1f, 9, 4, 0xd0, 0, 0x34, 0, 0],
                "data type 0xE7 has no length of 8001",
            ),
            (
                &[0xe7, 2, 0, 9, 4, 0xd0, 0, 0x34, 4, 0, 97, 0, 97, 0],
                "a value of 4 bytes where 2 are the most",
            ),
            (
                &[0xa5, 0xff, 0xff, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0],
                "2 bytes were told, 1 came",
            ),
            (
                &[0x6a, 5, 2, 0, 5, 1, 100, 0, 0, 0],
                "a decimal with more digits than 2",
            ),
            (&[0x28, 3, 0xff, 0xff, 0xff], NO_MOMENT),
            (&[0x6f, 8, 8, 0xff, 0xff, 0xff, 0x7f, 0, 0, 0, 0], NO_MOMENT),
            (&[0x99], "data type 0x99 is unknown"),
            (&[0x38, 1], "it ends early"),
        ] {
            let call = [&[0xff, 0xff, 10, 0, 0, 0, 0, 0], parameter].concat();
            let text = calls(&call).expect_err(complaint).text;
            assert!(text.ends_with(&format!(": parameter 1: {complaint}.")), "{text}");
        }
    }
}
