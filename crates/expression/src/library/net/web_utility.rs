//! `System.Net.WebUtility`

use crate::library::{Class, ClassKind, Row, row};
use crate::value::Value;
use std::fmt::Write;

/// Encoding for URLs and HTML.
pub static WEB_UTILITY: Class = Class::new("System.Net.WebUtility", ClassKind::Static).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "static string UrlEncode(string value)",
        r#"WebUtility.UrlEncode("a b&c/!*'()")"#,
        "a+b%26c%2F!*%27()",
        |call, a| match a.text_or_null(0) {
            Some(text) => call.text(url_encode(text)),
            None => Ok(Value::Null),
        },
    ),
    row(
        "static string UrlDecode(string encodedValue)",
        r#"WebUtility.UrlDecode("a+b%20c%zz")"#,
        "a b c%zz",
        |call, a| match a.text_or_null(0) {
            Some(text) => call.text(url_decode(text)),
            None => Ok(Value::Null),
        },
    ),
    row(
        "static string HtmlEncode(string value)",
        r#"WebUtility.HtmlEncode("<a>é'</a>")"#,
        "&lt;a&gt;&#233;&#39;&lt;/a&gt;",
        |call, a| match a.text_or_null(0) {
            Some(text) => call.text(html_encode(text)),
            None => Ok(Value::Null),
        },
    ),
    row(
        "static string HtmlDecode(string value)",
        r#"WebUtility.HtmlDecode("&lt;&#233;&amp;&nope;")"#,
        "<é&&nope;",
        |call, a| match a.text_or_null(0) {
            Some(text) => call.text(html_decode(text)),
            None => Ok(Value::Null),
        },
    ),
];

/// `application/x-www-form-urlencoded` as .NET writes it.
pub fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'*' | b'(' | b')' => {
                encoded.push(char::from(byte));
            }
            _ => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    encoded
}

/// Decodes `+` and `%xx`; what is malformed stays.
pub fn url_decode(text: &str) -> String {
    percent_decode(&text.replace('+', " "))
}

/// Decodes `%xx`; what is malformed stays.
fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|digits| std::str::from_utf8(digits).ok());
        if let Some(value) = hex
            .filter(|digits| *byte == b'%' && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok())
        {
            decoded.push(value);
            at += 3;
        } else {
            decoded.push(*byte);
            at += 1;
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

/// Characters that mean something in HTML, and those beyond ASCII that .NET writes as numbers, as references.
pub fn html_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '&' => encoded.push_str("&amp;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&#39;"),
            '\u{a0}'..='\u{ff}' | '\u{10000}'.. => {
                let _ = write!(encoded, "&#{};", u32::from(c));
            }
            other => encoded.push(other),
        }
    }
    encoded
}

/// References as the characters that they stand for; what is none stays.
pub fn html_decode(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        decoded.push_str(before);
        let entity = from.find(';').and_then(|end| Some((from.get(1..end)?, end)));
        if let Some((c, end)) = entity.and_then(|(name, end)| Some((character(name)?, end))) {
            decoded.push(c);
            rest = from.get(end + 1..).unwrap_or_default();
        } else {
            decoded.push('&');
            rest = from.get(1..).unwrap_or_default();
        }
    }
    decoded.push_str(rest);
    decoded
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "copy" => '©',
        "reg" => '®',
        "euro" => '€',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "eacute" => 'é',
        "auml" => 'ä',
        "ouml" => 'ö',
        "uuml" => 'ü',
        "szlig" => 'ß',
        _ => return None,
    })
}
