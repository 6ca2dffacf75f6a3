//! `System.Uri`

use crate::collection::Array;
use crate::library::{Arguments, Class, ClassKind, Row, percent_decode, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt::Write;

/// An absolute or relative URI.
pub static URI: Class = Class::new("System.Uri", ClassKind::Class).rows(ROWS);
/// Whether a URI has a scheme.
pub static URI_KIND: Class = Class::enumeration(
    "System.UriKind",
    &[("RelativeOrAbsolute", 0), ("Absolute", 1), ("Relative", 2)],
);
/// How much of a URI `GetLeftPart` gives.
pub static URI_PARTIAL: Class = Class::enumeration(
    "System.UriPartial",
    &[("Scheme", 0), ("Authority", 1), ("Path", 2), ("Query", 3)],
);

const ROWS: &[Row] = &[
    row(
        "new(string uriString)",
        r#"new Uri("https://h/p").Host"#,
        "h",
        |_, a| {
            let text = a.text(0)?;
            Uri::parse(text)
                .filter(Uri::is_absolute)
                .map(Value::of)
                .ok_or_else(invalid)
        },
    ),
    row(
        "new(string uriString, UriKind uriKind)",
        r#"new Uri("/p", UriKind.Relative).IsAbsoluteUri"#,
        "False",
        |_, a| {
            let text = a.text(0)?;
            let kind = a.int(1);
            Uri::parse(text)
                .filter(|uri| kind == 0 || uri.is_absolute() == (kind == 1))
                .map(Value::of)
                .ok_or_else(invalid)
        },
    ),
    row(
        "new(Uri baseUri, string relativeUri)",
        r#"new Uri(new Uri("https://h/a/b"), "c").AbsoluteUri"#,
        "https://h/a/c",
        |_, a| {
            let base = uri_of(a, 0)?;
            if a.value(1).is_null() {
                return Ok(a.value(0).clone());
            }
            base.resolve(a.text(1)?).map(Value::of).ok_or_else(invalid)
        },
    ),
    row(
        "string Scheme { get; }",
        r#"new Uri("https://h/p").Scheme"#,
        "https",
        |_, a| part(a, |uri| uri.scheme.clone()),
    ),
    row(
        "string Host { get; }",
        r#"new Uri("https://H:8/p").Host"#,
        "h",
        |_, a| part(a, |uri| uri.host.clone()),
    ),
    row(
        "string DnsSafeHost { get; }",
        r#"new Uri("https://h/p").DnsSafeHost"#,
        "h",
        |_, a| part(a, |uri| uri.host.clone()),
    ),
    row("int Port { get; }", r#"new Uri("https://h/p").Port"#, "443", |_, a| {
        Ok(absolute(a)?.port.into())
    }),
    row(
        "bool IsDefaultPort { get; }",
        r#"new Uri("https://h:443/p").IsDefaultPort"#,
        "True",
        |_, a| Ok(absolute(a)?.has_default_port().into()),
    ),
    row(
        "string Authority { get; }",
        r#"new Uri("https://h:8/p").Authority"#,
        "h:8",
        |_, a| part(a, Uri::authority),
    ),
    row(
        "string AbsolutePath { get; }",
        r#"new Uri("https://h/p?q").AbsolutePath"#,
        "/p",
        |_, a| part(a, |uri| uri.path.clone()),
    ),
    row(
        "string LocalPath { get; }",
        r#"new Uri("https://h/a%20b").LocalPath"#,
        "/a b",
        |_, a| part(a, |uri| percent_decode(&uri.path)),
    ),
    row(
        "string Query { get; }",
        r#"new Uri("https://h/p?q=1#f").Query"#,
        "?q=1",
        |_, a| part(a, |uri| uri.query.clone()),
    ),
    row(
        "string Fragment { get; }",
        r#"new Uri("https://h/p#f").Fragment"#,
        "#f",
        |_, a| part(a, |uri| uri.fragment.clone()),
    ),
    row(
        "string PathAndQuery { get; }",
        r#"new Uri("https://h/p?q=1").PathAndQuery"#,
        "/p?q=1",
        |_, a| part(a, |uri| format!("{}{}", uri.path, uri.query)),
    ),
    row(
        "string UserInfo { get; }",
        r#"new Uri("https://u:p@h/").UserInfo"#,
        "u:p",
        |_, a| part(a, |uri| uri.user_info.clone()),
    ),
    row(
        "string AbsoluteUri { get; }",
        r#"new Uri("HTTPS://H").AbsoluteUri"#,
        "https://h/",
        |_, a| part(a, Uri::text),
    ),
    row(
        "string OriginalString { get; }",
        r#"new Uri("HTTPS://H").OriginalString"#,
        "HTTPS://H",
        |_, a| Ok(uri_of(a, 0)?.original.clone().into()),
    ),
    row(
        "bool IsAbsoluteUri { get; }",
        r#"new Uri("https://h").IsAbsoluteUri"#,
        "True",
        |_, a| Ok(uri_of(a, 0)?.is_absolute().into()),
    ),
    row(
        "string[] Segments { get; }",
        r#"new Uri("https://h/a/b").Segments[1]"#,
        "a/",
        |_, a| Ok(Array::texts(absolute(a)?.path.split_inclusive('/').map(Text::from))),
    ),
    row(
        "string GetLeftPart(UriPartial part)",
        r#"new Uri("https://h/p?q").GetLeftPart(UriPartial.Authority)"#,
        "https://h",
        |_, a| {
            let wanted = a.int(1);
            part(a, |uri| match wanted {
                0 => format!("{}://", uri.scheme),
                1 => format!("{}://{}", uri.scheme, uri.authority()),
                2 => format!("{}://{}{}", uri.scheme, uri.authority(), uri.path),
                _ => format!("{}://{}{}{}", uri.scheme, uri.authority(), uri.path, uri.query),
            })
        },
    ),
    row(
        "string ToString()",
        r#"new Uri("https://h").ToString()"#,
        "https://h/",
        |_, a| Ok(a.value(0).display_string().into()),
    ),
    row(
        "static bool TryCreate(string uriString, UriKind uriKind, out Uri result)",
        r#"Uri.TryCreate("https://h", UriKind.Absolute, out var u) ? u.Host : """#,
        "h",
        |call, a| {
            let kind = a.int(1);
            let uri = a
                .text_or_null(0)
                .and_then(|text| Uri::parse(text))
                .filter(|uri| kind == 0 || uri.is_absolute() == (kind == 1));
            let created = uri.is_some();
            call.outs.push(uri.map_or(Value::Null, Value::of));
            Ok(created.into())
        },
    ),
    row(
        "static bool IsWellFormedUriString(string uriString, UriKind uriKind)",
        r#"Uri.IsWellFormedUriString("https://h/a b", UriKind.Absolute)"#,
        "False",
        |_, a| {
            let text = a.text_or_null(0).map_or("", |text| text.as_str());
            let clean = !text
                .chars()
                .any(|c| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}'));
            let kind = a.int(1);
            Ok((clean && Uri::parse(text).is_some_and(|uri| kind == 0 || uri.is_absolute() == (kind == 1))).into())
        },
    ),
    row(
        "static string EscapeDataString(string stringToEscape)",
        r#"Uri.EscapeDataString("a b&c/é!*'()")"#,
        "a%20b%26c%2F%C3%A9%21%2A%27%28%29",
        |call, a| {
            let text = escape(a.text(0)?, "-_.~");
            call.text(text)
        },
    ),
    row(
        "static string EscapeUriString(string stringToEscape)",
        r#"Uri.EscapeUriString("a b&c/")"#,
        "a%20b&c/",
        |call, a| {
            let text = escape(a.text(0)?, "-_.~!*'();:@&=+$,/?#[]%");
            call.text(text)
        },
    ),
    row(
        "static string UnescapeDataString(string stringToUnescape)",
        r#"Uri.UnescapeDataString("a%20b+c")"#,
        "a b+c",
        |call, a| {
            let text = percent_decode(a.text(0)?);
            call.text(text)
        },
    ),
];

