//! `System.Text.Encoding`

pub mod code_page;

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::{Simple, Type};
use crate::value::{Object, Value};
use code_page::CodePage;
use std::any::Any;

/// Text as bytes.
pub static ENCODING: Class = Class::new("System.Text.Encoding", ClassKind::Class)
    .rows(ROWS)
    .more(&[BYTES_ROWS, CHARS_ROWS]);
/// `Encoding.ASCII`
pub static ASCII: Class = Class::new("System.Text.ASCIIEncoding", ClassKind::Class).inherits(&["Encoding"]);
/// `Encoding.UTF8`
pub static UTF8: Class = Class::new("System.Text.UTF8Encoding", ClassKind::Class)
    .inherits(&["Encoding"])
    .rows(&[
        row("new()", "new UTF8Encoding().GetPreamble().Length", "0", |_, _| {
            Ok(Value::of(CodePage::Utf8 { mark: false }))
        }),
        row(
            "new(bool encoderShouldEmitUTF8Identifier)",
            "new UTF8Encoding(true).GetPreamble().Length",
            "3",
            |_, a| Ok(Value::of(CodePage::Utf8 { mark: a.bool(0) })),
        ),
    ]);
/// `Encoding.Unicode`
pub static UNICODE: Class = Class::new("System.Text.UnicodeEncoding", ClassKind::Class).inherits(&["Encoding"]);
/// `Encoding.UTF32`
pub static UTF32: Class = Class::new("System.Text.UTF32Encoding", ClassKind::Class).inherits(&["Encoding"]);

