//! `System.UriBuilder`

use super::escape::{RESERVED, UNRESERVED, escape};
use super::parsed::{Absolute, Parsed, is_scheme, parse};
use super::{Uri, invalid, uri_of};
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;
use std::fmt::Write;

/// A URI whose parts can be changed.
pub static URI_BUILDER: Class = Class::new("System.UriBuilder", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row("new()", "new UriBuilder().ToString()", "http://localhost/", |_, _| {
        Ok(Value::of(Builder::default()))
    }),
    row(
        "new(string uri)",
        r#"new UriBuilder("h/p").Uri"#,
        "http://h/p",
        |_, a| {
            let text = a.text(0)?;
            let absolute = match parse(text) {
                Parsed::Relative => parse(&format!("http://{text}")),
                other => other,
            };
            match absolute {
                Parsed::Absolute(absolute) => Ok(Value::of(Builder::of(&absolute))),
                _ => Err(invalid()),
            }
        },
    ),
    row(
        "new(Uri uri)",
        r#"new UriBuilder(new Uri("https://h/p")).ToString()"#,
        "https://h:443/p",
        |_, a| Ok(Value::of(Builder::of(uri_of(a, 0)?.absolute()?))),
    ),
    row(
        "new(string schemeName, string hostName)",
        r#"new UriBuilder("https", "h").ToString()"#,
        "https://h/",
        |_, a| build(a),
    ),
    row(
        "new(string scheme, string host, int portNumber)",
        r#"new UriBuilder("https", "h", 8).ToString()"#,
        "https://h:8/",
        |_, a| build(a),
    ),
    row(
        "new(string scheme, string host, int port, string pathValue)",
        r#"new UriBuilder("https", "h", 8, "a b").ToString()"#,
        "https://h:8/a%20b",
        |_, a| build(a),
    ),
    row(
        "new(string scheme, string host, int port, string path, string extraValue)",
        r#"new UriBuilder("https", "h", 8, "a", "?b#c").ToString()"#,
        "https://h:8/a?b#c",
        |_, a| build(a),
    ),
    row(
        "string Scheme { get; }",
        r#"new UriBuilder("https://h").Scheme"#,
        "https",
        |_, a| get(a, |parts| parts.scheme.clone()),
    ),
    row(
        "string Scheme { set; }",
        r#"new UriBuilder("http://h:8") { Scheme = "https" }.Uri"#,
        "https://h:8/",
        |_, a| set(a, Parts::set_scheme),
    ),
    row(
        "string Host { get; }",
        r#"new UriBuilder("https://h").Host"#,
        "h",
        |_, a| get(a, |parts| parts.host.clone()),
    ),
    row(
        "string Host { set; }",
        r#"new UriBuilder("https://h") { Host = "i" }.Uri"#,
        "https://i/",
        |_, a| {
            set(a, |parts, text| {
                parts.set_host(text);
                Ok(())
            })
        },
    ),
    row(
        "int Port { get; }",
        r#"new UriBuilder("https://h").Port"#,
        "443",
        |_, a| Ok(of(a)?.0.lock().port.into()),
    ),
    row(
        "int Port { set; }",
        r#"new UriBuilder("https://h") { Port = 8 }.Uri"#,
        "https://h:8/",
        |_, a| {
            of(a)?.0.lock().set_port(a.int(1))?;
            Ok(Value::Null)
        },
    ),
    row(
        "string Path { get; }",
        r#"new UriBuilder("https://h/p").Path"#,
        "/p",
        |_, a| get(a, |parts| parts.path.clone()),
    ),
    row(
        "string Path { set; }",
        r#"new UriBuilder("https://h/p") { Path = "a b" }.Uri.AbsoluteUri"#,
        "https://h/a%20b",
        |_, a| {
            set(a, |parts, text| {
                parts.set_path(text);
                Ok(())
            })
        },
    ),
    row(
        "string Query { get; }",
        r#"new UriBuilder("https://h/p?a=1").Query"#,
        "?a=1",
        |_, a| get(a, |parts| parts.query.clone()),
    ),
    row(
        "string Query { set; }",
        r#"new UriBuilder("https://h/p?a=1") { Query = "b=2" }.Uri"#,
        "https://h/p?b=2",
        |_, a| {
            set(a, |parts, text| {
                parts.query = marked(text, '?');
                Ok(())
            })
        },
    ),
    row(
        "string Fragment { get; }",
        r#"new UriBuilder("https://h/#f").Fragment"#,
        "#f",
        |_, a| get(a, |parts| parts.fragment.clone()),
    ),
    row(
        "string Fragment { set; }",
        r#"new UriBuilder("https://h/#f") { Fragment = "g" }.Uri"#,
        "https://h/#g",
        |_, a| {
            set(a, |parts, text| {
                parts.fragment = marked(text, '#');
                Ok(())
            })
        },
    ),
    row(
        "string UserName { get; }",
        r#"new UriBuilder("https://u:p@h").UserName"#,
        "u",
        |_, a| get(a, |parts| parts.user.clone()),
    ),
    row(
        "string UserName { set; }",
        r#"new UriBuilder("https://h") { UserName = "u" }.Uri"#,
        "https://u@h/",
        |_, a| {
            set(a, |parts, text| {
                text.clone_into(&mut parts.user);
                Ok(())
            })
        },
    ),
    row(
        "string Password { get; }",
        r#"new UriBuilder("https://u:p@h").Password"#,
        "p",
        |_, a| get(a, |parts| parts.password.clone()),
    ),
    row(
        "string Password { set; }",
        r#"new UriBuilder("https://u@h") { Password = "p" }.Uri"#,
        "https://u:p@h/",
        |_, a| {
            set(a, |parts, text| {
                text.clone_into(&mut parts.password);
                Ok(())
            })
        },
    ),
    row(
        "Uri Uri { get; }",
        r#"new UriBuilder("https://h:443/p").Uri"#,
        "https://h/p",
        |_, a| uri(&of(a)?.0.lock().text()?),
    ),
    row(
        "string ToString()",
        r#"new UriBuilder("https://h/p").ToString()"#,
        "https://h:443/p",
        |_, a| Ok(of(a)?.0.lock().text()?.into()),
    ),
    row(
        "bool Equals(object rparam)",
        r#"new UriBuilder("https://h").Equals(new UriBuilder("https://H/"))"#,
        "True",
        |_, a| {
            let Some(other) = a.value(1).object::<Builder>() else {
                return Ok(false.into());
            };
            let other = uri(&other.0.lock().text()?)?;
            let own = uri(&of(a)?.0.lock().text()?)?;
            Ok(own.object::<Uri>().is_some_and(|own| own.equals(&other)).into())
        },
    ),
];

