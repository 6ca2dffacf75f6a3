//! `System.Guid`

use crate::collection::Array;
use crate::json::parse_guid;
use crate::library::{Arguments, Class, ClassKind, Row, format_value, row};
use crate::thrown::Thrown;
use crate::value::Value;

/// A globally unique identifier.
pub static GUID: Class = Class::new("System.Guid", ClassKind::Struct)
    .inherits(&["IComparable", "IFormattable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static Guid NewGuid()",
        "Guid.NewGuid() != Guid.NewGuid()",
        "True",
        |call, _| {
            let bits = (u128::from(call.context.random()) << 64) | u128::from(call.context.random());
            // RFC 9562: version 4, variant 10.
            Ok(Value::Guid(
                bits & !(0xf000 << 64) & !(0xc000 << 48) | (0x4000 << 64) | (0x8000 << 48),
            ))
        },
    ),
    row(
        "static Guid Empty { get; }",
        "Guid.Empty",
        "00000000-0000-0000-0000-000000000000",
        |_, _| Ok(Value::Guid(0)),
    ),
    row(
        "new(string g)",
        r#"new Guid("{0F8FAD5B-D9CB-469F-A165-70867728950E}")"#,
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        |_, a| parse_guid(a.text(0)?).map(Value::Guid).ok_or_else(malformed),
    ),
    row(
        "new(byte[] b)",
        "new Guid(new byte[16])",
        "00000000-0000-0000-0000-000000000000",
        |_, a| {
            let bytes = a
                .required(0)?
                .object::<Array>()
                .and_then(Array::to_bytes)
                .unwrap_or_default();
            let wrong = || {
                Thrown::new(
                    "System.ArgumentException",
                    "Byte array for Guid must be exactly 16 bytes long. (Parameter 'b')",
                )
            };
            let bytes: [u8; 16] = bytes.try_into().map_err(|_| wrong())?;
            Ok(Value::Guid(u128::from_be_bytes(mixed(bytes))))
        },
    ),
    row(
        "new(int a, short b, short c, byte[] d)",
        "new Guid(1, 2, 3, new byte[] { 4, 5, 6, 7, 8, 9, 10, 11 })",
        "00000001-0002-0003-0405-060708090a0b",
        |_, a| {
            let rest = a
                .required(3)?
                .object::<Array>()
                .and_then(Array::to_bytes)
                .unwrap_or_default();
            let wrong = |_| Thrown::argument("Byte array for Guid must be exactly 8 bytes long.", "d");
            let rest: [u8; 8] = rest.try_into().map_err(wrong)?;
            Ok(of_parts(a, u64::from_be_bytes(rest)))
        },
    ),
    row(
        "new(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
        "new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)",
        "00000001-0002-0003-0405-060708090a0b",
        |_, a| Ok(of_parts(a, (3..11).fold(0, |rest, at| rest << 8 | a.long(at) as u64))),
    ),
    row(
        "new(uint a, ushort b, ushort c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
        "new Guid(4294967295, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)",
        "ffffffff-0002-0003-0405-060708090a0b",
        |_, a| {
            let rest = (3..11).fold(0, |rest, at| rest << 8 | a.long(at) as u64);
            let high = (a.long(0) as u64) << 32 | (a.long(1) as u64) << 16 | a.long(2) as u64;
            Ok(Value::Guid(u128::from(high) << 64 | u128::from(rest)))
        },
    ),
    row(
        "static Guid ParseExact(string input, string format)",
        r#"Guid.ParseExact("0f8fad5bd9cb469fa16570867728950e", "N")"#,
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        |_, a| {
            let (text, format) = (a.text(0)?, a.text(1)?);
            exactly(text, format)?.map(Value::Guid).ok_or_else(malformed)
        },
    ),
    row(
        "static bool TryParseExact(string input, string format, out Guid result)",
        r#"Guid.TryParseExact("x", "N", out var g)"#,
        "False",
        |call, a| {
            let format = a.text_or_null(1).map_or("", |text| text.as_str());
            let parsed = a.text_or_null(0).and_then(|text| exactly(text, format).ok().flatten());
            call.give_out(Value::Guid(parsed.unwrap_or_default()));
            Ok(parsed.is_some().into())
        },
    ),
    row(
        "static Guid Parse(string input)",
        r#"Guid.Parse("0f8fad5bd9cb469fa16570867728950e")"#,
        "0f8fad5b-d9cb-469f-a165-70867728950e",
        |_, a| parse_guid(a.text(0)?).map(Value::Guid).ok_or_else(malformed),
    ),
    row(
        "static bool TryParse(string input, out Guid result)",
        r#"Guid.TryParse("x", out var g)"#,
        "False",
        |call, a| {
            let parsed = a.text_or_null(0).and_then(|text| parse_guid(text));
            call.give_out(Value::Guid(parsed.unwrap_or_default()));
            Ok(parsed.is_some().into())
        },
    ),
    row(
        "byte[] ToByteArray()",
        r#"BitConverter.ToString(new Guid("00112233-4455-6677-8899-aabbccddeeff").ToByteArray())"#,
        "33-22-11-00-55-44-77-66-88-99-AA-BB-CC-DD-EE-FF",
        |_, a| Ok(Array::bytes(mixed(of(a, 0).to_be_bytes()).to_vec())),
    ),
    row(
        "string ToString()",
        "Guid.Empty.ToString()",
        "00000000-0000-0000-0000-000000000000",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row(
        "string ToString(string format)",
        r#"Guid.Empty.ToString("N")"#,
        "00000000000000000000000000000000",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "string ToString(string format, IFormatProvider provider)",
        r#"Guid.Empty.ToString("N", null)"#,
        "00000000000000000000000000000000",
        |_, a| Ok(format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
    row(
        "int CompareTo(object value)",
        "Guid.Empty.CompareTo((object)Guid.Empty)",
        "0",
        |_, a| match a.value(1) {
            Value::Null => Ok(1.into()),
            Value::Guid(other) => Ok((of(a, 0).cmp(other) as i32).into()),
            _ => Err(Thrown::new("System.ArgumentException", "Object must be of type GUID.")),
        },
    ),
    row(
        "int CompareTo(Guid value)",
        "Guid.Empty.CompareTo(Guid.Empty)",
        "0",
        |_, a| Ok((of(a, 0).cmp(&of(a, 1)) as i32).into()),
    ),
    row(
        "static bool operator ==(Guid a, Guid b)",
        "Guid.Empty == Guid.Empty",
        "True",
        |_, a| Ok((of(a, 0) == of(a, 1)).into()),
    ),
    row(
        "static bool operator !=(Guid a, Guid b)",
        "Guid.Empty != Guid.Empty",
        "False",
        |_, a| Ok((of(a, 0) != of(a, 1)).into()),
    ),
];

fn of(a: Arguments<'_>, index: usize) -> u128 {
    if let Value::Guid(guid) = a.value(index) {
        *guid
    } else {
        0
    }
}

/// The first three groups are numbers of their own.
fn of_parts(a: Arguments<'_>, rest: u64) -> Value {
    let (first, second, third) = (a.int(0) as u32, a.long(1) as u16, a.long(2) as u16);
    let high = u64::from(first) << 32 | u64::from(second) << 16 | u64::from(third);
    Value::Guid(u128::from(high) << 64 | u128::from(rest))
}

/// A text in one of the formats; which it is shows in its length and its brackets.
fn exactly(text: &str, format: &str) -> Result<Option<u128>, Thrown> {
    let text = text.trim();
    let fits = match format.to_ascii_uppercase().as_str() {
        "N" => text.len() == 32,
        "D" => text.len() == 36,
        "B" => text.len() == 38 && text.starts_with('{'),
        "P" => text.len() == 38 && text.starts_with('('),
        "X" => text.starts_with("{0x"),
        _ => {
            return Err(Thrown::new(
                "System.FormatException",
                "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".",
            ));
        }
    };
    let read = if format.eq_ignore_ascii_case("X") {
        hexadecimal(text)
    } else {
        parse_guid(text)
    };
    Ok(read.filter(|_| fits))
}

/// `{0x…,0x…,0x…,{0x…,…}}`: three numbers and eight bytes.
fn hexadecimal(text: &str) -> Option<u128> {
    let inside = text.strip_prefix('{')?.strip_suffix("}}")?;
    let (numbers, bytes) = inside.split_once(",{")?;
    let part = |text: &str, bits: u32| {
        let digits = text.trim().strip_prefix("0x")?;
        u128::from_str_radix(digits, 16)
            .ok()
            .filter(|number| number >> bits == 0)
    };
    let mut guid = 0;
    let (mut count, widths) = (0, [32, 16, 16, 8, 8, 8, 8, 8, 8, 8, 8]);
    for (text, bits) in numbers.split(',').chain(bytes.split(',')).zip(widths) {
        guid = guid << bits | part(text, bits)?;
        count += 1;
    }
    let complete = count == widths.len() && numbers.split(',').count() == 3 && bytes.split(',').count() == 8;
    complete.then_some(guid)
}

fn malformed() -> Thrown {
    Thrown::new(
        "System.FormatException",
        "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).",
    )
}

/// Between the order of the text and that of .NET's bytes: the first three groups are little-endian.
fn mixed(mut bytes: [u8; 16]) -> [u8; 16] {
    for group in [0..4, 4..6, 6..8] {
        if let Some(group) = bytes.get_mut(group) {
            group.reverse();
        }
    }
    bytes
}