const ROWS: &[Row] = &[
    row(
        "static Encoding UTF8 { get; }",
        "Encoding.UTF8.GetBytes(\"é\").Length",
        "2",
        |_, _| Ok(Value::of(CodePage::Utf8 { mark: true })),
    ),
    row(
        "static Encoding ASCII { get; }",
        "Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(\"é\"))",
        "?",
        |_, _| Ok(Value::of(CodePage::Ascii)),
    ),
    row(
        "static Encoding Unicode { get; }",
        "Encoding.Unicode.GetBytes(\"a\").Length",
        "2",
        |_, _| Ok(Value::of(CodePage::Utf16 { big: false })),
    ),
    row(
        "static Encoding BigEndianUnicode { get; }",
        "Encoding.BigEndianUnicode.GetBytes(\"a\")[1]",
        "97",
        |_, _| Ok(Value::of(CodePage::Utf16 { big: true })),
    ),
    row(
        "static Encoding UTF32 { get; }",
        "Encoding.UTF32.GetBytes(\"a\").Length",
        "4",
        |_, _| Ok(Value::of(CodePage::Utf32 { big: false })),
    ),
    row(
        "static Encoding Latin1 { get; }",
        "Encoding.Latin1.GetBytes(\"é\")[0]",
        "233",
        |_, _| Ok(Value::of(CodePage::Latin1)),
    ),
    row(
        "static Encoding Default { get; }",
        "Encoding.Default.WebName",
        "utf-8",
        |_, _| Ok(Value::of(CodePage::Utf8 { mark: true })),
    ),
    row(
        "static Encoding GetEncoding(string name)",
        r#"Encoding.GetEncoding("iso-8859-1").GetBytes("é")[0]"#,
        "233",
        |_, a| {
            let name = a.text(0)?;
            let unknown = || {
                let message = format!("'{name}' is not a supported encoding name. (Parameter 'name')");
                Thrown::new("System.ArgumentException", message)
            };
            CodePage::of_name(name).map(Value::of).ok_or_else(unknown)
        },
    ),
    row(
        "static Encoding GetEncoding(int codepage)",
        "Encoding.GetEncoding(65001).WebName",
        "utf-8",
        |_, a| {
            let number = a.int(0);
            if !(0..=65_535).contains(&number) {
                let message = "Valid values are between 0 and 65535, inclusive.";
                return Err(Thrown::out_of_range(message, "codepage"));
            }
            let unknown = || {
                let message = format!("No data is available for encoding {number}.");
                Thrown::new("System.NotSupportedException", message)
            };
            CodePage::of_number(number).map(Value::of).ok_or_else(unknown)
        },
    ),
    row(
        "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes)",
        r#"Encoding.Convert(Encoding.UTF8, Encoding.Unicode, Encoding.UTF8.GetBytes("é")).Length"#,
        "2",
        |call, a| {
            let (from, to) = (page(a, 0)?, page(a, 1)?);
            let text = from.decode(&bytes(a, 2, None)?);
            encoded(call, to, &text)
        },
    ),
    row(
        "static byte[] Convert(Encoding srcEncoding, Encoding dstEncoding, byte[] bytes, int index, int count)",
        "Encoding.Convert(Encoding.UTF8, Encoding.Unicode, new byte[] { 97, 98 }, 1, 1)[0]",
        "98",
        |call, a| {
            let (from, to) = (page(a, 0)?, page(a, 1)?);
            let text = from.decode(&bytes(a, 2, Some(3))?);
            encoded(call, to, &text)
        },
    ),
    row("string WebName { get; }", "Encoding.UTF8.WebName", "utf-8", |_, a| {
        Ok(page(a, 0)?.name().into())
    }),
    row("string BodyName { get; }", "Encoding.UTF8.BodyName", "utf-8", |_, a| {
        Ok(page(a, 0)?.name().into())
    }),
    row(
        "string HeaderName { get; }",
        "Encoding.UTF8.HeaderName",
        "utf-8",
        |_, a| Ok(page(a, 0)?.name().into()),
    ),
    row(
        "string EncodingName { get; }",
        "Encoding.UTF8.EncodingName",
        "Unicode (UTF-8)",
        |_, a| Ok(page(a, 0)?.long_name().into()),
    ),
    row("int CodePage { get; }", "Encoding.UTF8.CodePage", "65001", |_, a| {
        Ok(page(a, 0)?.number().into())
    }),
    row(
        "int WindowsCodePage { get; }",
        "Encoding.UTF8.WindowsCodePage",
        "1200",
        |_, a| {
            Ok(match page(a, 0)? {
                CodePage::Ascii | CodePage::Latin1 | CodePage::Latin9 | CodePage::Windows1252 => 1252,
                _ => 1200,
            }
            .into())
        },
    ),
    row(
        "bool IsSingleByte { get; }",
        "Encoding.ASCII.IsSingleByte",
        "True",
        |_, a| Ok(page(a, 0)?.is_single_byte().into()),
    ),
    row(
        "bool IsReadOnly { get; }",
        "Encoding.UTF8.IsReadOnly",
        "True",
        |_, a| {
            page(a, 0)?;
            Ok(true.into())
        },
    ),
    row(
        "byte[] GetPreamble()",
        "Encoding.UTF8.GetPreamble().Length",
        "3",
        |_, a| Ok(Array::bytes(page(a, 0)?.preamble().to_vec())),
    ),
    row(
        "int GetMaxByteCount(int charCount)",
        "Encoding.UTF8.GetMaxByteCount(1)",
        "6",
        |_, a| {
            let (page, count) = (page(a, 0)?, not_negative(a, 1)?);
            Ok((page.most_bytes(count) as i32).into())
        },
    ),
    row(
        "int GetMaxCharCount(int byteCount)",
        "Encoding.UTF8.GetMaxCharCount(1)",
        "2",
        |_, a| {
            let (page, count) = (page(a, 0)?, not_negative(a, 1)?);
            Ok((page.most_chars(count) as i32).into())
        },
    ),
    row(
        "bool Equals(object value)",
        r#"Encoding.UTF8.Equals(Encoding.GetEncoding("utf-8"))"#,
        "True",
        |_, a| {
            let own = page(a, 0)?;
            Ok((a.value(1).object::<CodePage>() == Some(&own)).into())
        },
    ),
];

