//! `System.Uri`

mod builder;
mod components;
mod escape;
mod idn;
mod parsed;
mod statics;

pub use builder::URI_BUILDER;
pub use components::{URI_COMPONENTS, URI_FORMAT};
pub use statics::URI_HOST_NAME_TYPE;

use crate::collection::Array;
use crate::library::{Arguments, Call, Class, ClassKind, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use escape::unescape;
use parsed::{Absolute, Parsed};
use std::any::Any;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

/// An absolute or relative URI.
pub static URI: Class = Class::new("System.Uri", ClassKind::Class)
    .rows(ROWS)
    .more(&[PART_ROWS, statics::ROWS]);
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
        |call, a| {
            call.allocate(4 * a.text(0)?.len())?;
            Uri::of_kind(a.text(0)?, 1).map(Value::of).ok_or_else(invalid)
        },
    ),
    row(
        "new(string uriString, UriKind uriKind)",
        r#"new Uri("/p", UriKind.Relative).IsAbsoluteUri"#,
        "False",
        |call, a| {
            call.allocate(4 * a.text(0)?.len())?;
            Uri::of_kind(a.text(0)?, a.int(1)).map(Value::of).ok_or_else(invalid)
        },
    ),
    row(
        "new(Uri baseUri, string relativeUri)",
        r#"new Uri(new Uri("https://h/a/b"), "c").AbsoluteUri"#,
        "https://h/a/c",
        |_, a| {
            let text = a.text_or_null(1).map_or("", |text| text.as_str());
            resolve(a, text)?.map(Value::of).ok_or_else(invalid)
        },
    ),
    row(
        "new(Uri baseUri, Uri relativeUri)",
        r#"new Uri(new Uri("https://h/a/b"), new Uri("../c", UriKind.Relative)).AbsoluteUri"#,
        "https://h/c",
        |_, a| {
            uri_of(a, 0)?;
            let Some(relative) = a.value(1).object::<Uri>() else {
                return Err(Thrown::null_reference());
            };
            resolve(a, &relative.original)?.map(Value::of).ok_or_else(invalid)
        },
    ),
    row(
        "Uri MakeRelativeUri(Uri uri)",
        r#"new Uri("https://h/a/b/c").MakeRelativeUri(new Uri("https://h/a/d?q"))"#,
        "../d?q",
        |_, a| {
            let (own, other) = (absolute(a)?, uri_of(a, 1)?);
            match own.relative_to(other.absolute()?) {
                Some(way) => Ok(Value::of(Uri::relative(&way))),
                None => Ok(a.value(1).clone()),
            }
        },
    ),
    row(
        "bool IsBaseOf(Uri uri)",
        r#"new Uri("https://h/a/").IsBaseOf(new Uri("https://h/a/b"))"#,
        "True",
        |_, a| {
            let (own, other) = (absolute(a)?, uri_of(a, 1)?);
            let other = match &other.absolute {
                Some(absolute) => Some((**absolute).clone()),
                None => own.resolve(&other.original),
            };
            Ok(other.is_some_and(|other| own.is_base_of(&other)).into())
        },
    ),
    row(
        "bool IsWellFormedOriginalString()",
        r#"new Uri("https://h/a b").IsWellFormedOriginalString()"#,
        "False",
        |_, a| Ok(uri_of(a, 0)?.is_well_formed().into()),
    ),
    row(
        "string GetLeftPart(UriPartial part)",
        r#"new Uri("https://h/p?q").GetLeftPart(UriPartial.Authority)"#,
        "https://h",
        |call, a| {
            let (uri, wanted) = (absolute(a)?, a.int(1));
            let nowhere = !uri.authority || uri.host.is_empty();
            call.text(match wanted {
                0 => uri.scheme_prefix(),
                1 if nowhere => String::new(),
                1 => uri.before_path(),
                2 => uri.before_path() + &uri.path,
                _ => uri.before_path() + &uri.path + &uri.query,
            })
        },
    ),
    row(
        "string GetComponents(UriComponents components, UriFormat format)",
        r#"new Uri("https://h:8/a?b").GetComponents(UriComponents.Host | UriComponents.Path, UriFormat.UriEscaped)"#,
        "h/a",
        |call, a| call.text(absolute(a)?.components(a.int(1), a.int(2))),
    ),
    row(
        "string ToString()",
        r#"new Uri("https://h/%7Bid%7D/a%20b%2F").ToString()"#,
        "https://h/{id}/a b%2F",
        |call, a| {
            let text = uri_of(a, 0)?.display();
            call.text(text)
        },
    ),
    row(
        "bool Equals(object comparand)",
        r#"new Uri("https://h").Equals("https://H/")"#,
        "True",
        |_, a| {
            let own = uri_of(a, 0)?;
            let equal = match a.value(1) {
                Value::String(text) => Uri::parse(text).is_some_and(|other| own.same(&other)),
                other => own.equals(other),
            };
            Ok(equal.into())
        },
    ),
    row(
        "static bool operator ==(Uri uri1, Uri uri2)",
        r#"new Uri("https://h") == new Uri("https://H:443/#f")"#,
        "True",
        |_, a| Ok(equal(a).into()),
    ),
    row(
        "static bool operator !=(Uri uri1, Uri uri2)",
        r#"new Uri("https://h/a") != new Uri("https://h/A")"#,
        "True",
        |_, a| Ok((!equal(a)).into()),
    ),
];

