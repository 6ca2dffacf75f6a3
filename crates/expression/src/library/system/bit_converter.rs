//! `System.BitConverter`, little-endian.

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Values and their bytes.
pub static BIT_CONVERTER: Class = Class::new("System.BitConverter", ClassKind::Static).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static string ToString(byte[] value)",
        "BitConverter.ToString(new byte[] { 1, 171 })",
        "01-AB",
        |call, a| {
            let digits: Vec<String> = bytes(a)?.iter().map(|byte| format!("{byte:02X}")).collect();
            call.text(digits.join("-"))
        },
    ),
    row(
        "static byte[] GetBytes(bool value)",
        "BitConverter.GetBytes(true)[0]",
        "1",
        |_, a| Ok(Array::bytes(vec![u8::from(a.bool(0))])),
    ),
    row(
        "static byte[] GetBytes(short value)",
        "BitConverter.GetBytes((short)258)[0]",
        "2",
        |_, a| Ok(Array::bytes((a.long(0) as i16).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(int value)",
        "BitConverter.GetBytes(258)[1]",
        "1",
        |_, a| Ok(Array::bytes(a.int(0).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(long value)",
        "BitConverter.GetBytes(1L).Length",
        "8",
        |_, a| Ok(Array::bytes(a.long(0).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(double value)",
        "BitConverter.GetBytes(1.0)[7]",
        "63",
        |_, a| Ok(Array::bytes(a.double(0).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(char value)",
        "BitConverter.GetBytes('a').Length",
        "2",
        |_, a| Ok(Array::bytes(a.char(0).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(ushort value)",
        "BitConverter.GetBytes((ushort)258)[0]",
        "2",
        |_, a| Ok(Array::bytes((a.long(0) as u16).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(uint value)",
        "BitConverter.GetBytes(258u).Length",
        "4",
        |_, a| Ok(Array::bytes((a.long(0) as u32).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(ulong value)",
        "BitConverter.GetBytes(ulong.MaxValue)[7]",
        "255",
        |_, a| Ok(Array::bytes((a.long(0) as u64).to_le_bytes().to_vec())),
    ),
    row(
        "static byte[] GetBytes(float value)",
        "BitConverter.GetBytes(1f)[3]",
        "63",
        |_, a| {
            let number = match a.value(0) {
                Value::Single(number) => *number,
                _ => 0.0,
            };
            Ok(Array::bytes(number.to_le_bytes().to_vec()))
        },
    ),
    row(
        "static bool ToBoolean(byte[] value, int startIndex)",
        "BitConverter.ToBoolean(new byte[] { 0, 2 }, 1)",
        "True",
        |_, a| Ok((u8::from_le_bytes(stretch(a)?) != 0).into()),
    ),
    row(
        "static char ToChar(byte[] value, int startIndex)",
        "BitConverter.ToChar(new byte[] { 97, 0 }, 0)",
        "a",
        |_, a| Ok(Value::Char(u16::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static float ToSingle(byte[] value, int startIndex)",
        "BitConverter.ToSingle(BitConverter.GetBytes(1.5f), 0)",
        "1.5",
        |_, a| Ok(Value::Single(f32::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static long DoubleToInt64Bits(double value)",
        "BitConverter.DoubleToInt64Bits(1.0)",
        "4607182418800017408",
        |_, a| Ok((a.double(0).to_bits() as i64).into()),
    ),
    row(
        "static double Int64BitsToDouble(long value)",
        "BitConverter.Int64BitsToDouble(4607182418800017408)",
        "1",
        |_, a| Ok(f64::from_bits(a.long(0) as u64).into()),
    ),
    row(
        "static string ToString(byte[] value, int startIndex)",
        "BitConverter.ToString(new byte[] { 1, 171 }, 1)",
        "AB",
        |call, a| {
            let length = bytes(a)?.len() as i64;
            digits(call, a, length - a.long(1))
        },
    ),
    row(
        "static string ToString(byte[] value, int startIndex, int length)",
        "BitConverter.ToString(new byte[] { 1, 171, 3 }, 1, 1)",
        "AB",
        |call, a| digits(call, a, a.long(2)),
    ),
    row(
        "static short ToInt16(byte[] value, int startIndex)",
        "BitConverter.ToInt16(new byte[] { 1, 1 }, 0)",
        "257",
        |_, a| Ok(Value::Int16(i16::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static ushort ToUInt16(byte[] value, int startIndex)",
        "BitConverter.ToUInt16(new byte[] { 255, 255 }, 0)",
        "65535",
        |_, a| Ok(Value::UInt16(u16::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static int ToInt32(byte[] value, int startIndex)",
        "BitConverter.ToInt32(new byte[] { 1, 1, 0, 0 }, 0)",
        "257",
        |_, a| Ok(Value::Int32(i32::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static uint ToUInt32(byte[] value, int startIndex)",
        "BitConverter.ToUInt32(new byte[] { 1, 1, 0, 0 }, 0)",
        "257",
        |_, a| Ok(Value::UInt32(u32::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static long ToInt64(byte[] value, int startIndex)",
        "BitConverter.ToInt64(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 0)",
        "1",
        |_, a| Ok(Value::Int64(i64::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static ulong ToUInt64(byte[] value, int startIndex)",
        "BitConverter.ToUInt64(new byte[] { 1, 0, 0, 0, 0, 0, 0, 0 }, 0)",
        "1",
        |_, a| Ok(Value::UInt64(u64::from_le_bytes(stretch(a)?))),
    ),
    row(
        "static double ToDouble(byte[] value, int startIndex)",
        "BitConverter.ToDouble(BitConverter.GetBytes(1.5), 0)",
        "1.5",
        |_, a| Ok(f64::from_le_bytes(stretch(a)?).into()),
    ),
    row(
        "static bool IsLittleEndian { get; }",
        "BitConverter.IsLittleEndian",
        "True",
        |_, _| Ok(true.into()),
    ),
];

/// Hexadecimal digits of a stretch.
fn digits(call: &mut Call<'_, '_>, a: Arguments<'_>, length: i64) -> Outcome {
    let bytes = bytes(a)?;
    let outside = |what: &str| Thrown::out_of_range("Index was out of range.", what);
    let start = usize::try_from(a.long(1)).ok();
    let start = start.filter(|start| *start < bytes.len() || (*start == 0 && bytes.is_empty()));
    let start = start.ok_or_else(|| outside("startIndex"))?;
    let length = usize::try_from(length).map_err(|_| outside("length"))?;
    let stretch = bytes.get(start..start.saturating_add(length)).ok_or_else(|| {
        Thrown::new(
            "System.ArgumentException",
            "The array is shorter than what the start and the length ask for.",
        )
    })?;
    let digits: Vec<String> = stretch.iter().map(|byte| format!("{byte:02X}")).collect();
    call.text(digits.join("-"))
}

fn bytes(a: Arguments<'_>) -> Result<Vec<u8>, Thrown> {
    Ok(a.required(0)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default())
}

fn stretch<const N: usize>(a: Arguments<'_>) -> Result<[u8; N], Thrown> {
    let bytes = bytes(a)?;
    let start = usize::try_from(a.long(1)).ok().filter(|start| *start < bytes.len());
    let start = start.ok_or_else(|| {
        Thrown::out_of_range(
            "Index was out of range. Must be non-negative and less than the size of the collection.",
            "startIndex",
        )
    })?;
    let short = || {
        Thrown::argument(
            "Destination array is not long enough to copy all the items in the collection. Check array index and length.",
            "value",
        )
    };
    bytes
        .get(start..start + N)
        .and_then(|stretch| stretch.try_into().ok())
        .ok_or_else(short)
}
