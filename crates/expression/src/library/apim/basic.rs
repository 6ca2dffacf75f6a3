//! `BasicAuthCredentials`, `AsBasic`, `TryParseBasic`

use crate::library::{Arguments, Class, ClassKind, Row, base64, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::fmt;

/// User and password of an `Authorization: Basic` header (RFC 7617).
pub static CREDENTIALS: Class = Class::new("BasicAuthCredentials", ClassKind::Class).rows(ROWS);
/// Reading them.
pub static EXTENSIONS: Class = Class::new("BasicAuthExtensions", ClassKind::Static).rows(EXTENSION_ROWS);

const EXTENSION_ROWS: &[Row] = &[
    row(
        "static BasicAuthCredentials AsBasic(this string input)",
        r#""x".AsBasic() == null"#,
        "True",
        |_, a| {
            Ok(a.text_or_null(0)
                .and_then(|text| parse(text))
                .map_or(Value::Null, Value::of))
        },
    ),
    row(
        "static bool TryParseBasic(this string input, out BasicAuthCredentials result)",
        r#""Basic YTpi".TryParseBasic(out var c) ? c.UserId : """#,
        "a",
        |call, a| {
            let credentials = a.text_or_null(0).and_then(|text| parse(text));
            let parsed = credentials.is_some();
            call.give_out(credentials.map_or(Value::Null, Value::of));
            Ok(parsed.into())
        },
    ),
];

const ROWS: &[Row] = &[
    row(
        "string UserId { get; }",
        r#""Basic YTpi".AsBasic().UserId"#,
        "a",
        |_, a| of(a, |credentials| &credentials.user),
    ),
    row(
        "string Username { get; }",
        r#""Basic YTpi".AsBasic().Username"#,
        "a",
        |_, a| of(a, |credentials| &credentials.user),
    ),
    row(
        "string Password { get; }",
        r#""Basic YTpi".AsBasic().Password"#,
        "b",
        |_, a| of(a, |credentials| &credentials.password),
    ),
];

struct Credentials {
    user: Text,
    password: Text,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BasicAuthCredentials")
    }
}

impl Object for Credentials {
    fn type_name(&self) -> String {
        "BasicAuthCredentials".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, part: impl FnOnce(&Credentials) -> &Text) -> Outcome {
    a.value(0)
        .object::<Credentials>()
        .map(|credentials| part(credentials).clone().into())
        .ok_or_else(Thrown::null_reference)
}

/// `Basic ` and Base64 of `user:password`; the password may contain colons.
fn parse(text: &str) -> Option<Credentials> {
    let (scheme, rest) = text.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let bytes = base64::decode(rest.trim())?;
    let decoded = String::from_utf8(bytes)
        .unwrap_or_else(|error| error.as_bytes().iter().map(|byte| char::from(*byte)).collect());
    let (user, password) = decoded.split_once(':')?;
    Some(Credentials {
        user: user.into(),
        password: password.into(),
    })
}
