//! A path cut at its slashes.
//!
//! `/` is the only separator: `%2F` never cuts, and each stretch is decoded by itself for comparison, while what is
//! forwarded stays as the client wrote it. Paths with `.` and `..` are refused, however they are written, since two
//! servers could read them differently. Never here: templates.

use std::borrow::Cow;

/// One stretch between slashes.
#[derive(Clone, Debug)]
pub struct Segment<'a> {
    /// As written.
    pub raw: &'a str,
    /// Where it starts in the path, behind its slash.
    pub start: usize,
}

impl<'a> Segment<'a> {
    /// Percent-decoded; as written where that gives no UTF-8.
    pub fn decoded(&self) -> Cow<'a, str> {
        decode(self.raw)
    }

    /// Decoded and in lower case (ASCII), for comparison.
    pub fn folded(&self) -> Cow<'a, str> {
        fold(self.raw)
    }
}

/// Cuts a path; `None` when it does not begin with `/` or has a `.` or `..` in any of their disguises.
pub fn cut(path: &str) -> Option<Vec<Segment<'_>>> {
    let mut start = 1;
    path.strip_prefix('/')?
        .split('/')
        .map(|raw| {
            let segment = Segment { raw, start };
            start += raw.len() + 1;
            let may_climb = raw.bytes().any(|byte| matches!(byte, b'.' | b'%'));
            (!(may_climb && climbs(&bytes_of(raw)))).then_some(segment)
        })
        .collect()
}

/// Whether some server takes a segment for one that leads up: it may decode `%2F` first, take `\` for `/`, or cut off
/// parameters (`..;x`).
fn climbs(decoded: &[u8]) -> bool {
    decoded.split(|byte| matches!(byte, b'/' | b'\\')).any(|part| {
        let name = part.split(|byte| *byte == b';').next();
        matches!(name, Some(b"." | b".."))
    })
}

/// Decoded and in lower case (ASCII).
pub fn fold(raw: &str) -> Cow<'_, str> {
    let decoded = decode(raw);
    if decoded.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(decoded.to_ascii_lowercase())
    } else {
        decoded
    }
}

/// Percent-decoded; as written where that gives no UTF-8.
pub fn decode(raw: &str) -> Cow<'_, str> {
    if !raw.contains('%') {
        return Cow::Borrowed(raw);
    }
    String::from_utf8(bytes_of(raw)).map_or(Cow::Borrowed(raw), Cow::Owned)
}

/// Percent-decoded, whatever that gives.
fn bytes_of(raw: &str) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, behind)) = rest.split_once('%') {
        decoded.extend_from_slice(before.as_bytes());
        if let Some((byte, behind)) = escape(behind) {
            decoded.push(byte);
            rest = behind;
        } else {
            decoded.push(b'%');
            rest = behind;
        }
    }
    decoded.extend_from_slice(rest.as_bytes());
    decoded
}

/// The byte of two hexadecimal digits, and what is behind them.
fn escape(text: &str) -> Option<(u8, &str)> {
    let (digits, behind) = text.split_at_checked(2)?;
    let digits = digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)?;
    Some((u8::from_str_radix(digits, 16).ok()?, behind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decoding() {
        for (raw, expected) in [
            ("a", "a"),
            ("a%20b", "a b"),
            ("%C3%B1", "ñ"),
            ("%2F", "/"),
            ("%", "%"),
            ("%4", "%4"),
            ("%ff", "%ff"),
            ("%zz%41", "%zzA"),
        ] {
            assert_eq!(decode(raw), expected, "{raw}");
        }
    }

    #[test]
    fn cutting() {
        let raws = |path| {
            cut(path).map(|segments| {
                segments
                    .iter()
                    .map(|segment| segment.raw.to_owned())
                    .collect::<Vec<_>>()
            })
        };
        assert_eq!(raws("/").unwrap(), [""]);
        assert_eq!(raws("/a//b%2Fc/").unwrap(), ["a", "", "b%2Fc", ""]);
        for refused in [
            "",
            "a",
            "/./a",
            "/a/..",
            "/a/%2e%2E/b",
            "/.%2e",
            "/a/..;/b",
            "/a/..;x=1/b",
            "/a/.%3B/b",
            "/a/..%2Fb",
            "/a/x%2f..",
            "/a/..\\b",
            "/a/..%5Cb",
            "/a/..%2Fb%ff",
            "/a/%ff%2F%2e%2E",
        ] {
            assert!(raws(refused).is_none(), "{refused}");
        }
        for served in ["/...", "/a..b", "/.well-known", "/a;..", "/1.0;rev=2", "/a%2Fb.c"] {
            assert!(raws(served).is_some(), "{served}");
        }
    }

    proptest! {
        #[test]
        fn starts_point_at_their_segments(path in "/[a-zA-Z0-9%/._;=-]{0,40}") {
            for segment in cut(&path).unwrap_or_default() {
                prop_assert_eq!(&path[segment.start..segment.start + segment.raw.len()], segment.raw);
                let _ = segment.folded();
            }
        }
    }
}
