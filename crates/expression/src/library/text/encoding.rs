//! `System.Text.Encoding`

use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::Thrown;
use crate::value::{Object, Value};
use std::any::Any;

/// Text as bytes.
pub static ENCODING: Class = Class::new("System.Text.Encoding", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static Encoding UTF8 { get; }",
        "Encoding.UTF8.GetBytes(\"é\").Length",
        "2",
        |_, _| Ok(Value::of(Kind::Utf8)),
    ),
    row(
        "static Encoding ASCII { get; }",
        "Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(\"é\"))",
        "?",
        |_, _| Ok(Value::of(Kind::Ascii)),
    ),
    row(
        "static Encoding Unicode { get; }",
        "Encoding.Unicode.GetBytes(\"a\").Length",
        "2",
        |_, _| Ok(Value::of(Kind::Utf16)),
    ),
    row(
        "static Encoding BigEndianUnicode { get; }",
        "Encoding.BigEndianUnicode.GetBytes(\"a\")[1]",
        "97",
        |_, _| Ok(Value::of(Kind::Utf16Big)),
    ),
    row(
        "static Encoding Default { get; }",
        "Encoding.Default.WebName",
        "utf-8",
        |_, _| Ok(Value::of(Kind::Utf8)),
    ),
    row(
        "static Encoding GetEncoding(string name)",
        r#"Encoding.GetEncoding("iso-8859-1").GetBytes("é")[0]"#,
        "233",
        |_, a| {
            let name = a.text(0)?.to_ascii_lowercase();
            let kind = match name.as_str() {
                "utf-8" | "utf8" => Kind::Utf8,
                "us-ascii" | "ascii" => Kind::Ascii,
                "utf-16" | "unicode" | "utf-16le" => Kind::Utf16,
                "utf-16be" => Kind::Utf16Big,
                "iso-8859-1" | "latin1" | "windows-1252" => Kind::Latin1,
                _ => {
                    let message = format!("'{name}' is not a supported encoding name. (Parameter 'name')");
                    return Err(Thrown::new("System.ArgumentException", message));
                }
            };
            Ok(Value::of(kind))
        },
    ),
    row(
        "byte[] GetBytes(string s)",
        r#"Encoding.UTF8.GetBytes("ab")[1]"#,
        "98",
        |call, a| {
            let text = a.text(1)?;
            call.allocate(text.len() * 2)?;
            Ok(Array::bytes(encode(of(a)?, text)))
        },
    ),
    row(
        "byte[] GetBytes(char[] chars)",
        "Encoding.UTF8.GetBytes(new[] { 'a' })[0]",
        "97",
        |call, a| {
            let units: Vec<u16> = a
                .required(1)?
                .object::<Array>()
                .map(Array::to_vec)
                .unwrap_or_default()
                .iter()
                .map(|unit| unit.integer().unwrap_or_default() as u16)
                .collect();
            call.allocate(units.len() * 2)?;
            Ok(Array::bytes(encode(of(a)?, &String::from_utf16_lossy(&units))))
        },
    ),
    row(
        "string GetString(byte[] bytes)",
        "Encoding.UTF8.GetString(new byte[] { 195, 169 })",
        "é",
        |call, a| {
            let bytes = bytes(a)?;
            let text = decode(of(a)?, &bytes);
            call.text(text)
        },
    ),
    row(
        "string GetString(byte[] bytes, int index, int count)",
        "Encoding.UTF8.GetString(new byte[] { 97, 98, 99 }, 1, 2)",
        "bc",
        |call, a| {
            let bytes = bytes(a)?;
            let range = usize::try_from(a.long(2)).ok().zip(usize::try_from(a.long(3)).ok());
            let stretch = range.and_then(|(start, count)| bytes.get(start..start.checked_add(count)?));
            let outside =
                || Thrown::out_of_range("Index and count must refer to a location within the buffer.", "bytes");
            let text = decode(of(a)?, stretch.ok_or_else(outside)?);
            call.text(text)
        },
    ),
    row(
        "int GetByteCount(string s)",
        r#"Encoding.UTF8.GetByteCount("é")"#,
        "2",
        |_, a| Ok((encode(of(a)?, a.text(1)?).len() as i32).into()),
    ),
    row("string WebName { get; }", "Encoding.UTF8.WebName", "utf-8", |_, a| {
        Ok(match of(a)? {
            Kind::Utf8 => "utf-8",
            Kind::Ascii => "us-ascii",
            Kind::Utf16 => "utf-16",
            Kind::Utf16Big => "utf-16BE",
            Kind::Latin1 => "iso-8859-1",
        }
        .into())
    }),
];

#[derive(Clone, Copy, Debug)]
enum Kind {
    Utf8,
    Ascii,
    Utf16,
    Utf16Big,
    Latin1,
}

impl Object for Kind {
    fn type_name(&self) -> String {
        "System.Text.Encoding".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Encoding.Unicode`
pub fn utf16() -> Value {
    Value::of(Kind::Utf16)
}

fn of(a: Arguments<'_>) -> Result<Kind, Thrown> {
    a.value(0).object::<Kind>().copied().ok_or_else(Thrown::null_reference)
}

fn bytes(a: Arguments<'_>) -> Result<Vec<u8>, Thrown> {
    Ok(a.required(1)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default())
}

fn encode(kind: Kind, text: &str) -> Vec<u8> {
    match kind {
        Kind::Utf8 => text.as_bytes().to_vec(),
        Kind::Ascii => text
            .encode_utf16()
            .map(|unit| if unit < 128 { unit as u8 } else { b'?' })
            .collect(),
        Kind::Utf16 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Kind::Utf16Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Kind::Latin1 => text
            .encode_utf16()
            .map(|unit| if unit < 256 { unit as u8 } else { b'?' })
            .collect(),
    }
}

fn decode(kind: Kind, bytes: &[u8]) -> String {
    let pairs = |of: fn([u8; 2]) -> u16| -> Vec<u16> {
        bytes
            .chunks_exact(2)
            .filter_map(|pair| pair.try_into().ok())
            .map(of)
            .collect()
    };
    match kind {
        Kind::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Kind::Ascii => bytes
            .iter()
            .map(|byte| if *byte < 128 { char::from(*byte) } else { '?' })
            .collect(),
        Kind::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Kind::Utf16 => String::from_utf16_lossy(&pairs(u16::from_le_bytes)),
        Kind::Utf16Big => String::from_utf16_lossy(&pairs(u16::from_be_bytes)),
    }
}