const PART_ROWS: &[Row] = &[
    row(
        "string Scheme { get; }",
        r#"new Uri("https://h/p").Scheme"#,
        "https",
        |_, a| Ok(absolute(a)?.scheme.as_str().into()),
    ),
    row(
        "string Host { get; }",
        r#"new Uri("https://H:8/p").Host"#,
        "h",
        |_, a| Ok(absolute(a)?.host.as_str().into()),
    ),
    row(
        "string DnsSafeHost { get; }",
        r#"new Uri("https://[::1]/p").DnsSafeHost"#,
        "::1",
        |_, a| Ok(absolute(a)?.host.trim_matches(['[', ']']).into()),
    ),
    row(
        "string IdnHost { get; }",
        r#"new Uri("https://bücher.example/p").IdnHost"#,
        "xn--bcher-kva.example",
        |call, a| {
            let host = absolute(a)?.host.trim_matches(['[', ']']);
            // The code of a label looks at its letters again for each that is not ASCII.
            let others = host.chars().filter(|letter| !letter.is_ascii()).count();
            call.step((host.len() * others) as u64)?;
            call.text(idn::ascii(host))
        },
    ),
    row(
        "UriHostNameType HostNameType { get; }",
        r#"new Uri("https://10.0.0.1/p").HostNameType"#,
        "IPv4",
        |_, a| Ok(Value::Enum(ClassRef(&URI_HOST_NAME_TYPE), absolute(a)?.host_kind())),
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
        r#"new Uri("https://u@h:8/p").Authority"#,
        "h:8",
        |_, a| Ok(absolute(a)?.host_and_port().into()),
    ),
    row(
        "string AbsolutePath { get; }",
        r#"new Uri("https://h/p?q").AbsolutePath"#,
        "/p",
        |_, a| Ok(absolute(a)?.absolute_path().into()),
    ),
    row(
        "string LocalPath { get; }",
        r#"new Uri("https://h/a%20b").LocalPath"#,
        "/a b",
        |call, a| call.text(absolute(a)?.local_path()),
    ),
    row(
        "string Query { get; }",
        r#"new Uri("https://h/p?q=1#f").Query"#,
        "?q=1",
        |_, a| Ok(absolute(a)?.query.as_str().into()),
    ),
    row(
        "string Fragment { get; }",
        r#"new Uri("https://h/p#f").Fragment"#,
        "#f",
        |_, a| Ok(absolute(a)?.fragment.as_str().into()),
    ),
    row(
        "string PathAndQuery { get; }",
        r#"new Uri("https://h/p?q=1").PathAndQuery"#,
        "/p?q=1",
        |call, a| {
            let uri = absolute(a)?;
            call.text(format!("{}{}", uri.absolute_path(), uri.query))
        },
    ),
    row(
        "string UserInfo { get; }",
        r#"new Uri("https://u:p@h/").UserInfo"#,
        "u:p",
        |_, a| Ok(absolute(a)?.user_info().into()),
    ),
    row(
        "string AbsoluteUri { get; }",
        r#"new Uri("HTTPS://H/a b").AbsoluteUri"#,
        "https://h/a%20b",
        |call, a| call.text(absolute(a)?.text()),
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
        |_, a| Ok(uri_of(a, 0)?.absolute.is_some().into()),
    ),
    row(
        "bool IsFile { get; }",
        r#"new Uri("file:///c:/a").IsFile"#,
        "True",
        |_, a| Ok((absolute(a)?.scheme == "file").into()),
    ),
    row(
        "bool IsUnc { get; }",
        r#"new Uri("file://server/share").IsUnc"#,
        "True",
        |_, a| {
            let uri = absolute(a)?;
            Ok((uri.scheme == "file" && !uri.host.is_empty()).into())
        },
    ),
    row(
        "bool IsLoopback { get; }",
        r#"new Uri("http://127.0.0.1/").IsLoopback"#,
        "True",
        |_, a| Ok(absolute(a)?.is_loopback().into()),
    ),
    row(
        "bool UserEscaped { get; }",
        r#"new Uri("https://h").UserEscaped"#,
        "False",
        |_, a| {
            uri_of(a, 0)?;
            Ok(false.into())
        },
    ),
    row(
        "string[] Segments { get; }",
        r#"new Uri("https://h/a/b").Segments[1]"#,
        "a/",
        |call, a| {
            let path = &absolute(a)?.path;
            call.allocate(path.len() * 2)?;
            Ok(Array::texts(path.split_inclusive('/').map(Text::from)))
        },
    ),
];

