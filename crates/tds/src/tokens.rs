//! What a server's message consists of (MS-TDS 2.2.7): columns, rows, errors, changes of the session.

use crate::column::{Column, Type};
use crate::reader::Reader;
use crate::value::Value;
use crate::{Error, Refusal};

/// Values of an answer that are read at most.
const MOST_VALUES: usize = 1_000_000;

/// Rows of a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of the columns; empty for those without.
    pub columns: Vec<String>,
    /// A value for each column.
    pub rows: Vec<Vec<Value>>,
}

/// What a message came to.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    /// The last result that has columns.
    pub table: Table,
    /// The first error; what follows from it is told by others.
    pub refusal: Option<Refusal>,
    /// The login was accepted.
    pub is_welcome: bool,
    /// Bytes of a packet from now on.
    pub packet_size: Option<usize>,
    /// Where to log in instead: host and port.
    pub elsewhere: Option<(String, u16)>,
}

/// Reads a message.
pub(crate) fn read(message: &[u8]) -> Result<Answer, Error> {
    let mut reader = Reader::new(message);
    let mut answer = Answer::default();
    let mut columns: Vec<Column> = Vec::new();
    let mut left = MOST_VALUES;
    while !reader.is_empty() {
        match reader.u8()? {
            0x81 => {
                columns = read_columns(&mut reader)?;
                answer.table = Table {
                    columns: columns.iter().map(|column| column.name.clone()).collect(),
                    rows: Vec::new(),
                };
            }
            token @ (0xd1 | 0xd2) => {
                // A null takes hardly a byte of the message.
                left = left
                    .checked_sub(columns.len())
                    .ok_or(Error::TooManyValues(MOST_VALUES))?;
                let row = if columns.is_empty() {
                    return Err(Error::Malformed("a row comes before its columns"));
                } else if token == 0xd1 {
                    columns.iter().map(|column| column.value(&mut reader)).collect()
                } else {
                    with_nulls(&columns, &mut reader)
                };
                answer.table.rows.push(row?);
            }
            0xaa => {
                let refusal = refusal(Reader::new(reader.part()?))?;
                answer.refusal.get_or_insert(refusal);
            }
            0xe3 => change(Reader::new(reader.part()?), &mut answer)?,
            0xad => {
                reader.part()?;
                answer.is_welcome = true;
            }
            0xac => {
                // What a parameter came to: its place, name and state first.
                reader.u16()?;
                reader.short_text()?;
                reader.u8()?;
                Type::read_own(&mut reader)?.value(&mut reader)?;
            }
            0xae => {
                while reader.u8()? != 0xff {
                    reader.long_part()?;
                }
            }
            0x79 => drop(reader.take(4)?),
            0xfd..=0xff => drop(reader.take(12)?),
            0xe4 | 0xee => drop(reader.long_part()?),
            // Messages, orders, names of tables and the like.
            0xa4 | 0xa5 | 0xa9 | 0xab | 0xed => drop(reader.part()?),
            _ => return Err(Error::Malformed("a token is unknown")),
        }
    }
    Ok(answer)
}

fn read_columns(reader: &mut Reader<'_>) -> Result<Vec<Column>, Error> {
    let count = reader.u16()?;
    // So many say that there is nothing to say.
    if count == 0xffff {
        return Ok(Vec::new());
    }
    (0..count).map(|_| Column::read(reader)).collect()
}

/// A row that begins with which of its values are null.
fn with_nulls(columns: &[Column], reader: &mut Reader<'_>) -> Result<Vec<Value>, Error> {
    let nulls = reader.take(columns.len().div_ceil(8))?;
    let is_null = |at: usize| nulls.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 == 1);
    let values = columns.iter().enumerate().map(|(at, column)| {
        if is_null(at) {
            Ok(Value::Null)
        } else {
            column.value(reader)
        }
    });
    values.collect()
}

fn refusal(mut reader: Reader<'_>) -> Result<Refusal, Error> {
    let number = reader.i32()?;
    reader.u8()?;
    let class = reader.u8()?;
    let message = reader.text()?;
    reader.short_text()?;
    reader.short_text()?;
    let line = reader.u32()?;
    Ok(Refusal {
        number,
        class,
        line,
        message,
    })
}

/// A change of the session: of the packets' size, or of the place.
fn change(mut reader: Reader<'_>, answer: &mut Answer) -> Result<(), Error> {
    match reader.u8()? {
        4 => {
            let size = reader.short_text()?.parse().ok();
            answer.packet_size = size.filter(|size| (512..=32_767).contains(size));
        }
        20 => {
            let mut place = Reader::new(reader.part()?);
            if place.u8()? == 0 {
                let port = place.u16()?;
                answer.elsewhere = Some((place.text()?, port));
            }
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_result_and_the_first_error_count() {
        let mut message = Vec::new();
        for (name, value) in [(b'a', 1), (b'b', 2)] {
            message.extend([0x81, 1, 0, 0, 0, 0, 0, 0, 0, 0x38, 1, name, 0, 0xd1, value, 0, 0, 0]);
            message.extend([0xfd, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
        }
        for number in [208, 209] {
            let mut error = vec![number, 0, 0, 0, 1, 16, 1, 0, b'x', 0, 0, 0];
            error.extend(7_u32.to_le_bytes());
            message.extend([0xaa, error.len() as u8, 0]);
            message.extend(error);
        }
        let answer = read(&message).unwrap();
        assert_eq!(
            (answer.table.columns, answer.table.rows),
            (vec!["b".to_owned()], vec![vec![Value::Integer(2)]])
        );
        let refusal = answer.refusal.unwrap();
        assert_eq!(
            (refusal.number, refusal.class, refusal.line, refusal.message.as_str()),
            (208, 16, 7, "x")
        );
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_an_answer_or_an_error(bytes: Vec<u8>) {
            let _ = read(&bytes);
        }

        #[test]
        fn rows_of_any_columns_do_no_harm(types in proptest::collection::vec(0_u8.., 1..4), rest: Vec<u8>) {
            let mut message = vec![0x81, types.len() as u8, 0];
            for ty in types {
                message.extend([0, 0, 0, 0, 0, 0, ty, 1, 0, 0, 0, 0, 0, 0, 0]);
            }
            message.push(0xd1);
            message.extend(rest);
            let _ = read(&message);
        }
    }
}
