//! `Jwt`, `AsJwt`, `TryParseJwt`: a token taken apart, never verified here.

use super::lookup::Multimap;
use super::subscription::date;
use crate::collection::Array;
use crate::date::UNIX_EPOCH_TICKS;
use crate::json::{Formatting, JToken, Scalar};
use crate::library::{Arguments, Class, ClassKind, Row, base64, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// A token.
pub static JWT: Class = Class::new("Jwt", ClassKind::Class).rows(ROWS);
/// Reading one.
pub static EXTENSIONS: Class = Class::new("JwtExtensions", ClassKind::Static).rows(EXTENSION_ROWS);

const EXTENSION_ROWS: &[Row] = &[
    row(
        "static Jwt AsJwt(this string input)",
        r#""x".AsJwt() == null"#,
        "True",
        |_, a| {
            Ok(a.text_or_null(0)
                .and_then(|text| parse(text))
                .map_or(Value::Null, Value::of))
        },
    ),
    row(
        "static bool TryParseJwt(this string input, out Jwt result)",
        r#""x".TryParseJwt(out var jwt)"#,
        "False",
        |call, a| {
            let jwt = a.text_or_null(0).and_then(|text| parse(text));
            let parsed = jwt.is_some();
            call.give_out(jwt.map_or(Value::Null, Value::of));
            Ok(parsed.into())
        },
    ),
];

/// The example of the members: `{"alg":"HS256","typ":"JWT"}`, `{"iss":"i","sub":"s","aud":["a"],"exp":1700000000,"jti":"7","roles":["x","y"]}`
macro_rules! jwt {
    ($rest:literal) => {
        concat!(r#""eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJpIiwic3ViIjoicyIsImF1ZCI6WyJhIl0sImV4cCI6MTcwMDAwMDAwMCwianRpIjoiNyIsInJvbGVzIjpbIngiLCJ5Il19.c2ln".AsJwt()"#, $rest)
    };
}

const ROWS: &[Row] = &[
    row("string Id { get; }", jwt!(".Id"), "7", |_, a| claim(a, "jti")),
    row("string Algorithm { get; }", jwt!(".Algorithm"), "HS256", |_, a| {
        of(a, |jwt| jwt.algorithm.clone().into())
    }),
    row("string Type { get; }", jwt!(".Type"), "JWT", |_, a| {
        of(a, |jwt| jwt.token_type.clone().into())
    }),
    row("string Issuer { get; }", jwt!(".Issuer"), "i", |_, a| claim(a, "iss")),
    row("string Subject { get; }", jwt!(".Subject"), "s", |_, a| claim(a, "sub")),
    row(
        "IEnumerable<string> Audiences { get; }",
        jwt!(".Audiences.First()"),
        "a",
        |_, a| of(a, |jwt| Array::texts(jwt.values("aud").to_vec())),
    ),
    row(
        "DateTime? ExpirationTime { get; }",
        jwt!(".ExpirationTime"),
        "11/14/2023 22:13:20",
        |_, a| moment(a, "exp"),
    ),
    row(
        "DateTime? NotBefore { get; }",
        jwt!(".NotBefore == null"),
        "True",
        |_, a| moment(a, "nbf"),
    ),
    row(
        "DateTime? IssuedAt { get; }",
        jwt!(".IssuedAt == null"),
        "True",
        |_, a| moment(a, "iat"),
    ),
    row(
        "IReadOnlyDictionary<string, string[]> Claims { get; }",
        jwt!(r#".Claims.GetValueOrDefault("roles")"#),
        "x,y",
        |_, a| {
            let Value::Object(object) = a.value(0) else {
                return Err(Thrown::null_reference());
            };
            let jwt: Result<Arc<Jwt>, _> = (Arc::clone(object) as Arc<dyn Any + Send + Sync>).downcast();
            jwt.map(|jwt| Value::of(Multimap::Claims(jwt)))
                .map_err(|_| Thrown::null_reference())
        },
    ),
];

/// A token that was taken apart.
pub struct Jwt {
    /// `alg` of its header.
    pub algorithm: Option<Text>,
    /// `typ` of its header.
    pub token_type: Option<Text>,
    /// Claims with their values as text, in order.
    pub claims: Vec<(Text, Vec<Text>)>,
}

impl Jwt {
    /// The values of a claim; none when it is not there.
    pub fn values(&self, name: &str) -> &[Text] {
        self.claims
            .iter()
            .find(|(own, _)| own == name)
            .map_or(&[], |(_, values)| values.as_slice())
    }
}

impl std::fmt::Debug for Jwt {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Jwt")
    }
}

impl Object for Jwt {
    fn type_name(&self) -> String {
        "Jwt".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, part: impl FnOnce(&Jwt) -> Value) -> Outcome {
    a.value(0).object::<Jwt>().map(part).ok_or_else(Thrown::null_reference)
}

fn claim(a: Arguments<'_>, name: &str) -> Outcome {
    of(a, |jwt| jwt.values(name).first().cloned().into())
}

fn moment(a: Arguments<'_>, name: &str) -> Outcome {
    of(a, |jwt| {
        let seconds = jwt
            .values(name)
            .first()
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|seconds| seconds.abs() < 2.5e11);
        seconds.map_or(Value::Null, |seconds| date(UNIX_EPOCH_TICKS + (seconds * 1e7) as i64))
    })
}

/// Takes a token apart; `Bearer ` before it is dropped.
pub fn parse(text: &str) -> Option<Jwt> {
    let text = text.trim();
    let token = text
        .get(..7)
        .filter(|scheme| scheme.eq_ignore_ascii_case("bearer "))
        .and_then(|_| text.get(7..))
        .unwrap_or(text)
        .trim();
    let mut parts = token.split('.');
    let (header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let json = |part: &str| {
        let text = String::from_utf8(base64::decode_url(part)?).ok()?;
        JToken::parse_object(&Text::from(text)).ok()
    };
    let (header, payload) = (json(header)?, json(payload)?);
    let text = |name: &str| header.try_get(name).and_then(|token| claim_text(&token));
    let claims = payload
        .properties()
        .iter()
        .filter_map(|property| Some((property.name()?, claim_values(&property.property_value()?))))
        .collect();
    Some(Jwt {
        algorithm: text("alg"),
        token_type: text("typ"),
        claims,
    })
}

fn claim_values(token: &JToken) -> Vec<Text> {
    if token.class() == "JArray" {
        return token.children().iter().filter_map(claim_text).collect();
    }
    claim_text(token).into_iter().collect()
}

/// Strings as they are, everything else as JSON (`true`, `1700000000`, `{"a":1}`).
fn claim_text(token: &JToken) -> Option<Text> {
    match token.scalar() {
        Some(Scalar::Null | Scalar::Undefined) => None,
        Some(Scalar::String(text)) => Some(text),
        Some(Scalar::Date(date)) => Some(date.iso().into()),
        _ => Some(token.to_json(Formatting::None).into()),
    }
}
