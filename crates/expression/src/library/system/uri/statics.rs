//! The static members of `System.Uri`.

use super::escape::{RESERVED, UNRESERVED, escape};
use super::parsed::{check_host, is_scheme};
use super::{Uri, give, resolve, unescape_data};
use crate::library::{Class, Row, row};
use crate::thrown::Thrown;
use crate::types::ClassRef;
use crate::value::Value;

/// What kind of host a text is.
pub static URI_HOST_NAME_TYPE: Class = Class::enumeration(
    "System.UriHostNameType",
    &[("Unknown", 0), ("Basic", 1), ("Dns", 2), ("IPv4", 3), ("IPv6", 4)],
);

/// Members that need no URI.
pub const ROWS: &[Row] = &[
    row(
        "static bool TryCreate(string uriString, UriKind uriKind, out Uri result)",
        r#"Uri.TryCreate("https://h", UriKind.Absolute, out var u) ? u.Host : """#,
        "h",
        |call, a| {
            let uri = a.text_or_null(0).and_then(|text| Uri::of_kind(text, a.int(1)));
            give(call, uri)
        },
    ),
    row(
        "static bool TryCreate(Uri baseUri, string relativeUri, out Uri result)",
        r#"Uri.TryCreate(new Uri("https://h/a"), "b", out var u) ? u.AbsoluteUri : """#,
        "https://h/b",
        |call, a| {
            let uri = a.text_or_null(1).and_then(|text| resolve(a, text).ok().flatten());
            give(call, uri)
        },
    ),
    row(
        "static bool TryCreate(Uri baseUri, Uri relativeUri, out Uri result)",
        r#"Uri.TryCreate(new Uri("https://h/a"), new Uri("b", UriKind.Relative), out var u) ? u.AbsoluteUri : """#,
        "https://h/b",
        |call, a| {
            let relative = a.value(1).object::<Uri>();
            let uri = relative.and_then(|relative| resolve(a, &relative.original).ok().flatten());
            give(call, uri)
        },
    ),
    row(
        "static bool IsWellFormedUriString(string uriString, UriKind uriKind)",
        r#"Uri.IsWellFormedUriString("https://h/a b", UriKind.Absolute)"#,
        "False",
        |_, a| {
            let uri = a.text_or_null(0).and_then(|text| Uri::of_kind(text, a.int(1)));
            Ok(uri.is_some_and(|uri| uri.is_well_formed()).into())
        },
    ),
    row(
        "static int Compare(Uri uri1, Uri uri2, UriComponents partsToCompare, UriFormat compareFormat, StringComparison comparisonType)",
        r#"Uri.Compare(new Uri("https://h/a"), new Uri("https://h/A"), UriComponents.Path, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase)"#,
        "0",
        |_, a| {
            let part = |index: usize| {
                let uri = a.value(index).object::<Uri>()?;
                Some(match &uri.absolute {
                    Some(absolute) => absolute.components(a.int(2), a.int(3)),
                    None => uri.original.to_string(),
                })
            };
            Ok(match (part(0), part(1)) {
                (Some(left), Some(right)) => crate::library::system::difference(&left, &right, a.int(4)),
                (left, right) => i32::from(left.is_some()) - i32::from(right.is_some()),
            }
            .into())
        },
    ),
    row(
        "static string EscapeDataString(string stringToEscape)",
        r#"Uri.EscapeDataString("a b&c/é!*'()")"#,
        "a%20b%26c%2F%C3%A9%21%2A%27%28%29",
        |call, a| {
            let text = escape(a.text(0)?, |c| UNRESERVED.contains(c));
            call.text(text)
        },
    ),
    row(
        "static string EscapeUriString(string stringToEscape)",
        r#"Uri.EscapeUriString("a b&c/%")"#,
        "a%20b&c/%25",
        |call, a| {
            let text = escape(a.text(0)?, |c| UNRESERVED.contains(c) || RESERVED.contains(c));
            call.text(text)
        },
    ),
    row(
        "static string UnescapeDataString(string stringToUnescape)",
        r#"Uri.UnescapeDataString("a%20b+c%E9")"#,
        "a b+c%E9",
        |call, a| {
            let text = unescape_data(a.text(0)?);
            call.text(text)
        },
    ),
    row(
        "static UriHostNameType CheckHostName(string name)",
        r#"Uri.CheckHostName("10.0.0.1")"#,
        "IPv4",
        |_, a| {
            let kind = a.text_or_null(0).map_or(0, |text| check_host(text));
            Ok(Value::Enum(ClassRef(&URI_HOST_NAME_TYPE), kind))
        },
    ),
    row(
        "static bool CheckSchemeName(string schemeName)",
        r#"Uri.CheckSchemeName("1a")"#,
        "False",
        |_, a| Ok(a.text_or_null(0).is_some_and(|text| is_scheme(text)).into()),
    ),
    row(
        "static bool IsHexDigit(char character)",
        "Uri.IsHexDigit('g')",
        "False",
        |_, a| Ok(digit(a.char(0)).is_some().into()),
    ),
    row("static int FromHex(char digit)", "Uri.FromHex('f')", "15", |_, a| {
        let value = digit(a.char(0)).ok_or_else(|| Thrown::argument("The digit is not hexadecimal.", "digit"))?;
        Ok((value as i32).into())
    }),
    row(
        "static string HexEscape(char character)",
        "Uri.HexEscape('%')",
        "%25",
        |_, a| {
            let outside =
                |_| Thrown::out_of_range("Specified argument was out of the range of valid values.", "character");
            Ok(format!("%{:02X}", u8::try_from(a.char(0)).map_err(outside)?).into())
        },
    ),
    row(
        "static bool IsHexEncoding(string pattern, int index)",
        r#"Uri.IsHexEncoding("a%20", 1)"#,
        "True",
        |_, a| {
            let text = a.text(0)?;
            let from = usize::try_from(a.long(1)).ok();
            let digits = from
                .and_then(|at| text.get(at..at + 3))
                .and_then(|text| text.strip_prefix('%'));
            Ok(digits
                .is_some_and(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
                .into())
        },
    ),
    row(
        "static string UriSchemeHttp { get; }",
        "Uri.UriSchemeHttp",
        "http",
        |_, _| Ok("http".into()),
    ),
    row(
        "static string UriSchemeHttps { get; }",
        "Uri.UriSchemeHttps",
        "https",
        |_, _| Ok("https".into()),
    ),
    row(
        "static string UriSchemeFtp { get; }",
        "Uri.UriSchemeFtp",
        "ftp",
        |_, _| Ok("ftp".into()),
    ),
    row(
        "static string UriSchemeFile { get; }",
        "Uri.UriSchemeFile",
        "file",
        |_, _| Ok("file".into()),
    ),
    row(
        "static string UriSchemeMailto { get; }",
        "Uri.UriSchemeMailto",
        "mailto",
        |_, _| Ok("mailto".into()),
    ),
    row(
        "static string UriSchemeNews { get; }",
        "Uri.UriSchemeNews",
        "news",
        |_, _| Ok("news".into()),
    ),
    row(
        "static string UriSchemeNntp { get; }",
        "Uri.UriSchemeNntp",
        "nntp",
        |_, _| Ok("nntp".into()),
    ),
    row(
        "static string UriSchemeGopher { get; }",
        "Uri.UriSchemeGopher",
        "gopher",
        |_, _| Ok("gopher".into()),
    ),
    row(
        "static string UriSchemeNetTcp { get; }",
        "Uri.UriSchemeNetTcp",
        "net.tcp",
        |_, _| Ok("net.tcp".into()),
    ),
    row(
        "static string UriSchemeNetPipe { get; }",
        "Uri.UriSchemeNetPipe",
        "net.pipe",
        |_, _| Ok("net.pipe".into()),
    ),
    row(
        "static string SchemeDelimiter { get; }",
        "Uri.SchemeDelimiter",
        "://",
        |_, _| Ok("://".into()),
    ),
];

fn digit(unit: u16) -> Option<u32> {
    char::from_u32(unit.into())?.to_digit(16)
}