const BYTES_ROWS: &[Row] = &[
    row(
        "byte[] GetBytes(string s)",
        r#"Encoding.UTF8.GetBytes("ab")[1]"#,
        "98",
        |call, a| {
            let text = a.text(1)?;
            encoded(call, page(a, 0)?, text)
        },
    ),
    row(
        "byte[] GetBytes(char[] chars)",
        "Encoding.UTF8.GetBytes(new[] { 'a' })[0]",
        "97",
        |call, a| {
            let text = chars(a, None)?;
            encoded(call, page(a, 0)?, &text)
        },
    ),
    row(
        "byte[] GetBytes(char[] chars, int index, int count)",
        "Encoding.UTF8.GetBytes(new[] { 'a', 'b' }, 1, 1)[0]",
        "98",
        |call, a| {
            let text = chars(a, Some(2))?;
            encoded(call, page(a, 0)?, &text)
        },
    ),
    row(
        "int GetBytes(string s, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        r#"Encoding.UTF8.GetBytes("abc", 1, 2, new byte[4], 0)"#,
        "2",
        |_, a| {
            let units: Vec<Value> = a.text(1)?.encode_utf16().map(Value::Char).collect();
            let text = text_of(stretch(&units, a, 2)?);
            write(a, page(a, 0)?.encode(&text).into_iter().map(Value::Byte).collect())
        },
    ),
    row(
        "int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex)",
        "Encoding.UTF8.GetBytes(new[] { 'a', 'é' }, 1, 1, new byte[4], 0)",
        "2",
        |_, a| {
            let text = chars(a, Some(2))?;
            write(a, page(a, 0)?.encode(&text).into_iter().map(Value::Byte).collect())
        },
    ),
    row(
        "int GetByteCount(string s)",
        r#"Encoding.UTF8.GetByteCount("é")"#,
        "2",
        |_, a| Ok((page(a, 0)?.encode(a.text(1)?).len() as i32).into()),
    ),
    row(
        "int GetByteCount(char[] chars)",
        "Encoding.UTF8.GetByteCount(new[] { 'é' })",
        "2",
        |_, a| Ok((page(a, 0)?.encode(&chars(a, None)?).len() as i32).into()),
    ),
    row(
        "int GetByteCount(char[] chars, int index, int count)",
        "Encoding.UTF8.GetByteCount(new[] { 'a', 'é' }, 1, 1)",
        "2",
        |_, a| Ok((page(a, 0)?.encode(&chars(a, Some(2))?).len() as i32).into()),
    ),
];

const CHARS_ROWS: &[Row] = &[
    row(
        "string GetString(byte[] bytes)",
        "Encoding.UTF8.GetString(new byte[] { 195, 169 })",
        "é",
        |call, a| {
            let text = page(a, 0)?.decode(&bytes(a, 1, None)?);
            call.text(text)
        },
    ),
    row(
        "string GetString(byte[] bytes, int index, int count)",
        "Encoding.UTF8.GetString(new byte[] { 97, 98, 99 }, 1, 2)",
        "bc",
        |call, a| {
            let text = page(a, 0)?.decode(&bytes(a, 1, Some(2))?);
            call.text(text)
        },
    ),
    row(
        "char[] GetChars(byte[] bytes)",
        "Encoding.UTF8.GetChars(new byte[] { 195, 169 })[0]",
        "é",
        |call, a| decoded(call, page(a, 0)?, &bytes(a, 1, None)?),
    ),
    row(
        "char[] GetChars(byte[] bytes, int index, int count)",
        "Encoding.UTF8.GetChars(new byte[] { 97, 98 }, 1, 1)[0]",
        "b",
        |call, a| decoded(call, page(a, 0)?, &bytes(a, 1, Some(2))?),
    ),
    row(
        "int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)",
        "Encoding.UTF8.GetChars(new byte[] { 97, 98 }, 0, 2, new char[2], 0)",
        "2",
        |_, a| {
            let text = page(a, 0)?.decode(&bytes(a, 1, Some(2))?);
            write(a, text.encode_utf16().map(Value::Char).collect())
        },
    ),
    row(
        "int GetCharCount(byte[] bytes)",
        "Encoding.UTF8.GetCharCount(new byte[] { 195, 169 })",
        "1",
        |_, a| Ok((page(a, 0)?.decode(&bytes(a, 1, None)?).encode_utf16().count() as i32).into()),
    ),
    row(
        "int GetCharCount(byte[] bytes, int index, int count)",
        "Encoding.UTF8.GetCharCount(new byte[] { 97, 98 }, 1, 1)",
        "1",
        |_, a| Ok((page(a, 0)?.decode(&bytes(a, 1, Some(2))?).encode_utf16().count() as i32).into()),
    ),
];