/// A URI; without parts it is relative.
#[derive(Debug)]
pub struct Uri {
    original: Text,
    absolute: Option<Box<Absolute>>,
}

impl Uri {
    fn parse(text: &str) -> Option<Self> {
        let original = text.into();
        match parsed::parse(text) {
            Parsed::Absolute(absolute) => Some(Self {
                original,
                absolute: Some(absolute),
            }),
            Parsed::Relative => Some(Self {
                original,
                absolute: None,
            }),
            Parsed::Malformed => None,
        }
    }

    /// A URI of a `UriKind`.
    fn of_kind(text: &str, kind: i32) -> Option<Self> {
        let uri = Self::parse(text)?;
        // A path of a drive or a server may be meant as a relative one.
        if kind == 2 && uri.absolute.as_ref().is_some_and(|absolute| absolute.scheme == "file") {
            return (!text.trim().starts_with("file:")).then(|| Self::relative(text));
        }
        (kind == 0 || uri.absolute.is_some() == (kind == 1)).then_some(uri)
    }

    fn relative(text: &str) -> Self {
        Self {
            original: text.into(),
            absolute: None,
        }
    }

    fn absolute(&self) -> Result<&Absolute, Thrown> {
        self.absolute
            .as_deref()
            .ok_or_else(|| Thrown::invalid_operation("This operation is not supported for a relative URI."))
    }

    fn same(&self, other: &Self) -> bool {
        match (&self.absolute, &other.absolute) {
            (Some(own), Some(other)) => own.same(other),
            (None, None) => self.original == other.original,
            _ => false,
        }
    }

    fn is_well_formed(&self) -> bool {
        if let Some(absolute) = &self.absolute {
            return absolute.well_formed && !windows(&self.original);
        }
        let first = self.original.split('/').next().unwrap_or_default();
        self.original.is_ascii()
            && escape::is_well_formed(&self.original)
            && !self.original.contains('#')
            && !first.contains(':')
    }
}

/// Whether a text is a path of Windows, which is no URI that is written well.
fn windows(text: &str) -> bool {
    let text = text.trim();
    text.contains('\\') || text.starts_with("//") || text.get(1..2) == Some(":")
}

impl Object for Uri {
    fn type_name(&self) -> String {
        "System.Uri".to_owned()
    }
    fn display(&self) -> String {
        match &self.absolute {
            Some(absolute) => absolute.readable(),
            None => self.original.to_string(),
        }
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.same(other))
    }
    fn hash_code(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        match &self.absolute {
            // As in .NET, paths that differ in case share their number.
            Some(uri) => (&uri.scheme, &uri.host, uri.port, uri.path.to_lowercase(), &uri.query).hash(&mut hasher),
            None => self.original.hash(&mut hasher),
        }
        hasher.finish()
    }
    fn as_any(&self) -> &dyn Any {
        self
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

fn absolute(a: Arguments<'_>) -> Result<&Absolute, Thrown> {
    uri_of(a, 0)?.absolute()
}

fn equal(a: Arguments<'_>) -> bool {
    match (a.value(0).object::<Uri>(), a.value(1).object::<Uri>()) {
        (Some(left), Some(right)) => left.same(right),
        (left, right) => left.is_none() && right.is_none(),
    }
}

/// A reference resolved from the first argument.
fn resolve(a: Arguments<'_>, reference: &str) -> Result<Option<Uri>, Thrown> {
    let Some(base) = &uri_of(a, 0)?.absolute else {
        return Err(Thrown::out_of_range("The base URI must be absolute.", "baseUri"));
    };
    Ok(base.resolve(reference).map(|absolute| Uri {
        original: absolute.text().as_str().into(),
        absolute: Some(Box::new(absolute)),
    }))
}

/// Gives a URI, or whether there is one, to an `out` argument.
fn give(call: &mut Call<'_, '_>, uri: Option<Uri>) -> Outcome {
    let created = uri.is_some();
    call.give_out(uri.map_or(Value::Null, Value::of));
    Ok(created.into())
}

/// A `Uri` of a text; null when it is none.
pub fn uri(text: &str) -> Value {
    Uri::parse(text).map_or(Value::Null, Value::of)
}

/// `new Uri(text)`; `None` for what is no absolute URI.
pub fn absolute_uri(text: &str) -> Option<Value> {
    Uri::of_kind(text, 1).map(Value::of)
}

/// The original text of a `Uri`.
pub fn uri_text(value: &Value) -> Option<Text> {
    value.object::<Uri>().map(|uri| uri.original.clone())
}

/// `Uri.UnescapeDataString`
pub fn unescape_data(text: &str) -> String {
    unescape(text, |_| false)
}