#[derive(Debug)]
struct Parts {
    scheme: String,
    user: String,
    password: String,
    host: String,
    port: i32,
    path: String,
    query: String,
    fragment: String,
}

#[derive(Debug)]
struct Builder(Mutex<Parts>);

impl Default for Builder {
    fn default() -> Self {
        Self(Mutex::new(Parts {
            scheme: "http".to_owned(),
            user: String::new(),
            password: String::new(),
            host: "localhost".to_owned(),
            port: -1,
            path: "/".to_owned(),
            query: String::new(),
            fragment: String::new(),
        }))
    }
}

impl Builder {
    fn of(uri: &Absolute) -> Self {
        let (user, password) = uri.user_info().split_once(':').unwrap_or((uri.user_info(), ""));
        Self(Mutex::new(Parts {
            scheme: uri.scheme.clone(),
            user: user.to_owned(),
            password: password.to_owned(),
            host: uri.host.clone(),
            port: uri.port,
            path: uri.absolute_path().to_owned(),
            query: uri.query.clone(),
            fragment: uri.fragment.clone(),
        }))
    }
}

impl Parts {
    fn set_scheme(&mut self, text: &str) -> Result<(), Thrown> {
        let scheme = text.split(':').next().unwrap_or_default();
        if !scheme.is_empty() && !is_scheme(scheme) {
            return Err(Thrown::argument("Invalid URI: The URI scheme is not valid.", "value"));
        }
        self.scheme = scheme.to_lowercase();
        Ok(())
    }