impl Object for CodePage {
    fn type_name(&self) -> String {
        match self {
            Self::Utf8 { .. } => UTF8.name,
            Self::Ascii => ASCII.name,
            Self::Utf16 { .. } => UNICODE.name,
            Self::Utf32 { .. } => UTF32.name,
            Self::Latin1 | Self::Latin9 | Self::Windows1252 => ENCODING.name,
        }
        .to_owned()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>() == Some(self)
    }
    fn is_same(&self, other: &Value) -> bool {
        self.equals(other)
    }
    fn hash_code(&self) -> u64 {
        self.number() as u64
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `Encoding.Unicode`
pub fn utf16() -> Value {
    Value::of(CodePage::Utf16 { big: false })
}

fn page(a: Arguments<'_>, index: usize) -> Result<CodePage, Thrown> {
    a.value(index)
        .object::<CodePage>()
        .copied()
        .ok_or_else(|| a.null(index))
}

fn not_negative(a: Arguments<'_>, index: usize) -> Result<usize, Thrown> {
    usize::try_from(a.int(index)).map_err(|_| Thrown::out_of_range("Non-negative number required.", "count"))
}

fn items(a: Arguments<'_>, index: usize) -> Result<Vec<Value>, Thrown> {
    Ok(a.required(index)?
        .object::<Array>()
        .map(Array::to_vec)
        .unwrap_or_default())
}

/// The stretch that two arguments, begin and count, say.
fn stretch<'v, T>(all: &'v [T], a: Arguments<'_>, from: usize) -> Result<&'v [T], Thrown> {
    let range = usize::try_from(a.long(from))
        .ok()
        .zip(usize::try_from(a.long(from + 1)).ok());
    let outside = || Thrown::out_of_range("Index and count must refer to a location within the buffer.", "bytes");
    range
        .and_then(|(start, count)| all.get(start..start.checked_add(count)?))
        .ok_or_else(outside)
}

/// The bytes of an argument, or of the stretch of it that further arguments say.
fn bytes(a: Arguments<'_>, index: usize, from: Option<usize>) -> Result<Vec<u8>, Thrown> {
    let all = a
        .required(index)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default();
    match from {
        Some(from) => Ok(stretch(&all, a, from)?.to_vec()),
        None => Ok(all),
    }
}

fn text_of(units: &[Value]) -> String {
    let units: Vec<u16> = units
        .iter()
        .map(|unit| unit.integer().unwrap_or_default() as u16)
        .collect();
    String::from_utf16_lossy(&units)
}

/// The text of a `char[]`, or of a stretch of it.
fn chars(a: Arguments<'_>, from: Option<usize>) -> Result<String, Thrown> {
    let all = items(a, 1)?;
    match from {
        Some(from) => Ok(text_of(stretch(&all, a, from)?)),
        None => Ok(text_of(&all)),
    }
}

fn encoded(call: &mut Call<'_, '_>, page: CodePage, text: &str) -> Outcome {
    call.allocate(text.len() * 4)?;
    Ok(Array::bytes(page.encode(text)))
}

fn decoded(call: &mut Call<'_, '_>, page: CodePage, bytes: &[u8]) -> Outcome {
    call.allocate(bytes.len() * size_of::<Value>())?;
    let units = page.decode(bytes).encode_utf16().map(Value::Char).collect();
    Ok(Value::of(Array::new(Type::Simple(Simple::Char), units)))
}

/// Writes into the array of the fourth argument, from the place that the fifth says; gives how much.
fn write(a: Arguments<'_>, values: Vec<Value>) -> Outcome {
    let target = a.required(4)?.object::<Array>().ok_or_else(Thrown::null_reference)?;
    let outside = || Thrown::out_of_range("Index was out of range.", "byteIndex");
    let start = usize::try_from(a.long(5))
        .ok()
        .filter(|start| *start <= target.len())
        .ok_or_else(outside)?;
    let count = values.len();
    if start + count > target.len() {
        let message = "The output byte buffer is too small to contain the encoded data.";
        return Err(Thrown::new("System.ArgumentException", message));
    }
    for (at, value) in values.into_iter().enumerate() {
        target.set(start + at, value);
    }
    Ok((count as i32).into())
}