fn escape(text: &str, kept: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        let c = char::from(byte);
        if c.is_ascii_alphanumeric() || kept.contains(c) && c.is_ascii() {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// A parsed URI; without a scheme it is relative.
#[derive(Debug)]
pub struct Uri {
    original: Text,
    scheme: String,
    user_info: String,
    host: String,
    port: i32,
    path: String,
    query: String,
    fragment: String,
}

impl Uri {
    fn parse(text: &str) -> Option<Self> {
        let trimmed = text.trim();
        let scheme = trimmed.split_once("://").filter(|(scheme, _)| {
            scheme.starts_with(|c: char| c.is_ascii_alphabetic())
                && scheme
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
        });
        let empty = Self {
            original: text.into(),
            scheme: String::new(),
            user_info: String::new(),
            host: String::new(),
            port: -1,
            path: String::new(),
            query: String::new(),
            fragment: String::new(),
        };
        let Some((scheme, rest)) = scheme else {
            let (path, query, fragment) = split(trimmed);
            return Some(Self {
                path: path.to_owned(),
                query: query.to_owned(),
                fragment: fragment.to_owned(),
                ..empty
            });
        };
        let scheme = scheme.to_ascii_lowercase();
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (user_info, host_port) = authority.rsplit_once('@').unwrap_or(("", authority));
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, digits)) if !digits.contains(']') => (
                host,
                digits
                    .parse::<u16>()
                    .ok()
                    .map(i32::from)
                    .or(digits.is_empty().then_some(default_port(&scheme)))?,
            ),
            _ => (host_port, default_port(&scheme)),
        };
        let valid = |c: char| !c.is_whitespace() && !matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}');
        if host.is_empty() || !host.chars().all(valid) {
            return None;
        }
        let (path, query, fragment) = split(tail);
        let path = remove_dots(if path.is_empty() { "/" } else { path });
        let clean = |part: &str| escape(part, "-_.~!*'();:@&=+$,/?#[]%");
        Some(Self {
            scheme,
            user_info: user_info.to_owned(),
            host: host.to_lowercase(),
            port,
            path: clean(&path),
            query: clean(query),
            fragment: clean(fragment),
            ..empty
        })
    }

    fn is_absolute(&self) -> bool {
        !self.scheme.is_empty()
    }

    fn has_default_port(&self) -> bool {
        self.port == default_port(&self.scheme)
    }

    fn authority(&self) -> String {
        if self.has_default_port() {
            self.host.clone()
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    fn text(&self) -> String {
        let user = if self.user_info.is_empty() {
            String::new()
        } else {
            format!("{}@", self.user_info)
        };
        format!(
            "{}://{user}{}{}{}{}",
            self.scheme,
            self.authority(),
            self.path,
            self.query,
            self.fragment
        )
    }

    /// RFC 3986, section 5.2, for hierarchical URIs.
    fn resolve(&self, reference: &str) -> Option<Self> {
        let relative = Self::parse(reference)?;
        if relative.is_absolute() {
            return Some(relative);
        }
        let root = format!("{}://{}", self.scheme, self.authority());
        let text = if reference.starts_with("//") {
            format!("{}:{reference}", self.scheme)
        } else if reference.starts_with('/') {
            format!("{root}{reference}")
        } else if reference.is_empty() || reference.starts_with(['?', '#']) {
            let query = if reference.starts_with('?') { "" } else { &self.query };
            format!("{root}{}{query}{reference}", self.path)
        } else {
            let folder = self
                .path
                .rfind('/')
                .and_then(|slash| self.path.get(..=slash))
                .unwrap_or("/");
            format!("{root}{folder}{reference}")
        };
        Self::parse(&text)
    }
}

impl Object for Uri {
    fn type_name(&self) -> String {
        "System.Uri".to_owned()
    }
    fn display(&self) -> String {
        if self.is_absolute() {
            self.text()
        } else {
            self.original.to_string()
        }
    }
    fn equals(&self, other: &Value) -> bool {
        other
            .object::<Self>()
            .is_some_and(|other| self.display() == other.display())
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Path, query with `?`, fragment with `#`.
fn split(text: &str) -> (&str, &str, &str) {
    let fragment_at = text.find('#').unwrap_or(text.len());
    let (rest, fragment) = text.split_at(fragment_at);
    let query_at = rest.find('?').unwrap_or(rest.len());
    let (path, query) = rest.split_at(query_at);
    (path, query, fragment)
}

fn remove_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    let last = segments.len().saturating_sub(1);
    for (at, segment) in segments.iter().enumerate() {
        match *segment {
            "." if at == last => kept.push(""),
            "." => {}
            ".." => {
                if kept.len() > 1 {
                    kept.pop();
                }
                if at == last {
                    kept.push("");
                }
            }
            other => kept.push(other),
        }
    }
    kept.join("/")
}

fn default_port(scheme: &str) -> i32 {
    match scheme {
        "http" | "ws" => 80,
        "https" | "wss" => 443,
        "ftp" => 21,
        _ => -1,
    }
}

fn invalid() -> Thrown {
    Thrown::new(
        "System.UriFormatException",
        "Invalid URI: The format of the URI could not be determined.",
    )
}

fn uri_of(a: Arguments<'_>, index: usize) -> Result<&Uri, Thrown> {
    a.value(index).object::<Uri>().ok_or_else(|| a.null(index))
}

fn absolute(a: Arguments<'_>) -> Result<&Uri, Thrown> {
    let uri = uri_of(a, 0)?;
    if uri.is_absolute() {
        Ok(uri)
    } else {
        Err(Thrown::invalid_operation(
            "This operation is not supported for a relative URI.",
        ))
    }
}

fn part(a: Arguments<'_>, part: impl FnOnce(&Uri) -> String) -> Outcome {
    Ok(part(absolute(a)?).into())
}

/// A `Uri` of a text; null when it is none.
pub fn uri(text: &str) -> Value {
    Uri::parse(text).map_or(Value::Null, Value::of)
}

/// `new Uri(text)`; `None` for what is no absolute URI.
pub fn absolute_uri(text: &str) -> Option<Value> {
    Uri::parse(text).filter(Uri::is_absolute).map(Value::of)
}

/// The original text of a `Uri`.
pub fn uri_text(value: &Value) -> Option<Text> {
    value.object::<Uri>().map(|uri| uri.original.clone())
}
