//! `%xx`: what is written so, and what it stands for.

use std::fmt::Write;

/// Characters that mean something in a URI (RFC 3986, section 2.2).
pub const RESERVED: &str = ":/?#[]@!$&'()*+,;=";
/// Characters other than letters and digits that mean themselves.
pub const UNRESERVED: &str = "-_.~";

/// A text with all but letters, digits and `kept` written as `%xx`.
pub fn escape(text: &str, kept: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut bytes = [0; 4];
    for c in text.chars() {
        if c.is_ascii_alphanumeric() || kept(c) {
            escaped.push(c);
        } else {
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(escaped, "%{byte:02X}");
            }
        }
    }
    escaped
}

/// The byte that `%xx` at the begin of a text stands for.
fn byte(text: &str) -> Option<u8> {
    let digits = text.strip_prefix('%')?.get(..2)?;
    let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    hexadecimal.then(|| u8::from_str_radix(digits, 16).ok()).flatten()
}

/// The character that some `%xx` at the begin of a text stand for, and how many bytes they take.
fn character(text: &str) -> Option<(char, usize)> {
    let first = byte(text)?;
    let length = match first {
        0..0x80 => return Some((char::from(first), 3)),
        0xc2..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf5 => 4,
        _ => return None,
    };
    let bytes: Option<Vec<u8>> = (0..length).map(|at| byte(text.get(at * 3..)?)).collect();
    let decoded = String::from_utf8(bytes?).ok()?;
    Some((decoded.chars().next()?, length * 3))
}

/// A text with every `%xx` as `change` has it: it is given the character that is meant (none for bytes that are no
/// UTF-8, or no `%xx` at all) and how it was written.
fn each_escape(text: &str, mut change: impl FnMut(&mut String, Option<char>, &str)) -> String {
    let mut changed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, escaped) = rest.split_at(at);
        changed.push_str(before);
        let (meant, length) = match character(escaped) {
            Some((c, length)) => (Some(c), length),
            None if byte(escaped).is_some() => (None, 3),
            None => (None, 1),
        };
        let (written, after) = escaped.split_at(length);
        change(&mut changed, meant, written);
        rest = after;
    }
    changed.push_str(rest);
    changed
}

/// A text with `%xx` decoded, but for characters that `keep` names and bytes that are no UTF-8.
pub fn unescape(text: &str, keep: impl Fn(char) -> bool) -> String {
    each_escape(text, |changed, meant, written| match meant {
        Some(c) if !keep(c) => changed.push(c),
        _ => changed.push_str(written),
    })
}

/// A part of a URI in its one form: what need not be escaped is not, everything else is.
pub fn canonical(text: &str) -> String {
    let decoded = each_escape(text, |changed, meant, written| match meant {
        Some(c) if c.is_ascii_alphanumeric() || UNRESERVED.contains(c) => changed.push(c),
        Some(c) if !c.is_ascii() => changed.push_str(&escape(c.encode_utf8(&mut [0; 4]), |_| false)),
        None if written.len() == 1 => changed.push_str("%25"),
        _ => changed.push_str(written),
    });
    escape(&decoded, |c| c == '%' || UNRESERVED.contains(c) || RESERVED.contains(c))
}

/// A part as `ToString()` shows it: decoded where it stays the same URI.
pub fn readable(text: &str) -> String {
    unescape(text, |c| {
        c.is_control() || RESERVED.contains(c) || matches!(c, '%' | '\\')
    })
}

/// Whether a part is written as a URI asks for.
pub fn is_well_formed(text: &str) -> bool {
    let mut well = true;
    each_escape(text, |_, meant, written| {
        well &= written.len() > 1;
        well &= !meant.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '~'));
    });
    well && text.chars().all(|c| {
        c.is_ascii_alphanumeric() || !c.is_ascii() || c == '%' || UNRESERVED.contains(c) || RESERVED.contains(c)
    })
}
