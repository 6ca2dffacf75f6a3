//! `System.Security.Cryptography.RandomNumberGenerator` and `RNGCryptoServiceProvider`, which is the same.

use super::random_bytes;
use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use std::any::Any;

/// Gives random bytes that nobody can guess.
pub static RANDOM_NUMBER_GENERATOR: Class =
    Class::new("System.Security.Cryptography.RandomNumberGenerator", ClassKind::Class)
        .inherits(&["IDisposable"])
        .rows(ROWS);
/// Its older name.
pub static PROVIDER: Class = Class::new(
    "System.Security.Cryptography.RNGCryptoServiceProvider",
    ClassKind::Class,
)
.inherits(&["RandomNumberGenerator"])
.rows(&[row(
    "new()",
    "new RNGCryptoServiceProvider() == null",
    "False",
    |_, _| Ok(Value::of(Generator(ClassRef(&PROVIDER)))),
)]);

const ROWS: &[Row] = &[
    row(
        "static RandomNumberGenerator Create()",
        "RandomNumberGenerator.Create() == null",
        "False",
        |_, _| Ok(Value::of(Generator(ClassRef(&RANDOM_NUMBER_GENERATOR)))),
    ),
    row("void Dispose()", "", "", |_, _| Ok(Value::Null)),
    row("void GetBytes(byte[] data)", "", "", |call, a| {
        let length = array(a)?.len();
        write(call, a, 0, length)
    }),
    row(
        "void GetBytes(byte[] data, int offset, int count)",
        "",
        "",
        |call, a| {
            let length = array(a)?.len();
            let negative = |name| Thrown::out_of_range("Non-negative number required.", name);
            let offset = usize::try_from(a.int(2)).map_err(|_| negative("offset"))?;
            let count = usize::try_from(a.int(3)).map_err(|_| negative("count"))?;
            if offset.checked_add(count).is_none_or(|end| end > length) {
                return Err(Thrown::new(
                    "System.ArgumentException",
                    "Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.",
                ));
            }
            write(call, a, offset, count)
        },
    ),
    row("void GetNonZeroBytes(byte[] data)", "", "", |call, a| {
        let array = array(a)?;
        call.step(array.len() as u64 / 16)?;
        let mut at = 0;
        while at < array.len() {
            for byte in random_bytes(array.len() - at)?.into_iter().filter(|byte| *byte != 0) {
                array.set(at, Value::Byte(byte));
                at += 1;
            }
        }
        Ok(Value::Null)
    }),
    row(
        "static byte[] GetBytes(int count)",
        "RandomNumberGenerator.GetBytes(16).Length",
        "16",
        |call, a| {
            let count = usize::try_from(a.int(0))
                .map_err(|_| Thrown::out_of_range("Non-negative number required.", "count"))?;
            call.allocate(count * crate::collection::ELEMENT_BYTES)?;
            Ok(Array::bytes(random_bytes(count)?))
        },
    ),
    row(
        "static int GetInt32(int toExclusive)",
        "RandomNumberGenerator.GetInt32(1)",
        "0",
        |_, a| {
            if a.int(0) <= 0 {
                return Err(Thrown::out_of_range(
                    "The upper bound must be greater than zero.",
                    "toExclusive",
                ));
            }
            between(0, a.long(0))
        },
    ),
    row(
        "static int GetInt32(int fromInclusive, int toExclusive)",
        "RandomNumberGenerator.GetInt32(7, 8)",
        "7",
        |_, a| {
            if a.long(0) >= a.long(1) {
                return Err(Thrown::new(
                    "System.ArgumentException",
                    "Range of random number does not contain at least one possibility.",
                ));
            }
            between(a.long(0), a.long(1))
        },
    ),
];

#[derive(Debug)]
struct Generator(ClassRef);

impl Object for Generator {
    fn type_name(&self) -> String {
        self.0.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn array(a: Arguments<'_>) -> Result<&Array, Thrown> {
    a.required(1)?.object::<Array>().ok_or_else(Thrown::null_reference)
}

fn write(call: &mut Call<'_, '_>, a: Arguments<'_>, offset: usize, count: usize) -> Outcome {
    call.step(count as u64 / 16)?;
    let array = array(a)?;
    for (at, byte) in random_bytes(count)?.into_iter().enumerate() {
        array.set(offset + at, Value::Byte(byte));
    }
    Ok(Value::Null)
}

/// An even choice: numbers beyond the last whole multiple of the range are drawn again.
fn between(from: i64, to: i64) -> Outcome {
    let range = u64::try_from(to - from).unwrap_or(1).max(1);
    loop {
        let bytes: [u8; 8] = random_bytes(8)?.try_into().unwrap_or_default();
        let drawn = u64::from_le_bytes(bytes);
        if drawn < u64::MAX - u64::MAX % range {
            return Ok(((from + (drawn % range) as i64) as i32).into());
        }
    }
}