    fn set_host(&mut self, text: &str) {
        // An address of version 6 stands in brackets.
        self.host = if text.contains(':') && !text.starts_with('[') {
            format!("[{text}]")
        } else {
            text.to_owned()
        };
    }

    fn set_port(&mut self, port: i32) -> Result<(), Thrown> {
        if !(-1..=65_535).contains(&port) {
            let message = "Specified argument was out of the range of valid values.";
            return Err(Thrown::out_of_range(message, "value"));
        }
        self.port = port;
        Ok(())
    }

    fn set_path(&mut self, text: &str) {
        let slashes = text.replace('\\', "/");
        self.path = escape(&slashes, |c| {
            c == '%' || UNRESERVED.contains(c) || RESERVED.contains(c) && !matches!(c, '?' | '#')
        });
        if self.path.is_empty() {
            "/".clone_into(&mut self.path);
        }
    }

    fn text(&self) -> Result<String, Thrown> {
        if self.user.is_empty() && !self.password.is_empty() {
            return Err(invalid());
        }
        let separator = match self.scheme.as_str() {
            "" => "",
            "mailto" | "news" | "urn" | "uuid" => ":",
            _ => "://",
        };
        let mut text = format!("{}{separator}{}", self.scheme, self.user);
        if !self.password.is_empty() {
            text.push(':');
            text.push_str(&self.password);
        }
        if !self.user.is_empty() {
            text.push('@');
        }
        text.push_str(&self.host);
        if self.port != -1 && !self.host.is_empty() {
            let _ = write!(text, ":{}", self.port);
        }
        if !self.host.is_empty() && !self.path.starts_with('/') {
            text.push('/');
        }
        Ok(text + &self.path + &self.query + &self.fragment)
    }
}

impl Object for Builder {
    fn type_name(&self) -> String {
        "System.UriBuilder".to_owned()
    }
    fn display(&self) -> String {
        self.0.lock().text().unwrap_or_default()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `?…` and `#…`
fn marked(text: &str, mark: char) -> String {
    if text.is_empty() || text.starts_with(mark) {
        text.to_owned()
    } else {
        format!("{mark}{text}")
    }
}

/// The constructors that are given parts: scheme, host, port, path, query or fragment.
fn build(a: Arguments<'_>) -> Outcome {
    let text = |index: usize| a.text_or_null(index).map_or("", |text| text.as_str());
    let builder = Builder::default();
    let mut parts = builder.0.lock();
    parts.set_scheme(text(0))?;
    parts.set_host(text(1));
    if a.count() > 2 {
        parts.set_port(a.int(2))?;
    }
    if a.count() > 3 {
        parts.set_path(text(3));
    }
    let extra = text(4);
    if !extra.is_empty() {
        let (query, fragment) = extra.split_at(extra.find('#').unwrap_or(extra.len()));
        if !query.is_empty() && !query.starts_with('?') {
            let message = "Extra portion of the URI is not valid.";
            return Err(Thrown::argument(message, "extraValue"));
        }
        (parts.query, parts.fragment) = (query.to_owned(), fragment.to_owned());
    }
    drop(parts);
    Ok(Value::of(builder))
}

fn of(a: Arguments<'_>) -> Result<&Builder, Thrown> {
    a.value(0).object::<Builder>().ok_or_else(Thrown::null_reference)
}

fn get(a: Arguments<'_>, part: impl FnOnce(&Parts) -> String) -> Outcome {
    Ok(part(&of(a)?.0.lock()).into())
}

fn set(a: Arguments<'_>, change: impl FnOnce(&mut Parts, &str) -> Result<(), Thrown>) -> Outcome {
    let text = a.text_or_null(1).map_or("", |text| text.as_str());
    change(&mut of(a)?.0.lock(), text)?;
    Ok(Value::Null)
}

fn uri(text: &str) -> Outcome {
    Uri::parse(text)
        .filter(|uri| uri.absolute.is_some())
        .map(Value::of)
        .ok_or_else(invalid)
}
