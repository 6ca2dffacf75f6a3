//! `Convert`'s Base 64.

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, Row, base64, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::Value;

/// Whether lines are broken.
pub static BASE64_FORMATTING_OPTIONS: Class = Class::enumeration(
    "System.Base64FormattingOptions",
    &[("None", 0), ("InsertLineBreaks", 1)],
)
.flags();

/// How long lines are that are broken.
const LINE: usize = 76;

/// The members.
pub const ROWS: &[Row] = &[
    row(
        "static string ToBase64String(byte[] inArray)",
        "Convert.ToBase64String(new byte[] { 102 })",
        "Zg==",
        |call, a| {
            let text = encoded(&bytes(a)?, 0)?;
            call.text(text)
        },
    ),
    row(
        "static string ToBase64String(byte[] inArray, Base64FormattingOptions options)",
        "Convert.ToBase64String(new byte[60], Base64FormattingOptions.InsertLineBreaks).Length",
        "82",
        |call, a| {
            let text = encoded(&bytes(a)?, a.int(1))?;
            call.text(text)
        },
    ),
    row(
        "static string ToBase64String(byte[] inArray, int offset, int length)",
        "Convert.ToBase64String(new byte[] { 0, 102 }, 1, 1)",
        "Zg==",
        |call, a| {
            let bytes = bytes(a)?;
            let text = encoded(stretch(&bytes, a, 1)?, 0)?;
            call.text(text)
        },
    ),
    row(
        "static string ToBase64String(byte[] inArray, int offset, int length, Base64FormattingOptions options)",
        "Convert.ToBase64String(new byte[] { 0, 102 }, 1, 1, Base64FormattingOptions.None)",
        "Zg==",
        |call, a| {
            let bytes = bytes(a)?;
            let text = encoded(stretch(&bytes, a, 1)?, a.int(3))?;
            call.text(text)
        },
    ),
    row(
        "static byte[] FromBase64String(string s)",
        r#"Convert.FromBase64String("Zg==")[0]"#,
        "102",
        |call, a| decoded(call, a.text(0)?),
    ),
    row(
        "static byte[] FromBase64CharArray(char[] inArray, int offset, int length)",
        r#"Convert.FromBase64CharArray("xZg==".ToCharArray(), 1, 4)[0]"#,
        "102",
        |call, a| {
            let units = a.required(0)?.object::<Array>().map(Array::to_vec).unwrap_or_default();
            let units: Vec<u16> = stretch(&units, a, 1)?
                .iter()
                .map(|unit| unit.integer().unwrap_or_default() as u16)
                .collect();
            decoded(call, &String::from_utf16_lossy(&units))
        },
    ),
    row(
        "static int ToBase64CharArray(byte[] inArray, int offsetIn, int length, char[] outArray, int offsetOut)",
        "Convert.ToBase64CharArray(new byte[] { 102 }, 0, 1, new char[4], 0)",
        "4",
        |_, a| {
            let bytes = bytes(a)?;
            let text = encoded(stretch(&bytes, a, 1)?, 0)?;
            let target = a.required(3)?.object::<Array>().ok_or_else(Thrown::null_reference)?;
            let start = usize::try_from(a.long(4)).ok();
            let start = start
                .filter(|start| start + text.len() <= target.len())
                .ok_or_else(|| {
                    Thrown::out_of_range("Either offset did not refer to a position in the string.", "offsetOut")
                })?;
            for (at, byte) in text.bytes().enumerate() {
                target.set(start + at, Value::Char(byte.into()));
            }
            Ok((text.len() as i32).into())
        },
    ),
];

fn bytes(a: Arguments<'_>) -> Result<Vec<u8>, Thrown> {
    Ok(a.required(0)?
        .object::<Array>()
        .and_then(Array::to_bytes)
        .unwrap_or_default())
}

/// The stretch that two arguments, begin and length, say.
fn stretch<'v, T>(all: &'v [T], a: Arguments<'_>, from: usize) -> Result<&'v [T], Thrown> {
    let range = usize::try_from(a.long(from))
        .ok()
        .zip(usize::try_from(a.long(from + 1)).ok());
    range
        .and_then(|(start, length)| all.get(start..start.checked_add(length)?))
        .ok_or_else(|| Thrown::out_of_range("Offset and length must refer to a position in the array.", "offset"))
}

fn encoded(bytes: &[u8], options: i32) -> Result<String, Thrown> {
    let text = crate::json::base64(bytes);
    match options {
        0 => Ok(text),
        1 => {
            let mut lines = String::with_capacity(text.len() + text.len() / 38 + 2);
            for (at, c) in text.chars().enumerate() {
                if at > 0 && at % LINE == 0 {
                    lines.push_str("\r\n");
                }
                lines.push(c);
            }
            Ok(lines)
        }
        other => Err(Thrown::new(
            "System.ArgumentException",
            format!("Illegal enum value: {other}. (Parameter 'options')"),
        )),
    }
}

fn decoded(call: &mut Call<'_, '_>, text: &str) -> Outcome {
    call.allocate(text.len())?;
    let message = "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.";
    base64::decode(text)
        .map(Array::bytes)
        .ok_or_else(|| Thrown::new("System.FormatException", message))
}
